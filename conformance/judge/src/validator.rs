//! A judge of requests: the `jsonschema` crate on a document's own schema, with what only our documents have.
//!
//! `x-constraints`, the format `uuid4` and the translation of patterns are all that is of our own making.

use airspec_spec::model::{Nesting, Operation, Relation, exact};
use airspec_spec::rule::translate;
use bigdecimal::{BigDecimal, Signed as _, Zero as _};
use jsonschema::{Keyword, PatternOptions, ValidationError, Validator};
use serde_json::{Map, Value};

/// The validator of a schema. An error of the custom keyword `x-constraints` has the index of the rule as its message.
///
/// # Errors
/// The reason why the `jsonschema` crate does not compile the schema.
pub fn validator(schema: &Value) -> Result<Validator, String> {
    jsonschema::draft202012::options()
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::regex())
        .with_format("uuid4", is_uuid4)
        .with_keyword("x-constraints", |_, value, _| {
            Ok(Box::new(Relations::read(value)) as Box<dyn for<'i> Keyword<'i>>)
        })
        .build(&with_translated_patterns(schema))
        .map_err(|error| error.to_string())
}

/// The schema with its patterns as the engine of generated code reads them: the `jsonschema` crate has a translation of
/// its own, to which `.` is another set of characters and `\b` another boundary than to ECMA 262.
fn with_translated_patterns(schema: &Value) -> Value {
    let Value::Object(members) = schema else { return schema.clone() };
    let translated = |pattern: &str| translate(pattern).unwrap_or_else(|_| pattern.to_owned());
    let member = |(keyword, value): (&String, &Value)| {
        let value = match (Nesting::of(keyword), value) {
            (Some(Nesting::Map), Value::Object(schemas)) if keyword == "patternProperties" => {
                let mut of_pattern = Map::new();
                for (pattern, schema) in schemas {
                    let mut pattern = translated(pattern);
                    // Two ways to write one pattern.
                    while of_pattern.contains_key(&pattern) {
                        pattern.insert_str(0, "(?:)");
                    }
                    of_pattern.insert(pattern, with_translated_patterns(schema));
                }
                Value::Object(of_pattern)
            }
            (Some(Nesting::Map), Value::Object(schemas)) => {
                let schemas = schemas.iter();
                schemas.map(|(name, schema)| (name.clone(), with_translated_patterns(schema))).collect()
            }
            (Some(Nesting::List), Value::Array(schemas)) => {
                schemas.iter().map(with_translated_patterns).collect()
            }
            (Some(Nesting::One), schema) => with_translated_patterns(schema),
            (None, Value::String(pattern)) if keyword == "pattern" => Value::from(translated(pattern)),
            (_, other) => other.clone(),
        };
        (keyword.clone(), value)
    };
    members.iter().map(member).collect()
}

/// Version 4 and the variant of RFC 9562, in the hyphenated form.
fn is_uuid4(text: &str) -> bool {
    uuid::Uuid::try_parse(text).is_ok_and(|uuid| {
        text.len() == 36 && uuid.get_version_num() == 4 && uuid.get_variant() == uuid::Variant::RFC4122
    })
}

/// The rules of one `x-constraints`.
struct Relations(Vec<Relation>);

impl Relations {
    fn read(value: &Value) -> Self {
        let decimal = |rule: &Value, name: &str| rule.get(name).and_then(exact);
        let name =
            |rule: &Value, index: usize| rule["parameters"][index].as_str().unwrap_or_default().to_owned();
        // A rule about images names one parameter: what is in an image is no matter of JSON.
        let is_relation = |rule: &&Value| rule["parameters"].as_array().is_some_and(|names| names.len() == 2);
        let rules = value.as_array().into_iter().flatten().filter(is_relation).map(|rule| Relation {
            operation: if rule["operation"] == "area" { Operation::Area } else { Operation::Ratio },
            parameters: [name(rule, 0), name(rule, 1)],
            minimum: decimal(rule, "minimum"),
            maximum: decimal(rule, "maximum"),
        });
        Self(rules.collect())
    }

    fn broken(&self, instance: &Value) -> Vec<usize> {
        let Some(object) = instance.as_object() else { return Vec::new() };
        (0..self.0.len()).filter(|index| !admits(&self.0[*index], object)).collect()
    }
}

impl<'i> Keyword<'i> for Relations {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        match self.broken(instance).first() {
            None => Ok(()),
            Some(index) => Err(ValidationError::custom(index.to_string())),
        }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        self.broken(instance).is_empty()
    }

    fn iter_errors(&self, instance: &'i Value) -> Box<dyn Iterator<Item = ValidationError<'i>> + 'i> {
        Box::new(self.broken(instance).into_iter().map(|index| ValidationError::custom(index.to_string())))
    }
}

fn admits(rule: &Relation, object: &Map<String, Value>) -> bool {
    let [a, b] = &rule.parameters;
    let (Some(a), Some(b)) = (object.get(a).and_then(exact), object.get(b).and_then(exact)) else {
        return true;
    };
    let within = |low: &BigDecimal, value: &BigDecimal, high: &BigDecimal| low <= value && value <= high;
    let (low, high) = (rule.minimum.as_ref(), rule.maximum.as_ref());
    match rule.operation {
        Operation::Area => {
            let area = &a * &b;
            within(low.unwrap_or(&area), &area, high.unwrap_or(&area))
        }
        Operation::Ratio if b.is_zero() => false,
        // a ÷ b compared with a bound is a compared with bound × b, turned round for a negative b.
        Operation::Ratio => {
            let (a, b) = if b.is_negative() { (-a, -b) } else { (a, b) };
            low.is_none_or(|low| a >= low * &b) && high.is_none_or(|high| a <= high * &b)
        }
    }
}
