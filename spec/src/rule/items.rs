//! `minItems` and `maxItems`: how many items an array has.

use super::End;
use crate::model::Schema;
use crate::witness::{Witness, samples};
use serde_json::Value;

/// One end of an array's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Items {
    /// Which end.
    pub end: End,
    /// Items.
    pub count: u64,
}

impl Items {
    pub(crate) fn sentence(self) -> String {
        let noun = if self.count == 1 { "item" } else { "items" };
        format!("must have {} {} {noun}", self.end.words(), self.count)
    }
}

impl Items {
    /// Arrays of exactly the count, and of one too few or too many.
    pub(crate) fn witnesses(self, schema: &Schema) -> Vec<Witness> {
        let Ok(count) = usize::try_from(self.count.min(MOST)) else { return Vec::new() };
        let samples = schema.items.as_deref().map(samples).unwrap_or_default();
        let Some(first) = samples.into_iter().next() else { return Vec::new() };
        let array = |length: usize| Value::Array(vec![first.clone(); length]);
        let mut witnesses = vec![Witness::accept(array(count), format!("{count} items"))];
        match self.end {
            End::Max => {
                witnesses.push(Witness::reject(array(count + 1), "one item too many"));
                witnesses.push(Witness::reject(array(count * 4 + 4), "far too many items"));
            }
            End::Min => {
                witnesses.push(Witness::accept(array(count + 1), "one item more"));
                if count > 0 {
                    witnesses.push(Witness::reject(array(count - 1), "one item too few"));
                }
            }
        }
        witnesses
    }
}

/// Longer arrays are not made.
const MOST: u64 = 10_000;
