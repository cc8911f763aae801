//! `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`: the ends of a number's range.

use bigdecimal::BigDecimal;

/// One end of a range, exact.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    /// Which end, and whether it belongs to the range.
    pub edge: Edge,
    /// Where it lies.
    pub bound: BigDecimal,
}

/// Which end of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// `minimum`
    Minimum,
    /// `maximum`
    Maximum,
    /// `exclusiveMinimum`
    ExclusiveMinimum,
    /// `exclusiveMaximum`
    ExclusiveMaximum,
}

impl Edge {
    /// The keyword.
    #[must_use]
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Minimum => "minimum",
            Self::Maximum => "maximum",
            Self::ExclusiveMinimum => "exclusiveMinimum",
            Self::ExclusiveMaximum => "exclusiveMaximum",
        }
    }

    /// Whether it is the lower end.
    #[must_use]
    pub fn is_lower(self) -> bool {
        matches!(self, Self::Minimum | Self::ExclusiveMinimum)
    }
}

impl Range {
    /// Whether a number is on the allowed side.
    #[must_use]
    pub fn admits(&self, number: &BigDecimal) -> bool {
        match self.edge {
            Edge::Minimum => *number >= self.bound,
            Edge::Maximum => *number <= self.bound,
            Edge::ExclusiveMinimum => *number > self.bound,
            Edge::ExclusiveMaximum => *number < self.bound,
        }
    }

    pub(crate) fn sentence(&self) -> String {
        let words = match self.edge {
            Edge::Minimum => "at least",
            Edge::Maximum => "at most",
            Edge::ExclusiveMinimum => "greater than",
            Edge::ExclusiveMaximum => "less than",
        };
        format!("must be {words} {}", self.bound.to_plain_string())
    }
}
