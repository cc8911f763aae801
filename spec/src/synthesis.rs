//! Whole tasks made from a model's own rules: a valid one to start from, and valid ones that hold a given value.
//!
//! What is legal is for a [`Judge`] to say; a synthesiser proposes, asks, and keeps what was found.

mod search;

use crate::arrays::{has_unique_items, repeated_item};
use crate::model::{
    Constraint, ConstraintId, JsonPointer, Kinds, Model, ParameterPath, Rule, Schema, Side, equal,
};
use crate::rule::{proposals, samples};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// At most so many combinations of values are tried to make a rule hold or break, where nobody says otherwise.
const COMBINATIONS: usize = 4096;

/// Side lengths that image models know, the plainest first: tried where rules bind two sides to each other.
const SIDES: [u64; 7] = [1024, 2160, 1536, 1280, 768, 2048, 512];

/// Arrays with more items than this are not made to satisfy a `minItems`.
const MAX_LEAST_ITEMS: u64 = 1000;

/// Says what a task breaks.
pub trait Judge {
    /// Everything that a task breaks.
    fn faults(&self, task: &Value) -> Vec<Fault>;
}

/// One thing that a task breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where in the task.
    pub pointer: JsonPointer,
    /// The constraint that is broken.
    pub constraint: ConstraintId,
}

/// A parameter and the values that it may be given, or none to leave it out.
type Options = (ParameterPath, Vec<Option<Value>>);

/// Makes tasks for a model.
#[derive(Debug)]
pub struct Synthesiser<'m, J> {
    model: &'m Model,
    judge: &'m J,
    /// Judges by the rules of the model's owner too, which the page does not have.
    owner: Option<J>,
    /// At most so many combinations of values are tried for one rule.
    limit: usize,
    base: Value,
    /// Which constraints tie several parameters together.
    rules: BTreeMap<&'m str, &'m Constraint>,
    /// The tasks that were asked for to hold a parameter.
    holding: BTreeMap<String, Option<Value>>,
    /// The legal values that were asked for, by the path of the parameter.
    legal: RefCell<BTreeMap<ParameterPath, Arc<Vec<Value>>>>,
}

/// How many items an array may have.
fn most_items(schema: &Schema) -> Option<usize> {
    schema.rules().find_map(|rule| match rule {
        Rule::MaxItems(most) => usize::try_from(*most).ok(),
        _ => None,
    })
}

/// How many items an array must have.
fn least_items(schema: &Schema) -> usize {
    let least = schema.rules().find_map(|rule| match rule {
        Rule::MinItems(least) => usize::try_from((*least).min(MAX_LEAST_ITEMS)).ok(),
        _ => None,
    });
    least.unwrap_or_default()
}

impl<'m, J: Judge> Synthesiser<'m, J> {
    /// A synthesiser that asks this judge. Where there is one that knows the rules of the model's owner too, tasks
    /// are made to satisfy those as well.
    pub fn new(model: &'m Model, judge: &'m J, owner: Option<J>) -> Self {
        Self::limited(model, judge, owner, COMBINATIONS)
    }

    /// The same, trying at most so many combinations of values for one rule: quicker where many rules have no way out.
    pub fn limited(model: &'m Model, judge: &'m J, owner: Option<J>, limit: usize) -> Self {
        let rules = model.constraints().into_iter().filter(|constraint| constraint.rule.is_composite());
        let mut made = Self {
            model,
            judge,
            owner,
            limit,
            base: Value::Object(Map::new()),
            rules: rules.map(|constraint| (constraint.id.as_str(), constraint)).collect(),
            holding: BTreeMap::new(),
            legal: RefCell::default(),
        };
        let minimal = made.minimal(&model.task);
        let base = made.satisfy_relations(minimal, &[]);
        made.base = made.suit_owner(base, "");
        made
    }

    /// The model that the tasks are for.
    #[must_use]
    pub fn model(&self) -> &'m Model {
        self.model
    }

    /// A valid task with the required parameters alone.
    #[must_use]
    pub fn base(&self) -> &Value {
        &self.base
    }

    /// Everything that a task breaks.
    #[must_use]
    pub fn faults(&self, task: &Value) -> Vec<Fault> {
        self.judge.faults(task)
    }

    /// The base task with the value at the path, otherwise valid as far as that can be had. `None` takes the parameter
    /// out. `identify` gives a task an identity of its own, where that matters.
    pub fn with(&mut self, path: &str, value: Option<Value>, mut identify: impl FnMut(&mut Value)) -> Value {
        let mut task = self.base.clone();
        identify(&mut task);
        self.place(&mut task, path, value.clone());
        let task = self.satisfy_relations(task, &[path]);
        let task = self.suit_owner(task, path);
        // Where rules over several parameters have no place for the value, the others are best as they are beside a
        // legal one.
        let broken = self.faults(&task).len();
        if broken > 1
            && let Some(mut staged) = self.holding(path)
        {
            identify(&mut staged);
            self.place(&mut staged, path, value);
            if self.faults(&staged).len() <= broken {
                return staged;
            }
        }
        task
    }

    /// A valid task that holds the parameter, if one is found.
    pub fn holding(&mut self, path: &str) -> Option<Value> {
        if let Some(known) = self.holding.get(path) {
            return known.clone();
        }
        let schema = self.model.task.at(path);
        let legal = schema.map(|schema| self.legal(schema)).unwrap_or_default();
        // An object that lacks what its own rules ask for gets that below.
        let plain = schema.map(|schema| self.minimal(schema)).filter(|plain| !legal.contains(plain));
        let mut found = None;
        for value in self.named(path).into_iter().chain(legal).chain(plain) {
            let mut task = self.base.clone();
            self.place(&mut task, path, Some(value));
            let task = self.satisfy_relations(task, &[path]);
            if self.faults(&task).is_empty() {
                found = Some(self.suit_owner(task, path));
                break;
            }
        }
        self.holding.insert(path.to_owned(), found.clone());
        found
    }

    /// The values that rules over several parameters name for this one, or for which they have room.
    #[must_use]
    pub fn named(&self, path: &str) -> Vec<Value> {
        let path = ParameterPath::from(path);
        let mut values = Vec::new();
        for rule in self.rules.values() {
            if rule.rule.relation().is_some() && rule.parameters().contains(&path) {
                values.extend(SIDES.map(Value::from));
            }
            values.extend(
                path.below(&rule.parameter).map(|name| rule.rule.values_of(name)).unwrap_or_default(),
            );
        }
        values
    }

    /// Changes other parameters than the one at `kept` until the rules of the model's owner hold, so that a server
    /// that holds them refuses the task for nothing but what it is about. The task as it is, where that cannot be.
    fn suit_owner(&self, task: Value, kept: &str) -> Value {
        let Some(owner) = &self.owner else { return task };
        let broken = |task: &Value| owner.faults(task).len().saturating_sub(self.faults(task).len());
        if broken(&task) == 0 {
            return task;
        }
        let faults = self.faults(&task).len();
        let rules = self.model.owner_rules.iter();
        let mut names: Vec<&String> =
            rules.flat_map(|rule| &rule.parameters).filter(|name| *name != kept).collect();
        names.sort();
        names.dedup();
        let mut all = vec![task.clone()];
        for name in names {
            let sized = |task: &Value| {
                let with = |side: &u64| {
                    let mut task = task.clone();
                    self.place(&mut task, name, Some(Value::from(*side)));
                    task
                };
                SIDES.iter().map(with).collect::<Vec<Value>>()
            };
            all = all.iter().flat_map(sized).take(self.limit).collect();
        }
        let suits = |other: &Value| self.faults(other).len() == faults && broken(other) == 0;
        all.into_iter().find(suits).unwrap_or(task)
    }

    /// Puts a value into a task, making what it stands in. The items of an array get the value last, behind one
    /// that is legal, so that a server that looks at the first item only is found out.
    pub fn place(&self, task: &mut Value, path: &str, value: Option<Value>) {
        let path = ParameterPath::from(path);
        let steps: Vec<&str> = path.steps().collect();
        match steps.split_last() {
            None => *task = value.unwrap_or_default(),
            Some((last, above)) => self.put(task, &self.model.task, above, last, value),
        }
    }

    fn put(&self, target: &mut Value, schema: &Schema, above: &[&str], last: &str, value: Option<Value>) {
        let Some((step, rest)) = above.split_first() else {
            return self.set(target, schema, last, value);
        };
        let Some(child) = schema.at(step) else { return };
        let slot = match target {
            Value::Array(items) => {
                // Behind a legal item, where there may be two.
                // Two of the plainest items would be equal.
                let most = if has_unique_items(schema) { Some(1) } else { most_items(schema) };
                while items.len() < most.unwrap_or(2).clamp(1, 2).max(least_items(schema)) {
                    items.push(self.minimal(child));
                }
                items.last_mut()
            }
            Value::Object(members) => Some(members.entry(*step).or_insert_with(|| self.minimal(child))),
            _ => None,
        };
        if let Some(slot) = slot {
            self.put(slot, child, rest, last, value);
        }
    }

    fn set(&self, target: &mut Value, schema: &Schema, last: &str, value: Option<Value>) {
        match (target, value) {
            (Value::Array(items), Some(value)) => {
                let first =
                    schema.items.as_deref().and_then(|items| self.known_legal(items).first().cloned());
                let first = first.filter(|first| !has_unique_items(schema) || !equal(first, &value));
                *items = match first {
                    Some(first) => {
                        let before = least_items(schema).max(2) - 1;
                        let before = before.min(most_items(schema).unwrap_or(before + 1).saturating_sub(1));
                        repeated_item(&first, before, has_unique_items(schema))
                            .into_iter()
                            .chain([value])
                            .collect()
                    }
                    None => vec![value],
                };
            }
            (Value::Object(members), Some(value)) => {
                members.insert(last.to_owned(), value);
            }
            (Value::Object(members), None) => {
                members.remove(last);
            }
            _ => {}
        }
    }

    /// The plainest value for a schema: an object has its required members alone.
    fn minimal(&self, schema: &Schema) -> Value {
        let kinds = schema.kinds();
        if kinds == Kinds::OBJECT {
            let required = schema.properties.iter().filter(|property| property.required.is_some());
            let members = required.map(|property| (property.name.clone(), self.minimal(&property.schema)));
            return Value::Object(members.collect());
        }
        if kinds == Kinds::ARRAY {
            let item = schema.items.as_deref().map_or(Value::Null, |items| self.minimal(items));
            return repeated_item(&item, least_items(schema), has_unique_items(schema)).into();
        }
        self.known_legal(schema).first().cloned().unwrap_or_default()
    }

    /// Values that the judge finds legal at the parameter, the plainest first.
    #[must_use]
    pub fn legal(&self, schema: &Schema) -> Vec<Value> {
        self.known_legal(schema).to_vec()
    }

    /// The same, found once for each parameter of the model.
    fn known_legal(&self, schema: &Schema) -> Arc<Vec<Value>> {
        let is_parameter = self.model.task.at(&schema.path).is_some_and(|known| std::ptr::eq(known, schema));
        if !is_parameter {
            return Arc::new(self.found_legal(schema));
        }
        if let Some(known) = self.legal.borrow().get(&schema.path) {
            return Arc::clone(known);
        }
        let found = Arc::new(self.found_legal(schema));
        self.legal.borrow_mut().insert(schema.path.clone(), Arc::clone(&found));
        found
    }

    fn found_legal(&self, schema: &Schema) -> Vec<Value> {
        let mut legal: Vec<Value> = Vec::new();
        let kinds = schema.kinds();
        for value in samples(schema) {
            // Only of schemas of these very types can one be made; listed values and unions are taken as they are.
            let can_be_made = match &value {
                Value::Object(_) => kinds == Kinds::OBJECT,
                Value::Array(items) => items.is_empty() && kinds == Kinds::ARRAY,
                _ => false,
            };
            let value = if can_be_made { self.minimal(schema) } else { value };
            if !legal.contains(&value) && self.is_legal(schema, &value) {
                legal.push(value);
            }
        }
        legal
    }

    /// Judged on its own place in an otherwise empty task: only what lies at or below that place counts.
    fn is_legal(&self, schema: &Schema, value: &Value) -> bool {
        let pointer = schema.path.pointer();
        let faults = self.faults(&schema.path.around(value.clone()));
        // What a rule of an object around it demands depends on the others in that object.
        let is_own = |fault: &&Fault| {
            let holder = self.rules.get(fault.constraint.as_str()).map(|rule| rule.parameter.pointer());
            holder.is_none_or(|holder| holder.starts_with(&pointer))
        };
        faults.iter().filter(is_own).all(|fault| !fault.pointer.starts_with(&pointer))
    }

    /// The accepting values that the constraints of one parameter propose, for those who combine them.
    #[must_use]
    pub fn accepting(&self, schema: &Schema) -> Vec<Value> {
        let proposals = schema.constraints.iter().flat_map(|constraint| proposals(constraint, schema));
        proposals.filter(|witness| witness.side == Side::Accept).map(|witness| witness.value).collect()
    }
}

#[cfg(test)]
mod tests;
