//! Tasks that are proposed for a constraint: the values that its rule proposes, each in an otherwise valid task.

use super::constraint::Proposal;
use super::task::{Tasks, pointer};
use super::{images, vocabulary};
use airspec_spec::rule::{Kinds, Operation, Relation, Rule};
use airspec_spec::witness::{Side, Witness, proposals, samples};
use airspec_spec::{Constraint, ParameterPath, Property, Schema};
use bigdecimal::{BigDecimal, ToPrimitive as _, Zero as _};
use serde_json::Value;
use std::ops::ControlFlow;

/// At most so many tasks for each side of a rule over several parameters.
const MAX_TASKS: usize = 6;

/// Every task that is proposed for a constraint.
pub(super) fn tasks(tasks: &mut Tasks<'_>, constraint: &Constraint) -> Vec<Proposal> {
    let model = tasks.model;
    let Some(schema) = model.task.at(&constraint.parameter) else { return Vec::new() };
    let path = schema.path.clone();
    match &constraint.rule {
        Rule::Required => vec![proposal(tasks, &path, None, Side::Reject, "left out"), {
            let value = tasks.legal(schema).into_iter().next();
            proposal(tasks, &path, value, Side::Accept, "given")
        }],
        Rule::AdditionalProperties(_) => names(tasks, schema),
        rule if ties_members(rule, schema) => combined(tasks, constraint),
        _ => {
            let witnesses = match &constraint.rule {
                Rule::Image(range) => images::witnesses(range, schema),
                Rule::Type(kinds) => kinds.witnesses_like(schema, ordinary(tasks, schema, *kinds)),
                Rule::Contains(condition) => {
                    let named = items_as_named(schema, condition);
                    proposals(constraint, schema).into_iter().chain(named).collect()
                }
                _ => proposals(constraint, schema),
            };
            let mut list: Vec<Proposal> = witnesses
                .into_iter()
                .map(|witness| placed(tasks, &path, with_legal_items(tasks, schema, witness)))
                .collect();
            list.extend(both_largest(tasks, constraint));
            if matches!(constraint.rule, Rule::Type(_)) {
                list.extend(null_in_absence(tasks, &path));
            }
            list
        }
    }
}

/// Arrays of one item that has a value of which the condition of `contains` speaks. The samples of what else an item needs
/// are tried one after the other.
fn items_as_named(schema: &Schema, condition: &Schema) -> Vec<Witness> {
    let Some(items) = schema.items.as_deref() else { return Vec::new() };
    let shapes: Vec<&Schema> = std::iter::once(items).chain(items.rules().flat_map(Rule::children)).collect();
    let mut found = Vec::new();
    for rule in condition.rules() {
        for name in rule.parameters() {
            for value in rule.values_of(&name) {
                for shape in shapes.iter().filter(|shape| shape.declares(&name)) {
                    let about = format!("only an item with {value} in `{name}`");
                    let item = |turn| Value::Array(vec![item_with(shape, &name, &value, turn)]);
                    found.extend((0..MAX_TASKS).map(|turn| Witness::reject(item(turn), about.clone())));
                }
            }
        }
    }
    found
}

fn item_with(shape: &Schema, name: &str, value: &Value, turn: usize) -> Value {
    let required = shape.properties.iter().filter(|property| property.required.is_some());
    let sample = |property: &Property| {
        let samples = samples(&property.schema);
        Some((property.name.clone(), samples.get(turn).or(samples.last())?.clone()))
    };
    let mut item: serde_json::Map<String, Value> = required.filter_map(sample).collect();
    item.insert(name.to_owned(), value.clone());
    Value::Object(item)
}

/// A valid task that holds the parameter.
pub(super) fn held(tasks: &mut Tasks<'_>, constraint: &Constraint) -> Option<Proposal> {
    let mut task = tasks.scene(&constraint.parameter)?;
    tasks.identify(&mut task);
    Some(Proposal { task, side: Side::Accept, about: "in a valid task".to_owned(), level: None })
}

/// Valid tasks that hold one parameter of a rule, with another value for that or for another one.
pub(super) fn changed_scenes(tasks: &mut Tasks<'_>, constraint: &Constraint) -> Vec<Proposal> {
    let paths = constraint.parameters();
    let mut found = Vec::new();
    for path in &paths {
        let Some(scene) = tasks.scene(path) else { continue };
        for start in std::iter::once(scene.clone()).chain(longer(tasks, &scene, path)) {
            for other in &paths {
                let legal = tasks.model.task.at(other).map(|schema| tasks.legal(schema)).unwrap_or_default();
                let values = legal.into_iter().take(MAX_TASKS).map(Some).chain([None]);
                for value in values.filter(|_| other != path) {
                    let mut task = start.clone();
                    tasks.place(&mut task, other, value);
                    tasks.identify(&mut task);
                    let about = format!("`{other}` changed where `{path}` is given");
                    found.push(Proposal { task, side: Side::Reject, about, level: None });
                }
            }
        }
    }
    found
}

/// The task with more items in the array that it holds at a path.
fn longer(tasks: &Tasks<'_>, scene: &Value, path: &ParameterPath) -> Vec<Value> {
    let Some([first, ..]) = path.get(scene).and_then(Value::as_array).map(Vec::as_slice) else {
        return Vec::new();
    };
    let schema = tasks.model.task.at(path).and_then(|schema| schema.items.as_deref());
    let items = schema.map(|schema| tasks.legal(schema)).unwrap_or_default();
    let with = |item: &Value, count: usize| {
        let mut task = scene.clone();
        path.set(&mut task, Value::Array(vec![item.clone(); count]));
        task
    };
    let kinds = items.iter().take(MAX_TASKS).chain([first]);
    kinds.flat_map(|item| [2, 3].map(|count| with(item, count))).collect()
}

/// Both sides of a rule of the model's owner at their maximum: the page allows that whatever the owner says.
fn both_largest(tasks: &mut Tasks<'_>, constraint: &Constraint) -> Option<Proposal> {
    if !matches!(constraint.rule, Rule::Maximum(_) | Rule::ExclusiveMaximum(_)) {
        return None;
    }
    let rules = &tasks.model.owner_rules;
    let other = rules.iter().find(|rule| rule.parameters[0] == constraint.parameter)?.parameters[1].clone();
    let largest = |path: &str| {
        let legal = tasks.model.task.at(path).map(|schema| tasks.legal(schema)).unwrap_or_default();
        legal.into_iter().max_by(|a, b| a.as_f64().unwrap_or(0.0).total_cmp(&b.as_f64().unwrap_or(0.0)))
    };
    let (one, two) = (largest(&constraint.parameter)?, largest(&other)?);
    let mut task = tasks.base();
    tasks.place(&mut task, &constraint.parameter, Some(one));
    tasks.place(&mut task, &other, Some(two));
    let about = format!("with `{other}` at its own maximum");
    Some(Proposal { task, side: Side::Accept, about, level: None })
}

/// The same with items that are legal, where a rule proposes plain ones: an object may need more than a rule knows.
fn with_legal_items(tasks: &Tasks<'_>, schema: &Schema, witness: Witness) -> Witness {
    let (Value::Array(items), Some(of)) = (&witness.value, schema.items.as_deref()) else { return witness };
    let (plain, legal) = (samples(of).into_iter().next(), tasks.legal(of).into_iter().next());
    let Some(legal) = legal.filter(|legal| Some(legal) != plain.as_ref()) else { return witness };
    let better = |item: &Value| if Some(item) == plain.as_ref() { legal.clone() } else { item.clone() };
    Witness { value: items.iter().map(better).collect(), ..witness }
}

/// A legal number that is about nothing but its type, where the rule's own is no good: that of the task that all others
/// start from, or one that rules over several parameters have a place for.
fn ordinary(tasks: &mut Tasks<'_>, schema: &Schema, kinds: Kinds) -> Option<Value> {
    let path = schema.path.as_str();
    if let Some(base) = tasks.plain().pointer(&pointer(path)) {
        return Some(base.clone()).filter(Value::is_number);
    }
    let own = kinds.witnesses_like(schema, None).into_iter().find(|witness| witness.side == Side::Accept)?;
    let task = tasks.with(path, Some(own.value));
    if tasks.judge(&task).is_empty() {
        return None;
    }
    tasks.scene(path)?.pointer(&pointer(path)).cloned().filter(Value::is_number)
}

/// `null` in a task that is valid without the parameter, be it because others stand in for it: who takes `null` for left
/// out accepts it.
fn null_in_absence(tasks: &mut Tasks<'_>, path: &str) -> Option<Proposal> {
    let mut task = tasks.scene(path)?;
    tasks.place(&mut task, path, None);
    let mut about = "null in place of nothing";
    if !tasks.judge(&task).is_empty() {
        about = "null where others stand in";
        task = tasks.settle(task, &[path]);
        if !tasks.judge(&task).is_empty() {
            return None;
        }
    }
    tasks.identify(&mut task);
    tasks.place(&mut task, path, Some(Value::Null));
    Some(Proposal { task, side: Side::Reject, about: about.to_owned(), level: None })
}

fn placed(tasks: &mut Tasks<'_>, path: &str, witness: Witness) -> Proposal {
    let Witness { value, side, about, level } = witness;
    Proposal { level, ..proposal(tasks, path, Some(value), side, &about) }
}

fn proposal(tasks: &mut Tasks<'_>, path: &str, value: Option<Value>, side: Side, about: &str) -> Proposal {
    // The plainest legal value of the whole task is the task that all others start from.
    let task = if path.is_empty() && side == Side::Accept { tasks.base() } else { tasks.with(path, value) };
    Proposal { task, side, about: about.to_owned(), level: None }
}

/// Whether the rule is about the members of an object rather than about one value.
fn ties_members(rule: &Rule, schema: &Schema) -> bool {
    rule.is_composite() && !schema.properties.is_empty()
}

/// An object with names that it does not declare: new ones, near ones, and names that belong elsewhere.
fn names(tasks: &mut Tasks<'_>, schema: &Schema) -> Vec<Proposal> {
    let own: Vec<String> = schema.properties.iter().map(|property| property.name.clone()).collect();
    let model = tasks.model;
    let mut strangers = vec![("unknownParameter".to_owned(), Value::from(1))];
    // Also one that the task can do with or without: who knows it by any case has it once then, not twice.
    let spare = schema.properties.iter().skip(3).find(|property| is_spare(tasks, property));
    for property in schema.properties.iter().take(3).chain(spare) {
        let value = tasks.legal(&property.schema).into_iter().next().unwrap_or_default();
        strangers.push((property.name.to_uppercase(), value.clone()));
        strangers.push((format!("{}s", property.name), value));
    }
    // Names from other levels: nested ones one level up, outer ones one level down.
    for other in model.parameters() {
        let is_here = other.path.parent().unwrap_or_default() == schema.path;
        if !is_here && other.name() != "items" {
            let value = tasks.legal(other).into_iter().next().unwrap_or_default();
            strangers.push((other.name().to_owned(), value));
        }
    }
    let mut list = vec![{
        let value = tasks.legal(schema).into_iter().next();
        proposal(tasks, &schema.path, value, Side::Accept, "declared names alone")
    }];
    for (name, value) in strangers {
        if own.contains(&name) {
            continue;
        }
        let path = if schema.path.is_empty() { name.clone() } else { format!("{}.{name}", schema.path) };
        list.push(proposal(tasks, &path, Some(value), Side::Reject, &format!("with `{name}`")));
    }
    list.extend(in_place(tasks, schema));
    list.extend(vocabulary::strangers(tasks, schema));
    list
}

/// A name in another case in the place of a required one, where no member is optional: beside the right name, who knows
/// names by any case has it twice.
fn in_place(tasks: &mut Tasks<'_>, schema: &Schema) -> Option<Proposal> {
    let first = schema.properties.first()?;
    if schema.properties.iter().any(|property| property.required.is_none()) {
        return None;
    }
    let (name, path) = (first.name.to_uppercase(), &schema.path);
    let value = tasks.legal(&first.schema).into_iter().next();
    let mut task = tasks.with(&path.join(&name), value);
    tasks.place(&mut task, &first.schema.path, None);
    let about = format!("with `{name}` in the place of `{}`", first.name);
    Some(Proposal { task, side: Side::Reject, about, level: None })
}

/// Whether the task that all others start from lacks the member, and could have it.
fn is_spare(tasks: &Tasks<'_>, property: &Property) -> bool {
    let path = &property.schema.path;
    let mut task = tasks.plain().clone();
    let is_absent = task.pointer(&pointer(path)).is_none();
    let value = tasks.legal(&property.schema).into_iter().next();
    tasks.place(&mut task, path, value);
    is_absent && tasks.judge(&task).is_empty()
}

/// Tasks in which the parameters that a rule ties together have many values; a few of each side are kept, as unlike
/// each other as can be.
fn combined(tasks: &mut Tasks<'_>, constraint: &Constraint) -> Vec<Proposal> {
    let base = tasks.base();
    let mut kept = Kept { constraint, names: constraint.rule.parameters(), found: Vec::new() };
    if let Some(relation) = constraint.rule.relation() {
        for candidate in related(tasks, constraint, relation) {
            kept.look(tasks, candidate, None);
        }
    }
    tasks.each_combination(constraint, &base, |candidate, side| {
        kept.look(tasks, candidate, Some(side));
        let is_full = [Side::Accept, Side::Reject].iter().all(|side| kept.is_full(*side));
        if is_full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    for side in [Side::Accept, Side::Reject] {
        if kept.of(side).next().is_none()
            && let Some(candidate) = tasks.witness(constraint, tasks.plain(), &[], side)
        {
            kept.look(tasks, candidate, None);
        }
    }
    let identified = |(.., mut proposal): (_, Proposal)| {
        tasks.identify(&mut proposal.task);
        proposal
    };
    kept.found.into_iter().map(identified).collect()
}

/// The tasks that are kept for a rule over several parameters.
struct Kept<'c> {
    constraint: &'c Constraint,
    names: Vec<String>,
    /// Each with its signature.
    found: Vec<(String, Proposal)>,
}

impl Kept<'_> {
    fn of(&self, side: Side) -> impl Iterator<Item = &(String, Proposal)> {
        self.found.iter().filter(move |(_, known)| known.side == side)
    }

    /// Whether no more tasks of the side are kept, whatever they are like.
    fn is_full(&self, side: Side) -> bool {
        self.of(side).count() >= 2 * MAX_TASKS
    }

    fn has_room(&self, side: Side, signature: &str) -> bool {
        let limit = if self.constraint.rule.relation().is_some() { MAX_TASKS } else { 2 };
        !self.is_full(side) && self.of(side).filter(|(known, _)| known == signature).count() < limit
    }

    /// Keeps a task, if it is on one side of the rule and there are few like it. Where its side is known, it is judged
    /// only if there is room.
    fn look(&mut self, tasks: &Tasks<'_>, task: Value, likely: Option<Side>) {
        let signature = presence(&task, self.constraint, &self.names);
        if likely.is_some_and(|side| !self.has_room(side, &signature)) {
            return;
        }
        let broken = tasks.broken(&task);
        let side = match broken.as_slice() {
            [] => Side::Accept,
            [only] if *only == self.constraint.id => Side::Reject,
            _ => return,
        };
        if self.has_room(side, &signature) {
            let about = describe(&task, self.constraint, &self.names);
            self.found.push((signature, Proposal { task, side, about, level: None }));
        }
    }
}

/// The member of the object that holds the rule.
fn member<'t>(task: &'t Value, constraint: &Constraint, name: &str) -> Option<&'t Value> {
    let mut steps = constraint.parameter.split('.').chain(name.split('.')).filter(|step| !step.is_empty());
    steps.try_fold(task, |at, step| match at {
        Value::Array(items) => items.last(),
        other => other.get(step),
    })
}

fn describe(task: &Value, constraint: &Constraint, names: &[String]) -> String {
    let part = |name: &String| match member(task, constraint, name) {
        None => format!("no {name}"),
        Some(value) if value.to_string().len() > 24 => format!("{name} given"),
        Some(value) => format!("{name} {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
    };
    names.iter().map(part).collect::<Vec<_>>().join(", ")
}

/// Which members are there, and with which word: what makes two tasks alike to a rule.
fn presence(task: &Value, constraint: &Constraint, names: &[String]) -> String {
    let part = |name: &String| match member(task, constraint, name) {
        None => "-".to_owned(),
        Some(Value::Bool(flag)) => flag.to_string(),
        Some(Value::String(text))
            if constraint.rule.values_of(name).iter().any(|value| value.as_str() == Some(text)) =>
        {
            text.clone()
        }
        Some(_) => "+".to_owned(),
    };
    names.iter().map(part).collect::<Vec<_>>().join(",")
}

/// Pairs on, just inside and just outside the ends of an area or a ratio.
fn related(tasks: &mut Tasks<'_>, constraint: &Constraint, relation: &Relation) -> Vec<Value> {
    let [first, second] = &relation.parameters;
    let path = |name: &String| {
        if constraint.parameter.is_empty() {
            name.clone()
        } else {
            format!("{}.{name}", constraint.parameter)
        }
    };
    let (a_path, b_path) = (path(first), path(second));
    let Some(schema) = tasks.model.task.at(&a_path) else { return Vec::new() };
    let mut firsts: Vec<BigDecimal> =
        tasks.legal(schema).iter().filter_map(|value| value.to_string().parse().ok()).collect();
    firsts.extend([640, 768, 1024, 1536, 2048, 2304, 2880, 3840].map(BigDecimal::from));
    let mut list = Vec::new();
    for a in firsts {
        for bound in relation.minimum.iter().chain(&relation.maximum) {
            let (dividend, divisor) = match relation.operation {
                Operation::Area => (bound, &a),
                Operation::Ratio => (&a, bound),
            };
            if divisor.is_zero() {
                continue;
            }
            let edge = dividend / divisor;
            for offset in [0, -16, 16, -1, 1] {
                let b = (edge.round(0) + BigDecimal::from(offset)).to_i64();
                let (Some(a), Some(b)) = (a.to_i64(), b.filter(|b| *b > 0)) else { continue };
                let mut task = tasks.base();
                tasks.place(&mut task, &a_path, Some(Value::from(a)));
                tasks.place(&mut task, &b_path, Some(Value::from(b)));
                list.push(task);
            }
        }
    }
    list
}
