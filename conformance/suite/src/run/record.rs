//! What is kept of a case for the reports: its verdict and a readable piece of its traffic, without secrets.

use super::Redactor;
use crate::case::Case;
use crate::oracle::observation::{Observation, Outcome};
use crate::oracle::{Class, Judgement, Skip, Verdict};
use crate::redact::shorten;
use airspec_spec::Level;
use airspec_spec::text::visible;
use std::time::Duration;

/// One case of a run.
#[derive(Clone, Debug)]
pub struct Record {
    /// The id of the case.
    pub id: String,
    /// The constraint or behaviour that it is a witness of.
    pub subject: String,
    /// The parameter that it is about; empty for the task itself.
    pub parameter: String,
    /// Where the subject is stated.
    pub level: Level,
    /// `accept`, `reject` or `behave`.
    pub expect: &'static str,
    /// What is special about the request.
    pub about: String,
    /// What it came to.
    pub verdict: Verdict,
    /// Why it was not tried, where it was not.
    pub skip: Option<Skip>,
    /// Who is right, where something is wrong.
    pub class: Option<Class>,
    /// What this case has in common with others that came to the same for the same cause; empty for a pass.
    pub cause: String,
    /// Why what is wrong is accepted, where it is; the verdict is then a pass.
    pub deviation: Option<String>,
    /// What was seen, for a person to act on.
    pub detail: String,
    /// What was sent; nothing for a case that was not tried.
    pub request: Option<Request>,
    /// What came back.
    pub response: Option<Response>,
    /// How long it took, waiting for its turn not counted.
    pub duration: Duration,
}

/// What was sent.
#[derive(Clone, Debug)]
pub struct Request {
    /// The JSON text, shortened.
    pub body: String,
    /// All of it, for a command that sends it again; none where no command line can hold it.
    pub whole: Option<String>,
}

/// The longest body that a command line repeats, in bytes: systems take 128 KiB for one argument.
const LONGEST_ARGUMENT: usize = 100 << 10;

/// What came back.
#[derive(Clone, Debug)]
pub enum Response {
    /// An answer.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The media type that it claims.
        content_type: Option<String>,
        /// The body, shortened.
        body: String,
    },
    /// None, and why.
    Lost(String),
}

impl Record {
    pub(super) fn new(
        case: &Case,
        seen: Option<&Observation>,
        judgement: &Judgement,
        duration: Duration,
        redactor: &Redactor,
    ) -> Self {
        let request = seen.map(|seen| {
            let bytes = case.wire.bytes.as_deref().map(String::from_utf8_lossy);
            let text = bytes.map_or_else(|| seen.body.to_string(), std::borrow::Cow::into_owned);
            // A command for a special key, path or method would be another request.
            let is_whole = text.len() <= LONGEST_ARGUMENT && case.wire.is_plain();
            let whole = is_whole.then(|| redactor.clean(&text));
            Request { body: redactor.shorten(&text).0, whole }
        });
        let response = seen.map(|seen| match &seen.outcome {
            Outcome::Answer(answer) => Response::Answer {
                status: answer.status,
                // What a client read is clean.
                content_type: answer.content_type.as_deref().map(|media| shorten(media, media.len()).0),
                body: shorten(&answer.text, answer.length).0,
            },
            Outcome::Lost(loss) => Response::Lost(redactor.clean(&loss.to_string())),
        });
        Self { request, response, duration, ..Self::of(case) }.judged(judgement, redactor)
    }

    /// The record of a case that has not been tried.
    #[must_use]
    pub fn of(case: &Case) -> Self {
        Self {
            id: case.id.clone(),
            subject: case.subject.clone(),
            parameter: case.parameter.clone(),
            level: case.level,
            expect: case.expect.word(),
            about: case.about.clone(),
            verdict: Verdict::Skip,
            skip: Some(Skip::NotTried),
            class: None,
            cause: String::new(),
            deviation: None,
            detail: String::new(),
            request: None,
            response: None,
            duration: Duration::ZERO,
        }
    }

    /// The record with the verdict that stands after all secondary findings are attributed.
    pub(super) fn judged(self, judgement: &Judgement, redactor: &Redactor) -> Self {
        let clean = |text: &str| visible(&redactor.cleaned(text)).into_owned();
        let (detail, cause) = (clean(&judgement.detail), clean(&judgement.cause));
        Self {
            verdict: judgement.verdict,
            skip: judgement.skip,
            class: judgement.class,
            cause,
            detail,
            ..self
        }
    }
}
