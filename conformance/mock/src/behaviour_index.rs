//! Which parameter of the model plays which part, as the spec's behaviours say. No name is known here.

use airspec_spec::behaviour::{Condition, Kind, Quantity};
use airspec_spec::rule::Rule;
use airspec_spec::{Model, Schema};
use std::collections::BTreeMap;

/// The parts that an answer needs to know.
#[derive(Debug, Default)]
pub(crate) struct BehaviourIndex {
    /// Parameters, and the fields that repeat them.
    pub(crate) echoes: Vec<(String, String)>,
    pub(crate) count: Option<String>,
    /// Fields that differ between the results of a task.
    pub(crate) distinct: Vec<String>,
    pub(crate) select: Option<(String, BTreeMap<String, String>)>,
    pub(crate) container: Option<(String, BTreeMap<String, String>)>,
    pub(crate) size: Option<(String, String)>,
    pub(crate) quality: Option<String>,
    /// The parameters that say how a file plays.
    pub(crate) measures: Vec<(Quantity, String)>,
    /// Parameters, and the fields that they ask for.
    pub(crate) flags: Vec<(String, String)>,
    pub(crate) delivery: Option<Delivery>,
    pub(crate) webhook: Option<String>,
    pub(crate) upload: Option<String>,
    pub(crate) lifetime: Option<(String, Condition)>,
    /// The path of the parameter that tells tasks apart.
    pub(crate) unique: Option<String>,
    /// The path of the text that the image is made from.
    pub(crate) prompt: Option<String>,
}

/// The parameter that says whether a task is deferred, and the value that says so.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) parameter: String,
    pub(crate) deferred: String,
}

impl BehaviourIndex {
    pub(crate) fn of(model: &Model) -> Self {
        let mut index = Self {
            unique: model.unique().map(|constraint| constraint.parameter.to_string()),
            prompt: prompt(model),
            ..Self::default()
        };
        for behaviour in &model.behaviours {
            index.add(behaviour.kind.clone());
        }
        index
    }

    /// Whether results have the field only when a parameter asks for it.
    pub(crate) fn is_flagged(&self, field: &str) -> bool {
        self.flags.iter().any(|(_, known)| known == field)
    }

    fn add(&mut self, kind: Kind) {
        match kind {
            Kind::Echo { parameter, field } => self.echoes.push((parameter, field)),
            Kind::Count { parameter } => self.count = Some(parameter),
            Kind::Distinct { fields, .. } => self.distinct.extend(fields),
            Kind::Select { parameter, fields } => self.select = Some((parameter, fields)),
            Kind::Container { parameter, media } => self.container = Some((parameter, media)),
            Kind::Size { width, height } => self.size = Some((width, height)),
            Kind::Measure { parameter, measure } => self.measures.push((measure, parameter)),
            Kind::Quality { parameter, .. } => self.quality = Some(parameter),
            Kind::Flag { parameter, field } => self.flags.push((parameter, field)),
            Kind::Delivery { parameter, deferred, .. } => {
                self.delivery = Some(Delivery { parameter, deferred });
            }
            Kind::Webhook { parameter } => self.webhook = Some(parameter),
            Kind::Upload { parameter } => self.upload = Some(parameter),
            Kind::Lifetime { parameter, only } => self.lifetime = Some((parameter, only)),
            // A default is read from the parameter itself.
            Kind::Default { .. } => {}
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
