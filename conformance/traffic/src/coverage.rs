//! Which constraints a task is about: those of parameters that it has.

use airspec_spec::{Constraint, ParameterPath};
use serde_json::Value;

/// The name of the items of an array in the path of a parameter.
const ITEMS: &str = "items";

/// Whether a task shows something of a constraint: it has one of the parameters, or the constraint is about the task
/// itself.
pub(crate) fn touches(constraint: &Constraint, task: &Value) -> bool {
    let tied = constraint.parameters();
    if tied.is_empty() || constraint.member.is_some() {
        return has(task, &constraint.parameter);
    }
    tied.iter().any(|path| has(task, path))
}

/// Whether a task has a value at a path, in any of the items of arrays.
fn has(task: &Value, path: &ParameterPath) -> bool {
    let steps: Vec<&str> = path.split('.').filter(|step| !step.is_empty()).collect();
    is_at(task, &steps)
}

fn is_at(value: &Value, steps: &[&str]) -> bool {
    let Some((first, rest)) = steps.split_first() else { return true };
    match value {
        Value::Array(items) if *first == ITEMS => items.iter().any(|item| is_at(item, rest)),
        Value::Object(members) => members.get(*first).is_some_and(|member| is_at(member, rest)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_leads_into_objects_and_items() {
        let task = json!({"a": {"b": [1, {"c": 2}], "items": 3}});
        for (path, is_there) in [
            ("", true),
            ("a", true),
            ("a.b.items.c", true),
            ("a.items", true),
            ("a.b.c", false),
            ("b", false),
        ] {
            assert_eq!(has(&task, &ParameterPath::from(path)), is_there, "{path}");
        }
    }
}
