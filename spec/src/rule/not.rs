//! `not`: a schema does not hold.

use super::if_::consequence::{self, Subject};
use super::{Keyword, Scope, branch_witnesses, phrase};
use crate::document::{Diagnostic, Member, text};
use crate::model::witness::flipped;
use crate::model::{Kinds, Rule, Schema, Witness};
use std::slice;

pub(super) struct Not<'a>(pub(super) &'a Schema);

#[allow(clippy::unnecessary_wraps)] // all readers have one signature
pub(super) fn read<'a>(member: &Member<'a>, scope: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    Ok(vec![Rule::Not(Box::new(scope.condition(member.value, "not")))])
}

impl Rule {
    /// The member that a `not` speaks of, where it speaks of no other: it is reported there, where that member stands.
    #[must_use]
    pub fn excluded(&self) -> Option<&str> {
        let Self::Not(schema) = self else { return None };
        let is_object = |rule: &Self| matches!(rule, Self::Type(kinds) if *kinds == Kinds::OBJECT);
        let is_bare = schema.rules().all(is_object) && schema.items.is_none() && schema.additional.is_none();
        match schema.properties.as_slice() {
            [only] if is_bare => Some(&only.name),
            _ => None,
        }
    }

    /// Whether the rule is reported at members of the object that it holds for, by what it demands of them.
    #[must_use]
    pub fn is_reported_below(&self) -> bool {
        self.has_consequences() || self.excluded().is_some()
    }
}

impl<'a> Keyword<'a> for Not<'a> {
    fn name(&self) -> &'static str {
        "not"
    }

    fn rank(&self) -> u8 {
        16
    }

    fn sentence(&self) -> String {
        if let [property, others @ ..] = self.0.properties.as_slice()
            && !others.is_empty()
            && self.0.constraints.is_empty()
            && self.0.properties.iter().all(|property| !property.declared)
        {
            let names = std::iter::once(property).chain(others).map(|property| &property.name);
            return format!("must not have {} together", text::list(&text::ticked(names), "and"));
        }
        consequence::of_not(self.0, &Subject::default())
            .unwrap_or_else(|| format!("is refused when {}", bare(&phrase(self.0))))
    }

    fn condition(&self, _: &str) -> String {
        let phrase = phrase(self.0);
        match phrase.strip_suffix(" is given") {
            Some(name) if !name.contains(' ') => format!("{name} is not given"),
            _ => format!("not ({})", bare(&phrase)),
        }
    }

    fn is_composite(&self) -> bool {
        true
    }

    fn children(&self) -> Vec<&'a Schema> {
        vec![self.0]
    }

    fn witnesses(&self, _: &Schema) -> Vec<Witness> {
        flipped(branch_witnesses(slice::from_ref(self.0)))
    }
}

/// A phrase that is one group, without the brackets around it.
fn bare(phrase: &str) -> &str {
    let inner = phrase.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    inner.filter(|inner| !inner.contains(['(', ')'])).unwrap_or(phrase)
}
