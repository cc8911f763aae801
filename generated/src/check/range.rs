//! `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`: the ends of a number's range, exact.

use super::expect;
use crate::decimal::Decimal;
use crate::node::Node;
use crate::pointer::At;
use crate::violation::{Constraint, Sink};

/// A check of the way in which a number compares with a bound.
macro_rules! end {
    ($(#[$doc:meta])* $name:ident, $allowed:ident) => {
        $(#[$doc])*
        #[inline]
        pub fn $name<S: Sink>(node: Node<'_>, at: &At<'_>, out: &mut S, constraint: &'static Constraint, bound: Decimal) {
            if let Node::Number(number) = node {
                expect(number.compare(bound).$allowed(), node, at, out, constraint);
            }
        }
    };
}

end!(
    /// The number is at least the bound.
    minimum, is_ge
);
end!(
    /// The number is at most the bound.
    maximum, is_le
);
end!(
    /// The number is greater than the bound.
    exclusive_minimum, is_gt
);
end!(
    /// The number is less than the bound.
    exclusive_maximum, is_lt
);
