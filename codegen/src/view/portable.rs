//! A plain JSON Schema (2020-12): nothing in it is ours, so that any validator takes it as it is.

use airspec_spec::Model;
use airspec_spec::model::Nesting;
use airspec_spec::model::image::CHECKED_WHERE;
use serde_json::{Map, Value, json};

/// Version 4 and the variant of RFC 9562, for validators that know `uuid` alone.
const UUID4: &str = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$";

/// The task of a model as a JSON Schema.
///
/// What JSON Schema cannot say (an identity unique in a batch, an area, a ratio, the size of an image) is said in `$comment`.
#[must_use]
pub fn json_schema(model: &Model) -> Value {
    let mut schema = portable(&model.schema);
    if let Value::Object(members) = &mut schema {
        members.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        members.insert("title".to_owned(), json!(model.title));
    }
    schema
}

/// A schema without our extensions and those of the provider.
pub(super) fn portable(schema: &Value) -> Value {
    let Value::Object(members) = schema else { return schema.clone() };
    let mut out = Map::new();
    let mut unsaid = Vec::new();
    for (keyword, value) in members {
        let inner = match (Nesting::of(keyword), value) {
            (Some(Nesting::One), schema) => Some(portable(schema)),
            (Some(Nesting::List), Value::Array(schemas)) => Some(schemas.iter().map(portable).collect()),
            (Some(Nesting::Map), Value::Object(schemas)) => {
                let schemas = schemas.iter().map(|(name, schema)| (name.clone(), portable(schema)));
                Some(Value::Object(schemas.collect()))
            }
            _ => None,
        };
        match (keyword.as_str(), inner) {
            // What references refer to stands in their places.
            ("$id" | "externalDocs" | "$defs" | "definitions", _) => {}
            (keyword, Some(inner)) => drop(out.insert(keyword.to_owned(), inner)),
            ("format", None) if value == "uuid4" => {
                out.insert("format".to_owned(), json!("uuid"));
                // A second pattern beside the schema's own one needs a place of its own.
                let place = if members.contains_key("pattern") { "allOf" } else { "pattern" };
                let pattern = if place == "allOf" { json!([{"pattern": UUID4}]) } else { json!(UUID4) };
                out.entry(place.to_owned()).or_insert(pattern);
            }
            ("x-unique", None) => unsaid.push("must differ between the tasks of a batch".to_owned()),
            ("x-constraints", None) => unsaid.extend(unstatable(value)),
            (extension, None) if extension.starts_with("x-") => {}
            (keyword, None) => drop(out.insert(keyword.to_owned(), value.clone())),
        }
    }
    if !unsaid.is_empty() {
        out.insert("$comment".to_owned(), json!(unsaid.join("; ")));
    }
    Value::Object(out)
}

/// The rules of `x-constraints` in words: those about parameters, and those about images.
fn unstatable(rules: &Value) -> Vec<String> {
    let is_about_images = |rule: &&Value| rule["parameters"].as_array().is_none_or(|names| names.len() != 2);
    let (images, parameters): (Vec<&Value>, Vec<&Value>) =
        rules.as_array().into_iter().flatten().partition(is_about_images);
    let said =
        |what: &str, rules: &[&Value]| (!rules.is_empty()).then(|| format!("{what}: {}", json!(rules)));
    let of_images = format!("rules about images, {CHECKED_WHERE}");
    let all = [("rules that JSON Schema cannot state", parameters), (of_images.as_str(), images)];
    all.iter().filter_map(|(what, rules)| said(what, rules)).collect()
}
