//! The specs that exchanges are judged against: of each task, that of the model which it names.

use airspec_spec::{Catalogue, Model};
use airspec_suite::oracle::{Oracle, OracleError};
use airspec_suite::protocol::TASK_TYPE;
use serde_json::Value;
use std::sync::OnceLock;

/// The tasks that a single spec is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every task, whatever model it names: the traffic is about one model.
    All,
    /// Tasks that name the model, or none. Others are left out by name.
    Named,
}

/// Specs, each with its oracle, which is made when a task first needs it.
#[derive(Debug)]
pub struct Specs {
    all: Vec<(Model, OnceLock<Oracle>)>,
    scope: Scope,
}

impl Specs {
    /// Those of a catalogue; with several, `scope` makes no difference.
    ///
    /// # Errors
    /// A single spec that cannot be judged by.
    pub fn new(catalogue: Catalogue, scope: Scope) -> Result<Self, OracleError> {
        let all: Vec<_> = catalogue.into_models().into_iter().map(|model| (model, OnceLock::new())).collect();
        if let [(model, oracle)] = all.as_slice() {
            // Set once, as it is new.
            let _ = oracle.set(Oracle::new(model)?);
        }
        Ok(Self { all, scope })
    }

    /// The models, in the order of the catalogue.
    pub fn models(&self) -> impl Iterator<Item = &Model> {
        self.all.iter().map(|(model, _)| model)
    }

    /// The model at a place.
    #[must_use]
    pub fn model(&self, place: usize) -> &Model {
        &self.all[place].0
    }

    /// The model of a task.
    pub(crate) fn of_task(&self, task: &Value) -> Option<&Model> {
        self.of(task).ok().map(|place| self.model(place))
    }

    /// The place of the spec of a task; none with the reason.
    pub(crate) fn of(&self, task: &Value) -> Result<usize, String> {
        let named = self.all.iter().position(|(model, _)| model.is_of_task(task));
        if let Some(place) = named {
            return Ok(place);
        }
        let name = task.get("model").and_then(Value::as_str);
        match (self.all.as_slice(), self.scope, name) {
            ([_], Scope::All, _) | ([_], Scope::Named, None) => Ok(0),
            (_, _, Some(name)) => {
                Err(format!("no spec of the model `{}`", airspec_spec::text::shorten(name, 60)))
            }
            (_, _, None) => {
                let kind = task.get(TASK_TYPE).and_then(Value::as_str).unwrap_or("none");
                Err(format!("tasks without a model, `{TASK_TYPE}` {}", airspec_spec::text::shorten(kind, 60)))
            }
        }
    }

    /// The oracle at a place; none with the reason.
    pub(crate) fn oracle(&self, place: usize) -> Result<&Oracle, String> {
        let (model, oracle) = &self.all[place];
        if let Some(oracle) = oracle.get() {
            return Ok(oracle);
        }
        let made = Oracle::new(model).map_err(|error| error.to_string())?;
        Ok(oracle.get_or_init(|| made))
    }
}
