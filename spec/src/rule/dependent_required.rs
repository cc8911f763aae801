//! `dependentRequired`: where one member is present, others must be.

use super::{Keyword, Scope};
use crate::document::{Diagnostic, Member, text};
use crate::model::{self, Rule};
use std::collections::HashSet;

pub(super) struct DependentRequired<'a>(pub(super) &'a model::DependentRequired);

pub(super) fn read<'a>(member: &Member<'a>, scope: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    let mut needs = Vec::new();
    for trigger in member.value.members()? {
        let names = text::distinct(&trigger.value.items()?)?;
        needs.push((trigger.key, names));
    }
    let parts = needs.iter().map(|(_, needs)| 1 + needs.len()).sum();
    let is_admitted = scope.admits(member.value, parts);
    if !is_admitted {
        return Ok(Vec::new());
    }
    let mut rule = Rule::DependentRequired(model::DependentRequired { needs, sentences: Vec::new() });
    super::word(&mut rule);
    Ok(vec![rule])
}

impl<'a> Keyword<'a> for DependentRequired<'a> {
    fn name(&self) -> &'static str {
        "dependentRequired"
    }

    fn rank(&self) -> u8 {
        12
    }

    fn sentence(&self) -> String {
        let names = self.0.names();
        let needs_all = |(trigger, needs): &(String, Vec<String>)| {
            let given: HashSet<&String> = needs.iter().chain([trigger]).collect();
            given.len() == names.len()
        };
        let together = self.0.needs.len() == names.len() && self.0.needs.iter().all(needs_all);
        if together && names.len() > 1 {
            return format!("must have {} together or not at all", text::list(&text::ticked(&names), "and"));
        }
        let parts: Vec<String> = self
            .0
            .needs
            .iter()
            .filter(|(_, needs)| !needs.is_empty())
            .map(|(trigger, needs)| {
                let trigger = text::shorten(trigger, 60);
                format!("{} when `{trigger}` is given", text::list(&text::ticked(needs), "and"))
            })
            .collect();
        if parts.is_empty() {
            "has no dependent members".to_owned()
        } else {
            format!("needs {}", parts.join(", and "))
        }
    }

    fn is_composite(&self) -> bool {
        true
    }

    fn parameters(&self) -> Vec<String> {
        self.0.names()
    }
}
