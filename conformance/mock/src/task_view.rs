//! A task as an answer reads it: what is left out counts as its default.

use airspec_spec::Model;
use serde_json::Value;
use std::collections::HashMap;

/// The default of each parameter that has one, by its path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Defaults(HashMap<String, Value>);

impl Defaults {
    pub(crate) fn of(model: &Model) -> Self {
        let stated = |schema: &airspec_spec::Schema| Some((schema.path.to_string(), schema.default.clone()?));
        Self(model.task.tree().into_iter().filter_map(stated).collect())
    }

    pub(crate) fn get(&self, path: &str) -> Option<&Value> {
        self.0.get(path)
    }

    pub(crate) fn set(&mut self, path: &str, value: Value) {
        self.0.insert(path.to_owned(), value);
    }
}

/// A task and the defaults of what it leaves out.
#[derive(Clone, Copy)]
pub(crate) struct TaskView<'a> {
    pub(crate) defaults: &'a Defaults,
    pub(crate) task: &'a Value,
}

impl<'a> TaskView<'a> {
    /// What the task says.
    pub(crate) fn given(self, path: &str) -> Option<&'a Value> {
        path.split('.').try_fold(self.task, |value, name| value.get(name))
    }

    /// What the task says, or else the default.
    pub(crate) fn value(self, path: &str) -> Option<&'a Value> {
        self.given(path).or_else(|| self.defaults.get(path))
    }

    pub(crate) fn text(self, path: &str) -> Option<&'a str> {
        self.value(path)?.as_str()
    }

    pub(crate) fn is_true(self, path: &str) -> bool {
        self.value(path).is_some_and(|value| *value == true)
    }

    pub(crate) fn number(self, path: &str) -> Option<f64> {
        self.value(path)?.as_f64()
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
