//! Names and values that an object or a closed set does not have, and that are taken all the same.

use super::ConstraintMutation;
use airspec_spec::Schema;
use airspec_spec::text::words;
use serde_json::Value;

/// Names of parameters that sibling models have, each in a fault of its own.
const NAMES: [(&str, &str); 12] = [
    ("sibling-seed", "seed"),
    ("sibling-steps", "steps"),
    ("sibling-negativePrompt", "negativePrompt"),
    ("sibling-strength", "strength"),
    ("sibling-CFGScale", "CFGScale"),
    ("sibling-scheduler", "scheduler"),
    ("sibling-seedImage", "seedImage"),
    ("sibling-maskImage", "maskImage"),
    ("sibling-lora", "lora"),
    ("sibling-watermark", "watermark"),
    ("sibling-referenceImages", "referenceImages"),
    ("sibling-quality", "quality"),
];

/// Values that sibling models have, by the name of the parameter.
const VALUES: [(&str, &str, &str); 14] = [
    ("outputFormat", "sibling-TIFF", "TIFF"),
    ("outputFormat", "sibling-GIF", "GIF"),
    ("outputFormat", "sibling-SVG", "SVG"),
    ("outputFormat", "sibling-AVIF", "AVIF"),
    ("outputFormat", "sibling-JPEG", "JPEG"),
    ("outputType", "sibling-file", "file"),
    ("outputType", "sibling-base64", "base64"),
    ("deliveryMethod", "sibling-stream", "stream"),
    ("deliveryMethod", "sibling-webhook", "webhook"),
    ("moderation", "sibling-none", "none"),
    ("moderation", "sibling-high", "high"),
    ("quality", "sibling-standard", "standard"),
    ("quality", "sibling-hd", "hd"),
    ("background", "sibling-none", "none"),
];

/// The ways to take a declared name in another spelling. A name of one word is the same in snake and in kebab case.
pub(super) fn spellings(schema: &Schema) -> Vec<ConstraintMutation> {
    let has_words = schema.properties.iter().any(|property| words(&property.name).len() > 1);
    let is_meant = |way: &ConstraintMutation| {
        has_words || !matches!(way, ConstraintMutation::Snake | ConstraintMutation::Kebab)
    };
    ConstraintMutation::NAMES.into_iter().filter(is_meant).collect()
}

/// The siblings' names that an object does not have itself.
pub(super) fn siblings_of_names(schema: &Schema) -> Vec<ConstraintMutation> {
    let foreign = NAMES.iter().filter(|(_, name)| schema.property(name).is_none());
    foreign.map(|(word, _)| ConstraintMutation::Sibling(word)).collect()
}

/// The siblings' values of a closed set, which it does not have itself.
pub(super) fn siblings_of_values(schema: &Schema, values: &[&Value]) -> Vec<ConstraintMutation> {
    let own = VALUES.iter().filter(|(parameter, ..)| *parameter == schema.name());
    let foreign = own.filter(|(.., value)| !values.iter().any(|known| **known == *value));
    foreign.map(|(_, word, _)| ConstraintMutation::Sibling(word)).collect()
}

/// The name or the value that a word of a fault means.
pub(super) fn sibling(word: &str) -> &str {
    word.strip_prefix("sibling-").unwrap_or(word)
}

/// Whether an unknown name with that value is taken by an object that knows other names.
pub(super) fn takes(
    mutation: ConstraintMutation,
    known: &[String],
    name: &str,
    value: Option<&Value>,
) -> bool {
    let is_known = |name: &str| known.iter().any(|known| known == name);
    match mutation {
        ConstraintMutation::Sibling(word) => sibling(word) == name,
        ConstraintMutation::Snake => known.iter().any(|known| words(known).join("_") == name),
        ConstraintMutation::Kebab => known.iter().any(|known| words(known).join("-") == name),
        ConstraintMutation::Prefixed => name.starts_with("x-"),
        ConstraintMutation::Underscore => name.strip_prefix('_').is_some(),
        ConstraintMutation::Blank => !is_known(name) && is_known(name.trim()),
        ConstraintMutation::NullName => value.is_some_and(Value::is_null),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_known_in_another_form() {
        let known = ["outputType", "taskUUID"].map(str::to_owned);
        let takes = |mutation, name: &str| takes(mutation, &known, name, Some(&json!(1)));
        assert!(
            takes(ConstraintMutation::Snake, "output_type") && takes(ConstraintMutation::Snake, "task_uuid")
        );
        assert!(!takes(ConstraintMutation::Snake, "output_format"));
        assert!(takes(ConstraintMutation::Kebab, "output-type"));
        assert!(takes(ConstraintMutation::Prefixed, "x-a") && !takes(ConstraintMutation::Prefixed, "a"));
        assert!(takes(ConstraintMutation::Sibling("sibling-seed"), "seed"));
        assert!(!takes(ConstraintMutation::NullName, "a"));
    }
}
