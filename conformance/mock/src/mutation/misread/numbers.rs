//! Numbers that are brought into their range instead of being refused.

use super::ConstraintMutation;
use airspec_spec::rule::{Rule, exact};
use bigdecimal::{BigDecimal, Signed as _, Zero as _};
use serde_json::{Number, Value};

/// The number that is taken for the one that was sent; `None` where that is the same.
pub(super) fn read(mutation: ConstraintMutation, rule: &Rule, value: &Value) -> Option<Value> {
    let number = exact(value)?;
    let bound = rule.bound()?;
    let taken = match mutation {
        ConstraintMutation::Clamped => {
            let is_beyond = if bound.edge.is_lower() { number < *bound.value } else { number > *bound.value };
            is_beyond.then(|| bound.value.clone())
        }
        ConstraintMutation::Absolute => number.is_negative().then(|| number.abs()),
        ConstraintMutation::Wrap16 => wrapped(&number, 1 << 16),
        ConstraintMutation::Wrap32 => wrapped(&number, 1 << 32),
        _ => None,
    };
    taken?.to_plain_string().parse().ok().map(Value::Number as fn(Number) -> Value)
}

/// The number as an unsigned one of fixed width holds it.
fn wrapped(number: &BigDecimal, modulus: u64) -> Option<BigDecimal> {
    let modulus = BigDecimal::from(modulus);
    let is_in = !number.is_negative() && *number < modulus;
    if is_in || !number.is_integer() {
        return None;
    }
    let rest = number % &modulus;
    Some(if rest.is_negative() { rest + modulus } else { rest })
}

/// A number far below every limit.
fn far_below() -> BigDecimal {
    BigDecimal::from(-1000)
}

/// Whether a number beyond the limit is let through.
pub(super) fn takes(mutation: ConstraintMutation, rule: &Rule, value: &Value) -> bool {
    let (Some(number), Some(bound)) = (exact(value), rule.bound()) else { return false };
    match mutation {
        ConstraintMutation::Zero => number.is_zero(),
        ConstraintMutation::Far if bound.edge.is_lower() => number < far_below(),
        ConstraintMutation::Far => number >= bound.value * BigDecimal::from(10),
        _ => false,
    }
}

/// The mistakes that can be made with a limit. `is_open` says that there is no limit at the other end.
pub(super) fn mutations(rule: &Rule, is_open: bool) -> Vec<ConstraintMutation> {
    let Some(bound) = rule.bound() else { return Vec::new() };
    let (is_lower, limit) = (bound.edge.is_lower(), bound.value);
    let mut mutations = vec![ConstraintMutation::Clamped, ConstraintMutation::Far];
    if is_lower && limit.is_positive() {
        mutations.extend([ConstraintMutation::Zero, ConstraintMutation::Absolute]);
    }
    for (mutation, modulus) in
        [(ConstraintMutation::Wrap16, 1_u64 << 16), (ConstraintMutation::Wrap32, 1 << 32)]
    {
        let is_seen = limit < &BigDecimal::from(modulus) && !limit.is_negative();
        if is_seen && (!is_lower || is_open) {
            mutations.push(mutation);
        }
    }
    mutations
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_brought_into_their_range() {
        let maximum = Rule::Maximum(BigDecimal::from(100));
        let minimum = Rule::Minimum(BigDecimal::from(16));
        for (mutation, rule, value, taken) in [
            (ConstraintMutation::Clamped, &maximum, json!(101), Some(json!(100))),
            (ConstraintMutation::Clamped, &maximum, json!(99), None),
            (ConstraintMutation::Clamped, &minimum, json!(-5), Some(json!(16))),
            (ConstraintMutation::Wrap16, &maximum, json!(65600), Some(json!(64))),
            (ConstraintMutation::Wrap16, &maximum, json!(101), None),
            (ConstraintMutation::Absolute, &minimum, json!(-64), Some(json!(64))),
        ] {
            assert_eq!(read(mutation, rule, &value), taken, "{mutation:?} {value}");
        }
        assert!(takes(ConstraintMutation::Zero, &minimum, &json!(0)));
        assert!(takes(ConstraintMutation::Far, &maximum, &json!(1000)));
        assert!(!takes(ConstraintMutation::Far, &maximum, &json!(101)));
    }
}
