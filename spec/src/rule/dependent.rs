//! `dependentRequired`: where one member is present, others must be.

use crate::diagnostic::Diagnostic;
use crate::source::Node;
use crate::text;

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
            let names: Result<Vec<String>, _> = member.value.items()?.iter().map(Node::string).collect();
            needs.push((member.key, names?));
        }
        Ok(Self { needs })
    }

    /// Every name the rule speaks of, each once.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for name in self.needs.iter().flat_map(|(trigger, needs)| std::iter::once(trigger).chain(needs)) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
    }

    pub(crate) fn sentence(&self) -> String {
        let names = self.names();
        let together = self.needs.len() == names.len()
            && self
                .needs
                .iter()
                .all(|(trigger, needs)| names.iter().all(|name| name == trigger || needs.contains(name)));
        if together && names.len() > 1 {
            return format!("must have {} together or not at all", text::list(&text::ticked(&names), "and"));
        }
        let parts: Vec<String> = self
            .needs
            .iter()
            .filter(|(_, needs)| !needs.is_empty())
            .map(|(trigger, needs)| {
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
