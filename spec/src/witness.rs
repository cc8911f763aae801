//! Witnesses: values that show a constraint holding or broken, proposed by the rules themselves.
//!
//! A proposal is a guess made near the edges of one rule; whether a value really breaks that rule and no other is
//! for a judge to say. Each module of [`crate::rule`] makes the proposals for its rule.

use crate::model::{Constraint, Level, Schema};
use crate::rule::Rule;
use serde_json::Value;

/// Which side of a constraint a value is meant to lie on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The constraint holds.
    Accept,
    /// The constraint is broken.
    Reject,
}

/// A value proposed for one side of a constraint.
#[derive(Clone, Debug)]
pub struct Witness {
    /// The value of the parameter.
    pub value: Value,
    /// The side it is meant to lie on.
    pub side: Side,
    /// What is special about it, in a few words that tell it from the others.
    pub about: String,
    /// A level weaker than the constraint's, where the spec does not say that this value is legal or not.
    pub level: Option<Level>,
}

impl Witness {
    /// A value that is meant to be legal.
    pub fn accept(value: impl Into<Value>, about: impl Into<String>) -> Self {
        Self { value: value.into(), side: Side::Accept, about: about.into(), level: None }
    }

    /// A value that is meant to break the constraint.
    pub fn reject(value: impl Into<Value>, about: impl Into<String>) -> Self {
        Self { value: value.into(), side: Side::Reject, about: about.into(), level: None }
    }

    /// The same, about something that nobody states.
    #[must_use]
    pub fn unstated(self) -> Self {
        Self { level: Some(Level::Unstated), ..self }
    }
}

/// The proposals for one constraint on the value of a schema. Rules that tie several parameters together are shown
/// on whole tasks, not on one value, and propose nothing here.
#[must_use]
pub fn proposals(constraint: &Constraint, schema: &Schema) -> Vec<Witness> {
    match &constraint.rule {
        Rule::Type(kinds) => kinds.witnesses(schema),
        Rule::Const(value) => crate::rule::literal::const_witnesses(value),
        Rule::Enum(values) => values.witnesses(schema),
        Rule::Range(range) => range.witnesses(schema),
        Rule::MultipleOf(step) => crate::rule::multiple_of::witnesses(step, schema),
        Rule::Length(length) => length.witnesses(),
        Rule::Format(format) => format.witnesses(),
        Rule::Pattern(pattern) => pattern.witnesses(),
        Rule::Items(items) => items.witnesses(schema),
        Rule::AnyOf(branches) | Rule::OneOf(branches) => crate::rule::composite::branch_witnesses(branches),
        Rule::AllOf(schema) => crate::rule::composite::branch_witnesses(std::slice::from_ref(schema)),
        Rule::Not(schema) => flipped(crate::rule::composite::branch_witnesses(std::slice::from_ref(schema))),
        Rule::If(rule) => {
            let branches = [&rule.condition].into_iter().chain(&rule.then).chain(&rule.otherwise);
            branches
                .flat_map(|branch| crate::rule::composite::branch_witnesses(std::slice::from_ref(branch)))
                .collect()
        }
        Rule::Contains(inner) => crate::rule::contains::witnesses(inner, schema),
        Rule::Never => {
            samples(&Schema::default()).into_iter().map(|value| Witness::reject(value, "any value")).collect()
        }
        Rule::Required | Rule::Closed(_) | Rule::Dependent(_) | Rule::Relation(_) | Rule::Unique => {
            Vec::new()
        }
    }
}

fn flipped(witnesses: Vec<Witness>) -> Vec<Witness> {
    let flip = |side| match side {
        Side::Accept => Side::Reject,
        Side::Reject => Side::Accept,
    };
    witnesses.into_iter().map(|witness| Witness { side: flip(witness.side), ..witness }).collect()
}

/// Values that are likely to be legal for a schema, the plainest first. Several, so that whoever needs one or more
/// can pick; none of them is promised to be legal.
#[must_use]
pub fn samples(schema: &Schema) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::new();
    if schema.rules().any(|rule| matches!(rule, Rule::Range(_) | Rule::MultipleOf(_))) {
        values.push(crate::rule::range::middle(schema));
    }
    for constraint in &schema.constraints {
        let proposals = proposals(constraint, schema);
        let accepted =
            proposals.into_iter().filter(|witness| witness.side == Side::Accept && witness.level.is_none());
        values.extend(accepted.map(|witness| witness.value));
    }
    let kinds = schema.kinds();
    let plain: [Value; 6] = [
        Value::from("a lighthouse at dawn"),
        Value::from(1),
        Value::from(true),
        Value::from(0.5),
        Value::Object(minimal(schema)),
        Value::Array(Vec::new()),
    ];
    let is_text = schema.rules().all(|rule| matches!(rule, Rule::Type(_) | Rule::Length(_)));
    if is_text && kinds == crate::rule::kind::Kinds::STRING {
        values.insert(0, plain[0].clone());
    }
    values.extend(plain.into_iter().filter(|value| kinds.admit(value)));
    values
}

/// An object with its required members alone.
fn minimal(schema: &Schema) -> serde_json::Map<String, Value> {
    let required = schema.properties.iter().filter(|property| property.required.is_some());
    required
        .filter_map(|property| Some((property.name.clone(), samples(&property.schema).into_iter().next()?)))
        .collect()
}
