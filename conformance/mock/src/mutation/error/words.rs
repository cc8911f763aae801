//! Wrong codes, limits, values and names of parameters in one error.

use super::ErrorMutation;
use crate::problem::Problem;
use crate::protocol::name;
use airspec_spec::text::capitalised;
use serde_json::{Value, json};

/// Changes an error.
pub(super) fn change(mutation: ErrorMutation, problem: &mut Problem) {
    let code = problem.code().to_owned();
    match mutation {
        ErrorMutation::MissingInvalid => other_class(problem, &code, "missing", "invalid"),
        ErrorMutation::InvalidMissing => other_class(problem, &code, "invalid", "missing"),
        ErrorMutation::UnsupportedInvalid if code == "unsupportedParameter" => {
            put(problem, name::CODE, "invalidParameter");
        }
        ErrorMutation::Snake => put(problem, name::CODE, snake(&code)),
        ErrorMutation::Capital => put(problem, name::CODE, capitalised(&code)),
        ErrorMutation::Numeric => put(problem, name::CODE, 400),
        ErrorMutation::General => put(problem, name::CODE, "badRequest"),
        ErrorMutation::Lower => shift(problem, name::MIN, -1),
        ErrorMutation::Higher => shift(problem, name::MAX, 1),
        ErrorMutation::Limits => {
            let [min, max] = [name::MIN, name::MAX].map(|name| problem.object.remove(name));
            for (name, value) in [(name::MIN, max), (name::MAX, min)] {
                problem.object.extend(value.map(|value| (name.to_owned(), value)));
            }
        }
        ErrorMutation::Step => {
            let step = problem.object.get(name::MULTIPLIER);
            let twice = step.and_then(|step| match step.as_i64() {
                Some(step) => Some(Value::from(step.saturating_mul(2))),
                None => step.as_f64().map(|step| Value::from(2.0 * step)),
            });
            if let Some(twice) = twice {
                put(problem, name::MULTIPLIER, twice);
            }
        }
        ErrorMutation::Values => {
            if let Some(Value::Array(values)) = problem.object.get_mut(name::ALLOWED) {
                values.pop();
            }
        }
        ErrorMutation::MoreValues => {
            if let Some(Value::Array(values)) = problem.object.get_mut(name::ALLOWED) {
                values.push(json!("somethingElse"));
            }
        }
        ErrorMutation::Short => rename(problem, |path| path.rsplit('.').next().unwrap_or(path).to_owned()),
        ErrorMutation::Pointer => rename(problem, |path| format!("/{}", path.replace('.', "/"))),
        _ => {}
    }
}

fn put(problem: &mut Problem, name: &str, value: impl Into<Value>) {
    problem.object.insert(name.to_owned(), value.into());
}

fn other_class(problem: &mut Problem, code: &str, from: &str, to: &str) {
    if let Some(rest) = code.strip_prefix(from) {
        put(problem, name::CODE, format!("{to}{rest}"));
    }
}

fn shift(problem: &mut Problem, name: &str, by: i32) {
    let limit = problem.object.get(name);
    let shifted = limit.and_then(|limit| match limit.as_i64() {
        Some(limit) => Some(Value::from(limit.saturating_add(by.into()))),
        None => limit.as_f64().map(|limit| Value::from(limit + f64::from(by))),
    });
    if let Some(shifted) = shifted {
        put(problem, name, shifted);
    }
}

fn rename(problem: &mut Problem, change: fn(&str) -> String) {
    match problem.object.get_mut(name::PARAMETER) {
        Some(Value::String(path)) => *path = change(path),
        Some(Value::Array(paths)) => {
            for path in paths {
                *path = path.as_str().map(change).into();
            }
        }
        _ => {}
    }
}

/// `invalidWidth` as `invalid_width`.
fn snake(code: &str) -> String {
    let lower = |character: char| {
        let mark = if character.is_uppercase() { "_" } else { "" };
        format!("{mark}{}", character.to_lowercase())
    };
    code.chars().map(lower).collect()
}
