//! What holds on the platform whatever the model: a published document does not say it, so a document that is silent
//! about behaviours gets those of `platform.json` whose parameters and fields it has.

use super::Reader;
use super::behaviour::{defaults, misfit};
use crate::document::{Node, Source};
use crate::model::{Constraint, ConstraintId, JsonPointer, Level, Model, Rule};

const PLATFORM: &str = include_str!("../../platform.json");

/// Adds the platform's behaviours, and the uniqueness of the task's identity.
pub(super) fn complete(model: &mut Model) {
    let source = Source::new("platform.json", PLATFORM);
    let mut reader = Reader::new(&source);
    let Ok(members) = source.root().and_then(|root| root.members()) else { return };
    for member in members {
        match member.key.as_str() {
            "unique" => unique(model, &member.value.string().unwrap_or_default()),
            "protocol" => {}
            _ => {
                for node in member.value.items().unwrap_or_default() {
                    let Ok(behaviour) = reader.behaviour(node) else { continue };
                    if misfit(node, &behaviour, model, &model.behaviours).is_none() {
                        model.behaviours.push(behaviour);
                    }
                }
            }
        }
    }
    let defaults = defaults(model, &model.behaviours);
    model.behaviours.extend(defaults);
}

/// A statement about requests and answers as such, whatever the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtocolRule {
    /// Stable dotted id, such as `protocol.key`.
    pub id: String,
    /// Where it is stated.
    pub level: Level,
    /// The sentence that says it.
    pub description: String,
}

/// The statements of the platform about requests and answers as such.
#[must_use]
pub fn protocol_rules() -> Vec<ProtocolRule> {
    let source = Source::new("platform.json", PLATFORM);
    let members = source.root().and_then(|root| root.members()).unwrap_or_default();
    let list = members.into_iter().find(|member| member.key == "protocol");
    let items = list.and_then(|list| list.value.items().ok()).unwrap_or_default();
    let rule = |node: Node<'_>| {
        let members = node.members().ok()?;
        let text = |name: &str| members.iter().find(|member| member.key == name)?.value.string().ok();
        let level = Level::ALL.into_iter().find(|level| text("level").as_deref() == Some(level.word()))?;
        Some(ProtocolRule { id: text("id")?, level, description: text("description")? })
    };
    items.into_iter().filter_map(rule).collect()
}

/// Demands that a required parameter of the task differs between the tasks of a batch.
fn unique(model: &mut Model, name: &str) {
    if model.unique().is_some() {
        return;
    }
    let Some(property) = model.task.properties.iter_mut().find(|property| property.name == name) else {
        return;
    };
    if property.required.is_none() {
        return;
    }
    property.schema.constraints.push(Constraint {
        id: ConstraintId::new(name, &[], Rule::Unique.keyword()),
        parameter: name.into(),
        member: None,
        level: Level::Facts,
        location: JsonPointer::default().join("properties").join(name).join("x-unique"),
        depth: 1,
        expected: Rule::Unique.sentence(),
        documentation: property.schema.documentation.clone(),
        rule: Rule::Unique,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_behaviour_of_the_platform_reads_and_those_that_fit_are_added() {
        let source = Source::new("platform.json", PLATFORM);
        let mut reader = Reader::new(&source);
        let members = source.root().unwrap().members().unwrap();
        let list = members.iter().find(|member| member.key == "protocol").unwrap();
        assert_eq!(protocol_rules().len(), list.value.items().unwrap().len());
        let list = members.iter().find(|member| member.key == "behaviours").unwrap();
        for node in list.value.items().unwrap() {
            reader.behaviour(node).unwrap();
        }
        let task = r#"{"type": "object", "properties": {
            "taskUUID": {"type": "string", "format": "uuid"}, "numberResults": {"type": "integer", "default": 1}},
            "required": ["taskUUID"]}"#;
        let model = crate::read(&Source::new("task", task)).unwrap();
        let ids: Vec<&str> = model.behaviours.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(
            ids,
            [
                "taskUUID.echo",
                "numberResults.count",
                "numberResults.seeds",
                "numberResults.images",
                "numberResults.default"
            ]
        );
        assert_eq!(model.unique().unwrap().id, "taskUUID.unique");
    }
}
