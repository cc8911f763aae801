//! Amounts of money.

use std::fmt;
use std::ops::{Add, AddAssign};

/// An amount in whole millionths of a USD: sums are exact, and none is negative, infinite or not a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usd(u64);

/// Millionths in one USD.
const MICROS: f64 = 1e6;
/// No amount is larger: 10^9 USD, which a double holds to the millionth.
const MAX_MICROS: u64 = 1_000_000_000_000_000;

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount to be counted: rounded up, beyond what is only noise of the double. What is negative or not a number
    /// is nothing.
    #[must_use]
    pub fn rounded_up(usd: f64) -> Self {
        Self::of_micros((usd * MICROS - 1e-3).ceil())
    }

    /// An amount to be kept: rounded down. What is negative or not a number is nothing.
    #[must_use]
    pub fn rounded_down(usd: f64) -> Self {
        Self::of_micros((usd * MICROS + 1e-3).floor())
    }

    fn of_micros(micros: f64) -> Self {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
        let whole = micros as u64;
        Self(whole.min(MAX_MICROS))
    }

    /// In USD.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        #[allow(clippy::cast_precision_loss, reason = "no amount has more than 2^53 millionths")]
        let micros = self.0 as f64;
        micros / MICROS
    }

    /// The difference, or nothing where the other amount is larger.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Add for Usd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0).min(MAX_MICROS))
    }
}

impl AddAssign for Usd {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl std::iter::Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Usd {
    /// `0.472`: three places, more only where they say more than zero.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usd = self.to_f64();
        if self.0 > 0 && self.0 < 1000 { write!(f, "{usd:.6}") } else { write!(f, "{usd:.3}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_exact_and_stay_finite() {
        let tenth = Usd::rounded_up(0.1);
        assert_eq!((0..10).map(|_| tenth).sum::<Usd>(), Usd::rounded_down(1.0));
        assert_eq!(Usd::rounded_up(0.05).to_f64().to_string(), "0.05");
        assert_eq!(Usd::rounded_up(1e-9), Usd::ZERO);
        assert_eq!(Usd::rounded_up(0.000_001_1), Usd(2));
        assert_eq!(Usd::rounded_down(0.000_001_9), Usd(1));
        for odd in [f64::NAN, -1.0, f64::NEG_INFINITY] {
            assert_eq!(Usd::rounded_up(odd), Usd::ZERO, "{odd}");
        }
        let most = Usd::rounded_up(f64::INFINITY);
        assert_eq!((most + Usd::rounded_up(1e308)).to_f64().to_string(), "1000000000");
        assert_eq!(Usd::rounded_up(1.0).minus(most), Usd::ZERO);
    }
}
