//! The product and the quotient of two numbers: what one rule says of another, and what follows from ranges.

use super::facts::{Facts, Profile, spread};
use crate::model::{Kinds, Operation, Relation};
use bigdecimal::{BigDecimal, One as _, Signed as _, Zero as _};

/// Whether two rules say the same: with the same parameters in another order, too.
pub(super) fn are_same(a: &Relation, b: &Relation) -> bool {
    if a == b {
        return true;
    }
    let [first, second] = &a.parameters;
    if a.operation != b.operation || [second, first] != b.parameters.each_ref() {
        return false;
    }
    match a.operation {
        Operation::Area => a.minimum == b.minimum && a.maximum == b.maximum,
        // Both ends are there, so that neither number is zero.
        Operation::Ratio => {
            is_inverse(a.minimum.as_ref(), b.maximum.as_ref())
                && is_inverse(a.maximum.as_ref(), b.minimum.as_ref())
        }
    }
}

fn is_inverse(a: Option<&BigDecimal>, b: Option<&BigDecimal>) -> bool {
    a.zip(b).is_some_and(|(a, b)| a.is_positive() && (a * b).is_one())
}

/// Whether a known rule is at least as tight as the wanted one.
pub(super) fn is_tighter(facts: &Facts<'_>, known: &Relation, goal: &Relation) -> bool {
    let [first, second] = &known.parameters;
    let is_turned = [second, first] == goal.parameters.each_ref();
    if known.operation != goal.operation || !is_turned && known.parameters != goal.parameters {
        return false;
    }
    if is_turned && known.operation == Operation::Ratio {
        return is_tighter_turned(facts, known, goal);
    }
    reaches(known.minimum.as_ref(), goal.minimum.as_ref(), |known, goal| known >= goal)
        && reaches(known.maximum.as_ref(), goal.maximum.as_ref(), |known, goal| known <= goal)
}

/// The same where the goal limits `b ÷ a` and the known rule limits `a ÷ b`, both numbers positive.
fn is_tighter_turned(facts: &Facts<'_>, known: &Relation, goal: &Relation) -> bool {
    let of = |name: &str| facts.property(name).map(|facts| facts.profile());
    let [a, b] = known.parameters.each_ref().map(|name| of(name));
    let (Some(a), Some(b)) = (a, b) else { return true };
    let is_positive = |profile: &Profile<'_>| profile.ends().is_some_and(|(low, _)| low.is_positive());
    if !is_positive(&a) || !is_positive(&b) {
        return false;
    }
    // b ≤ a ÷ low, and the goal wants b ≤ a × high.
    let has_maximum = reaches(known.minimum.as_ref(), goal.maximum.as_ref(), |low, high| {
        low * high >= BigDecimal::one() || is_beyond_whole_numbers(&a, &b, low, high)
    });
    // a ≤ high × b, and the goal wants b ≥ low × a.
    has_maximum
        && reaches(known.maximum.as_ref(), goal.minimum.as_ref(), |high, low| low * high <= BigDecimal::one())
}

/// Whether no whole numbers lie between two quotients that differ in the last digit alone, as `0.3333333333333333` and a
/// third do: `a` and `b` with `low × b ≤ a` and `b > high × a`.
///
/// With `high = p ÷ q`, the second is `b × q ≥ p × a + 1`; both together need `a × (q − low × p) ≥ low`.
fn is_beyond_whole_numbers(a: &Profile<'_>, b: &Profile<'_>, low: &BigDecimal, high: &BigDecimal) -> bool {
    let is_whole = |profile: &Profile<'_>| profile.numbers.is_whole();
    let Some((_, most)) = a.ends().filter(|_| is_whole(a) && is_whole(b)) else { return false };
    let scale = high.normalized().fractional_digit_count().max(0);
    let q = BigDecimal::new(1.into(), -scale);
    let p = high * &q;
    let rest = &q - low * &p;
    rest <= BigDecimal::zero() || most * rest < *low
}

/// Whether the ranges of two positive parameters keep their product or quotient within the limits.
pub(super) fn follows_from_ends(facts: &Facts<'_>, goal: &Relation) -> Option<bool> {
    let [first, second] =
        goal.parameters.each_ref().map(|name| facts.property(name).map(|one| one.profile().ends()));
    let ((a_low, a_high), (b_low, b_high)) = (first??, second??);
    if !a_low.is_positive() || !b_low.is_positive() {
        return None;
    }
    let (low, high) = (goal.minimum.as_ref(), goal.maximum.as_ref());
    Some(match goal.operation {
        Operation::Area => {
            low.is_none_or(|low| &a_low * &b_low >= *low)
                && high.is_none_or(|high| &a_high * &b_high <= *high)
        }
        Operation::Ratio => {
            low.is_none_or(|low| a_low >= low * &b_high) && high.is_none_or(|high| a_high <= high * &b_low)
        }
    })
}

/// Whether no two numbers from the ranges of two parameters, which are there, are as a rule demands.
pub(super) fn excludes(facts: &Facts<'_>, rule: &Relation) -> bool {
    let of = |name: &str| facts.property(name).map(|facts| facts.profile());
    let [Some(a), Some(b)] = rule.parameters.each_ref().map(|name| of(name)) else { return false };
    let is_number = |profile: &Profile<'_>| profile.kinds & !spread(Kinds::NUMBER) == 0;
    if !is_number(&a) || !is_number(&b) {
        return false;
    }
    match rule.operation {
        Operation::Area => has_other_product(&a, &b, rule) || has_other_product(&b, &a, rule),
        Operation::Ratio => has_other_quotient(&a, &b, rule),
    }
}

/// Whether all products lie outside of the range, where `b` is positive.
fn has_other_product(a: &Profile<'_>, b: &Profile<'_>, rule: &Relation) -> bool {
    let ((a_low, a_high), (b_low, b_high)) = (a.limits(), b.limits());
    let Some(b_low) = b_low.filter(BigDecimal::is_positive) else { return false };
    let is_below = |minimum: &BigDecimal| match (&a_high, &b_high) {
        (Some(high), _) if !high.is_positive() => high * &b_low < *minimum,
        (Some(high), Some(b_high)) => high * b_high < *minimum,
        _ => false,
    };
    let is_above = |maximum: &BigDecimal| {
        a_low.as_ref().is_some_and(|low| !low.is_negative() && low * &b_low > *maximum)
    };
    rule.minimum.as_ref().is_some_and(is_below) || rule.maximum.as_ref().is_some_and(is_above)
}

/// The same of the quotients `a ÷ b`.
fn has_other_quotient(a: &Profile<'_>, b: &Profile<'_>, rule: &Relation) -> bool {
    let ((a_low, a_high), (b_low, b_high)) = (a.limits(), b.limits());
    let Some(b_low) = b_low.filter(BigDecimal::is_positive) else { return false };
    // a < minimum × b for the least b, and so for each.
    let is_below =
        |minimum: &BigDecimal| !minimum.is_negative() && a_high.is_some_and(|high| high < minimum * &b_low);
    let is_above = |maximum: &BigDecimal| {
        !maximum.is_negative() && a_low.zip(b_high).is_some_and(|(low, b_high)| low > maximum * b_high)
    };
    rule.minimum.as_ref().is_some_and(is_below) || rule.maximum.as_ref().is_some_and(is_above)
}

/// Whether a known limit is at least as tight as the wanted one.
fn reaches(
    known: Option<&BigDecimal>,
    goal: Option<&BigDecimal>,
    is_tight: impl Fn(&BigDecimal, &BigDecimal) -> bool,
) -> bool {
    match (known, goal) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(known), Some(goal)) => is_tight(known, goal),
    }
}
