//! Tasks made from a source's own rules: do they bear its defaults, and can each parameter be given at all?

use crate::document::text;
use super::{Broken, Found, Judge, add};
use crate::facts::Facts;
use crate::model::{Constraint, ParameterPath, Schema};
use crate::rule::{Kinds, Rule};
use crate::witness;
use serde_json::Value;

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
        if !own.is_empty() || schema.path.is_in_array() {
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
fn line(facts: &Facts, path: &ParameterPath, keyword: &str) -> usize {
    let path = path.without_items();
    let parameter = facts.task.at(&path.steps().collect::<Vec<_>>());
    let fact = parameter.and_then(|parameter| parameter.fact(keyword)).map(|fact| fact.line);
    fact.or(parameter.map(|parameter| parameter.line)).unwrap_or(1)
}

/// The rules over several parameters, each with the full paths that it names.
fn rules<'m>(judge: &Judge<'m>) -> Vec<(&'m Constraint, Vec<ParameterPath>)> {
    let all = judge.model.constraints().into_iter().filter(|constraint| constraint.rule.is_composite());
    all.map(|constraint| {
        let paths = constraint.parameters().into_iter();
        (constraint, paths.filter(|path| judge.model.task.at(path).is_some()).collect::<Vec<_>>())
    })
    .filter(|(_, paths)| paths.len() > 1)
    .collect()
}

/// Every parameter that a rule names.
fn named(judge: &Judge<'_>) -> Vec<ParameterPath> {
    let mut all: Vec<ParameterPath> = Vec::new();
    for path in rules(judge).into_iter().flat_map(|(_, paths)| paths) {
        if !all.contains(&path) {
            all.push(path);
        }
    }
    all
}

/// The values that rules name for a parameter.
fn named_values(judge: &Judge<'_>, path: &ParameterPath) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    for (rule, paths) in rules(judge) {
        if paths.iter().any(|known| known == path) {
            let name = path.below(&rule.parameter).unwrap_or(path);
            all.extend(rule.rule.values_of(name).into_iter().take(8));
        }
    }
    all
}

/// The parameters that a rule ties to this one.
fn partners<'m>(judge: &Judge<'m>, path: &ParameterPath) -> Vec<(&'m Constraint, ParameterPath)> {
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
    path: &ParameterPath,
    default: &Value,
    rule: &Constraint,
    other: &ParameterPath,
) -> Option<(Value, String)> {
    let name = other.below(&rule.parameter).unwrap_or(other);
    let schema = judge.model.task.at(other)?;
    let mut values = rule.rule.values_of(name);
    values.extend(legal(judge, schema).into_iter().take(6));
    for value in values {
        let Some(task) = settle(judge, with(judge, other, &value), &[other]) else { continue };
        if path.get(&task) == Some(default) {
            continue;
        }
        let mut sent = task.clone();
        path.set(&mut sent, default.clone());
        // What must come with the parameter comes with its own default.
        for needed in needs(judge, path) {
            if let (None, Some(default)) =
                (needed.get(&sent), judge.model.task.at(&needed).and_then(|schema| schema.default.clone()))
            {
                needed.set(&mut sent, default);
            }
        }
        let broken =
            judge.task(&sent).into_iter().find(|broken| broken.rule.as_ref() == Some(&rule.id));
        if let Some(broken) = broken {
            return Some((value, broken.statement));
        }
    }
    None
}

/// The parameters that must come with this one.
fn needs(judge: &Judge<'_>, path: &ParameterPath) -> Vec<ParameterPath> {
    let mut all = Vec::new();
    for constraint in judge.model.constraints() {
        if let Rule::DependentRequired(dependent) = &constraint.rule {
            for (trigger, needs) in &dependent.needs {
                if constraint.parameter.join(trigger) == *path {
                    all.extend(needs.iter().map(|name| constraint.parameter.join(name)));
                }
            }
        }
    }
    all
}

/// What a value breaks at its own place, whatever the rest of the task.
fn faults_at(judge: &Judge<'_>, path: &ParameterPath, value: &Value) -> Vec<Broken> {
    let (task, pointer) = (path.around(value.clone()), path.pointer());
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
fn with(judge: &Judge<'_>, path: &ParameterPath, value: &Value) -> Value {
    let mut task = minimal(judge, &judge.model.task);
    path.set(&mut task, value.clone());
    task
}

/// Gives and takes other parameters that the broken rules name until the task is valid.
fn settle(judge: &Judge<'_>, task: Value, kept: &[&ParameterPath]) -> Option<Value> {
    let rules = rules(judge);
    let (mut queue, mut next) = (vec![task], 0);
    while let Some(task) = queue.get(next).cloned() {
        next += 1;
        let broken = judge.task(&task);
        if broken.is_empty() {
            return Some(task);
        }
        // A fault of a single value is not mended by other parameters.
        let Some(id) = broken.iter().find_map(|broken| broken.rule.as_ref()) else { continue };
        let Some((rule, paths)) = rules.iter().find(|(rule, _)| rule.id == *id) else { continue };
        for path in paths.iter().filter(|path| !kept.contains(path)) {
            let Some(schema) = judge.model.task.at(path) else { continue };
            let name = path.below(&rule.parameter).unwrap_or(path);
            let mut options: Vec<Option<Value>> =
                rule.rule.values_of(name).into_iter().take(8).map(Some).collect();
            options.extend(legal(judge, schema).into_iter().take(2).map(Some));
            if !is_required(judge, path) {
                options.push(None);
            }
            for option in options {
                let mut changed = task.clone();
                match option {
                    Some(value) => path.set(&mut changed, value),
                    None => drop(path.remove(&mut changed)),
                }
                if !queue.contains(&changed) && queue.len() < TRIES {
                    queue.push(changed);
                }
            }
        }
    }
    None
}

fn is_required(judge: &Judge<'_>, path: &ParameterPath) -> bool {
    let holder = path.parent().unwrap_or_default();
    let property = judge.model.task.at(&holder).and_then(|schema| schema.property(path.last()));
    property.is_some_and(|property| property.required.is_some())
}
