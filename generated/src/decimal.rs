//! Exact numbers: the bounds and steps of a spec as decimals, and the numbers of a request against them.
//!
//! A bound such as 0.1 has no `f64`, so a spec's numbers stay decimals. A float of a request stands for the
//! decimal it prints as, the shortest text that reads back as the same float: 0.07 is a multiple
//! of 0.01, though neither is a binary fraction. Most answers still take a few float instructions: wherever
//! floats decide, the code says why they decide exactly, and everything else takes the decimal way. Nothing
//! here allocates, and no exponent makes it loop. Reading numbers from text is left to `serde_json`.

mod number;
#[cfg(test)]
mod tests;

pub use number::Number;
pub(crate) use number::from_integers;
use std::cmp::Ordering;
use std::fmt;

/// The largest count of a decimal's last place for which floats decide.
///
/// Up to it, every decimal has a float of its own: two decimals of at most 15 significant digits are at least
/// 10^-15 of their value apart and neighbouring floats at most 2^-52, so one float is never nearest to both.
/// If a float is nearest to such a decimal, it therefore prints as that decimal: what it prints as is no
/// longer than that, and must be the same.
const SHORT: u64 = 1_000_000_000_000_000;

/// The powers of ten that a float holds exactly: 5^22 is the last power of five below 2^53.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// An exact decimal, `mantissa * 10^exponent`.
///
/// Equality is that of the two fields: 10 is not written as 1 with an exponent of 1. To compare values, use
/// [`Decimal::compare`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    mantissa: i128,
    exponent: i32,
}

impl Decimal {
    /// The decimal `mantissa * 10^exponent`; every pair is one.
    #[must_use]
    pub const fn new(mantissa: i128, exponent: i32) -> Self {
        Self { mantissa, exponent }
    }

    /// The float nearest to this decimal, if the decimal is what that float prints as.
    ///
    /// Mantissa and power are exact floats, and IEEE 754 rounds one product or quotient of exact operands to
    /// the nearest float, so the result is the one that reading the decimal's text would give.
    #[inline]
    #[expect(clippy::cast_precision_loss, reason = "at most 10^15, which is below 2^53")]
    fn own_float(self) -> Option<f64> {
        let mantissa = i64::try_from(self.mantissa).ok().filter(|m| m.unsigned_abs() <= SHORT)? as f64;
        let power = *POWERS.get(self.exponent.unsigned_abs() as usize)?;
        Some(if self.exponent < 0 { mantissa / power } else { mantissa * power })
    }

    /// Whether this is zero.
    #[inline]
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// Whether this is below zero.
    #[inline]
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    /// The decimal with the opposite sign.
    ///
    /// Only a mantissa of `i128::MIN`, which no 64-bit number and no float has, ends one short of it.
    #[inline]
    #[must_use]
    pub const fn negated(self) -> Self {
        Self { mantissa: self.mantissa.saturating_neg(), exponent: self.exponent }
    }

    /// The product of two decimals.
    ///
    /// It is exact for mantissas of up to 19 digits, and so for floats and for numbers that fit `i64`. A
    /// mantissa beyond 128 bits stops at the end of its range, which is still at least as far from zero as
    /// every product that fits with the same exponent.
    #[inline]
    #[must_use]
    pub const fn times(self, other: Self) -> Self {
        Self {
            mantissa: self.mantissa.saturating_mul(other.mantissa),
            exponent: self.exponent.saturating_add(other.exponent),
        }
    }

    /// The power of ten.
    pub(crate) const fn exponent(self) -> i32 {
        self.exponent
    }

    /// The number as a count of `10^exponent`, if it is one and fits 128 bits.
    pub(crate) fn in_units_of(self, exponent: i32) -> Option<i128> {
        let power = u32::try_from(self.exponent.checked_sub(exponent)?).ok()?;
        self.mantissa.checked_mul(10_i128.checked_pow(power)?)
    }

    /// The largest count of `10^exponent` that is not above the number, if it fits 128 bits.
    pub(crate) fn floor_in_units_of(self, exponent: i32) -> Option<i128> {
        if self.exponent >= exponent {
            return self.in_units_of(exponent);
        }
        let unit = 10_i128.checked_pow(self.exponent.abs_diff(exponent));
        Some(unit.map_or(if self.mantissa < 0 { -1 } else { 0 }, |unit| self.mantissa.div_euclid(unit)))
    }

    /// The nearest float.
    #[expect(clippy::cast_precision_loss, reason = "the nearest one is wanted")]
    pub(crate) fn nearest_float(self) -> f64 {
        self.mantissa as f64 * 10_f64.powi(self.exponent)
    }

    /// How this decimal compares with another one by value.
    #[must_use]
    pub fn compare(self, other: Self) -> Ordering {
        let signs = self.mantissa.signum().cmp(&other.mantissa.signum());
        if signs.is_ne() || self.mantissa == 0 {
            return signs;
        }
        let (left, right) = (self.mantissa.unsigned_abs(), other.mantissa.unsigned_abs());
        let gap = self.exponent.abs_diff(other.exponent);
        // A scaled mantissa that overflows 128 bits is larger than any mantissa there is.
        let sizes = if self.exponent >= other.exponent {
            scaled(left, gap).map_or(Ordering::Greater, |left| left.cmp(&right))
        } else {
            scaled(right, gap).map_or(Ordering::Less, |right| left.cmp(&right))
        };
        if self.mantissa < 0 { sizes.reverse() } else { sizes }
    }

    /// Whether this decimal is a whole number of steps.
    fn is_multiple_of(self, step: Self) -> bool {
        if self.mantissa == 0 || step.mantissa == 0 {
            return self.mantissa == 0;
        }
        let value = self.mantissa.unsigned_abs();
        let mut divisor = step.mantissa.unsigned_abs();
        let gap = self.exponent.abs_diff(step.exponent);
        if self.exponent < step.exponent {
            return scaled(divisor, gap).is_some_and(|divisor| value.is_multiple_of(divisor));
        }
        // `value * 10^gap` need not be computed: its factor 10^gap can only cancel twos and fives of the
        // divisor, as many of each as there are tens, and what is left of the divisor must divide `value`
        // itself.
        divisor >>= divisor.trailing_zeros().min(gap);
        for _ in 0..gap {
            if !divisor.is_multiple_of(5) {
                break;
            }
            divisor /= 5;
        }
        value.is_multiple_of(divisor)
    }
}

impl From<i128> for Decimal {
    #[inline]
    fn from(whole: i128) -> Self {
        Self::new(whole, 0)
    }
}

/// The numbers from one end to another, both included; an end that is left out bounds nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Range {
    minimum: Option<Decimal>,
    maximum: Option<Decimal>,
}

impl Range {
    /// Of at least that.
    #[inline]
    pub fn at_least(minimum: impl Into<Decimal>) -> Self {
        Self { minimum: Some(minimum.into()), maximum: None }
    }

    /// Of at most that.
    #[inline]
    pub fn at_most(maximum: impl Into<Decimal>) -> Self {
        Self { minimum: None, maximum: Some(maximum.into()) }
    }

    /// From one to the other.
    #[inline]
    pub fn between(minimum: impl Into<Decimal>, maximum: impl Into<Decimal>) -> Self {
        Self { minimum: Some(minimum.into()), maximum: Some(maximum.into()) }
    }

    /// The ends as floats, infinite where there is none.
    pub(crate) fn floats(self) -> (f64, f64) {
        let float = |end: Option<Decimal>, without| end.map_or(without, Decimal::nearest_float);
        (float(self.minimum, f64::NEG_INFINITY), float(self.maximum, f64::INFINITY))
    }

    /// Whether the number lies in the range.
    pub(crate) fn admits(self, number: Decimal) -> bool {
        self.minimum.is_none_or(|minimum| number.compare(minimum).is_ge())
            && self.maximum.is_none_or(|maximum| number.compare(maximum).is_le())
    }

    /// Whether `a / b` lies in the range; nothing divided by zero does.
    pub(crate) fn admits_quotient(self, a: Decimal, b: Decimal) -> bool {
        // a ÷ b ≥ bound is a ≥ bound × b for a positive b; for a negative one both sides change their sign.
        let (a, b) = if b.is_negative() { (a.negated(), b.negated()) } else { (a, b) };
        !b.is_zero()
            && self.minimum.is_none_or(|minimum| a.compare(minimum.times(b)).is_ge())
            && self.maximum.is_none_or(|maximum| a.compare(maximum.times(b)).is_le())
    }
}

/// `value * 10^power`, if it fits.
fn scaled(value: u128, power: u32) -> Option<u128> {
    value.checked_mul(10_u128.checked_pow(power)?)
}

/// In plain digits while the first one is at most 21 places before the point or 6 behind it, as in
/// JavaScript, otherwise in scientific form; without zeros that say nothing: `16`, `0.01`, `-4`, `1e308`,
/// `1.5e-9`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.mantissa == 0 {
            return f.write_str("0");
        }
        if let (0, Ok(whole)) = (self.exponent, i64::try_from(self.mantissa)) {
            return write!(f, "{whole}");
        }
        let mut digits = self.mantissa.unsigned_abs();
        let mut exponent = i64::from(self.exponent);
        while digits.is_multiple_of(10) {
            digits /= 10;
            exponent += 1;
        }
        if self.mantissa < 0 {
            f.write_str("-")?;
        }
        // The place of the first digit: 0 for units, -1 for tenths.
        let first = exponent + i64::from(digits.ilog10());
        match usize::try_from(exponent) {
            Ok(zeros) if first <= 20 => write!(f, "{digits}{:0<zeros$}", ""),
            Err(_) if (-6..=20).contains(&first) => write_fraction(f, digits, exponent),
            _ => {
                write_fraction(f, digits, -i64::from(digits.ilog10()))?;
                write!(f, "e{first}")
            }
        }
    }
}

/// Writes `digits * 10^exponent` with a point; `exponent` is at most 0 and at least -44.
fn write_fraction(f: &mut fmt::Formatter<'_>, digits: u128, exponent: i64) -> fmt::Result {
    let places = exponent.unsigned_abs();
    let unit = u32::try_from(places).ok().and_then(|places| scaled(1, places));
    let (whole, part) = unit.map_or((0, digits), |unit| (digits / unit, digits % unit));
    match usize::try_from(places) {
        Ok(places) if places > 0 => write!(f, "{whole}.{part:0>places$}"),
        _ => write!(f, "{whole}"),
    }
}
