//! One view of a request, whether it is a typed struct or parsed JSON, so that every check is written once.

use crate::decimal::{Decimal, Number};
use crate::uuid::Uuid;
use serde_json::{Map, Value};
use std::cmp::Ordering;

/// A JSON value seen through either representation. Copying it copies references only.
#[derive(Clone, Copy)]
pub enum Node<'a> {
    /// `null`; also a float that JSON cannot express.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number.
    Number(Number),
    /// A string.
    Text(&'a str),
    /// A string that is known to be a UUID.
    Uuid(&'a Uuid),
    /// An array.
    List(&'a dyn List),
    /// An object.
    Object(&'a dyn Object),
}

impl<'a> Node<'a> {
    /// The number, if it is one.
    #[inline]
    pub(crate) fn number(self) -> Option<Number> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Whether a number compares with the bound in one of the allowed ways; every other value does.
    #[inline]
    pub(crate) fn compares(self, bound: Decimal, is_allowed: fn(Ordering) -> bool) -> bool {
        self.number().is_none_or(|number| is_allowed(number.compare(bound)))
    }

    /// The text, if it is one.
    #[inline]
    pub(crate) fn text(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Uuid(uuid) => Some(uuid.as_str()),
            _ => None,
        }
    }

    /// The array, if it is one.
    #[inline]
    pub(crate) fn list(self) -> Option<&'a dyn List> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    /// The member of that name, if the value is an object that has it.
    #[inline]
    pub(crate) fn member(self, name: &str) -> Option<Self> {
        match self {
            Self::Object(object) => object.get(name),
            _ => None,
        }
    }

    /// The value at a dotted path.
    pub(crate) fn reach(self, path: &str) -> Option<Self> {
        path.split('.').try_fold(self, Self::member)
    }

    /// JSON Schema's equality: 1 and 1.0 are equal, `false` and 0 are not.
    pub(crate) fn equals(self, other: Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Boolean(a), Self::Boolean(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a.equals(b),
            (Self::List(a), Self::List(b)) => {
                a.len() == b.len() && (0..a.len()).all(|index| a.item(index).equals(b.item(index)))
            }
            (Self::Object(a), Self::Object(b)) => {
                let (mut count, mut same) = (0_usize, true);
                a.each(&mut |name, node| {
                    count += 1;
                    same = same && b.get(name).is_some_and(|other| node.equals(other));
                });
                b.each(&mut |_, _| count = count.wrapping_sub(1));
                same && count == 0
            }
            _ => self.text().is_some_and(|text| other.text() == Some(text)),
        }
    }

    /// Two members, if both are numbers, as the decimals that they are written as.
    pub(crate) fn decimals(self, [a, b]: [&str; 2]) -> Option<[Decimal; 2]> {
        let decimal = |name| self.member(name)?.number()?.printed();
        Some([decimal(a)?, decimal(b)?])
    }
}

/// Something that can be seen as a JSON value.
pub trait AsNode {
    /// The view.
    fn as_node(&self) -> Node<'_>;
}

/// A field of a generated struct: a value, or one that may be absent.
pub trait Field {
    /// The view, if the value is there.
    fn field(&self) -> Option<Node<'_>>;
}

impl<T: AsNode> Field for T {
    #[inline]
    fn field(&self) -> Option<Node<'_>> {
        Some(self.as_node())
    }
}

impl<T: AsNode> Field for Option<T> {
    #[inline]
    fn field(&self) -> Option<Node<'_>> {
        self.as_ref().map(AsNode::as_node)
    }
}

/// An object: a generated struct or a JSON map.
pub trait Object: AsNode {
    /// The names that the struct declares, in its order; a map declares none.
    fn names(&self) -> &'static [&'static str];

    /// The member of that name, if it is present. In a struct it is the one at that place of [`Object::names`], so that
    /// checks with constant places come down to the field.
    fn at(&self, place: usize, name: &str) -> Option<Node<'_>>;

    /// The members that are not declared; a closed struct has none.
    #[inline]
    fn others(&self) -> Option<&Map<String, Value>> {
        None
    }

    /// The member of that name, declared or not, if it is present.
    fn get(&self, name: &str) -> Option<Node<'_>> {
        match self.names().iter().position(|declared| *declared == name) {
            Some(place) => self.at(place, name),
            None => self.others()?.get(name).map(AsNode::as_node),
        }
    }

    /// Calls back with every member that is present.
    fn each(&self, visit: &mut dyn FnMut(&str, Node<'_>)) {
        for (place, name) in self.names().iter().enumerate() {
            if let Some(node) = self.at(place, name) {
                visit(name, node);
            }
        }
        self.undeclared(&[], visit);
    }

    /// Calls back with every member that is not declared and not in `names`.
    #[inline]
    fn undeclared(&self, names: &[&str], visit: &mut dyn FnMut(&str, Node<'_>)) {
        for (name, value) in self.others().into_iter().flatten() {
            if !names.contains(&name.as_str()) {
                visit(name, value.as_node());
            }
        }
    }
}

/// An array.
pub trait List {
    /// How many items.
    fn len(&self) -> usize;

    /// The item at that place, which must be below [`List::len`].
    fn item(&self, index: usize) -> Node<'_>;

    /// Whether there are no items.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T: AsNode> List for Vec<T> {
    fn len(&self) -> usize {
        self.len()
    }

    fn item(&self, index: usize) -> Node<'_> {
        self[index].as_node()
    }
}

impl<T: AsNode> AsNode for Vec<T> {
    #[inline]
    fn as_node(&self) -> Node<'_> {
        Node::List(self)
    }
}

impl Object for Map<String, Value> {
    fn names(&self) -> &'static [&'static str] {
        &[]
    }

    fn at(&self, _: usize, name: &str) -> Option<Node<'_>> {
        self.get(name).map(AsNode::as_node)
    }

    fn others(&self) -> Option<&Map<String, Value>> {
        Some(self)
    }
}

impl AsNode for Map<String, Value> {
    fn as_node(&self) -> Node<'_> {
        Node::Object(self)
    }
}

impl AsNode for Value {
    fn as_node(&self) -> Node<'_> {
        match self {
            Self::Null => Node::Null,
            Self::Bool(value) => Node::Boolean(*value),
            Self::Number(number) => Node::Number(number.into()),
            Self::String(text) => Node::Text(text),
            Self::Array(items) => Node::List(items),
            Self::Object(members) => Node::Object(members),
        }
    }
}

impl AsNode for bool {
    #[inline]
    fn as_node(&self) -> Node<'_> {
        Node::Boolean(*self)
    }
}

impl AsNode for String {
    #[inline]
    fn as_node(&self) -> Node<'_> {
        Node::Text(self)
    }
}

impl AsNode for f64 {
    #[inline]
    fn as_node(&self) -> Node<'_> {
        if self.is_finite() { Node::Number(Number::Float(*self)) } else { Node::Null }
    }
}

macro_rules! integers {
    ($($integer:ty),*) => {$(
        impl AsNode for $integer {
            #[inline]
            fn as_node(&self) -> Node<'_> {
                Node::Number(Number::Integer(i128::from(*self)))
            }
        }
    )*};
}
integers!(u32, i64, u64);

impl AsNode for Uuid {
    #[inline]
    fn as_node(&self) -> Node<'_> {
        Node::Uuid(self)
    }
}

/// The view of a generated struct: its fields with their places and their names on the wire, and the field of members
/// that it does not declare, where it has one.
#[macro_export]
#[doc(hidden)]
macro_rules! object {
    ($name:ident { $($place:literal => $field:ident: $key:literal,)* $(_ => $other:ident,)? }) => {
        impl $name {
            /// The names of the members, by place.
            #[doc(hidden)]
            pub const NAMES: &'static [&'static str] = &[$($key),*];
        }

        impl $crate::node::AsNode for $name {
            #[inline]
            fn as_node(&self) -> $crate::node::Node<'_> {
                $crate::node::Node::Object(self)
            }
        }

        impl $crate::node::Object for $name {
            fn names(&self) -> &'static [&'static str] {
                Self::NAMES
            }

            #[inline]
            fn at(&self, place: usize, _: &str) -> ::std::option::Option<$crate::node::Node<'_>> {
                match place {
                    $($place => $crate::node::Field::field(&self.$field),)*
                    _ => ::std::option::Option::None,
                }
            }

            $(fn others(&self) -> ::std::option::Option<&$crate::serde_json::Map<::std::string::String, $crate::serde_json::Value>> {
                ::std::option::Option::Some(&self.$other)
            })?
        }
    };
}
