//! Cases: requests, each with what must happen to it, derived from the model and from nothing else.
//!
//! For each constraint there is at least one request on the accepting side of its edge and one on the rejecting
//! side; for each behaviour at least one request that shows it. Candidates come from the rules (`witness`), are put
//! into an otherwise valid task (`task`), and the judge decides what each one really breaks: a request whose verdict
//! is not exactly the wanted one is never used.

mod batch;
mod behave;
mod constraint;
mod coverage;
mod images;
mod pairs;
mod protocol;
mod resources;
mod sizes;
mod task;
mod vocabulary;
pub(crate) mod wire;
mod witness;

pub use coverage::Coverage;
pub use resources::TestResources;
pub(crate) use sizes::has_side_of;
pub use task::Tasks;
pub(crate) use task::pointer;
pub use wire::{Credential, Wire};

use airspec_judge::{Judge, JudgeError};
use airspec_spec::behaviour::Behaviour;
use airspec_spec::{Constraint, Level, Model};
use serde_json::Value;
use std::collections::HashSet;

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
    /// How it is sent.
    pub wire: Wire,
    /// Whether the files of its results are looked at beside what the case is about.
    pub with_files: bool,
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
    /// The request is answered as the platform answers such requests, whatever the model.
    Protocol(Protocol),
}

/// How the platform answers a request that is special as a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP 401 with a list of errors: there is no valid key.
    Unauthorized,
    /// HTTP 4xx with a list of errors: this is no request.
    Refused,
    /// HTTP 4xx, in whatever form: nothing takes requests there.
    NotFound,
    /// Nothing is taken: whatever is answered, it is no list of results and no failure of the server.
    NotTaken,
    /// No failure of the server; whether it is accepted is left open.
    Handled,
    /// No results: there is no such task.
    NoResults,
    /// The sign of life that was asked for.
    Pong,
}

impl Expect {
    /// The word used in reports.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Behave(_) => "behave",
            Self::Protocol(Protocol::Handled | Protocol::NotTaken) => "handle",
            Self::Protocol(Protocol::Pong) => "answer",
            Self::Reject(_) | Self::Protocol(_) => "reject",
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
    /// How much of what can be tried they try.
    pub coverage: Vec<Coverage>,
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
    pairs::cases(&mut tasks, &mut cases);
    protocol::cases(&mut tasks, &mut cases);
    tell_apart(&mut tasks, &mut cases.cases);
    coverage::count(model, &mut cases);
    Ok(cases)
}

/// The tasks that are proposed for both sides of a constraint, before any judge has seen them.
pub fn proposals_for(tasks: &mut Tasks<'_>, constraint: &Constraint) -> Vec<Value> {
    witness::tasks(tasks, constraint).into_iter().map(|proposal| proposal.task).collect()
}

/// Whether nothing is special about the id of a task: any other would do as well.
#[must_use]
pub fn is_ordinary_id(id: &str) -> bool {
    let is_random = uuid::Uuid::try_parse(id).is_ok_and(|uuid| uuid.get_version_num() == 4);
    is_random && !id.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// Gives each accepted case ids that no other has, in this run or one with another seed: a server that answers later
/// knows the tasks that it has taken. What is special about an id stays.
fn tell_apart(tasks: &mut Tasks<'_>, cases: &mut [Case]) {
    let Some(name) = tasks.model().unique().map(|constraint| constraint.parameter.to_string()) else {
        return;
    };
    let mut known = HashSet::new();
    for case in cases.iter_mut().filter(|case| !matches!(case.expect, Expect::Reject(_))) {
        let is_about_id = case.parameter == name;
        for task in case.body.as_array_mut().into_iter().flatten() {
            let Some(id) = task.get(&name).and_then(Value::as_str).map(str::to_owned) else { continue };
            if !is_about_id && known.insert(id.to_ascii_lowercase()) {
                continue;
            }
            if let Some(other) = tasks.id_like(&id) {
                known.insert(other.to_ascii_lowercase());
                let before = task[&name].take();
                task[&name] = Value::from(other);
                if !tasks.judge(task).is_empty() {
                    task[&name] = before;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_cases_share_a_task_id_and_none_keeps_one_for_the_next_run() {
        let mut known: HashSet<String> = HashSet::new();
        for seed in [1, 2] {
            for (name, text) in airspec_spec::documents() {
                let model = airspec_spec::read(&airspec_spec::Source::new(*name, *text)).unwrap();
                let unique = model.unique().map(|constraint| constraint.parameter.to_string()).unwrap();
                let accepted = derive(&model, seed).unwrap().cases.into_iter();
                for case in accepted.filter(|case| !matches!(case.expect, Expect::Reject(_))) {
                    for task in case.body.as_array().into_iter().flatten() {
                        let Some(id) = task[&unique].as_str().map(str::to_ascii_lowercase) else { continue };
                        let is_one_of_a_kind = id.bytes().all(|byte| matches!(byte, b'0' | b'-' | b'f'));
                        let id = format!("{name} {id}");
                        assert!(is_one_of_a_kind || known.insert(id.clone()), "{} {id}", case.id);
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_special_about_an_id_stays() {
        let (name, text) = ("gpt-image.json", include_str!("../../../spec/tests/specs/gpt-image.json"));
        let model = airspec_spec::read(&airspec_spec::Source::new(name, text)).unwrap();
        let judge = Judge::new(&model).unwrap();
        let mut tasks = Tasks::new(&model, &judge, 1);
        for id in ["7d6b7cba-95ec-1a7a-9c6f-2dd2b4a0c9a1", "7D6B7CBA-95EC-4A7A-CC6F-2DD2B4A0C9A1"] {
            let other = tasks.id_like(id).unwrap();
            let of = |id: &str| {
                let uuid = uuid::Uuid::try_parse(id).unwrap();
                (uuid.get_version_num(), uuid.get_variant(), id.bytes().any(|byte| byte.is_ascii_uppercase()))
            };
            assert!(other != id && of(&other) == of(id), "{other}");
        }
        for id in ["00000000-0000-0000-0000-000000000000", "7d6b7cba95ec1a7a9c6f2dd2b4a0c9a1", "x"] {
            assert_eq!(tasks.id_like(id), None);
        }
    }
}
