//! What holds on the platform whatever the model: a published document does not say it, so a document that is silent
//! about behaviours gets those of `platform.json` whose parameters and fields it has.

use super::Reader;
use super::behaviour::{defaults, misfit};
use crate::document::{Node, Source};
use crate::model::behaviour::Kind;
use crate::model::{Behaviour, Constraint, ConstraintId, JsonPointer, Level, Model, Rule, Schema};
use serde_json::Value;

const PLATFORM: &str = include_str!("../../platform.json");

/// Adds the fields of results where the document does not know them, the platform's behaviours, and the uniqueness of the
/// task's identity.
pub(super) fn complete(model: &mut Model) {
    let source = Source::new("platform.json", PLATFORM);
    let mut reader = Reader::new(&source);
    let Ok(root) = source.root() else { return };
    let results = list(&mut reader, root, "results");
    let is_unknown = model.result.as_ref().is_none_or(|result| result.properties.is_empty());
    let mut known = results.iter().filter(|_| is_unknown);
    if let Some((fields, text)) = known.find_map(|node| result(&mut reader, *node, model)) {
        (model.result, model.answers.platform) = (Some(fields), Some(text));
    }
    if let Some(name) = reader.find(root, "unique") {
        unique(model, &name.string().unwrap_or_default());
    }
    // Where nothing is known of results, they are taken for images.
    let images = results.first().filter(|_| model.result.is_none());
    let images = images.and_then(|node| schema(&mut reader, *node)).map(|(fields, _)| fields);
    let is_of_images = |behaviour: &Behaviour| {
        let has = |field: &&str| images.as_ref().is_none_or(|images| images.at(field).is_some());
        behaviour.kind.fields().iter().all(has)
    };
    for node in list(&mut reader, root, "behaviours") {
        let Ok(mut behaviour) = reader.behaviour(node) else { continue };
        narrow(&mut behaviour, model);
        if tells_apart_again(model, &behaviour) {
            continue;
        }
        // Of several with one identifier, the first is taken whose fields the results have.
        if is_of_images(&behaviour) && misfit(node, &behaviour, model, &model.behaviours).is_none() {
            model.behaviours.push(behaviour);
        }
    }
    let defaults = defaults(model, &model.behaviours);
    model.behaviours.extend(defaults);
}

/// Whether the results of one task must differ in these fields already, and so those of two tasks.
fn tells_apart_again(model: &Model, behaviour: &Behaviour) -> bool {
    let Kind::Distinct { fields, .. } = &behaviour.kind else { return false };
    let known = model.behaviours.iter().map(|known| &known.kind);
    known.into_iter().any(|kind| matches!(kind, Kind::Distinct { fields: known, .. } if known == fields))
}

/// Leaves out the values that the parameter cannot have: the platform has more file formats than one model.
fn narrow(behaviour: &mut Behaviour, model: &Model) {
    let is_listed = |parameter: &str, value: &str| {
        let listed = model.task.at(parameter).map(listed).unwrap_or_default();
        listed.is_empty() || listed.into_iter().any(|known| known == value)
    };
    match &mut behaviour.kind {
        Kind::Select { parameter, fields } => fields.retain(|value, _| is_listed(parameter, value)),
        Kind::Container { parameter, media } => media.retain(|value, _| is_listed(parameter, value)),
        _ => {}
    }
}

/// The items of a list of the document.
fn list<'a>(reader: &mut Reader<'a>, node: Node<'a>, name: &str) -> Vec<Node<'a>> {
    reader.find(node, name).and_then(|list| list.items().ok()).unwrap_or_default()
}

/// The results of the platform for tasks like the model's: of its task type and, where it has formats, of one of them.
fn result<'a>(reader: &mut Reader<'a>, node: Node<'a>, model: &Model) -> Option<(Schema, Value)> {
    let mut is_one_of = |name: &str, value: &Value| {
        list(reader, node, name).iter().any(|known| known.string().is_ok_and(|known| *value == known))
    };
    let values = |parameter: &str| model.task.property(parameter).map(|property| listed(&property.schema));
    let formats = values("outputFormat").unwrap_or_default();
    let is_fit = values("taskType")?.into_iter().any(|value| is_one_of("taskTypes", value))
        && (formats.is_empty() || formats.into_iter().any(|value| is_one_of("formats", value)));
    if is_fit { schema(reader, node) } else { None }
}

/// A schema of the list of results, and its text.
fn schema<'a>(reader: &mut Reader<'a>, node: Node<'a>) -> Option<(Schema, Value)> {
    let schema = reader.find(node, "schema")?;
    Some((reader.outside(schema), schema.value().ok()?))
}

/// The fields of errors, which are the same for every model: published documents know only some of them.
#[must_use]
pub fn error_fields() -> Schema {
    let source = Source::new("platform.json", PLATFORM);
    let mut reader = Reader::new(&source);
    let error = source.root().ok().and_then(|root| reader.find(root, "error"));
    error.map_or_else(Schema::default, |error| reader.outside(error))
}

/// The values that a parameter may have, where they are listed.
fn listed(schema: &Schema) -> Vec<&Value> {
    let values = schema.rules().filter_map(|rule| match rule {
        Rule::Const(value) => Some(vec![value]),
        Rule::Enum(known) => Some(known.values.iter().map(|known| &known.value).collect()),
        _ => None,
    });
    values.flatten().collect()
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
        assert!(model.result.is_none(), "without a task type nothing is known of results");
    }

    #[test]
    fn results_that_the_document_does_not_know_have_the_fields_of_their_medium() {
        let model = |kind: &str, formats: &str| {
            let task = format!(
                r#"{{"type": "object", "properties": {{"taskType": {{"const": "{kind}"}},
                "outputType": {{"type": "string", "enum": ["URL"]}},
                "outputFormat": {{"type": "string", "enum": [{formats}]}}}}, "required": ["taskType"]}}"#
            );
            crate::read(&Source::new("task", task)).unwrap()
        };
        let field = |kind: &str, formats: &str| {
            let model = model(kind, formats);
            let kinds = model.behaviours.iter().map(|one| &one.kind);
            let mut fields = kinds.filter_map(|kind| match kind {
                crate::behaviour::Kind::Select { fields, .. } => fields.get("URL").cloned(),
                _ => None,
            });
            fields.next()
        };
        assert_eq!(field("imageInference", r#""PNG""#).as_deref(), Some("imageURL"));
        assert_eq!(field("upscale", r#""JPG""#).as_deref(), Some("imageURL"));
        assert_eq!(field("upscale", r#""MP4""#).as_deref(), Some("videoURL"));
        assert_eq!(field("audioInference", r#""MP3""#).as_deref(), Some("audioURL"));
        assert_eq!(field("3dInference", r#""GLB""#).as_deref(), Some("outputs.files.items.url"));
        assert!(model("textInference", r#""TXT""#).result.is_none());
        let names: Vec<String> =
            error_fields().properties.into_iter().map(|property| property.name).collect();
        assert!(
            ["code", "message", "parameter", "taskUUID"]
                .iter()
                .all(|name| names.iter().any(|own| own == name))
        );
        let text = r#"{"type": "object", "properties": {"taskType": {"const": "textInference"}}}"#;
        let text = crate::read(&Source::new("task", text)).unwrap();
        assert!(text.result.is_some_and(|result| result.property("text").is_some()));
    }
}
