//! The engine: a function from a request to an answer, and what it remembers from one request to the next.

mod access;
mod batch;
mod carry_out;
mod control;
mod poll;
pub(crate) mod session;

use super::answer::{Answer, Body, Content, Piece};
use super::caller::Caller;
use super::capacity::{Capacity, MAX_VALUES, has_too_many_values};
use super::clock::Clock;
use super::delivery::{Courier, Delivery, Policy};
use super::dice::Dice;
use super::explain::{Explainer, UnknownConstraint};
use super::fault::{self, Active, Fault, UnknownFault};
use super::misread::Misread;
use super::narrow::Narrowed;
use super::problem::Problem;
use super::protocol::{CONTROL, ENDPOINT, FILES, Incoming, JSON, Passage, WEATHER_HEADER, is_endpoint};
use super::refusing::Refusing;
use super::roles::Roles;
use super::settings::Settings;
use super::sites::{Page, Sites};
use super::state::files::{Files, Found};
use super::state::limits::{Bucket, Purse};
use super::state::sessions::Sessions;
use super::state::tasks::Tasks;
use super::steps::respond;
use super::weather::{self, Moment};
use airspec_judge::text;
use airspec_judge::{Judge, JudgeError};
use airspec_spec::Model;
use airspec_spec::price::Prices;
use serde_json::Value;
use std::collections::HashMap;
use std::hash::RandomState;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// Answers requests like the platform does for one model.
///
/// Nothing in it knows a server: a front hands requests in and sends answers out. It is shared behind an [`Arc`].
#[derive(Debug)]
pub struct Engine {
    pub(crate) model: Model,
    pub(crate) settings: Settings,
    pub(crate) judge: Judge,
    pub(crate) roles: Roles,
    pub(crate) prices: Prices,
    pub(crate) explainer: Explainer,
    pub(crate) sites: Sites,
    pub(crate) capacity: Arc<Capacity>,
    pub(crate) faults: Active,
    pub(crate) narrowed: Vec<Narrowed>,
    pub(crate) misread: Vec<Misread>,
    pub(crate) dice: Dice,
    pub(crate) clock: Arc<Clock>,
    pub(crate) salt: RandomState,
    pub(crate) requests: AtomicU64,
    pub(crate) bucket: Mutex<Bucket>,
    pub(crate) purse: Mutex<Purse>,
    pub(crate) tasks: Mutex<Tasks>,
    pub(crate) sessions: Mutex<Sessions>,
    pub(crate) courier: Arc<Courier>,
    pub(crate) files: Arc<Mutex<Files>>,
    /// How often each task was seen, so that asking again is not taken for the same.
    pub(crate) seen: Mutex<HashMap<u64, u64>>,
}

/// Why there is no mock for a model with such settings.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The schema of the spec cannot judge.
    #[error(transparent)]
    Judge(#[from] JudgeError),
    /// A fault that the model does not have.
    #[error(transparent)]
    Fault(#[from] UnknownFault),
    /// A code for a constraint that the model does not have.
    #[error("the settings name the constraint `{0}`, which the spec does not have")]
    Constraint(String),
    /// A field of results that is not given on demand.
    #[error("the settings name the field `{0}`, which no parameter of the spec asks for")]
    Field(String),
}

impl Engine {
    /// An engine whose clock runs.
    ///
    /// # Errors
    /// A spec that cannot judge, or a fault that the spec does not have.
    pub fn new(model: Model, settings: Settings) -> Result<Self, EngineError> {
        Self::with_clock(model, settings, Clock::running())
    }

    /// An engine with a clock of its own.
    ///
    /// # Errors
    /// A spec that cannot judge, or a fault that the spec does not have.
    pub fn with_clock(model: Model, settings: Settings, clock: Clock) -> Result<Self, EngineError> {
        let faults = Active::read(&model, &settings.faults)?;
        let roles = Roles::of(&model);
        if let Some(field) = settings.unasked.iter().find(|name| !roles.is_flagged(name)) {
            return Err(EngineError::Field(airspec_spec::text::shorten(field, 80)));
        }
        let capacity = Arc::new(Capacity::of(&settings));
        Ok(Self {
            judge: Judge::new(&model)?,
            sites: Sites::of(&settings),
            prices: Prices::of(&model),
            explainer: Explainer::of(&model, roles.prompt.as_deref(), &settings.codes)
                .map_err(|UnknownConstraint(id)| EngineError::Constraint(id))?,
            narrowed: faults.refused().filter_map(|(id, number)| Narrowed::new(&model, id, number)).collect(),
            misread: faults.misread().filter_map(|(id, mistake)| Misread::new(&model, id, mistake)).collect(),
            dice: Dice::new(settings.seed),
            clock: Arc::new(clock),
            salt: RandomState::new(),
            requests: AtomicU64::default(),
            bucket: Mutex::default(),
            purse: Mutex::default(),
            sessions: Mutex::default(),
            courier: Arc::new(Courier::new(
                Arc::clone(&capacity),
                Policy {
                    reach: settings.reach,
                    wrapping: settings.webhook_body,
                    typed: settings.upload_type,
                    retries: settings.retries.clone(),
                    timeout: settings.delivery_timeout,
                },
            )),
            capacity,
            tasks: Mutex::default(),
            files: Arc::default(),
            seen: Mutex::default(),
            model,
            settings,
            roles,
            faults,
        })
    }

    /// The faults that a mock of that model can have, constraints first, in the order of the spec.
    #[must_use]
    pub fn faults(model: &Model) -> Vec<Fault> {
        fault::all(model)
    }

    /// The model that is mocked.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The settings that it was made with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The time of the mock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The last deliveries to webhooks and upload addresses, oldest first.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.courier.records()
    }

    /// Waits until every delivery has arrived or was given up.
    pub async fn settle(&self) {
        self.courier.settle().await;
    }

    /// Sends deliveries when they are due, for as long as it is polled: for fronts to keep going.
    pub fn run_deliveries(&self) -> impl Future<Output = ()> + Send + use<> {
        Arc::clone(&self.courier).run(Arc::clone(&self.clock))
    }

    /// Answers a request.
    #[must_use]
    pub fn answer(&self, request: &Incoming) -> Answer {
        let (route, mut answer) = if is_endpoint(&request.path) {
            (ENDPOINT, self.endpoint(request))
        } else if let Some(file) = request.path.strip_prefix(FILES) {
            ("/image/…", self.file(request, file))
        } else if let Some(what) = request.path.strip_prefix(CONTROL) {
            ("/_mock/…", self.control(request, what))
        } else {
            let text = format!("There is nothing here: send tasks by POST to {ENDPOINT}.");
            ("(unknown path)", self.refusal(&Problem::new(404, "notFound", text)))
        };
        answer.note.route = route;
        answer
    }

    /// The page that sent a request, or the answer to one that may not, or that only asks whether it may.
    pub(crate) fn page(&self, request: &Incoming) -> Result<Page, Box<Answer>> {
        self.sites.page(request, self.settings.empty_data)
    }

    fn endpoint(&self, request: &Incoming) -> Answer {
        if request.method != "POST" {
            return self.wrong_method("Tasks are sent by POST.", "POST");
        }
        let moment = match self.moment(request) {
            Ok(moment) => moment,
            Err(problem) => return self.refusal(&problem),
        };
        let (delay, slow, dropped) = (moment.delay, moment.weather.slow, moment.dropped);
        let mut answer = if dropped {
            Answer::new(503, JSON, Body::Ready(Vec::new()))
        } else {
            self.post(request, moment)
        };
        answer.delay = delay;
        answer.passage = if dropped { Passage::Dropped } else { slow.map_or(Passage::Normal, Passage::Slow) };
        answer
    }

    /// The elements of the array that a body must be.
    pub(crate) fn read(&self, body: &[u8]) -> Result<Vec<Value>, Problem> {
        let text = std::str::from_utf8(body).map_err(|error| {
            Problem::new(400, "invalidJson", format!("The body is not UTF-8 text: {error}."))
        })?;
        if has_too_many_values(text) {
            let text = format!("The body must have fewer than {MAX_VALUES} JSON values.");
            return Err(Problem::new(400, "tooManyValues", text));
        }
        let value = text::parse(text).map_err(|fault| {
            let place = format!("line {}, column {}", fault.line, fault.column);
            Problem::new(
                400,
                "invalidJson",
                format!("The body cannot be read as JSON: {} ({place}).", reason(&fault)),
            )
        })?;
        match value {
            Value::Array(tasks) if tasks.is_empty() => Err(Problem::new(
                400,
                "invalidRequestBody",
                "The array of tasks is empty: send at least one task.",
            )),
            Value::Array(tasks) if tasks.len() > self.settings.max_tasks => {
                let text = format!("A request must have at most {} tasks.", self.settings.max_tasks);
                Err(Problem::new(400, "tooManyTasks", text))
            }
            Value::Array(tasks) => Ok(tasks),
            bare @ Value::Object(_) if self.settings.bare_task => Ok(vec![bare]),
            _ => {
                let text = "The body must be an array of tasks, also for a single one.";
                Err(Problem::new(400, "invalidRequestBody", text))
            }
        }
    }

    /// The weather of the next request.
    pub(crate) fn moment(&self, request: &Incoming) -> Result<Moment, Problem> {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        match self.settings.weather.under(request.header(WEATHER_HEADER)) {
            Ok(weather) => Ok(weather.moment(self.dice, number)),
            // What the header says is not repeated: nobody knows yet whether it is a key.
            Err(error) => Err(Problem::new(400, "invalidWeather", format!("{}.", error.unnamed()))),
        }
    }

    fn post(&self, request: &Incoming, moment: Moment) -> Answer {
        if request.body.len() > self.settings.max_body {
            return self.oversized();
        }
        let batch = self.read(&request.body);
        let mut caller = match self.admit(request, batch.as_deref().unwrap_or_default()) {
            Ok(caller) => caller,
            Err(problem) => return self.refusal(&problem),
        };
        if let Err(problem) = self.pass(&moment) {
            let answer = self.refusal(&problem);
            let wait = moment.weather.retry_after.filter(|_| matches!(problem.status, 429 | 503));
            return match wait {
                Some(seconds) => answer.with("retry-after", seconds.to_string()),
                None => answer,
            };
        }
        caller.moment = moment;
        if !request.header("content-type").is_some_and(is_json) {
            let text = "The body must be sent as application/json.";
            return self.refusal(&Problem::new(415, "unsupportedMediaType", text));
        }
        match batch {
            Err(problem) => self.refusal(&problem),
            Ok(batch) => self.batch(&batch, &caller),
        }
    }

    /// Refuses what comes too fast, or into a storm.
    pub(crate) fn pass(&self, moment: &Moment) -> Result<(), Problem> {
        if let Some(rate) = moment.weather.rate {
            super::lock(&self.bucket).take(rate, self.clock.now()).map_err(|_| weather::trouble(429))?;
        }
        moment.storm.map_or(Ok(()), |status| Err(weather::trouble(status)))
    }

    /// The refusal of a body that is larger than [`Settings::max_body`], which a front need not read. It counts as a
    /// request, so that the weather of those that follow does not depend on the front.
    #[must_use]
    pub fn too_large(&self) -> Answer {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.oversized()
    }

    fn oversized(&self) -> Answer {
        let text = format!("The body must have at most {} bytes.", self.settings.max_body);
        let mut answer = self.refusal(&Problem::new(413, "requestTooLarge", text));
        answer.note.route = ENDPOINT;
        answer
    }

    /// The answer to a body that does not arrive.
    pub(crate) fn too_slow(&self) -> Answer {
        self.whole(408)
    }

    /// The answer to a request for which there is no memory at the moment.
    pub(crate) fn overloaded(&self) -> Answer {
        self.whole(503).with("retry-after", "1")
    }

    /// The answer where the mock itself fails.
    pub(crate) fn broken(&self) -> Answer {
        self.whole(500)
    }

    /// The answer to a request that fails for no fault of its tasks.
    fn whole(&self, status: u16) -> Answer {
        let mut answer = self.refusal(&weather::trouble(status));
        answer.note.route = ENDPOINT;
        answer
    }

    pub(crate) fn wrong_method(&self, text: &str, allowed: &str) -> Answer {
        self.refusal(&Problem::new(405, "methodNotAllowed", text)).with("allow", allowed)
    }

    /// The answer to a request that fails as a whole.
    pub(crate) fn refusal(&self, problem: &Problem) -> Answer {
        Answer::refusal(problem, self.settings.empty_data)
    }

    fn batch(&self, batch: &[Value], caller: &Caller) -> Answer {
        let mut outcome = self.run(batch, caller);
        let status = outcome.status(self.settings.mixed_status);
        let note = outcome.note(batch.len(), &caller.secrets);
        let is_refused = outcome.items.is_empty() && !outcome.problems.is_empty();
        if is_refused && self.faults.refuses(Refusing::Html) {
            let page = Body::Ready(b"<html><body>Bad Request</body></html>".to_vec());
            return Answer { note, ..Answer::new(status, "text/html", page) };
        }
        if self.faults.refuses(Refusing::Silent) {
            outcome.problems.clear();
        }
        let is_ready = outcome.is_ready();
        let pieces = Body::Pieces(respond::pieces(outcome, self.settings.empty_data, &caller.secrets));
        let body = if is_ready { Body::Ready(pieces.into_bytes()) } else { pieces };
        let mut answer = Answer::new(status, JSON, body);
        answer.note = note;
        answer
    }

    fn file(&self, request: &Incoming, file: &str) -> Answer {
        if !matches!(request.method.as_str(), "GET" | "HEAD") {
            return self.wrong_method("Files are fetched by GET.", "GET, HEAD");
        }
        let name = file.split_once('.').map_or(file, |(name, _)| name);
        let found = super::lock(&self.files).find(name, self.clock.now());
        let picture = |media, body| Answer::new(200, media, body);
        match found {
            Found::Unknown => self.refusal(&Problem::new(404, "fileNotFound", "There is no such file.")),
            Found::Expired => {
                self.refusal(&Problem::new(404, "fileExpired", "The link to this file has ended."))
            }
            Found::Drawn(media, bytes) => picture(media, Body::Ready(bytes.to_vec())),
            Found::Recipe(recipe) => {
                let media = recipe.media;
                let file = Content::File(recipe, Arc::clone(&self.files), name.to_owned());
                picture(media, Body::Pieces(vec![Piece(file)]))
            }
        }
    }
}

fn reason(fault: &text::TextError) -> &str {
    match fault.kind {
        text::TextErrorKind::Syntax => "a mistake in the syntax",
        text::TextErrorKind::Duplicate | text::TextErrorKind::Depth | text::TextErrorKind::Size => {
            &fault.reason
        }
    }
}

fn is_json(content_type: &str) -> bool {
    content_type.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case(JSON))
}
