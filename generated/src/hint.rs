//! The nearest legal value, added to the message of a violated step, range, area or ratio.

use crate::facts::Facts;
use crate::grid::Nearest;
use crate::node::Node;
use crate::size::{self, Size};
use crate::violation::{Violation, Violations};
use std::fmt::Write as _;

/// The keywords whose violations have a nearest legal value.
const KEYWORDS: [&str; 5] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];

/// The violations of a request with their hints.
pub(crate) fn hinted(violations: Violations, request: Node<'_>, facts: &Facts) -> Violations {
    violations.map(|violation| {
        let _ = match hint(violation, request, facts) {
            Some(Hint::Size(size)) => write!(violation.message, "; nearest legal size: {size}"),
            Some(Hint::Number(nearest)) => write!(violation.message, "; {nearest}"),
            None => Ok(()),
        };
    })
}

/// What is legal, and near.
enum Hint {
    Size(Size),
    Number(Nearest),
}

fn hint(violation: &Violation, request: Node<'_>, facts: &Facts) -> Option<Hint> {
    let id = &*violation.constraint;
    if facts.relations.iter().any(|relation| relation.constraint == Some(id)) {
        return size::nearest_of(facts, request).map(Hint::Size);
    }
    let (path, keyword) = id.rsplit_once('.')?;
    if !KEYWORDS.contains(&keyword) {
        return None;
    }
    let found = at(request, &violation.pointer)?.number()?.printed()?;
    facts.grid_of(path)?.nearest(found).map(Hint::Number)
}

/// The value at a JSON pointer.
fn at<'a>(request: Node<'a>, pointer: &str) -> Option<Node<'a>> {
    pointer.split('/').skip(1).try_fold(request, |node, key| match node {
        Node::List(list) => {
            key.parse().ok().filter(|index| *index < list.len()).map(|index| list.item(index))
        }
        _ if key.contains('~') => node.member(&key.replace("~1", "/").replace("~0", "~")),
        _ => node.member(key),
    })
}
