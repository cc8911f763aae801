//! Cases: requests, each with what must happen to it, derived from the model and from nothing else.
//!
//! For each constraint there is at least one request on the accepting side of its edge and one on the rejecting
//! side; for each behaviour at least one request that shows it. Candidates come from the rules (`witness`), are put
//! into an otherwise valid task (`task`), and the judge decides what each one really breaks: a request whose verdict
//! is not exactly the wanted one is never used.

mod batch;
mod behave;
mod constraint;
mod task;
mod witness;
mod world;

pub use task::Tasks;
pub use world::TestResources;

use airspec_judge::{Judge, JudgeError};
use airspec_spec::behaviour::Behaviour;
use airspec_spec::{Level, Model};
use serde_json::Value;

/// A request and what must happen.
#[derive(Clone, Debug)]
pub struct Case {
    /// Stable dotted id: the constraint or behaviour, the side, and what is special about the request, such as
    /// `width.maximum.reject.3856`.
    pub id: String,
    /// The constraint or behaviour that the case is a witness of.
    pub subject: String,
    /// The dotted path of the parameter it is about; empty for the task itself.
    pub parameter: String,
    /// Where the subject is stated.
    pub level: Level,
    /// What must happen.
    pub expect: Expect,
    /// What is special about the request, in a few words.
    pub about: String,
    /// The body: an array of tasks.
    pub body: Value,
    /// Why it cannot be tried.
    pub obstacle: Option<String>,
}

/// What must happen to a case.
#[derive(Clone, Debug)]
pub enum Expect {
    /// The request is taken.
    Accept,
    /// The request is refused, for breaking these constraints: one, or two where the edge cannot break just one.
    Reject(Vec<String>),
    /// The answer is what the behaviour says.
    Behave(Box<Behaviour>),
}

impl Expect {
    /// The word used in reports.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Reject(_) => "reject",
            Self::Behave(_) => "behave",
        }
    }
}

/// All cases of a model, and what could not be given a case.
#[derive(Debug, Default)]
pub struct Cases {
    /// In the order of the spec.
    pub cases: Vec<Case>,
    /// Constraints without an accepting or rejecting case, with the reason why there can be none.
    pub gaps: Vec<Gap>,
    /// The task that all others start from: required parameters alone.
    pub base: Value,
}

/// A constraint of which one side cannot be shown.
#[derive(Clone, Debug)]
pub struct Gap {
    /// The constraint.
    pub constraint: String,
    /// The side that has no case.
    pub side: &'static str,
    /// Why.
    pub reason: String,
}

/// Derives the cases of a model; the same seed gives the same requests.
///
/// # Errors
/// A schema that the judge cannot compile.
pub fn derive(model: &Model, seed: u64) -> Result<Cases, JudgeError> {
    let judge = Judge::new(model)?;
    let mut tasks = Tasks::new(model, &judge, seed);
    let mut cases = Cases { base: tasks.plain().clone(), ..Cases::default() };
    for constraint in model.constraints() {
        constraint::cases(&mut tasks, constraint, &mut cases);
    }
    batch::cases(&mut tasks, &mut cases);
    for behaviour in &model.behaviours {
        behave::cases(&mut tasks, behaviour, &mut cases);
    }
    Ok(cases)
}
