//! Tasks made from a source's own rules: do they bear its defaults, and can each parameter be given at all?

use super::{Broken, Found, Judge, add};
use airspec_spec::document::text;
use airspec_spec::facts::Facts;
use airspec_spec::model::{Constraint, ParameterPath, Rule};
use airspec_spec::synthesis::{self, Fault, Synthesiser};
use jsonschema::ValidationError;
use serde_json::Value;

/// At most so many combinations of values are tried to find a valid task.
pub(super) const TRIES: usize = 400;

/// Makes tasks that the source's own rules allow.
pub(super) type Tasks<'m> = Synthesiser<'m, Judge<'m>>;

impl synthesis::Judge for Judge<'_> {
    fn faults(&self, task: &Value) -> Vec<Fault> {
        let fault = |error: ValidationError<'_>| Fault {
            pointer: error.instance_path().to_string().into(),
            constraint: self.constraint(&error).map(|one| one.id.clone()).unwrap_or_default(),
        };
        self.task.iter_errors(task).map(fault).collect()
    }
}

/// Defaults that are no legal value, and defaults that make a valid task invalid when they are sent.
pub(super) fn defaults(judge: &Judge<'_>, tasks: &mut Tasks<'_>, facts: &Facts, found: &mut Found) {
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
            if let Some((value, statement)) = spoilt(judge, tasks, &schema.path, default, rule, &other) {
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
pub(super) fn unusable(judge: &Judge<'_>, tasks: &mut Tasks<'_>, facts: &Facts, found: &mut Found) {
    for path in named(judge) {
        let Some(schema) = judge.model.task.at(&path) else { continue };
        if tasks.holding(&path).is_some() {
            continue;
        }
        let mut values = tasks.named(&path);
        values.extend(tasks.legal(schema).into_iter().take(4));
        // Why the last value that was tried does not do.
        let reason = values.last().and_then(|value| {
            let mut task = tasks.base().clone();
            tasks.place(&mut task, &path, Some(value.clone()));
            judge.task(&task).into_iter().find(|broken| broken.rule.is_some())
        });
        if let Some(reason) = reason {
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
    tasks: &Tasks<'_>,
    path: &ParameterPath,
    default: &Value,
    rule: &Constraint,
    other: &ParameterPath,
) -> Option<(Value, String)> {
    let name = other.below(&rule.parameter).unwrap_or(other);
    let schema = judge.model.task.at(other)?;
    let mut values = rule.rule.values_of(name);
    values.extend(tasks.legal(schema).into_iter().take(6));
    for value in values {
        let mut task = tasks.base().clone();
        tasks.place(&mut task, other, Some(value.clone()));
        let task = tasks.satisfy_relations(task, &[other]);
        if !judge.task(&task).is_empty() || path.get(&task) == Some(default) {
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
        let broken = judge.task(&sent).into_iter().find(|broken| broken.rule.as_ref() == Some(&rule.id));
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
