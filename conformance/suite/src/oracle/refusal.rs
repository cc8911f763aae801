//! A request is refused: HTTP 4xx, a list of `errors` with a code and a message each, one of them about the faulty
//! task and naming the faulty parameter, and no result for it. Good neighbours in a batch are left alone.
//!
//! That it is refused is stated where the constraint is; how, is at most level `facts`; that one fault has one error is
//! level `unstated`.

use super::acceptance::{appears, unrelated};
use super::behaviour::delivers_result;
use super::cause::form;
use super::error_attribution::{ExpectedParameters, blamed, blamed_in_vain};
use super::finding::Finding;
use super::observation::{Answer, Observation, Outcome};
use super::{Oracle, answered, excerpt, listed, show};
use crate::case::Case;
use crate::protocol::{CODE, ERRORS, MESSAGE, TASK_UUID};
use airspec_spec::{Level, text};
use serde_json::Value;

/// So many errors are looked at one by one; a request has fewer faults.
const MAX_ERRORS: usize = 100;
/// So many tasks any server takes in one request.
const FEW: usize = 4;
/// So many codes are told.
const MAX_CODES: usize = 10;

/// The tasks of a request, told apart by who is at fault.
struct Sides<'a> {
    /// The tasks that break something; empty where the body as a whole does.
    faulty: Vec<&'a Value>,
    /// The tasks that break nothing.
    good: Vec<&'a Value>,
    /// Whether the tasks are good alone and clash with each other.
    clash: bool,
}

/// What is wrong with the answer to a request that must be refused.
pub(super) fn findings(oracle: &Oracle, case: &Case, broken: &[String], seen: &Observation) -> Vec<Finding> {
    let contract = case.level.max(Level::Facts);
    let answer = match &seen.outcome {
        Outcome::Lost(loss) => {
            return vec![Finding::wrong(contract, format!("neither refused nor accepted: {loss}"))];
        }
        Outcome::Answer(answer) => answer,
    };
    let sides = Sides::of(oracle, broken, seen);
    if let Some(finding) = accepted(oracle, case, &sides, broken, answer) {
        return vec![finding];
    }
    if let Some(finding) = status(contract, answer, &sides) {
        return vec![finding];
    }
    let mut findings = envelope(oracle, contract, answer);
    findings.extend(called(oracle, contract, seen));
    if findings.is_empty() {
        let expected = sides.faulty.first().map(|task| ExpectedParameters::of(oracle, case, broken, task));
        if let Some(expected) = &expected {
            findings.extend(errors(oracle, contract, broken, &sides, expected, answer));
            if !expected.hide_task || sides.clash {
                findings.extend(unreported(oracle, contract, &sides, answer));
                findings.extend(mixed_up(oracle, case, contract, &sides, answer));
            }
        }
        findings.extend(neighbours(oracle, contract, &sides, answer));
        findings.extend(expected.and_then(|expected| stranger(oracle, contract, &sides, &expected, answer)));
    }
    findings
}

impl<'a> Sides<'a> {
    fn of(oracle: &Oracle, broken: &[String], seen: &'a Observation) -> Self {
        let clash =
            oracle.model.unique().is_some_and(|constraint| broken.iter().any(|id| *id == constraint.id));
        let tasks = seen.tasks();
        let shares = |task: &Value| {
            let id = oracle.identity.of_task(task);
            let same = |other: &&Value| match (oracle.identity.of_task(other), id) {
                (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
                _ => false,
            };
            tasks.iter().filter(same).count() > 1
        };
        let is_faulty = |task: &&Value| !oracle.judge.is_valid(task) || clash && shares(task);
        let (faulty, good) = tasks.iter().partition(is_faulty);
        Self { faulty, good, clash }
    }
}

/// The request, or its faulty task, went through.
fn accepted(
    oracle: &Oracle,
    case: &Case,
    sides: &Sides<'_>,
    broken: &[String],
    answer: &Answer,
) -> Option<Finding> {
    let tasks = sides.faulty.len() + sides.good.len();
    // Of tasks that clash one may go through.
    let through = !sides.clash
        && sides.faulty.iter().any(|task| match oracle.identity.of_task(task) {
            None if tasks > 1 => false,
            _ => appears(oracle, answer, task, tasks),
        });
    let silent = answer.is_success() && answer.json.is_ok() && answer.errors().is_empty();
    // Where nothing of a request may go through, whatever has a result did.
    let through = through || !sides.clash && sides.good.is_empty() && tasks > 1 && !answer.data().is_empty();
    if !through && !silent {
        return None;
    }
    let rules: Vec<String> = broken.iter().map(|id| rule(oracle, id)).collect();
    let sentence = format!(
        "accepted with {}, but {} ({})",
        answered(answer),
        rules.join(", and "),
        excerpt(&case.about)
    );
    let keyword = case.subject.rsplit('.').next().unwrap_or_default();
    Some(Finding::accepted(case.level, sentence).caused_by(format!("accepted against `{keyword}`")))
}

/// The rule of a constraint as a clause, with its place on the page.
fn rule(oracle: &Oracle, id: &str) -> String {
    let Some(constraint) = oracle.model.constraint(id) else { return format!("`{id}` is broken") };
    let subject = match (&constraint.member, constraint.parameter.as_str()) {
        (Some(member), "") => format!("`{member}`"),
        (Some(member), parameter) if !parameter.ends_with(member.as_str()) => {
            format!("`{parameter}.{member}`")
        }
        (_, "") => "a task".to_owned(),
        (_, parameter) => format!("`{parameter}`"),
    };
    let page = constraint.documentation.as_ref().map(|page| format!(", see {page}")).unwrap_or_default();
    format!("{}{page}", text::said_of(&subject, &constraint.expected))
}

fn status(contract: Level, answer: &Answer, sides: &Sides<'_>) -> Option<Finding> {
    let wrong = |words: &str| {
        let cause = format!("{}: {words}", form(answer));
        Some(Finding::wrong(contract, format!("{words}: {}", answered(answer))).caused_by(cause))
    };
    match answer.status {
        401..=403 => Some(unrelated(contract, answer)),
        400 | 408 | 409 | 413 | 422 | 429 => None,
        400..=499 => wrong("refused, but with a status that is about something else"),
        500..=599 => wrong("failed instead of refusing"),
        // A batch that succeeds in part carries results and errors.
        200..=299 if !sides.good.is_empty() || sides.clash => None,
        200..=299 if answer.json.is_err() => wrong("neither refused nor accepted"),
        200..=299 => wrong("refused, but with a status that says that all went well"),
        _ => wrong("refused, but with a status that is not 4xx"),
    }
}

/// A finished result is delivered for what is refused. An error may be.
fn called(oracle: &Oracle, contract: Level, seen: &Observation) -> Option<Finding> {
    let call = seen.calls.iter().find(|call| delivers_result(&oracle.model, call))?;
    let sentence = format!("refused, and yet its URL received a {} with a result", excerpt(&call.method));
    Some(Finding::wrong(contract, sentence))
}

/// What is wrong with the list of errors itself.
fn envelope(oracle: &Oracle, contract: Level, answer: &Answer) -> Vec<Finding> {
    if answer.json.is_err() || answer.errors().is_empty() {
        let sentence = format!("refused, but without a list `{ERRORS}`: {}", excerpt(&answer.text));
        let cause = format!("{}: refused without a list `{ERRORS}`", form(answer));
        return vec![
            Finding::wrong(contract, format!("HTTP {}, {sentence}", answer.status)).caused_by(cause),
        ];
    }
    let mut findings = Vec::new();
    for error in answer.errors().iter().take(MAX_ERRORS) {
        let lacks = |name: &str| error.get(name).and_then(Value::as_str).is_none_or(str::is_empty);
        for name in [CODE, MESSAGE].into_iter().filter(|name| lacks(name)) {
            findings
                .push(Finding::wrong(contract, format!("an error without a text `{name}`: {}", show(error))));
        }
        let shape = oracle.error.as_ref().filter(|_| error.is_object());
        if let Some(shape) = shape.filter(|_| findings.is_empty()) {
            let flaws = shape.wrong(error, false).into_iter();
            findings
                .extend(flaws.map(|flaw| Finding::wrong(contract, format!("an error {}", flaw.sentence))));
        }
    }
    findings
}

/// Whether an error is about the right task and parameter, and alone.
fn errors(
    oracle: &Oracle,
    contract: Level,
    broken: &[String],
    sides: &Sides<'_>,
    expected: &ExpectedParameters,
    answer: &Answer,
) -> Vec<Finding> {
    let is_about = |error: &&Value| {
        expected.hide_task || sides.faulty.iter().any(|task| oracle.identity.may_join(task, error))
    };
    let about: Vec<&Value> = answer.errors().iter().filter(is_about).collect();
    if about.is_empty() {
        let sentence = format!("refused, but no error is about the faulty task: {}", answered(answer));
        return vec![Finding::wrong(contract, sentence)];
    }
    // Of several errors the one that comes nearest counts.
    let rank = |finding: &Option<Finding>| finding.as_ref().map(|finding| std::cmp::Reverse(finding.level));
    let looked_at = about.iter().take(MAX_ERRORS);
    let best = looked_at.map(|error| blamed(oracle, error, expected)).min_by_key(rank).flatten();
    let mut findings: Vec<Finding> =
        best.map(|finding| Finding { level: finding.level.max(contract), ..finding }).into_iter().collect();
    if let [task] = sides.faulty.as_slice() {
        findings.extend(blamed_in_vain(oracle, &about, expected, task));
    }
    // Where identities are at fault, errors of several tasks can be the same.
    if !expected.hide_task || sides.faulty.len() == 1 || sides.clash {
        findings.extend(alone(oracle, sides, broken, &about, answer));
    }
    findings
}

/// How many errors more than one a server can give for each rule that demands several things under its condition.
fn demands(oracle: &Oracle, task: &Value) -> usize {
    let holds_demands =
        |id: &String| oracle.model.constraint(id).is_some_and(|one| one.rule.has_consequences());
    let mut broken: Vec<String> = oracle.judge.task(task).into_iter().map(|one| one.constraint).collect();
    broken.retain(holds_demands);
    let all = broken.len();
    broken.dedup();
    all - broken.len()
}

/// Level `unstated`: one error for one fault, which can be joined to its task.
fn alone(
    oracle: &Oracle,
    sides: &Sides<'_>,
    broken: &[String],
    about: &[&Value],
    answer: &Answer,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    // A server that holds the rules of the model's owner may well tell of those, too.
    let more: usize = sides.faulty.iter().map(|task| oracle.owner_faults(task) + demands(oracle, task)).sum();
    let is_repeated = |(place, error): (usize, &&Value)| about[..place].contains(error);
    // Two items of a list can be wrong in the same way.
    let faults = || sides.faulty.iter().map(|task| oracle.judge.task(task).len().max(1)).sum::<usize>();
    let has_repeated = || about.iter().take(MAX_ERRORS).enumerate().any(is_repeated);
    if !sides.clash && has_repeated() && about.len() > faults() {
        let sentence = format!("the same error twice: {}", codes(answer));
        findings.push(Finding::wrong(Level::Facts, sentence));
    } else if about.len() > broken.len().max(sides.faulty.len()) + more {
        let sentence = format!("{} errors for one fault: {}", about.len(), codes(answer));
        findings.push(Finding::wrong(Level::Unstated, sentence));
    }
    let is_batch = sides.faulty.len() + sides.good.len() > 1;
    if is_batch && !sides.clash && about.iter().all(|error| error.get(TASK_UUID).is_none()) {
        let sentence = format!("the error does not say by `{TASK_UUID}` which task of the batch it is about");
        findings.push(Finding::wrong(Level::Facts, sentence));
    }
    findings
}

/// Each faulty task of a batch has an error of its own.
fn unreported(oracle: &Oracle, contract: Level, sides: &Sides<'_>, answer: &Answer) -> Option<Finding> {
    let is_named = |task: &&&Value| {
        let names = |error: &Value| error.get(TASK_UUID).is_some() && oracle.identity.may_join(task, error);
        answer.errors().iter().any(names)
    };
    // Tasks of one identity share an error; whether it names that is looked at where there are several.
    let are_one = |a: &&Value, b: &&Value| oracle.identity.of_task(a) == oracle.identity.of_task(b);
    let is_one_group = sides.faulty.windows(2).all(|pair| are_one(&pair[0], &pair[1]));
    let names_none = answer.errors().iter().all(|error| error.get(TASK_UUID).is_none());
    if sides.faulty.len() < 2 || sides.clash && (is_one_group || names_none) {
        return None;
    }
    let silent = sides.faulty.iter().find(|task| !is_named(task))?;
    // How many tasks a request may have is stated nowhere: one that is too long may be refused as a whole.
    let is_whole = !sides.faulty.iter().any(|task| is_named(&task)) && answer.data().is_empty();
    let contract = if is_whole && sides.faulty.len() > FEW { Level::Unstated } else { contract };
    let id = excerpt(oracle.identity.of_task(silent).unwrap_or("without id"));
    let sentence = format!("no error is about the faulty task {id} of the batch: {}", answered(answer));
    Some(Finding::wrong(contract, sentence))
}

/// Of several faulty tasks, the error of each is about what is faulty in that one.
fn mixed_up(
    oracle: &Oracle,
    case: &Case,
    contract: Level,
    sides: &Sides<'_>,
    answer: &Answer,
) -> Option<Finding> {
    if sides.faulty.len() < 2 || sides.clash {
        return None;
    }
    sides.faulty.iter().find_map(|task| {
        let own: Vec<String> = oracle.judge.task(task).into_iter().map(|one| one.constraint).collect();
        let expected = ExpectedParameters::of(oracle, case, &own, task);
        let names = |error: &&Value| error.get(TASK_UUID).is_some() && oracle.identity.may_join(task, error);
        let found: Option<Vec<Finding>> =
            answer.errors().iter().filter(names).map(|error| blamed(oracle, error, &expected)).collect();
        let finding = found?.into_iter().next()?;
        Some(Finding { level: finding.level.max(contract), ..finding })
    })
}

fn codes(answer: &Answer) -> String {
    let codes = answer.errors().iter().map(|error| show(error.get(CODE).unwrap_or(&Value::Null)));
    listed(codes, answer.errors().len(), MAX_CODES, ", ")
}

/// What became of the good tasks of the batch.
fn neighbours(oracle: &Oracle, contract: Level, sides: &Sides<'_>, answer: &Answer) -> Vec<Finding> {
    let mut findings = Vec::new();
    for task in &sides.good {
        let id = excerpt(oracle.identity.of_task(task).unwrap_or("without id"));
        let names = |error: &&Value| error.get(TASK_UUID).is_some() && oracle.identity.may_join(task, error);
        if let Some(error) = answer.errors().iter().find(names) {
            findings.push(Finding::wrong(
                contract,
                format!("an error about the good task {id}: {}", show(error)),
            ));
        } else if !appears(oracle, answer, task, 2) {
            // A batch that is refused as a whole is nowhere ruled out.
            let level = if answer.is_success() { contract } else { Level::Unstated };
            findings.push(Finding::wrong(level, format!("the good task {id} of the batch has no result")));
        }
    }
    findings
}

/// An error about a task that was not sent. Where the id itself is at fault, anything may stand in its place.
fn stranger(
    oracle: &Oracle,
    contract: Level,
    sides: &Sides<'_>,
    expected: &ExpectedParameters,
    answer: &Answer,
) -> Option<Finding> {
    let sent = sides.good.iter().chain(&sides.faulty);
    let is_strange = |error: &&Value| !sent.clone().any(|task| oracle.identity.may_join(task, error));
    let error = answer.errors().iter().filter(|_| !expected.hide_task).find(is_strange)?;
    Some(Finding::wrong(contract, format!("an error names a task that was not sent: {}", show(error))))
}
