//! `additionalProperties: false`: the members of an object are those that are declared.

use super::Members;
use crate::node::Object;
use crate::sink::Sink;
use crate::violation::Constraint;

impl<O: Object + ?Sized, S: Sink> Members<'_, O, S> {
    /// The object has no members but these. Each other one is reported where it stands.
    #[inline]
    pub fn additional_properties(self, constraint: &'static Constraint, names: &[&str]) -> Self {
        let Self { object, at, out } = self;
        object.undeclared(names, &mut |name, _| out.unknown(&at.key(name), constraint, name, names));
        Self { object, at, out }
    }
}
