//! The numbers of a request.

use super::{Decimal, POWERS, SHORT};
use serde::{Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt::{self, Write as _};

/// A number of a request: what `serde_json` can hold.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// A number written without point and exponent, if it fits 64 bits (or came from a typed field).
    Integer(i128),
    /// Every other number.
    Float(f64),
}

/// `From` whole numbers of Rust, for a type that holds a [`Number`] alone.
macro_rules! from_integers {
    ($number:ident: $($integer:ty),*) => {$(
        impl From<$integer> for $number {
            fn from(integer: $integer) -> Self {
                Self($crate::decimal::Number::Integer(i128::from(integer)))
            }
        }
    )*};
    ($number:ident) => {
        $crate::decimal::from_integers!($number: u8, u16, u32, u64, i8, i16, i32, i64);
    };
}
pub(crate) use from_integers;

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Float(float) => serializer.serialize_f64(float),
            Self::Integer(integer) => match (i64::try_from(integer), u64::try_from(integer)) {
                (Ok(integer), _) => serializer.serialize_i64(integer),
                (_, Ok(integer)) => serializer.serialize_u64(integer),
                _ => serializer.serialize_i128(integer),
            },
        }
    }
}

impl From<&serde_json::Number> for Number {
    #[inline]
    fn from(number: &serde_json::Number) -> Self {
        // Without `arbitrary_precision`, which this project does not use, one of the two always holds.
        number.as_i128().map_or_else(|| Self::Float(number.as_f64().unwrap_or(f64::NAN)), Self::Integer)
    }
}

impl Number {
    /// Reads a number; what else there is gives an error that names what was expected.
    pub(crate) fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        expected: &'static str,
    ) -> Result<Self, D::Error> {
        struct Any(&'static str);

        impl serde::de::Visitor<'_> for Any {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.0)
            }

            fn visit_i64<E>(self, integer: i64) -> Result<Number, E> {
                Ok(Number::Integer(integer.into()))
            }

            fn visit_u64<E>(self, integer: u64) -> Result<Number, E> {
                Ok(Number::Integer(integer.into()))
            }

            fn visit_f64<E>(self, float: f64) -> Result<Number, E> {
                Ok(Number::Float(float))
            }
        }
        deserializer.deserialize_any(Any(expected))
    }

    /// Whether this is an integer as JSON Schema has it: 1024.0 and 1e30 are.
    #[inline]
    #[must_use]
    pub fn is_integer(self) -> bool {
        match self {
            Self::Integer(_) => true,
            Self::Float(value) => value.fract() == 0.0,
        }
    }

    /// Whether both are the same number: 1 is 1.0, 9007199254740993 is not 9007199254740992.0.
    ///
    /// A float counts with its binary value here, as in the `jsonschema` crate. The other reading, its
    /// shortest text, differs only for integers from 2^53 on.
    #[inline]
    #[must_use]
    pub fn equals(self, other: Self) -> bool {
        match (self, other) {
            (Self::Integer(left), Self::Integer(right)) => left == right,
            (Self::Float(left), Self::Float(right)) => left.partial_cmp(&right) == Some(Ordering::Equal),
            (Self::Integer(integer), Self::Float(float)) | (Self::Float(float), Self::Integer(integer)) => {
                whole(float) == Some(integer)
            }
        }
    }

    /// Bits that equal numbers share.
    pub(crate) fn hash_bits(self) -> u64 {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "a loss is found by going back")]
            Self::Integer(integer) if whole(integer as f64) == Some(integer) => (integer as f64).to_bits(),
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "any bits will do")]
            Self::Integer(integer) => integer as u64,
            // 0.0 and -0.0 are equal.
            Self::Float(float) => (float + 0.0).to_bits(),
        }
    }

    /// How this number compares with a bound, exactly.
    ///
    /// A float counts as the decimal it prints as. NaN, which no JSON text holds, is above every bound, so
    /// that a maximum refuses it.
    #[inline]
    #[must_use]
    pub fn compare(self, bound: Decimal) -> Ordering {
        match self {
            Self::Integer(value) if bound.exponent == 0 => value.cmp(&bound.mantissa),
            Self::Integer(_) => self.compare_exactly(bound),
            // Rounding to floats keeps order, so two different floats compare as the decimals they came from.
            // If both are one float, both decimals are what it prints as.
            Self::Float(value) => bound
                .own_float()
                .and_then(|bound| value.partial_cmp(&bound))
                .unwrap_or_else(|| self.compare_exactly(bound)),
        }
    }

    /// Whether this number is a whole number of steps, exactly.
    ///
    /// A float counts as the decimal it prints as: 0.07 is a multiple of 0.01. The sign of the step does not
    /// matter; only zero is a multiple of zero.
    #[inline]
    #[must_use]
    pub fn is_multiple_of(self, step: Decimal) -> bool {
        match (self, u64::try_from(step.mantissa.unsigned_abs())) {
            // Almost all integers fit 64 bits, whose division is many times cheaper.
            (Self::Integer(value), Ok(divisor)) if step.exponent == 0 => match i64::try_from(value) {
                Ok(value) => value.unsigned_abs().is_multiple_of(divisor),
                Err(_) => value.unsigned_abs().is_multiple_of(divisor.into()),
            },
            (Self::Float(value), Ok(divisor)) if step.exponent <= 0 => {
                match places(value.abs(), step.exponent.unsigned_abs()) {
                    Places::Count(count) => count.is_multiple_of(divisor),
                    Places::Between => false,
                    Places::Unknown => self.is_exact_multiple(step),
                }
            }
            _ => self.is_exact_multiple(step),
        }
    }

    /// What [`Number::compare`] says, without floats.
    #[cold]
    #[inline(never)]
    pub(super) fn compare_exactly(self, bound: Decimal) -> Ordering {
        match (self.printed(), self) {
            (Some(value), _) => value.compare(bound),
            (None, Self::Float(f64::NEG_INFINITY)) => Ordering::Less,
            (None, _) => Ordering::Greater,
        }
    }

    /// What [`Number::is_multiple_of`] says, without floats.
    #[cold]
    #[inline(never)]
    pub(super) fn is_exact_multiple(self, step: Decimal) -> bool {
        self.printed().is_some_and(|value| value.is_multiple_of(step))
    }

    /// The decimal this number prints as; none if it is not finite.
    #[must_use]
    pub fn printed(self) -> Option<Decimal> {
        match self {
            Self::Integer(value) => Some(Decimal::new(value, 0)),
            Self::Float(value) if value.is_finite() => Some(Digits::of(value)),
            Self::Float(_) => None,
        }
    }
}

/// The shortest text that reads back as the same number; a float keeps its point or exponent: `1024.0`,
/// `1e30`.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Numbers of 64 bits are written many times faster.
            Self::Integer(value) => match i64::try_from(*value) {
                Ok(value) => write!(f, "{value}"),
                Err(_) => write!(f, "{value}"),
            },
            Self::Float(value) => write!(f, "{value:?}"),
        }
    }
}

/// The integer that a float is, if it is one and fits.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the range is checked and there is no fraction")]
fn whole(value: f64) -> Option<i128> {
    const LIMIT: f64 = 170_141_183_460_469_231_731_687_303_715_884_105_728.0; // 2^127
    ((-LIMIT..LIMIT).contains(&value) && value.fract() == 0.0).then_some(value as i128)
}

/// How a float that is not negative counts in units of the n-th decimal place.
enum Places {
    /// It prints as exactly that many units.
    Count(u64),
    /// It does not print as a whole number of units.
    Between,
    /// Too large, or with a unit too small, for a float.
    Unknown,
}

/// Counts a float in units of the n-th decimal place.
///
/// Say the float prints as `k` units. It is the float nearest to `k / 10^n`, so its product with 10^n,
/// rounded once more, is off `k` by at most `k * 2.3e-16`, below 0.24 for `k <= SHORT`. Adding a half,
/// rounded to an eighth at the worst, and cutting off the fraction then gives `k`; and from a larger `k` it
/// never gives `SHORT` or less. So for a count up to `SHORT` the only question is whether it is `k` at all.
/// The quotient of two exact floats is rounded once: if it is the float, then `count / 10^n` is its only
/// short decimal and what it prints as; if not, no `k` is.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    reason = "the cast saturates, counts stay below 2^53, nothing is negative, floats must be equal"
)]
fn places(value: f64, n: u32) -> Places {
    let Some(power) = POWERS.get(n as usize) else { return Places::Unknown };
    let count = (value * power + 0.5) as i64;
    if count as u64 > SHORT {
        Places::Unknown
    } else if count as f64 / power == value {
        Places::Count(count as u64)
    } else {
        Places::Between
    }
}

/// Collects the digits of a float while `{:e}` writes them, `d.ddde-d`, so that no text needs to be kept.
#[derive(Default)]
struct Digits {
    mantissa: i128,
    exponent: i32,
    places: i32,
    part: Part,
    is_small: bool,
}

/// Which part of `d.ddde-d` is being written.
#[derive(Default)]
enum Part {
    #[default]
    Whole,
    Fraction,
    Exponent,
}

impl Digits {
    /// The decimal that a finite float prints as.
    fn of(value: f64) -> Decimal {
        let mut digits = Self::default();
        write!(digits, "{:e}", value.abs()).expect("collecting digits does not fail");
        let exponent = if digits.is_small { -digits.exponent } else { digits.exponent };
        let mantissa = if value < 0.0 { -digits.mantissa } else { digits.mantissa };
        Decimal::new(mantissa, exponent - digits.places)
    }
}

impl fmt::Write for Digits {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            match (byte, &self.part) {
                (b'.', _) => self.part = Part::Fraction,
                (b'e', _) => self.part = Part::Exponent,
                (b'-', _) => self.is_small = true,
                (digit, Part::Exponent) => self.exponent = self.exponent * 10 + i32::from(digit - b'0'),
                (digit, Part::Whole) => self.mantissa = self.mantissa * 10 + i128::from(digit - b'0'),
                (digit, Part::Fraction) => {
                    self.mantissa = self.mantissa * 10 + i128::from(digit - b'0');
                    self.places += 1;
                }
            }
        }
        Ok(())
    }
}
