//! `unevaluatedProperties: false`: the members of an object are those that the schema, or a branch of its `allOf`,
//! declares.
//!
//! Which members are evaluated may depend on the alternative that holds. Such a schema is refused unless its alternatives
//! declare nothing that is not declared in any case.

use super::pattern;
use super::{Keyword, Scope, minimal};
use crate::document::{Diagnostic, Member, Node, text};
use crate::model::{self, Rule, Schema, Witness};
use serde_json::Value;

pub(super) struct UnevaluatedProperties<'a>(pub(super) &'a model::UnevaluatedProperties);

/// `true`, and `false` where everything is evaluated, state nothing.
pub(crate) fn read<'a>(
    member: &Member<'a>,
    schema: Node<'a>,
    scope: &mut dyn Scope<'a>,
) -> Result<Option<Rule>, Diagnostic> {
    let value = member.value;
    if value.kind() != "a boolean" {
        let help = "use `false`, or `additionalProperties` in the schema that declares the members";
        let error = value.error("`unevaluatedProperties` with a schema is not implemented", help);
        return Err(member.outside(error));
    }
    if value.boolean()? {
        return Ok(None);
    }
    let whole = schema.value()?;
    let mut always = Evaluated::default();
    let mut at_times = Evaluated::default();
    evaluated(&whole, true, &mut always, &mut at_times);
    if always.all {
        return Ok(None);
    }
    let known = |name: &String| always.names.contains(name);
    let missing: Vec<String> = at_times.names.iter().filter(|name| !known(name)).cloned().collect();
    let is_open = at_times.all || at_times.patterns.iter().any(|pattern| !always.patterns.contains(pattern));
    if is_open || !missing.is_empty() {
        let what = if is_open { "members".to_owned() } else { text::list(&text::ticked(&missing), "and") };
        let message =
            format!("`unevaluatedProperties` beside alternatives that declare {what} is not implemented");
        let help = "declare them in `properties` or in a branch of `allOf`: what is closed must not depend on the \
                    alternative that holds";
        return Err(member.outside(member.error(message, help)));
    }
    let mut patterns = Vec::new();
    for ecma in &always.patterns {
        let error = |message: String, help: &str| member.error(message, help);
        patterns.extend(pattern::compiled(ecma, member, &error, scope)?);
    }
    let names = if scope.admits(value, always.names.len()) { always.names } else { Vec::new() };
    Ok(Some(Rule::UnevaluatedProperties(model::UnevaluatedProperties { names, patterns })))
}

/// What a schema evaluates of an object.
#[derive(Default)]
struct Evaluated {
    names: Vec<String>,
    patterns: Vec<String>,
    /// Every member.
    all: bool,
}

/// Adds what a schema evaluates where it holds, and what its alternatives may evaluate. `is_whole` is for the schema
/// that the question is about, whose own `unevaluatedProperties` evaluates nothing yet.
fn evaluated(schema: &Value, is_whole: bool, always: &mut Evaluated, at_times: &mut Evaluated) {
    let keys =
        |keyword: &str| schema[keyword].as_object().into_iter().flatten().map(|(name, _)| name.clone());
    always.names.extend(keys("properties").filter(|name| !always.names.contains(name)).collect::<Vec<_>>());
    always.patterns.extend(keys("patternProperties"));
    // A schema that closes an object, and holds, has evaluated all that the object has.
    let closes = schema.get("additionalProperties").is_some();
    always.all |= closes || !is_whole && schema.get("unevaluatedProperties").is_some();
    for branch in schema["allOf"].as_array().into_iter().flatten() {
        evaluated(branch, false, always, at_times);
    }
    let lists =
        ["anyOf", "oneOf"].into_iter().flat_map(|keyword| schema[keyword].as_array().into_iter().flatten());
    let single = ["if", "then", "else"].into_iter().filter_map(|keyword| schema.get(keyword));
    let dependent = schema["dependentSchemas"].as_object().into_iter().flat_map(|all| all.values());
    for branch in lists.chain(single).chain(dependent) {
        let (mut own, mut below) = (Evaluated::default(), Evaluated::default());
        evaluated(branch, false, &mut own, &mut below);
        for part in [own, below] {
            at_times.names.extend(part.names);
            at_times.patterns.extend(part.patterns);
            at_times.all |= part.all;
        }
    }
}

impl Keyword<'_> for UnevaluatedProperties<'_> {
    fn name(&self) -> &'static str {
        "unevaluatedProperties"
    }

    fn rank(&self) -> u8 {
        11
    }

    fn sentence(&self) -> String {
        let mut known = Vec::new();
        if !self.0.names.is_empty() {
            known.push(text::list(&text::ticked(&self.0.names), "and"));
        }
        for pattern in &self.0.patterns {
            known.push(format!("names that match `{}`", text::shorten(&pattern.ecma, 60)));
        }
        if known.is_empty() {
            return "must have no members".to_owned();
        }
        format!("must have no members but {}", text::list(&known, "and"))
    }

    /// The names are those that are declared, not those that the rule ties together.
    fn parameters(&self) -> Vec<String> {
        Vec::new()
    }

    fn witnesses(&self, schema: &Schema) -> Vec<Witness> {
        let plain = minimal(schema);
        let near = self.0.names.iter().take(3).map(|name| format!("{name}s"));
        let names = std::iter::once("unknownParameter".to_owned()).chain(near);
        let strangers = names.map(|name| {
            let mut object = plain.clone();
            let about = format!("with `{name}`");
            object.insert(name, Value::from(1));
            Witness::reject(object, about)
        });
        let accepted = Witness::accept(plain.clone(), "the required members alone");
        std::iter::once(accepted).chain(strangers).collect()
    }
}
