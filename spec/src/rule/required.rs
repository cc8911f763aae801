//! `required`: members of an object that are present.

use super::{Keyword, Scope};
use crate::document::{Diagnostic, Member, text};

pub(super) struct Required;

/// The names that are required. Each becomes a constraint on the parameter of that name.
pub(crate) fn read<'a>(member: &Member<'a>, scope: &mut dyn Scope<'a>) -> Result<Vec<String>, Diagnostic> {
    let items = member.value.items()?;
    if scope.admits(member.value, items.len()) { text::distinct(&items) } else { Ok(Vec::new()) }
}

impl Keyword<'_> for Required {
    fn name(&self) -> &'static str {
        "required"
    }

    fn rank(&self) -> u8 {
        1
    }

    fn sentence(&self) -> String {
        "is required".to_owned()
    }
}
