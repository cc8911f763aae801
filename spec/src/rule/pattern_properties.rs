//! `patternProperties`: members whose names match a pattern satisfy its schema.
//!
//! `additionalProperties` beside it is about the members that are neither declared nor match a pattern: the two are one
//! rule.

use super::pattern::{self, sample};
use super::{Additional, Keyword, Scope, branch_witnesses, minimal, phrase, samples};
use crate::document::{Diagnostic, Member, text};
use crate::model::{self, PatternProperty, Property, Rule, Schema, Witness};
use serde_json::{Map, Value};
use std::slice;

pub(super) struct PatternProperties<'a>(pub(super) &'a model::PatternProperties);

/// Without a pattern it states nothing.
pub(crate) fn read<'a>(
    member: &Member<'a>,
    declared: &[Property],
    additional: Option<Additional<'a>>,
    scope: &mut dyn Scope<'a>,
) -> Result<Option<Rule>, Diagnostic> {
    let mut patterns = Vec::new();
    for one in member.value.members()? {
        let place = |message: String, help: &str| one.error(message, help);
        let Some(pattern) = pattern::compiled(&one.key, &one, &place, scope)? else { continue };
        let schema = scope.condition(one.value, "patternProperties");
        patterns.push(PatternProperty { pattern, schema });
    }
    if patterns.is_empty() {
        return Ok(None);
    }
    let declared = declared.iter().map(|property| property.name.clone()).collect();
    let others = match additional {
        None | Some(Additional::Open) => None,
        Some(Additional::Closed(node) | Additional::Schema(node)) => {
            Some(scope.condition(node, "additionalProperties"))
        }
    };
    Ok(Some(Rule::PatternProperties(model::PatternProperties { patterns, declared, others })))
}

impl<'a> Keyword<'a> for PatternProperties<'a> {
    fn name(&self) -> &'static str {
        "patternProperties"
    }

    fn rank(&self) -> u8 {
        11
    }

    fn sentence(&self) -> String {
        let said = |one: &PatternProperty| {
            let pattern = text::shorten(&one.pattern.ecma, 60);
            format!("for each member whose name matches `{pattern}`, {}", phrase(&one.schema))
        };
        let mut parts: Vec<String> = self.0.patterns.iter().map(said).collect();
        match &self.0.others {
            Some(others) if others.rules().any(|rule| matches!(rule, Rule::False)) => {
                let names = text::list(&text::ticked(&self.0.declared), "and");
                let but = if names.is_empty() { String::new() } else { format!(" but {names}") };
                parts.push(format!("there are no other members{but}"));
            }
            Some(others) => parts.push(format!("for each other member, {}", phrase(others))),
            None => {}
        }
        format!("must satisfy this: {}", parts.join("; "))
    }

    fn children(&self) -> Vec<&'a Schema> {
        self.0.patterns.iter().map(|one| &one.schema).chain(&self.0.others).collect()
    }

    /// What is below a pattern is no member with a name.
    fn parameters(&self) -> Vec<String> {
        Vec::new()
    }

    /// Objects with one member more than they need: a name that matches with values around its schema, and a name that
    /// matches nothing.
    fn witnesses(&self, schema: &Schema) -> Vec<Witness> {
        let plain = minimal(schema);
        let mut witnesses = vec![Witness::accept(plain.clone(), "the required members alone")];
        for one in &self.0.patterns {
            let name = sample(&one.pattern);
            let shown = text::shorten(&one.pattern.ecma, 60);
            witnesses.extend(around(&plain, &name, &one.schema, &format!("a name that matches `{shown}`")));
        }
        if let Some(others) = &self.0.others {
            let strangers = ["other", "Other 1", "-"];
            let is_other = |name: &&str| !self.0.declared.iter().any(|known| known == name);
            for name in strangers.into_iter().filter(is_other) {
                witnesses.extend(around(&plain, name, others, &format!("another name, `{name}`")));
            }
        }
        witnesses
    }
}

/// Objects with one member more: with legal values, with values near its rules.
fn around(plain: &Map<String, Value>, name: &str, schema: &Schema, about: &str) -> Vec<Witness> {
    let with = |witness: Witness| {
        let mut object = plain.clone();
        object.insert(name.to_owned(), witness.value);
        Witness { value: Value::Object(object), about: format!("{about}: {}", witness.about), ..witness }
    };
    let legal = samples(schema).into_iter().take(2).map(|value| Witness::accept(value, "a plain value"));
    legal.chain(branch_witnesses(slice::from_ref(schema))).map(with).collect()
}
