//! `minItems`: the least number of items of an array.

use super::{Keyword, Scope, array_of};
use crate::arrays::feasible_items;
use crate::document::{Diagnostic, Member};
use crate::model::{Rule, Schema, Witness};

pub(super) struct MinItems(pub(super) u64);

pub(super) fn read<'a>(member: &Member<'a>, _: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    Ok(vec![Rule::MinItems(member.value.count()?)])
}

impl Keyword<'_> for MinItems {
    fn name(&self) -> &'static str {
        "minItems"
    }

    fn rank(&self) -> u8 {
        10
    }

    fn sentence(&self) -> String {
        format!("must have at least {} {}", self.0, super::noun(self.0, "item"))
    }

    /// Arrays of exactly the count, and of one more or less.
    fn witnesses(&self, schema: &Schema) -> Vec<Witness> {
        let Some(array) = array_of(schema) else { return Vec::new() };
        let count = feasible_items(self.0);
        let mut witnesses = vec![Witness::accept(array(count), format!("{count} items"))];
        witnesses.push(Witness::accept(array(count + 1), "one item more"));
        if count > 0 {
            witnesses.push(Witness::reject(array(count - 1), "one item too few"));
        }
        witnesses
    }
}
