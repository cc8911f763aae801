//! What `x-constraints` states about files: the width, the height, the area or the ratio of an image.
//!
//! A request holds a reference to the file, a URL or an id as often as the file itself. What such a rule demands does
//! therefore not show in the JSON of a request: it is part of the model, of the documentation and of reports, and no
//! validator of requests checks it.

use super::relation::range;
use super::{ConstraintId, JsonPointer, Level, ParameterPath};
use bigdecimal::BigDecimal;

/// What is said wherever such a rule is shown.
pub const NOT_CHECKED: &str =
    "not checked by the validator, since a request can hold a link or an id in place of the file";

/// A range for a measure of the file that a parameter refers to; of each file, where the parameter is a list.
#[derive(Clone, Debug, PartialEq)]
pub struct MediaRule {
    /// Stable dotted id, such as `inputs.image.area`. No constraint has the same.
    pub id: ConstraintId,
    /// The parameter that refers to the file, or to the list of files.
    pub parameter: ParameterPath,
    /// What is measured.
    pub measure: Measure,
    /// Lower end, included.
    pub minimum: Option<BigDecimal>,
    /// Upper end, included.
    pub maximum: Option<BigDecimal>,
    /// Whether the document says that it holds for each file of a list.
    pub(crate) is_of_each: bool,
    /// Where it is stated.
    pub level: Level,
    /// The place of the rule in the task's JSON Schema, as a JSON pointer.
    pub location: JsonPointer,
    /// The page and anchor that document the parameter.
    pub documentation: Option<String>,
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

impl MediaRule {
    /// The sentence that says the rule: "each file must have a width of at least 128 pixels".
    #[must_use]
    pub fn sentence(&self) -> String {
        let range = range(self.minimum.as_ref(), self.maximum.as_ref());
        let noun = if self.is_of_each { "each file" } else { "the file" };
        match self.measure {
            Measure::Width => format!("{noun} must have a width {range} pixels"),
            Measure::Height => format!("{noun} must have a height {range} pixels"),
            Measure::Area => format!("{noun} must have an area (width × height) {range} pixels"),
            Measure::Ratio => format!("{noun} must have a ratio (width ÷ height) {range}"),
        }
    }

    /// Whether every file that satisfies the other satisfies this one, if both measure the same.
    #[must_use]
    pub fn admits_all_of(&self, other: &Self) -> bool {
        let is_low = |low: &BigDecimal| other.minimum.as_ref().is_some_and(|other| low <= other);
        let is_high = |high: &BigDecimal| other.maximum.as_ref().is_some_and(|other| high >= other);
        self.minimum.as_ref().is_none_or(is_low) && self.maximum.as_ref().is_none_or(is_high)
    }

    /// Whether it demands the same of the same parameter, wherever it stands.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        (&self.parameter, self.measure, &self.minimum, &self.maximum)
            == (&other.parameter, other.measure, &other.minimum, &other.maximum)
    }
}
