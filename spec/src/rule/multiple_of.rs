//! `multipleOf`: the step of a number, an exact decimal.

use super::kind::Kinds;
use super::range::{Grid, json};
use crate::model::Schema;
use crate::witness::Witness;
use bigdecimal::BigDecimal;

pub(crate) fn sentence(step: &BigDecimal) -> String {
    format!("must be a multiple of {}", step.to_plain_string())
}

/// Numbers whose binary form is not what they seem: a naive division refuses some of them.
const DELICATE: [i64; 6] = [7, 29, 57, 58, 201, 113];

/// Multiples, among them those that float arithmetic gets wrong, and numbers between two multiples.
pub(crate) fn witnesses(step: &BigDecimal, schema: &Schema) -> Vec<Witness> {
    let grid = Grid::of(schema);
    let middle = grid.middle();
    let mut witnesses = vec![
        Witness::accept(json(&middle), "a multiple"),
        Witness::accept(json(&(&middle + step)), "the next multiple"),
    ];
    if !step.is_integer() {
        let delicate = DELICATE.map(|count| step * BigDecimal::from(count));
        witnesses.extend(delicate.map(|number| {
            Witness::accept(
                json(&number),
                format!("{} steps", (&number / step).normalized().to_plain_string()),
            )
        }));
    }
    let parts = [(2, "half a step off"), (10, "a tenth of a step off")];
    let is_integer = Kinds::INTEGER.includes(schema.kinds());
    if is_integer {
        witnesses.push(Witness::reject(json(&(&middle + BigDecimal::from(1))), "one above a multiple"));
        witnesses.push(Witness::reject(json(&(&middle - BigDecimal::from(1))), "one below a multiple"));
    }
    for (part, about) in parts {
        let number = &middle + step / BigDecimal::from(part);
        if !is_integer || number.is_integer() {
            witnesses.push(Witness::reject(json(&number), about));
        }
    }
    witnesses
}
