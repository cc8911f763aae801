//! The engine: a function from a request to an answer, which chains the steps admit, judge, execute and respond.
//!
//! Around each step it lets the [mutations](crate::mutation) change what goes in or comes out; without faults these
//! change nothing. HTTP and WebSocket hand their batches to the same function, [`Engine::process`](batch).

mod batch;
mod control;
pub(crate) mod session;

use crate::answer::{Answer, Body, Content, Piece};
use crate::behaviour_index::BehaviourIndex;
use crate::caller::{Caller, Secrets};
use crate::capacity::Capacity;
use crate::clock::Clock;
use crate::delivery::{Delivery, DeliveryWorker, Policy};
use crate::explain::{Explainer, UnknownConstraint};
use crate::mutation::{self, Fault, Mutations, UnknownFault};
use crate::problem::Problem;
use crate::protocol::{CONTROL, ENDPOINT, FILES, Incoming, JSON, Passage, is_endpoint};
use crate::seeded_rng::SeededRng;
use crate::settings::Settings;
use crate::state::State;
use crate::state::files::Found;
use crate::steps::admit;
use crate::steps::sites::{Page, Sites};
use crate::task_view::Defaults;
use crate::weather::{self, RequestConditions};
use airspec_judge::{Judge, JudgeError};
use airspec_spec::Model;
use airspec_spec::price::Prices;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Answers requests like the platform does for one model.
///
/// Nothing in it knows a server: a front hands requests in and sends answers out. It is shared behind an [`Arc`].
#[derive(Debug)]
pub struct Engine {
    model: Model,
    settings: Settings,
    judge: Judge,
    index: BehaviourIndex,
    defaults: Defaults,
    prices: Prices,
    explainer: Explainer,
    sites: Sites,
    mutations: Mutations,
    rng: SeededRng,
    clock: Arc<Clock>,
    salt: RandomState,
    requests: AtomicU64,
    state: State,
    deliveries: Arc<DeliveryWorker>,
    pub(crate) capacity: Arc<Capacity>,
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
        let rng = SeededRng::new(settings.seed);
        let mutations = Mutations::read(&model, &settings.faults, rng)?;
        let index = BehaviourIndex::of(&model);
        if let Some(field) = settings.unasked.iter().find(|name| !index.is_flagged(name)) {
            return Err(EngineError::Field(airspec_spec::text::shorten(field, 80)));
        }
        let explainer = Explainer::of(&model, index.prompt.as_deref(), &settings.codes)
            .map_err(|UnknownConstraint(id)| EngineError::Constraint(id))?;
        let mut defaults = Defaults::of(&model);
        mutations.on_defaults(&mut defaults);
        let capacity = Arc::new(Capacity::of(&settings));
        let deliveries = DeliveryWorker::new(Arc::clone(&capacity), Policy::of(&settings));
        Ok(Self {
            judge: Judge::new(&model)?,
            sites: Sites::of(&settings),
            prices: Prices::of(&model),
            clock: Arc::new(clock),
            salt: RandomState::new(),
            requests: AtomicU64::default(),
            state: State::default(),
            deliveries: Arc::new(deliveries),
            model,
            settings,
            index,
            defaults,
            explainer,
            mutations,
            rng,
            capacity,
        })
    }

    /// The faults that a mock of that model can have, constraints first, in the order of the spec.
    #[must_use]
    pub fn faults(model: &Model) -> Vec<Fault> {
        mutation::all(model)
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
        self.deliveries.records()
    }

    /// Waits until every delivery has arrived or was given up.
    pub async fn settle(&self) {
        self.deliveries.settle().await;
    }

    /// Sends deliveries when they are due, for as long as it is polled: for fronts to keep going.
    pub fn run_deliveries(&self) -> impl Future<Output = ()> + Send + use<> {
        Arc::clone(&self.deliveries).run(Arc::clone(&self.clock))
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
        let conditions = match self.conditions(request) {
            Ok(conditions) => conditions,
            Err(problem) => return self.refusal(&problem),
        };
        let (delay, slow, dropped) = (conditions.delay, conditions.weather.slow, conditions.dropped);
        let mut answer = if dropped {
            Answer::new(503, JSON, Body::Ready(Vec::new()))
        } else {
            self.post(request, conditions)
        };
        answer.delay = delay;
        answer.passage = if dropped { Passage::Dropped } else { slow.map_or(Passage::Normal, Passage::Slow) };
        answer
    }

    fn post(&self, request: &Incoming, conditions: RequestConditions) -> Answer {
        if request.body.len() > self.settings.max_body {
            return self.oversized();
        }
        let batch = admit::batch(&request.body, &self.settings);
        let keys = match admit::keys(request, batch.as_deref().unwrap_or_default(), &self.settings) {
            Ok(keys) => keys,
            Err(problem) => return self.refusal(&problem),
        };
        if let Err(problem) = self.pass(&conditions) {
            let answer = self.refusal(&problem);
            let wait = conditions.weather.retry_after.filter(|_| matches!(problem.status, 429 | 503));
            return match wait {
                Some(seconds) => answer.with("retry-after", seconds.to_string()),
                None => answer,
            };
        }
        if !admit::is_json(request) {
            let text = "The body must be sent as application/json.";
            return self.refusal(&Problem::new(415, "unsupportedMediaType", text));
        }
        match batch {
            Err(problem) => self.refusal(&problem),
            Ok(batch) => self.respond(&batch, &Caller { conditions, ..self.caller(request, keys) }),
        }
    }

    /// The network conditions of the next request.
    fn conditions(&self, request: &Incoming) -> Result<RequestConditions, Problem> {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        admit::conditions(request, &self.settings, self.rng, number)
    }

    fn pass(&self, conditions: &RequestConditions) -> Result<(), Problem> {
        admit::pass(conditions, &mut crate::lock(&self.state.bucket), self.clock.now())
    }

    /// The caller that the first of the keys names.
    fn caller(&self, request: &Incoming, keys: Vec<String>) -> Caller {
        Caller {
            account: self.salt.hash_one(keys.first().map(String::as_str).unwrap_or_default()),
            origin: admit::origin(request, &self.settings),
            secrets: Secrets::of(keys),
            conditions: RequestConditions::default(),
        }
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

    fn wrong_method(&self, text: &str, allowed: &str) -> Answer {
        self.refusal(&Problem::new(405, "methodNotAllowed", text)).with("allow", allowed)
    }

    /// The answer to a request that fails as a whole.
    fn refusal(&self, problem: &Problem) -> Answer {
        Answer::refusal(problem, self.settings.empty_data)
    }

    fn file(&self, request: &Incoming, file: &str) -> Answer {
        if !matches!(request.method.as_str(), "GET" | "HEAD") {
            return self.wrong_method("Files are fetched by GET.", "GET, HEAD");
        }
        let name = file.split_once('.').map_or(file, |(name, _)| name);
        let found = crate::lock(&self.state.files).find(name, self.clock.now());
        let picture = |media, body| Answer::new(200, media, body);
        match found {
            Found::Unknown => self.refusal(&Problem::new(404, "fileNotFound", "There is no such file.")),
            Found::Expired => {
                self.refusal(&Problem::new(404, "fileExpired", "The link to this file has ended."))
            }
            Found::Drawn(media, bytes) => picture(media, Body::Ready(bytes.to_vec())),
            Found::Undrawn(image) => {
                let media = image.media;
                let file = Content::File(image, Arc::clone(&self.state.files), name.to_owned());
                picture(media, Body::Pieces(vec![Piece(file)]))
            }
        }
    }
}
