//! The schema `false`: no value is allowed.

use super::{Keyword, samples};
use crate::document::{Diagnostic, Node};
use crate::model::{Rule, Schema, Witness};

pub(super) struct False;

/// A schema that is a boolean: `true` states nothing. `None` where it is no boolean.
pub(crate) fn read(node: Node<'_>) -> Option<Result<Vec<Rule>, Diagnostic>> {
    let is_boolean = node.kind() == "a boolean";
    is_boolean.then(|| node.boolean().map(|allows| if allows { Vec::new() } else { vec![Rule::False] }))
}

impl Keyword<'_> for False {
    fn name(&self) -> &'static str {
        "false"
    }

    fn rank(&self) -> u8 {
        4
    }

    fn sentence(&self) -> String {
        "is never allowed".to_owned()
    }

    fn witnesses(&self, _: &Schema) -> Vec<Witness> {
        samples(&Schema::default()).into_iter().map(|value| Witness::reject(value, "any value")).collect()
    }
}
