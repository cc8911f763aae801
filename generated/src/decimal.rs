//! Exact numbers: the bounds and steps of a spec as decimals, and the numbers of a request against them.
//!
//! A bound such as 0.1 has no `f64`, so a spec's numbers stay decimals. A float of a request stands for the
//! decimal it prints as, the shortest text that reads back as the same float: who wrote 0.07 gave a multiple
//! of 0.01, though neither is a binary fraction. Most answers still take a few float instructions: wherever
//! floats decide, the code says why they decide exactly, and everything else takes the decimal way. Nothing
//! here allocates, and no exponent makes it loop. Reading numbers from text is left to `serde_json`.

use std::cmp::Ordering;
use std::fmt::{self, Write as _};

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

/// A number of a request: what `serde_json` can hold.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// A number written without point and exponent, if it fits 64 bits (or came from a typed field).
    Integer(i128),
    /// Every other number.
    Float(f64),
}

impl From<&serde_json::Number> for Number {
    #[inline]
    fn from(number: &serde_json::Number) -> Self {
        // Without `arbitrary_precision`, which this project does not use, one of the two always holds.
        number.as_i128().map_or_else(|| Self::Float(number.as_f64().unwrap_or(f64::NAN)), Self::Integer)
    }
}

impl Number {
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
    fn compare_exactly(self, bound: Decimal) -> Ordering {
        match (self.printed(), self) {
            (Some(value), _) => value.compare(bound),
            (None, Self::Float(f64::NEG_INFINITY)) => Ordering::Less,
            (None, _) => Ordering::Greater,
        }
    }

    /// What [`Number::is_multiple_of`] says, without floats.
    #[cold]
    #[inline(never)]
    fn is_exact_multiple(self, step: Decimal) -> bool {
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
            Self::Integer(value) => write!(f, "{value}"),
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
    /// Too large, or the unit too small, for floats to tell.
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

#[cfg(test)]
mod tests {
    use super::*;

    const HUNDREDTH: Decimal = Decimal::new(1, -2);

    /// Numbers without pattern, the same ones in every run (xorshift64*).
    fn random(seed: u64) -> impl FnMut() -> u64 {
        let mut state = seed;
        move || {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            state.wrapping_mul(0x2545_f491_4f6c_dd1d)
        }
    }

    fn float(text: &str) -> Number {
        Number::Float(text.parse().expect("the tests write numbers"))
    }

    #[test]
    fn every_hundredth_is_a_multiple_of_a_hundredth() {
        for n in -500..=100_000_i32 {
            let text = format!("{}{}.{:02}", if n < 0 { "-" } else { "" }, n.abs() / 100, n.abs() % 100);
            assert!(float(&text).is_multiple_of(HUNDREDTH), "{text}");
            assert!(Number::Float(f64::from(n) / 100.0).is_multiple_of(HUNDREDTH), "{text}");
            assert!(float(&text).is_exact_multiple(HUNDREDTH), "{text}");
        }
    }

    #[test]
    fn no_thousandth_between_hundredths_is_a_multiple_of_a_hundredth() {
        for n in (-5_000..=1_000_000_i32).filter(|n| n % 10 != 0) {
            assert!(!Number::Float(f64::from(n) / 1000.0).is_multiple_of(HUNDREDTH), "{n}");
        }
    }

    #[test]
    fn floats_stand_for_the_decimals_they_print_as() {
        let one =
            |text: &str, mantissa, exponent| float(text).is_multiple_of(Decimal::new(mantissa, exponent));
        for text in ["0.07", "0.29", "0.57", "0.58", "2.01", "0", "-0.0", "-0.07", "1e22", "1e300"] {
            assert!(one(text, 1, -2) && one(text, -1, -2), "{text}");
        }
        for text in ["0.075", "-0.075", "0.010000000000000002", "0.009999999999999998", "1e-3", "5e-324"] {
            assert!(!one(text, 1, -2), "{text}");
        }
        assert!(one("12391239123.0", 1, -8) && one("1e308", 5, -1) && one("7.5e-7", 25, -8));
        assert!(!one("1e308", 123_456_789, -9) && !one("1e308", 3, 0) && !one("0.30000000000000004", 1, -1));
        assert!(one("2e40", 1, 40) && !one("2e40", 3, 40) && !one("2e40", 1, 41) && one("5e-324", 1, -324));
    }

    #[test]
    fn integers_are_multiples_of_whole_and_broken_steps() {
        let one = |value, mantissa, exponent| {
            Number::Integer(value).is_multiple_of(Decimal::new(mantissa, exponent))
        };
        assert!(
            one(1024, 16, 0) && one(-1024, 16, 0) && one(1024, -16, 0) && one(0, 16, 0) && one(3, 15, -1)
        );
        assert!(one(7, 1, -2) && one(7, 35, -1) && one(6, 375, -3) && one(300, 3, 2) && one(i128::MIN, 2, 0));
        assert!(
            !one(1025, 16, 0)
                && !one(7, 3, -1)
                && !one(i128::MIN, 3, 0)
                && !one(1000, 3, -2)
                && !one(30, 3, 2)
        );
        assert!(one(i128::MIN, i128::MIN, 0) && one(1, 1 << 100, -100) && !one(1, 1 << 100, -99));
    }

    #[test]
    fn only_zero_is_a_multiple_of_zero() {
        for zero in [Decimal::new(0, 0), Decimal::new(0, -2), Decimal::new(0, 5)] {
            assert!(Number::Integer(0).is_multiple_of(zero) && Number::Float(-0.0).is_multiple_of(zero));
            assert!(!Number::Integer(3).is_multiple_of(zero) && !Number::Float(1e-300).is_multiple_of(zero));
        }
    }

    #[test]
    fn steps_agree_with_integer_arithmetic_on_scaled_texts() {
        let mut random = random(1);
        for _ in 0..200_000 {
            // Both on a scale of 10^-9: ten places before the point, nine behind it.
            let kept = 10_i128.pow(u32::try_from(random() % 10).expect("a digit"));
            let value =
                i128::from(random() % 1_000_000_000_000) / kept * kept * 1000 + i128::from(random() % 3);
            let places = u32::try_from(random() % 10).expect("a digit");
            let step = i128::from(random() % 1000 + 1);
            let text = format!("{}.{:09}", value / 1_000_000_000, value % 1_000_000_000);
            let expected = value % (step * 10_i128.pow(9 - places)) == 0;
            let step = Decimal::new(step, -i32::try_from(places).expect("a digit"));
            assert_eq!(float(&text).is_multiple_of(step), expected, "{text} {step}");
            assert_eq!(float(&text).is_exact_multiple(step), expected, "{text} {step}");
        }
    }

    #[test]
    fn bounds_agree_with_integer_arithmetic_on_scaled_texts() {
        let mut random = random(2);
        for _ in 0..200_000 {
            let value = i128::from(random() % 1_000_000_000_000_000) >> (random() % 50);
            let bound = match random() % 3 {
                0 => value,
                1 => value + i128::from(random() % 3) - 1,
                _ => i128::from(random() % 1_000_000_000_000_000) >> (random() % 50),
            };
            let places = random() % 25;
            let text = format!("{value}e-{places}");
            let bound = Decimal::new(bound, -i32::try_from(places).expect("small"));
            let expected = value.cmp(&bound.mantissa);
            assert_eq!(float(&text).compare(bound), expected, "{text} {bound}");
            assert_eq!(float(&text).compare_exactly(bound), expected, "{text} {bound}");
            let negative = Decimal::new(-bound.mantissa, bound.exponent);
            assert_eq!(
                float(&format!("-{text}")).compare(negative),
                expected.reverse(),
                "-{text} {negative}"
            );
        }
    }

    #[test]
    fn the_quick_answers_are_the_exact_ones_for_any_float() {
        let mut random = random(3);
        for _ in 0..200_000 {
            let any = f64::from_bits(random());
            let hundredth = f64::from(u32::try_from(random() % 100_000 + 1).expect("small")) / 100.0;
            let near = f64::from_bits(hundredth.to_bits() + random() % 5 - 2);
            for number in [any, near].map(Number::Float) {
                let mantissa = i128::from(random().cast_signed() >> (random() % 64));
                let exponent = i32::try_from(random() % 50).expect("small") - 30;
                let decimal = Decimal::new(mantissa, exponent);
                assert_eq!(number.compare(decimal), number.compare_exactly(decimal), "{number} {decimal}");
                for step in [decimal, HUNDREDTH] {
                    assert_eq!(
                        number.is_multiple_of(step),
                        number.is_exact_multiple(step),
                        "{number} {step}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_float_next_to_a_bound_is_on_its_side() {
        for (text, mantissa, exponent) in
            [("0.1", 1, -1), ("1024", 1024, 0), ("0.3333333333333333", 3_333_333_333_333_333, -16)]
        {
            let bound = Decimal::new(mantissa, exponent);
            let value: f64 = text.parse().expect("a number");
            assert_eq!(Number::Float(value).compare(bound), Ordering::Equal, "{text}");
            assert_eq!(Number::Float(value.next_up()).compare(bound), Ordering::Greater, "{text}");
            assert_eq!(Number::Float(value.next_down()).compare(bound), Ordering::Less, "{text}");
        }
        // A bound finer than floats: its nearest float is 0.1, and it still lies above.
        assert_eq!(float("0.1").compare(Decimal::new(100_000_000_000_000_001, -18)), Ordering::Less);
    }

    #[test]
    fn integers_compare_with_bounds_of_every_scale() {
        let compare =
            |value, mantissa, exponent| Number::Integer(value).compare(Decimal::new(mantissa, exponent));
        assert_eq!(compare(1, 10, -1), Ordering::Equal);
        assert_eq!(compare(1, 11, -1), Ordering::Less);
        assert_eq!(compare(-1, -11, -1), Ordering::Greater);
        assert_eq!(compare(-1, 1, -400), Ordering::Less);
        assert_eq!(compare(0, 0, 7), Ordering::Equal);
        assert_eq!(compare(0, -1, -7), Ordering::Greater);
        assert_eq!(compare(2000, 2, 3), Ordering::Equal);
        assert_eq!(compare(i128::MAX, i128::MAX, 0), Ordering::Equal);
        assert_eq!(compare(i128::MAX, 18, 37), Ordering::Less);
        assert_eq!(compare(i128::MIN, -17, 37), Ordering::Less);
    }

    #[test]
    fn huge_exponents_are_answered_at_once() {
        for exponent in [i32::MIN, -1_000_000, 1_000_000, i32::MAX] {
            let decimal = Decimal::new(7, exponent);
            let small = exponent < 0;
            let expected = if small { Ordering::Greater } else { Ordering::Less };
            for number in [Number::Integer(i128::MAX), Number::Float(1e308), Number::Float(5e-324)] {
                assert_eq!(number.compare(decimal), expected, "{number} {exponent}");
                assert!(!number.is_multiple_of(decimal), "{number} {exponent}");
                assert_eq!(number.is_multiple_of(Decimal::new(5, exponent)), small, "{number} {exponent}");
            }
            assert_eq!(Number::Integer(14).is_multiple_of(decimal), small);
            assert!(decimal.to_string().starts_with("7e"));
        }
        assert_eq!(
            Decimal::new(i128::MIN, i32::MAX).to_string(),
            "-1.70141183460469231731687303715884105728e2147483685"
        );
    }

    #[test]
    fn what_is_not_finite_lies_outside_all_bounds_and_on_no_step() {
        let bound = Decimal::new(i128::MAX, 400);
        assert_eq!(Number::Float(f64::INFINITY).compare(bound), Ordering::Greater);
        assert_eq!(Number::Float(f64::NAN).compare(bound), Ordering::Greater);
        assert_eq!(Number::Float(f64::NEG_INFINITY).compare(Decimal::new(0, 0)), Ordering::Less);
        for value in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            let number = Number::Float(value);
            assert!(
                !number.is_multiple_of(HUNDREDTH) && !number.is_multiple_of(bound) && !number.is_integer()
            );
        }
    }

    #[test]
    fn equality_is_that_of_values_and_exact() {
        let equal = |left: Number, right: Number| left.equals(right) && right.equals(left);
        assert!(
            equal(Number::Integer(1), Number::Float(1.0)) && equal(Number::Integer(0), Number::Float(-0.0))
        );
        assert!(
            equal(Number::Float(0.5), Number::Float(0.5)) && equal(Number::Integer(-7), Number::Integer(-7))
        );
        assert!(equal(Number::Integer(9_007_199_254_740_992), Number::Float(9_007_199_254_740_992.0)));
        assert!(!equal(Number::Integer(9_007_199_254_740_993), Number::Float(9_007_199_254_740_992.0)));
        assert!(
            !equal(Number::Integer(1), Number::Float(1.5)) && !equal(Number::Integer(1), Number::Integer(2))
        );
        assert!(!equal(Number::Integer(i128::MAX), Number::Float(2_f64.powi(127))));
        assert!(equal(Number::Integer(i128::MIN), Number::Float(-(2_f64.powi(127)))));
        assert!(
            !equal(Number::Integer(0), Number::Float(f64::NAN))
                && !equal(Number::Integer(0), Number::Float(1e308))
        );
    }

    #[test]
    fn a_float_without_a_fraction_is_an_integer() {
        for integer in [Number::Integer(5), Number::Float(1024.0), Number::Float(1e30), Number::Float(-0.0)] {
            assert!(integer.is_integer(), "{integer}");
        }
        for fraction in [0.5, -1.25, 5e-324, 4_503_599_627_370_495.5] {
            assert!(!Number::Float(fraction).is_integer(), "{fraction}");
        }
    }

    #[test]
    fn numbers_come_from_json_as_they_are_held() {
        let number = |text: &str| Number::from(&text.parse::<serde_json::Number>().expect("a number"));
        assert!(matches!(number("18446744073709551615"), Number::Integer(18_446_744_073_709_551_615)));
        assert!(matches!(number("-9223372036854775808"), Number::Integer(-9_223_372_036_854_775_808)));
        assert!(matches!(number("18446744073709551616"), Number::Float(_)));
        assert!(matches!(number("1.0"), Number::Float(_)) && matches!(number("-0"), Number::Float(_)));
    }

    #[test]
    fn numbers_print_as_the_shortest_text_that_reads_back() {
        let texts =
            ["1024.0", "0.1", "-0.0", "1e30", "1.7976931348623157e308", "5e-324", "0.30000000000000004"];
        for text in texts {
            assert_eq!(float(text).to_string(), text);
        }
        assert_eq!(Number::Integer(-42).to_string(), "-42");
    }

    #[test]
    fn products_are_exact_and_stop_at_the_end_of_the_range() {
        let product = |a: &str, b: &str| {
            let [a, b] = [a, b].map(|text| float(text).printed().expect("a finite number"));
            a.times(b).to_string()
        };
        assert_eq!(product("0.1", "0.2"), "0.02");
        assert_eq!(product("-1024", "1e3"), "-1024000");
        assert_eq!(product("1.7976931348623157e308", "5e-324"), "8.9884656743115785e-16");
        let long = Decimal::new(9_999_999_999_999_999_999, -19);
        assert_eq!(long.times(long), Decimal::new(99_999_999_999_999_999_980_000_000_000_000_000_001, -38));
        let huge = Decimal::new(i128::MAX, 3);
        assert_eq!(huge.times(Decimal::new(-2, 1)).compare(huge.negated()), Ordering::Less);
        assert_eq!(Decimal::new(7, i32::MAX).times(Decimal::new(1, 1)), Decimal::new(7, i32::MAX));
    }

    #[test]
    fn a_decimal_has_a_sign_unless_it_is_zero() {
        let negative = Decimal::new(-5, 2);
        assert!(negative.is_negative() && !negative.is_zero() && !negative.negated().is_negative());
        assert_eq!(negative.negated(), Decimal::new(5, 2));
        assert!(Decimal::new(0, 9).is_zero() && !Decimal::new(0, 9).is_negative());
        assert_eq!(
            Number::Integer(-500).printed().map(|value| value.compare(negative)),
            Some(Ordering::Equal)
        );
    }

    #[test]
    fn decimals_print_as_people_write_them() {
        let cases = [
            (16, 0, "16"),
            (1, -2, "0.01"),
            (-4, 0, "-4"),
            (3_333_333_333_333_333, -16, "0.3333333333333333"),
            (1, 308, "1e308"),
            (0, 5, "0"),
            (0, -5, "0"),
            (100, -2, "1"),
            (1050, -2, "10.5"),
            (-125, -3, "-0.125"),
            (2, 3, "2000"),
            (829_440_000, -2, "8294400"),
            (1, 20, "100000000000000000000"),
            (1, 21, "1e21"),
            (1, -6, "0.000001"),
            (1, -7, "1e-7"),
            (15, -10, "1.5e-9"),
            (-123, 40, "-1.23e42"),
            (123_456_789_123_456_789_123_456_789, -18, "123456789.123456789123456789"),
            (i128::MAX, -38, "1.70141183460469231731687303715884105727"),
            (i128::MAX, -44, "0.00000170141183460469231731687303715884105727"),
            (i128::MIN, 0, "-1.70141183460469231731687303715884105728e38"),
        ];
        for (mantissa, exponent, text) in cases {
            assert_eq!(Decimal::new(mantissa, exponent).to_string(), text);
        }
    }
}
