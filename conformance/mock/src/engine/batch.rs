//! A batch: each task judged on its own, good ones executed, bad ones explained.

use super::{Engine, violations};
use crate::answer::Answer;
use crate::caller::{Caller, Secrets};
use crate::capacity::Share;
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::protocol::{kind, name};
use crate::steps::execute::{self, Execution, Terms};
use crate::steps::judge::{self, Conflict, Taken};
use crate::steps::plan::Plan;
use crate::steps::results::ResultBuilder;
use crate::steps::{odd, platform, poll, respond};
use crate::task_view::TaskView;
use airspec_judge::Violation;
use serde_json::Value;

impl Engine {
    /// Judges and executes a batch; what became of each element, in order. The way in for HTTP and for WebSocket.
    pub(super) fn process(&self, batch: &[Value], caller: &Caller) -> Vec<Outcome> {
        let (mut taken, mut share) = (Taken::default(), Share::default());
        let mut outcomes = Vec::with_capacity(batch.len());
        for (place, task) in batch.iter().enumerate() {
            let outcome = match task.get(name::TASK_TYPE).and_then(Value::as_str) {
                Some(kind::AUTHENTICATION) => {
                    let mut outcome = platform::authentication(task, &self.settings);
                    self.mutations.on_authentication(task, &mut outcome);
                    outcome
                }
                Some(kind::PING) => platform::ping(task),
                Some(kind::POLL) => self.polled(task).poll((place, task), caller, &mut share),
                _ => match self.of_task(task) {
                    Err(problem) => {
                        self.keep_problem(violations::MODEL, (place, task), &problem, &caller.secrets);
                        Outcome { items: Vec::new(), problems: vec![problem] }
                    }
                    Ok(engine) => {
                        let mut outcome = engine.task((place, task), caller, &mut taken, &mut share);
                        engine.mutations.on_outcome(batch, task, &mut outcome);
                        outcome
                    }
                },
            };
            share.add_errors(outcome.problems.len());
            outcomes.push(outcome);
        }
        self.mutations.on_outcomes(&mut outcomes);
        outcomes
    }

    /// The answer over HTTP to a batch.
    pub(super) fn respond(&self, batch: &[Value], caller: &Caller) -> Answer {
        let mut outcome = respond::merge(self.process(batch, caller));
        self.mutations.on_batch(&mut outcome);
        let mut status = outcome.status(self.settings.mixed_status);
        self.mutations.on_status(&outcome, &mut status);
        let head = respond::Head { status, note: outcome.note(batch.len(), &caller.secrets) };
        let is_refused = outcome.items.is_empty() && !outcome.problems.is_empty();
        self.mutations.on_body(&mut outcome);
        let mut answer = respond::answer(head, outcome, self.settings.empty_data, &caller.secrets);
        self.mutations.on_answer(is_refused, &mut answer);
        answer
    }

    /// Judges and executes the task at that place of its batch.
    fn task(
        &self,
        (place, task): (usize, &Value),
        caller: &Caller,
        taken: &mut Taken,
        share: &mut Share,
    ) -> Outcome {
        let key = judge::identifier(self.view(task), &self.index).map(|identifier| self.key(identifier));
        let mut violations = self.judge((place, task), key.as_deref(), taken, &caller.secrets);
        self.mutations.on_verdict(place, self.view(task), key.as_deref(), &mut violations);
        taken.add(key.clone());
        if violations.is_empty() {
            let meant = self.mutations.executed_task(caller.account, task);
            self.execute((place, meant.as_ref().unwrap_or(task)), key.as_deref(), caller, share)
        } else {
            let problems = self.explain(task, &violations, share.errors_left());
            Outcome { items: Vec::new(), problems }
        }
    }

    /// What a task breaks that stands alone in a batch, by the ids of constraints, and the task as it would be executed
    /// where that is not as it was sent. Nothing is executed.
    #[must_use]
    pub fn verdict(&self, task: &Value) -> (Vec<String>, Option<Value>) {
        let mut violations = judge::violations(&self.judge, task);
        self.mutations.on_violations(&self.judge, self.view(task), &mut violations);
        self.mutations.on_verdict(0, self.view(task), None, &mut violations);
        let executed = if violations.is_empty() { self.mutations.executed_task(0, task) } else { None };
        (violations.into_iter().map(|violation| violation.constraint).collect(), executed)
    }

    pub(super) fn view<'a>(&'a self, task: &'a Value) -> TaskView<'a> {
        TaskView { defaults: &self.defaults, task }
    }

    /// What tasks are told apart by.
    fn key(&self, identifier: &str) -> String {
        let mut key = judge::key(identifier);
        self.mutations.on_key(identifier, &mut key);
        key
    }

    fn judge(
        &self,
        (place, task): (usize, &Value),
        key: Option<&str>,
        taken: &Taken,
        secrets: &Secrets,
    ) -> Vec<Violation> {
        let mut violations = judge::violations(&self.judge, task);
        self.keep_violations((place, task), &violations, secrets);
        self.mutations.on_violations(&self.judge, self.view(task), &mut violations);
        if let (Some(key), Some(constraint)) = (key, self.model.unique()) {
            let pending = crate::lock(&self.state.tasks).find(key, self.clock.now()).is_some();
            let mut conflict = Conflict { in_batch: taken.all.contains(key), pending };
            if conflict.in_batch || conflict.pending {
                self.keep_violations((place, task), &[judge::repeated(constraint)], secrets);
            }
            self.mutations.on_conflict(key, taken, &mut conflict);
            if conflict.in_batch || conflict.pending {
                violations.push(judge::repeated(constraint));
            }
        }
        violations
    }

    fn explain(&self, task: &Value, violations: &[Violation], most: usize) -> Vec<Problem> {
        let change = |explanations: &mut Vec<_>| self.mutations.on_explanations(explanations);
        judge::explain(&self.explainer, task, violations, most, change)
    }

    fn execute(
        &self,
        (place, task): (usize, &Value),
        key: Option<&str>,
        caller: &Caller,
        share: &mut Share,
    ) -> Outcome {
        let view = self.view(task);
        let identity = crate::lock(&self.state.seen).identity(task, key, self.rng);
        let mut plan = Plan::read(view, &self.index, &self.model, &self.prices, self.settings.pace);
        self.mutations.on_plan(view, &mut plan);
        let builder = ResultBuilder {
            view,
            plan: &plan,
            index: &self.index,
            model: &self.model,
            rng: self.rng,
            identity,
            origin: &caller.origin,
            unasked: &self.settings.unasked,
        };
        let refused =
            |problem: Option<Problem>| Outcome { items: Vec::new(), problems: problem.into_iter().collect() };
        let Some(mut items) = builder.admitted(share) else { return refused(Some(execute::crowded(task))) };
        self.mutations.on_results(identity, &mut items);
        let network = &caller.conditions.network;
        let happens = |condition, share| self.rng.chance(condition, identity, share);
        if happens("quota", network.quota) {
            return refused(Some(execute::without_credit(task)));
        }
        // What the content policy refuses costs nothing.
        let failure = happens("moderation", network.moderation).then(|| execute::moderated(task));
        if failure.is_none() && !self.is_paid(&plan, caller) {
            return refused(execute::unpaid(task, self.settings.unpaid_status));
        }
        let failure = failure.or_else(|| happens("fail", network.fail).then(|| execute::failed(task)));
        if happens("odd-fields", network.odd_fields) {
            odd::change(&mut items, &self.index);
        }
        let (now, unique) = (self.clock.now(), self.model.unique());
        let terms = Terms {
            view,
            index: &self.index,
            key,
            caller,
            now,
            retention: self.settings.retention,
            unique: unique.map(|constraint| &*constraint.id),
            engine: self.number,
        };
        let mut execution = Execution::new(&plan, items, failure, terms);
        self.mutations.on_execution(view, &mut execution);
        if execution.store(now, &self.state, &self.deliveries) {
            return self.executed(view, execution);
        }
        // Another request has taken the identifier meanwhile.
        let violations: Vec<_> = unique.map(judge::repeated).into_iter().collect();
        self.keep_violations((place, task), &violations, &caller.secrets);
        Outcome { items: Vec::new(), problems: self.explain(task, &violations, 1) }
    }

    /// The answer to a task that is executed.
    fn executed(&self, view: TaskView<'_>, execution: Execution) -> Outcome {
        let is_deferred = execution.deferred;
        let mut outcome = execution.into_outcome(view.task);
        if is_deferred {
            self.mutations.on_acknowledgement(view, &mut outcome);
        }
        outcome
    }

    fn is_paid(&self, plan: &Plan, caller: &Caller) -> bool {
        let balance = caller.conditions.network.balance;
        balance.is_none_or(|balance| crate::lock(&self.state.balance).spend(plan.cost(), balance))
    }

    /// The engine that executed the task which a poll asks about.
    fn polled(&self, poll: &Value) -> &Self {
        let key = poll.get(name::TASK_UUID).and_then(Value::as_str).map(|identifier| self.key(identifier));
        let number = key.and_then(|key| {
            crate::lock(&self.state.tasks).find(&key, self.clock.now()).map(|task| task.engine)
        });
        self.nth(number.unwrap_or_default())
    }

    fn poll(&self, (place, task): (usize, &Value), caller: &Caller, share: &mut Share) -> Outcome {
        let identifier = match poll::asked(task) {
            Ok(identifier) => identifier,
            Err(problems) => {
                for problem in &problems {
                    self.keep_problem(violations::POLL, (place, task), problem, &caller.secrets);
                }
                let mut outcome = Outcome { items: Vec::new(), problems };
                self.mutations.on_polled(task, None, &mut outcome);
                return outcome;
            }
        };
        let (key, now) = (self.key(identifier), self.clock.now());
        let result = self.model.result.as_ref();
        let tasks = crate::lock(&self.state.tasks);
        let mut outcome = poll::answer(task, &tasks, (&key, caller.account, now), result, share);
        drop(tasks);
        self.mutations.on_poll(result, &mut outcome.items);
        self.mutations.on_polled(task, Some(&key), &mut outcome);
        outcome
    }
}
