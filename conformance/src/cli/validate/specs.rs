//! The specs that tasks are judged against: that of the model which a task names.

use crate::cli::Failure;
use airspec_judge::Judge;
use airspec_models::{Violation, Violations};
use airspec_spec::{Catalogue, Constraint, Model};
use serde_json::Value;
use std::cell::OnceCell;
use std::collections::HashSet;

/// The constraint that a task breaks which names none of several models.
const MODEL: &str = "model";

/// Members of an answer and of its results.
const DATA: &str = "data";
const ERRORS: &str = "errors";
const STATUS: &str = "status";

/// Specs, each with its judge, which is made when a task first needs it.
pub(in crate::cli) struct Specs {
    all: Vec<(Model, OnceCell<Judge>)>,
    /// Whether values are answers, and not requests.
    is_of_results: bool,
}

impl Specs {
    pub(in crate::cli) fn new(catalogue: Catalogue) -> Result<Self, Failure> {
        let all = catalogue.into_models().into_iter().map(|model| (model, OnceCell::new())).collect();
        let specs = Self { all, is_of_results: false };
        if let [(model, judge)] = specs.all.as_slice() {
            // Whatever is wrong with the only spec is told before a value is read.
            let _ = judge.set(Judge::new(model)?);
        }
        Ok(specs)
    }

    /// The spec of the results of a model.
    pub(in crate::cli) fn of_results(model: &Model) -> Result<Self, Failure> {
        let results = model.of_results().ok_or_else(|| {
            Failure(format!("{}: neither the spec nor the platform documents the results", model.source))
        })?;
        Ok(Self { is_of_results: true, ..Self::new(Catalogue::of(vec![results])?)? })
    }

    /// The models that values were judged against.
    fn used(&self) -> impl Iterator<Item = &Model> {
        self.all.iter().filter(|(_, judge)| judge.get().is_some()).map(|(model, _)| model)
    }

    /// A constraint of one of those models.
    pub(in crate::cli) fn constraint(&self, id: &str) -> Option<&Constraint> {
        self.used().find_map(|model| model.constraint(id))
    }

    /// What a task breaks, or what the tasks of a batch do.
    pub(in crate::cli) fn judge(&self, value: &Value) -> Violations {
        if self.is_of_results {
            return self.results(value).into();
        }
        let Value::Array(tasks) = value else { return self.task(value, "").0.into() };
        let mut violations = Violations::default();
        let mut seen = HashSet::new();
        for (index, task) in tasks.iter().enumerate() {
            let (broken, model) = self.task(task, &format!("/{index}"));
            violations.extend(broken);
            let Some(unique) = model.and_then(Model::unique) else { continue };
            let pointer = format!("/{}", unique.parameter.replace('.', "/"));
            // Letter case does not make two identifiers different.
            let identity = task.pointer(&pointer).and_then(Value::as_str).map(str::to_ascii_lowercase);
            if identity.is_some_and(|identity| !seen.insert(identity)) {
                let place = format!("/{index}{pointer}");
                violations.extend([Violation::new(place, unique.id.clone(), unique.expected.clone())]);
            }
        }
        violations
    }

    /// What the results of an answer break: those in its `data`, those of a list, or the one that it is.
    fn results(&self, answer: &Value) -> Vec<Violation> {
        let (results, holder) = match answer {
            Value::Array(results) => (results.as_slice(), ""),
            Value::Object(members) if members.contains_key(DATA) || members.contains_key(ERRORS) => {
                let data = members.get(DATA).and_then(Value::as_array);
                (data.map(Vec::as_slice).unwrap_or_default(), "/data")
            }
            result => return self.result(result, ""),
        };
        let each = results.iter().enumerate();
        each.flat_map(|(index, result)| self.result(result, &format!("{holder}/{index}"))).collect()
    }

    /// What a result breaks, which may have a status in the answer to a poll.
    fn result(&self, result: &Value, holder: &str) -> Vec<Violation> {
        let mut result = result.clone();
        if let Some(members) = result.as_object_mut() {
            members.remove(STATUS);
        }
        self.task(&result, holder).0
    }

    /// What a task breaks, and its model.
    fn task(&self, task: &Value, holder: &str) -> (Vec<Violation>, Option<&Model>) {
        let Some((model, judge)) = self.of(task) else { return (vec![self.unknown(task, holder)], None) };
        let judge = match judge.get() {
            Some(judge) => judge,
            None => match Judge::new(model) {
                Ok(made) => judge.get_or_init(|| made),
                Err(error) => {
                    let violation = Violation::new(holder.to_owned(), MODEL.to_owned(), error.to_string());
                    return (vec![violation], None);
                }
            },
        };
        let broken = judge.task(task).into_iter();
        // In the type of the generated crate.
        let violation = |one: airspec_judge::Violation| {
            Violation::new(format!("{holder}{}", one.pointer), one.constraint, one.message)
        };
        (broken.map(violation).collect(), Some(model))
    }

    /// The spec of a task: the only one, or that of the model which it names.
    fn of(&self, task: &Value) -> Option<&(Model, OnceCell<Judge>)> {
        match self.all.as_slice() {
            [only] => Some(only),
            several => several.iter().find(|(model, _)| model.is_of_task(task)),
        }
    }

    fn unknown(&self, task: &Value, holder: &str) -> Violation {
        let known: Vec<&str> = self.all.iter().filter_map(|(model, _)| model.air.as_deref()).collect();
        let known = match known.as_slice() {
            [first, second, .., last] if known.len() > 5 => {
                format!("one of {} models, such as {first}, {second} and {last}", known.len())
            }
            known => format!("one of {}", known.join(", ")),
        };
        match task.get("model") {
            Some(found) => {
                let found = airspec_spec::text::shorten(&found.to_string(), 80);
                let message = format!("must be {known}, found {found}");
                Violation::new(format!("{holder}/model"), MODEL.to_owned(), message)
            }
            None => {
                Violation::new(holder.to_owned(), MODEL.to_owned(), format!("must have `model`: {known}"))
            }
        }
    }
}
