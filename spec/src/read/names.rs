//! Ids of constraints, and the names that rules speak of.

use super::Reader;
use crate::document::{Node, text};
use crate::model::{ConstraintId, ParameterPath, Rule, Schema};
use std::collections::HashSet;

impl<'a> Reader<'a> {
    /// A fresh id: the parameter's path, the names that the rule ties together, the keyword.
    pub(super) fn mint(&mut self, path: &ParameterPath, rule: &Rule) -> ConstraintId {
        self.fresh(ConstraintId::new(path, &rule.parameters(), rule.keyword()))
    }

    /// The id, with a number where it is taken.
    pub(super) fn fresh(&mut self, id: ConstraintId) -> ConstraintId {
        let mut count = self.ids.get(&id).copied().unwrap_or_default();
        let mut unique = id.numbered(count + 1);
        while count > 0 && self.ids.contains_key(&unique) {
            count += 1;
            unique = id.numbered(count + 1);
        }
        self.ids.insert(id, count + 1);
        self.ids.entry(unique.clone()).or_insert(1);
        unique
    }

    /// Warns of rules over members that the object cannot have.
    pub(super) fn undeclared(&mut self, node: Node<'a>, schema: &Schema) {
        if !schema.is_closed() {
            return;
        }
        let declared: HashSet<&str> =
            schema.properties.iter().map(|property| property.name.as_str()).collect();
        for constraint in &schema.constraints {
            let missing: Vec<String> = constraint
                .rule
                .parameters()
                .into_iter()
                .filter(|path| !declared.contains(path.as_str()) && schema.at(path).is_none())
                .collect();
            if !missing.is_empty() {
                let names = text::list(&text::ticked(&missing), "and");
                let message = format!("rule `{}` speaks of {names}, which nothing declares", constraint.id);
                let help = "the rule is kept; the parts about undeclared names can never matter";
                self.report(node.error(message, help).into_warning());
            }
        }
    }
}
