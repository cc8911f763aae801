//! The tasks of one model in a request: what they break, and what is wrong with the answer to them.

use super::{Now, Watcher};
use crate::conversation::{Conversation, slim, slim_answer};
use crate::coverage::touches;
use crate::exchange::Form;
use crate::mask::Mask;
use crate::summary::{ACCEPT, BEHAVE, REJECT, Summary};
use crate::{excuse, parts};
use airspec_judge::Violation;
use airspec_spec::behaviour::Kind;
use airspec_spec::rule::Rule;
use airspec_spec::{Constraint, Model};
use airspec_suite::oracle::behaviour::is_deferred;
use airspec_suite::oracle::observation::{Answer, Observation, Outcome};
use airspec_suite::oracle::{Oracle, SecondaryFinding};
use airspec_suite::protocol::{DATA, STATUS, SUCCESS};
use serde_json::{Value, json};
use std::collections::HashSet;

impl Watcher {
    /// Judges the tasks of one model. `batch` is all of the request, where it has other tasks as well.
    pub(super) fn tasks_of(
        &mut self,
        now: &mut Now<'_>,
        place: usize,
        tasks: &[(usize, &Value)],
        batch: &[Value],
    ) {
        let oracle = match self.specs.oracle(place) {
            Ok(oracle) => oracle,
            Err(reason) => return now.leave_out(reason),
        };
        if differ_in_case(oracle, tasks) {
            return now.leave_out("identifiers that differ in letter case only".to_owned());
        }
        let violations = violations(oracle, tasks);
        for (number, violation) in &violations {
            let constraint = oracle.model().constraint(&violation.constraint);
            let level = constraint.map_or(airspec_spec::Level::Facts, |one| one.level);
            let (task, pointer) = (tasks[*number].0, &violation.pointer);
            let message = describe(violation, constraint, tasks[*number].1, now.options.mask);
            now.client(place, &violation.constraint, level, format!("/{task}{pointer}: {message}"));
        }
        let Some(answer) = own_answer(oracle, now, tasks, batch) else { return };
        let judged = not_excused(oracle, now, tasks, &violations, &answer);
        if judged.is_empty() {
            return;
        }
        now.seen.is_judged = true;
        let others = (0..tasks.len()).filter(|number| !judged.contains(number));
        let others: Vec<&Value> = others.map(|number| tasks[number].1).collect();
        let answer =
            if others.is_empty() { answer } else { parts::about(&answer, oracle.identity(), &others) };
        let body: Vec<Value> = judged.iter().map(|number| tasks[*number].1.clone()).collect();
        let broken: Vec<&Violation> =
            violations.iter().filter(|(number, _)| judged.contains(number)).map(|(_, one)| one).collect();
        let seen = observation(oracle, now, body, answer);
        let mut is_taken = false;
        if broken.is_empty() {
            let wrong = oracle.of_valid(&seen);
            is_taken = !wrong.iter().any(|one| side(oracle.model(), &one.subject) == ACCEPT);
            if is_taken {
                show_valid(&mut self.summary, oracle, place, &seen, &wrong);
            }
            now.server(place, wrong, &|subject| side(oracle.model(), subject));
        } else {
            let ids = each_once(&broken);
            let about = broken.first().map(|first| summarize(first, oracle, now.options.mask));
            let wrong = oracle.of_faulty(&ids, &about.unwrap_or_default(), &seen);
            if wrong.is_empty() {
                for id in &ids {
                    self.summary.pass(place, id, REJECT);
                }
            }
            now.server(place, wrong, &|_| REJECT);
        }
        if is_taken {
            self.note_files(now, place, &seen);
        }
        self.remember(now, place, &seen);
    }

    /// Keeps the tasks whose results can still come.
    fn remember(&mut self, now: &Now<'_>, place: usize, seen: &Observation) {
        let (Ok(oracle), Some(answer), Form::Wire) =
            (self.specs.oracle(place), seen.outcome.answer(), now.exchange.form)
        else {
            return;
        };
        for task in seen.tasks() {
            let Some(id) = oracle.identity().of_task(task) else { continue };
            let is_taken = answer.is_success()
                && answer
                    .data()
                    .iter()
                    .filter_map(Value::as_object)
                    .any(|item| oracle.identity().joins(task, item));
            let own = || slim_answer(&parts::of_poll(answer, id, &oracle.identity().field));
            match self.tasks.get(id) {
                Some(known) if known.is_deferred && !known.is_ended => {
                    known.again = Some(Outcome::Answer(own()));
                }
                _ if is_taken => {
                    let is_deferred = is_deferred(oracle.model(), task);
                    let known = Conversation {
                        model: place,
                        number: now.seen.number,
                        client: now.seen.client.clone(),
                        task: slim(task),
                        answer: own(),
                        last: None,
                        again: None,
                        is_deferred,
                        is_ended: !is_deferred,
                        called: Vec::new(),
                    };
                    self.tasks.add(id, known);
                }
                _ => {}
            }
        }
    }
}

/// Whether identifiers of the batch are the same but for letter case. No source says whether they are the same.
fn differ_in_case(oracle: &Oracle, tasks: &[(usize, &Value)]) -> bool {
    let ids: HashSet<&str> = tasks.iter().filter_map(|(_, task)| oracle.identity().of_task(task)).collect();
    let small: HashSet<String> = ids.iter().map(|id| id.to_ascii_lowercase()).collect();
    ids.len() != small.len()
}

/// What the tasks break, with the place of each among them.
fn violations(oracle: &Oracle, tasks: &[(usize, &Value)]) -> Vec<(usize, Violation)> {
    let judge = oracle.judge_of_tasks();
    let mut found = Vec::new();
    let mut ids = HashSet::new();
    for (number, (_, task)) in tasks.iter().enumerate() {
        if !judge.is_valid(task) {
            found.extend(judge.task(task).into_iter().map(|violation| (number, violation)));
        }
        let Some(constraint) = oracle.model().unique() else { continue };
        let id = oracle.identity().of_task(task);
        if id.is_some_and(|id| !ids.insert(id)) {
            let pointer = format!("/{}", constraint.parameter.replace('.', "/"));
            found.push((
                number,
                Violation::new(pointer, constraint.id.to_string(), constraint.expected.clone()),
            ));
        }
    }
    found
}

/// What of the answer is about these tasks; all of it, where the request has no others.
fn own_answer(oracle: &Oracle, now: &Now<'_>, tasks: &[(usize, &Value)], batch: &[Value]) -> Option<Answer> {
    let answer = now.answer.as_ref()?;
    if batch.is_empty() {
        return Some(answer.clone());
    }
    let is_own = |number: &usize| tasks.iter().any(|(own, _)| own == number);
    let others = batch.iter().enumerate().filter(|(number, _)| !is_own(number));
    let others: Vec<&Value> = others.map(|(_, task)| task).collect();
    Some(parts::about(answer, oracle.identity(), &others))
}

/// The tasks whose answer is judged, by their places among them. Why others are left out is taken down.
fn not_excused(
    oracle: &Oracle,
    now: &mut Now<'_>,
    tasks: &[(usize, &Value)],
    violations: &[(usize, Violation)],
    answer: &Answer,
) -> Vec<usize> {
    let mut judged = Vec::new();
    let unique = oracle.model().unique().map(|constraint| constraint.id.as_str());
    let is_clash = violations.iter().any(|(_, one)| Some(one.constraint.as_str()) == unique);
    for (number, (_, task)) in tasks.iter().enumerate() {
        match excused(oracle, now, task, (tasks.len(), is_clash), answer) {
            Some(reason) => now.leave_out(reason.to_owned()),
            None => judged.push(number),
        }
    }
    judged
}

/// Why the answer to a task is not judged.
fn excused(
    oracle: &Oracle,
    now: &Now<'_>,
    task: &Value,
    (tasks, is_clash): (usize, bool),
    answer: &Answer,
) -> Option<&'static str> {
    let identity = oracle.identity();
    let is_own = |error: &&Value| match tasks {
        1 => identity.may_join(task, error),
        _ => error.get(airspec_suite::protocol::TASK_UUID).is_some() && identity.may_join(task, error),
    };
    let errors: Vec<&Value> = answer.errors().iter().filter(is_own).collect();
    let excuse = errors.iter().find_map(|error| excuse::of_error(error, now.is_key_good));
    // Whether other clients use the identifier is not known, only whether other tasks of the batch do.
    let is_in_use = || !is_clash && errors.iter().any(|error| identity.is_conflict(error));
    excuse.or_else(|| is_in_use().then_some("the identifier of the task is in use"))
}

/// The exchange for the oracle. A record has results, however they came.
fn observation(oracle: &Oracle, now: &Now<'_>, body: Vec<Value>, answer: Answer) -> Observation {
    let is_record = now.exchange.form == Form::Record;
    let is_deferred = body.iter().all(|task| is_deferred(oracle.model(), task));
    let mut seen = Observation::new(Value::Array(body), Outcome::Answer(answer));
    if is_record && is_deferred {
        seen.polls.push(seen.outcome.clone());
        for outcome in &mut seen.polls {
            let Outcome::Answer(Answer { json: Ok(envelope), .. }) = outcome else { continue };
            let items = envelope.get_mut(DATA).and_then(Value::as_array_mut);
            for item in items.into_iter().flatten().filter_map(Value::as_object_mut) {
                item.entry(STATUS).or_insert_with(|| json!(SUCCESS));
            }
        }
    }
    if !now.exchange.is_masked {
        seen.files = oracle.inline_files(&seen);
    }
    seen
}

/// Counts what a valid request that was accepted has shown.
fn show_valid(
    summary: &mut Summary,
    oracle: &Oracle,
    place: usize,
    seen: &Observation,
    wrong: &[SecondaryFinding],
) {
    for constraint in oracle.model().constraints() {
        if seen.tasks().iter().any(|task| touches(constraint, task)) {
            summary.pass(place, &constraint.id, ACCEPT);
        }
    }
    show_results(summary, oracle, place, seen, wrong);
}

/// Counts the behaviours that results have shown.
pub(super) fn show_results(
    summary: &mut Summary,
    oracle: &Oracle,
    place: usize,
    seen: &Observation,
    wrong: &[SecondaryFinding],
) {
    let model = oracle.model();
    let has_results = !seen.results().is_empty();
    let is_deferred = seen.tasks().iter().any(|task| is_deferred(model, task));
    if !has_results || is_deferred && seen.polls.is_empty() {
        return;
    }
    for behaviour in &model.behaviours {
        let is_shown = match behaviour.kind {
            Kind::Echo { .. }
            | Kind::Count { .. }
            | Kind::Distinct { .. }
            | Kind::Select { .. }
            | Kind::Flag { .. }
            | Kind::Delivery { .. } => true,
            // Those of links are counted one by one.
            Kind::Container { .. } | Kind::Size { .. } | Kind::Measure { .. } => !seen.files.is_empty(),
            // These take more than an exchange.
            Kind::Quality { .. }
            | Kind::Default { .. }
            | Kind::Webhook { .. }
            | Kind::Upload { .. }
            | Kind::Lifetime { .. } => false,
        };
        if is_shown && !wrong.iter().any(|one| one.subject == behaviour.id) {
            summary.pass(place, &behaviour.id, BEHAVE);
        }
    }
}

/// What must have happened, by what a finding is about.
fn side(model: &Model, subject: &str) -> &'static str {
    let is_behaviour = model.behaviours.iter().any(|behaviour| behaviour.id == subject);
    if is_behaviour || subject.starts_with("result.") || subject.starts_with("envelope.") {
        BEHAVE
    } else {
        ACCEPT
    }
}

/// The ids of constraints, each once.
fn each_once(broken: &[&Violation]) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for violation in broken {
        if !ids.contains(&violation.constraint) {
            ids.push(violation.constraint.clone());
        }
    }
    ids
}

/// A violation in a sentence. The value that was found is told unless it is a text that may be private.
fn describe(violation: &Violation, constraint: Option<&Constraint>, task: &Value, mask: Mask) -> String {
    let is_listed = |rule: &Rule| matches!(rule, Rule::Enum(_) | Rule::Const(_));
    let is_open = mask == Mask::Off
        || constraint.is_none_or(|one| is_listed(&one.rule))
        || matches!(
            task.pointer(&violation.pointer),
            None | Some(Value::Number(_) | Value::Bool(_) | Value::Null)
        )
        || constraint.is_some_and(|one| matches!(one.rule, Rule::AdditionalProperties(_)));
    match (is_open, constraint) {
        (true, _) | (_, None) => violation.message.clone(),
        (false, Some(constraint)) => {
            let found = match task.pointer(&violation.pointer) {
                Some(Value::String(text)) => format!("a text of {} characters", text.chars().count()),
                Some(Value::Array(items)) => format!("a list of {}", items.len()),
                _ => "an object".to_owned(),
            };
            format!("{}, found {found}", constraint.expected)
        }
    }
}

/// What is special about a request, in a few words.
fn summarize(violation: &Violation, oracle: &Oracle, mask: Mask) -> String {
    let expected = oracle.model().constraint(&violation.constraint).map(|one| one.expected.clone());
    let message = match mask {
        Mask::Off => violation.message.clone(),
        Mask::On => expected.unwrap_or_default(),
    };
    format!("{} {message}", violation.pointer)
}
