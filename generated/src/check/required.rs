//! `required`: a member is present.

use super::{CONDITION, Check, Members};
use crate::node::Object;
use crate::sink::Sink;
use crate::violation::Constraint;

impl<O: Object + ?Sized, S: Sink> Members<'_, O, S> {
    /// Checks a member, and reports where it is missing.
    #[inline]
    pub fn required(
        self,
        place: usize,
        name: &str,
        constraint: &'static Constraint,
        check: impl FnOnce(Check<'_, S>),
    ) -> Self {
        if !self.out.enters(self.at, place) {
            return self;
        }
        match self.object.at(place, name) {
            Some(node) => check(Check::new(node, &self.at.key(name), self.out)),
            None => self.out.missing(&self.at.key(name), constraint),
        }
        self
    }

    /// Within a consequence: checks the member of that name, and reports where it is missing.
    #[inline]
    pub fn demanded(
        self,
        name: &str,
        constraint: &'static Constraint,
        check: impl FnOnce(Check<'_, S>),
    ) -> Self {
        match self.object.get(name) {
            Some(node) => check(Check::new(node, &self.at.key(name), self.out)),
            None => self.out.missing(&self.at.key(name), constraint),
        }
        self
    }

    /// Within a condition: checks the member of that name, which must be there.
    #[inline]
    pub fn given(self, name: &str, check: impl FnOnce(Check<'_, S>)) -> Self {
        match self.object.get(name) {
            Some(node) => check(Check::new(node, self.at, self.out)),
            None => self.out.missing(self.at, &CONDITION),
        }
        self
    }
}
