//! Execute, second part: the results of one task, made from its plan and what the spec says that results have.

use super::plan::Plan;
use crate::behaviour_index::BehaviourIndex;
use crate::capacity::{MAX_RESULT_BYTES, Share};
use crate::file_spec::{self, FileSpec};
use crate::item::{File, Item};
use crate::protocol::{self, Form, name};
use crate::seeded_rng::{self, SeededRng};
use crate::task_view::TaskView;
use airspec_spec::rule::{Format, Kinds, Rule};
use airspec_spec::{Model, Schema};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Builds the results of one task.
#[derive(Clone, Copy)]
pub(crate) struct ResultBuilder<'a> {
    pub(crate) view: TaskView<'a>,
    pub(crate) plan: &'a Plan,
    pub(crate) index: &'a BehaviourIndex,
    pub(crate) model: &'a Model,
    pub(crate) rng: SeededRng,
    /// Differs between any two tasks.
    pub(crate) identity: u64,
    /// Where links point to, such as `http://127.0.0.1:8080`.
    pub(crate) origin: &'a str,
    /// Fields that are given without being asked for.
    pub(crate) unasked: &'a [String],
}

impl ResultBuilder<'_> {
    /// The results, if the answer has room for them. Images of a deferred task are in a later answer.
    pub(crate) fn admitted(self, share: &mut Share) -> Option<Vec<Item>> {
        let count = usize::try_from(self.plan.count).unwrap_or(usize::MAX);
        if !share.take_results(count, self.plan.inline_pixels()) {
            return None;
        }
        let made = self.items()?;
        share.take_bytes(made.iter().map(Item::weight).sum()).then_some(made)
    }

    /// `None` where they would repeat too much of the task.
    fn items(self) -> Option<Vec<Item>> {
        let (mut items, mut bytes) = (Vec::new(), 0);
        for number in 0..self.plan.count {
            let item = self.item(number);
            bytes += item.weight();
            if bytes > MAX_RESULT_BYTES {
                return None;
            }
            items.push(item);
        }
        Some(items)
    }

    fn item(self, number: u64) -> Item {
        let file = self.file(number);
        let mut item = Item::plain(Map::new());
        match &self.model.result {
            Some(result) => {
                for property in &result.properties {
                    let required = property.required.is_some();
                    if let Some(value) = self.field(&property.name, &property.schema, required, &file) {
                        item.fields.insert(property.name.clone(), value);
                    }
                }
            }
            None => {
                for name in [name::TASK_TYPE, name::TASK_UUID] {
                    item.fields.extend(self.view.given(name).map(|value| (name.to_owned(), value.clone())));
                }
            }
        }
        self.hand_over(file, item)
    }

    /// The value of a field that does not hold the file; `None` where the result goes without it.
    fn field(self, field: &str, schema: &Schema, required: bool, file: &File) -> Option<Value> {
        let Self { index, view, .. } = self;
        if let Some((parameter, _)) = index.echoes.iter().find(|(_, known)| known == field) {
            return view.given(parameter).cloned();
        }
        if index.is_flagged(field) {
            let is_named = |name: &String| name == field;
            let given = self.plan.flagged.iter().any(is_named) || self.unasked.iter().any(is_named);
            return given.then(|| self.measured(schema));
        }
        if index.select.as_ref().is_some_and(|(_, fields)| fields.values().any(|known| known == field)) {
            return None;
        }
        let constant = schema.rules().find_map(|rule| match rule {
            Rule::Const(value) => Some(value.clone()),
            _ => None,
        });
        let distinct = index.distinct.iter().any(|known| known == field);
        match constant {
            Some(value) => Some(value),
            None if field == name::TASK_UUID => view.given(field).cloned(),
            None if required || distinct => Some(generated(schema, file)),
            None => None,
        }
    }

    /// What the service found out about a result: its price, or the outcome of a check.
    fn measured(self, schema: &Schema) -> Value {
        if schema.kinds().includes(Kinds::BOOLEAN) { Value::Bool(false) } else { self.plan.usd.into() }
    }

    /// The image depends on what is asked for, and not on the task: asked again, the same one is drawn. So a tester
    /// can see what a parameter of the encoder does.
    fn file(self, number: u64) -> File {
        let Plan { count, width, height, containers, playing, quality, prompt, tier, lifetime, .. } =
            self.plan;
        let topic = seeded_rng::hash(prompt.as_bytes()) ^ number.rotate_left(32);
        let place = if *count > 1 { format!("{} of {count}", number + 1) } else { String::new() };
        let caption: Vec<String> =
            [tier.clone().unwrap_or_default(), place].into_iter().filter(|part| !part.is_empty()).collect();
        let image = FileSpec {
            width: *width,
            height: *height,
            container: containers.bytes,
            media: containers.media.media_type(),
            quality: *quality,
            playing: *playing,
            // A seed that every reader of JSON can hold.
            seed: (self.rng.draw("seed", topic) >> 12).cast_signed(),
            prompt: prompt.chars().take(file_spec::PROMPT).collect(),
            caption: caption.join(", "),
        };
        let name = self.rng.uuid("file", self.identity.wrapping_add(number << 48));
        File {
            name: name.to_string(),
            ending: containers.ending.extension(),
            image: Arc::new(image),
            lifetime: *lifetime,
            linked: false,
        }
    }

    /// Puts the file into the fields that are to carry it.
    fn hand_over(self, mut file: File, mut item: Item) -> Item {
        for field in &self.plan.carriers {
            match Form::of(field) {
                Some(Form::Link) => {
                    file.linked = true;
                    let folder = protocol::FILES;
                    let link = format!("{}{folder}{}.{}", self.origin, file.name, file.ending);
                    item.set(field, link.into());
                }
                Some(form) => item.inline.push((field.clone(), form)),
                None => {}
            }
        }
        item.file = Some(file);
        item
    }
}

/// Whether a value must be a UUID.
pub(crate) fn is_uuid(schema: &Schema) -> bool {
    schema.rules().any(|rule| matches!(rule, Rule::Format(Format::Uuid | Format::Uuid4)))
}

/// A value that belongs to one result alone.
fn generated(schema: &Schema, file: &File) -> Value {
    let kinds = schema.kinds();
    if is_uuid(schema) {
        file.name.as_str().into()
    } else if kinds.includes(Kinds::INTEGER) {
        file.image.seed.into()
    } else if kinds.includes(Kinds::STRING) {
        file.name.as_str().into()
    } else if kinds.includes(Kinds::BOOLEAN) {
        false.into()
    } else if kinds.includes(Kinds::ARRAY) {
        schema.items.iter().map(|items| generated(items, file)).collect()
    } else if kinds.includes(Kinds::OBJECT) {
        let required = schema.properties.iter().filter(|property| property.required.is_some());
        required.map(|property| (property.name.clone(), generated(&property.schema, file))).collect()
    } else {
        Value::Null
    }
}
