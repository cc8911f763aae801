//! Faulty values in tasks that hold much else: a check that is skipped in one context shows in no plain task.

use super::{Choice, Row, values};
use crate::case::task::{Tasks, pointer};
use crate::case::{Case, Expect, Wire, behave, sizes};
use crate::changes::Changes;
use crate::cost::Costs;
use airspec_spec::behaviour::{Behaviour, Kind};
use airspec_spec::witness::Side;
use airspec_spec::{Level, Model, ParameterPath, Schema};
use serde_json::Value;
use std::collections::BTreeSet;

/// Faulty values are tried in at most so many richer tasks.
const MAX_CONTEXTS: usize = 6;
/// So many of them are large.
const LARGE: usize = 2;

/// A few tasks that hold much, and in which, together, every value occurs that is combined at all. Some of them have a
/// URL to call, and some are as large as they can be: they are never carried out.
pub(super) fn contexts(tasks: &Tasks<'_>, costs: &Costs, rows: &[Row]) -> Vec<Value> {
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
            sizes::largest(tasks, width, height).into_iter().nth(number).filter(|_| number < LARGE)?;
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
pub(super) fn is_single(case: &Case) -> bool {
    let is_one = matches!(&case.expect, Expect::Reject(broken) if broken.len() == 1);
    let [task] = case.body.as_array().map(Vec::as_slice).unwrap_or_default() else { return false };
    is_one && task.is_object() && case.wire.is_plain() && case.level < Level::Unstated
}

/// The context with what makes the case faulty: if possible with its value alone, so that all else stays as it is.
fn put_into(
    tasks: &mut Tasks<'_>,
    case: &Case,
    context: &Value,
    number: usize,
    identity: Option<&str>,
) -> Option<Value> {
    let Expect::Reject(broken) = &case.expect else { return None };
    let own = case.body.get(0)?;
    let (mut alone, mut whole) = (context.clone(), context.clone());
    let value = own.pointer(&pointer(&case.parameter)).cloned();
    // An object that holds what is faulty has more in the context.
    let is_holder = value.as_ref().is_some_and(Value::is_object);
    tasks.place(&mut alone, &case.parameter, value);
    Changes::of(Some(own), &case.parameter, tasks.plain(), identity).apply(&mut whole);
    let is_in_array = ParameterPath::from(case.parameter.as_str()).is_in_array();
    let candidates = match () {
        () if case.parameter.is_empty() || is_in_array => vec![whole],
        () if is_holder => vec![whole, alone, with_members(tasks, case, context)?],
        () => vec![alone, whole],
    };
    candidates.into_iter().find_map(|mut faulty| {
        tasks.identify(&mut faulty);
        if let Some(name) = identity.filter(|name| *name == case.parameter) {
            match own.get(name) {
                Some(id) => faulty[name] = varied(id, number),
                None => drop(faulty.as_object_mut()?.remove(name)),
            }
        }
        (tasks.broken(&faulty) == *broken).then_some(faulty)
    })
}

/// The context with the members that the case has in the object that it is about, as far as the context has no others.
fn with_members(tasks: &Tasks<'_>, case: &Case, context: &Value) -> Option<Value> {
    let mut task = context.clone();
    for (name, value) in case.body.get(0)?.pointer(&pointer(&case.parameter))?.as_object()? {
        let path = format!("{}.{name}", case.parameter);
        if context.pointer(&pointer(&path)).is_none() {
            tasks.place(&mut task, &path, Some(value.clone()));
        }
    }
    Some(task)
}

/// A task like the context that breaks the rule over several parameters that the case is about, and still holds all that
/// a check may depend on.
fn like(tasks: &mut Tasks<'_>, case: &Case, context: &Value) -> Option<Value> {
    let rule = tasks.model().constraint(&case.subject).filter(|constraint| constraint.rule.is_composite())?;
    let marks = marks(tasks.model(), context);
    let kept: Vec<&str> = marks.iter().map(|(path, _)| path.as_str()).collect();
    let mut faulty = tasks.witness(rule, context, &kept, Side::Reject)?;
    tasks.identify(&mut faulty);
    Some(faulty)
}

/// Another UUID of the same kind, as one alone could be refused for being in use.
fn varied(id: &Value, number: usize) -> Value {
    let text = id.as_str().filter(|text| uuid::Uuid::try_parse(text).is_ok());
    let digits = text.and_then(|text| text.get(2..)).map(|rest| format!("{:02x}{rest}", number + 1));
    digits.map_or_else(|| id.clone(), Value::from)
}

/// A batch in which each context has the identity of a plain task before it.
pub(super) fn with_one_identity(tasks: &mut Tasks<'_>, contexts: &[Value]) -> Option<Case> {
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

/// What a check may depend on, apart from what it checks: a parameter, and its value where that makes a difference.
type Mark = (String, Option<String>);

/// Everything of that kind in a task.
fn marks(model: &Model, task: &Value) -> BTreeSet<Mark> {
    let given = |path: &str| task.pointer(&pointer(path));
    let text = |path: &str| given(path).and_then(Value::as_str).map(str::to_owned);
    let mark = |behaviour: &Behaviour| match &behaviour.kind {
        Kind::Select { parameter, .. } | Kind::Container { parameter, .. } => {
            text(parameter).map(|value| (parameter.clone(), Some(value)))
        }
        Kind::Delivery { parameter, deferred, .. } => {
            let value = text(parameter).filter(|value| value == deferred)?;
            Some((parameter.clone(), Some(value)))
        }
        Kind::Count { parameter } => given(parameter)
            .and_then(Value::as_u64)
            .filter(|count| *count > 1)
            .map(|_| (parameter.clone(), None)),
        kind => kind.called().filter(|path| given(path).is_some()).map(|path| (path.to_owned(), None)),
    };
    let lists = lists(model).filter(|schema| given(&schema.path).is_some());
    let lists = lists.map(|schema| (schema.path.to_string(), None));
    model.behaviours.iter().filter_map(mark).chain(lists).collect()
}

/// The lists that stand in no other list.
fn lists(model: &Model) -> impl Iterator<Item = &Schema> {
    model.parameters().into_iter().filter(|schema| schema.items.is_some() && !schema.path.is_in_array())
}

/// Plain tasks with one thing more that a check may depend on.
fn plain_contexts(tasks: &mut Tasks<'_>) -> Vec<Value> {
    let model = tasks.model();
    let texts = |path: &str, values: Vec<&String>| -> Vec<(String, Value)> {
        values.into_iter().map(|value| (path.to_owned(), Value::from(value.as_str()))).collect()
    };
    let mut settings: Vec<(String, Value)> = Vec::new();
    for behaviour in &model.behaviours {
        settings.extend(match &behaviour.kind {
            Kind::Select { parameter, fields: values } | Kind::Container { parameter, media: values } => {
                texts(parameter, values.keys().collect())
            }
            Kind::Delivery { parameter, deferred, .. } => texts(parameter, vec![deferred]),
            Kind::Count { parameter } => vec![(parameter.clone(), Value::from(2))],
            kind => kind
                .called()
                .map(|path| (path.to_owned(), Value::from(behave::NOWHERE)))
                .into_iter()
                .collect(),
        });
    }
    for schema in lists(model) {
        settings.extend(values(tasks, schema).into_iter().next().map(|list| (schema.path.to_string(), list)));
    }
    let with =
        |(path, value): (String, Value)| tasks.valid_with(&path, &value).or_else(|| tasks.scene(&path));
    settings.into_iter().filter_map(with).collect()
}

/// One faulty value of each constraint, in each of the contexts; where one of them has no place for it, in plainer ones.
pub(super) fn in_contexts(tasks: &mut Tasks<'_>, cases: &[Case], contexts: &[Value]) -> Vec<Case> {
    let mut found = Vec::new();
    let mut known = BTreeSet::new();
    let model = tasks.model();
    let identity = model.unique().map(|constraint| constraint.parameter.to_string());
    let plain = plain_contexts(tasks);
    for case in cases {
        if !is_single(case) || known.contains(&case.subject) {
            continue;
        }
        let (mut of_case, mut reached) = (Vec::new(), BTreeSet::new());
        for (number, context) in contexts.iter().chain(&plain).enumerate() {
            let is_plain = number >= contexts.len();
            let faulty = put_into(tasks, case, context, number, identity.as_deref()).or_else(|| {
                let is_new = is_plain && !self::marks(model, context).is_subset(&reached);
                is_new.then(|| like(tasks, case, context))?
            });
            let Some(faulty) = faulty else { continue };
            let marks = marks(model, &faulty);
            if is_plain && marks.is_subset(&reached) {
                continue;
            }
            reached.extend(marks);
            of_case.push(Case {
                id: format!("{}-in-context-{}", case.id, number + 1),
                about: format!("{}, in a task with other parameters", case.about),
                body: Value::Array(vec![faulty]),
                ..case.clone()
            });
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
