//! The ends of ranges and counts, and the legal numbers of a schema.

use super::{Kinds, Rule, Schema, Witness};
use bigdecimal::BigDecimal;
use bigdecimal::{One as _, ToPrimitive as _, Zero as _};
use serde_json::Value;

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

/// One end of a number's range, exact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound<'a> {
    /// Which end, and whether it belongs to the range.
    pub edge: Edge,
    /// Where it lies.
    pub value: &'a BigDecimal,
}

impl Bound<'_> {
    /// The end of the numbers that it keeps out.
    pub(crate) fn opposite(self) -> Self {
        let edge = match self.edge {
            Edge::Minimum => Edge::ExclusiveMaximum,
            Edge::Maximum => Edge::ExclusiveMinimum,
            Edge::ExclusiveMinimum => Edge::Maximum,
            Edge::ExclusiveMaximum => Edge::Minimum,
        };
        Self { edge, ..self }
    }

    /// Whether a number is on the allowed side.
    #[must_use]
    pub fn admits(&self, number: &BigDecimal) -> bool {
        match self.edge {
            Edge::Minimum => number >= self.value,
            Edge::Maximum => number <= self.value,
            Edge::ExclusiveMinimum => number > self.value,
            Edge::ExclusiveMaximum => number < self.value,
        }
    }

    /// On and next to the end, both on the step grid and off it: an off-grid value alone would let a range fault
    /// hide behind the step check.
    pub(crate) fn witnesses(&self, schema: &Schema) -> Vec<Witness> {
        let grid = Grid::of(schema);
        let step = grid.step().clone();
        let bound = self.value;
        let small = if Kinds::INTEGER.includes(schema.kinds()) {
            BigDecimal::one()
        } else {
            &step / BigDecimal::from(4)
        };
        let exclusive = matches!(self.edge, Edge::ExclusiveMinimum | Edge::ExclusiveMaximum);
        let (edge, inwards) = if self.edge.is_lower() {
            (grid.at_least(bound), step.clone())
        } else {
            (grid.at_most(bound), -step.clone())
        };
        let first_in = if exclusive && edge == *bound { &edge + &inwards } else { edge.clone() };
        let first_out = &first_in - &inwards;
        let off_grid = if self.edge.is_lower() { bound - &small } else { bound + &small };
        let far = BigDecimal::from(10_000_000_i64) * &step * if self.edge.is_lower() { -1 } else { 1 };
        let words = self.edge.keyword();
        let mut witnesses = vec![
            Witness::accept(json(&first_in), format!("at the {words}")),
            Witness::accept(json(&(&first_in + &inwards)), format!("one step inside the {words}")),
            Witness::accept(json(&grid.middle()), "well inside"),
            Witness::reject(json(&first_out), format!("one step beyond the {words}, on the grid")),
            Witness::reject(json(&off_grid), format!("just beyond the {words}")),
            Witness::reject(json(&(&first_out + far)), format!("far beyond the {words}")),
        ];
        if self.edge.is_lower() && *bound > BigDecimal::zero() {
            witnesses.push(Witness::reject(json(&-grid.middle()), "negative"));
        }
        witnesses.extend(self.further(&grid, &first_in, &first_out));
        witnesses
    }

    /// Values that only a clamp, a sign or a wrap-around makes legal, and large ones where there is no upper end.
    fn further(&self, grid: &Grid, first_in: &BigDecimal, first_out: &BigDecimal) -> Vec<Witness> {
        let (step, words) = (grid.step(), self.edge.keyword());
        let mut witnesses = Vec::new();
        if self.edge.is_lower() {
            witnesses.extend([
                Witness::reject(json(&(first_out - step)), format!("two steps beyond the {words}")),
                Witness::reject(json(&-first_in), "minus the edge"),
                Witness::reject(-1, "minus one"),
                Witness::reject(json(&-step.clone()), "minus one step"),
                Witness::reject(0, "zero"),
            ]);
        }
        let middle = grid.middle();
        for power in [8_u32, 16, 31, 32, 53, 63] {
            let span = BigDecimal::from(1_u64 << power);
            let (sign, wrapped) =
                if self.edge.is_lower() { ("minus", &middle - span) } else { ("plus", &middle + span) };
            witnesses.push(Witness::reject(json(&wrapped), format!("well inside {sign} two to the {power}")));
        }
        let beyond = BigDecimal::new(if self.edge.is_lower() { (-1).into() } else { 1.into() }, -30);
        witnesses.push(Witness::reject(json(&beyond), format!("beyond the {words}, beyond 64 bits")));
        if !step.is_integer() {
            let little = BigDecimal::new(1.into(), 9) * if self.edge.is_lower() { -1 } else { 1 };
            let about = format!("beyond the {words} by a billionth");
            witnesses.push(Witness::reject(json(&(self.value + little)), about).unstated());
        }
        if self.edge.is_lower() && grid.high.is_none() {
            let large =
                [(1_000_000, "a million"), (1 << 31, "two to the 31"), (1_i64 << 53, "two to the 53")];
            let accept =
                |(number, about)| Witness::accept(json(&grid.at_most(&BigDecimal::from(number))), about);
            witnesses.extend(large.map(accept));
        }
        witnesses
    }
}

/// One end of a count: of the characters of a string, of the items of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Which end.
    pub end: End,
    /// How many.
    pub count: u64,
}

impl Count {
    /// Whether so many are on the allowed side.
    #[must_use]
    pub fn admits(self, count: u64) -> bool {
        match self.end {
            End::Min => count >= self.count,
            End::Max => count <= self.count,
        }
    }
}

/// The lower or the upper end of a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// At least.
    Min,
    /// At most.
    Max,
}

/// The legal numbers of a schema: every multiple of a step between two ends.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    step: BigDecimal,
    low: Option<BigDecimal>,
    high: Option<BigDecimal>,
}

impl Grid {
    pub(crate) fn of(schema: &Schema) -> Self {
        let is_integer = Kinds::INTEGER.includes(schema.kinds());
        let unit = if is_integer { BigDecimal::one() } else { BigDecimal::new(1.into(), 2) };
        let mut grid = Self { step: unit, low: None, high: None };
        for rule in schema.rules() {
            if let Rule::MultipleOf(step) = rule {
                grid.step = step.clone();
            } else if let Some(bound) = rule.bound() {
                let end = if bound.edge.is_lower() { &mut grid.low } else { &mut grid.high };
                *end = Some(bound.value.clone());
            }
        }
        grid
    }

    /// The greatest multiple of the step that is not above the number.
    pub(crate) fn at_most(&self, number: &BigDecimal) -> BigDecimal {
        let rest = number % &self.step;
        if rest < BigDecimal::zero() { number - rest - &self.step } else { number - rest }
    }

    /// The least multiple of the step that is not below the number.
    pub(crate) fn at_least(&self, number: &BigDecimal) -> BigDecimal {
        let below = self.at_most(number);
        if below == *number { below } else { below + &self.step }
    }

    /// A multiple of the step well within the range.
    pub(crate) fn middle(&self) -> BigDecimal {
        let middle = match (&self.low, &self.high) {
            (Some(low), Some(high)) if (high - low) > 2000 => low + BigDecimal::from(1008),
            (Some(low), Some(high)) => (low + high) / BigDecimal::from(2),
            (Some(low), None) => low + &self.step * BigDecimal::from(10),
            (None, Some(high)) => high - &self.step * BigDecimal::from(10),
            (None, None) => BigDecimal::from(1024),
        };
        self.at_most(&middle)
    }

    /// The least and the greatest of the legal numbers, as far as there are ends.
    pub(crate) fn ends(&self) -> (Option<BigDecimal>, Option<BigDecimal>) {
        (self.low.as_ref().map(|low| self.at_least(low)), self.high.as_ref().map(|high| self.at_most(high)))
    }

    pub(crate) fn step(&self) -> &BigDecimal {
        &self.step
    }
}

/// A legal number of a schema, well within its range.
pub(crate) fn middle(schema: &Schema) -> Value {
    json(&Grid::of(schema).middle())
}

/// A decimal as JSON: an integer where it is one that 64 bits hold.
pub(crate) fn json(number: &BigDecimal) -> Value {
    let number = number.normalized();
    match (number.is_integer(), number.to_i64(), number.to_u64()) {
        (true, Some(integer), _) => Value::from(integer),
        (true, _, Some(integer)) => Value::from(integer),
        _ => Value::from(number.to_f64().unwrap_or_default()),
    }
}
