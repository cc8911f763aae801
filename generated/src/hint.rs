//! The nearest legal value, added to the message of a violated step, range, area or ratio.

use crate::facts::Facts;
use crate::node::Node;
use crate::size;
use crate::violation::{Violation, Violations};

/// The keywords whose violations have a nearest legal value.
const KEYWORDS: [&str; 5] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];

/// The violations of a request with their hints.
pub(crate) fn hinted(violations: Violations, request: Node<'_>, facts: &Facts) -> Violations {
    violations.map(|violation| {
        if let Some(hint) = hint(violation, request, facts) {
            violation.message.push_str("; ");
            violation.message.push_str(&hint);
        }
    })
}

fn hint(violation: &Violation, request: Node<'_>, facts: &Facts) -> Option<String> {
    let id = &*violation.constraint;
    if facts.relations.iter().any(|relation| relation.constraint == Some(id)) {
        return size::nearest_of(facts, request).map(|size| format!("nearest legal size: {size}"));
    }
    let (path, keyword) = id.rsplit_once('.')?;
    if !KEYWORDS.contains(&keyword) {
        return None;
    }
    let found = at(request, &violation.pointer)?.number()?.printed()?;
    match facts.grid_of(path)?.nearest(found).as_slice() {
        [one] => Some(format!("nearest legal value: {one}")),
        [below, above] => Some(format!("nearest legal values: {below} and {above}")),
        _ => None,
    }
}

/// The value at a JSON pointer.
fn at<'a>(request: Node<'a>, pointer: &str) -> Option<Node<'a>> {
    pointer.split('/').skip(1).try_fold(request, |node, key| match node {
        Node::List(list) => {
            key.parse().ok().filter(|index| *index < list.len()).map(|index| list.item(index))
        }
        _ => node.member(&key.replace("~1", "/").replace("~0", "~")),
    })
}
