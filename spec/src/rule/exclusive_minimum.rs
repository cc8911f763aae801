//! `exclusiveMinimum`: numbers are greater than this, an exact decimal.

use super::{Keyword, Scope};
use crate::document::{Diagnostic, Member};
use crate::model::{Bound, Edge, Rule, Schema, Witness};
use bigdecimal::BigDecimal;

pub(super) struct ExclusiveMinimum<'a>(pub(super) &'a BigDecimal);

pub(super) fn read<'a>(member: &Member<'a>, _: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    Ok(vec![Rule::ExclusiveMinimum(member.value.decimal()?)])
}

impl<'a> Keyword<'a> for ExclusiveMinimum<'a> {
    fn name(&self) -> &'static str {
        "exclusiveMinimum"
    }

    fn rank(&self) -> u8 {
        5
    }

    fn sentence(&self) -> String {
        format!("must be greater than {}", self.0.to_plain_string())
    }

    fn witnesses(&self, schema: &Schema) -> Vec<Witness> {
        Bound { edge: Edge::ExclusiveMinimum, value: self.0 }.witnesses(schema)
    }
}
