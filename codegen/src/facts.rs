//! What documentation says of a parameter: what it is, whether it must be given, its limits, its page.

use crate::docs;
use crate::plan::{Field, Shape};
use airspec_spec::model::{Bound, Count, Edge, End, Rule, Schema};
use airspec_spec::text;
use proc_macro2::TokenStream;

/// Longer limits are left to the documentation of the field.
const SHORT: usize = 60;

/// The documentation of a parameter, or of the struct of its values, where there is no shape.
pub(crate) fn parameter_docs(
    schema: &Schema,
    shape: Option<&Shape>,
    is_required: Option<bool>,
) -> TokenStream {
    let name = format!("`{}`", schema.path);
    let title = schema.title.as_ref().map_or_else(|| name.clone(), |title| format!("{title} ({name})"));
    let mut parts = vec![format!("{}.", title.trim_end_matches('.'))];
    parts.push(schema.description.clone().unwrap_or_else(|| plain(schema)));
    let presence = is_required.map(|is_required| if is_required { "Required" } else { "Optional" });
    let limits = limits(schema, shape).join(", ");
    let mut facts = match (presence, limits.is_empty()) {
        (Some(presence), true) => format!("{presence}."),
        (Some(presence), false) => format!("{presence}: {limits}."),
        (None, true) => String::new(),
        (None, false) => format!("Limits: {limits}."),
    };
    if let Some(default) = schema.default.as_ref().filter(|_| is_required.is_some()) {
        facts.push_str(&format!(" Server default: {} (never sent).", text::literal(default)));
    }
    if let Some(page) = &schema.documentation {
        facts.push_str(&format!("\nSource: {page}"));
    }
    parts.push(facts);
    docs::paragraphs(&parts)
}

/// A sentence about a parameter that nobody has described: what kind of value it takes.
pub(crate) fn plain(schema: &Schema) -> String {
    let said = |rule: &Rule| match rule {
        Rule::Const(value) => Some((0, format!("Always {}.", text::literal(value)))),
        Rule::Enum(known) => Some((1, format!("One of {} values.", known.values.len()))),
        Rule::Type(kinds) => Some((2, text::capitalised(&format!("{}.", text::list(&kinds.words(), "or"))))),
        _ => None,
    };
    schema.rules().filter_map(said).min().map_or_else(|| "Any value.".to_owned(), |(_, sentence)| sentence)
}

/// The documentation of a struct whose field, of that name, says all else.
pub(crate) fn holder_docs(schema: &Schema, field: &str) -> TokenStream {
    let title = schema.title.clone().unwrap_or_else(|| format!("`{}`", schema.path));
    docs::linked(&format!("{}. Held by", title.trim_end_matches('.')), &format!("[`{field}`]."))
}

/// The documentation of what sets a field: its title and limits, and a link to the field, where all else is said.
pub(crate) fn setter_docs(field: &Field<'_>, holder: &str, verb: &str) -> TokenStream {
    let schema = &field.property.schema;
    let title = schema.title.clone().unwrap_or_else(|| format!("`{}`", schema.path));
    let limits = limits(schema, Some(&field.shape)).join(", ");
    let mut sentence = title.trim_end_matches('.').to_owned();
    if !limits.is_empty() && limits.chars().count() <= SHORT {
        sentence.push_str(": ");
        sentence.push_str(&limits);
    }
    docs::linked(&format!("{sentence}. {verb}"), &format!("[`{holder}::{}`].", field.ident))
}

/// The limits of a value, each in a few words. What its Rust type says is no limit.
fn limits(schema: &Schema, shape: Option<&Shape>) -> Vec<String> {
    let mut limits = Vec::new();
    for constraint in &schema.constraints {
        let said = || constraint.expected.trim_start_matches("must be ").to_owned();
        limits.extend(match (&constraint.rule, shape) {
            (Rule::Required | Rule::AdditionalProperties(_), _)
            | (Rule::Type(_), None)
            | (Rule::Const(_) | Rule::Enum(_), Some(Shape::Enum(_))) => None,
            (Rule::Type(_), Some(shape)) => (*shape == Shape::Json).then(said),
            (Rule::MultipleOf(step), _) => Some(format!("multiple of {}", step.to_plain_string())),
            (rule, _) => match ends(rule, schema) {
                Ends::Both(words) => words,
                Ends::One => Some(said().trim_start_matches("must have ").to_owned()),
                Ends::None => Some(said()),
            },
        });
    }
    if let Some(items) = &schema.items {
        let item = match shape {
            Some(Shape::List(item)) => Some(item.as_ref()),
            _ => None,
        };
        let is_in_type = |rule: &Rule| match rule {
            Rule::Type(_) | Rule::AdditionalProperties(_) => true,
            Rule::Const(_) | Rule::Enum(_) => matches!(item, Some(Shape::Enum(_))),
            _ => false,
        };
        let of_items = items.constraints.iter().filter(|constraint| !is_in_type(&constraint.rule));
        limits.extend(of_items.map(|constraint| text::said_of("each item", &constraint.expected)));
    }
    limits
}

/// How the end of a range is said.
enum Ends {
    /// Together with the other end, at the lower one; nothing is left to say at the upper one.
    Both(Option<String>),
    /// Alone.
    One,
    /// It is no end of a range.
    None,
}

fn ends(rule: &Rule, schema: &Schema) -> Ends {
    let both = |pair: Option<String>, is_lower: bool| match pair {
        Some(words) => Ends::Both(is_lower.then_some(words)),
        None => Ends::One,
    };
    if let Some(bound) = rule.bound() {
        return both(range(schema), bound.edge.is_lower());
    }
    if let Some(count) = rule.length() {
        return both(counts(schema, Rule::length, "characters"), count.end == End::Min);
    }
    if let Some(count) = rule.items() {
        return both(counts(schema, Rule::items, "items"), count.end == End::Min);
    }
    Ends::None
}

/// A range with both ends, if both belong to it.
fn range(schema: &Schema) -> Option<String> {
    let bounds: Vec<Bound<'_>> = schema.rules().filter_map(Rule::bound).collect();
    match bounds.as_slice() {
        [low, high] if low.edge == Edge::Minimum && high.edge == Edge::Maximum => {
            Some(format!("`{}..={}`", low.value.to_plain_string(), high.value.to_plain_string()))
        }
        _ => None,
    }
}

/// A count with both ends.
fn counts(schema: &Schema, of: fn(&Rule) -> Option<Count>, unit: &str) -> Option<String> {
    let counts: Vec<Count> = schema.rules().filter_map(of).collect();
    match counts.as_slice() {
        [low, high] if low.end == End::Min && high.end == End::Max => {
            Some(format!("{} to {} {unit}", low.count, high.count))
        }
        _ => None,
    }
}
