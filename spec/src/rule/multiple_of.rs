//! `multipleOf`: the step of a number, an exact decimal.

use super::{Keyword, Scope};
use crate::document::{Diagnostic, Member};
use crate::model::number::{Grid, json};
use crate::model::{Kinds, Rule, Schema, Witness};
use bigdecimal::{BigDecimal, Zero as _};

pub(super) struct MultipleOf<'a>(pub(super) &'a BigDecimal);

pub(super) fn read<'a>(member: &Member<'a>, _: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    let step = member.value.decimal()?;
    if step <= BigDecimal::zero() {
        return Err(member.value.error("a step must be greater than 0", "write a positive `multipleOf`"));
    }
    Ok(vec![Rule::MultipleOf(step)])
}

/// Numbers whose binary form is not what they seem: a naive division refuses some of them.
const DELICATE: [i64; 6] = [7, 29, 57, 58, 201, 113];

impl<'a> Keyword<'a> for MultipleOf<'a> {
    fn name(&self) -> &'static str {
        "multipleOf"
    }

    fn rank(&self) -> u8 {
        6
    }

    fn sentence(&self) -> String {
        format!("must be a multiple of {}", self.0.to_plain_string())
    }

    /// Multiples, among them those that float arithmetic gets wrong, and numbers between two multiples.
    fn witnesses(&self, schema: &Schema) -> Vec<Witness> {
        let step = self.0;
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
        if !step.is_integer() {
            let little = BigDecimal::new(1.into(), 9);
            let about = "a billionth off";
            witnesses.push(Witness::reject(json(&(&middle + little)), about).unstated());
        }
        let parts = [(2, "half a step off"), (10, "a tenth of a step off")];
        let is_integer = Kinds::INTEGER.includes(schema.kinds());
        if is_integer {
            witnesses.push(Witness::reject(json(&(&middle + BigDecimal::from(1))), "one above a multiple"));
            witnesses.push(Witness::reject(json(&(&middle - BigDecimal::from(1))), "one below a multiple"));
            let (least, greatest) = grid.ends();
            let least = least.map(|least| (least + 1, "one above the least multiple"));
            let greatest = greatest.map(|greatest| (greatest - 1, "one below the greatest multiple"));
            let ends = least.into_iter().chain(greatest);
            witnesses.extend(ends.map(|(number, about)| Witness::reject(json(&number), about)));
        }
        for (part, about) in parts {
            let number = &middle + step / BigDecimal::from(part);
            if !is_integer || number.is_integer() {
                witnesses.push(Witness::reject(json(&number), about));
            }
        }
        witnesses
    }
}
