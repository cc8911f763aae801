//! The engine: a function from a request to an answer, which chains the steps admit, judge, execute and respond.
//!
//! Around each step it lets the [mutations](crate::mutation) change what goes in or comes out; without faults these
//! change nothing. HTTP and WebSocket share one way in: [`Engine::admit`](admission), then [`Engine::process`](batch).

mod admission;
mod batch;
mod check;
mod control;
mod http;
pub(crate) mod session;
mod violations;

pub use check::Checked;

use crate::answer::Answer;
use crate::behaviour_index::BehaviourIndex;
use crate::capacity::Capacity;
use crate::clock::Clock;
use crate::delivery::{Delivery, DeliveryWorker, Policy};
use crate::explain::{Explainer, UnknownConstraint};
use crate::mutation::{self, Fault, Mutations, UnknownFault};
use crate::network;
use crate::problem::Problem;
use crate::protocol::{ENDPOINT, Incoming};
use crate::seeded_rng::SeededRng;
use crate::settings::Settings;
use crate::state::State;
use crate::steps::sites::{Page, Sites};
use crate::steps::{admit, platform};
use crate::task_view::Defaults;
use airspec_judge::{Judge, JudgeError};
use airspec_spec::Model;
use airspec_spec::price::{Prices, prices};
use serde_json::Value;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Answers requests like the platform does, for one model or for several.
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
    state: Arc<State>,
    deliveries: Arc<DeliveryWorker>,
    pub(crate) capacity: Arc<Capacity>,
    /// Its place among the engines of a catalogue.
    number: usize,
    /// The engines of the other models of a catalogue, which share clock, state and deliveries with this one.
    others: Vec<Self>,
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
    /// No model at all.
    #[error("there is no model to mock")]
    Nothing,
    /// Settings about one model where there are several.
    #[error(
        "faults and the settings `codes` and `unasked` are about one model, and there are {0}: choose one"
    )]
    Several(usize),
}

impl Engine {
    /// An engine whose clock runs.
    ///
    /// # Errors
    /// A spec that cannot judge, or a fault that the spec does not have.
    pub fn new(model: Model, settings: Settings) -> Result<Self, EngineError> {
        Self::with_clock(model, settings, Clock::running())
    }

    /// An engine for several models: the member `model` of a task says which of them is meant.
    ///
    /// # Errors
    /// As for one; no model, or settings about one where there are several.
    pub fn of_models(models: Vec<Model>, settings: Settings) -> Result<Self, EngineError> {
        let many = models.len();
        let is_of_one =
            !(settings.faults.is_empty() && settings.codes.is_empty() && settings.unasked.is_empty());
        if many > 1 && is_of_one {
            return Err(EngineError::Several(many));
        }
        let mut models = models.into_iter();
        let mut engine = Self::new(models.next().ok_or(EngineError::Nothing)?, settings)?;
        for (number, model) in models.enumerate() {
            let other = Self::new(model, engine.settings.clone())?;
            let (clock, state) = (Arc::clone(&engine.clock), Arc::clone(&engine.state));
            let (deliveries, capacity) = (Arc::clone(&engine.deliveries), Arc::clone(&engine.capacity));
            let shared = Self { clock, state, deliveries, capacity, number: number + 1, ..other };
            engine.others.push(shared);
        }
        Ok(engine)
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
            prices: prices(&model),
            clock: Arc::new(clock),
            salt: RandomState::new(),
            requests: AtomicU64::default(),
            state: Arc::default(),
            deliveries: Arc::new(deliveries),
            model,
            settings,
            index,
            defaults,
            explainer,
            mutations,
            rng,
            capacity,
            number: 0,
            others: Vec::new(),
        })
    }

    /// The faults that a mock of that model can have, constraints first, in the order of the spec.
    #[must_use]
    pub fn faults(model: &Model) -> Vec<Fault> {
        mutation::all(model)
    }

    /// The model that is mocked; the first where there are several.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// All models that are mocked.
    pub fn models(&self) -> impl Iterator<Item = &Model> {
        std::iter::once(&self.model).chain(self.others.iter().map(|other| &other.model))
    }

    /// The engine of that place in the catalogue.
    fn nth(&self, number: usize) -> &Self {
        number.checked_sub(1).and_then(|number| self.others.get(number)).unwrap_or(self)
    }

    /// The engine for a task, or the error of a task for none.
    fn of_task(&self, task: &Value) -> Result<&Self, Problem> {
        if self.others.is_empty() {
            return Ok(self);
        }
        let mut all = std::iter::once(self).chain(&self.others);
        all.find(|engine| engine.model.is_of_task(task)).ok_or_else(|| platform::unknown_model(task))
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

    /// The last deliveries to webhooks and upload URLs, oldest first.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.deliveries.records()
    }

    /// Waits until every delivery has arrived or was given up.
    pub async fn wait_for_deliveries(&self) {
        self.deliveries.wait_until_idle().await;
    }

    /// Sends deliveries when they are due, for as long as it is polled: for fronts to keep going.
    pub fn run_deliveries(&self) -> impl Future<Output = ()> + Send + use<> {
        Arc::clone(&self.deliveries).run(Arc::clone(&self.clock))
    }

    /// The page that sent a request, or the answer to one that may not, or that only asks whether it may.
    pub(crate) fn page(&self, request: &Incoming) -> Result<Page, Box<Answer>> {
        self.sites.page(request, self.settings.empty_data)
    }

    /// Tells keys apart without holding one.
    fn account(&self, key: &str) -> u64 {
        self.salt.hash_one(key)
    }

    /// The refusal of a body that is larger than [`Settings::max_body`], which a front need not read. It counts as a
    /// request, so that the network conditions of those that follow does not depend on the front.
    #[must_use]
    pub fn too_large(&self) -> Answer {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let mut answer = self.refusal(&admit::too_large(&self.settings));
        answer.note.route = ENDPOINT;
        answer
    }

    /// The answer to a body that does not arrive.
    pub(crate) fn too_slow(&self) -> Answer {
        self.whole(408)
    }

    /// The answer to a request for which there is no memory now.
    pub(crate) fn overloaded(&self) -> Answer {
        self.whole(503).with("retry-after", "1")
    }

    /// The answer where the mock itself fails.
    pub(crate) fn failed(&self) -> Answer {
        self.whole(500)
    }

    /// The answer to a request that fails for no fault of its tasks.
    fn whole(&self, status: u16) -> Answer {
        let mut answer = self.refusal(&network::problem_of_status(status));
        answer.note.route = ENDPOINT;
        answer
    }

    /// The answer to a request that fails as a whole.
    fn refusal(&self, problem: &Problem) -> Answer {
        Answer::refusal(problem, self.settings.empty_data)
    }
}
