//! Ids of constraints, and the names that rules speak of.

use super::Reader;
use crate::model::Schema;
use crate::rule::Rule;
use crate::source::Node;
use crate::text;
use std::collections::{BTreeSet, HashSet};

/// At most so many names go into the id of a rule.
const MAX_NAMES: usize = 6;

impl<'a> Reader<'a> {
    /// A fresh id: the parameter's path, the names that the rule ties together, the keyword.
    pub(super) fn mint(&mut self, path: &str, rule: &Rule) -> String {
        let mut names = subject(rule);
        names.truncate(MAX_NAMES);
        let group = names.join("+");
        let parts: Vec<&str> =
            [path, &group, rule.keyword()].into_iter().filter(|part| !part.is_empty()).collect();
        let id = parts.join(".");
        let mut count = self.ids.get(&id).copied().unwrap_or_default();
        let mut unique = if count == 0 { id.clone() } else { format!("{id}.{}", count + 1) };
        while count > 0 && self.ids.contains_key(&unique) {
            count += 1;
            unique = format!("{id}.{}", count + 1);
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
            let missing: Vec<String> = subject(&constraint.rule)
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

/// The dotted names that a rule ties together, each once, without those that only lead to others.
#[must_use]
pub(crate) fn subject(rule: &Rule) -> Vec<String> {
    let mut names = Vec::new();
    match rule {
        Rule::Dependent(dependent) => names = dependent.names(),
        Rule::Relation(relation) => names.extend(relation.parameters.iter().cloned()),
        Rule::AnyOf(branches) | Rule::OneOf(branches) => {
            for branch in branches {
                mention(branch, "", &mut names);
            }
        }
        Rule::AllOf(schema) | Rule::Not(schema) => mention(schema, "", &mut names),
        Rule::If(rule) => {
            mention(&rule.condition, "", &mut names);
            for branch in rule.then.iter().chain(&rule.otherwise) {
                mention(branch, "", &mut names);
            }
        }
        Rule::Type(_)
        | Rule::Required
        | Rule::Const(_)
        | Rule::Enum(_)
        | Rule::Never
        | Rule::Range(_)
        | Rule::MultipleOf(_)
        | Rule::Length(_)
        | Rule::Format(_)
        | Rule::Pattern(_)
        | Rule::Items(_)
        | Rule::Closed(_)
        | Rule::Contains(_)
        | Rule::Unique => {}
    }
    let all: BTreeSet<String> = names.iter().cloned().collect();
    names.retain(|name| !leads_on(name, &all));
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

/// Whether another of the names goes on where this one ends.
fn leads_on(name: &str, all: &BTreeSet<String>) -> bool {
    let start = format!("{name}.");
    all.range(start.clone()..).next().is_some_and(|next| next.starts_with(&start))
}

fn mention(schema: &Schema, prefix: &str, names: &mut Vec<String>) {
    for property in &schema.properties {
        let path =
            if prefix.is_empty() { property.name.clone() } else { format!("{prefix}.{}", property.name) };
        names.push(path.clone());
        mention(&property.schema, &path, names);
    }
    for rule in schema.rules() {
        for name in subject(rule) {
            names.push(if prefix.is_empty() { name } else { format!("{prefix}.{name}") });
        }
    }
}
