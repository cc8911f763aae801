//! `additionalProperties: false`: the members of an object are those that are declared.

use crate::node::Object;
use crate::pointer::At;
use crate::violation::{Constraint, Sink};

/// The object has no members but these. Each other one is reported where it stands.
#[inline]
pub fn closed<O: Object + ?Sized, S: Sink>(
    object: &O,
    at: &At<'_>,
    out: &mut S,
    constraint: &'static Constraint,
    names: &[&str],
) {
    object.undeclared(names, &mut |name, _| out.unknown(&at.key(name), constraint, name, names));
}
