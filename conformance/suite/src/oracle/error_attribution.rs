//! Whom an error blames: `parameter` must name what is faulty, by its path or by its last name alone, as a text or in
//! a list of texts.
//!
//! The names that are right come from the judge, which points at the faulty places of the very task that was sent. An
//! error may leave `parameter` out (`unstated`), as long as its code names the parameter: `invalidWidth`.

use super::finding::Finding;
use super::{Claim, Oracle, details, excerpt, show};
use crate::parameter::at;
use crate::protocol::{CODE, PARAMETER, TASK_TYPE};
use airspec_spec::model::Constraint;
use airspec_spec::rule::Rule;
use airspec_spec::{Level, Schema};
use serde_json::Value;
use std::collections::BTreeSet;

/// Who may be blamed, and in which words.
#[derive(Debug)]
pub(super) struct ExpectedParameters {
    /// Paths, with and without the indices of items; empty where no parameter is at fault.
    paths: BTreeSet<String>,
    /// Whether an error has no parameter to name.
    nameless: bool,
    /// What a code for the fault begins with, where sources agree: one of these.
    prefixes: &'static [&'static str],
    /// Whether the faulty value can be taken for one that is not there.
    is_empty: bool,
    /// Whether the fault lies in what joins errors to tasks, so that an error cannot be expected to name the task.
    pub(super) hide_task: bool,
}

impl ExpectedParameters {
    pub(super) fn of(oracle: &Oracle, claim: Claim<'_>, broken: &[String], task: &Value) -> Self {
        let model = oracle.model();
        let (mut paths, mut is_empty) = (BTreeSet::new(), false);
        for violation in oracle.judge.task(task) {
            if !broken.contains(&violation.constraint) {
                continue;
            }
            add_pointer(&mut paths, &violation.pointer);
            is_empty |= task.pointer(&violation.pointer).is_some_and(has_nothing);
            let constraint = model.constraint(&violation.constraint);
            paths.extend(constraint.into_iter().flat_map(tied));
        }
        if paths.is_empty() && !claim.parameter.is_empty() {
            paths.insert(without_items(claim.parameter));
        }
        if !task.is_object() {
            // A server may well read such a task as one in which everything is missing.
            let required = model.task.properties.iter().filter(|property| property.required.is_some());
            paths.extend(required.map(|property| property.name.clone()));
        }
        let rules: Vec<&Rule> = broken.iter().filter_map(|id| Some(&model.constraint(id)?.rule)).collect();
        let prefixes = match rules.as_slice() {
            [rule] if task.is_object() => prefixes(rule),
            _ => &[],
        };
        let nameless = !task.is_object();
        let hide_task = nameless || paths.contains(&oracle.identity().parameter);
        Self { paths, nameless, prefixes, is_empty, hide_task }
    }
}

/// What the code for a broken rule begins with.
fn prefixes(rule: &Rule) -> &'static [&'static str] {
    match rule {
        Rule::Required => &["missing"],
        // A block of another provider has a code of its own.
        Rule::AdditionalProperties(_) | Rule::False => &["unsupported", "unknown", "mismatch"],
        Rule::Type(_)
        | Rule::Const(_)
        | Rule::Enum(_)
        | Rule::Minimum(_)
        | Rule::Maximum(_)
        | Rule::ExclusiveMinimum(_)
        | Rule::ExclusiveMaximum(_)
        | Rule::MultipleOf(_)
        | Rule::MinLength(_)
        | Rule::MaxLength(_)
        | Rule::Format(_)
        | Rule::Pattern(_)
        | Rule::MinItems(_)
        | Rule::MaxItems(_)
        | Rule::UniqueItems
        | Rule::Image(_) => {
            &["invalid", "unsupported", "unknown", "mismatch", "value", "array", "max", "min", "duplicate"]
        }
        // Rules over several parameters have codes of many kinds.
        Rule::DependentRequired(_)
        | Rule::DependentSchemas(_)
        | Rule::AllOf(_)
        | Rule::AnyOf(_)
        | Rule::OneOf(_)
        | Rule::Not(_)
        | Rule::If(_)
        | Rule::Contains(_)
        | Rule::PrefixItems(_)
        | Rule::PatternProperties(_)
        | Rule::UnevaluatedProperties(_)
        | Rule::PropertyNames(_)
        | Rule::Area(_)
        | Rule::Ratio(_) => &[],
        Rule::Unique => &["conflict", "duplicate"],
    }
}

/// Whether a value holds nothing.
fn has_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The names of a place: `/inputs/images/2` is `inputs.images`, `inputs.images.2` and `inputs.images[2]`.
fn add_pointer(paths: &mut BTreeSet<String>, pointer: &str) {
    let steps: Vec<String> =
        pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    if steps.is_empty() {
        return;
    }
    let is_index = |step: &String| !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
    let bare: Vec<&str> = steps.iter().filter(|step| !is_index(step)).map(String::as_str).collect();
    paths.insert(bare.join("."));
    paths.insert(steps.join("."));
    let bracketed =
        steps.iter().map(|step| if is_index(step) { format!("[{step}]") } else { format!(".{step}") });
    paths.insert(bracketed.collect::<String>().trim_start_matches('.').to_owned());
}

/// The parameters that a rule ties together.
fn tied(constraint: &Constraint) -> Vec<String> {
    let holder = constraint.parameter.as_str();
    let named = |names: &[String]| names.iter().map(|name| below(holder, name)).collect();
    let mentioned = |schemas: Vec<&Schema>| {
        let mut paths = Vec::new();
        for schema in schemas {
            mention(schema, holder, &mut paths);
        }
        paths
    };
    match &constraint.rule {
        Rule::Area(relation) | Rule::Ratio(relation) => named(&relation.parameters),
        Rule::DependentRequired(dependent) => named(&dependent.names()),
        rule @ Rule::DependentSchemas(_) => named(&rule.parameters()),
        // What is below a pattern has no name.
        Rule::PatternProperties(_) => Vec::new(),
        rule => mentioned(rule.children()),
    }
}

/// The path of a member of an object.
fn below(holder: &str, name: &str) -> String {
    if holder.is_empty() { name.to_owned() } else { without_items(&format!("{holder}.{name}")) }
}

/// Adds every parameter that a condition speaks of, wherever in it.
fn mention(schema: &Schema, holder: &str, paths: &mut Vec<String>) {
    for property in &schema.properties {
        let path = below(holder, &property.name);
        mention(&property.schema, &path, paths);
        paths.push(path);
    }
    if let Some(items) = &schema.items {
        mention(items, holder, paths);
    }
    for rule in schema.rules() {
        let inner: Vec<&Schema> = match rule {
            Rule::AnyOf(branches) | Rule::OneOf(branches) => branches.iter().collect(),
            Rule::AllOf(schema) | Rule::Not(schema) | Rule::Contains(schema) => vec![schema],
            Rule::Area(relation) | Rule::Ratio(relation) => {
                paths.extend(relation.parameters.iter().map(|name| below(holder, name)));
                Vec::new()
            }
            _ => Vec::new(),
        };
        for schema in inner {
            mention(schema, holder, paths);
        }
    }
}

/// A path as errors name it: items go by the name of their array.
fn without_items(path: &str) -> String {
    path.split('.').filter(|name| *name != "items").collect::<Vec<_>>().join(".")
}

pub(super) fn leaf(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// What is wrong with whom an error blames.
pub(super) fn blamed(oracle: &Oracle, error: &Value, expected: &ExpectedParameters) -> Option<Finding> {
    if expected.paths.is_empty() {
        return None;
    }
    let names: Vec<&str> = match error.get(PARAMETER) {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        // An empty name is no name that an error can give.
        None if expected.nameless || expected.paths.iter().all(String::is_empty) => return None,
        None => return Some(unnamed(error, expected)),
        Some(other) => {
            let sentence =
                format!("an error whose `{PARAMETER}` is neither a text nor a list: {}", show(other));
            return Some(Finding::wrong(Level::Facts, sentence));
        }
    };
    let is_missing = error.get(CODE).and_then(Value::as_str).is_some_and(|code| code.starts_with("missing"));
    let is_right = |name: &&str| {
        let known = expected.paths.iter().any(|path| path == name || leaf(path) == *name);
        known && (is_missing || !expected.nameless)
    };
    if names.iter().any(is_right) {
        return prefix(error, expected).or_else(|| details::wrong(oracle, error, &expected.paths));
    }
    let found = show(error.get(PARAMETER).unwrap_or(&Value::Null));
    if expected.nameless {
        let sentence =
            format!("refused, but the error blames {found} in a task that has no parameters at all");
        return Some(Finding::wrong(Level::Unstated, sentence));
    }
    let wanted = first(expected);
    Some(Finding::wrong(Level::Facts, format!("refused, but the error blames {found} and not `{wanted}`")))
}

/// An error that blames a parameter whose value is right.
pub(super) fn blamed_in_vain(
    oracle: &Oracle,
    errors: &[&Value],
    expected: &ExpectedParameters,
    task: &Value,
) -> Option<Finding> {
    // Rules of the owner are nobody's fault here, and another kind of task has other rules.
    let is_open = expected.nameless || expected.paths.is_empty() || expected.paths.contains(TASK_TYPE);
    if is_open || oracle.owner_faults(task) > 0 {
        return None;
    }
    let is_within =
        |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'));
    let is_right = |name: &&str| {
        let is_given = task.as_object().is_some_and(|task| at(task, name).is_some());
        let touches = |path: &String| {
            path == name || leaf(path) == leaf(name) || is_within(path, name) || is_within(name, path)
        };
        oracle.model().task.at(name).is_some() && is_given && !expected.paths.iter().any(touches)
    };
    let name = errors.iter().filter_map(|error| error.get(PARAMETER)?.as_str()).find(is_right)?;
    let sentence = format!("refused, and an error blames `{}`, which is right", excerpt(name));
    Some(Finding::wrong(Level::Facts, sentence))
}

fn first(expected: &ExpectedParameters) -> String {
    expected.paths.first().map(|path| excerpt(path)).unwrap_or_default()
}

/// An error without `parameter`.
fn unnamed(error: &Value, expected: &ExpectedParameters) -> Finding {
    let code = error.get(CODE).and_then(Value::as_str).unwrap_or_default().to_lowercase();
    let names = |path: &String| {
        let squeezed: String = leaf(path).chars().filter(char::is_ascii_alphanumeric).collect();
        code.contains(&squeezed.to_lowercase())
    };
    let level = if expected.paths.iter().any(names) { Level::Unstated } else { Level::Facts };
    let sentence =
        format!("refused, but the error has no `{PARAMETER}`, which should be `{}`", first(expected));
    Finding::wrong(level, sentence)
}

/// The class of a code: what it begins with, in camel case. The rest of a code is being standardised.
fn prefix(error: &Value, expected: &ExpectedParameters) -> Option<Finding> {
    let code = error.get(CODE).and_then(Value::as_str)?;
    let is_camel_case = code.starts_with(|first: char| first.is_ascii_lowercase())
        && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_camel_case {
        let sentence = format!("refused, but the code `{}` is not in camel case", excerpt(code));
        return Some(Finding::wrong(Level::Facts, sentence));
    }
    let is_known = expected.prefixes.is_empty()
        || expected.is_empty && code.starts_with("missing")
        || expected.prefixes.iter().any(|prefix| code.starts_with(prefix));
    let wanted = expected.prefixes.first().filter(|_| !is_known)?;
    let sentence =
        format!("refused, but the code is `{}`, which does not begin with `{wanted}`", excerpt(code));
    Some(Finding::wrong(Level::Facts, sentence))
}
