//! Parameters together: accepted tasks in which every pair of values of two optional parameters occurs, and faulty
//! values in tasks that hold much else.
//!
//! A check that is skipped in one context, or two parameters that do not go together, show in no task that has one
//! special value alone.

use super::task::{Tasks, pointer};
use super::{Case, Cases, Coverage, Expect, Wire, behave};
use crate::changes::Changes;
use crate::cost::Costs;
use airspec_spec::behaviour::{Behaviour, Kind};
use airspec_spec::rule::Rule;
use airspec_spec::{Constraint, Level, Model, Schema};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// At most so many values of a parameter are combined, and so many parameters.
const MAX_VALUES: usize = 4;
const MAX_FACTORS: usize = 24;
/// Longer lists are not combined with others.
const MAX_ITEMS: usize = 32;
/// At most so many tasks are made.
const MAX_TASKS: usize = 48;
/// Faulty values are tried in at most so many richer tasks.
const MAX_CONTEXTS: usize = 6;
/// So many of them are large.
const LARGE: usize = 2;

/// A parameter, or two that make up a size, and the values in turn; the first is that of the plainest task.
struct Factor {
    paths: Vec<String>,
    /// The value of each path; none where it is left out.
    values: Vec<Vec<Option<Value>>>,
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

/// The constraint that says which names a task may have together, or what a task is.
fn subject(model: &Model) -> Option<&Constraint> {
    let own = |wanted: fn(&Rule) -> bool| model.task.constraints.iter().find(|one| wanted(&one.rule));
    own(|rule| matches!(rule, Rule::AdditionalProperties(_)))
        .or_else(|| own(|rule| matches!(rule, Rule::Type(_))))
}

/// The optional parameters, each with a few values that are legal.
fn factors(tasks: &Tasks<'_>, costs: &Costs) -> Vec<Factor> {
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
    factors.extend(sizes(tasks, costs));
    factors.truncate(MAX_FACTORS);
    factors
}

impl Factor {
    fn new(tasks: &Tasks<'_>, costs: &Costs, paths: Vec<String>, values: Vec<Vec<Option<Value>>>) -> Self {
        let usd = |value: &Vec<Option<Value>>| {
            let mut task = tasks.plain().clone();
            for (path, value) in paths.iter().zip(value) {
                tasks.place(&mut task, path, value.clone());
            }
            costs.usd(&task)
        };
        let usd = values.iter().map(usd).collect();
        Self { paths, values, usd }
    }

    /// The parameters of a choice with their values.
    fn settings(&self, value: usize) -> impl Iterator<Item = (&str, &Option<Value>)> {
        self.paths.iter().map(String::as_str).zip(&self.values[value])
    }
}

/// The shapes of an image, where every task has a size.
fn sizes(tasks: &Tasks<'_>, costs: &Costs) -> Option<Factor> {
    let (width, height) = tasks.model().size()?;
    let is_needed = |path: &str| tasks.model().always_has(path);
    let plain = [width, height].map(|path| tasks.plain().pointer(&pointer(path)).cloned());
    if !is_needed(width) || !is_needed(height) || plain.contains(&None) {
        return None;
    }
    let others = behave::shapes(tasks, width, height).into_iter();
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
        // Few and many: half of the most there can be.
        let counts =
            std::iter::once(1).chain(most.map(|most| most.min(MAX_ITEMS) / 2).filter(|half| *half > 1));
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
        if let Some(value) = value {
            tasks.place(&mut task, path, Some(value.clone()));
        }
    }
    let holds = settings().all(|(path, value)| task.pointer(&pointer(path)) == value.as_ref());
    (holds && tasks.judge(&task).is_empty()).then_some(task)
}

/// A few tasks that hold much, and in which, together, every value occurs that is combined at all. Some of them have a
/// URL to call, and some are as large as they can be: they are never carried out.
fn contexts(tasks: &Tasks<'_>, costs: &Costs, rows: &[Row]) -> Vec<Value> {
    let size = |task: &Value| task.as_object().map_or(0, serde_json::Map::len);
    let mut missing: BTreeSet<Choice> = rows.iter().flat_map(|row| row.choices.iter().copied()).collect();
    let mut contexts = Vec::new();
    while contexts.len() < MAX_CONTEXTS && !missing.is_empty() {
        let gain = |row: &&Row| row.choices.iter().filter(|choice| missing.contains(choice)).count();
        // Of equal ones the first, which is the cheapest.
        let Some(best) = rows.iter().rev().max_by_key(|row| (gain(row), size(&row.task))) else { break };
        best.choices.iter().for_each(|choice| {
            missing.remove(choice);
        });
        contexts.push(best.task.clone());
    }
    contexts.retain(|task| size(task) > size(tasks.plain()));
    // Those that cost least can be large: a server may take what it must refuse.
    contexts.sort_by(|a, b| costs.usd(a).total_cmp(&costs.usd(b)));
    contexts.iter().enumerate().map(|(number, task)| widened(tasks, task, number)).collect()
}

/// The task with URLs to call: one in every second task, another in every second pair, and so on, so that each occurs
/// with and without the others. The first ones are as large as can be.
fn widened(tasks: &Tasks<'_>, task: &Value, number: usize) -> Value {
    let model = tasks.model();
    let called = model.behaviours.iter().filter_map(|behaviour| behaviour.kind.called());
    let called = called.enumerate().filter(|(place, _)| number >> place & 1 == 1);
    let mut extras: Vec<Vec<(String, Value)>> =
        called.map(|(_, path)| vec![(path.to_owned(), Value::from(behave::NOWHERE))]).collect();
    extras.extend(model.size().and_then(|(width, height)| {
        let (w, h) =
            behave::largest(tasks, width, height).into_iter().nth(number).filter(|_| number < LARGE)?;
        Some(vec![(width.to_owned(), w), (height.to_owned(), h)])
    }));
    let mut task = task.clone();
    for extra in extras {
        let mut wider = task.clone();
        for (path, value) in extra {
            tasks.place(&mut wider, &path, Some(value));
        }
        if tasks.judge(&wider).is_empty() {
            task = wider;
        }
    }
    task
}

/// Whether a case is one faulty task that breaks one constraint.
fn is_single(case: &Case) -> bool {
    let is_one = matches!(&case.expect, Expect::Reject(broken) if broken.len() == 1);
    let [task] = case.body.as_array().map(Vec::as_slice).unwrap_or_default() else { return false };
    is_one && task.is_object() && case.wire.is_plain() && case.level < Level::Unstated
}

/// The context with what makes the case faulty.
fn put_into(
    tasks: &mut Tasks<'_>,
    case: &Case,
    context: &Value,
    number: usize,
    identity: Option<&str>,
) -> Option<Value> {
    let mut faulty = context.clone();
    let sides = tasks.model().size().filter(|_| number < LARGE);
    let is_side = sides.is_some_and(|(width, height)| [width, height].contains(&case.parameter.as_str()));
    if is_side {
        // The other side stays as large as it is, although the case has one that goes well with its own.
        let value = case.body.get(0)?.pointer(&pointer(&case.parameter)).cloned();
        tasks.place(&mut faulty, &case.parameter, value);
    } else {
        Changes::of(case.body.get(0), &case.parameter, tasks.plain(), identity).apply(&mut faulty);
    }
    tasks.identify(&mut faulty);
    if let Some(name) = identity.filter(|name| *name == case.parameter) {
        match case.body.get(0)?.get(name) {
            Some(id) => faulty[name] = varied(id, number),
            None => drop(faulty.as_object_mut()?.remove(name)),
        }
    }
    Some(faulty)
}

/// Another UUID of the same kind, as one alone could be refused for being in use.
fn varied(id: &Value, number: usize) -> Value {
    let text = id.as_str().filter(|text| uuid::Uuid::try_parse(text).is_ok());
    let digits = text.and_then(|text| text.get(2..)).map(|rest| format!("{:02x}{rest}", number + 1));
    digits.map_or_else(|| id.clone(), Value::from)
}

/// A batch in which each context has the identity of a plain task before it.
fn with_one_identity(tasks: &mut Tasks<'_>, contexts: &[Value]) -> Option<Case> {
    let unique = tasks.model.unique()?.clone();
    let name = unique.parameter.as_str();
    let mut body = Vec::new();
    for context in contexts {
        let (plain, mut other) = (tasks.cheap(), context.clone());
        other[name] = plain.get(name)?.clone();
        body.extend([plain, other]);
    }
    (!body.is_empty()).then(|| Case {
        id: format!("{}.reject.one-identity-in-many-contexts", unique.id),
        subject: unique.id.to_string(),
        parameter: name.to_owned(),
        level: unique.level,
        expect: Expect::Reject(vec![unique.id.to_string()]),
        about: "tasks with many parameters that have the identity of the task before them".to_owned(),
        body: Value::Array(body),
        obstacle: None,
        wire: Wire::default(),
        with_files: false,
    })
}

/// One case of several: what is wrong with identities is in no batch with other cases, and yet one request is enough.
fn at_once(cases: Vec<Case>) -> Option<Case> {
    let body = cases.iter().flat_map(|case| case.body.as_array().into_iter().flatten().cloned()).collect();
    Some(Case { body: Value::Array(body), ..cases.into_iter().next()? })
}

/// One faulty value of each constraint, in each of the contexts.
fn in_contexts(tasks: &mut Tasks<'_>, cases: &[Case], contexts: &[Value]) -> Vec<Case> {
    let mut found = Vec::new();
    let mut known = BTreeSet::new();
    let identity = tasks.model.unique().map(|constraint| constraint.parameter.to_string());
    for case in cases {
        let Expect::Reject(broken) = &case.expect else { continue };
        if !is_single(case) || known.contains(&case.subject) {
            continue;
        }
        let mut of_case = Vec::new();
        for (number, context) in contexts.iter().enumerate() {
            let Some(faulty) = put_into(tasks, case, context, number, identity.as_deref()) else { continue };
            let mut breaks: Vec<String> =
                tasks.judge(&faulty).into_iter().map(|violation| violation.constraint).collect();
            breaks.dedup();
            if breaks == *broken {
                of_case.push(Case {
                    id: format!("{}-in-context-{}", case.id, number + 1),
                    about: format!("{}, in a task with many other parameters", case.about),
                    body: Value::Array(vec![faulty]),
                    ..case.clone()
                });
            }
        }
        if !of_case.is_empty() {
            known.insert(case.subject.clone());
            if identity.as_deref() == Some(&case.parameter) {
                found.extend(at_once(of_case));
            } else {
                found.extend(of_case);
            }
        }
    }
    found
}
