//! `exclusiveMaximum`: numbers are less than this, an exact decimal.

use super::{Keyword, Scope};
use crate::document::{Diagnostic, Member};
use crate::model::{Bound, Edge, Rule, Schema, Witness};
use bigdecimal::BigDecimal;

pub(super) struct ExclusiveMaximum<'a>(pub(super) &'a BigDecimal);

pub(super) fn read<'a>(member: &Member<'a>, _: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    Ok(vec![Rule::ExclusiveMaximum(member.value.decimal()?)])
}

impl<'a> Keyword<'a> for ExclusiveMaximum<'a> {
    fn name(&self) -> &'static str {
        "exclusiveMaximum"
    }

    fn rank(&self) -> u8 {
        5
    }

    fn sentence(&self) -> String {
        format!("must be less than {}", self.0.to_plain_string())
    }

    fn witnesses(&self, schema: &Schema) -> Vec<Witness> {
        Bound { edge: Edge::ExclusiveMaximum, value: self.0 }.witnesses(schema)
    }
}
