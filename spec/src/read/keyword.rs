//! The keywords of the dialect, for the reader and for whoever takes documents over.

use crate::document::{Diagnostic, Member, text};


/// Keywords that state something about a value.
pub(crate) const STATEMENTS: [&str; 30] = [
    "type",
    "const",
    "enum",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "format",
    "pattern",
    "minItems",
    "maxItems",
    "items",
    "contains",
    "properties",
    "required",
    "additionalProperties",
    "dependentRequired",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "x-constraints",
    "x-unique",
    "x-levels",
];

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

/// The error for a keyword that is none of them; with a suggestion, where one is wanted.
pub(super) fn unknown(keyword: &str, member: &Member<'_>, suggests: bool) -> Diagnostic {
    let known = STATEMENTS.into_iter().chain(ANNOTATIONS).filter(|_| suggests);
    let help = match text::nearest(keyword, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None if keyword == "$ref" => {
            "write the schema out in place: task objects hold no references".to_owned()
        }
        None => "nothing in a spec is dropped silently: implement the keyword or remove it".to_owned(),
    };
    member.error(format!("unknown keyword `{}`", text::shorten(keyword, 60)), help)
}
