//! A later release of a document, as the provider could publish it: other limits, other defaults, one more value of each
//! list, and a new parameter. Names stay: code that uses them is changed by hand.

use anyhow::Context as _;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The text of the later release of a document.
pub(super) fn release(text: &str) -> anyhow::Result<String> {
    let mut document: Value = serde_json::from_str(text)?;
    let behaviours = document["x-behaviours"].as_array().cloned().unwrap_or_default();
    // What decides how answers look is no limit.
    let kept: BTreeSet<String> = behaviours
        .iter()
        .filter_map(|behaviour| behaviour["parameter"].as_str())
        .map(|name| name.rsplit('.').next().unwrap_or(name).to_owned())
        .collect();
    let task =
        document.pointer_mut("/components/schemas/RequestBody/items").context("the document has no task")?;
    change(task, &kept);
    let properties = task["properties"].as_object_mut().context("the task has no parameters")?;
    properties.insert("rehearsal".to_owned(), json!({"type": "boolean", "default": false}));
    // As the provider publishes it: without what is ours.
    for name in ["x-behaviours", "x-owner-constraints"] {
        document.as_object_mut().map(|members| members.remove(name));
    }
    Ok(format!("{document:#}\n"))
}

fn change(schema: &mut Value, kept: &BTreeSet<String>) {
    for (name, part) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        if let Some(members) = part.as_object_mut() {
            limits(members, kept.contains(name));
        }
        change(part, kept);
    }
}

fn limits(schema: &mut Map<String, Value>, is_kept: bool) {
    let step = schema.get("multipleOf").and_then(Value::as_i64).unwrap_or(1);
    for (keyword, by) in
        [("minimum", step), ("maximum", 16 * step), ("minLength", 1), ("maxLength", -100), ("maxItems", -3)]
    {
        let Some(limit) = schema.get(keyword).and_then(Value::as_i64) else { continue };
        // A default stays within its limits.
        let default = schema.get("default").and_then(Value::as_i64);
        if keyword != "minimum" || default.is_none_or(|default| default > limit) {
            schema.insert(keyword.to_owned(), (limit + by).into());
        }
    }
    if is_kept {
        return;
    }
    match schema.get("default") {
        Some(Value::Number(number)) => {
            let later = number.as_i64().map(|number| number - step);
            let least = schema.get("minimum").and_then(Value::as_i64).unwrap_or(i64::MIN);
            if let Some(later) = later.filter(|later| *later >= least) {
                schema.insert("default".to_owned(), later.into());
            }
        }
        Some(Value::String(_)) => {
            let values = schema.get("oneOf").and_then(Value::as_array).cloned().unwrap_or_default();
            if let Some(last) = values.last().and_then(|value| value.get("const")) {
                schema.insert("default".to_owned(), last.clone());
            }
            if let Some(list) = schema.get_mut("oneOf").and_then(Value::as_array_mut) {
                list.push(json!({"const": "rehearsed"}));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use airspec_spec::Source;
    use airspec_spec::import;
    use airspec_spec::verify::compare;

    #[test]
    fn a_later_release_is_a_document_with_other_limits_values_and_defaults() {
        let text = include_str!("../../../spec/tests/specs/gpt-image.json");
        let later = release(text).unwrap();
        let read = |text: &str| import::read(&Source::new("spec", text)).unwrap();
        let found = compare(&read(&later), &read(text));
        let kinds: BTreeSet<&str> = found.iter().filter_map(|one| one.id.rsplit('.').next()).collect();
        assert!(
            kinds.contains("maximum") && kinds.contains("default") && kinds.contains("enum"),
            "{kinds:?}"
        );
        assert!(found.len() > 8, "{found:?}");
    }
}
