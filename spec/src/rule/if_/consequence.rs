//! The sentences of a rule that holds under a condition: `if`, `dependentSchemas`, and branches of `allOf`, which hold
//! always.
//!
//! Each demand of a consequence is reported where it fails, in its own words, with the conditions in front: "with
//! `background` = `transparent`, `format` must be one of `PNG`, `WEBP`". What ties several parameters together is one
//! demand on the object that holds them.

use super::super::{phrase, phrase_at};
use crate::document::text;
use crate::model::{Constraint, DependentSchema, If, ParameterPath, Property, Rule, Schema};

/// Longer sentences are cut.
const MAX_SENTENCE: usize = 600;

/// What a demand is about: a value below the object that holds the rule.
#[derive(Clone, Default)]
pub(crate) struct Subject {
    path: ParameterPath,
    /// Items of which list, or others of which object, the path starts at.
    within: String,
}

impl Subject {
    fn member(&self, name: &str) -> Self {
        Self { path: self.path.join(name), within: self.within.clone() }
    }

    /// The items of the value, or its other members.
    fn each(&self, kind: &str) -> Self {
        let holder = self.to_string();
        let within =
            if holder.is_empty() { format!("each {kind}") } else { format!("each {kind} of {holder}") };
        Self { path: ParameterPath::task(), within }
    }

    /// The subject and what it must be; the object that holds the rule has no name.
    fn sentence(&self, demand: &str) -> String {
        let subject = self.to_string();
        if subject.is_empty() { demand.to_owned() } else { format!("{subject} {demand}") }
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.path.is_empty(), self.within.is_empty()) {
            (true, _) => f.write_str(&self.within),
            (false, true) => write!(f, "`{}`", self.path),
            (false, false) => write!(f, "`{}` of {}", self.path, self.within),
        }
    }
}

/// Gives each demand of a rule its sentence.
pub(crate) fn word(rule: &mut Rule) {
    word_rule(rule, &Subject::default(), &[]);
}

fn word_rule(rule: &mut Rule, at: &Subject, given: &[String]) {
    match rule {
        Rule::If(rule) => {
            let (held, not_held) = (condition(&rule.condition, at), negated(&rule.condition, at));
            for (branch, clause) in [(&mut rule.then, held), (&mut rule.otherwise, not_held)] {
                if let Some(branch) = branch {
                    word_schema(branch, at, &[given, &[clause]].concat());
                }
            }
        }
        Rule::DependentSchemas(branches) => {
            for branch in branches {
                let clause = format!("with {} given", at.member(&branch.trigger));
                word_schema(&mut branch.schema, at, &[given, &[clause]].concat());
            }
        }
        Rule::DependentRequired(rule) => {
            let demand = |trigger: &String, name: &String| {
                let clause = format!("with {} given", at.member(trigger));
                under(&[given, &[clause]].concat(), &at.member(name).sentence("is required"))
            };
            let of_all = |(trigger, names): &(String, Vec<String>)| {
                names.iter().map(|name| demand(trigger, name)).collect()
            };
            rule.sentences = rule.needs.iter().map(of_all).collect();
        }
        Rule::AllOf(schema) => word_schema(schema, at, given),
        _ => {}
    }
}

fn word_schema(schema: &mut Schema, at: &Subject, given: &[String]) {
    for constraint in &mut schema.constraints {
        word_rule(&mut constraint.rule, at, given);
        constraint.expected = under(given, &said(&constraint.rule, at));
    }
    for property in &mut schema.properties {
        let inner = at.member(&property.name);
        let sentence = presence(property, &inner);
        if let Some(constraint) = &mut property.required {
            constraint.expected = under(given, &sentence);
        }
        word_schema(&mut property.schema, &inner, given);
    }
    if let Some(items) = &mut schema.items {
        word_schema(items, &at.each("item"), given);
    }
    if let Some(additional) = &mut schema.additional {
        word_schema(additional, &at.each("other member"), given);
    }
}

/// That a member is required; where it is required for one member of its own, that this one is.
fn presence(property: &Property, at: &Subject) -> String {
    let mut inner = property.schema.properties.iter().filter(|property| property.required.is_some());
    match (inner.next(), inner.next()) {
        (Some(only), None) => presence(only, &at.member(&only.name)),
        _ => at.sentence("is required"),
    }
}

/// Conditions, and what holds under them.
fn under(given: &[String], demand: &str) -> String {
    let mut sentence = String::new();
    for clause in given {
        match clause.strip_prefix("with ") {
            Some(rest) if sentence.starts_with("with ") => sentence.push_str(&format!(" and {rest}")),
            _ if sentence.is_empty() => sentence.push_str(clause),
            _ => sentence.push_str(&format!(", and {clause}")),
        }
    }
    let sentence = if sentence.is_empty() { demand.to_owned() } else { format!("{sentence}, {demand}") };
    text::shorten(&sentence, MAX_SENTENCE)
}

/// A condition as a clause: "with `a` = 1 and `b` given", or "when …" for all that is not so simple.
fn condition(schema: &Schema, at: &Subject) -> String {
    match negation(schema) {
        Some(inner) => negated(inner, at),
        None => match simple(schema, at) {
            Some(clause) => format!("with {clause}"),
            None => format!("when {}", spelt(schema, at)),
        },
    }
}

/// The clause for what holds where the condition does not.
fn negated(schema: &Schema, at: &Subject) -> String {
    match negation(schema) {
        Some(inner) => condition(inner, at),
        None => format!("unless {}", spelt(schema, at)),
    }
}

fn spelt(schema: &Schema, at: &Subject) -> String {
    if at.within.is_empty() { phrase_at(schema, &at.path) } else { phrase(schema) }
}

/// What a schema says must not be, where it says nothing else.
fn negation(schema: &Schema) -> Option<&Schema> {
    let is_bare = schema.properties.is_empty() && schema.items.is_none() && schema.additional.is_none();
    match schema.constraints.as_slice() {
        [Constraint { rule: Rule::Not(inner), .. }] if is_bare => Some(inner),
        _ => None,
    }
}

/// Values and names that are given, where a condition is made of nothing else.
fn simple(schema: &Schema, at: &Subject) -> Option<String> {
    let (mut values, mut given) = (Vec::new(), Vec::new());
    collect(schema, at, true, &mut values, &mut given)?;
    if !given.is_empty() {
        values.push(format!("{} given", text::list(&given, "and")));
    }
    (!values.is_empty()).then(|| text::list(&values, "and"))
}

fn collect(
    schema: &Schema,
    at: &Subject,
    is_required: bool,
    values: &mut Vec<String>,
    given: &mut Vec<String>,
) -> Option<()> {
    for rule in schema.rules() {
        let listed: Vec<String> = match rule {
            Rule::Const(value) => vec![text::literal(value)],
            Rule::Enum(list) => list.values.iter().map(|known| text::literal(&known.value)).collect(),
            Rule::AnyOf(branches) => {
                let names: Option<Vec<String>> =
                    branches.iter().map(|branch| only_given(branch, at)).collect();
                given.push(text::list(&names?, "or"));
                continue;
            }
            // An object, because it has members.
            Rule::Type(_) if !schema.properties.is_empty() => continue,
            _ => return None,
        };
        let absent = if is_required { "" } else { " or left out" };
        values.push(format!("{at} = {}{absent}", text::list(&listed, "or")));
    }
    for property in &schema.properties {
        let inner = at.member(&property.name);
        let before = values.len() + given.len();
        let is_required = is_required && property.required.is_some();
        collect(&property.schema, &inner, is_required, values, given)?;
        if values.len() + given.len() == before && property.required.is_some() {
            given.push(inner.to_string());
        }
    }
    (schema.items.is_none() && schema.additional.is_none()).then_some(())
}

/// The member that a schema requires, where it demands nothing else.
fn only_given(schema: &Schema, at: &Subject) -> Option<String> {
    let (mut values, mut given) = (Vec::new(), Vec::new());
    collect(schema, at, true, &mut values, &mut given)?;
    given.pop().filter(|_| values.is_empty() && given.is_empty())
}

/// The sentence of a whole `if`, with all of its demands.
pub(crate) fn of_if(rule: &If, at: &Subject) -> String {
    let then = rule.then.as_ref().and_then(|then| clause(&condition(&rule.condition, at), then, at));
    let otherwise = if then.is_some() { "otherwise".to_owned() } else { negated(&rule.condition, at) };
    let otherwise = rule.otherwise.as_ref().and_then(|branch| clause(&otherwise, branch, at));
    joined(&then.into_iter().chain(otherwise).collect::<Vec<_>>())
}

/// The sentence of a whole `dependentSchemas`.
pub(crate) fn of_dependent(branches: &[DependentSchema], at: &Subject) -> String {
    let given = |one: &DependentSchema| format!("with {} given", at.member(&one.trigger));
    joined(&branches.iter().filter_map(|one| clause(&given(one), &one.schema, at)).collect::<Vec<_>>())
}

/// The sentence of a whole branch of `allOf`.
pub(crate) fn of_all(schema: &Schema, at: &Subject) -> String {
    joined(&demands(schema, at))
}

fn joined(parts: &[String]) -> String {
    if parts.is_empty() { "is free".to_owned() } else { parts.join("; ") }
}

/// A condition, and all that holds under it.
fn clause(given: &str, branch: &Schema, at: &Subject) -> Option<String> {
    match demands(branch, at).as_slice() {
        [] => None,
        [only] => Some(format!("{given}, {only}")),
        many => Some(format!("{given}: {}", many.join("; "))),
    }
}

fn whole(rule: &Rule, at: &Subject) -> String {
    match rule {
        Rule::If(rule) => of_if(rule, at),
        Rule::DependentSchemas(branches) => of_dependent(branches, at),
        Rule::AllOf(schema) => of_all(schema, at),
        other => said(other, at),
    }
}

/// A rule without demands of its own.
fn said(rule: &Rule, at: &Subject) -> String {
    let excluded = match rule {
        Rule::Not(schema) => of_not(schema, at),
        _ => None,
    };
    excluded.unwrap_or_else(|| at.sentence(&rule.sentence()))
}

/// The sentence of a `not` of a member that is given.
pub(crate) fn of_not(schema: &Schema, at: &Subject) -> Option<String> {
    let phrase = spelt(schema, at);
    let name = phrase.strip_suffix(" is given").filter(|name| !name.contains(' '))?;
    Some(if at.within.is_empty() {
        format!("{name} must not be given")
    } else {
        at.sentence(&format!("must not have {name}"))
    })
}

/// All that a schema demands, each in a sentence.
fn demands(schema: &Schema, at: &Subject) -> Vec<String> {
    let mut all: Vec<String> = schema.rules().map(|rule| whole(rule, at)).collect();
    for property in &schema.properties {
        let inner = at.member(&property.name);
        let below = demands(&property.schema, &inner);
        let is_said = property.schema.properties.iter().any(|inner| inner.required.is_some());
        if property.required.is_some() && !is_said {
            all.push(inner.sentence("is required"));
        }
        all.extend(below);
    }
    for (inner, kind) in [(&schema.items, "item"), (&schema.additional, "other member")] {
        all.extend(inner.iter().flat_map(|inner| demands(inner, &at.each(kind))));
    }
    all
}
