//! The numbers that a schema lets through: every multiple of a step between two ends, exact.

use crate::model::number::json;
use crate::model::{Bound, Edge, exact};
use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, One as _, Signed as _, Zero as _};
use serde_json::Value;

/// A set of numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    low: Option<End>,
    high: Option<End>,
    step: Option<BigDecimal>,
}

/// One end of the set.
#[derive(Clone, Debug)]
struct End {
    bound: BigDecimal,
    is_included: bool,
}

/// Sets of more numbers are not listed.
const MAX_NUMBERS: u32 = 256;

impl Numbers {
    /// Leaves those on the allowed side of an end.
    pub(super) fn within(&mut self, bound: Bound<'_>) {
        let is_included = matches!(bound.edge, Edge::Minimum | Edge::Maximum);
        let end = End { bound: bound.value.clone(), is_included };
        let is_tighter = |known: &End| {
            let beyond =
                if bound.edge.is_lower() { end.bound > known.bound } else { end.bound < known.bound };
            beyond || end.bound == known.bound && !is_included
        };
        let slot = if bound.edge.is_lower() { &mut self.low } else { &mut self.high };
        if slot.as_ref().is_none_or(is_tighter) {
            *slot = Some(end);
        }
    }

    /// Leaves the multiples of a step.
    pub(super) fn multiples(&mut self, step: &BigDecimal) {
        self.step = Some(match &self.step {
            None => step.clone(),
            Some(known) => least_common(known, step),
        });
    }

    pub(super) fn whole(&mut self) {
        self.multiples(&BigDecimal::one());
    }

    /// Whether all of them are whole.
    pub(super) fn is_whole(&self) -> bool {
        self.step.as_ref().is_some_and(BigDecimal::is_integer)
    }

    /// Moves the ends onto the step, where there is one.
    pub(super) fn snap(&mut self) {
        let Some(step) = &self.step else { return };
        if let Some(low) = &mut self.low {
            let mut bound = multiple_below(&low.bound, step);
            if bound < low.bound || !low.is_included {
                bound += step;
            }
            *low = End { bound, is_included: true };
        }
        if let Some(high) = &mut self.high {
            let mut bound = multiple_below(&high.bound, step);
            if bound == high.bound && !high.is_included {
                bound -= step;
            }
            *high = End { bound, is_included: true };
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match (&self.low, &self.high) {
            (Some(low), Some(high)) => {
                low.bound > high.bound || low.bound == high.bound && !(low.is_included && high.is_included)
            }
            _ => false,
        }
    }

    /// Whether all of them are on the allowed side of an end.
    pub(super) fn all_within(&self, bound: Bound<'_>) -> bool {
        let end = if bound.edge.is_lower() { &self.low } else { &self.high };
        end.as_ref()
            .is_some_and(|end| bound.admits(&end.bound) || end.bound == *bound.value && !end.is_included)
    }

    /// Whether all of them are multiples of a step.
    pub(super) fn all_multiples(&self, step: &BigDecimal) -> bool {
        self.step.as_ref().is_some_and(|own| (own % step).is_zero())
    }

    /// The two ends, where both are known.
    pub(super) fn ends(&self) -> Option<(&BigDecimal, &BigDecimal)> {
        Some((&self.low.as_ref()?.bound, &self.high.as_ref()?.bound))
    }

    /// Each end, where it is known.
    pub(super) fn limits(&self) -> (Option<BigDecimal>, Option<BigDecimal>) {
        let bound = |end: &Option<End>| end.as_ref().map(|end| end.bound.clone());
        (bound(&self.low), bound(&self.high))
    }

    /// All of them, where they are few and JSON numbers tell them apart.
    pub(super) fn list(&self) -> Option<Vec<Value>> {
        let (low, high) = self.ends()?;
        let (step, mut number) = match &self.step {
            Some(step) => (step.clone(), low.clone()),
            None if low == high => (BigDecimal::one(), low.clone()),
            None => return None,
        };
        if ((high - low) / &step) >= MAX_NUMBERS {
            return None;
        }
        let mut values = Vec::new();
        while number <= *high {
            let value = json(&number);
            let is_exact = number.abs() < 1_u64 << 53 && exact(&value).is_some_and(|exact| exact == number);
            if !is_exact {
                return None;
            }
            values.push(value);
            number += &step;
        }
        Some(values)
    }
}

fn multiple_below(number: &BigDecimal, step: &BigDecimal) -> BigDecimal {
    let rest = number % step;
    if rest.is_negative() { number - rest - step } else { number - rest }
}

/// The least number that is a multiple of both.
fn least_common(a: &BigDecimal, b: &BigDecimal) -> BigDecimal {
    let scale = a.fractional_digit_count().max(b.fractional_digit_count());
    let digits = |number: &BigDecimal| number.with_scale(scale).into_bigint_and_exponent().0;
    let (a, b) = (digits(a), digits(b));
    let (mut divisor, mut rest) = (a.clone(), b.clone());
    while !rest.is_zero() {
        let next: BigInt = &divisor % &rest;
        divisor = rest;
        rest = next;
    }
    BigDecimal::new(a / divisor * b, scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> BigDecimal {
        text.parse().unwrap()
    }

    fn numbers(low: &str, high: &str, step: &str) -> Numbers {
        let mut numbers = Numbers::default();
        numbers.within(Bound { edge: Edge::Minimum, value: &decimal(low) });
        numbers.within(Bound { edge: Edge::ExclusiveMaximum, value: &decimal(high) });
        numbers.multiples(&decimal(step));
        numbers.snap();
        numbers
    }

    #[test]
    fn the_ends_lie_on_the_step() {
        let set = numbers("-7", "10", "2.5");
        assert_eq!(set.ends(), Some((&decimal("-5"), &decimal("7.5"))));
        assert_eq!(set.list().unwrap().len(), 6);
        assert!(numbers("1", "16", "16").is_empty() && numbers("0", "16", "16").list().unwrap().len() == 1);
    }

    #[test]
    fn steps_combine_exactly() {
        for (a, b, both) in
            [("16", "24", "48"), ("0.1", "0.25", "0.5"), ("2.5", "1", "5"), ("1e2", "3", "300")]
        {
            assert_eq!(least_common(&decimal(a), &decimal(b)), decimal(both), "{a} and {b}");
        }
        let set = numbers("0", "100", "0.5");
        assert!(set.all_multiples(&decimal("0.25")) && !set.all_multiples(&decimal("1")));
    }
}
