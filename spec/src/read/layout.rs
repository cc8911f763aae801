//! The layouts of a document: a published OpenAPI file, the answer of the schema service, or a bare task schema.
//!
//! Everything around the task is layout and annotation: known by name and kept or passed over, never an error.

use super::schema::Place;
use super::{Reader, http, owner, platform, unchecked};
use crate::document::{Member, Node, text};
use crate::model::envelope::Envelope;
use crate::model::{Answers, Kinds, Model, Price, Relation, Schema, Unchecked};

/// Members of an OpenAPI document and of its `components.schemas` that are known and carry no constraint.
const LAYOUT: [&str; 12] = [
    "openapi",
    "info",
    "servers",
    "security",
    "components",
    "paths",
    "externalDocs",
    "x-behaviours",
    "x-owner-constraints",
    "tags",
    "webhooks",
    "jsonSchemaDialect",
];

/// What the layouts have in common.
#[derive(Default)]
struct Parts<'a> {
    slug: Option<String>,
    air: Option<String>,
    version: Option<String>,
    title: Option<String>,
    summary: Option<String>,
    prices: Vec<Price>,
    task: Option<Node<'a>>,
    result: Option<Node<'a>>,
    error: Option<Node<'a>>,
    behaviours: Option<Node<'a>>,
    owner_rules: Option<Node<'a>>,
    envelope: Envelope,
    unchecked: Vec<Unchecked>,
}

impl<'a> Reader<'a> {
    /// The model of a whole document.
    pub(super) fn document(&mut self, root: Node<'a>) -> Option<Model> {
        let members = self.keep(root.members())?;
        let mut parts = Parts::default();
        if members.iter().any(|member| member.key == "openapi") {
            self.openapi(&members, &mut parts);
            parts.envelope.http = self.keep(root.value()).map(|root| http::of(&root));
        } else if members.iter().any(|member| member.key == "requestSchema") {
            self.service(&members, &mut parts);
        } else {
            parts.task = Some(root);
        }
        let Some(task) = parts.task.map(|task| self.unwrap_array(task)) else {
            let message = "no task: `components.schemas.RequestBody` is missing";
            self.report(
                root.error(message, "an OpenAPI document holds the task there; is this a model's spec?"),
            );
            return None;
        };
        self.model(task, parts)
    }

    fn model(&mut self, node: Node<'a>, parts: Parts<'a>) -> Option<Model> {
        let place = Place::task(self.page.clone());
        let mut task = self.schema(node, &place);
        if !self.has_errors() && task.kinds() != Kinds::OBJECT {
            let help = "a request is an object of parameters: write `\"type\": \"object\"` here";
            self.report(node.error("the task is not of the type `object`", help));
        }
        self.place_images(&mut task);
        let mut value = |node: Node<'a>| self.keep(node.value());
        let result = parts.result.and_then(&mut value);
        let answers = Answers { result, error: parts.error.and_then(&mut value), platform: None };
        let mut outside = |node: Node<'a>| self.outside(node);
        let result = parts.result.map(&mut outside);
        let error = parts.error.map(&mut outside);
        let whole = if self.has_errors() { Ok(serde_json::Value::Null) } else { node.value() };
        let schema = self.keep(whole)?;
        let air = parts.air.or_else(|| constant(&task, "model"));
        let title = parts.title.or_else(|| air.clone()).or_else(|| task.title.clone());
        let named = parts.slug.or_else(|| air.as_deref().or(title.as_deref()).map(slug));
        let title = title.unwrap_or_else(|| "Task".to_owned());
        let owner_rules = parts.owner_rules.map(|node| self.owner_rules(node, &task)).unwrap_or_default();
        let mut model = Model {
            source: self.name().to_owned(),
            slug: named.unwrap_or_else(|| slug(stem(self.name()))),
            air,
            version: parts.version,
            summary: parts.summary.unwrap_or_default(),
            title,
            documentation: self.page.clone(),
            task,
            result,
            error,
            answers,
            behaviours: Vec::new(),
            owner_rules,
            prices: parts.prices,
            schema,
            envelope: parts.envelope,
            warnings: Vec::new(),
            unchecked: parts.unchecked,
        };
        match parts.behaviours {
            Some(node) => model.behaviours = self.behaviours(node, &model),
            None => platform::complete(&mut model),
        }
        Some(model)
    }

    fn owner_rules(&mut self, node: Node<'a>, task: &Schema) -> Vec<Relation> {
        let Some(rules) = self.keep(node.items()) else { return Vec::new() };
        rules.into_iter().filter_map(|rule| self.keep(owner::rule(rule, task))).collect()
    }

    /// A schema of answers: read like the task's, with ids of its own that cannot clash with the task's.
    pub(super) fn outside(&mut self, node: Node<'a>) -> Schema {
        let ids = std::mem::take(&mut self.ids);
        let page = self.page.take();
        let schema = self.schema(node, &Place::task(page.clone()));
        self.page = page;
        self.ids = ids;
        self.refuse_images();
        schema
    }

    fn openapi(&mut self, members: &[Member<'a>], parts: &mut Parts<'a>) {
        for member in members {
            match member.key.as_str() {
                "info" => self.info(member.value, parts),
                "externalDocs" => {
                    self.page = self.find(member.value, "url").and_then(|url| self.keep(url.string()));
                }
                "components" => self.components(member.value, parts),
                "paths" => self.paths(member.value),
                "x-behaviours" => parts.behaviours = Some(member.value),
                "x-owner-constraints" => parts.owner_rules = Some(member.value),
                unchecked::LIST => {
                    parts.unchecked = self.keep(unchecked::listed(member.value)).unwrap_or_default();
                }
                name if LAYOUT.contains(&name) || name.starts_with("x-") => {}
                unknown => self.unknown_layout(unknown, member, &LAYOUT),
            }
        }
    }

    fn info(&mut self, node: Node<'a>, parts: &mut Parts<'a>) {
        for member in self.keep(node.members()).unwrap_or_default() {
            let field = match member.key.as_str() {
                "x-model-id" => &mut parts.slug,
                "x-air-id" => &mut parts.air,
                "title" => &mut parts.title,
                "summary" => &mut parts.summary,
                "version" => {
                    // It constrains nothing: whatever else stands there says no version.
                    parts.version = member.value.string().ok();
                    continue;
                }
                "x-pricing" => {
                    parts.prices = self.prices(member.value);
                    continue;
                }
                _ => continue,
            };
            *field = self.keep(member.value.string());
            if member.key == "x-model-id" && parts.slug.as_deref().is_some_and(|slug| !is_slug(slug)) {
                let help = "use letters, digits, `-`, `_` and `.`, as in `openai-gpt-image-2`: it names files and features";
                self.report(member.value.error("this is no name of a model", help));
            }
        }
        if let Some(title) = &mut parts.title
            && let Some(name) = title.strip_prefix("Runware API - ")
        {
            *title = name.to_owned();
        }
    }

    fn prices(&mut self, node: Node<'a>) -> Vec<Price> {
        let Some(examples) = self.find(node, "examples") else { return Vec::new() };
        let mut prices = Vec::new();
        for example in self.keep(examples.items()).unwrap_or_default() {
            let configuration = self.find(example, "configuration").and_then(|node| node.string().ok());
            let usd = self
                .find(example, "price")
                .and_then(|node| node.value().ok())
                .and_then(|value| value.as_f64());
            if let (Some(configuration), Some(usd)) = (configuration, usd) {
                prices.push(Price { configuration, usd });
            }
        }
        prices
    }

    fn components(&mut self, node: Node<'a>, parts: &mut Parts<'a>) {
        self.components_known(node);
        let Some(schemas) = self.find(node, "schemas") else { return };
        for member in self.keep(schemas.members()).unwrap_or_default() {
            match member.key.as_str() {
                "RequestBody" => parts.task = Some(member.value),
                "ResponseBody" => {
                    parts.result = self.envelope(member.value, "data");
                    parts.envelope.response = self.beside(member.value, Some("data"));
                }
                "AuthenticationTask" => parts.envelope.authentication = self.beside(member.value, None),
                "ErrorResponse" => {
                    parts.error = self.envelope(member.value, "errors");
                    parts.envelope.error = self.beside(member.value, Some("errors"));
                }
                _ => {}
            }
        }
    }

    fn service(&mut self, members: &[Member<'a>], parts: &mut Parts<'a>) {
        const KNOWN: [&str; 3] = ["requestSchema", "responseSchema", "documentation"];
        for member in members {
            match member.key.as_str() {
                "requestSchema" => parts.task = Some(member.value),
                // The service has no schema of the results of some models.
                "responseSchema" if member.value.kind() == "null" => {}
                "responseSchema" => {
                    parts.result = self.envelope(member.value, "data").or(Some(member.value));
                }
                "documentation" => {
                    self.page = member.value.string().ok().filter(|url| url.starts_with("http"));
                }
                unknown => self.unknown_layout(unknown, member, &KNOWN),
            }
        }
    }

    /// The items of the array that an envelope holds under `name`.
    fn envelope(&mut self, node: Node<'a>, name: &str) -> Option<Node<'a>> {
        let properties = self.find(node, "properties")?;
        let list = self.find(properties, name)?;
        let items = self.find(list, "items")?;
        self.answer_envelope(node);
        Some(items)
    }

    /// The task of a `RequestBody`, which is an array of tasks in most copies and the task itself in some.
    fn unwrap_array(&mut self, node: Node<'a>) -> Node<'a> {
        let is_array =
            self.find(node, "type").and_then(|kind| kind.string().ok()).as_deref() == Some("array");
        match self.find(node, "items") {
            Some(items) if is_array && items.kind() == "an object" => {
                self.request_array(node);
                items
            }
            _ => node,
        }
    }

    pub(super) fn find(&mut self, node: Node<'a>, name: &str) -> Option<Node<'a>> {
        if node.kind() != "an object" {
            return None;
        }
        self.keep(node.members())?.into_iter().find(|member| member.key == name).map(|member| member.value)
    }

    fn unknown_layout(&mut self, name: &str, member: &Member<'a>, known: &[&str]) {
        let help = match text::nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here: {}", known.join(", ")),
        };
        let error = member.error(format!("unknown member `{}`", text::shorten(name, 60)), help);
        self.report(member.outside(error));
    }
}

fn constant(task: &Schema, name: &str) -> Option<String> {
    task.property(name)?.schema.rules().find_map(|rule| match rule {
        crate::model::Rule::Const(value) => value.as_str().map(str::to_owned),
        _ => None,
    })
}

fn is_slug(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.chars().all(|character| character.is_ascii_alphanumeric() || "-_.".contains(character))
        && !text::is_long(text)
}

/// The name of a file without folders and ending, which names a document that has no name.
fn stem(path: &str) -> &str {
    std::path::Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or(path)
}

/// The file-name form of a name.
fn slug(name: &str) -> String {
    let words: Vec<String> = name
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    if words.is_empty() { "task".to_owned() } else { words.join("-") }
}
