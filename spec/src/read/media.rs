//! Rules about files, in the list `x-constraints` beside those about parameters.
//!
//! A request does not show what is in a file, so that none of them is a constraint on requests.

use super::Reader;
use crate::document::{Diagnostic, Node, text};
use crate::model::{ConstraintId, Kinds, Level, MediaRule, Schema};
use std::collections::BTreeMap;

impl Reader<'_> {
    /// Gives the rules that a schema stated the level that it states for them; `start` is the first of them.
    pub(super) fn media_levels(&mut self, start: usize, levels: &BTreeMap<String, Level>) {
        for (rule, _) in &mut self.media[start..] {
            let named = levels.get(rule.measure.word()).or_else(|| levels.get("x-constraints"));
            rule.level = named.copied().unwrap_or(Level::Badge);
        }
    }

    /// The rules that were found while the task was read, each with an id of its own.
    pub(super) fn media_rules(&mut self, task: &Schema) -> Vec<MediaRule> {
        let mut rules = Vec::new();
        for (rule, node) in std::mem::take(&mut self.media) {
            if let Some(problem) = problem(&rule, node, task) {
                self.report(problem);
            }
            let id = self.fresh(ConstraintId::new(&rule.parameter, &[], rule.measure.word()));
            rules.push(MediaRule { id, ..rule });
        }
        rules
    }

    /// Refuses the rules that were found while a schema of answers was read.
    pub(super) fn refuse_media_rules(&mut self) {
        for (_, node) in std::mem::take(&mut self.media) {
            let help = "state what the files of results are as a behaviour, or remove the rule";
            self.report(node.error("a rule about files in a schema of answers", help));
        }
    }
}

/// Why the parameter that a rule names has no files.
fn problem(rule: &MediaRule, node: Node<'_>, task: &Schema) -> Option<Diagnostic> {
    let shown = text::shorten(&rule.parameter, 60);
    let Some(schema) = task.at(&rule.parameter) else {
        let message = format!("a rule about the files of `{shown}`, which nothing declares");
        return Some(node.error(message, "the rule is kept; it can never matter").into_warning());
    };
    let kinds = schema.kinds();
    if ![Kinds::STRING, Kinds::ARRAY, Kinds::OBJECT].into_iter().any(|kind| kinds.has(kind)) {
        let message = format!("`{shown}` is {}, which refers to no file", text::list(&kinds.words(), "or"));
        return Some(node.error(message, "name a parameter that holds a URL, an id or the bytes of a file"));
    }
    if kinds.has(Kinds::ARRAY) && !kinds.has(Kinds::STRING) && !rule.is_of_each {
        let message = format!("`{shown}` is a list, and the rule does not say of which files it speaks");
        return Some(node.error(message, "add `\"scope\": \"each\"`"));
    }
    None
}
