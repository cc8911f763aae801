//! `protocol:<mutation>`: keys, bodies, paths and polls are handled wrongly, whatever the model. A request that is right is
//! answered as it should be.

mod repair;

use crate::answer::{Answer, Body};
use crate::item::Item;
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::protocol::{Incoming, kind, name, status};
use crate::settings::Settings;
use crate::steps::admit;
use crate::steps::judge::Conflict;
use airspec_judge::text::{self, TextErrorKind};
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Mutex;

/// A way to handle a request wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProtocolMutation {
    NoKey,
    EmptyKey,
    WrongKey,
    Basic,
    BareKey,
    Forbidden,
    BadRequest,
    NoEnvelope,
    TaskKeyRefused,
    WrongTaskKey,
    NoTaskKey,
    JsonCrash,
    JsonIgnored,
    JsonPrefix,
    TrailingText,
    TrailingComma,
    SingleQuotes,
    Lossy,
    DuplicateCrash,
    DepthCrash,
    NumberCrash,
    NullCrash,
    ListCrash,
    NoArrayCrash,
    NoArrayIgnored,
    EmptyCrash,
    EmptyIgnored,
    AnyPath,
    PathCrash,
    AnyMethod,
    MethodCrash,
    PollUnnamedCrash,
    PollUnnamedIgnored,
    PollUnknownCrash,
    PollUnknownResult,
    RefusedStays,
}

/// Every way, with its word in ids and with what the mock then does.
pub(super) const ALL: [(ProtocolMutation, &str, &str); 36] = {
    use ProtocolMutation as M;
    [
        (M::NoKey, "no-key", "accepts requests without a key"),
        (M::EmptyKey, "empty-key", "accepts an empty key"),
        (M::WrongKey, "wrong-key", "accepts every key"),
        (M::Basic, "basic", "accepts credentials of the scheme Basic"),
        (M::BareKey, "bare-key", "accepts a key without a scheme"),
        (M::Forbidden, "forbidden", "answers with status 403 where the key is missing or wrong"),
        (M::BadRequest, "bad-request", "answers with status 400 where the key is missing or wrong"),
        (M::NoEnvelope, "no-envelope", "answers with a bare text where the key is missing or wrong"),
        (M::TaskKeyRefused, "task-key-refused", "refuses a key in an authentication task"),
        (M::WrongTaskKey, "wrong-task-key", "accepts every key in an authentication task"),
        (M::NoTaskKey, "no-task-key", "accepts an authentication task without a key"),
        (M::JsonCrash, "json-crash", "answers with status 500 to a body that is not JSON"),
        (M::JsonIgnored, "json-ignored", "answers with status 200 and no results to a body that is not JSON"),
        (M::JsonPrefix, "json-prefix", "reads a body up to the mistake in its syntax"),
        (M::TrailingText, "trailing-text", "ignores text after the array"),
        (M::TrailingComma, "trailing-comma", "ignores a comma before a closing bracket"),
        (M::SingleQuotes, "single-quotes", "accepts single quotes in place of double ones"),
        (M::Lossy, "lossy", "replaces bytes that are not UTF-8"),
        (M::DuplicateCrash, "duplicate-crash", "answers with status 500 to a name that is given twice"),
        (M::DepthCrash, "depth-crash", "answers with status 500 to deep nesting"),
        (M::NumberCrash, "number-crash", "answers with status 500 to a number in place of a task"),
        (M::NullCrash, "null-crash", "answers with status 500 to `null` in place of a task"),
        (M::ListCrash, "list-crash", "answers with status 500 to a list in place of a task"),
        (M::NoArrayCrash, "no-array-crash", "answers with status 500 to a body that is no array"),
        (M::NoArrayIgnored, "no-array-ignored", "answers with status 200 to a body that is no array"),
        (M::EmptyCrash, "empty-crash", "answers with status 500 to an empty body"),
        (M::EmptyIgnored, "empty-ignored", "answers with status 200 and no results to an empty body"),
        (M::AnyPath, "any-path", "executes tasks that are sent to an unknown path"),
        (M::PathCrash, "path-crash", "answers with status 500 to an unknown path"),
        (M::AnyMethod, "any-method", "executes tasks that are sent by another method than POST"),
        (M::MethodCrash, "method-crash", "answers with status 500 to another method than POST"),
        (M::PollUnnamedCrash, "poll-unnamed-crash", "answers with status 500 to a poll without `taskUUID`"),
        (
            M::PollUnnamedIgnored,
            "poll-unnamed-ignored",
            "answers with status 200 and no results to a poll without `taskUUID`",
        ),
        (M::PollUnknownCrash, "poll-unknown-crash", "answers with status 500 to a poll of an unknown task"),
        (M::PollUnknownResult, "poll-unknown-result", "gives a poll of an unknown task a result"),
        (M::RefusedStays, "refused-stays", "keeps the identifier of a refused task in use"),
    ]
};

/// The ways that were chosen.
#[derive(Debug, Default)]
pub(super) struct ProtocolMutations {
    chosen: Vec<ProtocolMutation>,
    /// The identifiers of tasks that were refused.
    refused: Mutex<HashSet<String>>,
}

impl ProtocolMutations {
    pub(super) fn add(&mut self, mutation: ProtocolMutation) {
        self.chosen.push(mutation);
    }

    fn has(&self, mutation: ProtocolMutation) -> bool {
        self.chosen.contains(&mutation)
    }

    /// Whether a request counts as one that posts tasks to the endpoint, given whether its path is the endpoint's and
    /// whether it is that of nothing at all.
    pub(super) fn takes(&self, request: &Incoming, is_endpoint: bool, is_unknown: bool) -> bool {
        let is_post = request.method == "POST";
        let is_sent = matches!(request.method.as_str(), "PUT" | "PATCH" | "DELETE");
        self.has(ProtocolMutation::AnyPath) && is_unknown && is_post
            || self.has(ProtocolMutation::AnyMethod) && is_endpoint && is_sent
    }

    pub(super) fn on_keys(
        &self,
        request: &Incoming,
        batch: &[Value],
        keys: Result<Vec<String>, Problem>,
    ) -> Result<Vec<String>, Problem> {
        let header = request.header("authorization").map(str::trim);
        let task = batch.first().filter(|task| admit::is_authentication(task));
        if self.has(ProtocolMutation::TaskKeyRefused) && header.is_none() && task.is_some() {
            return Err(admit::bad_key());
        }
        let is_accepted = || match (header, task) {
            (None, None) => self.has(ProtocolMutation::NoKey),
            (None, Some(task)) if has_key(task) => self.has(ProtocolMutation::WrongTaskKey),
            (None, Some(_)) => self.has(ProtocolMutation::NoTaskKey),
            (Some(header), _) => self.chosen.iter().any(|mutation| mutation.accepts(header)),
        };
        keys.or_else(|problem| if is_accepted() { Ok(vec!["accepted".to_owned()]) } else { Err(problem) })
    }

    /// Changes what becomes of an authentication task.
    pub(super) fn on_authentication(&self, task: &Value, outcome: &mut Outcome) {
        let needed = if has_key(task) { ProtocolMutation::WrongTaskKey } else { ProtocolMutation::NoTaskKey };
        if self.has(needed) {
            outcome.problems.retain(|problem| problem.status != 401);
        }
    }

    /// Changes the batch that a body is read as.
    pub(super) fn on_read(&self, body: &[u8], settings: &Settings, batch: &mut Result<Vec<Value>, Problem>) {
        for mutation in &self.chosen {
            match mutation.reading(body, batch) {
                Reading::AsItIs => {}
                Reading::Crash => *batch = Err(Problem::crash()),
                Reading::Nothing => *batch = Ok(Vec::new()),
                Reading::Other(body) => *batch = admit::batch(&body, settings),
            }
        }
    }

    /// Changes the answer to a request with that route.
    pub(super) fn on_reply(&self, answer: &mut Answer) {
        for mutation in &self.chosen {
            match (mutation, answer.status) {
                (ProtocolMutation::Forbidden, 401) => answer.status = 403,
                (ProtocolMutation::BadRequest, 401) => answer.status = 400,
                (ProtocolMutation::NoEnvelope, 401) => {
                    let text = Body::Ready(b"Unauthorized".to_vec());
                    answer.replace(Answer::new(401, "text/plain", text));
                }
                (ProtocolMutation::PathCrash, 404) if answer.note.route == "(unknown path)" => {
                    answer.status = 500;
                }
                (ProtocolMutation::MethodCrash, 405) => answer.status = 500,
                _ => {}
            }
        }
    }

    /// Changes what becomes of a poll.
    pub(super) fn on_polled(&self, poll: &Value, outcome: &mut Outcome) {
        let is_named = poll.get(name::TASK_UUID).is_some_and(Value::is_string);
        let is_unknown = outcome.problems.iter().any(|problem| problem.code() == "taskNotFound");
        for mutation in &self.chosen {
            match mutation {
                ProtocolMutation::PollUnnamedCrash if !is_named => fail(outcome),
                ProtocolMutation::PollUnknownCrash if is_unknown => fail(outcome),
                ProtocolMutation::PollUnnamedIgnored if !is_named => outcome.problems.clear(),
                ProtocolMutation::PollUnknownResult if is_unknown => {
                    outcome.problems.clear();
                    outcome.items.push(made_up(poll));
                }
                _ => {}
            }
        }
    }

    /// Remembers a task that is refused.
    pub(super) fn on_refused(&self, key: Option<&str>) {
        if let Some(key) = key.filter(|_| self.has(ProtocolMutation::RefusedStays)) {
            crate::lock(&self.refused).insert(key.to_owned());
        }
    }

    pub(super) fn on_conflict(&self, key: &str, conflict: &mut Conflict) {
        conflict.pending |=
            self.has(ProtocolMutation::RefusedStays) && crate::lock(&self.refused).contains(key);
    }
}

/// What a body is read as.
enum Reading {
    AsItIs,
    Crash,
    Nothing,
    Other(Vec<u8>),
}

impl ProtocolMutation {
    /// Whether an `Authorization` header that is wrong is accepted.
    fn accepts(self, header: &str) -> bool {
        let (scheme, key) = header.split_once(' ').unwrap_or((header, ""));
        let is = |word: &str| scheme.eq_ignore_ascii_case(word);
        match self {
            Self::EmptyKey => key.trim().is_empty() && (header.is_empty() || is("bearer")),
            Self::WrongKey => is("bearer") && !key.trim().is_empty(),
            Self::Basic => is("basic"),
            Self::BareKey => key.is_empty() && !header.is_empty() && !is("bearer") && !is("basic"),
            _ => false,
        }
    }

    fn reading(self, body: &[u8], batch: &Result<Vec<Value>, Problem>) -> Reading {
        let crash = |condition: bool| if condition { Reading::Crash } else { Reading::AsItIs };
        let nothing = |condition: bool| if condition { Reading::Nothing } else { Reading::AsItIs };
        let has = |is_meant: fn(&Value) -> bool| batch.as_ref().is_ok_and(|tasks| tasks.iter().any(is_meant));
        let is_malformed = batch.as_ref().is_err_and(|problem| problem.code() == "invalidJson");
        let is_no_array =
            || serde_json::from_slice(body).is_ok_and(|value: Value| !value.is_array() && !value.is_object());
        let is_empty = body.trim_ascii().is_empty();
        let other = |repair: fn(&[u8]) -> Option<Vec<u8>>| {
            let repaired = if is_malformed { repair(body) } else { None };
            repaired.map_or(Reading::AsItIs, Reading::Other)
        };
        match self {
            Self::JsonCrash => crash(is_malformed && !is_empty),
            Self::JsonIgnored => nothing(is_malformed && !is_empty),
            Self::EmptyCrash => crash(is_empty),
            Self::EmptyIgnored => nothing(is_empty),
            Self::DuplicateCrash => crash(is_malformed && is_fault(body, TextErrorKind::Duplicate)),
            Self::DepthCrash => crash(is_malformed && is_fault(body, TextErrorKind::Depth)),
            Self::NumberCrash => crash(has(Value::is_number)),
            Self::NullCrash => crash(has(Value::is_null)),
            Self::ListCrash => crash(has(Value::is_array)),
            Self::NoArrayCrash => crash(is_no_array()),
            Self::NoArrayIgnored => nothing(is_no_array()),
            Self::JsonPrefix => other(repair::prefix),
            Self::TrailingText => other(repair::first_value),
            Self::TrailingComma => other(repair::without_trailing_commas),
            Self::SingleQuotes => other(repair::double_quotes),
            Self::Lossy => other(|body| Some(String::from_utf8_lossy(body).into_owned().into_bytes())),
            _ => Reading::AsItIs,
        }
    }
}

fn is_fault(body: &[u8], kind: TextErrorKind) -> bool {
    let text = std::str::from_utf8(body).unwrap_or_default();
    text::parse(text).is_err_and(|fault| fault.kind == kind)
}

fn has_key(task: &Value) -> bool {
    task.get(name::API_KEY).and_then(Value::as_str).is_some_and(|key| !key.trim().is_empty())
}

fn fail(outcome: &mut Outcome) {
    outcome.items.clear();
    outcome.problems = vec![Problem::crash()];
}

/// A result that no task has.
fn made_up(poll: &Value) -> Item {
    let named = poll.get(name::TASK_UUID).cloned().unwrap_or_default();
    let fields = [
        (name::TASK_TYPE.to_owned(), Value::from(kind::POLL)),
        (name::TASK_UUID.to_owned(), named),
        (name::STATUS.to_owned(), status::SUCCESS.into()),
    ];
    Item::plain(fields.into_iter().collect())
}
