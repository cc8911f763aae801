//! A plain JSON Schema (2020-12): nothing in it is ours, so that any validator takes it as it is.

use airspec_spec::Model;
use airspec_spec::model::media::NOT_CHECKED;
use serde_json::{Map, Value, json};

/// Version 4 and the variant of RFC 9562, for validators that know `uuid` alone.
const UUID4: &str = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$";

/// The task of a model as a JSON Schema.
///
/// What JSON Schema cannot say (an identity unique in a batch, an area, a ratio, the size of a file) is said in `$comment`.
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
        match keyword.as_str() {
            "properties" | "patternProperties" | "dependentSchemas" => {
                let all = value.as_object().into_iter().flatten();
                let all = all.map(|(name, schema)| (name.clone(), portable(schema)));
                out.insert(keyword.clone(), Value::Object(all.collect()));
            }
            "items"
            | "additionalProperties"
            | "contains"
            | "propertyNames"
            | "not"
            | "if"
            | "then"
            | "else" => {
                out.insert(keyword.clone(), portable(value));
            }
            "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
                let branches = value.as_array().into_iter().flatten().map(portable);
                out.insert(keyword.clone(), branches.collect());
            }
            "format" if value == "uuid4" => {
                out.insert("format".to_owned(), json!("uuid"));
                // A second pattern beside the schema's own one needs a place of its own.
                let place = if members.contains_key("pattern") { "allOf" } else { "pattern" };
                let pattern = if place == "allOf" { json!([{"pattern": UUID4}]) } else { json!(UUID4) };
                out.entry(place.to_owned()).or_insert(pattern);
            }
            "x-unique" => unsaid.push("must differ between the tasks of a batch".to_owned()),
            "x-constraints" => unsaid.extend(unstatable(value)),
            // What references refer to stands in their places.
            "$id" | "externalDocs" | "$defs" | "definitions" => {}
            extension if extension.starts_with("x-") => {}
            _ => {
                out.insert(keyword.clone(), value.clone());
            }
        }
    }
    if !unsaid.is_empty() {
        out.insert("$comment".to_owned(), json!(unsaid.join("; ")));
    }
    Value::Object(out)
}

/// The rules of `x-constraints` in words: those about parameters, and those about files.
fn unstatable(rules: &Value) -> Vec<String> {
    let is_about_files = |rule: &&Value| rule["parameters"].as_array().is_none_or(|names| names.len() != 2);
    let (files, parameters): (Vec<&Value>, Vec<&Value>) =
        rules.as_array().into_iter().flatten().partition(is_about_files);
    let said =
        |what: &str, rules: &[&Value]| (!rules.is_empty()).then(|| format!("{what}: {}", json!(rules)));
    let of_files = format!("rules about files, {NOT_CHECKED}");
    let all = [("rules that JSON Schema cannot state", parameters), (of_files.as_str(), files)];
    all.iter().filter_map(|(what, rules)| said(what, rules)).collect()
}
