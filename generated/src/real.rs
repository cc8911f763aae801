//! Numbers that an `f64` cannot represent exactly.

use crate::decimal::{Number, from_integers};
use crate::node::{AsNode, Node};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A number of any size: the type of a parameter whose spec allows numbers beyond 2^53, for which an
/// `f64` would turn 9007199254740993 into 9007199254740992.
///
/// ```
/// use airspec_models::Real;
///
/// assert_eq!(Real::from(0.5).as_f64(), 0.5);
/// let [even, odd] = [9_007_199_254_740_992_i64, 9_007_199_254_740_993];
/// assert_ne!(Real::from(even), Real::from(odd));
/// assert_eq!(Real::from(16), Real::from(16.0));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Real(Number);

impl Real {
    /// The nearest `f64`.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        match self.0 {
            #[expect(clippy::cast_precision_loss, reason = "that is what is asked for")]
            Number::Integer(integer) => integer as f64,
            Number::Float(float) => float,
        }
    }
}

impl PartialEq for Real {
    fn eq(&self, other: &Self) -> bool {
        self.0.equals(other.0)
    }
}

impl From<f64> for Real {
    fn from(float: f64) -> Self {
        Self(Number::Float(float))
    }
}

from_integers!(Real);

impl AsNode for Real {
    #[inline]
    fn as_node(&self) -> Node<'_> {
        match self.0 {
            // As with a plain float: JSON has no text for it.
            Number::Float(float) if !float.is_finite() => Node::Null,
            number => Node::Number(number),
        }
    }
}

impl fmt::Display for Real {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Real {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Real {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Number::read(deserializer, "a number").map(Self)
    }
}
