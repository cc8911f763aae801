//! `if`: `then` holds where a condition does, and `else` where it does not.

pub(crate) mod consequence;

use super::{Keyword, Scope, branch_witnesses};
use crate::document::Node;
use crate::model;
use crate::model::{Rule, Schema, Witness};
use consequence::Subject;
use std::slice;

pub(super) struct If<'a>(pub(super) &'a model::If);

/// Reads `if` with its `then` and `else`. What has no effect is read too, for its errors, and warned of.
pub(crate) fn read<'a>(
    condition: Option<Node<'a>>,
    then: Option<Node<'a>>,
    otherwise: Option<Node<'a>>,
    scope: &mut dyn Scope<'a>,
) -> Option<Rule> {
    let mut read = |node: Option<Node<'a>>, keyword| node.map(|node| scope.condition(node, keyword));
    let (held, then_held, else_held) = (read(condition, "if"), read(then, "then"), read(otherwise, "else"));
    let Some(held) = held else {
        for (keyword, node) in [("then", then), ("else", otherwise)] {
            if let Some(node) = node {
                let message = format!("`{keyword}` without `if` has no effect");
                scope.report(node.error(message, "add `if` or remove it").into_warning());
            }
        }
        return None;
    };
    if let (Some(node), None, None) = (condition, then, otherwise) {
        let message = "`if` without `then` or `else` has no effect";
        scope.report(node.error(message, "add one of them or remove it").into_warning());
        return None;
    }
    Some(Rule::If(Box::new(model::If { condition: held, then: then_held, otherwise: else_held })))
}

impl<'a> Keyword<'a> for If<'a> {
    fn name(&self) -> &'static str {
        "if"
    }

    fn rank(&self) -> u8 {
        17
    }

    fn sentence(&self) -> String {
        consequence::of_if(self.0, &Subject::default())
    }

    fn is_composite(&self) -> bool {
        true
    }

    fn children(&self) -> Vec<&'a Schema> {
        [&self.0.condition].into_iter().chain(&self.0.then).chain(&self.0.otherwise).collect()
    }

    fn witnesses(&self, _: &Schema) -> Vec<Witness> {
        let branches = self.children().into_iter();
        branches.flat_map(|branch| branch_witnesses(slice::from_ref(branch))).collect()
    }
}
