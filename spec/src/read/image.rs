//! Rules about images, in the list `x-constraints` beside those about parameters: each becomes a constraint of the
//! parameter that takes the image, or of the items of the list.

use super::Reader;
use crate::document::{Diagnostic, Node, text};
use crate::model::{Constraint, ImageRange, JsonPointer, Kinds, Level, ParameterPath, Rule, Schema};
use std::collections::BTreeMap;

/// A rule whose parameter has not been read yet.
pub(super) struct Stated<'a> {
    pub(super) node: Node<'a>,
    pub(super) parameter: ParameterPath,
    pub(super) range: ImageRange,
    pub(super) is_of_each: bool,
    pub(super) level: Level,
    pub(super) location: JsonPointer,
}

impl Reader<'_> {
    /// Gives the rules that a schema stated the level that it states for them; `start` is the first of them.
    pub(super) fn image_levels(&mut self, start: usize, levels: &BTreeMap<String, Level>) {
        for stated in &mut self.images[start..] {
            let named = levels.get(stated.range.measure.word()).or_else(|| levels.get("x-constraints"));
            stated.level = named.copied().unwrap_or(Level::Badge);
        }
    }

    /// Puts the rules that were found while the task was read where they bind.
    pub(super) fn place_images(&mut self, task: &mut Schema) {
        for stated in std::mem::take(&mut self.images) {
            match holder(&stated, task) {
                Ok(schema) => {
                    let rule = Rule::Image(stated.range);
                    let constraint = Constraint {
                        id: self.mint(&schema.path, &rule),
                        parameter: schema.path.clone(),
                        member: None,
                        level: stated.level,
                        expected: rule.sentence(),
                        rule,
                        location: stated.location,
                        depth: schema.path.split('.').count(),
                        documentation: schema.documentation.clone(),
                    };
                    schema.constraints.push(constraint);
                    schema.constraints.sort_by_key(|constraint| constraint.rule.rank());
                }
                Err(problem) => self.report(problem),
            }
        }
    }

    /// Refuses the rules that were found while a schema of answers was read.
    pub(super) fn refuse_images(&mut self) {
        for stated in std::mem::take(&mut self.images) {
            let help = "state what the images of results are as a behaviour, or remove the rule";
            let error = stated.node.error("a rule about images in a schema of answers", help);
            self.report(stated.node.outside(error));
        }
    }
}

/// The schema of the value that is the image.
fn holder<'s>(stated: &Stated<'_>, task: &'s mut Schema) -> Result<&'s mut Schema, Diagnostic> {
    let shown = text::shorten(&stated.parameter, 60);
    let Some(schema) = task.at_mut(&stated.parameter) else {
        let message = format!("a rule about the images of `{shown}`, which nothing declares");
        return Err(stated.node.error(message, "it can never matter, and is left out").into_warning());
    };
    let kinds = schema.kinds();
    if kinds.has(Kinds::STRING) {
        return Ok(schema);
    }
    if !kinds.has(Kinds::ARRAY) {
        let message = format!("`{shown}` is {}, and no image", text::list(&kinds.words(), "or"));
        return Err(stated
            .node
            .error(message, "name a parameter that holds a URL, an id or the bytes of an image"));
    }
    if !stated.is_of_each {
        let message = format!("`{shown}` is a list, and the rule does not say of which images it speaks");
        return Err(stated.node.error(message, "add `\"scope\": \"each\"`"));
    }
    match schema.items.as_deref_mut() {
        Some(items) if items.kinds().has(Kinds::STRING) => Ok(items),
        _ => {
            let message = format!("the items of `{shown}` are no images");
            Err(stated.node.error(message, "name a parameter that holds URLs, ids or the bytes of images"))
        }
    }
}
