//! Whole numbers without a bound in the spec.

use crate::decimal::{Number, from_integers};
use crate::node::{AsNode, Node};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A whole number of any size: the type of a parameter without an upper limit, for which 1e30 is as valid as 60.
///
/// ```
/// use airspec_models::Integer;
///
/// let seconds = Integer::from(3600);
/// assert_eq!(seconds.as_i64(), Some(3600));
/// assert_eq!(Integer::from(60), Integer::try_from(60.0)?);
/// assert!(Integer::try_from(60.5).is_err());
/// # Ok::<(), airspec_models::NotWhole>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Integer(Number);

/// A float with a fraction, or without a finite value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NotWhole(f64);

impl Integer {
    /// The number as an `i64`, if it fits.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        match self.0 {
            Number::Integer(integer) => i64::try_from(integer).ok(),
            Number::Float(_) => None,
        }
    }

    /// The number as a `u64`, if it fits.
    #[must_use]
    pub fn as_u64(self) -> Option<u64> {
        match self.0 {
            Number::Integer(integer) => u64::try_from(integer).ok(),
            Number::Float(_) => None,
        }
    }
}

impl PartialEq for Integer {
    fn eq(&self, other: &Self) -> bool {
        self.0.equals(other.0)
    }
}

from_integers!(Integer);

impl TryFrom<f64> for Integer {
    type Error = NotWhole;

    fn try_from(float: f64) -> Result<Self, NotWhole> {
        if !Number::Float(float).is_integer() {
            return Err(NotWhole(float));
        }
        // Beyond 2^63 a float is kept as it is: its text on the wire must not change.
        #[expect(clippy::cast_possible_truncation, reason = "the range is checked in the same line")]
        let number = if float.abs() < 9e18 { Number::Integer(float as i128) } else { Number::Float(float) };
        Ok(Self(number))
    }
}

impl AsNode for Integer {
    #[inline]
    fn as_node(&self) -> Node<'_> {
        Node::Number(self.0)
    }
}

impl fmt::Display for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for NotWhole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not a whole number", self.0)
    }
}

impl std::error::Error for NotWhole {}

impl Serialize for Integer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Number::read(deserializer, "a whole number")? {
            Number::Float(float) => Self::try_from(float).map_err(serde::de::Error::custom),
            integer @ Number::Integer(_) => Ok(Self(integer)),
        }
    }
}
