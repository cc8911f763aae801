//! `prefixItems`: the first items of an array pass one condition each, and those after them one for all.

use super::{Check, Condition, holds};
use crate::sink::Sink;
use crate::violation::Constraint;

impl<S: Sink> Check<'_, S> {
    /// Each item passes the condition of its place, or that of the others.
    #[inline]
    pub fn prefix_items(
        self,
        constraint: &'static Constraint,
        first: &[Condition],
        others: Option<Condition>,
    ) -> Self {
        self.expect(constraint, |node| {
            let of_place = |place: usize| first.get(place).copied().or(others);
            node.list().is_none_or(|list| {
                (0..list.len())
                    .all(|place| of_place(place).is_none_or(|condition| holds(list.item(place), condition)))
            })
        })
    }
}
