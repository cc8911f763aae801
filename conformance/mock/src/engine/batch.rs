//! A batch: each task judged on its own, good ones carried out, bad ones explained.

use super::access;
use crate::caller::Caller;
use crate::capacity::{MAX_TASK_ERRORS, Share};
use crate::engine::Engine;
use crate::fault::How;
use crate::item::Item;
use crate::misread::Mistake;
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::protocol::{kind, name};
use crate::refusing::Refusing;
use crate::roles::Reading;
use airspec_judge::Violation;
use airspec_spec::Constraint;
use airspec_spec::rule::Rule;
use serde_json::{Map, Value};
use std::collections::HashSet;

impl Engine {
    /// Carries out a batch; what became of each element, in order.
    pub(crate) fn each(&self, batch: &[Value], caller: &Caller) -> Vec<Outcome> {
        let (mut taken, mut share) = (Taken::default(), Share::default());
        let mut outcomes = Vec::with_capacity(batch.len());
        for task in batch {
            let mut outcome = Outcome::default();
            match task.get(name::TASK_TYPE).and_then(Value::as_str) {
                Some(kind::AUTHENTICATION) => self.authentication(task, &mut outcome),
                Some(kind::PING) => ping(task, &mut outcome),
                Some(kind::POLL) => self.poll(task, caller, &mut share, &mut outcome),
                _ => {
                    self.task(task, caller, &mut taken, &mut share, &mut outcome);
                    self.spoil(batch, task, &mut outcome);
                }
            }
            share.add_errors(outcome.problems.len());
            outcomes.push(outcome);
        }
        outcomes
    }

    pub(crate) fn run(&self, batch: &[Value], caller: &Caller) -> Outcome {
        let mut whole = Outcome::default();
        for outcome in self.each(batch, caller) {
            whole.items.extend(outcome.items);
            whole.problems.extend(outcome.problems);
        }
        if !whole.problems.is_empty() && self.faults.refuses(Refusing::Whole) {
            whole.items.clear();
        }
        whole
    }

    /// The key of the first one was checked with the request; it has no result over HTTP.
    fn authentication(&self, task: &Value, outcome: &mut Outcome) {
        outcome.problems.extend(unknown_names(task, &[name::TASK_TYPE, name::API_KEY, name::SESSION]));
        if !task.get(name::API_KEY).and_then(Value::as_str).is_some_and(|key| self.takes(key.trim())) {
            outcome.problems.push(access::bad_key());
        }
    }

    /// The faults of telling refusals wrongly.
    fn spoil(&self, batch: &[Value], task: &Value, outcome: &mut Outcome) {
        let own = task.get(name::TASK_UUID).and_then(Value::as_str);
        for how in self.faults.refusing() {
            let mut others = batch.iter().filter_map(|task| task.get(name::TASK_UUID)?.as_str());
            let other = others.find(|other| Some(*other) != own).map(str::to_owned);
            let other = other.unwrap_or_else(|| self.dice.uuid("stranger", 0).to_string());
            how.spoil(&mut outcome.problems, &other);
        }
    }

    fn task(
        &self,
        task: &Value,
        caller: &Caller,
        taken: &mut Taken,
        share: &mut Share,
        outcome: &mut Outcome,
    ) {
        let id = self.id(task);
        let mut violations = self.violations(task);
        violations.extend(self.conflict(id.as_deref(), taken));
        taken.add(id.clone());
        violations.retain(|violation| !self.faults.accepts(&violation.constraint));
        if violations.is_empty() {
            let meant = self.misread.iter().find_map(|misread| misread.meant(task));
            self.carry_out(meant.as_ref().unwrap_or(task), id.as_deref(), caller, share, outcome);
        } else {
            outcome.problems.extend(self.explain(task, &violations, share.errors_left()));
        }
    }

    fn violations(&self, task: &Value) -> Vec<Violation> {
        let mut violations = if self.judge.is_valid(task) { Vec::new() } else { self.judge.task(task) };
        for misread in &self.misread {
            violations = misread.violations(&self.judge, task, violations);
        }
        for narrowed in &self.narrowed {
            for refused in narrowed.violations(task) {
                if !violations.iter().any(|known| known.pointer == refused.pointer) {
                    violations.push(refused);
                }
            }
        }
        violations.extend(self.senseless_lifetime(task));
        violations
    }

    /// The fault of refusing a parameter where it should have no effect.
    fn senseless_lifetime(&self, task: &Value) -> Option<Violation> {
        let (id, parameter, only) = self.roles.lifetime.as_ref()?;
        let reading = self.reading(task);
        let refused = self.faults.answers(id, How::Refused)
            && reading.given(parameter).is_some()
            && reading.text(&only.parameter).as_deref() != Some(only.value.as_str());
        let constraint = self.model.task.at(parameter)?.constraints.first()?.id.clone();
        refused.then(|| Violation::new(pointer(parameter), constraint, String::new()))
    }

    /// Whether another task has the identifier.
    fn conflict(&self, id: Option<&str>, taken: &Taken) -> Option<Violation> {
        let (id, constraint) = (id?, self.model.unique()?);
        let narrowed = || {
            taken.last.is_some()
                && self.narrowed.iter().any(|narrowed| matches!(narrowed.constraint.rule, Rule::Unique))
        };
        let pending = || crate::lock(&self.tasks).find(id, self.clock.now()).is_some();
        let in_batch = if self.is_misread(Mistake::Neighbours) {
            taken.last.as_deref() == Some(id)
        } else {
            taken.all.contains(id)
        };
        (in_batch || narrowed() || pending()).then(|| repeated(constraint))
    }

    /// The errors of a task whose identifier another one has.
    pub(crate) fn conflicting(&self, task: &Value, constraint: &Constraint) -> Vec<Problem> {
        self.explain(task, &[repeated(constraint)], 1)
    }

    fn explain(&self, task: &Value, violations: &[Violation], most: usize) -> Vec<Problem> {
        let blamed = |constraint: &str| self.faults.blames(constraint);
        let mut problems = self.explainer.problems(task, violations, most, blamed);
        if violations.len() > most {
            problems.push(Problem::more(violations.len() - most).of_task(task));
        }
        problems
    }

    pub(crate) fn reading<'a>(&'a self, task: &'a Value) -> Reading<'a> {
        Reading { model: &self.model, roles: &self.roles, faults: &self.faults, task }
    }

    /// What tells a task apart, such that letter case makes no difference.
    fn id(&self, task: &Value) -> Option<String> {
        let path = self.roles.unique.as_deref().unwrap_or(name::TASK_UUID);
        self.reading(task).given(path)?.as_str().map(|id| self.folded(id))
    }

    /// An identifier as tasks are told apart by it.
    pub(crate) fn folded(&self, id: &str) -> String {
        if self.is_misread(Mistake::Case) { id.to_owned() } else { id.to_lowercase() }
    }

    /// Whether identifiers are compared with that mistake.
    fn is_misread(&self, mistake: Mistake) -> bool {
        self.misread.iter().any(|misread| misread.is(mistake, &Rule::Unique))
    }
}

/// The identifiers of the tasks of a batch so far.
#[derive(Default)]
struct Taken {
    all: HashSet<String>,
    last: Option<String>,
}

impl Taken {
    fn add(&mut self, id: Option<String>) {
        self.all.extend(id.clone());
        self.last = id.or(self.last.take());
    }
}

/// The violation of a task whose identifier another one has.
fn repeated(constraint: &Constraint) -> Violation {
    Violation::new(pointer(&constraint.parameter), constraint.id.clone(), String::new())
}

/// The JSON pointer of a parameter outside arrays.
fn pointer(path: &str) -> String {
    format!("/{}", path.replace('.', "/"))
}

fn ping(task: &Value, outcome: &mut Outcome) {
    let mut problems = unknown_names(task, &[name::TASK_TYPE, name::PING]);
    if task.get(name::PING) != Some(&Value::Bool(true)) {
        let problem = Problem::new(400, "invalidPing", "`ping` must be `true`.");
        problems.push(problem.with(name::PARAMETER, name::PING).with(name::TYPE, "boolean").of_task(task));
    }
    if problems.is_empty() {
        let fields = [(name::TASK_TYPE.into(), kind::PING.into()), (name::PONG.into(), true.into())];
        outcome.items.push(Item::plain(fields.into_iter().collect()));
    }
    outcome.problems.extend(problems);
}

/// The errors for names that a task of the platform does not have.
pub(crate) fn unknown_names(task: &Value, known: &[&str]) -> Vec<Problem> {
    let names = task.as_object().into_iter().flat_map(Map::keys);
    let unknown = names.filter(|name| !known.contains(&name.as_str()));
    let problem = |name: &String| {
        let name = airspec_spec::text::shorten(name, 80);
        Problem::new(400, "unsupportedParameter", format!("`{name}` is not a parameter here."))
            .with(name::PARAMETER, name.as_str())
            .of_task(task)
    };
    let mut problems: Vec<Problem> = unknown.clone().take(MAX_TASK_ERRORS).map(problem).collect();
    let left = unknown.count() - problems.len();
    if left > 0 {
        problems.push(Problem::more(left).of_task(task));
    }
    problems
}
