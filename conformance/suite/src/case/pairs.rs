//! Parameters together: accepted tasks in which every pair of values of two optional parameters occurs, and faulty
//! values in tasks that hold much else.
//!
//! A check that is skipped in one context, or two parameters that do not go together, show in no task that has one
//! special value alone.

mod contexts;

use super::task::{Tasks, pointer};
use super::{Case, Cases, Coverage, Expect, Wire, sizes};
use crate::changes::Changes;
use crate::cost::Costs;
use airspec_spec::behaviour::{Behaviour, Kind};
use airspec_spec::rule::Rule;
use airspec_spec::{Constraint, Level, Model, Schema};
use contexts::{contexts, in_contexts, is_single, with_one_identity};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// At most so many values of a parameter are combined, and so many parameters.
const MAX_VALUES: usize = 4;
const MAX_FACTORS: usize = 40;
/// Longer lists are not combined with others.
const MAX_ITEMS: usize = 32;
/// At most so many tasks are made.
const MAX_TASKS: usize = 96;

/// A parameter, or two that make up a size, and the values in turn; the first is that of the plainest task.
struct Factor {
    paths: Vec<String>,
    /// The value of each path; none where it is left out.
    values: Vec<Vec<Option<Value>>>,
    /// What a valid task with each of the values needs beside it, such as the text of a watermark beside its place, or
    /// must not have, such as a width beside a resolution.
    needs: Vec<Vec<(String, Option<Value>)>>,
    /// What the plainest task costs with each of the values.
    usd: Vec<f64>,
}

/// A value of a factor: the places of both.
type Choice = (usize, usize);
/// Two values that occur together, the one of the earlier factor first.
type Pair = (Choice, Choice);

/// A task of many parameters, and the values that it has.
struct Row {
    task: Value,
    choices: Vec<Choice>,
}

/// Adds the cases.
pub(super) fn cases(tasks: &mut Tasks<'_>, out: &mut Cases) {
    let Some(subject) = subject(tasks.model) else { return };
    let base = tasks.base();
    if !tasks.judge(&base).is_empty() {
        return;
    }
    let costs = Costs::new(tasks.model);
    let factors = factors(tasks, &costs);
    let Cover { mut rows, covered, feasible } = cover(tasks, &factors);
    // A limit leaves out what costs most.
    rows.sort_by(|a, b| costs.usd(&a.task).total_cmp(&costs.usd(&b.task)));
    let contexts = contexts(tasks, &costs, &rows);
    let mut rejected = in_contexts(tasks, &out.cases, &contexts);
    let subjects = |cases: &[Case]| {
        cases.iter().filter(|case| is_single(case)).map(|case| &case.subject).collect::<BTreeSet<_>>().len()
    };
    out.coverage = vec![
        Coverage::new("pairs of values of optional parameters", covered, feasible),
        combined_values(tasks.model, &factors),
        Coverage::new("constraints broken in a second context", subjects(&rejected), subjects(&out.cases)),
    ];
    rejected.extend(with_one_identity(tasks, &contexts));
    out.cases.extend(rejected);
    for (index, Row { task, .. }) in rows.into_iter().enumerate() {
        out.cases.push(Case {
            id: format!("{}.accept.together-{}", subject.id, index + 1),
            subject: subject.id.to_string(),
            parameter: subject.parameter.to_string(),
            level: subject.level.max(Level::Facts),
            expect: Expect::Accept,
            about: format!("many parameters together, task {}", index + 1),
            body: Value::Array(vec![task]),
            obstacle: None,
            wire: Wire::default(),
            with_files: true,
        });
    }
}

/// How many of the values of closed sets are combined with other parameters at all.
fn combined_values(model: &Model, factors: &[Factor]) -> Coverage {
    let (mut combined, mut all) = (0, 0);
    for schema in model.parameters() {
        let listed = schema.rules().find_map(|rule| match rule {
            Rule::Enum(list) => Some(list.values.len()),
            _ => None,
        });
        let Some(listed) = listed else { continue };
        let values = |factor: &Factor| {
            let is_own = factor.paths.iter().any(|path| schema.path == path.as_str());
            is_own.then(|| factor.values.iter().filter(|value| value.iter().any(Option::is_some)).count())
        };
        all += listed;
        combined += factors.iter().find_map(values).unwrap_or(0).min(listed);
    }
    Coverage::new("values of closed sets combined with other parameters", combined, all)
}

/// The constraint that says which names a task may have together, or what a task is.
fn subject(model: &Model) -> Option<&Constraint> {
    let own = |wanted: fn(&Rule) -> bool| model.task.constraints.iter().find(|one| wanted(&one.rule));
    own(|rule| matches!(rule, Rule::AdditionalProperties(_)))
        .or_else(|| own(|rule| matches!(rule, Rule::Type(_))))
}

/// The optional parameters, each with a few values that are legal.
fn factors(tasks: &mut Tasks<'_>, costs: &Costs) -> Vec<Factor> {
    let model = tasks.model;
    let is_called = |path: &str| model.behaviours.iter().any(|one| one.kind.called() == Some(path));
    let mut factors = Vec::new();
    for schema in model.parameters() {
        let path = schema.path.as_str();
        let is_leaf = schema.properties.is_empty() && !path.split('.').any(|name| name == "items");
        let is_identity = model.unique().is_some_and(|unique| unique.parameter == path);
        if path.is_empty() || !is_leaf || is_identity || is_called(path) || model.always_has(path) {
            continue;
        }
        let mut values = values(tasks, schema);
        if costs.cheapest().is_some_and(|(tier, _)| tier == path) {
            values.sort_by(|a, b| {
                let price = |value: &Value| usd(tasks, costs, path, Some(value));
                price(a).total_cmp(&price(b))
            });
        }
        values.truncate(MAX_VALUES);
        if !values.is_empty() {
            let values = std::iter::once(None).chain(values.into_iter().map(Some)).map(|value| vec![value]);
            factors.push(Factor::new(tasks, costs, vec![path.to_owned()], values.collect()));
        }
    }
    factors.extend(size(tasks, costs));
    if factors.len() > MAX_FACTORS {
        factors.sort_by_key(|factor| rank(model, factor));
        factors.truncate(MAX_FACTORS);
    }
    factors
}

/// Which parameters are combined where there are too many: first what answers depend on, then closed sets, then what
/// stands in the task itself.
fn rank(model: &Model, factor: &Factor) -> usize {
    let is_own = |path: &str| factor.paths.iter().any(|own| own == path);
    let shows = |behaviour: &Behaviour| behaviour.kind.parameters().into_iter().any(is_own);
    let is_inner = factor.paths.iter().any(|path| path.contains('.'));
    match () {
        () if model.behaviours.iter().any(shows) => 0,
        () if factor.values.len() > 3 => 1,
        () if !is_inner => 2,
        () => 3,
    }
}

impl Factor {
    fn new(
        tasks: &mut Tasks<'_>,
        costs: &Costs,
        paths: Vec<String>,
        values: Vec<Vec<Option<Value>>>,
    ) -> Self {
        let usd = |value: &Vec<Option<Value>>| {
            let mut task = tasks.plain().clone();
            for (path, value) in paths.iter().zip(value) {
                tasks.place(&mut task, path, value.clone());
            }
            costs.usd(&task)
        };
        let usd = values.iter().map(usd).collect();
        let needs = values.iter().map(|value| match (paths.as_slice(), value.as_slice()) {
            ([path], [Some(value)]) => needs(tasks, path, value),
            _ => Vec::new(),
        });
        let needs = needs.collect();
        Self { paths, values, needs, usd }
    }

    /// The parameters of a choice with their values.
    fn settings(&self, value: usize) -> impl Iterator<Item = (&str, &Option<Value>)> {
        self.paths.iter().map(String::as_str).zip(&self.values[value])
    }
}

/// What else a valid task with the value changes in the plainest one.
fn needs(tasks: &mut Tasks<'_>, path: &str, value: &Value) -> Vec<(String, Option<Value>)> {
    let Some(task) = tasks.valid_with(path, value) else { return Vec::new() };
    let changes = Changes::of(Some(&task), path, tasks.plain(), None);
    changes.settings().filter(|(other, _)| other != path).collect()
}

/// The shapes of an image, where every task has a size.
fn size(tasks: &mut Tasks<'_>, costs: &Costs) -> Option<Factor> {
    let (width, height) = tasks.model().size()?;
    let is_needed = |path: &str| tasks.model().always_has(path);
    let plain = [width, height].map(|path| tasks.plain().pointer(&pointer(path)).cloned());
    if !is_needed(width) || !is_needed(height) || plain.contains(&None) {
        return None;
    }
    let others = sizes::shapes(tasks, width, height).into_iter();
    let others = others.map(|(w, h)| [Some(w), Some(h)]).filter(|size| *size != plain);
    let values = std::iter::once(plain.clone()).chain(others).map(Vec::from).collect();
    Some(Factor::new(tasks, costs, vec![width.to_owned(), height.to_owned()], values))
}

/// What the plainest task costs with a value.
fn usd(tasks: &Tasks<'_>, costs: &Costs, path: &str, value: Option<&Value>) -> f64 {
    let mut task = tasks.plain().clone();
    tasks.place(&mut task, path, value.cloned());
    costs.usd(&task)
}

/// A few values that are unlike each other: of a closed set all, of a list one that stands for itself.
pub(super) fn values(tasks: &Tasks<'_>, schema: &Schema) -> Vec<Value> {
    if let Some(items) = &schema.items {
        // Bytes that are sent along need nothing that somebody has put elsewhere.
        let legal = tasks.accepting(items);
        let own = legal.iter().find(|value| value.as_str().is_some_and(|text| text.starts_with("data:")));
        let item = own.cloned().or_else(|| tasks.legal(items).into_iter().next());
        let most = schema.rules().find_map(|rule| match rule {
            Rule::MaxItems(count) => usize::try_from(*count).ok(),
            _ => None,
        });
        let least = schema.rules().find_map(|rule| match rule {
            Rule::MinItems(count) => usize::try_from(*count).ok(),
            _ => None,
        });
        // Few and many: half of the most there can be.
        let few = least.unwrap_or(1).clamp(1, MAX_ITEMS);
        let half = most.map(|most| most.min(MAX_ITEMS) / 2).filter(|half| *half > few);
        let counts = std::iter::once(few).chain(half);
        let list = |count: usize| item.clone().map(|item| Value::Array(vec![item; count]));
        return counts.filter_map(list).collect();
    }
    let counts = |behaviour: &Behaviour| matches!(&behaviour.kind, Kind::Count { parameter } if *parameter == schema.path);
    if tasks.model.behaviours.iter().any(counts) {
        // Each result costs as much as the first, and two are several.
        return vec![Value::from(2)];
    }
    let legal = tasks.legal(schema);
    let is_closed = schema.rules().any(|rule| matches!(rule, Rule::Enum(_) | Rule::Const(_)));
    if is_closed || legal.iter().all(Value::is_boolean) {
        return legal;
    }
    // The ends of a range are what a server treats otherwise, if anything.
    let number = |value: &Value| value.as_f64();
    let ends = [
        legal
            .iter()
            .filter(|value| value.is_number())
            .min_by(|a, b| number(a).unwrap_or(0.0).total_cmp(&number(b).unwrap_or(0.0))),
        legal
            .iter()
            .filter(|value| value.is_number())
            .max_by(|a, b| number(a).unwrap_or(0.0).total_cmp(&number(b).unwrap_or(0.0))),
    ];
    let mut few: Vec<Value> = ends.into_iter().flatten().cloned().collect();
    few.dedup();
    if few.is_empty() { legal.into_iter().take(1).collect() } else { few }
}

/// Tasks that cover pairs.
struct Cover {
    rows: Vec<Row>,
    covered: usize,
    feasible: usize,
}

/// Makes tasks until every pair that can be had occurs: each begins with a pair that is missing, and takes for each
/// other parameter the value that adds most.
fn cover(tasks: &mut Tasks<'_>, factors: &[Factor]) -> Cover {
    let mut missing = BTreeSet::new();
    for (a, one) in factors.iter().enumerate() {
        for (b, other) in factors.iter().enumerate().skip(a + 1) {
            for i in 0..one.values.len() {
                missing.extend((0..other.values.len()).map(|j| ((a, i), (b, j))));
            }
        }
    }
    let all = missing.len();
    let (mut rows, mut impossible) = (Vec::new(), 0);
    while let Some(pair) = missing.first().copied() {
        if rows.len() == MAX_TASKS {
            break;
        }
        missing.remove(&pair);
        match row(tasks, factors, pair, &missing) {
            Some(row) => {
                for (place, one) in row.choices.iter().enumerate() {
                    for other in &row.choices[place + 1..] {
                        missing.remove(&(*one, *other));
                    }
                }
                rows.push(row);
            }
            None => impossible += 1,
        }
    }
    let feasible = all - impossible;
    Cover { rows, covered: feasible - missing.len(), feasible }
}

/// A valid task with a pair of values, and the values that it has; none where the two do not go together.
fn row(
    tasks: &mut Tasks<'_>,
    factors: &[Factor],
    (one, other): Pair,
    missing: &BTreeSet<Pair>,
) -> Option<Row> {
    let mut chosen: BTreeMap<usize, usize> = BTreeMap::from([one, other]);
    let mut task = task_of(tasks, factors, &chosen)?;
    for (place, factor) in factors.iter().enumerate() {
        if chosen.contains_key(&place) {
            continue;
        }
        let gain = |value: usize| {
            let pairs = chosen.iter().map(|(known, of)| ordered((*known, *of), (place, value)));
            pairs.filter(|pair| missing.contains(pair)).count()
        };
        // Of values that add as much, the cheapest first.
        let mut order: Vec<usize> = (0..factor.values.len()).collect();
        order.sort_by(|a, b| gain(*b).cmp(&gain(*a)).then(factor.usd[*a].total_cmp(&factor.usd[*b])));
        let with = |value: usize| {
            let mut wider = chosen.clone();
            wider.insert(place, value);
            Some((task_of(tasks, factors, &wider)?, wider))
        };
        if let Some(best) = order.into_iter().find_map(with) {
            (task, chosen) = best;
        }
    }
    tasks.identify(&mut task);
    Some(Row { task, choices: chosen.into_iter().collect() })
}

fn ordered(one: Choice, other: Choice) -> Pair {
    if one < other { (one, other) } else { (other, one) }
}

/// The task that all others start from with these values, where that is valid and holds all of them.
fn task_of(tasks: &Tasks<'_>, factors: &[Factor], chosen: &BTreeMap<usize, usize>) -> Option<Value> {
    let settings = || chosen.iter().flat_map(|(place, value)| factors[*place].settings(*value));
    let mut task = tasks.plain().clone();
    for (path, value) in settings() {
        if value.is_some() {
            tasks.place(&mut task, path, value.clone());
        }
    }
    if !tasks.judge(&task).is_empty() {
        for (path, value) in chosen.iter().flat_map(|(place, value)| &factors[*place].needs[*value]) {
            let is_chosen = settings().any(|(own, value)| own == path && value.is_some());
            let is_there = task.pointer(&pointer(path)).is_some();
            if !is_chosen && is_there != value.is_some() {
                tasks.place(&mut task, path, value.clone());
            }
        }
    }
    let holds = settings().all(|(path, value)| task.pointer(&pointer(path)) == value.as_ref());
    (holds && tasks.judge(&task).is_empty()).then_some(task)
}
