//! One view of a request, whether it is a typed struct or parsed JSON, so that every check is written once.

use crate::decimal::Number;
use crate::uuid::Uuid;
use serde_json::{Map, Value};

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

/// The name of a member, and its place among the declared ones where that is known.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Place in the struct, [`Key::BY_NAME`] where it is not known.
    pub index: u16,
    /// Name on the wire.
    pub name: &'static str,
}

impl Key {
    /// The index of a key that is looked up by its name.
    pub const BY_NAME: u16 = u16::MAX;

    /// The member at a place of a struct.
    pub const fn at(index: u16, name: &'static str) -> Self {
        Self { index, name }
    }

    /// The member of that name, declared or not.
    pub const fn named(name: &'static str) -> Self {
        Self { index: Self::BY_NAME, name }
    }

    /// The place among the declared names.
    #[inline]
    pub fn place(self, names: &[&str]) -> usize {
        if self.index == Self::BY_NAME {
            names.iter().position(|name| *name == self.name).unwrap_or(usize::MAX)
        } else {
            usize::from(self.index)
        }
    }
}

/// Something that can be seen as a JSON value.
pub trait AsNode {
    /// The view.
    fn as_node(&self) -> Node<'_>;
}

/// An object: a generated struct or a JSON map.
pub trait Object: AsNode {
    /// The member, if it is present.
    fn get(&self, key: Key) -> Option<Node<'_>>;

    /// Calls back with every member that is present.
    fn each(&self, visit: &mut dyn FnMut(&str, Node<'_>));

    /// Calls back with every member that is present and not in `names`; a closed struct has none.
    fn undeclared(&self, names: &[&str], visit: &mut dyn FnMut(&str, Node<'_>)) {
        let _ = (names, visit);
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
    fn get(&self, key: Key) -> Option<Node<'_>> {
        Map::get(self, key.name).map(AsNode::as_node)
    }

    fn each(&self, visit: &mut dyn FnMut(&str, Node<'_>)) {
        for (name, value) in self {
            visit(name, value.as_node());
        }
    }

    fn undeclared(&self, names: &[&str], visit: &mut dyn FnMut(&str, Node<'_>)) {
        for (name, value) in self {
            if !names.contains(&name.as_str()) {
                visit(name, value.as_node());
            }
        }
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
