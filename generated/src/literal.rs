//! The values that a spec names, as constants: those of `const` and `enum`.

use crate::decimal::Number;
use crate::node::Node;

/// A JSON value that a spec names.
#[derive(Clone, Copy, Debug)]
pub enum Literal {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A whole number.
    Integer(i128),
    /// A number with a fraction or beyond 64 bits.
    Float(f64),
    /// A string.
    Text(&'static str),
    /// An array.
    List(&'static [Literal]),
    /// An object.
    Object(&'static [(&'static str, Literal)]),
}

impl Literal {
    /// JSON Schema's equality: 1 and 1.0 are equal, `false` and 0 are not.
    #[inline]
    #[must_use]
    pub fn equals(&self, node: Node<'_>) -> bool {
        // Texts, which most are, come down to a comparison with a constant.
        match (self, node) {
            (Self::Text(a), Node::Text(b)) => *a == b,
            _ => self.equals_other(node),
        }
    }

    fn equals_other(&self, node: Node<'_>) -> bool {
        match (self, node) {
            (Self::Null, Node::Null) => true,
            (Self::Boolean(a), Node::Boolean(b)) => *a == b,
            (Self::Integer(a), Node::Number(b)) => Number::Integer(*a).equals(b),
            (Self::Float(a), Node::Number(b)) => Number::Float(*a).equals(b),
            (Self::Text(a), Node::Uuid(b)) => *a == b.as_str(),
            (Self::List(a), Node::List(b)) => {
                a.len() == b.len()
                    && a.iter().enumerate().all(|(index, literal)| literal.equals(b.item(index)))
            }
            (Self::Object(a), Node::Object(b)) => {
                let mut count = 0;
                b.each(&mut |_, _| count += 1);
                let same = |(name, literal): &(&'static str, Self)| {
                    b.get(name).is_some_and(|node| literal.equals(node))
                };
                count == a.len() && a.iter().all(same)
            }
            _ => false,
        }
    }
}

/// A literal of one kind: the words of most sets are written as they are.
macro_rules! from {
    ($($kind:ty => $variant:ident),*) => {$(
        impl From<$kind> for Literal {
            #[inline]
            fn from(value: $kind) -> Self {
                Self::$variant(value)
            }
        }
    )*};
}
from!(bool => Boolean, i128 => Integer, f64 => Float, &'static str => Text);
