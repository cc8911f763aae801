//! `multipleOf`: the step of a number, an exact decimal.

use bigdecimal::BigDecimal;

pub(crate) fn sentence(step: &BigDecimal) -> String {
    format!("must be a multiple of {}", step.to_plain_string())
}
