//! Faults that no request can show, since what they do wrong is never the last word on a request.
//!
//! A rule can be dead: `type: integer` beside a table of allowed numbers refuses nothing that the table does not refuse.
//! That a rule is never broken alone is the outcome of a search, and is said with its size. That some other mistake
//! changes nothing follows from the spec, and is for the mock to say (`Fault::changes_nothing`).

use crate::case::{Case, Tasks, pointer};
use crate::random;
use airspec_judge::Judge;
use airspec_mock::{Engine, EngineError, Fault, Settings};
use airspec_spec::rule::Rule;
use airspec_spec::{Constraint, Model};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::Config;
use serde_json::{Number, Value};
use std::collections::BTreeMap;

/// How many random tasks are judged, beside those that the rules propose.
const RANDOM: usize = 5_000;

/// What is broken together, among all tasks that were tried.
#[derive(Debug)]
pub(crate) struct Company {
    tried: usize,
    /// By constraint.
    broken: BTreeMap<String, Broken>,
}

/// The tasks that break a constraint.
#[derive(Debug, Default)]
struct Broken {
    tasks: usize,
    /// Whether one breaks nothing else.
    alone: bool,
    /// What else they break, and how many of them do.
    beside: BTreeMap<String, usize>,
}

impl Company {
    /// Judges the tasks that the rules propose, and random ones.
    pub(crate) fn of(model: &Model, judge: &Judge, seed: u64) -> Self {
        let mut company = Self { tried: 0, broken: BTreeMap::new() };
        for task in proposed(model, judge, seed).chain(drawn(model, seed)) {
            company.tried += 1;
            let mut ids: Vec<String> =
                judge.task(&task).into_iter().map(|violation| violation.constraint).collect();
            ids.sort();
            ids.dedup();
            for id in &ids {
                let broken = company.broken.entry(id.clone()).or_default();
                broken.tasks += 1;
                broken.alone |= ids.len() == 1;
                for other in ids.iter().filter(|other| *other != id) {
                    *broken.beside.entry(other.clone()).or_default() += 1;
                }
            }
        }
        company
    }

    /// Why it changes nothing to accept what breaks the constraint, or to blame another parameter for it: no task is found
    /// that breaks it alone. `None` where one is.
    pub(crate) fn dead(&self, constraint: &str) -> Option<String> {
        let tried = self.tried;
        let Some(broken) = self.broken.get(constraint) else {
            return Some(format!("no task breaks the rule ({tried} tried)"));
        };
        let most = broken.beside.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
        let (id, count) = most.filter(|_| !broken.alone)?;
        let tasks = broken.tasks;
        Some(format!(
            "every task that breaks the rule breaks another one too, `{id}` in {count} of {tasks} ({tried} tasks tried)"
        ))
    }
}

/// Why it changes nothing to refuse the edge of a range: no legal task is found that has it.
pub(crate) fn out_of_reach(model: &Model, judge: &Judge, constraint: &str, seed: u64) -> Option<String> {
    let constraint = model.constraint(constraint)?;
    if matches!(constraint.rule, Rule::MinLength(_) | Rule::MaxLength(_)) {
        return without_edge(model, constraint);
    }
    let edge = constraint.rule.bound()?.value.to_plain_string();
    let value = edge.parse::<Number>().ok().map(Value::Number)?;
    let task = Tasks::new(model, judge, seed).with(&constraint.parameter, Some(value));
    let broken = judge.task(&task).into_iter().next()?;
    let path = &constraint.parameter;
    Some(format!("no legal task is found with {edge} for `{path}`: it breaks `{}`", broken.constraint))
}

/// Why it changes nothing to refuse texts at the edge of a length: a closed set has none of them.
fn without_edge(model: &Model, constraint: &Constraint) -> Option<String> {
    let values = model.task.at(&constraint.parameter)?.rules().find_map(|rule| match rule {
        Rule::Enum(list) => Some(&list.values),
        _ => None,
    })?;
    let has_edge = |text: &str| match constraint.rule {
        Rule::MinLength(least) => text.chars().count() as u64 <= least,
        Rule::MaxLength(most) => text.chars().count() as u64 >= most,
        _ => true,
    };
    let is_free = values.iter().all(|value| value.value.as_str().is_none_or(|text| !has_edge(text)));
    is_free.then(|| format!("no value of the closed set of `{}` has that length", constraint.parameter))
}

/// Why no task shows a fault that changes nothing but verdicts: of many tasks, none is accepted, refused or executed in
/// another way. `None` where one is.
pub(crate) fn unseen(
    model: &Model,
    judge: &Judge,
    fault: &Fault,
    cases: &[Case],
    seed: u64,
) -> Result<Option<String>, EngineError> {
    let faulty =
        Engine::new(model.clone(), Settings { faults: vec![fault.id.clone()], ..Settings::default() })?;
    let sound = Engine::new(model.clone(), Settings::default())?;
    let mut tried = 0;
    let mut is_same = |task: &Value| {
        tried += 1;
        let ((found, executed), (broken, _)) = (faulty.verdict(task), sound.verdict(task));
        found.is_empty() == broken.is_empty() && executed.is_none()
    };
    let tasks = Tasks::new(model, judge, seed);
    let of_cases = cases.iter().filter_map(|case| match case.body.as_array()?.as_slice() {
        [task] if task.is_object() => Some(task),
        _ => None,
    });
    let is_unseen = if fault.needs.is_empty() {
        let others = proposed(model, judge, seed).chain(drawn(model, seed));
        of_cases.cloned().chain(others).all(|task| is_same(&task))
    } else {
        of_cases.flat_map(|task| with_needs(&tasks, fault, task)).all(|task| is_same(&task))
    };
    Ok(is_unseen.then(|| format!("of {tried} tasks none is accepted or refused otherwise")))
}

/// The task with what the fault needs: as it is then, and with other parameters changed until they go with it.
fn with_needs(tasks: &Tasks<'_>, fault: &Fault, task: &Value) -> Vec<Value> {
    let mut placed = task.clone();
    for (path, value) in &fault.needs {
        let value = value.clone().or_else(|| {
            let known = tasks.plain_value(path);
            known.filter(|_| task.pointer(&pointer(path)).is_none())
        });
        if let Some(value) = value {
            tasks.place(&mut placed, path, Some(value));
        }
    }
    let kept: Vec<&str> = fault.needs.iter().map(|(path, _)| path.as_str()).collect();
    let settled = tasks.settle(placed.clone(), &kept);
    if settled == placed { vec![placed] } else { vec![placed, settled] }
}

/// For every parameter a valid task that holds it, with every value in every place that the rules propose as wrong.
fn proposed<'a>(model: &'a Model, judge: &'a Judge, seed: u64) -> impl Iterator<Item = Value> + 'a {
    let mut tasks = Tasks::new(model, judge, seed);
    let mut scenes = vec![tasks.base()];
    for schema in model.parameters() {
        let scene = tasks.scene(&schema.path).filter(|scene| !scenes.contains(scene));
        scenes.extend(scene);
    }
    let faults = random::all_faults(model);
    scenes.into_iter().flat_map(move |scene| {
        let with = |(path, value): &random::Fault| {
            let mut task = scene.clone();
            tasks.place(&mut task, path, value.clone());
            task
        };
        faults.iter().map(with).collect::<Vec<Value>>()
    })
}

fn drawn(model: &Model, seed: u64) -> impl Iterator<Item = Value> {
    let mut runner = random::runner(Config::default(), seed, 7);
    let tasks = random::anything(model);
    (0..RANDOM).map_while(move |_| Some(tasks.new_tree(&mut runner).ok()?.current()))
}
