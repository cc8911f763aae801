//! One checkable statement about a request.

use super::{ConstraintId, JsonPointer, Level, ParameterPath, Rule};

/// One checkable statement about a request.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// Stable dotted id, such as `width.maximum`.
    pub id: ConstraintId,
    /// The dotted path of the parameter it is about; empty for the task itself.
    pub parameter: ParameterPath,
    /// The name of the member that must be present, where the constraint is that it is.
    pub member: Option<String>,
    /// Where it is stated.
    pub level: Level,
    /// What it demands.
    pub rule: Rule,
    /// The place of the keyword in the task's JSON Schema, as a JSON pointer.
    pub location: JsonPointer,
    /// How many steps into a request the value lies that the constraint is declared on.
    pub depth: usize,
    /// The sentence that says it, such as "must be at most 3840".
    pub expected: String,
    /// The page and anchor that document the parameter.
    pub documentation: Option<String>,
}
