//! The rules of a spec, run on one value at a time: one module a rule, as in the generator and in the spec.
//!
//! A check looks at values of the type it speaks of and lets all others pass, as JSON Schema has it; that the type
//! is right is `kind`'s affair. Everything is generic over the [`Sink`] and meant to be inlined: with constant
//! limits and a typed field the optimiser is left with a comparison.

pub mod closed;
pub mod composite;
pub mod contains;
pub mod dependent;
pub mod format;
pub mod items;
pub mod kind;
pub mod length;
pub mod literal;
pub mod multiple_of;
pub mod pattern;
pub mod range;
pub mod relation;
pub mod required;

pub use closed::closed;
pub use composite::{all_of, any_of, implies, never, not, one_of};
pub use contains::contains;
pub use dependent::dependent;
pub use format::{uri, uuid, uuid4};
pub use items::{each, max_items, min_items};
pub use kind::{Kinds, kind};
pub use length::{max_length, min_length};
pub use literal::{Literal, one_of_values};
pub use multiple_of::multiple_of;
pub use pattern::{Pattern, pattern};
pub use range::{exclusive_maximum, exclusive_minimum, maximum, minimum};
pub use relation::{area, ratio};
pub use required::{member, required};

use crate::node::Node;
use crate::pointer::At;
use crate::violation::{Constraint, Probe, Sink};

/// Stands for the parts of a condition, which report to nobody.
pub static CONDITION: Constraint = Constraint::CONDITION;

/// Reports unless `ok`.
#[inline]
fn expect<S: Sink>(ok: bool, node: Node<'_>, at: &At<'_>, out: &mut S, constraint: &'static Constraint) {
    if !ok {
        out.broken(at, constraint, node);
    }
}

/// Whether a check finds nothing.
#[inline]
fn holds(check: impl FnOnce(&mut Probe)) -> bool {
    let mut probe = Probe::default();
    check(&mut probe);
    !probe.broken
}
