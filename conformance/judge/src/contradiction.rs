//! Where a source contradicts itself: its examples against its own rules, its defaults, its counts.
//!
//! The source is imported as a document of its own, and that document is the judge.

mod task;

use crate::validator::validator;
use airspec_spec::document::{Node, Source, text};
use airspec_spec::facts::{Example, Facts, Shown};
use airspec_spec::import::Known;
use airspec_spec::model::behaviour::Kind;
use airspec_spec::model::{Constraint, ConstraintId, JsonPointer, Model, ParameterPath};
use airspec_spec::rule::Rule;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::Value;
use std::collections::BTreeMap;

/// Statements about a source, each with the lines that show it.
type Found = BTreeMap<String, Vec<usize>>;

/// Every contradiction that is found, each with the lines that show it.
#[must_use]
pub fn contradictions(facts: &Facts) -> Vec<(String, Vec<usize>)> {
    let mut found = Found::new();
    for remark in &facts.contradictions {
        add(&mut found, remark.text.clone(), remark.line);
    }
    let constant = facts.task.member("model").and_then(|model| model.fact("const"));
    if let (Some(air), Some(fact)) = (&facts.identity.air, constant)
        && fact.value.as_text().is_some_and(|value| value != air)
    {
        add(
            &mut found,
            format!("the model's id is `{air}`, the parameter `model` is {}", fact.value.line()),
            fact.line,
        );
    }
    let model = airspec_spec::import::import(facts, "source", &Known::default())
        .and_then(|imported| airspec_spec::read(&Source::new(facts.source.as_str(), imported.text)));
    if let Ok(model) = model
        && let Ok(judge) = Judge::new(&model)
    {
        for example in &facts.examples {
            request(&judge, example, &mut found);
            response(&judge, example, &mut found);
        }
        let mut tasks = task::Tasks::limited(&model, &judge, None, task::TRIES);
        task::defaults(&judge, &mut tasks, facts, &mut found);
        task::unusable(&judge, &mut tasks, facts, &mut found);
    }
    let mut all: Vec<(String, Vec<usize>)> = found.into_iter().collect();
    all.sort_by_key(|(_, lines)| lines.first().copied());
    all
}

fn add(found: &mut Found, statement: String, line: usize) {
    let lines = found.entry(statement).or_default();
    if !lines.contains(&line) {
        lines.push(line);
    }
}

/// Says what a value breaks, in the words of the document's constraints.
struct Judge<'m> {
    model: &'m Model,
    constraints: Vec<&'m Constraint>,
    task: Validator,
    result: Option<Validator>,
}

/// Something that a value breaks.
struct Broken {
    /// Where in the value.
    pointer: JsonPointer,
    /// What is wrong there.
    statement: String,
    /// The rule over several parameters that is broken, if it is one.
    rule: Option<ConstraintId>,
}

impl<'m> Judge<'m> {
    fn new(model: &'m Model) -> Result<Self, String> {
        let result = model.answers.result.as_ref().map(validator).transpose()?;
        Ok(Self { model, constraints: model.constraints(), task: validator(&model.schema)?, result })
    }

    fn task(&self, task: &Value) -> Vec<Broken> {
        let mut all: Vec<Broken> = Vec::new();
        for error in self.task.iter_errors(task) {
            for broken in self.broken(&error) {
                if !all
                    .iter()
                    .any(|known| known.pointer == broken.pointer && known.statement == broken.statement)
                {
                    all.push(broken);
                }
            }
        }
        all
    }

    fn broken(&self, error: &ValidationError<'_>) -> Vec<Broken> {
        let pointer = JsonPointer::from(error.instance_path().to_string());
        let names = pointer.names().filter(|name| name.parse::<usize>().is_err());
        let path = names.fold(ParameterPath::task(), |path, name| path.join(&name));
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                let own = |name: &String| Broken {
                    pointer: pointer.join(name),
                    statement: self.undeclared(&path, name),
                    rule: None,
                };
                return unexpected.iter().map(own).collect();
            }
            ValidationErrorKind::Required { property }
                if self.constraint(error).is_none_or(|one| !one.rule.is_composite()) =>
            {
                let name = path.join(property.as_str().unwrap_or_default());
                return vec![Broken { pointer, statement: format!("`{name}` is missing"), rule: None }];
            }
            _ => {}
        }
        let constraint = self.constraint(error);
        let subject = if path.is_empty() { "the task".to_owned() } else { format!("`{path}`") };
        let expected =
            constraint.map_or_else(|| text::shorten(&error.to_string(), 120), |one| one.expected.clone());
        let rule = constraint.filter(|one| one.rule.is_composite()).map(|one| one.id.clone());
        let subject = match constraint {
            Some(one) if rule.is_some() && one.parameter.is_empty() => "the task".to_owned(),
            _ => subject,
        };
        vec![Broken { pointer, statement: text::said_of(&subject, &expected), rule }]
    }

    /// A name that an object does not have, and where the page has it instead.
    fn undeclared(&self, path: &ParameterPath, name: &str) -> String {
        let full = path.join(name);
        let elsewhere =
            self.model.task.tree().into_iter().find(|schema| schema.name() == name && schema.path != full);
        let elsewhere = elsewhere.map(|schema| format!(", only `{}`", schema.path)).unwrap_or_default();
        format!("there is no parameter `{full}`{elsewhere}")
    }

    /// The constraint that an error belongs to: the one whose keyword stands nearest to it.
    fn constraint(&self, error: &ValidationError<'_>) -> Option<&'m Constraint> {
        let path = JsonPointer::from(error.schema_path().to_string());
        let covers = |location: &str| path.starts_with(location);
        let length =
            |constraint: &Constraint| match (&constraint.rule, constraint.location.strip_suffix("/if")) {
                (Rule::If(_), Some(holder)) => ["/then", "/else"]
                    .iter()
                    .map(|branch| format!("{holder}{branch}"))
                    .find(|location| covers(location))
                    .map(|location| location.len()),
                _ => Some(constraint.location.len()).filter(|_| covers(&constraint.location)),
            };
        let fits = |constraint: &&Constraint| match (&constraint.rule, error.kind()) {
            (Rule::Required, ValidationErrorKind::Required { property }) => {
                property.as_str() == constraint.member.as_deref()
            }
            (Rule::Required, _) => false,
            _ => true,
        };
        let near = self
            .constraints
            .iter()
            .copied()
            .filter(fits)
            .filter_map(|constraint| Some((length(constraint)?, constraint)));
        near.max_by_key(|(length, _)| *length).map(|(_, constraint)| constraint)
    }
}

/// The line of a value within a text that is shown; that of the nearest value around it where it is absent.
fn line_of(shown: &Shown, pointer: &JsonPointer) -> usize {
    let source = Source::new("example", shown.text.as_str());
    let Ok(mut node) = source.root() else { return shown.line };
    let mut line = node.position().line;
    for step in pointer.names() {
        let Some((next, at)) = child(node, &step) else { break };
        (node, line) = (next, at);
    }
    shown.line + line - 1
}

fn child<'a>(node: Node<'a>, step: &str) -> Option<(Node<'a>, usize)> {
    if let Ok(index) = step.parse::<usize>()
        && let Ok(items) = node.items()
    {
        return items.get(index).map(|item| (*item, item.position().line));
    }
    let member = node.members().ok()?.into_iter().find(|member| member.key == step)?;
    Some((member.value, member.position().line))
}

/// The tasks or results of a text: one, or a list of them.
fn elements(shown: &Shown) -> Result<Vec<(JsonPointer, Value)>, ()> {
    let value: Value = serde_json::from_str(&shown.text).map_err(|_| ())?;
    let list = JsonPointer::default();
    let data = list.join("data");
    Ok(match value {
        Value::Array(items) => {
            items.into_iter().enumerate().map(|(index, item)| (list.join(&index.to_string()), item)).collect()
        }
        Value::Object(members) => match members.get("data").and_then(Value::as_array) {
            Some(items) => items
                .iter()
                .enumerate()
                .map(|(index, item)| (data.join(&index.to_string()), item.clone()))
                .collect(),
            None => vec![(JsonPointer::default(), Value::Object(members))],
        },
        other => vec![(JsonPointer::default(), other)],
    })
}

fn request(judge: &Judge<'_>, example: &Example, found: &mut Found) {
    let Some(shown) = &example.request else { return };
    if shown.fragment_of.is_some() {
        return fragment(judge, shown, found);
    }
    let Ok(tasks) = elements(shown) else {
        return add(found, "an example of a request is not JSON".to_owned(), shown.line);
    };
    for (start, task) in tasks {
        for broken in judge.task(&task) {
            let line = line_of(shown, &start.then(&broken.pointer));
            add(found, format!("an example of a request: {}", broken.statement), line);
        }
    }
}

/// A part of a task in the description of a parameter. It may start at the task, at what holds the parameter, or at the
/// parameter; the reading with the fewest faults counts.
fn fragment(judge: &Judge<'_>, shown: &Shown, found: &mut Found) {
    let wrapped = format!("{{{}\n}}", shown.text.trim_end().trim_end_matches(','));
    let bare: Result<Value, _> = serde_json::from_str(&shown.text);
    let Some(value) = bare.or_else(|_| serde_json::from_str(&wrapped)).ok().filter(Value::is_object) else {
        return;
    };
    let owner = shown.fragment_of.as_deref().unwrap_or_default();
    let owner = ParameterPath::from(owner);
    let steps: Vec<&str> = owner.steps().collect();
    let readings = (0..=steps.len()).map(|depth| {
        let mut task = value.clone();
        for step in steps[..depth].iter().rev() {
            task = Value::Object(serde_json::Map::from_iter([((*step).to_owned(), task)]));
        }
        let faults = judge
            .task(&task)
            .into_iter()
            .filter(|broken| !broken.statement.ends_with(" is missing") && broken.rule.is_none());
        faults.collect::<Vec<_>>()
    });
    for broken in readings.min_by_key(Vec::len).unwrap_or_default() {
        add(found, format!("an example in the description of `{owner}`: {}", broken.statement), shown.line);
    }
}

fn response(judge: &Judge<'_>, example: &Example, found: &mut Found) {
    let Some(shown) = &example.response else { return };
    let Ok(results) = elements(shown) else {
        return add(found, "an example of an answer is not JSON".to_owned(), shown.line);
    };
    let request = example.request.as_ref().and_then(|request| elements(request).ok()).unwrap_or_default();
    for (start, result) in results {
        if let Some(validator) = &judge.result {
            for error in validator.iter_errors(&result) {
                let pointer = start.then(&error.instance_path().to_string());
                let statement =
                    format!("an example of an answer: {}", text::shorten(&error.to_string(), 160));
                add(found, statement, line_of(shown, &pointer));
            }
        }
        if let [(_, task)] = request.as_slice() {
            behaviours(judge.model, task, &result, &start, shown, found);
        }
    }
}

/// Whether an answer fits the request that it is shown with.
fn behaviours(
    model: &Model,
    task: &Value,
    result: &Value,
    start: &JsonPointer,
    shown: &Shown,
    found: &mut Found,
) {
    let sent = |path: &str| {
        let default = || model.task.at(path).and_then(|schema| schema.default.clone());
        ParameterPath::from(path).get(task).cloned().or_else(default)
    };
    for behaviour in &model.behaviours {
        let (field, statement) = match &behaviour.kind {
            Kind::Echo { parameter, field } => match (sent(parameter), result.get(field)) {
                (Some(sent), Some(answered)) if sent != *answered => {
                    (field, format!("`{field}` is not the request's `{parameter}`"))
                }
                _ => continue,
            },
            Kind::Flag { parameter, field } => {
                let is_requested = sent(parameter) == Some(Value::Bool(true));
                match (is_requested, result.get(field).is_some()) {
                    (false, true) => (field, format!("`{field}` although the request has no `{parameter}`")),
                    (true, false) => (field, format!("no `{field}` although the request has `{parameter}`")),
                    _ => continue,
                }
            }
            Kind::Select { parameter, fields } => {
                let chosen = sent(parameter)
                    .and_then(|value| value.as_str().and_then(|value| fields.get(value)).cloned());
                let wrong = fields.values().find(|field| {
                    chosen.as_ref().is_some_and(|chosen| chosen != *field) && result.get(field).is_some()
                });
                match wrong {
                    Some(field) => {
                        (field, format!("`{field}` does not belong to the request's `{parameter}`"))
                    }
                    None => continue,
                }
            }
            Kind::Count { .. }
            | Kind::Distinct { .. }
            | Kind::Container { .. }
            | Kind::Size { .. }
            | Kind::Quality { .. }
            | Kind::Delivery { .. }
            | Kind::Webhook { .. }
            | Kind::Upload { .. }
            | Kind::Lifetime { .. }
            | Kind::Measure { .. }
            | Kind::Default { .. } => continue,
        };
        let line = line_of(shown, &start.join(field));
        add(found, format!("an example of an answer: {statement}"), line);
    }
}
