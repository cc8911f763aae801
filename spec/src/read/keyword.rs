//! The keywords of the dialect, for the reader and for whoever takes documents over.

use crate::document::{Diagnostic, Member, text};
use crate::rule;

/// Keywords that need other members of their schema, or say how schemas nest. The others have a reader each.
const STRUCTURE: [&str; 12] = [
    "items",
    "prefixItems",
    "properties",
    "required",
    "patternProperties",
    "unevaluatedProperties",
    "additionalProperties",
    "allOf",
    "if",
    "then",
    "else",
    "x-levels",
];

/// Keywords that state something about a value.
pub(crate) fn statements() -> impl Iterator<Item = &'static str> {
    rule::keywords().chain(STRUCTURE)
}

/// Keywords that keep schemas for references.
pub(super) const DEFINITIONS: [&str; 2] = ["$defs", "definitions"];

/// Keywords that only describe.
pub(super) const ANNOTATIONS: [&str; 15] = [
    "title",
    "description",
    "default",
    "externalDocs",
    "$id",
    "$schema",
    "$comment",
    "examples",
    "x-order",
    "x-response-schema",
    "x-value-count",
    "deprecated",
    "readOnly",
    "writeOnly",
    "example",
];

/// Keywords of JSON Schema that are not implemented, with what says the same.
const OTHERS: [(&str, &str); 9] = [
    ("unevaluatedItems", "use `items`, or `prefixItems` with `items`"),
    ("minContains", "use `contains`, which demands one item"),
    ("maxContains", "use `maxItems`, or `not` with `contains`"),
    ("minProperties", "use `required`, or `anyOf` of what may be required"),
    ("maxProperties", "declare the members, and use `additionalProperties: false`"),
    ("dependencies", "use `dependentRequired` or `dependentSchemas`"),
    ("$anchor", "use `$ref` with a pointer, as in `#/$defs/NAME`"),
    ("$dynamicAnchor", "use `$ref` with a pointer, as in `#/$defs/NAME`"),
    ("$dynamicRef", "use `$ref` with a pointer, as in `#/$defs/NAME`"),
];

/// The error for a keyword that is none of them; with a suggestion, where one is wanted.
pub(super) fn unknown(keyword: &str, member: &Member<'_>, suggests: bool) -> Diagnostic {
    member.outside(refused(keyword, member, suggests))
}

fn refused(keyword: &str, member: &Member<'_>, suggests: bool) -> Diagnostic {
    if let Some((_, instead)) = OTHERS.iter().find(|(other, _)| *other == keyword) {
        return member
            .error(format!("unknown keyword `{keyword}`"), format!("it is not implemented: {instead}"));
    }
    // Others have been followed.
    if keyword == "$ref" {
        let to = member.value.string().unwrap_or_default();
        let message = format!("`$ref` to `{}` is not followed", text::shorten(&to, 60));
        return member.error(message, "copy the schema into this file, as deep as requests go");
    }
    let known = statements().chain(ANNOTATIONS).chain(DEFINITIONS).filter(|_| suggests);
    let help = match text::nearest(keyword, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "nothing in a spec is dropped silently: remove the keyword".to_owned(),
    };
    member.error(format!("unknown keyword `{}`", text::shorten(keyword, 60)), help)
}
