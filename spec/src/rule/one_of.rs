//! `oneOf`: exactly one of several schemas holds.

use super::any_of::{alternatives, only_required, table};
use super::{Keyword, Scope, branch_witnesses, branches, enum_, phrase};
use crate::document::{Diagnostic, Member, text};
use crate::model::{Rule, Schema, Witness};

pub(super) struct OneOf<'a>(pub(super) &'a [Schema]);

pub(super) fn read<'a>(member: &Member<'a>, scope: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    match enum_::read_documented(member.value) {
        Some(list) => Ok(enum_::rule(member.value, list, scope)),
        None => Ok(vec![Rule::OneOf(branches(member, scope)?)]),
    }
}

impl<'a> Keyword<'a> for OneOf<'a> {
    fn name(&self) -> &'static str {
        "oneOf"
    }

    fn rank(&self) -> u8 {
        15
    }

    fn sentence(&self) -> String {
        let names: Option<Vec<String>> = self.0.iter().map(only_required).collect();
        if let Some(names) = names.filter(|names| names.len() > 1) {
            return format!("must have exactly one of {}", text::list(&text::ticked(&names), "and"));
        }
        if let Some(table) = table(self.0) {
            return format!("must have values of which {table}");
        }
        let forms: Vec<String> = self.0.iter().map(phrase).collect();
        format!("must satisfy exactly one of these: {}", forms.join("; "))
    }

    fn condition(&self, _: &str) -> String {
        table(self.0).unwrap_or_else(|| format!("exactly one of {}", alternatives(self.0)))
    }

    fn is_composite(&self) -> bool {
        true
    }

    fn children(&self) -> Vec<&'a Schema> {
        self.0.iter().collect()
    }

    fn witnesses(&self, _: &Schema) -> Vec<Witness> {
        branch_witnesses(self.0)
    }
}
