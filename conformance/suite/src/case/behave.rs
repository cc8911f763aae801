//! The cases of a behaviour: requests whose answers show it.

use super::constraint::slug;
use super::task::{Tasks, pointer};
use super::{Case, Cases, Expect, Wire};
use airspec_spec::behaviour::{Behaviour, Condition, Kind};
use serde_json::Value;
use std::cmp::Ordering;

/// Where nothing listens: a runner puts the address of its own listener in its place.
const NOWHERE: &str = "http://127.0.0.1:9/airspec";

/// Adds the cases of a behaviour.
pub(super) fn cases(tasks: &mut Tasks<'_>, behaviour: &Behaviour, out: &mut Cases) {
    for (about, settings) in settings(tasks, behaviour) {
        let mut task = tasks.base();
        for (path, value) in &settings {
            tasks.place(&mut task, path, value.clone());
        }
        let is_repeated = about.ends_with(SENT_AGAIN);
        let kept = settings.first().map_or("", |(path, _)| path.as_str());
        let task = tasks.settle(task, kept);
        if !tasks.judge(&task).is_empty() {
            continue;
        }
        out.cases.push(Case {
            id: format!("{}.behave.{}", behaviour.id, slug(&about)),
            subject: behaviour.id.clone(),
            parameter: behaviour.kind.parameters().first().map(|path| (*path).to_owned()).unwrap_or_default(),
            level: behaviour.level,
            expect: Expect::Behave(Box::new(behaviour.clone())),
            about,
            body: Value::Array(vec![task]),
            obstacle: None,
            wire: Wire { repeated: is_repeated, ..Wire::default() },
            with_files: false,
        });
    }
}

/// What is special about a request, and the parameters that make it so.
type Settings = (String, Vec<(String, Option<Value>)>);

fn one(about: impl Into<String>, path: &str, value: impl Into<Value>) -> Settings {
    (about.into(), vec![(path.to_owned(), Some(value.into()))])
}

fn settings(tasks: &Tasks<'_>, behaviour: &Behaviour) -> Vec<Settings> {
    match &behaviour.kind {
        Kind::Echo { .. } => vec![("required parameters alone".to_owned(), Vec::new())],
        Kind::Count { parameter } => counts(tasks, parameter, &[1, 2, 3]),
        Kind::Distinct { parameter, .. } => counts(tasks, parameter, &[3]),
        Kind::Select { parameter, fields } => {
            fields.keys().map(|value| one(value.clone(), parameter, value.clone())).collect()
        }
        Kind::Container { parameter, media } => {
            media.keys().map(|value| one(value.clone(), parameter, value.clone())).collect()
        }
        Kind::Size { width, height } => sizes(tasks, width, height),
        Kind::Quality { parameter, format, lossy } => lossy
            .iter()
            .map(|value| {
                let mut settings = one(value.clone(), parameter, highest(tasks, parameter));
                settings.1.push((format.clone(), Some(Value::from(value.clone()))));
                settings
            })
            .collect(),
        Kind::Flag { parameter, .. } => vec![one("true", parameter, true), one("false", parameter, false)],
        Kind::Delivery { parameter, immediate, deferred } => {
            let again = one(format!("{deferred}, {SENT_AGAIN}"), parameter, deferred.clone());
            let mut list = vec![
                one(immediate.clone(), parameter, immediate.clone()),
                one(deferred.clone(), parameter, deferred.clone()),
                again,
            ];
            list.extend(several(tasks, &one(deferred.clone(), parameter, deferred.clone())));
            list
        }
        Kind::Webhook { parameter } | Kind::Upload { parameter } => deliveries(tasks, parameter),
        Kind::Lifetime { parameter, only } => lifetimes(tasks, parameter, only),
        Kind::Default { parameter } => vec![("left out".to_owned(), vec![(parameter.clone(), None)])],
    }
}

/// A square, a wide and a tall image, each of a usual size or else of one that rules over several parameters name.
fn sizes(tasks: &Tasks<'_>, width: &str, height: &str) -> Vec<Settings> {
    let usual = [(1024, 1024), (1536, 1024), (1024, 1536)].map(|(w, h)| (Value::from(w), Value::from(h)));
    let heights = tasks.named(height);
    let named =
        tasks.named(width).into_iter().flat_map(|w| heights.iter().map(move |h| (w.clone(), h.clone())));
    let all: Vec<(Value, Value)> = usual.into_iter().chain(named).collect();
    let shape = |(w, h): &(Value, Value)| w.as_f64().partial_cmp(&h.as_f64());
    let settings = |(w, h): &(Value, Value)| {
        let sides = vec![(width.to_owned(), Some(w.clone())), (height.to_owned(), Some(h.clone()))];
        (format!("{w} x {h}"), sides)
    };
    let is_legal = |(_, sides): &Settings| {
        let mut task = tasks.plain().clone();
        for (path, value) in sides {
            tasks.place(&mut task, path, value.clone());
        }
        let settled = tasks.settle(task.clone(), width);
        let kept = |path: &str| settled.pointer(&pointer(path)) == task.pointer(&pointer(path));
        kept(width) && kept(height) && tasks.judge(&settled).is_empty()
    };
    let mut found: Vec<Settings> = [Ordering::Equal, Ordering::Greater, Ordering::Less]
        .into_iter()
        .filter_map(|order| all.iter().filter(|size| shape(size) == Some(order)).map(settings).find(is_legal))
        .collect();
    // A server that caps or rounds sizes does it at the large end, or in one format alone.
    let large = [(3840, 2160), (2880, 2880), (2048, 2048)].map(|(w, h)| (Value::from(w), Value::from(h)));
    found.extend(large.iter().map(settings).find(is_legal));
    if let Some((about, sides)) = found.get(1).cloned() {
        for behaviour in &tasks.model.behaviours {
            let Kind::Container { parameter, media } = &behaviour.kind else { continue };
            for value in media.keys() {
                let format = (parameter.clone(), Some(Value::from(value.clone())));
                found.push((format!("{about}, {value}"), [sides.clone(), vec![format]].concat()));
            }
        }
    }
    found
}

/// What is special about a task that is sent again while it is under way.
const SENT_AGAIN: &str = "sent again while it is under way";

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

/// Deliveries: one, as many as there are results, of results that come later, of each form of a result, and beside the
/// other kind of delivery.
fn deliveries(tasks: &Tasks<'_>, parameter: &str) -> Vec<Settings> {
    let mut list = vec![one("an address", parameter, NOWHERE)];
    let mut with = |about: String, other: &str, value: Value| {
        let mut settings = one(about, parameter, NOWHERE);
        settings.1.push((other.to_owned(), Some(value)));
        list.push(settings);
    };
    for behaviour in &tasks.model.behaviours {
        match &behaviour.kind {
            Kind::Delivery { parameter, deferred, .. } => {
                with(format!("an address with {deferred}"), parameter, Value::from(deferred.clone()));
            }
            Kind::Select { parameter, fields } => {
                for value in fields.keys() {
                    with(format!("an address with {value}"), parameter, Value::from(value.clone()));
                }
            }
            Kind::Webhook { parameter: other } | Kind::Upload { parameter: other } if other != parameter => {
                with(format!("an address beside {other}"), other, Value::from(NOWHERE));
            }
            _ => {}
        }
    }
    let count = tasks.model.behaviours.iter().find_map(|behaviour| match &behaviour.kind {
        Kind::Count { parameter } => Some(parameter),
        _ => None,
    });
    if let Some(count) = count {
        let mut settings = one("an address for two results", parameter, NOWHERE);
        settings.1.push((count.clone(), Some(Value::from(2))));
        list.push(settings);
    }
    list
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

/// The highest legal number of a parameter.
fn highest(tasks: &Tasks<'_>, parameter: &str) -> Value {
    let legal = tasks.model.task.at(parameter).map(|schema| tasks.legal(schema)).unwrap_or_default();
    legal
        .into_iter()
        .max_by(|a, b| a.as_f64().unwrap_or(0.0).total_cmp(&b.as_f64().unwrap_or(0.0)))
        .unwrap_or_default()
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
