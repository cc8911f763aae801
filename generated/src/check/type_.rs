//! `type`: the JSON types a value may have.

use super::Check;
use crate::node::Node;
use crate::sink::Sink;
use crate::violation::Constraint;

/// A set of JSON types. `INTEGER` holds every number without a fraction, 1024.0 and 1e3 included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    /// `null`
    pub const NULL: Self = Self(1);
    /// `boolean`
    pub const BOOLEAN: Self = Self(2);
    /// `integer`
    pub const INTEGER: Self = Self(4);
    /// `number`
    pub const NUMBER: Self = Self(8);
    /// `string`
    pub const STRING: Self = Self(16);
    /// `array`
    pub const ARRAY: Self = Self(32);
    /// `object`
    pub const OBJECT: Self = Self(64);

    /// The types of either set.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[inline]
    fn admit(self, node: Node<'_>) -> bool {
        let bits = match node {
            Node::Null => Self::NULL.0,
            Node::Boolean(_) => Self::BOOLEAN.0,
            Node::Number(number) if self.0 & Self::NUMBER.0 == 0 => {
                return self.0 & Self::INTEGER.0 != 0 && number.is_integer();
            }
            Node::Number(_) => Self::NUMBER.0,
            Node::Text(_) | Node::Uuid(_) => Self::STRING.0,
            Node::List(_) => Self::ARRAY.0,
            Node::Object(_) => Self::OBJECT.0,
        };
        self.0 & bits != 0
    }
}

impl<S: Sink> Check<'_, S> {
    /// The value has one of the types. Where it has not, the rules that follow are passed over.
    #[inline]
    pub fn type_(self, constraint: &'static Constraint, kinds: Kinds) -> Self {
        let is_typed = kinds.admit(self.node);
        Self { is_typed, ..self.expect(constraint, |_| is_typed) }
    }
}
