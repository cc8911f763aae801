//! The cases of a behaviour: requests whose answers show it.

use super::constraint::slug;
use super::task::{Tasks, pointer};
use super::{Case, Cases, Expect, Wire, pairs, sizes};
use crate::changes::Changes;
use airspec_spec::Schema;
use airspec_spec::behaviour::{Behaviour, Condition, Kind, Quantity};
use serde_json::Value;

/// Where nothing listens: a runner puts the URL of its own listener in its place.
pub(super) const NOWHERE: &str = "http://127.0.0.1:9/airspec";

/// A parameter that nothing has.
pub(super) const NO_PARAMETER: &str = "airspecNoSuchParameter";

/// Adds the cases of a behaviour.
pub(super) fn cases(tasks: &mut Tasks<'_>, behaviour: &Behaviour, out: &mut Cases) {
    for (about, settings) in settings(tasks, behaviour) {
        let mut task = tasks.base();
        for (path, value) in &settings {
            tasks.place(&mut task, path, value.clone());
        }
        let kept = settings.first().map_or("", |(path, _)| path.as_str());
        let mut task = tasks.settle(task, &[kept]);
        if !tasks.judge(&task).is_empty() {
            continue;
        }
        // What a behaviour says holds in every tier; the plainest task stays as it is.
        if !settings.is_empty() {
            task = tasks.cheaply(task);
        }
        let refused = refused(tasks, behaviour, &task, &out.cases);
        out.cases.extend(refused);
        let mut body = vec![task];
        if about.ends_with(TWO_TASKS) {
            body.extend(body.first().cloned());
            // Each result has what its own task asks for.
            for (task, value) in body.iter_mut().zip([false, true]) {
                flag(tasks, task, value);
            }
            for task in &mut body {
                tasks.identify(task);
            }
        }
        out.cases.push(Case {
            id: format!("{}.behave.{}", behaviour.id, slug(&about)),
            subject: behaviour.id.clone(),
            parameter: behaviour.kind.parameters().first().map(|path| (*path).to_owned()).unwrap_or_default(),
            level: behaviour.level,
            expect: Expect::Behave(Box::new(behaviour.clone())),
            body: Value::Array(body),
            obstacle: None,
            wire: Wire {
                repeated: about.ends_with(SENT_AGAIN),
                failed_calls: usize::from(about.ends_with(FAILS_ONCE)),
                ..Wire::default()
            },
            with_files: false,
            about,
        });
    }
}

/// Asks for everything that a result can be asked to tell, or for nothing of it.
fn flag(tasks: &Tasks<'_>, task: &mut Value, value: bool) {
    for behaviour in &tasks.model.behaviours {
        let Kind::Flag { parameter, .. } = &behaviour.kind else { continue };
        let mut flagged = task.clone();
        tasks.place(&mut flagged, parameter, Some(Value::from(value)));
        if tasks.judge(&flagged).is_empty() {
            *task = flagged;
        }
    }
}

/// A refused task with a URL, once: nothing is ever delivered for it.
fn refused(tasks: &mut Tasks<'_>, behaviour: &Behaviour, task: &Value, known: &[Case]) -> Option<Case> {
    let parameter = behaviour.kind.called()?;
    let mut faulty = task.clone();
    faulty[NO_PARAMETER] = Value::from(1);
    tasks.identify(&mut faulty);
    let broken = tasks.broken(&faulty);
    let [constraint] = broken.as_slice() else { return None };
    let about = format!("with an address in `{parameter}`");
    let id = format!("{constraint}.reject.{}", slug(&about));
    let is_new = !known.iter().any(|case| case.id == id);
    is_new.then(|| Case {
        id,
        subject: constraint.clone(),
        parameter: String::new(),
        level: behaviour.level,
        expect: Expect::Reject(broken.clone()),
        about,
        body: Value::Array(vec![faulty]),
        obstacle: None,
        wire: Wire { url: Some(parameter.to_owned()), ..Wire::default() },
        with_files: false,
    })
}

/// What is special about a request, and the parameters that make it so.
pub(super) type Settings = (String, Vec<Setting>);

/// A parameter with its value, or with none where it is taken out.
pub(super) type Setting = (String, Option<Value>);

fn one(about: impl Into<String>, path: &str, value: impl Into<Value>) -> Settings {
    (about.into(), vec![(path.to_owned(), Some(value.into()))])
}

fn settings(tasks: &mut Tasks<'_>, behaviour: &Behaviour) -> Vec<Settings> {
    match &behaviour.kind {
        Kind::Echo { .. } => vec![("required parameters alone".to_owned(), Vec::new())],
        Kind::Count { parameter } => counts(tasks, parameter, &[1, 2, 3]),
        Kind::Distinct { parameter, .. } => match counts(tasks, parameter, &[3]) {
            list if list.is_empty() => vec![("required parameters alone".to_owned(), Vec::new())],
            list => list,
        },
        Kind::Select { parameter, fields } => {
            fields.keys().map(|value| one(value.clone(), parameter, value.clone())).collect()
        }
        Kind::Container { parameter, media } => {
            media.keys().map(|value| one(value.clone(), parameter, value.clone())).collect()
        }
        Kind::Size { width, height } => sizes::sizes(tasks, width, height),
        Kind::Measure { parameter, measure } => measures(tasks, parameter, *measure),
        Kind::Quality { parameter, format, lossy } => qualities(tasks, parameter, format, lossy),
        Kind::Flag { parameter, .. } => vec![one("true", parameter, true), one("false", parameter, false)],
        Kind::Delivery { parameter, immediate, deferred } => {
            let again = one(format!("{deferred}, {SENT_AGAIN}"), parameter, deferred.clone());
            let mut list = vec![
                one(immediate.clone(), parameter, immediate.clone()),
                one(deferred.clone(), parameter, deferred.clone()),
                again,
            ];
            list.extend(several(tasks, &one(deferred.clone(), parameter, deferred.clone())));
            list.push(one(format!("{deferred}, {TWO_TASKS}"), parameter, deferred.clone()));
            list
        }
        Kind::Webhook { parameter } => {
            let mut list = deliveries(tasks, parameter);
            list.push(one(format!("an address {FAILS_ONCE}"), parameter, NOWHERE));
            list
        }
        Kind::Upload { parameter } => deliveries(tasks, parameter),
        Kind::Lifetime { parameter, only } => lifetimes(tasks, parameter, only),
        Kind::Default { parameter } => vec![("left out".to_owned(), vec![(parameter.clone(), None)])],
    }
}

/// The least and the greatest legal number; of rates of samples, usual ones, as no file has others.
fn measures(tasks: &Tasks<'_>, parameter: &str, measure: Quantity) -> Vec<Settings> {
    if measure == Quantity::SampleRate {
        return [24_000, 44_100].map(|rate| one(rate.to_string(), parameter, rate)).to_vec();
    }
    let mut numbers = numbers(tasks, parameter);
    if numbers.len() > 2 {
        numbers.drain(1..numbers.len() - 1);
    }
    numbers.into_iter().map(|number| one(number.to_string(), parameter, number)).collect()
}

/// The highest quality in each lossy format, which is compared with the lowest, one that is little better than that, and
/// the default.
fn qualities(tasks: &Tasks<'_>, parameter: &str, format: &str, lossy: &[String]) -> Vec<Settings> {
    let of = |about: String, quality: Value, value: &String| {
        let mut settings = one(about, parameter, quality);
        settings.1.push((format.to_owned(), Some(Value::from(value.clone()))));
        settings
    };
    let mut list: Vec<Settings> =
        lossy.iter().map(|value| of(value.clone(), highest(tasks, parameter), value)).collect();
    let Some(first) = lossy.first() else { return list };
    list.extend(low(tasks, parameter).map(|low| of(format!("{first}, {low}"), low, first)));
    let default = tasks.model.task.at(parameter).and_then(|schema| schema.default.clone());
    list.extend(default.map(|default| of(format!("{first}, the default"), default, first)));
    list
}

/// A quality that is little better than the lowest, and yet so much that files must differ.
fn low(tasks: &Tasks<'_>, parameter: &str) -> Option<Value> {
    const STEPS: i64 = 4;
    let low = Value::from(least(tasks, parameter)?.as_i64()? + STEPS);
    let task = tasks.plain().clone();
    let with = |value: Value| {
        let mut task = task.clone();
        tasks.place(&mut task, parameter, Some(value));
        tasks.judge(&task).is_empty()
    };
    with(low.clone()).then_some(low)
}

/// What is special about a task that is sent again while it is under way.
const SENT_AGAIN: &str = "sent again while it is under way";

/// What is special about a request with a task and its like.
const TWO_TASKS: &str = "two tasks at once";

/// What is special about a URL whose first call fails.
const FAILS_ONCE: &str = "that fails once";

/// The settings with several results, and with everything that a result can be asked to tell.
fn several(tasks: &Tasks<'_>, (about, settings): &Settings) -> Option<Settings> {
    let (mut settings, mut has_count) = (settings.clone(), false);
    for behaviour in &tasks.model.behaviours {
        match &behaviour.kind {
            Kind::Count { parameter } => {
                has_count = true;
                settings.push((parameter.clone(), Some(Value::from(2))));
            }
            Kind::Flag { parameter, .. } => settings.push((parameter.clone(), Some(Value::from(true)))),
            _ => {}
        }
    }
    has_count.then(|| (format!("{about}, two results with all fields"), settings))
}

/// Deliveries: one, as many as there are results, of results that come later, of each form of a result in another format
/// and with all that can be asked of it, and beside the other kind of delivery.
fn deliveries(tasks: &mut Tasks<'_>, parameter: &str) -> Vec<Settings> {
    let model = tasks.model;
    let behaviours = &model.behaviours;
    let with = |about: String, others: Vec<Setting>| {
        let mut settings = one(about, parameter, NOWHERE);
        settings.1.extend(others);
        settings
    };
    let count = behaviours.iter().find_map(|behaviour| match &behaviour.kind {
        Kind::Count { parameter } => Some((parameter.clone(), Some(Value::from(2)))),
        _ => None,
    });
    let mut list = vec![with("an address".to_owned(), Vec::new())];
    for behaviour in behaviours {
        match &behaviour.kind {
            Kind::Delivery { parameter, deferred, .. } => {
                let mut others = vec![(parameter.clone(), Some(Value::from(deferred.clone())))];
                others.extend(count.clone());
                list.push(with(format!("an address with {deferred}"), others));
            }
            Kind::Select { parameter, fields } => {
                // Of one form alone, twice: with what goes together from either end.
                let forms = fields.keys().cycle().take(fields.len().max(2));
                for (place, value) in forms.enumerate() {
                    let mut others = rich(tasks, place);
                    others.push((parameter.clone(), Some(Value::from(value.clone()))));
                    // The first one has a lifetime, lists and all else, too; what does not go with that has the second.
                    match place {
                        0 => {
                            others.extend(lifetime_and_lists(tasks));
                            others = with_others(tasks, others, model.parameters());
                        }
                        1 => {
                            let mut reversed: Vec<&Schema> = model.parameters().into_iter().rev().collect();
                            reversed.sort_by_key(|schema| schema.path.contains('.'));
                            others = with_others(tasks, others, reversed);
                        }
                        _ => others = with_others(tasks, others, Vec::new()),
                    }
                    let again = if place < fields.len() { "" } else { " and other parameters" };
                    list.push(with(format!("an address with {value}{again}"), others));
                }
            }
            Kind::Webhook { parameter: other } | Kind::Upload { parameter: other } if other != parameter => {
                let others = vec![(other.clone(), Some(Value::from(NOWHERE)))];
                list.push(with(format!("an address beside {other}"), others));
            }
            _ => {}
        }
    }
    list.extend(count.map(|count| with("an address for two results".to_owned(), vec![count])));
    list
}

/// The shortest lifetime of a file, and each list with one item.
fn lifetime_and_lists(tasks: &Tasks<'_>) -> Vec<Setting> {
    let lifetimes = tasks.model.behaviours.iter().filter_map(|behaviour| match &behaviour.kind {
        Kind::Lifetime { parameter, .. } => Some((parameter.clone(), Some(least(tasks, parameter)?))),
        _ => None,
    });
    let lists = tasks.model.parameters().into_iter().filter_map(|schema| {
        let is_own = schema.items.is_some() && !schema.path.is_in_array();
        let list = is_own.then(|| pairs::values(tasks, schema))?.into_iter().next()?;
        Some((schema.path.to_string(), Some(list)))
    });
    lifetimes.chain(lists).collect()
}

/// The settings that go together, and a plain value of each other parameter that goes with them and with those before it.
fn with_others(tasks: &mut Tasks<'_>, settings: Vec<Setting>, parameters: Vec<&Schema>) -> Vec<Setting> {
    let model = tasks.model;
    let mut task = tasks.plain().clone();
    for (path, value) in settings {
        task = value.and_then(|value| wider(tasks, &task, &path, &value)).unwrap_or(task);
    }
    let has_cases = |path: &str| {
        let mut kinds = model.behaviours.iter().map(|behaviour| &behaviour.kind);
        kinds.any(|kind| kind.parameters().first() == Some(&path) && decides_delivery(kind))
    };
    for schema in parameters {
        let path = schema.path.as_str();
        let is_leaf = schema.properties.is_empty() && schema.items.is_none() && !schema.path.is_in_array();
        let is_identity = model.unique().is_some_and(|unique| unique.parameter == path);
        if path.is_empty()
            || !is_leaf
            || is_identity
            || has_cases(path)
            || task.pointer(&pointer(path)).is_some()
        {
            continue;
        }
        let values = tasks.legal(schema).into_iter().chain(tasks.named(path)).collect::<Vec<Value>>();
        task = values.iter().find_map(|value| wider(tasks, &task, path, value)).unwrap_or(task);
    }
    Changes::of(Some(&task), "", tasks.plain(), None).settings().collect()
}

/// The task with the value, and with what else the value needs, where that is valid.
fn wider(tasks: &mut Tasks<'_>, task: &Value, path: &str, value: &Value) -> Option<Value> {
    let mut plain = task.clone();
    tasks.place(&mut plain, path, Some(value.clone()));
    if tasks.judge(&plain).is_empty() {
        return Some(plain);
    }
    let (held, mut task) = (tasks.valid_with(path, value)?, task.clone());
    Changes::of(Some(&held), path, tasks.plain(), None).apply(&mut task);
    tasks.judge(&task).is_empty().then_some(task)
}

/// Whether a parameter says how results are delivered, and how many.
fn decides_delivery(kind: &Kind) -> bool {
    match kind {
        Kind::Count { .. }
        | Kind::Select { .. }
        | Kind::Container { .. }
        | Kind::Delivery { .. }
        | Kind::Webhook { .. }
        | Kind::Upload { .. } => true,
        Kind::Echo { .. }
        | Kind::Distinct { .. }
        | Kind::Flag { .. }
        | Kind::Size { .. }
        | Kind::Measure { .. }
        | Kind::Quality { .. }
        | Kind::Lifetime { .. }
        | Kind::Default { .. } => false,
    }
}

/// A format, a low quality, and everything that a result can be asked to tell.
fn rich(tasks: &Tasks<'_>, place: usize) -> Vec<Setting> {
    let mut settings = Vec::new();
    for behaviour in &tasks.model.behaviours {
        match &behaviour.kind {
            Kind::Container { parameter, media } if !media.is_empty() => {
                let value = media.keys().nth(place % media.len()).cloned();
                settings.extend(value.map(|value| (parameter.clone(), Some(Value::from(value)))));
            }
            Kind::Quality { parameter, .. } => {
                settings.extend(low(tasks, parameter).map(|low| (parameter.clone(), Some(low))));
            }
            Kind::Flag { parameter, .. } => settings.push((parameter.clone(), Some(Value::from(true)))),
            _ => {}
        }
    }
    settings
}

fn counts(tasks: &Tasks<'_>, parameter: &str, counts: &[u64]) -> Vec<Settings> {
    let legal = |count: &&u64| {
        let mut task = Value::Null;
        tasks.place(&mut task, "", Some(Value::Object(serde_json::Map::new())));
        tasks.place(&mut task, parameter, Some(Value::from(**count)));
        tasks.judge(&task).iter().all(|violation| violation.pointer != pointer(parameter))
    };
    counts.iter().filter(legal).map(|count| one(format!("{count} results"), parameter, *count)).collect()
}

/// The legal numbers that rules propose for a parameter, in order.
fn numbers(tasks: &Tasks<'_>, parameter: &str) -> Vec<Value> {
    let legal = tasks.model.task.at(parameter).map(|schema| tasks.legal(schema)).unwrap_or_default();
    let mut numbers: Vec<Value> = legal.into_iter().filter(Value::is_number).collect();
    numbers.sort_by(|a, b| a.as_f64().unwrap_or(0.0).total_cmp(&b.as_f64().unwrap_or(0.0)));
    numbers
}

/// The highest legal number of a parameter.
fn highest(tasks: &Tasks<'_>, parameter: &str) -> Value {
    numbers(tasks, parameter).pop().unwrap_or_default()
}

/// The lowest legal number of a parameter.
pub(super) fn least(tasks: &Tasks<'_>, parameter: &str) -> Option<Value> {
    numbers(tasks, parameter).into_iter().next()
}

fn lifetimes(tasks: &Tasks<'_>, parameter: &str, only: &Condition) -> Vec<Settings> {
    let least = tasks
        .model
        .task
        .at(parameter)
        .and_then(|schema| tasks.legal(schema).into_iter().next())
        .unwrap_or_default();
    let others = tasks.model.task.at(&only.parameter).map(|schema| tasks.legal(schema)).unwrap_or_default();
    let other = others.into_iter().find(|value| value.as_str() != Some(&only.value));
    let with = |value: Value| {
        vec![(parameter.to_owned(), Some(least.clone())), (only.parameter.clone(), Some(value))]
    };
    let mut list = vec![(only.value.clone(), with(Value::from(only.value.clone())))];
    list.extend(
        other.map(|value| (format!("no effect with {}", value.as_str().unwrap_or_default()), with(value))),
    );
    list
}
