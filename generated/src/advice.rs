//! Advice on a valid request: rules of the model's owner, which the service may enforce or not.

use crate::facts::{Facts, Operation};
use crate::node::Node;
use crate::size::{self, Size};
use std::fmt;

/// A rule of the model's owner that a request does not satisfy. It is no violation: the spec does not state the rule,
/// and the service may accept the request.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Advice {
    /// The two parameters.
    pub parameters: [&'static str; 2],
    /// What the rule expects and what was found.
    pub message: String,
    /// The nearest size that satisfies all rules, if the rule is about the size.
    pub nearest: Option<Size>,
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.nearest.map_or(Ok(()), |size| write!(f, "; nearest legal size: {size}"))
    }
}

/// For generated `advice`.
pub fn advice(facts: &Facts, node: Node<'_>) -> Vec<Advice> {
    let mut advice = Vec::new();
    for rule in facts.relations.iter().filter(|rule| rule.constraint.is_none()) {
        let Some([a, b]) = node.decimals(rule.names).filter(|[a, b]| !rule.admits(*a, *b)) else { continue };
        let (a, b) = (a.nearest_float(), b.nearest_float());
        let (sign, found) = match rule.operation {
            Operation::Area => ('×', a * b),
            Operation::Ratio => ('÷', a / b),
        };
        let [first, second] = rule.names;
        let expected = match rule.range.floats() {
            (low, f64::INFINITY) => format!("at least {}", short(low)),
            (f64::NEG_INFINITY, high) => format!("at most {}", short(high)),
            (low, high) => format!("from {} to {}", short(low), short(high)),
        };
        let message = format!(
            "the owner of the model expects {first} {sign} {second} {expected}, found {}",
            short(found)
        );
        advice.push(Advice { parameters: rule.names, message, nearest: size::nearest_of(facts, node) });
    }
    advice
}

/// At most four digits after the point.
fn short(number: f64) -> String {
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
