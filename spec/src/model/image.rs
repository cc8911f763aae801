//! What `x-constraints` states about the images that a parameter takes: their width, height, area or ratio.

use super::relation::range;
use bigdecimal::BigDecimal;

/// What is said beside such a rule.
pub const CHECKED_WHERE: &str = "checked on PNG, JPEG and WebP in the request itself, as a data URI or in Base64; a link or an id does not show it";

/// A range for a measure of an image. It binds where the value is the image itself: a link or an id has no size.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageRange {
    /// What is measured.
    pub measure: Measure,
    /// Lower end, included.
    pub minimum: Option<BigDecimal>,
    /// Upper end, included.
    pub maximum: Option<BigDecimal>,
}

/// A measure of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Pixels from left to right.
    Width,
    /// Pixels from top to bottom.
    Height,
    /// width × height
    Area,
    /// width ÷ height
    Ratio,
}

impl Measure {
    /// All measures.
    pub const ALL: [Self; 4] = [Self::Width, Self::Height, Self::Area, Self::Ratio];

    /// The word in a document and in ids.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Width => "width",
            Self::Height => "height",
            Self::Area => "area",
            Self::Ratio => "ratio",
        }
    }
}

impl ImageRange {
    /// Whether an image of that size satisfies it.
    #[must_use]
    pub fn admits(&self, width: u64, height: u64) -> bool {
        let (width, height) = (BigDecimal::from(width), BigDecimal::from(height));
        // width ÷ height compared with a bound is width compared with bound × height.
        let (value, unit) = match self.measure {
            Measure::Width => (width, BigDecimal::from(1)),
            Measure::Height => (height, BigDecimal::from(1)),
            Measure::Area => (width * height, BigDecimal::from(1)),
            Measure::Ratio => (width, height),
        };
        self.minimum.as_ref().is_none_or(|low| value >= low * &unit)
            && self.maximum.as_ref().is_none_or(|high| value <= high * &unit)
    }

    /// Whether every image that satisfies the other satisfies this one.
    #[must_use]
    pub fn admits_all_of(&self, other: &Self) -> bool {
        let is_low = |low: &BigDecimal| other.minimum.as_ref().is_some_and(|other| low <= other);
        let is_high = |high: &BigDecimal| other.maximum.as_ref().is_some_and(|other| high >= other);
        self.measure == other.measure
            && self.minimum.as_ref().is_none_or(is_low)
            && self.maximum.as_ref().is_none_or(is_high)
    }

    /// What the image must be, to stand after the name of the value: "must be an image with a width of at least 128
    /// pixels".
    pub(crate) fn sentence(&self) -> String {
        let range = range(self.minimum.as_ref(), self.maximum.as_ref());
        match self.measure {
            Measure::Width => format!("must be an image with a width {range} pixels"),
            Measure::Height => format!("must be an image with a height {range} pixels"),
            Measure::Area => format!("must be an image with an area (width × height) {range} pixels"),
            Measure::Ratio => format!("must be an image with a ratio (width ÷ height) {range}"),
        }
    }
}
