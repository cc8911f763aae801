//! The parts of a consequence, reported as the rule that demands them.

use crate::node::Node;
use crate::pointer::At;
use crate::sink::Sink;
use crate::violation::Constraint;

/// Reports the parts of a consequence as the rule that demands them.
pub struct Within<'a> {
    out: &'a mut (dyn Sink + 'a),
    constraint: &'static Constraint,
}

impl<'a> Within<'a> {
    /// Reports to that sink, as that constraint.
    pub(crate) fn new(out: &'a mut (dyn Sink + 'a), constraint: &'static Constraint) -> Self {
        Self { out, constraint }
    }
}

impl Sink for Within<'_> {
    fn mismatch(&mut self, at: &At<'_>, part: &'static Constraint, found: Node<'_>) {
        self.out.demanded(at, self.constraint, part.expected, Some(found));
    }

    fn missing(&mut self, at: &At<'_>, part: &'static Constraint) {
        self.out.demanded(at, self.constraint, part.expected, None);
    }

    fn unknown(&mut self, at: &At<'_>, part: &'static Constraint, _: &str, _: &[&str]) {
        self.out.demanded(at, self.constraint, part.expected, None);
    }

    /// Of a consequence within another, which is part of the outer rule.
    fn demanded(
        &mut self,
        at: &At<'_>,
        _: &'static Constraint,
        expected: &'static str,
        found: Option<Node<'_>>,
    ) {
        self.out.demanded(at, self.constraint, expected, found);
    }
}
