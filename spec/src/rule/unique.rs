//! `x-unique`: the value differs between the tasks of a batch.

use super::{Keyword, Scope};
use crate::document::{Diagnostic, Member};
use crate::model::Rule;

pub(super) struct Unique;

pub(super) fn read<'a>(member: &Member<'a>, scope: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    let is_demanded = member.value.boolean()?;
    if !scope.is_parameter_of_task() {
        let help = "it compares whole tasks: put it on a parameter of the task itself";
        return Err(member.outside(member.error("`x-unique` on what is no parameter of the task", help)));
    }
    Ok(if is_demanded { vec![Rule::Unique] } else { Vec::new() })
}

impl Keyword<'_> for Unique {
    fn name(&self) -> &'static str {
        "unique"
    }

    fn rank(&self) -> u8 {
        20
    }

    fn sentence(&self) -> String {
        "must differ from that of every other task in the batch".to_owned()
    }
}
