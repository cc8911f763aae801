//! The content of `report.json`: owned data, so that a report that was read says the same as one that is written.

use super::group::{Group, groups};
use super::origin::{ClientViolation, Origin};
use super::outcome::Outcome;
use super::{Heading, Provenance, Tally, Unchecked, replay};
use airspec_spec::Model;
use airspec_suite::oracle::{Class, Skip, Verdict};
use airspec_suite::run::{Record, Response};
use serde::{Deserialize, Serialize};

/// A report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The address, or `mock`.
    pub target: String,
    /// The seed of the cases.
    pub seed: u64,
    /// Where the requests came from.
    #[serde(default, skip_serializing_if = "Origin::is_suite")]
    pub origin: Origin,
    /// What the requests of clients break.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<ClientViolation>,
    /// The models whose cases these are; one, unless reports were merged.
    pub models: Vec<String>,
    /// Which part of the cases this is, such as `2/5`; null for all.
    pub shard: Option<String>,
    /// The counts.
    pub summary: Summary,
    /// When and how the runs were made whose cases these are; empty in reports of earlier versions.
    #[serde(default)]
    pub runs: Vec<Provenance>,
    /// What is wrong with the list of deviations.
    pub problems: Vec<String>,
    /// What must be known about what was spent, in sentences.
    #[serde(default)]
    pub remarks: Vec<String>,
    /// The names of further headers that were sent.
    #[serde(default)]
    pub headers: Vec<String>,
    /// Arguments of the run that a command which tries a case again needs, such as `--spec FILE`.
    #[serde(default)]
    pub again: Vec<String>,
    /// What the cases are about, in the words of the spec.
    #[serde(default)]
    pub subjects: Vec<Subject>,
    /// What the specs state outside the dialect: no case is about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unchecked: Vec<Unchecked>,
    /// What is wrong, by cause.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// The cases that are done.
    pub cases: Vec<Entry>,
}

/// A constraint or a behaviour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Its id.
    pub id: String,
    /// The model that it belongs to.
    pub model: String,
    /// The sentence that says it.
    pub statement: String,
    /// The page and anchor that document its parameter.
    pub documentation: Option<String>,
}

/// The counts of a report. `cases` = `passed` + `failed` + `skipped` + `noted` + `no_answer` once all are done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// What the run as a whole came to.
    #[serde(default)]
    pub outcome: Outcome,
    /// How many cases there are.
    pub cases: usize,
    /// What must happen happened, or what is wrong is accepted.
    pub passed: usize,
    /// What must happen did not.
    pub failed: usize,
    /// Not tried or not applicable.
    pub skipped: usize,
    /// How many of `skipped` were planned and not tried.
    #[serde(default)]
    pub not_tried: usize,
    /// Tried, and the target gave no answer.
    #[serde(default)]
    pub no_answer: usize,
    /// Wrong, but nobody states that it must be otherwise.
    pub noted: usize,
    /// How many of `passed` are accepted deviations.
    pub deviations: usize,
    /// Requests posted to the endpoint; polls, downloads and the search not counted.
    pub requests: usize,
    /// Requests posted by the search.
    pub search_requests: usize,
    /// How many answers asked to wait (HTTP 429 or 503) and were waited for.
    #[serde(default)]
    pub throttled: usize,
    /// How long that took.
    #[serde(default)]
    pub throttled_ms: u64,
    /// USD that accepted requests cost, as far as is known, the upper bound else; 0 where no limit was set.
    #[serde(default)]
    pub spent_usd: f64,
    /// How long it took.
    pub duration_ms: u64,
}

/// One case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The id of the case.
    pub id: String,
    /// The model that it belongs to.
    pub model: String,
    /// The constraint or behaviour that it is about.
    pub constraint: String,
    /// The parameter that it is about; empty for the task itself.
    pub parameter: String,
    /// `badge`, `prose`, `facts` or `unstated`.
    pub level: String,
    /// `accept`, `reject` or `behave`.
    pub expect: String,
    /// What is special about the request, in a few words.
    #[serde(default)]
    pub about: String,
    /// What it came to.
    pub verdict: Verdict,
    /// Why it was not tried, where it was not.
    #[serde(default)]
    pub skip: Option<Skip>,
    /// What it has in common with other cases that came to the same for the same cause; empty for a pass.
    #[serde(default)]
    pub cause: String,
    /// Who is right, where something is wrong.
    pub finding: Option<Class>,
    /// Why what is wrong is accepted, where it is.
    pub deviation: Option<String>,
    /// What was seen.
    pub detail: String,
    /// How long it took.
    pub duration_ms: u64,
    /// What was sent.
    pub request: Option<Sent>,
    /// What came back.
    pub response: Option<Received>,
    /// A shell command that sends the same, where something is wrong and the target has an address.
    pub curl: Option<String>,
    /// A command that tries the case again, where something is wrong.
    pub replay: Option<String>,
}

/// What was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// `POST`.
    pub method: String,
    /// Where it went.
    pub url: String,
    /// The JSON text, shortened.
    pub body: String,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Received {
    /// An answer.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The media type that it claims.
        content_type: Option<String>,
        /// The body, shortened.
        body: String,
    },
    /// None.
    Lost {
        /// Why not.
        error: String,
    },
}

impl Document {
    /// The report of a run, or of what there is of one.
    #[must_use]
    pub fn of(heading: &Heading, records: &[&Record]) -> Self {
        let tally = Tally::of(records.iter().copied());
        let cases: Vec<Entry> = records.iter().map(|record| Entry::of(record, heading)).collect();
        let mut summary = Summary {
            // That of the counts below.
            outcome: Outcome::default(),
            cases: heading.cases,
            passed: tally.passed,
            failed: tally.failed,
            skipped: tally.skipped,
            not_tried: tally.not_tried,
            no_answer: tally.no_answer,
            noted: tally.noted,
            deviations: tally.deviations,
            requests: heading.requests,
            search_requests: heading.search_requests,
            throttled: heading.throttled.answers,
            throttled_ms: milliseconds(heading.throttled.waited),
            spent_usd: heading.spent.to_f64(),
            duration_ms: milliseconds(heading.duration),
        };
        summary.outcome = Outcome::of(&summary, !heading.problems.is_empty());
        Self {
            target: heading.target.clone(),
            seed: heading.seed,
            origin: heading.origin,
            clients: heading.clients.clone(),
            models: vec![heading.model.clone()],
            shard: heading.shard.clone(),
            summary,
            runs: vec![Provenance {
                duration_ms: milliseconds(heading.duration),
                ..heading.provenance.clone()
            }],
            problems: heading.problems.clone(),
            remarks: heading.remarks.clone(),
            headers: heading.headers.clone(),
            again: heading.again.clone(),
            subjects: heading.subjects.clone(),
            unchecked: heading.unchecked.clone(),
            groups: groups(&cases),
            cases,
        }
    }
}

impl Document {
    /// Without what was sent and received in cases that passed: a report of many models leaves that to the reports of
    /// the models.
    #[must_use]
    pub fn brief(mut self) -> Self {
        for entry in self.cases.iter_mut().filter(|entry| entry.verdict == Verdict::Pass) {
            (entry.request, entry.response) = (None, None);
        }
        self
    }

    /// The first case of a group.
    #[must_use]
    pub fn first_of(&self, group: &Group) -> Option<&Entry> {
        let first = group.cases.first()?;
        self.cases.iter().find(|entry| entry.id == *first && entry.model == group.model)
    }
}

impl Subject {
    /// Everything that a model's cases can be about, in the order of the document.
    #[must_use]
    pub fn all(model: &Model) -> Vec<Self> {
        let subject = |id: &str, statement: &str, documentation: Option<&String>| Self {
            id: id.to_owned(),
            model: model.slug.clone(),
            statement: statement.to_owned(),
            documentation: documentation.cloned(),
        };
        let constraints = model.constraints().into_iter().map(|constraint| {
            subject(&constraint.id, &constraint.expected, constraint.documentation.as_ref())
        });
        let behaviours = model.behaviours.iter().map(|behaviour| {
            let parameter = behaviour.kind.parameters().first().and_then(|path| model.task.at(path));
            let documentation = parameter.and_then(|parameter| parameter.documentation.as_ref());
            subject(&behaviour.id, &behaviour.description, documentation)
        });
        let protocol = airspec_spec::protocol_rules();
        let protocol = protocol.iter().map(|rule| subject(&rule.id, &rule.description, None));
        constraints.chain(behaviours).chain(protocol).collect()
    }
}

impl Entry {
    fn of(record: &Record, heading: &Heading) -> Self {
        let is_wrong = record.class.is_some();
        let request = record.request.as_ref();
        Self {
            id: record.id.clone(),
            model: heading.model.clone(),
            constraint: record.subject.clone(),
            parameter: record.parameter.clone(),
            level: record.level.word().to_owned(),
            expect: record.expect.to_owned(),
            about: record.about.clone(),
            verdict: record.verdict,
            skip: record.skip,
            cause: record.cause.clone(),
            finding: record.class,
            deviation: record.deviation.clone(),
            detail: record.detail.clone(),
            duration_ms: milliseconds(record.duration),
            request: request.map(|sent| Sent {
                method: "POST".to_owned(),
                url: heading.target.clone(),
                body: sent.body.clone(),
            }),
            response: record.response.as_ref().map(Received::of),
            curl: request.filter(|_| is_wrong).and_then(|request| {
                replay::curl(&heading.target, &heading.headers, request.whole.as_deref()?)
            }),
            replay: (is_wrong && heading.origin.is_suite())
                .then(|| replay::command(&heading.target, heading.seed, &heading.again, &record.id)),
        }
    }
}

impl Received {
    fn of(response: &Response) -> Self {
        match response {
            Response::Answer { status, content_type, body } => {
                Self::Answer { status: *status, content_type: content_type.clone(), body: body.clone() }
            }
            Response::Lost(error) => Self::Lost { error: error.clone() },
        }
    }
}

fn milliseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
