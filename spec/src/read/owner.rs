//! Rules that the page does not have: those of the model's owner, which a server may hold or not.
//!
//! A document can state them at its root as `x-owner-constraints`, in the form of `x-constraints`; they are then no
//! constraints, but requests can be made so that they hold ([`Model::owner_rules`]). A file of rules, read by
//! [`read_rules`], can be added to what is expected with [`Model::with_rules`].

use crate::document::{Diagnostic, Node, ReadError, Source, text};
use crate::model::{Constraint, ConstraintId, Level, Model, ParameterPath, Relation, Rule, Schema};
use bigdecimal::BigDecimal;
use serde_json::{Map, Value};

/// Reads a file of rules for a model: `{"x-constraints": [ … ]}`, or the list alone.
///
/// # Errors
/// Every reason why the text is no such list, rules over parameters that the model does not have among them.
pub fn read_rules(source: &Source, model: &Model) -> Result<Vec<Relation>, ReadError> {
    let refused = |error| ReadError::Refused(vec![error]);
    let root = source.root().map_err(refused)?;
    let list = list(root).map_err(refused)?;
    let (mut rules, mut errors) = (Vec::new(), Vec::new());
    for node in list {
        match rule(node, &model.task) {
            Ok(rule) => rules.push(rule),
            Err(error) => errors.push(error),
        }
    }
    if rules.is_empty() && errors.is_empty() {
        errors.push(root.error("no rule at all", "list at least one"));
    }
    if errors.is_empty() { Ok(rules) } else { Err(ReadError::Refused(errors)) }
}

fn list(root: Node<'_>) -> Result<Vec<Node<'_>>, Diagnostic> {
    if root.kind() == "an array" {
        return root.items();
    }
    let mut list = None;
    for member in root.members()? {
        if member.key != "x-constraints" {
            let shown = text::shorten(&member.key, 60);
            let help = "a file of rules has `x-constraints` and nothing else";
            return Err(member.error(format!("unknown member `{shown}`"), help));
        }
        list = Some(member.value.items()?);
    }
    list.ok_or_else(|| root.error("no `x-constraints`", "list the rules under that name"))
}

/// One rule over two parameters of the task itself.
pub(crate) fn rule(node: Node<'_>, task: &Schema) -> Result<Relation, Diagnostic> {
    let rule = Relation::read(node)?;
    let is_declared = |name: &String| task.property(name).is_some_and(|property| property.declared);
    if let Some(unknown) = rule.parameters.iter().find(|name| !is_declared(name)) {
        let shown = text::shorten(unknown, 60);
        let names = task.properties.iter().map(|property| property.name.as_str());
        let help = match text::nearest(unknown, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "name two parameters of the task itself".to_owned(),
        };
        return Err(node.error(format!("the task has no parameter `{shown}`"), help));
    }
    Ok(rule)
}

impl Model {
    /// The model with these rules among its constraints, at that level. Those that it has already are not doubled.
    #[must_use]
    pub fn with_rules(&self, rules: &[Relation], level: Level) -> Self {
        let mut model = self.clone();
        for rule in rules {
            if model.task.rules().any(|known| known.relation() == Some(rule)) {
                continue;
            }
            let constraint = constraint(&model, rule, level);
            if let Some(schema) = model.schema.as_object_mut() {
                let list = schema.entry("x-constraints").or_insert_with(|| Value::Array(Vec::new()));
                if let Some(list) = list.as_array_mut() {
                    list.push(json(rule));
                }
            }
            model.task.constraints.push(constraint);
        }
        model
    }
}

fn constraint(model: &Model, relation: &Relation, level: Level) -> Constraint {
    let rule = Rule::from(relation.clone());
    let id = ConstraintId::new("", &relation.parameters, rule.keyword());
    let ids = (1..).map(|number| id.numbered(number));
    let id = ids.into_iter().find(|id| model.constraint(id).is_none()).unwrap_or_default();
    Constraint {
        id,
        parameter: ParameterPath::task(),
        member: None,
        level,
        expected: rule.sentence(),
        rule,
        location: "/x-constraints".into(),
        depth: 0,
        documentation: None,
    }
}

/// The rule as a document writes it.
fn json(relation: &Relation) -> Value {
    let mut members = Map::new();
    members.insert("operation".to_owned(), relation.operation.word().into());
    members.insert("parameters".to_owned(), relation.parameters.to_vec().into());
    for (name, bound) in [("minimum", &relation.minimum), ("maximum", &relation.maximum)] {
        members.extend(bound.as_ref().and_then(number).map(|bound| (name.to_owned(), bound)));
    }
    Value::Object(members)
}

fn number(bound: &BigDecimal) -> Option<Value> {
    serde_json::from_str(&bound.to_plain_string()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: &str = r#"{"type": "object", "properties": {
        "wide": {"type": "integer"}, "high": {"type": "integer"},
        "inner": {"type": "object", "properties": {"deep": {"type": "integer"}}}
    }}"#;

    fn model() -> Model {
        crate::read(&Source::new("tiny.json", SPEC)).unwrap()
    }

    #[test]
    fn rules_become_constraints_with_ids_of_their_own() {
        let text = r#"{"x-constraints": [
            {"operation": "area", "parameters": ["wide", "high"], "minimum": 10, "maximum": 100},
            {"operation": "area", "parameters": ["wide", "high"], "maximum": 50},
            {"operation": "ratio", "parameters": ["wide", "high"], "minimum": 0.3333333333333333}
        ]}"#;
        let rules = read_rules(&Source::new("rules.json", text), &model()).unwrap();
        let strict = model().with_rules(&rules, Level::Facts);
        let ids: Vec<&str> =
            strict.task.constraints.iter().map(|constraint| constraint.id.as_str()).collect();
        assert_eq!(ids, ["type", "wide+high.area", "wide+high.area.2", "wide+high.ratio"]);
        let written = serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(strict.schema["x-constraints"], written["x-constraints"]);
        let again = strict.with_rules(&rules, Level::Facts);
        assert_eq!(again.constraints().len(), strict.constraints().len(), "not doubled");
    }

    #[test]
    fn what_is_no_list_of_rules_is_refused_with_its_place() {
        for (text, words) in [
            ("{}", "no `x-constraints`"),
            ("[]", "no rule at all"),
            ("7", "expected an object"),
            ("nonsense", "this is not JSON"),
            (r#"{"constraints": []}"#, "unknown member `constraints`"),
            (
                r#"[{"operation": "area", "parameters": ["wide", "hihg"], "maximum": 1}]"#,
                "did you mean `high`?",
            ),
            (
                r#"[{"operation": "area", "parameters": ["wide", "deep"], "maximum": 1}]"#,
                "no parameter `deep`",
            ),
            (r#"[{"operation": "sum", "parameters": ["wide", "high"], "maximum": 1}]"#, "not implemented"),
        ] {
            let error = read_rules(&Source::new("rules.json", text), &model()).unwrap_err().to_string();
            assert!(error.starts_with("rules.json:1:") && error.contains(words), "{error}");
        }
    }

    #[test]
    fn a_document_states_them_at_its_root_and_they_are_no_constraints() {
        let document = format!(
            r#"{{"openapi": "3.1.0", "components": {{"schemas": {{"RequestBody": {SPEC}}}}}, "x-owner-constraints": [
                {{"operation": "area", "parameters": ["wide", "high"], "maximum": 100}}]}}"#
        );
        let model = crate::read(&Source::new("a.json", document.clone())).unwrap();
        assert_eq!(model.owner_rules.len(), 1);
        assert!(model.task.rules().all(|rule| rule.relation().is_none()));
        let wrong = document.replace("\"high\"], \"max", "\"hihg\"], \"max");
        let error = crate::read(&Source::new("a.json", wrong)).unwrap_err().to_string();
        assert!(error.contains("the task has no parameter `hihg`"), "{error}");
    }
}
