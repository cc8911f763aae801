//! How schemas are inside schemas.

/// How the value of a keyword holds schemas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// It is a schema.
    One,
    /// It is a list of schemas.
    List,
    /// It is an object with a schema under each name.
    Map,
}

impl Nesting {
    /// None for a keyword that holds no schema, in whose value each name is a name.
    #[must_use]
    pub fn of(keyword: &str) -> Option<Self> {
        Some(match keyword {
            "items"
            | "additionalProperties"
            | "unevaluatedProperties"
            | "propertyNames"
            | "contains"
            | "not"
            | "if"
            | "then"
            | "else" => Self::One,
            "allOf" | "anyOf" | "oneOf" | "prefixItems" => Self::List,
            "properties" | "patternProperties" | "dependentSchemas" | "$defs" | "definitions" => Self::Map,
            _ => return None,
        })
    }
}
