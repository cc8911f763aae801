//! Which parameter of the model plays which part, as the spec's behaviours say. No name is known here.

use super::fault::{Active, How};
use airspec_spec::behaviour::{Condition, Kind};
use airspec_spec::rule::Rule;
use airspec_spec::{Model, Schema};
use serde_json::Value;
use std::collections::BTreeMap;

/// The id of a behaviour, which names its faults.
pub(crate) type Id = String;

/// The parts that an answer needs to know.
#[derive(Debug, Default)]
pub(crate) struct Roles {
    pub(crate) echoes: Vec<(Id, String, String)>,
    pub(crate) count: Option<(Id, String)>,
    pub(crate) distinct: Vec<(Id, Vec<String>)>,
    pub(crate) select: Option<(Id, String, BTreeMap<String, String>)>,
    pub(crate) container: Option<(Id, String, BTreeMap<String, String>)>,
    pub(crate) size: Option<(Id, String, String)>,
    pub(crate) quality: Option<(Id, String)>,
    pub(crate) flags: Vec<(Id, String, String)>,
    pub(crate) delivery: Option<Delivery>,
    pub(crate) webhook: Option<(Id, String)>,
    pub(crate) upload: Option<(Id, String)>,
    pub(crate) lifetime: Option<(Id, String, Condition)>,
    /// Parameters whose default counts, with the behaviour that says so.
    pub(crate) defaults: Vec<(Id, String)>,
    /// The path of the parameter that tells tasks apart.
    pub(crate) unique: Option<String>,
    /// The path of the text that the picture is made from.
    pub(crate) prompt: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) id: Id,
    pub(crate) parameter: String,
    pub(crate) immediate: String,
    pub(crate) deferred: String,
}

impl Roles {
    pub(crate) fn of(model: &Model) -> Self {
        let mut roles = Self {
            unique: model.unique().map(|constraint| constraint.parameter.to_string()),
            prompt: prompt(model),
            ..Self::default()
        };
        for behaviour in &model.behaviours {
            roles.add(behaviour.id.clone(), behaviour.kind.clone());
        }
        roles
    }

    /// Whether results have the field only when a parameter asks for it.
    pub(crate) fn is_flagged(&self, field: &str) -> bool {
        self.flags.iter().any(|(.., known)| known == field)
    }

    fn add(&mut self, id: Id, kind: Kind) {
        match kind {
            Kind::Echo { parameter, field } => self.echoes.push((id, parameter, field)),
            Kind::Count { parameter } => self.count = Some((id, parameter)),
            Kind::Distinct { fields, .. } => self.distinct.push((id, fields)),
            Kind::Select { parameter, fields } => self.select = Some((id, parameter, fields)),
            Kind::Container { parameter, media } => self.container = Some((id, parameter, media)),
            Kind::Size { width, height } => self.size = Some((id, width, height)),
            Kind::Quality { parameter, .. } => self.quality = Some((id, parameter)),
            Kind::Flag { parameter, field } => self.flags.push((id, parameter, field)),
            Kind::Delivery { parameter, immediate, deferred } => {
                self.delivery = Some(Delivery { id, parameter, immediate, deferred });
            }
            Kind::Webhook { parameter } => self.webhook = Some((id, parameter)),
            Kind::Upload { parameter } => self.upload = Some((id, parameter)),
            Kind::Lifetime { parameter, only } => self.lifetime = Some((id, parameter, only)),
            Kind::Default { parameter } => self.defaults.push((id, parameter)),
        }
    }
}

/// The free text with the most room, a required one before others.
fn prompt(model: &Model) -> Option<String> {
    let free = |schema: &Schema| {
        schema.kinds().names() == ["string"]
            && schema.rules().all(|rule| matches!(rule, Rule::Type(_)) || rule.length().is_some())
    };
    let room = |schema: &Schema| {
        schema.rules().find_map(|rule| match rule {
            Rule::MaxLength(count) => Some(*count),
            _ => None,
        })
    };
    model
        .task
        .properties
        .iter()
        .filter(|property| property.declared && free(&property.schema))
        .max_by_key(|property| (property.required.is_some(), room(&property.schema).unwrap_or(0)))
        .map(|property| property.schema.path.to_string())
}

/// A task as an answer reads it: what is left out counts as its default.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) model: &'a Model,
    pub(crate) roles: &'a Roles,
    pub(crate) faults: &'a Active,
    pub(crate) task: &'a Value,
}

impl<'a> Reading<'a> {
    /// What the task says.
    pub(crate) fn given(self, path: &str) -> Option<&'a Value> {
        path.split('.').try_fold(self.task, |value, name| value.get(name))
    }

    /// What the task says, or else the default.
    pub(crate) fn value(self, path: &str) -> Option<Value> {
        if let Some(given) = self.given(path) {
            return Some(given.clone());
        }
        let schema = self.model.task.at(path)?;
        let default = schema.default.clone()?;
        let mistaken = self
            .roles
            .defaults
            .iter()
            .any(|(id, parameter)| parameter == path && self.faults.answers(id, How::Other));
        Some(if mistaken { another(schema, &default) } else { default })
    }

    pub(crate) fn text(self, path: &str) -> Option<String> {
        self.value(path)?.as_str().map(str::to_owned)
    }

    pub(crate) fn is_true(self, path: &str) -> bool {
        self.value(path).is_some_and(|value| value == true)
    }

    /// A whole number, also one written as `4.0`; anything else counts as not given.
    pub(crate) fn whole(self, path: &str) -> Option<u64> {
        let value = self.value(path)?;
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a cast of a float saturates"
        )]
        let float = || value.as_f64().filter(|float| float.fract() == 0.0).map(|float| float as u64);
        value.as_u64().or_else(float)
    }
}

/// A value that is not the default.
fn another(schema: &Schema, default: &Value) -> Value {
    let listed = schema.rules().find_map(|rule| match rule {
        Rule::Enum(values) => values.values.iter().map(|known| &known.value).find(|value| *value != default),
        _ => None,
    });
    match (listed, default) {
        (Some(value), _) => value.clone(),
        (None, Value::Bool(value)) => (!value).into(),
        (None, Value::Number(number)) => number.as_i64().map_or(0, |number| number.saturating_add(1)).into(),
        (None, other) => other.clone(),
    }
}
