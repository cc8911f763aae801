//! `additionalProperties`: what the members of an object may be that are not declared.

use super::Keyword;
use crate::document::{Diagnostic, Member, Node, text};

/// `additionalProperties: false`: the members of an object are those that are declared.
pub(super) struct AdditionalProperties<'a>(pub(super) &'a [String]);

/// What `additionalProperties` says.
#[derive(Clone, Copy)]
pub(crate) enum Additional<'a> {
    /// `true`: anything.
    Open,
    /// `false`: nothing, which is a rule over the declared names.
    Closed(Node<'a>),
    /// A schema for each of them.
    Schema(Node<'a>),
}

pub(crate) fn read<'a>(member: &Member<'a>) -> Result<Additional<'a>, Diagnostic> {
    let value = member.value;
    if value.kind() != "a boolean" {
        return Ok(Additional::Schema(value));
    }
    Ok(if value.boolean()? { Additional::Open } else { Additional::Closed(value) })
}

impl<'a> Keyword<'a> for AdditionalProperties<'a> {
    fn name(&self) -> &'static str {
        "additionalProperties"
    }

    fn rank(&self) -> u8 {
        11
    }

    fn sentence(&self) -> String {
        if self.0.is_empty() {
            return "must have no members".to_owned();
        }
        format!("must have no members but {}", text::list(&text::ticked(self.0), "and"))
    }
}
