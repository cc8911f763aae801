//! Enums of a spec: closed sets of values, as Rust enums.

use crate::literal::Literal;
use crate::node::Node;
use crate::shown::visible;
use serde::de::{Deserializer, Error as _, Visitor};
use serde::ser::Serializer;
use std::fmt;

/// An enum whose variants stand for JSON values.
pub trait Closed: Sized + Copy + 'static {
    /// Every variant, in the order of the spec.
    const ALL: &'static [Self];

    /// The value on the wire.
    fn literal(self) -> Literal;
}

/// A value that is not in the spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownValue {
    found: String,
    allowed: String,
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not one of {}", visible(&self.found), self.allowed)
    }
}

impl std::error::Error for UnknownValue {}

/// How a literal reads outside JSON.
fn text(literal: Literal) -> String {
    match literal {
        Literal::Null => "null".to_owned(),
        Literal::Boolean(value) => value.to_string(),
        Literal::Integer(value) => value.to_string(),
        Literal::Float(value) => value.to_string(),
        Literal::Text(text) => text.to_owned(),
        Literal::List(_) | Literal::Object(_) => {
            unreachable!("enums of arrays and objects are not made Rust enums")
        }
    }
}

fn unknown<T: Closed>(found: &str) -> UnknownValue {
    let names: Vec<String> = T::ALL.iter().map(|value| format!("`{}`", text(value.literal()))).collect();
    UnknownValue { found: found.chars().take(60).collect(), allowed: names.join(", ") }
}

/// For generated `FromStr`.
pub fn parse<T: Closed>(found: &str) -> Result<T, UnknownValue> {
    let same = |value: &&T| match value.literal() {
        Literal::Text(text) => text == found,
        other => text(other) == found,
    };
    T::ALL.iter().find(same).copied().ok_or_else(|| unknown::<T>(found))
}

/// For generated `Display`.
pub fn display<T: Closed>(value: T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value.literal() {
        Literal::Text(text) => f.pad(text),
        other => f.pad(&text(other)),
    }
}

/// For generated views.
#[inline]
pub fn as_node(literal: Literal) -> Node<'static> {
    use crate::decimal::Number;
    match literal {
        Literal::Boolean(value) => Node::Boolean(value),
        Literal::Integer(value) => Node::Number(Number::Integer(value)),
        Literal::Float(value) => Node::Number(Number::Float(value)),
        Literal::Text(text) => Node::Text(text),
        Literal::Null | Literal::List(_) | Literal::Object(_) => Node::Null,
    }
}

/// For generated `Serialize`.
pub fn serialize<T: Closed, S: Serializer>(value: T, serializer: S) -> Result<S::Ok, S::Error> {
    match value.literal() {
        Literal::Text(text) => serializer.serialize_str(text),
        Literal::Boolean(value) => serializer.serialize_bool(value),
        Literal::Float(value) => serializer.serialize_f64(value),
        Literal::Integer(value) => match i64::try_from(value) {
            Ok(value) => serializer.serialize_i64(value),
            Err(_) => serializer.serialize_i128(value),
        },
        Literal::Null | Literal::List(_) | Literal::Object(_) => serializer.serialize_unit(),
    }
}

/// For generated `Deserialize`.
pub fn deserialize<'de, T: Closed, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Value<T>(std::marker::PhantomData<T>);

    impl<T: Closed> Value<T> {
        fn find<E: serde::de::Error>(node: Node<'_>, shown: &dyn fmt::Display) -> Result<T, E> {
            let found = T::ALL.iter().find(|value| value.literal().equals(node));
            found.copied().ok_or_else(|| E::custom(unknown::<T>(&shown.to_string())))
        }
    }

    impl<T: Closed> Visitor<'_> for Value<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("one of the values that the spec names")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            Self::find(Node::Text(text), &text)
        }

        fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<T, E> {
            Self::find(Node::Boolean(value), &value)
        }

        fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<T, E> {
            Self::find(Node::Number(crate::decimal::Number::Integer(value.into())), &value)
        }

        fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<T, E> {
            Self::find(Node::Number(crate::decimal::Number::Integer(value.into())), &value)
        }

        fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<T, E> {
            Self::find(Node::Number(crate::decimal::Number::Float(value)), &value)
        }

        fn visit_unit<E: serde::de::Error>(self) -> Result<T, E> {
            Err(E::custom(unknown::<T>("null")))
        }
    }
    deserializer.deserialize_any(Value(std::marker::PhantomData)).map_err(D::Error::custom)
}

/// A generated enum: each variant is given the value on the wire that it stands for.
#[macro_export]
#[doc(hidden)]
macro_rules! closed {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$about:meta])* $variant:ident = $value:expr,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$about])* $variant,)+
        }

        impl $name {
            /// Every value, in the order of the spec.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
        }

        impl $crate::closed::Closed for $name {
            const ALL: &'static [Self] = Self::ALL;

            #[inline]
            fn literal(self) -> $crate::literal::Literal {
                match self {
                    $(Self::$variant => $crate::literal::Literal::from($value),)+
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::closed::display(*self, f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::UnknownValue;

            fn from_str(text: &str) -> ::std::result::Result<Self, $crate::UnknownValue> {
                $crate::closed::parse(text)
            }
        }

        impl $crate::node::AsNode for $name {
            #[inline]
            fn as_node(&self) -> $crate::node::Node<'_> {
                $crate::closed::as_node($crate::closed::Closed::literal(*self))
            }
        }

        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                $crate::closed::serialize(*self, serializer)
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::closed::deserialize(deserializer)
            }
        }
    };
}
