//! `x-unique`: a member differs between the tasks of a batch. It is the one rule that looks at several tasks.

use crate::node::Node;
use crate::violation::{Constraint, Violation, Violations};
use std::collections::HashSet;

/// A violation for each task whose identity an earlier one has. Letter case does not make two UUIDs different.
pub(crate) fn repeated<'a>(
    tasks: impl Iterator<Item = Node<'a>>,
    (name, constraint): (&str, &'static Constraint),
) -> Violations {
    let mut violations = Violations::default();
    let mut seen = HashSet::new();
    for (index, task) in tasks.enumerate() {
        let Some(identity) = task.member(name).and_then(Node::text) else { continue };
        if !seen.insert(identity.to_ascii_lowercase()) {
            let pointer = format!("/{index}/{name}");
            violations.extend([Violation::new(pointer, constraint.id, constraint.expected.to_owned())]);
        }
    }
    violations
}
