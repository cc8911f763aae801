//! `anyOf`: at least one of several schemas holds.

use super::{Keyword, Scope, alternatives, branch_witnesses, branches, phrase, table};
use crate::document::{Diagnostic, Member, text};
use crate::model::{Rule, Schema, Witness};

pub(super) struct AnyOf<'a>(pub(super) &'a [Schema]);

pub(super) fn read<'a>(member: &Member<'a>, scope: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    Ok(vec![Rule::AnyOf(branches(member, scope)?)])
}

impl<'a> Keyword<'a> for AnyOf<'a> {
    fn name(&self) -> &'static str {
        "anyOf"
    }

    fn rank(&self) -> u8 {
        14
    }

    fn sentence(&self) -> String {
        let single = |branch: &Schema| match branch.constraints.as_slice() {
            [only] if branch.properties.is_empty() && branch.items.is_none() => Some(only.rule.sentence()),
            _ => None,
        };
        let demands: Option<Vec<String>> = self.0.iter().map(single).collect();
        if let Some(demands) = demands.filter(|demands| demands.len() > 1) {
            return text::list(&demands, "or");
        }
        let forms: Vec<String> = self.0.iter().map(phrase).collect();
        match forms.as_slice() {
            [] => "must satisfy one of no alternatives".to_owned(),
            [one] => format!("must be such that {one}"),
            many => format!("must be such that {}", text::list(many, "or")),
        }
    }

    fn condition(&self, _: &str) -> String {
        table(self.0).unwrap_or_else(|| alternatives(self.0))
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
