//! `allOf`, `anyOf`, `oneOf`, `not` and `if`: rules made of conditions. A condition is a check that reports to a
//! [`Probe`].

use super::{expect, holds};
use crate::node::Node;
use crate::pointer::At;
use crate::violation::{Constraint, Probe, Sink};

/// A condition on a value.
pub type Condition = fn(Node<'_>, &mut Probe);

/// No value is allowed.
#[inline]
pub fn never<S: Sink>(node: Node<'_>, at: &At<'_>, out: &mut S, constraint: &'static Constraint) {
    out.broken(at, constraint, node);
}

/// The condition holds.
#[inline]
pub fn all_of<S: Sink>(
    node: Node<'_>,
    at: &At<'_>,
    out: &mut S,
    constraint: &'static Constraint,
    condition: Condition,
) {
    expect(holds(|probe| condition(node, probe)), node, at, out, constraint);
}

/// At least one of the conditions holds.
#[inline]
pub fn any_of<S: Sink>(
    node: Node<'_>,
    at: &At<'_>,
    out: &mut S,
    constraint: &'static Constraint,
    conditions: &[Condition],
) {
    let ok = conditions.iter().any(|condition| holds(|probe| condition(node, probe)));
    expect(ok, node, at, out, constraint);
}

/// Exactly one of the conditions holds.
#[inline]
pub fn one_of<S: Sink>(
    node: Node<'_>,
    at: &At<'_>,
    out: &mut S,
    constraint: &'static Constraint,
    conditions: &[Condition],
) {
    let held = conditions.iter().filter(|condition| holds(|probe| condition(node, probe))).take(2).count();
    expect(held == 1, node, at, out, constraint);
}

/// The condition does not hold.
#[inline]
pub fn not<S: Sink>(
    node: Node<'_>,
    at: &At<'_>,
    out: &mut S,
    constraint: &'static Constraint,
    condition: Condition,
) {
    expect(!holds(|probe| condition(node, probe)), node, at, out, constraint);
}

/// Where the condition holds so does `then`, where it does not so does `otherwise`.
#[inline]
pub fn implies<S: Sink>(
    node: Node<'_>,
    at: &At<'_>,
    out: &mut S,
    constraint: &'static Constraint,
    condition: Condition,
    then: Condition,
    otherwise: Condition,
) {
    let branch = if holds(|probe| condition(node, probe)) { then } else { otherwise };
    expect(holds(|probe| branch(node, probe)), node, at, out, constraint);
}
