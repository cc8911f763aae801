//! What the spec says of a model beside its constraints: sizes, grids of numbers, rules of the model's owner and prices.

use crate::decimal::{Decimal, Range};
use crate::grid::Grid;
use airspec_price::{Example, Prices};
use std::borrow::Cow;

/// A request of a model with facts: every generated request.
pub trait HasFacts {
    /// The facts.
    fn facts() -> &'static Facts;
}

/// The facts of a model, listed by its generated module.
#[derive(Clone, Debug)]
pub struct Facts {
    pub(crate) size: Option<[&'static str; 2]>,
    pub(crate) grids: Vec<Grid>,
    pub(crate) relations: Vec<Relation>,
    pub(crate) prices: Prices,
    /// The value of the parameter of the price when it is not sent.
    pub(crate) tier: Option<&'static str>,
}

/// A range for the product or the quotient of two parameters.
#[derive(Clone, Copy, Debug)]
pub struct Relation {
    pub(crate) operation: Operation,
    /// The id of the constraint; `None` for a rule of the model's owner, which the service may not enforce.
    pub(crate) constraint: Option<&'static str>,
    pub(crate) names: [&'static str; 2],
    pub(crate) range: Range,
}

/// What is computed from the two parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// first × second
    Area,
    /// first ÷ second
    Ratio,
}

impl Default for Facts {
    fn default() -> Self {
        Self { size: None, grids: Vec::new(), relations: Vec::new(), prices: Prices::NONE, tier: None }
    }
}

impl Facts {
    /// The parameters of the size.
    #[must_use]
    pub fn size(mut self, width: &'static str, height: &'static str) -> Self {
        self.size = Some([width, height]);
        self
    }

    /// The legal numbers of a parameter.
    #[must_use]
    pub fn grid(mut self, grid: Grid) -> Self {
        self.grids.push(grid);
        self
    }

    /// A constraint on two parameters.
    #[must_use]
    pub fn constraint(
        mut self,
        id: &'static str,
        operation: Operation,
        names: [&'static str; 2],
        range: Range,
    ) -> Self {
        self.relations.push(Relation { operation, constraint: Some(id), names, range });
        self
    }

    /// A rule of the model's owner.
    #[must_use]
    pub fn owner_rule(mut self, operation: Operation, names: [&'static str; 2], range: Range) -> Self {
        self.relations.push(Relation { operation, constraint: None, names, range });
        self
    }

    /// The parameter that sets most of the price, and its value when it is not sent.
    #[must_use]
    pub fn tier(mut self, path: &'static str, default: Option<&'static str>) -> Self {
        self.prices.tier = Some(Cow::Borrowed(path));
        self.tier = default;
        self
    }

    /// A price example.
    #[must_use]
    pub fn price(mut self, size: Option<(u32, u32)>, tier: Option<&'static str>, usd: f64) -> Self {
        let example = Example { size, tier: tier.map(Cow::Borrowed), usd };
        self.prices.examples.to_mut().push(example);
        self
    }

    /// The grid of a parameter.
    pub(crate) fn grid_of(&self, path: &str) -> Option<&Grid> {
        self.grids.iter().find(|grid| grid.path == path)
    }
}

impl Relation {
    /// Whether two numbers satisfy it.
    pub(crate) fn admits(&self, a: Decimal, b: Decimal) -> bool {
        match self.operation {
            Operation::Area => self.range.admits(a.times(b)),
            Operation::Ratio => self.range.admits_quotient(a, b),
        }
    }
}
