//! Values judged by another measure than the constraint's.

use super::{ConstraintMutation, Misread, names, numbers, text, texts};
use airspec_spec::Schema;
use airspec_spec::rule::{Bound, Count, Edge, End, Kinds, Rule, equal, exact};
use bigdecimal::{BigDecimal, One as _, Zero as _};
use serde_json::Value;

impl Misread {
    /// Whether a value is found to break the constraint, given whether it does.
    pub(super) fn breaks(&self, value: &Value, broken: bool) -> bool {
        let rule = &self.constraint.rule;
        if let Some(length) = rule.length() {
            return self.breaks_length(length, value, broken);
        }
        if let (ConstraintMutation::Next, Some(bound)) = (self.mutation, rule.bound()) {
            return broken && exact(value) != next(bound, &self.schema);
        }
        if let (ConstraintMutation::Next, Some(items)) = (self.mutation, rule.items()) {
            return broken && value.as_array().is_none_or(|list| !is_next(items, list.len()));
        }
        if rule.bound().is_some() && numbers::takes(self.mutation, rule, value) {
            return false;
        }
        if text(value).is_some_and(|text| texts::refuses(self.mutation, text)) {
            return true;
        }
        match (self.mutation, rule) {
            (ConstraintMutation::Sibling(word), Rule::Enum(_)) => {
                broken && text(value) != Some(names::sibling(word))
            }
            (ConstraintMutation::Half, Rule::MultipleOf(step)) => {
                let half = step / BigDecimal::from(2);
                broken && exact(value).is_none_or(|number| !(number % half).is_zero())
            }
            (ConstraintMutation::Point, _) => broken || value.is_f64() && Kinds::INTEGER.admit(value),
            (ConstraintMutation::Version, _) => {
                broken && text(value).is_none_or(|text| text.len() != 36 || uuid(text).is_none())
            }
            (ConstraintMutation::Spelling, _) => {
                broken && text(value).and_then(uuid).is_none_or(|uuid| !is_random(uuid))
            }
            (ConstraintMutation::Neighbours, Rule::UniqueItems) => {
                broken
                    && value
                        .as_array()
                        .is_none_or(|items| items.windows(2).any(|two| equal(&two[0], &two[1])))
            }
            (ConstraintMutation::Query, _) => broken || text(value).is_some_and(|text| text.contains('?')),
            _ => broken,
        }
    }

    fn breaks_length(&self, length: Count, value: &Value, broken: bool) -> bool {
        match self.mutation {
            ConstraintMutation::Next => {
                broken && text(value).is_none_or(|text| !is_next(length, text.chars().count()))
            }
            ConstraintMutation::Bytes => counted(length, value, broken, str::len),
            ConstraintMutation::Utf16 => counted(length, value, broken, |text| text.encode_utf16().count()),
            ConstraintMutation::Marks => {
                let letters = |text: &str| text.chars().count() - self.marks.find_iter(text).count();
                counted(length, value, broken, letters)
            }
            mutation => match text(value).and_then(|text| texts::length(mutation, text)) {
                Some(count) => !length.admits(count as u64),
                None => broken,
            },
        }
    }
}

/// The first value beyond the end of a range, where there is one.
pub(super) fn next(bound: Bound<'_>, schema: &Schema) -> Option<BigDecimal> {
    if matches!(bound.edge, Edge::ExclusiveMinimum | Edge::ExclusiveMaximum) {
        return Some(bound.value.clone());
    }
    let stated = schema.rules().find_map(|rule| match rule {
        Rule::MultipleOf(step) => Some(step.clone()),
        _ => None,
    });
    let whole = (schema.kinds() == Kinds::INTEGER).then(BigDecimal::one);
    let step = stated.or(whole)?;
    Some(if bound.edge.is_lower() { bound.value - step } else { bound.value + step })
}

/// Whether a text is too short or too long by another measure.
fn counted(length: Count, value: &Value, broken: bool, measure: impl Fn(&str) -> usize) -> bool {
    let Some(text) = text(value) else { return broken };
    !length.admits(measure(text) as u64)
}

/// A UUID in any of its spellings.
fn uuid(text: &str) -> Option<uuid::Uuid> {
    uuid::Uuid::try_parse(text).ok()
}

fn is_random(uuid: uuid::Uuid) -> bool {
    uuid.get_version_num() == 4 && uuid.get_variant() == uuid::Variant::RFC4122
}

fn is_next(edge: Count, count: usize) -> bool {
    match edge.end {
        End::Min => count as u64 + 1 == edge.count,
        End::Max => count as u64 == edge.count + 1,
    }
}
