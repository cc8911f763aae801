//! The schema of results and of errors: unknown fields, missing ones, values of the wrong type or format.
//!
//! The model's schema is written back as JSON Schema and judged by the `jsonschema` crate, so that there is no
//! interpreter of ours. Published result schemas have no rules over several fields; such a rule would be refused here
//! rather than dropped.

use super::protocol::{PARAMETER, STATUS};
use super::{OracleError, excerpt};
use airspec_spec::Schema;
use airspec_spec::rule::{End, Rule};
use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// A compiled schema of answers.
#[derive(Debug)]
pub(super) struct Shape {
    validator: Validator,
}

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
        let document = document(schema).map_err(refused)?;
        Self::compile(spec, &document)
    }

    /// A schema of errors. Published ones close the object and know `parameter` as a text only; live answers break
    /// both, and they win. Whom an error blames is judged elsewhere.
    pub(super) fn open(spec: &str, schema: &Schema) -> Result<Self, OracleError> {
        let mut schema = schema.clone();
        schema.constraints.retain(|constraint| !matches!(constraint.rule, Rule::Closed(_)));
        schema.properties.retain(|property| property.name != PARAMETER);
        Self::of(spec, &schema)
    }

    fn compile(spec: &str, document: &Value) -> Result<Self, OracleError> {
        let refused = |reason: String| OracleError::Shape { spec: spec.to_owned(), reason };
        let validator = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .build(document)
            .map_err(|error| refused(error.to_string()))?;
        Ok(Self { validator })
    }

    /// What is wrong with an object; one from a poll may have a `status`.
    pub(super) fn wrong(&self, object: &Map<String, Value>, polled: bool) -> Vec<Flaw> {
        let mut object = object.clone();
        if polled {
            object.remove(STATUS);
        }
        let object = Value::Object(object);
        let flaw = |error: jsonschema::ValidationError<'_>| {
            let place = error.instance_path().to_string();
            let name = place.trim_start_matches('/').replace('/', ".");
            let rule = error.schema_path().to_string();
            let reason = excerpt(&error.to_string());
            let field = if name.is_empty() { String::new() } else { format!("has a wrong `{name}`: ") };
            let of = if name.is_empty() { "is not as documented: " } else { "" };
            Flaw {
                subject: format!("result{}", rule.replace('/', ".")),
                sentence: format!("{field}{of}{reason}"),
            }
        };
        self.validator.iter_errors(&object).map(flaw).collect()
    }
}

fn document(schema: &Schema) -> Result<Value, String> {
    let mut document = Map::new();
    for rule in schema.rules() {
        let (name, value) = keyword(rule).ok_or_else(|| {
            format!("`{}` is not implemented for answers (at `{}`)", rule.keyword(), schema.path)
        })?;
        document.insert(name.to_owned(), value);
    }
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for property in &schema.properties {
        if property.declared {
            properties.insert(property.name.clone(), self::document(&property.schema)?);
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
        document.insert("items".to_owned(), self::document(items)?);
    }
    if let Some(additional) = &schema.additional {
        document.insert("additionalProperties".to_owned(), self::document(additional)?);
    }
    Ok(Value::Object(document))
}

/// A rule as a keyword of JSON Schema. `None` for one that ties several values together.
fn keyword(rule: &Rule) -> Option<(&'static str, Value)> {
    let number = |decimal: &bigdecimal::BigDecimal| serde_json::from_str(&decimal.to_plain_string()).ok();
    let end = |end: End, low: &'static str, high: &'static str| match end {
        End::Min => low,
        End::Max => high,
    };
    let (name, value) = match rule {
        Rule::Type(kinds) => ("type", json!(kinds.names())),
        Rule::Const(value) => ("const", value.clone()),
        Rule::Enum(values) => ("enum", values.values.iter().map(|known| known.value.clone()).collect()),
        Rule::Never => ("not", json!({})),
        Rule::Range(range) => (range.edge.keyword(), number(&range.bound)?),
        Rule::MultipleOf(step) => ("multipleOf", number(step)?),
        Rule::Length(length) => (end(length.end, "minLength", "maxLength"), json!(length.count)),
        Rule::Items(items) => (end(items.end, "minItems", "maxItems"), json!(items.count)),
        Rule::Format(format) => ("format", json!(format.word())),
        Rule::Pattern(pattern) => ("pattern", json!(pattern.ecma)),
        Rule::Closed(_) => ("additionalProperties", Value::Bool(false)),
        Rule::Required
        | Rule::Dependent(_)
        | Rule::AllOf(_)
        | Rule::AnyOf(_)
        | Rule::OneOf(_)
        | Rule::Not(_)
        | Rule::If(_)
        | Rule::Contains(_)
        | Rule::Relation(_)
        | Rule::Unique => return None,
    };
    Some((name, value))
}
