//! Requests that are special as requests: what the platform answers whatever the model.

use super::acceptance::{DATA_ITEMS, unrelated};
use super::finding::Finding;
use super::observation::{Answer, Observation, Outcome};
use super::{Claim, answered, excerpt, show};
use crate::case::Protocol;
use crate::protocol::{CODE, DATA, ERRORS, MESSAGE, PONG, STATUS, SUCCESS};
use airspec_spec::Level;
use serde_json::Value;

/// What is wrong with the answer.
pub(super) fn findings(claim: Claim<'_>, expect: Protocol, seen: &Observation) -> Vec<Finding> {
    let level = claim.level;
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
        (Protocol::NotTaken, 200..=299) if is_list(answer) => {
            let sentence =
                format!("answered like tasks that are taken ({}): {}", claim.about, answered(answer));
            vec![Finding::accepted(level, sentence)]
        }
        // What a poll may be answered with, and yet not where the key is the right one.
        (Protocol::NoResults, 401..=403) => vec![unrelated(level, answer)],
        // A gateway may send other paths and methods elsewhere.
        (Protocol::Handled | Protocol::NotTaken, _)
        | (Protocol::NoResults, 200..=299 | 400..=499)
        | (Protocol::NotFound, 300..=499) => Vec::new(),
        (Protocol::Pong, 200..=299) if answer.data().iter().any(|item| item[PONG] == true) => Vec::new(),
        (Protocol::Pong, _) => wrong("no sign of life"),
        (Protocol::NoResults, _) => wrong("no answer to a poll"),
        (_, 200..=299) => {
            let sentence =
                format!("accepted although it must not be ({}): {}", claim.about, answered(answer));
            vec![Finding::accepted(level, sentence)]
        }
        (Protocol::Unauthorized, 401) => {
            let findings = refusal(claim, answer);
            if findings.is_empty() { about_key(level, answer) } else { findings }
        }
        (Protocol::Refused, 400 | 413 | 415 | 422) => refusal(claim, answer),
        (Protocol::Unauthorized, _) => wrong("refused, but not with HTTP 401"),
        (Protocol::Refused, _) => wrong("refused, but not with HTTP 400"),
        (Protocol::NotFound, _) => wrong("neither refused nor accepted"),
    }
}

/// Whether an answer has the list of results that an answer to tasks has.
fn is_list(answer: &Answer) -> bool {
    let data = answer.json.as_ref().ok().and_then(|value| value.get(DATA));
    data.is_some_and(Value::is_array) && answer.errors().is_empty()
}

/// No error of a refusal for want of a key is about a key, by its code.
fn about_key(level: Level, answer: &Answer) -> Vec<Finding> {
    let codes = answer.errors().iter().filter_map(|error| error.get(CODE)?.as_str());
    if codes.clone().any(is_about_key) {
        return Vec::new();
    }
    let codes: Vec<String> = codes.map(excerpt).collect();
    let sentence = format!("refused for want of a key, but with the code {}", codes.join(", "));
    vec![Finding::wrong(level, sentence)]
}

/// Whether a code is of the class that official clients take for one about keys.
fn is_about_key(code: &str) -> bool {
    let known = ["unauthorized", "forbidden", "permissionDenied", "insufficientPermissions", "authTimeout"];
    let begins =
        ["token", "account", "organization", "workspace", "authentication", "auth", "missingAuthentication"];
    code.contains("ApiKey")
        || code.ends_with("Credentials")
        || known.contains(&code)
        || begins.iter().any(|word| code.starts_with(word))
}

/// Whether an item is a result that is there.
fn is_result(item: &Value) -> bool {
    let is_finished = item.get(STATUS).is_none_or(|status| status == SUCCESS);
    is_finished && item.as_object().is_some_and(|item| item.len() > DATA_ITEMS)
}

/// What is wrong with a refusal: errors with a code and a message each, and no result.
fn refusal(claim: Claim<'_>, answer: &Answer) -> Vec<Finding> {
    let wrong = |sentence: String| vec![Finding::wrong(claim.level, sentence)];
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
