//! `maximum`: the greatest number that is allowed, an exact decimal.

use super::{Keyword, Scope};
use crate::document::{Diagnostic, Member};
use crate::model::{Bound, Edge, Rule, Schema, Witness};
use bigdecimal::BigDecimal;

pub(super) struct Maximum<'a>(pub(super) &'a BigDecimal);

pub(super) fn read<'a>(member: &Member<'a>, _: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    Ok(vec![Rule::Maximum(member.value.decimal()?)])
}

impl<'a> Keyword<'a> for Maximum<'a> {
    fn name(&self) -> &'static str {
        "maximum"
    }

    fn rank(&self) -> u8 {
        5
    }

    fn sentence(&self) -> String {
        format!("must be at most {}", self.0.to_plain_string())
    }

    fn witnesses(&self, schema: &Schema) -> Vec<Witness> {
        Bound { edge: Edge::Maximum, value: self.0 }.witnesses(schema)
    }
}
