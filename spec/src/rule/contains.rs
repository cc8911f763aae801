//! `contains`: at least one item of an array satisfies a schema.

use super::{Keyword, Scope, branch_witnesses, phrase, samples};
use crate::document::{Diagnostic, Member};
use crate::model::{Rule, Schema, Witness};
use serde_json::Value;
use std::slice;

pub(super) struct Contains<'a>(pub(super) &'a Schema);

#[allow(clippy::unnecessary_wraps)] // all readers have one signature
pub(super) fn read<'a>(member: &Member<'a>, scope: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    Ok(vec![Rule::Contains(Box::new(scope.condition(member.value, "contains")))])
}

impl<'a> Keyword<'a> for Contains<'a> {
    fn name(&self) -> &'static str {
        "contains"
    }

    fn rank(&self) -> u8 {
        18
    }

    fn sentence(&self) -> String {
        format!("must have at least one item for which {}", phrase(self.0))
    }

    fn is_composite(&self) -> bool {
        true
    }

    fn children(&self) -> Vec<&'a Schema> {
        vec![self.0]
    }

    fn witnesses(&self, schema: &Schema) -> Vec<Witness> {
        let proposals = branch_witnesses(slice::from_ref(self.0));
        let others = schema.items.as_deref().map(samples).unwrap_or_default();
        let mut witnesses = vec![Witness::reject(Value::Array(Vec::new()), "no items")];
        for witness in proposals {
            let about = format!("an item: {}", witness.about);
            witnesses.push(Witness { value: Value::Array(vec![witness.value]), about, ..witness });
        }
        for other in others {
            witnesses.push(Witness::reject(vec![other.clone()], "an item of another kind"));
            witnesses.push(Witness::accept(vec![other], "an item of another kind that will do"));
        }
        witnesses
    }

    /// What an item is like names no member of the array.
    fn parameters(&self) -> Vec<String> {
        Vec::new()
    }
}
