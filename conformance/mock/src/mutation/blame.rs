//! `blame:<constraint>`: the error names another parameter than the one at fault.

use crate::explain::Explanation;
use airspec_spec::Model;

/// The constraints that blame another parameter.
#[derive(Debug)]
pub(super) struct Blame {
    constraints: Vec<String>,
    /// The top-level parameters.
    parameters: Vec<String>,
}

impl Blame {
    pub(super) fn of(model: &Model) -> Self {
        let properties = model.task.properties.iter();
        Self {
            constraints: Vec::new(),
            parameters: properties.map(|property| property.schema.path.to_string()).collect(),
        }
    }

    pub(super) fn add(&mut self, constraint: String) {
        self.constraints.push(constraint);
    }

    pub(super) fn on_explanations(&self, explanations: &mut [Explanation]) {
        for explanation in explanations {
            if self.constraints.contains(&explanation.constraint) {
                let other = self.other(&explanation.parameters);
                explanation.parameters = other.into_iter().collect();
            }
        }
    }

    /// A parameter that is not at fault, nor has the name of one that is.
    fn other(&self, parameters: &[String]) -> Option<String> {
        let is_meant = |other: &&String| {
            parameters.iter().any(|path| path == *other || path.ends_with(&format!(".{other}")))
        };
        self.parameters.iter().find(|other| !is_meant(other)).cloned()
    }
}
