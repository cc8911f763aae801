//! The results of one task, made from what the spec says that answers must be.

use crate::capacity::MAX_RESULT_BYTES;
use crate::dice::{self, Dice};
use crate::fault::How;
use crate::item::{File, Item};
use crate::protocol::{Form, name};
use crate::recipe::{self, Recipe};
use crate::roles::Reading;
use airspec_media::{Container, MAX_SIDE};
use airspec_spec::Schema;
use airspec_spec::price::Prices;
use airspec_spec::rule::{Format, Kinds, Rule};
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;

/// The most results that one task gets, should a fault let more be asked for.
const MOST: u64 = 100;
/// Pixels of a side that no one asked for.
const SIDE: u32 = 1024;
/// Encoder quality that no one asked for.
const QUALITY: u8 = 90;

/// What a file is, and what it is called: the same, but for faults.
#[derive(Clone, Copy)]
struct Containers {
    bytes: Container,
    media: Container,
    ending: Container,
}

/// What makes results.
#[derive(Clone, Copy)]
pub(crate) struct Maker<'a> {
    pub(crate) reading: Reading<'a>,
    pub(crate) prices: &'a Prices,
    pub(crate) dice: Dice,
    /// Differs between any two tasks.
    pub(crate) identity: u64,
    /// Where links point to, such as `http://127.0.0.1:8080`.
    pub(crate) origin: &'a str,
    /// Fields that are given without being asked for.
    pub(crate) unasked: &'a [String],
}

impl Maker<'_> {
    /// How many results the task gets.
    pub(crate) fn count(self) -> u64 {
        let Some((id, parameter)) = &self.reading.roles.count else { return 1 };
        let asked = self.reading.whole(parameter).unwrap_or(1).min(MOST);
        if self.reading.faults.answers(id, How::Fewer) {
            // One result stays one: an answer without any would look like a refusal.
            if asked > 1 { asked - 1 } else { asked }
        } else if self.reading.faults.answers(id, How::More) {
            asked + 1
        } else if self.reading.faults.answers(id, How::One) {
            asked.min(1)
        } else {
            asked
        }
    }

    /// USD for one result.
    pub(crate) fn usd(self) -> f64 {
        let (width, height) = self.size();
        self.prices.usd(self.tier().as_deref(), width, height)
    }

    /// The value of the parameter that sets most of the price.
    fn tier(self) -> Option<String> {
        self.reading.text(self.prices.tier_path()?)
    }

    /// `None` where they would repeat too much of the task.
    pub(crate) fn items(self) -> Option<Vec<Item>> {
        let count = self.count();
        let (mut items, mut bytes) = (Vec::new(), 0);
        for index in 0..count {
            let item = self.item(index, count);
            bytes += item.weight();
            if bytes > MAX_RESULT_BYTES {
                return None;
            }
            items.push(item);
        }
        for (id, fields) in &self.reading.roles.distinct {
            if self.reading.faults.answers(id, How::Same) {
                for field in fields {
                    repeat(&mut items, field);
                }
            }
        }
        Some(items)
    }

    /// How many pixels the answer will have in it, not as files beside it.
    pub(crate) fn inline_pixels(self) -> u64 {
        let (width, height) = self.size();
        let forms = self.carriers().iter().filter(|field| Form::of(field) != Some(Form::Link)).count();
        let forms = u64::try_from(forms).unwrap_or(u64::MAX);
        forms.saturating_mul(self.count()).saturating_mul(u64::from(width) * u64::from(height))
    }

    fn item(self, index: u64, count: u64) -> Item {
        let file = self.file(index, count);
        let mut item = Item { fields: Map::new(), inline: Vec::new(), file: None };
        match &self.reading.model.result {
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
                    item.fields
                        .extend(self.reading.given(name).map(|value| (name.to_owned(), value.clone())));
                }
            }
        }
        self.hand_over(file, item)
    }

    /// The value of a field that does not hold the file; `None` where the result goes without it.
    fn field(self, field: &str, schema: &Schema, required: bool, file: &File) -> Option<Value> {
        let Reading { roles, faults, .. } = self.reading;
        if let Some((id, parameter, _)) = roles.echoes.iter().find(|(_, _, known)| known == field) {
            let echoed = self.reading.given(parameter).cloned();
            return if faults.answers(id, How::Absent) {
                None
            } else if faults.answers(id, How::Wrong) {
                Some(self.stranger(schema))
            } else if faults.answers(id, How::Upper) {
                echoed.map(|value| value.as_str().map(|text| text.to_uppercase().into()).unwrap_or(value))
            } else {
                echoed
            };
        }
        if let Some((id, parameter, _)) = roles.flags.iter().find(|(_, _, known)| known == field) {
            let wanted = self.reading.is_true(parameter) && !faults.answers(id, How::Never);
            let given =
                wanted || faults.answers(id, How::Always) || self.unasked.iter().any(|name| name == field);
            let value = given.then(|| self.measured(schema));
            let is_text = faults.answers(id, How::Text);
            return value.map(|value| if is_text { value.to_string().into() } else { value });
        }
        if roles.select.as_ref().is_some_and(|(.., fields)| fields.values().any(|known| known == field)) {
            return None;
        }
        let fixed = schema.rules().find_map(|rule| match rule {
            Rule::Const(value) => Some(value.clone()),
            _ => None,
        });
        let distinct = roles.distinct.iter().any(|(_, fields)| fields.iter().any(|known| known == field));
        match fixed {
            Some(value) => Some(value),
            None if field == name::TASK_UUID => self.reading.given(field).cloned(),
            None if required || distinct => Some(fresh(schema, file)),
            None => None,
        }
    }

    /// What the service found out about a result: its price, or the outcome of a check.
    fn measured(self, schema: &Schema) -> Value {
        if schema.kinds().includes(Kinds::BOOLEAN) { Value::Bool(false) } else { self.usd().into() }
    }

    /// A value that is of the right kind and wrong all the same.
    fn stranger(self, schema: &Schema) -> Value {
        if is_uuid(schema) {
            self.dice.uuid("stranger", self.identity).to_string().into()
        } else {
            "somethingElse".into()
        }
    }

    fn size(self) -> (u32, u32) {
        let Some((_, width, height)) = &self.reading.roles.size else { return (SIDE, SIDE) };
        let side = |path: &str| {
            let asked = self.reading.whole(path).and_then(|pixels| u32::try_from(pixels).ok());
            asked.unwrap_or(SIDE).clamp(1, MAX_SIDE)
        };
        (side(width), side(height))
    }

    fn containers(self) -> Containers {
        let Some((id, parameter, media)) = &self.reading.roles.container else {
            return Containers { bytes: Container::Jpeg, media: Container::Jpeg, ending: Container::Jpeg };
        };
        let asked = self.reading.text(parameter).and_then(|value| media.get(&value).cloned());
        let asked = asked.and_then(|media| Container::from_media_type(&media)).unwrap_or(Container::Jpeg);
        let other = if asked == Container::Png { Container::Jpeg } else { Container::Png };
        let has = |how| self.reading.faults.answers(id, how);
        let pick = |is_other: bool| if is_other { other } else { asked };
        Containers {
            bytes: pick(has(How::Wrong) || has(How::Disguised)),
            media: pick(has(How::Wrong) || has(How::Media)),
            ending: pick(has(How::Wrong) || has(How::Ending)),
        }
    }

    fn quality(self) -> u8 {
        let Some((id, parameter)) = &self.reading.roles.quality else { return QUALITY };
        let asked = self.reading.whole(parameter).and_then(|number| u8::try_from(number).ok());
        let quality = asked.unwrap_or(QUALITY).clamp(1, 100);
        if self.reading.faults.answers(id, How::Inverted) { 101 - quality } else { quality }
    }

    fn lifetime(self) -> Option<Duration> {
        let (id, parameter, only) = self.reading.roles.lifetime.as_ref()?;
        let seconds = self.reading.whole(parameter)?;
        if self.reading.text(&only.parameter).as_deref() != Some(only.value.as_str())
            || self.reading.faults.answers(id, How::Ignored)
        {
            return None;
        }
        let instant = self.reading.faults.answers(id, How::Instant);
        Some(if instant { Duration::ZERO } else { Duration::from_secs(seconds) })
    }

    /// The picture depends on what is asked for, and not on the task: asked again, the same one is drawn. So a tester
    /// can see what a parameter of the encoder does.
    fn file(self, index: u64, count: u64) -> File {
        let Reading { roles, faults, .. } = self.reading;
        let (mut width, mut height) = self.size();
        if let Some((id, ..)) = &roles.size {
            width += u32::from(faults.answers(id, How::Wider));
            height += u32::from(faults.answers(id, How::Taller));
            if faults.answers(id, How::Turned) {
                (width, height) = (height, width);
            }
        }
        let prompt = roles.prompt.as_ref().and_then(|path| self.reading.text(path)).unwrap_or_default();
        let topic = dice::hash(prompt.as_bytes()) ^ index.rotate_left(32);
        let tier = self.tier().unwrap_or_default();
        let number = if count > 1 { format!("{} of {count}", index + 1) } else { String::new() };
        let caption: Vec<String> = [tier, number].into_iter().filter(|part| !part.is_empty()).collect();
        let containers = self.containers();
        let recipe = Recipe {
            width,
            height,
            container: containers.bytes,
            media: containers.media.media_type(),
            quality: self.quality(),
            // A seed that every reader of JSON can hold.
            seed: (self.dice.draw("seed", topic) >> 12).cast_signed(),
            prompt: prompt.chars().take(recipe::PROMPT).collect(),
            caption: caption.join(", "),
        };
        let name = self.dice.uuid("file", self.identity.wrapping_add(index << 48));
        File {
            name: name.to_string(),
            ending: containers.ending.extension(),
            recipe: Arc::new(recipe),
            lifetime: self.lifetime(),
            linked: false,
        }
    }

    /// Puts the file into the fields that are to carry it.
    fn hand_over(self, mut file: File, mut item: Item) -> Item {
        for field in self.carriers() {
            match Form::of(&field) {
                Some(Form::Link) => {
                    file.linked = true;
                    let folder = crate::protocol::FILES;
                    let link = format!("{}{folder}{}.{}", self.origin, file.name, file.ending);
                    item.fields.insert(field, link.into());
                }
                Some(form) => item.inline.push((field, form)),
                None => {}
            }
        }
        item.file = Some(file);
        item
    }

    /// The fields that carry the file.
    fn carriers(self) -> Vec<String> {
        let Reading { roles, faults, model, .. } = self.reading;
        let Some((id, parameter, fields)) = &roles.select else {
            let named =
                model.result.iter().flat_map(|result| &result.properties).map(|property| &property.name);
            return named.filter(|name| Form::of(name) == Some(Form::Link)).take(1).cloned().collect();
        };
        let asked = self.reading.text(parameter).and_then(|value| fields.get(&value).cloned());
        if faults.answers(id, How::Absent) {
            return Vec::new();
        }
        if faults.answers(id, How::Several) {
            return fields.values().cloned().collect();
        }
        if faults.answers(id, How::Swapped) {
            return fields
                .values()
                .find(|field| Some(*field) != asked.as_ref())
                .cloned()
                .into_iter()
                .collect();
        }
        asked.or_else(|| fields.values().next().cloned()).into_iter().collect()
    }
}

/// Gives every item the field of the first.
fn repeat(items: &mut [Item], field: &str) {
    let Some(first) = items.first().and_then(|item| item.fields.get(field)).cloned() else { return };
    for item in items {
        item.fields.insert(field.to_owned(), first.clone());
    }
}

fn is_uuid(schema: &Schema) -> bool {
    schema.rules().any(|rule| matches!(rule, Rule::Format(Format::Uuid | Format::Uuid4)))
}

/// A value that belongs to one result alone.
fn fresh(schema: &Schema, file: &File) -> Value {
    let kinds = schema.kinds();
    if is_uuid(schema) {
        file.name.as_str().into()
    } else if kinds.includes(Kinds::INTEGER) {
        file.recipe.seed.into()
    } else if kinds.includes(Kinds::STRING) {
        file.name.as_str().into()
    } else if kinds.includes(Kinds::BOOLEAN) {
        false.into()
    } else {
        Value::Null
    }
}
