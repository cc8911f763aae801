//! `uniqueItems`: no two items of an array are equal.

use super::{Keyword, Scope, samples};
use crate::arrays::{feasible_items, repeated_item};
use crate::document::{Diagnostic, Member};
use crate::model::{End, Rule, Schema, Witness};
use serde_json::Value;

pub(super) struct UniqueItems;

pub(super) fn read<'a>(member: &Member<'a>, _: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    Ok(if member.value.boolean()? { vec![Rule::UniqueItems] } else { Vec::new() })
}

impl Keyword<'_> for UniqueItems {
    fn name(&self) -> &'static str {
        "uniqueItems"
    }

    fn rank(&self) -> u8 {
        10
    }

    fn sentence(&self) -> String {
        "must have no two equal items".to_owned()
    }

    /// Arrays of as many items as there must be, but two or three at least: all different, or the last like the first.
    fn witnesses(&self, schema: &Schema) -> Vec<Witness> {
        let items = schema.items.as_deref();
        let known = items.map_or_else(|| vec![Value::from(1)], samples);
        let Some(first) = known.first() else { return Vec::new() };
        let count = |end| schema.rules().filter_map(Rule::items).find(|count| count.end == end);
        let least = count(End::Min).map_or(0, |count| feasible_items(count.count));
        let mut witnesses = Vec::new();
        for length in [least.max(2), least.max(3)] {
            let different = repeated_item(first, length, true);
            let mut repeated = different.clone();
            repeated[length - 1] = first.clone();
            let about = if length == 2 { "equal items" } else { "the last item equals the first" };
            witnesses.push(Witness::accept(Value::from(different), format!("{length} different items")));
            witnesses.push(Witness::reject(Value::from(repeated), about));
            if let (2, Some(whole)) = (length, first.as_i64().and_then(|whole| i32::try_from(whole).ok())) {
                let float = [first.clone(), Value::from(f64::from(whole))];
                witnesses
                    .push(Witness::reject(Value::from(float.to_vec()), "one number, written in two ways"));
            }
        }
        witnesses
    }
}
