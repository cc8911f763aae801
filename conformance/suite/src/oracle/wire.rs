//! Requests that are special as requests: what the platform answers whatever the model.

use super::acceptance::DATA_ITEMS;
use super::finding::Finding;
use super::observation::{Answer, Observation, Outcome};
use super::protocol::{CODE, ERRORS, MESSAGE, PONG, STATUS, SUCCESS};
use super::{answered, excerpt, show};
use crate::case::{Case, Protocol};
use serde_json::Value;

/// What is wrong with the answer.
pub(super) fn findings(case: &Case, expect: Protocol, seen: &Observation) -> Vec<Finding> {
    let level = case.level;
    let answer = match &seen.outcome {
        Outcome::Lost(loss) => return vec![Finding::wrong(level, loss.to_string())],
        Outcome::Answer(answer) => answer,
    };
    let wrong = |words: &str| vec![Finding::wrong(level, format!("{words}: {}", answered(answer)))];
    if answer.status >= 500 {
        return wrong("failed instead of an answer");
    }
    match (expect, answer.status) {
        (Protocol::NoResults, 200..=299) if answer.data().iter().any(is_result) => {
            wrong("results of a task that was never sent")
        }
        // A gateway may send other paths and methods elsewhere.
        (Protocol::Handled, _)
        | (Protocol::NoResults, 200..=299 | 400..=499)
        | (Protocol::NotFound, 300..=499) => Vec::new(),
        (Protocol::Pong, 200..=299) if answer.data().iter().any(|item| item[PONG] == true) => Vec::new(),
        (Protocol::Pong, _) => wrong("no sign of life"),
        (Protocol::NoResults, _) => wrong("no answer to a poll"),
        (_, 200..=299) => {
            let sentence = format!("accepted although it must not be ({}): {}", case.about, answered(answer));
            vec![Finding::accepted(level, sentence)]
        }
        (Protocol::Unauthorized, 401) | (Protocol::Refused, 400 | 413 | 415 | 422) => refusal(case, answer),
        (Protocol::Unauthorized, _) => wrong("refused, but not with HTTP 401"),
        (Protocol::Refused, _) => wrong("refused, but not with HTTP 400"),
        (Protocol::NotFound, _) => wrong("neither refused nor accepted"),
    }
}

/// Whether an item is a result that is there.
fn is_result(item: &Value) -> bool {
    let is_finished = item.get(STATUS).is_none_or(|status| status == SUCCESS);
    is_finished && item.as_object().is_some_and(|item| item.len() > DATA_ITEMS)
}

/// What is wrong with a refusal: errors with a code and a message each, and no result.
fn refusal(case: &Case, answer: &Answer) -> Vec<Finding> {
    let wrong = |sentence: String| vec![Finding::wrong(case.level, sentence)];
    if answer.json.is_err() || answer.errors().is_empty() {
        let text = excerpt(&answer.text);
        return wrong(format!("HTTP {}, refused, but without a list `{ERRORS}`: {text}", answer.status));
    }
    let lacks = |error: &&Value| {
        [CODE, MESSAGE]
            .into_iter()
            .any(|name| error.get(name).and_then(Value::as_str).is_none_or(str::is_empty))
    };
    if let Some(error) = answer.errors().iter().find(lacks) {
        return wrong(format!("an error without a text `{CODE}` or `{MESSAGE}`: {}", show(error)));
    }
    if answer.data().is_empty() {
        Vec::new()
    } else {
        wrong(format!("refused, and yet with results: {}", answered(answer)))
    }
}
