//! The legal numbers of a parameter: a range, a step, or both.

use crate::decimal::Decimal;
use std::fmt;

/// The legal numbers of a parameter.
#[derive(Clone, Debug)]
pub struct Grid {
    pub(crate) path: &'static str,
    is_whole: bool,
    minimum: Option<Decimal>,
    maximum: Option<Decimal>,
    step: Option<Decimal>,
    pub(crate) default: Option<u32>,
}

/// A grid in units of one power of ten.
struct Scaled {
    exponent: i32,
    low: Option<i128>,
    high: Option<i128>,
    step: Option<i128>,
}

/// The legal numbers that are nearest to an illegal one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Nearest {
    /// The end of the range that the number is beyond.
    One(Decimal),
    /// The one below and the one above.
    Two(Decimal, Decimal),
}

/// `nearest legal values: 992 and 1008`
impl fmt::Display for Nearest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(one) => write!(f, "nearest legal value: {one}"),
            Self::Two(below, above) => write!(f, "nearest legal values: {below} and {above}"),
        }
    }
}

impl Grid {
    /// All numbers.
    #[must_use]
    pub const fn number(path: &'static str) -> Self {
        Self { path, is_whole: false, minimum: None, maximum: None, step: None, default: None }
    }

    /// All whole numbers.
    #[must_use]
    pub const fn integer(path: &'static str) -> Self {
        Self { path, is_whole: true, minimum: None, maximum: None, step: None, default: None }
    }

    /// At least that.
    #[must_use]
    pub fn minimum(mut self, minimum: impl Into<Decimal>) -> Self {
        self.minimum = Some(minimum.into());
        self
    }

    /// At most that.
    #[must_use]
    pub fn maximum(mut self, maximum: impl Into<Decimal>) -> Self {
        self.maximum = Some(maximum.into());
        self
    }

    /// Multiples of that.
    #[must_use]
    pub fn multiple_of(mut self, step: impl Into<Decimal>) -> Self {
        self.step = Some(step.into());
        self
    }

    /// The server default.
    #[must_use]
    pub const fn default(mut self, default: u32) -> Self {
        self.default = Some(default);
        self
    }

    /// The legal numbers that are nearest to an illegal one, if there are any.
    pub(crate) fn nearest(&self, value: Decimal) -> Option<Nearest> {
        self.scaled()?.nearest(value)
    }

    /// The whole legal numbers, ascending, if there are at most `most` of them up to `end`.
    pub(crate) fn whole_numbers(&self, end: u32, most: usize) -> Option<Vec<u32>> {
        let scaled = self.scaled().filter(|scaled| scaled.exponent == 0)?;
        let (step, low) = (scaled.step.unwrap_or(1), scaled.low.unwrap_or(1).max(1));
        let low = rounded_up(low, step)?;
        let high = scaled.high.unwrap_or(i128::from(end)).min(i128::from(u32::MAX));
        let count = usize::try_from(high.checked_sub(low)? / step + 1).ok().filter(|count| *count <= most)?;
        let numbers = (0..count).map(|index| low + step * i128::try_from(index).unwrap_or(0));
        numbers.map(|number| u32::try_from(number).ok()).collect()
    }

    /// `None` if the numbers are too far apart for 128 bits.
    fn scaled(&self) -> Option<Scaled> {
        let given = [self.minimum, self.maximum, self.step];
        let exponent = given.iter().flatten().map(|number| number.exponent()).min().unwrap_or(0).min(0);
        let scale = |number: Option<Decimal>| match number {
            Some(number) => number.in_units_of(exponent).map(Some),
            None => Some(None),
        };
        let (low, high, step) = (scale(self.minimum)?, scale(self.maximum)?, scale(self.step)?);
        let whole = 10_i128.checked_pow(exponent.unsigned_abs())?;
        let step = match step.map(i128::abs).filter(|step| *step > 0) {
            // A whole number that is a multiple of 0.5 is any whole number.
            Some(step) if self.is_whole && whole % step == 0 => Some(whole),
            Some(step) if self.is_whole && step % whole != 0 => return None,
            Some(step) => Some(step),
            None => self.is_whole.then_some(whole),
        };
        Some(Scaled { exponent, low, high, step })
    }
}

impl Scaled {
    fn nearest(&self, value: Decimal) -> Option<Nearest> {
        let step = self.step.unwrap_or(1);
        let low = self.low.and_then(|low| rounded_up(low, step));
        let high = self.high.map(|high| high.div_euclid(step) * step);
        if low.zip(high).is_some_and(|(low, high)| low > high) {
            return None;
        }
        let decimal = |units: i128| Decimal::new(units, self.exponent);
        if let Some(low) = low.filter(|low| value.compare(decimal(*low)).is_le()) {
            return Some(Nearest::One(decimal(low)));
        }
        if let Some(high) = high.filter(|high| value.compare(decimal(*high)).is_ge()) {
            return Some(Nearest::One(decimal(high)));
        }
        self.step?;
        let units = value.floor_in_units_of(self.exponent)?;
        let below = units.div_euclid(step) * step;
        Some(Nearest::Two(decimal(below), decimal(below.checked_add(step)?)))
    }
}

/// The first multiple of the step that is not below a number.
fn rounded_up(number: i128, step: i128) -> Option<i128> {
    number.checked_add(step - 1).map(|number| number.div_euclid(step) * step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nearest(grid: &Grid, mantissa: i128, exponent: i32) -> Vec<String> {
        match grid.nearest(Decimal::new(mantissa, exponent)) {
            Some(Nearest::One(one)) => vec![one.to_string()],
            Some(Nearest::Two(below, above)) => vec![below.to_string(), above.to_string()],
            None => Vec::new(),
        }
    }

    #[test]
    fn a_number_between_two_steps_has_a_neighbour_on_each_side() {
        let width = Grid::integer("width").minimum(16).maximum(3840).multiple_of(16);
        assert_eq!(nearest(&width, 1000, 0), ["992", "1008"]);
        assert_eq!(nearest(&width, 65, 0), ["64", "80"]);
        let strength = Grid::number("strength").minimum(0).maximum(1).multiple_of(Decimal::new(5, -2));
        assert_eq!(nearest(&strength, 333, -3), ["0.3", "0.35"]);
        assert_eq!(nearest(&strength, 3333, -4), ["0.3", "0.35"]);
    }

    #[test]
    fn a_number_outside_the_range_has_its_end_on_the_grid() {
        let width = Grid::integer("width").minimum(10).maximum(3850).multiple_of(16);
        assert_eq!(nearest(&width, 4001, 0), ["3840"]);
        assert_eq!(nearest(&width, 1, 300), ["3840"]);
        assert_eq!(nearest(&width, -7, 0), ["16"]);
        let ttl = Grid::integer("ttl").minimum(60);
        assert_eq!(nearest(&ttl, 59, 0), ["60"]);
        let scale = Grid::number("scale").maximum(Decimal::new(15, -1));
        assert_eq!(nearest(&scale, 2, 0), ["1.5"]);
    }

    #[test]
    fn where_no_number_is_legal_none_is_named() {
        let none = Grid::integer("a").minimum(17).maximum(31).multiple_of(16);
        assert!(nearest(&none, 20, 0).is_empty());
        assert!(nearest(&Grid::number("a"), 20, 0).is_empty());
    }

    #[test]
    fn the_whole_numbers_of_a_grid_are_listed_unless_there_are_too_many() {
        let width = Grid::integer("width").minimum(16).maximum(64).multiple_of(16);
        assert_eq!(width.whole_numbers(1000, 10), Some(vec![16, 32, 48, 64]));
        assert_eq!(width.whole_numbers(1000, 3), None);
        assert_eq!(Grid::integer("a").multiple_of(400).whole_numbers(1000, 10), Some(vec![400, 800]));
    }
}
