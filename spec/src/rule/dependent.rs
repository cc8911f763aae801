//! `dependentRequired`: where one member is present, others must be.

use crate::diagnostic::Diagnostic;
use crate::source::Node;
use crate::text;
use std::collections::HashSet;

/// Each trigger with the members it needs, in the order of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependent {
    /// Trigger and needs.
    pub needs: Vec<(String, Vec<String>)>,
}

impl Dependent {
    pub(crate) fn read(node: Node<'_>) -> Result<Self, Diagnostic> {
        let mut needs = Vec::new();
        for member in node.members()? {
            let names = text::distinct(&member.value.items()?)?;
            needs.push((member.key, names));
        }
        Ok(Self { needs })
    }

    /// Every name the rule speaks of, each once.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut seen = HashSet::new();
        let all = self.needs.iter().flat_map(|(trigger, needs)| std::iter::once(trigger).chain(needs));
        all.filter(|name| seen.insert(*name)).cloned().collect()
    }

    pub(crate) fn sentence(&self) -> String {
        let names = self.names();
        let needs_all = |(trigger, needs): &(String, Vec<String>)| {
            let given: HashSet<&String> = needs.iter().chain([trigger]).collect();
            given.len() == names.len()
        };
        let together = self.needs.len() == names.len() && self.needs.iter().all(needs_all);
        if together && names.len() > 1 {
            return format!("must have {} together or not at all", text::list(&text::ticked(&names), "and"));
        }
        let parts: Vec<String> = self
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
}
