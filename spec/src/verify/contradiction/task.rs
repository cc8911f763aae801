//! Tasks made from a source's own rules: do they bear its defaults, and can each parameter be given at all?

use super::{Broken, Found, Judge, add};
use crate::facts::Facts;
use crate::model::{Constraint, Schema};
use crate::rule::{Kinds, Rule};
use crate::text;
use crate::witness;
use serde_json::{Map, Value};

/// At most so many tasks are judged to find one that is valid.
const TRIES: usize = 400;

/// Defaults that are no legal value, and defaults that make a valid task invalid when they are sent.
pub(super) fn defaults(judge: &Judge<'_>, facts: &Facts, found: &mut Found) {
    let tree = judge.model.task.tree();
    for schema in tree.iter().filter(|schema| !schema.path.is_empty()) {
        let Some(default) = &schema.default else { continue };
        let line = line(facts, &schema.path, "default");
        let own = faults_at(judge, &schema.path, default);
        for broken in &own {
            add(
                found,
                format!("the default {} is no legal value: {}", text::literal(default), broken.statement),
                line,
            );
        }
        if !own.is_empty() || schema.path.split('.').any(|step| step == "items") {
            continue;
        }
        // What comes together is chosen together: no value of the one goes with the default of the other alone.
        let together = needs(judge, &schema.path);
        for (rule, other) in partners(judge, &schema.path) {
            if together.contains(&other) {
                continue;
            }
            if let Some((value, statement)) = spoilt(judge, &schema.path, default, rule, &other) {
                let statement = format!(
                    "the default of `{}`, {}, makes a task with `{other}` {} invalid: {statement}",
                    schema.path,
                    text::literal(default),
                    text::literal(&value)
                );
                add(found, statement, line);
            }
        }
    }
}

/// Parameters that no valid task can have.
pub(super) fn unusable(judge: &Judge<'_>, facts: &Facts, found: &mut Found) {
    for path in named(judge) {
        let Some(schema) = judge.model.task.at(&path) else { continue };
        let mut reason = None;
        let mut values = named_values(judge, &path);
        values.extend(legal(judge, schema).into_iter().take(4));
        let usable = values.iter().any(|value| {
            let task = with(judge, &path, value);
            match settle(judge, task.clone(), &[&path]) {
                Some(_) => true,
                None => {
                    reason = judge.task(&task).into_iter().find(|broken| broken.rule.is_some());
                    false
                }
            }
        });
        if let (false, false, Some(reason)) = (usable, values.is_empty(), reason) {
            let statement = format!("no valid task can have `{path}`: {}", reason.statement);
            add(found, statement, line(facts, &path, "type"));
        }
    }
}

/// The line of a fact.
fn line(facts: &Facts, path: &str, keyword: &str) -> usize {
    let steps: Vec<&str> = path.split('.').filter(|step| *step != "items").collect();
    let parameter = facts.task.at(&steps);
    let fact = parameter.and_then(|parameter| parameter.fact(keyword)).map(|fact| fact.line);
    fact.or(parameter.map(|parameter| parameter.line)).unwrap_or(1)
}

/// The rules over several parameters, each with the full paths that it names.
fn rules<'m>(judge: &Judge<'m>) -> Vec<(&'m Constraint, Vec<String>)> {
    let all = judge.model.constraints().into_iter().filter(|constraint| constraint.rule.is_composite());
    all.map(|constraint| {
        let names = constraint.rule.parameters();
        let paths = names.iter().map(|name| super::join(&constraint.parameter, name));
        (constraint, paths.filter(|path| judge.model.task.at(path).is_some()).collect::<Vec<_>>())
    })
    .filter(|(_, paths)| paths.len() > 1)
    .collect()
}

/// Every parameter that a rule names.
fn named(judge: &Judge<'_>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for path in rules(judge).into_iter().flat_map(|(_, paths)| paths) {
        if !all.contains(&path) {
            all.push(path);
        }
    }
    all
}

/// The values that rules name for a parameter.
fn named_values(judge: &Judge<'_>, path: &str) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    for (rule, paths) in rules(judge) {
        if paths.iter().any(|known| known == path) {
            let name = path.strip_prefix(&format!("{}.", rule.parameter)).unwrap_or(path);
            all.extend(rule.rule.values_of(name).into_iter().take(8));
        }
    }
    all
}

/// The parameters that a rule ties to this one.
fn partners<'m>(judge: &Judge<'m>, path: &str) -> Vec<(&'m Constraint, String)> {
    let mut all = Vec::new();
    for (rule, paths) in rules(judge) {
        if paths.iter().any(|known| known == path) {
            all.extend(paths.into_iter().filter(|other| other != path).map(|other| (rule, other)));
        }
    }
    all
}

/// A value of the other parameter with which a task is valid, and no longer is when the default is put in.
fn spoilt(
    judge: &Judge<'_>,
    path: &str,
    default: &Value,
    rule: &Constraint,
    other: &str,
) -> Option<(Value, String)> {
    let name = other.strip_prefix(&format!("{}.", rule.parameter)).unwrap_or(other);
    let schema = judge.model.task.at(other)?;
    let mut values = rule.rule.values_of(name);
    values.extend(legal(judge, schema).into_iter().take(6));
    for value in values {
        let Some(task) = settle(judge, with(judge, other, &value), &[other]) else { continue };
        if get(&task, path) == Some(default) {
            continue;
        }
        let mut sent = task.clone();
        set(&mut sent, path, default.clone());
        // What must come with the parameter comes with its own default.
        for needed in needs(judge, path) {
            if let (None, Some(default)) =
                (get(&sent, &needed), judge.model.task.at(&needed).and_then(|schema| schema.default.clone()))
            {
                set(&mut sent, &needed, default);
            }
        }
        let broken =
            judge.task(&sent).into_iter().find(|broken| broken.rule.as_deref() == Some(rule.id.as_str()));
        if let Some(broken) = broken {
            return Some((value, broken.statement));
        }
    }
    None
}

/// The parameters that must come with this one.
fn needs(judge: &Judge<'_>, path: &str) -> Vec<String> {
    let mut all = Vec::new();
    for constraint in judge.model.constraints() {
        if let Rule::DependentRequired(dependent) = &constraint.rule {
            for (trigger, needs) in &dependent.needs {
                if super::join(&constraint.parameter, trigger) == path {
                    all.extend(needs.iter().map(|name| super::join(&constraint.parameter, name)));
                }
            }
        }
    }
    all
}

/// What a value breaks at its own place, whatever the rest of the task.
fn faults_at(judge: &Judge<'_>, path: &str, value: &Value) -> Vec<Broken> {
    let (mut task, mut pointer) = (value.clone(), String::new());
    for step in path.split('.').rev() {
        if step == "items" {
            pointer.insert_str(0, "/0");
            task = Value::Array(vec![task]);
        } else {
            pointer.insert_str(0, &format!("/{}", step.replace('~', "~0").replace('/', "~1")));
            task = Value::Object(Map::from_iter([(step.to_owned(), task)]));
        }
    }
    judge.task(&task).into_iter().filter(|broken| broken.pointer.starts_with(&pointer)).collect()
}

/// Legal values of a parameter, the plainest first.
fn legal(judge: &Judge<'_>, schema: &Schema) -> Vec<Value> {
    let kinds = schema.kinds();
    let mut all: Vec<Value> = Vec::new();
    if kinds == Kinds::OBJECT || kinds == Kinds::ARRAY {
        all.push(minimal(judge, schema));
    } else {
        for value in witness::samples(schema) {
            if !all.contains(&value) && faults_at(judge, &schema.path, &value).is_empty() {
                all.push(value);
            }
        }
    }
    all
}

/// The plainest value: an object with its required members, an array with one item.
fn minimal(judge: &Judge<'_>, schema: &Schema) -> Value {
    let kinds = schema.kinds();
    if kinds == Kinds::OBJECT {
        let required = schema.properties.iter().filter(|property| property.required.is_some());
        return Value::Object(
            required.map(|property| (property.name.clone(), minimal(judge, &property.schema))).collect(),
        );
    }
    if kinds == Kinds::ARRAY {
        return Value::Array(schema.items.iter().map(|items| minimal(judge, items)).collect());
    }
    legal(judge, schema).into_iter().next().unwrap_or_default()
}

/// A task with what is required, and the value.
fn with(judge: &Judge<'_>, path: &str, value: &Value) -> Value {
    let mut task = minimal(judge, &judge.model.task);
    set(&mut task, path, value.clone());
    task
}

/// Gives and takes other parameters that the broken rules name until the task is valid.
fn settle(judge: &Judge<'_>, task: Value, kept: &[&str]) -> Option<Value> {
    let rules = rules(judge);
    let (mut queue, mut next) = (vec![task], 0);
    while let Some(task) = queue.get(next).cloned() {
        next += 1;
        let broken = judge.task(&task);
        if broken.is_empty() {
            return Some(task);
        }
        // A fault of a single value is not mended by other parameters.
        let Some(id) = broken.iter().find_map(|broken| broken.rule.as_deref()) else { continue };
        let Some((rule, paths)) = rules.iter().find(|(rule, _)| rule.id == id) else { continue };
        for path in paths.iter().filter(|path| !kept.contains(&path.as_str())) {
            let Some(schema) = judge.model.task.at(path) else { continue };
            let name = path.strip_prefix(&format!("{}.", rule.parameter)).unwrap_or(path);
            let mut options: Vec<Option<Value>> =
                rule.rule.values_of(name).into_iter().take(8).map(Some).collect();
            options.extend(legal(judge, schema).into_iter().take(2).map(Some));
            if !is_required(judge, path) {
                options.push(None);
            }
            for option in options {
                let mut changed = task.clone();
                match option {
                    Some(value) => set(&mut changed, path, value),
                    None => remove(&mut changed, path),
                }
                if !queue.contains(&changed) && queue.len() < TRIES {
                    queue.push(changed);
                }
            }
        }
    }
    None
}

fn is_required(judge: &Judge<'_>, path: &str) -> bool {
    let (holder, name) = path.rsplit_once('.').unwrap_or(("", path));
    let property = judge.model.task.at(holder).and_then(|schema| schema.property(name));
    property.is_some_and(|property| property.required.is_some())
}

fn get<'v>(task: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(task, |value, name| value.get(name))
}

fn set(task: &mut Value, path: &str, value: Value) {
    let mut slot = task;
    for name in path.split('.') {
        if !slot.is_object() {
            *slot = Value::Object(Map::new());
        }
        let Value::Object(members) = slot else { return };
        slot = members.entry(name).or_insert(Value::Null);
    }
    *slot = value;
}

fn remove(task: &mut Value, path: &str) {
    let (holder, name) = path.rsplit_once('.').unwrap_or(("", path));
    let slot = if holder.is_empty() {
        Some(task)
    } else {
        task.pointer_mut(&format!("/{}", holder.replace('.', "/")))
    };
    if let Some(Value::Object(members)) = slot {
        members.remove(name);
    }
}
