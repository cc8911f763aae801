//! The schema of results and of errors: unknown fields, missing ones, values of the wrong type or format.
//!
//! The model's schema is written back as JSON Schema and judged by the `jsonschema` crate, so that there is no
//! interpreter of ours.

use super::{OracleError, brief};
use crate::protocol::{PARAMETER, STATUS};
use airspec_spec::Schema;
use airspec_spec::rule::{If, PatternProperties, PrefixItems, Relation, Rule};
use bigdecimal::BigDecimal;
use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// A compiled schema of answers.
#[derive(Debug)]
pub(super) struct Shape {
    validator: Validator,
}

/// So many things that are wrong with one object are told.
const MAX_FLAWS: usize = 20;

/// One thing that is wrong with an object.
#[derive(Debug)]
pub(super) struct Flaw {
    /// The rule that does not hold, such as `result.additionalProperties.cots`.
    pub(super) subject: String,
    /// What is wrong, to stand after the name of the object.
    pub(super) sentence: String,
}

impl Shape {
    pub(super) fn of(spec: &str, schema: &Schema) -> Result<Self, OracleError> {
        let refused = |reason: String| OracleError::Shape { spec: spec.to_owned(), reason };
        let validator = airspec_judge::validator(&document(schema)).map_err(refused)?;
        Ok(Self { validator })
    }

    /// A schema of errors. Published ones close the object and know `parameter` as a text only; live answers break
    /// both, and they win. Whom an error blames is judged elsewhere.
    pub(super) fn open(spec: &str, schema: &Schema) -> Result<Self, OracleError> {
        let mut schema = schema.clone();
        schema.constraints.retain(|constraint| {
            !matches!(constraint.rule, Rule::AdditionalProperties(_) | Rule::UnevaluatedProperties(_))
        });
        schema.properties.retain(|property| property.name != PARAMETER);
        Self::of(spec, &schema)
    }

    /// What is wrong with an object; one from a poll may have a `status`.
    pub(super) fn wrong(&self, object: &Value, polled: bool) -> Vec<Flaw> {
        let bare = polled.then(|| {
            let mut bare = object.clone();
            if let Some(members) = bare.as_object_mut() {
                members.remove(STATUS);
            }
            bare
        });
        let flaw = |error: jsonschema::ValidationError<'_>| {
            let place = error.instance_path().to_string();
            let name = brief(&place.trim_start_matches('/').replace('/', "."));
            let rule = error.schema_path().to_string();
            let reason = brief(&error);
            let field = if name.is_empty() { String::new() } else { format!("has a wrong `{name}`: ") };
            let of = if name.is_empty() { "is not as documented: " } else { "" };
            Flaw {
                subject: format!("result{}", rule.replace('/', ".")),
                sentence: format!("{field}{of}{reason}"),
            }
        };
        self.validator.iter_errors(bare.as_ref().unwrap_or(object)).take(MAX_FLAWS).map(flaw).collect()
    }
}

fn document(schema: &Schema) -> Value {
    let mut document = Map::new();
    let mut composites = Vec::new();
    for rule in schema.rules() {
        match keyword(rule) {
            // A schema may have several of a kind, each in a branch of its own.
            Some(keywords) if rule.is_composite() => composites.push(keywords),
            Some(keywords) => document.extend(keywords.as_object().cloned().unwrap_or_default()),
            None => {}
        }
    }
    if !composites.is_empty() {
        document.insert("allOf".to_owned(), Value::Array(composites));
    }
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for property in &schema.properties {
        if property.declared {
            properties.insert(property.name.clone(), self::document(&property.schema));
        }
        if property.required.is_some() {
            required.push(property.name.clone());
        }
    }
    if !properties.is_empty() {
        document.insert("properties".to_owned(), Value::Object(properties));
    }
    if !required.is_empty() {
        document.insert("required".to_owned(), json!(required));
    }
    if let Some(items) = &schema.items {
        document.insert("items".to_owned(), self::document(items));
    }
    if let Some(additional) = &schema.additional {
        document.insert("additionalProperties".to_owned(), self::document(additional));
    }
    Value::Object(document)
}

/// A rule as keywords of JSON Schema; none for what the schema states elsewhere, or a rule about batches.
fn keyword(rule: &Rule) -> Option<Value> {
    let branches = |branches: &[Schema]| -> Value { branches.iter().map(document).collect() };
    let value = match rule {
        Rule::Required | Rule::Unique | Rule::Image(_) => return None,
        Rule::If(rule) => return Some(conditional(rule)),
        Rule::PrefixItems(rule) => return Some(by_place(rule)),
        Rule::PatternProperties(rule) => return Some(by_pattern(rule)),
        Rule::AllOf(schema) => return Some(document(schema)),
        Rule::Area(relation) | Rule::Ratio(relation) => return Some(related(relation)),
        Rule::False => return Some(json!({"not": {}})),
        Rule::Type(kinds) => json!(kinds.names()),
        Rule::Const(value) => value.clone(),
        Rule::Enum(values) => values.values.iter().map(|known| known.value.clone()).collect(),
        Rule::Minimum(limit)
        | Rule::Maximum(limit)
        | Rule::ExclusiveMinimum(limit)
        | Rule::ExclusiveMaximum(limit)
        | Rule::MultipleOf(limit) => json!(number(limit)),
        Rule::MinLength(count) | Rule::MaxLength(count) | Rule::MinItems(count) | Rule::MaxItems(count) => {
            json!(count)
        }
        Rule::UniqueItems => json!(true),
        Rule::Format(format) => json!(format.word()),
        Rule::Pattern(pattern) => json!(pattern.ecma),
        Rule::AdditionalProperties(_) | Rule::UnevaluatedProperties(_) => json!(false),
        Rule::DependentRequired(dependent) => {
            dependent.needs.iter().map(|(trigger, needs)| (trigger.clone(), json!(needs))).collect()
        }
        Rule::DependentSchemas(all) => {
            all.iter().map(|one| (one.trigger.clone(), document(&one.schema))).collect()
        }
        Rule::AnyOf(all) | Rule::OneOf(all) => branches(all),
        Rule::Not(schema) | Rule::Contains(schema) | Rule::PropertyNames(schema) => document(schema),
    };
    Some(json!({rule.keyword(): value}))
}

/// The float that a judge reads a decimal of a spec as.
fn number(decimal: &BigDecimal) -> Option<Value> {
    serde_json::from_str(&decimal.to_plain_string()).ok()
}

fn conditional(rule: &If) -> Value {
    let mut keywords = json!({"if": document(&rule.condition)});
    for (name, branch) in [("then", &rule.then), ("else", &rule.otherwise)] {
        if let Some(branch) = branch {
            keywords[name] = document(branch);
        }
    }
    keywords
}

fn by_place(rule: &PrefixItems) -> Value {
    let mut keywords = json!({"prefixItems": rule.first.iter().map(document).collect::<Value>()});
    if let Some(others) = &rule.others {
        keywords["items"] = document(others);
    }
    keywords
}

fn by_pattern(rule: &PatternProperties) -> Value {
    let patterns = rule.patterns.iter().map(|one| (one.pattern.ecma.clone(), document(&one.schema)));
    let patterns: Map<String, Value> = patterns.collect();
    let mut keywords = json!({"patternProperties": patterns});
    if let Some(others) = &rule.others {
        keywords["additionalProperties"] = document(others);
    }
    keywords
}

fn related(relation: &Relation) -> Value {
    let mut rule = json!({"operation": relation.operation.word(), "parameters": relation.parameters});
    for (name, bound) in [("minimum", &relation.minimum), ("maximum", &relation.maximum)] {
        if let Some(bound) = bound {
            rule[name] = json!(number(bound));
        }
    }
    json!({"x-constraints": [rule]})
}

#[cfg(test)]
mod tests {
    use super::*;
    use airspec_spec::Source;

    /// What is wrong with an answer, by the schema of results.
    fn wrong(properties: &str, rules: &str, answer: &Value) -> Vec<String> {
        let schema = format!("{{\"type\": \"object\", \"properties\": {properties}{rules}}}");
        let model = airspec_spec::read(&Source::new("answers.json", schema)).unwrap();
        let shape = Shape::of("answers.json", &model.task).unwrap();
        shape.wrong(answer, false).into_iter().map(|flaw| flaw.subject).collect()
    }

    #[test]
    fn rules_over_several_fields_bind_answers_too() {
        let fields = r#"{"a": {"type": "integer"}, "b": {"type": "integer"}, "c": {"type": "array"}}"#;
        let rules = r#", "dependentRequired": {"a": ["b"]}, "not": {"required": ["a", "c"]},
            "anyOf": [{"required": ["a"]}, {"required": ["c"]}],
            "if": {"required": ["b"]}, "then": {"properties": {"b": {"minimum": 3}}},
            "x-constraints": [{"operation": "area", "parameters": ["a", "b"], "maximum": 100}]"#;
        let subjects = |answer: Value| wrong(fields, rules, &answer);
        assert_eq!(subjects(json!({"a": 1, "b": 3})), [""; 0]);
        assert_eq!(subjects(json!({"c": []})), [""; 0]);
        for (answer, keyword) in [
            (json!({"a": 1}), "dependentRequired"),
            (json!({"a": 1, "b": 3, "c": []}), "not"),
            (json!({}), "anyOf"),
            (json!({"a": 1, "b": 2}), "minimum"),
            (json!({"a": 10, "b": 11}), "x-constraints"),
        ] {
            let subjects = subjects(answer.clone());
            assert!(subjects.len() == 1 && subjects[0].contains(keyword), "{answer}: {subjects:?}");
        }
    }

    #[test]
    fn a_field_of_the_format_uuid4_is_one() {
        let fields = r#"{"id": {"type": "string", "format": "uuid4"}}"#;
        let good = json!({"id": "5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63"});
        assert_eq!(wrong(fields, "", &good), [""; 0]);
        assert_eq!(wrong(fields, "", &json!({"id": "c232ab00-9414-11ec-b3c8-9f6bdeced846"})).len(), 1);
    }
}
