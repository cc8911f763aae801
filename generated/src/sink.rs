//! Where the violations of a check are reported to: to a [`Probe`], which says whether there are any and where, and to a
//! [`Collector`], which lists them.
//!
//! A request is checked by a probe. Only if that finds any violation, the members that it names are checked once more by a
//! collector, so that a valid request pays nothing for the list, and one that is not valid pays for what is wrong with it.

use crate::node::Node;
use crate::pointer::At;
use crate::violation::{Constraint, Violation, Violations};

/// Receives the violations of a check. The same check runs either to find out whether there is any violation, or to
/// collect all of them.
pub trait Sink {
    /// A member of the object at that place is about to be checked; not, if it need not be.
    #[inline]
    fn enters(&mut self, _: &At<'_>, _member: usize) -> bool {
        true
    }
    /// A value that is not as expected.
    fn mismatch(&mut self, at: &At<'_>, constraint: &'static Constraint, found: Node<'_>);
    /// A member that is missing.
    fn missing(&mut self, at: &At<'_>, constraint: &'static Constraint);
    /// A member that is not declared.
    fn unknown(&mut self, at: &At<'_>, constraint: &'static Constraint, name: &str, known: &[&str]);
    /// What a rule demands under a condition, with the sentence of that demand; nothing is found where it is missing.
    fn demanded(
        &mut self,
        at: &At<'_>,
        constraint: &'static Constraint,
        expected: &'static str,
        found: Option<Node<'_>>,
    );
}

/// Collects the violations of a request of which a [`Probe`] has seen which members have any.
pub struct Collector<'a> {
    list: &'a mut Violations,
    wrong: Places,
}

impl<'a> Collector<'a> {
    /// Adds to the list what is found in these members, and in the request as a whole.
    pub(crate) fn new(list: &'a mut Violations, wrong: Places) -> Self {
        Self { list, wrong }
    }
}

impl Sink for Collector<'_> {
    fn enters(&mut self, at: &At<'_>, member: usize) -> bool {
        !matches!(at, At::Root) || self.wrong.has(member)
    }

    fn mismatch(&mut self, at: &At<'_>, constraint: &'static Constraint, found: Node<'_>) {
        self.list.mismatch(at, constraint, found);
    }

    fn missing(&mut self, at: &At<'_>, constraint: &'static Constraint) {
        self.list.missing(at, constraint);
    }

    fn unknown(&mut self, at: &At<'_>, constraint: &'static Constraint, name: &str, known: &[&str]) {
        self.list.unknown(at, constraint, name, known);
    }

    fn demanded(
        &mut self,
        at: &At<'_>,
        constraint: &'static Constraint,
        expected: &'static str,
        found: Option<Node<'_>>,
    ) {
        self.list.demanded(at, constraint, expected, found);
    }
}

/// A set of members of a request, by their places. It may hold more than was added to it: places that differ by
/// sixty-four are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Places(u64);

impl Places {
    /// Every member.
    pub(crate) const ALL: Self = Self(u64::MAX);

    #[inline]
    fn bit(place: usize) -> u64 {
        1 << (place % 64)
    }

    #[inline]
    fn add(&mut self, place: usize) {
        self.0 |= Self::bit(place);
    }

    fn has(self, place: usize) -> bool {
        self.0 & Self::bit(place) != 0
    }
}

impl Sink for Violations {
    fn mismatch(&mut self, at: &At<'_>, constraint: &'static Constraint, found: Node<'_>) {
        self.add(|| {
            let violation = Violation::mismatch(at.pointer(), constraint.id, constraint.expected, found);
            violation.documented(constraint)
        });
    }

    fn missing(&mut self, at: &At<'_>, constraint: &'static Constraint) {
        self.add(|| Violation::missing(at.pointer(), constraint.id).documented(constraint));
    }

    fn unknown(&mut self, at: &At<'_>, constraint: &'static Constraint, name: &str, known: &[&str]) {
        self.add(|| Violation::unknown(at.pointer(), constraint.id, name, known).documented(constraint));
    }

    fn demanded(
        &mut self,
        at: &At<'_>,
        constraint: &'static Constraint,
        expected: &'static str,
        found: Option<Node<'_>>,
    ) {
        self.add(|| {
            let pointer = at.pointer();
            let violation = match found {
                Some(found) => Violation::mismatch(pointer, constraint.id, expected, found),
                None => Violation::new(pointer, constraint.id, expected.to_owned()),
            };
            violation.documented(constraint)
        });
    }
}

/// Records only whether there is any violation, and in which members of the request.
#[derive(Debug, Default)]
pub struct Probe {
    /// The member that is being checked, or was last.
    member: usize,
    wrong: Places,
}

impl Probe {
    /// Whether there is a violation.
    #[inline]
    pub fn is_violated(&self) -> bool {
        self.wrong != Places::default()
    }

    /// The members with violations. What is wrong with the request as a whole counts as wrong with the member before.
    pub(crate) fn wrong(&self) -> Places {
        self.wrong
    }
}

impl Sink for Probe {
    #[inline]
    fn enters(&mut self, at: &At<'_>, member: usize) -> bool {
        if matches!(at, At::Root) {
            self.member = member;
        }
        true
    }

    #[inline]
    fn mismatch(&mut self, _: &At<'_>, _: &'static Constraint, _: Node<'_>) {
        self.wrong.add(self.member);
    }

    #[inline]
    fn missing(&mut self, _: &At<'_>, _: &'static Constraint) {
        self.wrong.add(self.member);
    }

    #[inline]
    fn unknown(&mut self, _: &At<'_>, _: &'static Constraint, _: &str, _: &[&str]) {
        self.wrong.add(self.member);
    }

    #[inline]
    fn demanded(&mut self, _: &At<'_>, _: &'static Constraint, _: &'static str, _: Option<Node<'_>>) {
        self.wrong.add(self.member);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_places_holds_what_was_added_however_many_members_there_are() {
        let mut places = Places::default();
        places.add(3);
        places.add(130);
        assert!([3, 130].into_iter().all(|place| places.has(place)));
        assert!(![0, 1, 4, 63, 65].into_iter().any(|place| places.has(place)));
        assert!((0..200).all(|place| Places::ALL.has(place)));
    }
}
