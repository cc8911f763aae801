//! The judge in the path: requests are held until they are checked, and those that break the spec or a limit on cost are
//! answered by the proxy.

use super::ledger::{Ledger, Reservation};
use super::{Guarding, MAX_BODY};
use crate::specs::Specs;
use airspec_mock::{Checked, Engine, EngineError, RequestViolation, Settings};
use airspec_suite::protocol::{CODE, DATA, ERRORS, MESSAGE, TASK_TYPE, TASK_UUID};
use hyper::StatusCode;
use hyper::header::HeaderValue;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::sync::Arc;

/// The header with the findings about a request.
pub(super) const WARNING: &str = "airspec-findings";
/// The longest value of that header, and how many findings it names.
const MAX_WARNING: usize = 2_000;
const MAX_NAMED: usize = 10;

/// Checks requests before they are forwarded.
#[derive(Debug)]
pub(super) struct Guard {
    engine: Engine,
    specs: Arc<Specs>,
    guarding: Guarding,
    pub(super) ledger: Option<Arc<Ledger>>,
}

/// What becomes of a request.
#[derive(Debug)]
pub(super) enum Decision {
    /// The proxy answers it.
    Answer {
        status: StatusCode,
        body: Value,
        /// Why, for the summary.
        reason: &'static str,
        warning: Option<HeaderValue>,
    },
    /// It is forwarded.
    Forward { warning: Option<HeaderValue>, reservation: Option<Reservation> },
}

impl Guard {
    /// Nothing where no request is to be held.
    pub(super) fn new(specs: &Arc<Specs>, guarding: Guarding) -> Result<Option<Self>, EngineError> {
        if guarding == Guarding::default() {
            return Ok(None);
        }
        // The limits of a mock are none of the API's.
        let settings = Settings { max_body: MAX_BODY, max_tasks: usize::MAX, ..Settings::default() };
        let engine = Engine::of_models(specs.models().cloned().collect(), settings)?;
        let ledger = guarding.budget.map(|limit| Arc::new(Ledger::new(Arc::clone(specs), limit)));
        Ok(Some(Self { engine, specs: Arc::clone(specs), guarding, ledger }))
    }

    /// Whether something may not reach the target: then nothing does that is not checked.
    pub(super) fn is_strict(&self) -> bool {
        self.guarding.enforce || self.ledger.is_some()
    }

    /// What becomes of a request with this body.
    pub(super) fn decide(&self, body: &[u8]) -> Decision {
        let checked = self.engine.check(body, |task| self.specs.of(task).is_ok());
        let warning = self.guarding.warn_header.then(|| warning(&checked.violations)).flatten();
        if self.guarding.enforce && !checked.errors.is_empty() {
            let (status, reason) = (StatusCode::BAD_REQUEST, "the proxy answered it (--enforce)");
            return Decision::Answer { status, body: refusal(checked), reason, warning };
        }
        let Some(ledger) = &self.ledger else { return Decision::Forward { warning, reservation: None } };
        if checked.batch.is_empty() {
            let (status, reason) = (StatusCode::BAD_REQUEST, "the proxy answered it (--budget)");
            return Decision::Answer { status, body: refusal(checked), reason, warning };
        }
        match ledger.reserve(&checked.batch) {
            Ok(reservation) => Decision::Forward { warning, reservation: Some(reservation) },
            Err(text) => {
                let error = |task| of_task(json!({CODE: "insufficientCredits", MESSAGE: text}), task);
                let errors: Vec<Value> = checked.batch.iter().map(error).collect();
                let (status, reason) = (StatusCode::PAYMENT_REQUIRED, "the proxy answered it (--budget)");
                Decision::Answer { status, body: envelope(&errors), reason, warning }
            }
        }
    }
}

/// The answer of the API to a request that breaks the spec. Its other tasks are not forwarded, which they are told.
fn refusal(checked: Checked) -> Value {
    let Checked { batch, mut errors, wrong, .. } = checked;
    for (_, task) in batch.iter().enumerate().filter(|(place, _)| !wrong.contains(place)) {
        let text = "The task was not forwarded: another task of the request breaks the spec.";
        errors.push(of_task(json!({CODE: "notForwarded", MESSAGE: text}), task));
    }
    envelope(&errors)
}

fn envelope(errors: &[Value]) -> Value {
    json!({DATA: [], ERRORS: errors})
}

/// An error with what tells its task apart.
fn of_task(mut error: Value, task: &Value) -> Value {
    for name in [TASK_TYPE, TASK_UUID] {
        if let Some(Value::String(text)) = task.get(name) {
            error[name] = airspec_spec::text::shorten(text, 80).into();
        }
    }
    error
}

/// Findings in the value of a header: ASCII, and of limited length. The values of the request are not repeated.
fn warning(violations: &[RequestViolation]) -> Option<HeaderValue> {
    let mut text = String::new();
    for one in violations.iter().take(MAX_NAMED) {
        let separator = if text.is_empty() { "" } else { "; " };
        let pointer = if one.pointer.is_empty() { "body" } else { &one.pointer };
        let _ = write!(text, "{separator}{pointer} {}", one.constraint);
    }
    if let Some(more) = violations.len().checked_sub(MAX_NAMED).filter(|more| *more > 0) {
        let _ = write!(text, "; and {more} more");
    }
    let ascii = |letter: char| if letter.is_ascii_graphic() || letter == ' ' { letter } else { '?' };
    let text: String = text.chars().map(ascii).take(MAX_WARNING).collect();
    HeaderValue::try_from(text).ok().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_ascii_and_short() {
        let violation = |pointer: &str| RequestViolation {
            pointer: pointer.to_owned(),
            constraint: "width.maximum".to_owned(),
            message: "must be at most 3840, found 4000".to_owned(),
            task: None,
        };
        assert_eq!(warning(&[]), None);
        let two = warning(&[violation("/0/width"), violation("/1/gr\u{f6}\u{df}e\r\nX-Evil: 1")]).unwrap();
        assert_eq!(two, "/0/width width.maximum; /1/gr??e??X-Evil: 1 width.maximum");
        let many: Vec<_> = (0..100).map(|_| violation(&"x".repeat(500))).collect();
        assert_eq!(warning(&many).unwrap().len(), MAX_WARNING);
        let many: Vec<_> = (0..100).map(|_| violation("")).collect();
        assert!(warning(&many).unwrap().to_str().unwrap().ends_with("; and 90 more"));
    }
}
