//! `x-constraints`: the area or the ratio of two members, in exact arithmetic.

use super::expect;
use crate::decimal::Decimal;
use crate::node::Node;
use crate::pointer::At;
use crate::violation::{Constraint, Sink};

/// The two members a rule relates; it binds when both are numbers.
pub type Pair = (&'static str, &'static str);

/// The product of the two lies in the range.
#[inline]
pub fn area<S: Sink>(
    node: Node<'_>,
    at: &At<'_>,
    out: &mut S,
    constraint: &'static Constraint,
    names: Pair,
    minimum: Option<Decimal>,
    maximum: Option<Decimal>,
) {
    if let Some((a, b)) = decimals(node, names) {
        let product = a.times(b);
        let ok = minimum.is_none_or(|minimum| product.compare(minimum).is_ge())
            && maximum.is_none_or(|maximum| product.compare(maximum).is_le());
        expect(ok, node, at, out, constraint);
    }
}

/// The quotient of the two lies in the range; nothing divided by zero does.
#[inline]
pub fn ratio<S: Sink>(
    node: Node<'_>,
    at: &At<'_>,
    out: &mut S,
    constraint: &'static Constraint,
    names: Pair,
    minimum: Option<Decimal>,
    maximum: Option<Decimal>,
) {
    if let Some((a, b)) = decimals(node, names) {
        // a ÷ b ≥ bound is a ≥ bound × b for a positive b; for a negative one both sides change their sign.
        let (a, b) = if b.is_negative() { (a.negated(), b.negated()) } else { (a, b) };
        let ok = !b.is_zero()
            && minimum.is_none_or(|minimum| a.compare(minimum.times(b)).is_ge())
            && maximum.is_none_or(|maximum| a.compare(maximum.times(b)).is_le());
        expect(ok, node, at, out, constraint);
    }
}

fn decimals(node: Node<'_>, (a, b): Pair) -> Option<(Decimal, Decimal)> {
    let Node::Object(object) = node else { return None };
    let decimal = |name| match object.get(name) {
        Some(Node::Number(number)) => number.printed(),
        _ => None,
    };
    Some((decimal(a)?, decimal(b)?))
}
