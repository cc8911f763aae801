//! What stands around the task and the results in an OpenAPI document: arrays, envelopes, the authentication, paths.
//!
//! Names that only lay out a document pass. A keyword that would state something, and a name that nothing is known of,
//! are refused: what stands there is no part of the model, and must not be dropped silently.

use super::keyword::{ANNOTATIONS, DEFINITIONS};
use super::{Purpose, Reader};
use crate::document::{Member, Node, text};
use crate::model::envelope::Part;

/// What an operation has.
const OPERATION: [&str; 10] = [
    "summary",
    "description",
    "operationId",
    "requestBody",
    "responses",
    "tags",
    "security",
    "servers",
    "externalDocs",
    "deprecated",
];

/// What a request body or a response of an operation has.
const CONTENT: [&str; 3] = ["description", "required", "content"];

/// What the content of one media type has.
const MEDIA_TYPE: [&str; 3] = ["schema", "example", "examples"];

/// What is known below `components`.
const COMPONENTS: [&str; 3] = ["schemas", "securitySchemes", "examples"];

impl<'a> Reader<'a> {
    /// The array of tasks that is posted, beside its items.
    pub(super) fn request_array(&mut self, node: Node<'a>) {
        for member in self.keep(node.members()).unwrap_or_default() {
            match member.key.as_str() {
                "type" | "items" => {}
                // Every request has a task.
                "minItems" => match self.keep(member.value.count()) {
                    Some(least) if least > 1 => self.limit_of_tasks(&member),
                    _ => {}
                },
                "maxItems" => self.limit_of_tasks(&member),
                _ => self.known(&member, &["type", "items", "minItems"]),
            }
        }
    }

    fn limit_of_tasks(&mut self, member: &Member<'a>) {
        if self.purpose == Purpose::Comparison {
            let _ = self.keep(member.value.count());
            return;
        }
        let message = format!("`{}` of the array of tasks is not implemented", member.key);
        let help = "a model has no limit of tasks in one request: remove it, or state it in the description";
        self.report(member.outside(member.error(message, help)));
    }

    /// An object of answers, beside the items of its lists.
    pub(super) fn answer_envelope(&mut self, node: Node<'a>) {
        const KNOWN: [&str; 4] = ["type", "properties", "required", "additionalProperties"];
        const LIST: [&str; 2] = ["type", "items"];
        // Read as a schema like any other, it is compared whole.
        if self.purpose == Purpose::Comparison {
            return;
        }
        for member in self.keep(node.members()).unwrap_or_default() {
            self.known(&member, &KNOWN);
            if member.key != "properties" {
                continue;
            }
            for list in self.keep(member.value.members()).unwrap_or_default() {
                if list.value.kind() == "an object" && self.find(list.value, "items").is_some() {
                    self.members_known(list.value, &LIST);
                }
            }
        }
    }

    /// A schema beside the task: the element that can hold the key, or an answer without the items of its list.
    pub(super) fn beside(&mut self, node: Node<'a>, list: Option<&str>) -> Option<Part> {
        // What is wrong with an answer has been reported, where anything is.
        if list.is_some() && self.has_errors() {
            return None;
        }
        let parts = self.parts;
        let mut schema = self.outside(node);
        self.parts = parts;
        let mut json = if self.has_errors() { return None } else { self.keep(node.value())? };
        if let Some(list) = list {
            if let Some(list) = schema.at_mut(list) {
                list.items = None;
            }
            if let Some(list) = json["properties"][list].as_object_mut() {
                list.remove("items");
            }
        }
        Some(Part { schema, json })
    }

    /// What stands beside the schemas.
    pub(super) fn components_known(&mut self, node: Node<'a>) {
        self.members_known(node, &COMPONENTS);
    }

    /// The operations and their statuses, whose schemas are those of `components`.
    pub(super) fn paths(&mut self, node: Node<'a>) {
        const METHODS: [&str; 9] =
            ["get", "put", "post", "delete", "options", "head", "patch", "trace", "summary"];
        for path in self.keep(node.members()).unwrap_or_default() {
            for method in self.keep(path.value.members()).unwrap_or_default() {
                if matches!(method.key.as_str(), "summary" | "description") {
                    continue;
                }
                self.known(&method, &METHODS);
                if METHODS.contains(&method.key.as_str()) {
                    self.operation(method.value);
                }
            }
        }
    }

    fn operation(&mut self, node: Node<'a>) {
        for member in self.keep(node.members()).unwrap_or_default() {
            self.known(&member, &OPERATION);
            match member.key.as_str() {
                "requestBody" => self.content(member.value),
                "responses" => {
                    for status in self.keep(member.value.members()).unwrap_or_default() {
                        self.content(status.value);
                    }
                }
                _ => {}
            }
        }
    }

    fn content(&mut self, node: Node<'a>) {
        self.members_known(node, &CONTENT);
        let Some(content) = self.find(node, "content") else { return };
        for media_type in self.keep(content.members()).unwrap_or_default() {
            self.members_known(media_type.value, &MEDIA_TYPE);
            let Some(schema) = self.find(media_type.value, "schema") else { continue };
            for member in self.keep(schema.members()).unwrap_or_default() {
                self.known(&member, &["$ref"]);
            }
        }
    }

    fn members_known(&mut self, node: Node<'a>, known: &[&str]) {
        for member in self.keep(node.members()).unwrap_or_default() {
            self.known(&member, known);
        }
    }

    /// Reports a name that is none of these, no annotation and no extension.
    fn known(&mut self, member: &Member<'a>, known: &[&str]) {
        let name = member.key.as_str();
        if known.contains(&name) || ANNOTATIONS.contains(&name) || DEFINITIONS.contains(&name) {
            return;
        }
        // An extension that states rules is none that may be passed over.
        if name.starts_with("x-") && !super::keyword::statements().any(|keyword| keyword == name) {
            return;
        }
        let help = match text::nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                format!("known here: {}; what else stands here would be dropped silently", known.join(", "))
            }
        };
        let error = member.error(format!("`{}` is not read here", text::shorten(name, 60)), help);
        self.report(member.outside(error));
    }
}
