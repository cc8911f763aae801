//! `contains`: at least one item of an array satisfies a schema.

use super::composite::phrase;
use crate::model::Schema;
use crate::witness::{Witness, samples};
use serde_json::Value;

pub(crate) fn sentence(schema: &Schema) -> String {
    format!("must have at least one item for which it holds that {}", phrase(schema))
}

/// Arrays with and without an item of the kind.
pub(crate) fn witnesses(inner: &Schema, schema: &Schema) -> Vec<Witness> {
    let proposals = super::composite::branch_witnesses(std::slice::from_ref(inner));
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
