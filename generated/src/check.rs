//! The rules of a spec, run on one value at a time: one module for each keyword, as in the generator and in the spec.
//!
//! Generated code is a chain of such rules for each parameter. A rule looks at values of the type it speaks of and lets
//! all others pass, as JSON Schema has it; that the type is right is a rule of its own, [`Check::type_`]. Everything is
//! generic over the [`Sink`] and meant to be inlined: with constant limits and a typed field the optimiser is left with
//! a comparison.
#![allow(
    clippy::return_self_not_must_use,
    reason = "each rule passes the value on, and the last has no next one"
)]

mod additional_properties;
mod all_of;
mod any_of;
mod area;
mod const_;
mod contains;
mod dependent_required;
mod dependent_schemas;
mod enum_;
mod exclusive_maximum;
mod exclusive_minimum;
mod false_;
mod format;
mod if_;
#[cfg(feature = "image-limits")]
mod image;
mod max_items;
mod max_length;
mod maximum;
mod min_items;
mod min_length;
mod minimum;
mod multiple_of;
mod not;
mod one_of;
mod pattern;
mod pattern_properties;
mod prefix_items;
mod property_names;
mod ratio;
mod required;
mod type_;
mod unevaluated_properties;
pub(crate) mod unique;
mod unique_items;

#[cfg(feature = "image-limits")]
pub use image::Measure;
#[cfg(feature = "patterns")]
pub use pattern::Expression;
pub use pattern::{Class, Part, Pattern};
pub use type_::Kinds;

use crate::node::{Node, Object};
use crate::pointer::At;
use crate::sink::{Probe, Sink};
use crate::violation::Constraint;
use crate::within::Within;

/// Stands for the parts of a condition, which are not reported.
pub static CONDITION: Constraint = Constraint::CONDITION;

/// A condition on a value: a check that reports to a [`Probe`].
pub type Condition = fn(Check<'_, Probe>);

/// What a rule demands under a condition: a check whose parts are reported where they fail, as that rule.
pub type Consequence = fn(Check<'_, Within<'_>>);

/// A value under check. Each rule reports its violation and passes the value on to the next.
pub struct Check<'a, S> {
    node: Node<'a>,
    at: &'a At<'a>,
    out: &'a mut S,
    /// Whether the value has a type that it may have: otherwise no other rule makes sense.
    is_typed: bool,
}

impl<'a, S: Sink> Check<'a, S> {
    /// Begins to check a value that stands at `at`.
    #[inline]
    pub fn new(node: Node<'a>, at: &'a At<'a>, out: &'a mut S) -> Self {
        Self { node, at, out, is_typed: true }
    }

    /// Checks the members of an object.
    #[inline]
    pub fn members(self, check: impl FnOnce(Members<'_, dyn Object + '_, S>)) -> Self {
        if let (Node::Object(object), true) = (self.node, self.is_typed) {
            check(Members::new(object, self.at, self.out));
        }
        self
    }

    /// Checks every item of an array.
    #[inline]
    pub fn items(self, check: impl Fn(Check<'_, S>)) -> Self {
        if let (Node::List(list), true) = (self.node, self.is_typed) {
            for index in 0..list.len() {
                check(Check::new(list.item(index), &self.at.index(index), self.out));
            }
        }
        self
    }

    /// Reports what a rule demands under a condition, as that rule.
    #[inline]
    fn demand(self, constraint: &'static Constraint, consequence: Consequence) -> Self {
        if self.is_typed {
            consequence(Check::new(self.node, self.at, &mut Within::new(self.out, constraint)));
        }
        self
    }

    /// Reports unless the value is as the constraint expects.
    #[inline]
    fn expect(self, constraint: &'static Constraint, is_met: impl FnOnce(Node<'a>) -> bool) -> Self {
        if self.is_typed && !is_met(self.node) {
            self.out.mismatch(self.at, constraint, self.node);
        }
        self
    }
}

/// The members of an object under check. It is generic over the object, so that a struct is checked without a detour.
pub struct Members<'a, O: ?Sized, S> {
    object: &'a O,
    at: &'a At<'a>,
    out: &'a mut S,
}

impl<'a, O: Object + ?Sized, S: Sink> Members<'a, O, S> {
    /// Begins to check the members of an object that stands at `at`.
    #[inline]
    pub fn new(object: &'a O, at: &'a At<'a>, out: &'a mut S) -> Self {
        Self { object, at, out }
    }

    /// Checks a member, if it is there: the one at that place of a struct, or of that name.
    #[inline]
    pub fn optional(self, place: usize, name: &str, check: impl FnOnce(Check<'_, S>)) -> Self {
        if let Some(node) = self.object.at(place, name)
            && self.out.enters(self.at, place)
        {
            check(Check::new(node, &self.at.key(name), self.out));
        }
        self
    }

    /// Within a condition: checks the member of that name, if it is there.
    #[inline]
    pub fn if_given(self, name: &str, check: impl FnOnce(Check<'_, S>)) -> Self {
        if let Some(node) = self.object.get(name) {
            check(Check::new(node, self.at, self.out));
        }
        self
    }

    /// Within a consequence: checks the member of that name, if it is there.
    #[inline]
    pub fn member(self, name: &str, check: impl FnOnce(Check<'_, S>)) -> Self {
        if let Some(node) = self.object.get(name) {
            check(Check::new(node, &self.at.key(name), self.out));
        }
        self
    }

    /// Checks every member that is not one of these.
    #[inline]
    pub fn others(self, names: &[&str], check: impl Fn(Check<'_, S>)) -> Self {
        let Self { object, at, out } = self;
        object.undeclared(names, &mut |name, node| check(Check::new(node, &at.key(name), out)));
        Self { object, at, out }
    }

    /// Goes on with the object as a value.
    #[inline]
    pub fn value(self) -> Check<'a, S> {
        Check::new(self.object.as_node(), self.at, self.out)
    }
}

/// Whether a condition holds.
#[inline]
fn holds(node: Node<'_>, condition: impl FnOnce(Check<'_, Probe>)) -> bool {
    let mut probe = Probe::default();
    condition(Check::new(node, &At::Root, &mut probe));
    !probe.is_violated()
}
