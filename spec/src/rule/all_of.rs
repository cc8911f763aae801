//! `allOf`: all of several schemas hold. Each branch is a rule of its own.

use super::if_::consequence::{self, Subject};
use super::{Keyword, Scope, branch_witnesses, phrase, some_branches};
use crate::document::{Diagnostic, Member, Node};
use crate::model::{Rule, Schema, Witness};
use std::slice;

pub(super) struct AllOf<'a>(pub(super) &'a Schema);

/// The branches, each with its place. An empty list is reported.
pub(crate) fn read<'a>(
    member: &Member<'a>,
    scope: &mut dyn Scope<'a>,
) -> Result<Vec<(Node<'a>, Schema)>, Diagnostic> {
    let branches = some_branches(member)?.into_iter().enumerate();
    Ok(branches.map(|(index, branch)| (branch, scope.condition(branch, &format!("allOf/{index}")))).collect())
}

/// Whether a branch states rules over several parameters only: the same as these rules one level up.
pub(crate) fn is_lifted(branch: &Schema) -> bool {
    branch.properties.is_empty()
        && branch.items.is_none()
        && branch.additional.is_none()
        && branch.rules().all(Rule::is_composite)
}

impl<'a> Keyword<'a> for AllOf<'a> {
    fn name(&self) -> &'static str {
        "allOf"
    }

    fn rank(&self) -> u8 {
        13
    }

    fn sentence(&self) -> String {
        consequence::of_all(self.0, &Subject::default())
    }

    fn condition(&self, _: &str) -> String {
        phrase(self.0)
    }

    fn is_composite(&self) -> bool {
        true
    }

    fn children(&self) -> Vec<&'a Schema> {
        vec![self.0]
    }

    fn witnesses(&self, _: &Schema) -> Vec<Witness> {
        branch_witnesses(slice::from_ref(self.0))
    }
}
