//! The platform's own tasks, which are the same for every model: authentication and ping.

use super::admit;
use crate::capacity::MAX_TASK_ERRORS;
use crate::item::Item;
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::protocol::{kind, name};
use crate::settings::Settings;
use serde_json::{Map, Value};

/// Whether a task is one of the model, and none of the platform's own.
pub(crate) fn is_of_model(task: &Value) -> bool {
    let own = [kind::AUTHENTICATION, kind::PING, kind::POLL];
    !task.get(name::TASK_TYPE).and_then(Value::as_str).is_some_and(|kind| own.contains(&kind))
}

/// The key of the first one was checked with the request; it has no result over HTTP.
pub(crate) fn authentication(task: &Value, settings: &Settings) -> Outcome {
    let mut problems = unknown_names(task, &[name::TASK_TYPE, name::API_KEY, name::SESSION]);
    let key = task.get(name::API_KEY).and_then(Value::as_str);
    if !key.is_some_and(|key| admit::is_accepted(key.trim(), settings)) {
        problems.push(admit::bad_key());
    }
    Outcome { items: Vec::new(), problems }
}

pub(crate) fn ping(task: &Value) -> Outcome {
    let mut problems = unknown_names(task, &[name::TASK_TYPE, name::PING]);
    if task.get(name::PING) != Some(&Value::Bool(true)) {
        let problem = Problem::new(400, "invalidPing", "`ping` must be `true`.");
        problems.push(problem.with(name::PARAMETER, name::PING).with(name::TYPE, "boolean").of_task(task));
    }
    let mut items = Vec::new();
    if problems.is_empty() {
        let fields = [(name::TASK_TYPE.into(), kind::PING.into()), (name::PONG.into(), true.into())];
        items.push(Item::plain(fields.into_iter().collect()));
    }
    Outcome { items, problems }
}

/// The error of a task that names none of several models.
pub(crate) fn unknown_model(task: &Value) -> Problem {
    let (code, message) = match task.get(name::MODEL) {
        None => ("missingModel", "`model` must name the model of the task."),
        Some(Value::String(_)) => ("unknownModel", "There is no model of this name."),
        Some(_) => ("invalidModel", "`model` must be a text."),
    };
    Problem::new(400, code, message)
        .with(name::PARAMETER, name::MODEL)
        .with(name::TYPE, "string")
        .of_task(task)
}

/// The errors for names that a task of the platform does not have.
pub(crate) fn unknown_names(task: &Value, known: &[&str]) -> Vec<Problem> {
    let names = task.as_object().into_iter().flat_map(Map::keys);
    let unknown = names.filter(|name| !known.contains(&name.as_str()));
    let problem = |name: &String| {
        let name = airspec_spec::text::shorten(name, 80);
        Problem::new(400, "unsupportedParameter", format!("`{name}` is not a parameter here."))
            .with(name::PARAMETER, name.as_str())
            .of_task(task)
    };
    let mut problems: Vec<Problem> = unknown.clone().take(MAX_TASK_ERRORS).map(problem).collect();
    let left = unknown.count() - problems.len();
    if left > 0 {
        problems.push(Problem::more(left).of_task(task));
    }
    problems
}
