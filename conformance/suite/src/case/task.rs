//! Whole tasks: a valid one to start from, and valid ones that hold a given value.

use airspec_judge::Judge;
use airspec_spec::rule::kind::Kinds;
use airspec_spec::rule::{End, Rule};
use airspec_spec::witness::{Side, proposals, samples};
use airspec_spec::{Constraint, Model, Schema};
use airspec_judge::Violation;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// At most so many combinations of values are tried to make a rule hold or break.
const COMBINATIONS: usize = 4096;

/// Makes tasks. Each one has an identity of its own, drawn from the seed.
pub struct Tasks<'m> {
    pub(super) model: &'m Model,
    judge: &'m Judge,
    random: fastrand::Rng,
    base: Value,
    /// Which constraints tie several parameters together.
    rules: BTreeMap<&'m str, &'m Constraint>,
    /// Judges by the rules of the model's owner too, which the page does not have.
    owner: Option<Judge>,
    /// The scenes that were asked for.
    scenes: BTreeMap<String, Option<Value>>,
}

/// A parameter and the values that it may be given, or none to leave it out.
type Options = (String, Vec<Option<Value>>);

/// The paths of the parameters that a rule ties together.
fn tied(rule: &Constraint) -> Vec<String> {
    let holder = &rule.parameter;
    let absolute = |name: &String| if holder.is_empty() { name.clone() } else { format!("{holder}.{name}") };
    rule.rule.parameters().iter().map(absolute).collect()
}

/// How many items an array may have.
fn most_items(schema: &Schema) -> Option<usize> {
    schema.rules().find_map(|rule| match rule {
        Rule::Items(most) if most.end == End::Max => usize::try_from(most.count).ok(),
        _ => None,
    })
}

/// A dotted path as a JSON pointer, for parameters that do not stand in arrays.
pub(super) fn pointer(path: &str) -> String {
    path.split('.').filter(|step| !step.is_empty()).fold(String::new(), |pointer, step| pointer + "/" + step)
}

/// Side lengths that picture models know, the plainest first: tried where rules bind two sides to each other.
const SIDES: [u64; 7] = [1024, 2160, 1536, 1280, 768, 2048, 512];

/// The judge that knows the rules of the model's owner. A schema that the plain judge compiles, this one does, too.
fn owner(model: &Model) -> Option<Judge> {
    if model.owner_rules.is_empty() {
        return None;
    }
    Judge::new(&model.with_rules(&model.owner_rules, airspec_spec::Level::Facts)).ok()
}

impl<'m> Tasks<'m> {
    /// Tasks for a model.
    pub fn new(model: &'m Model, judge: &'m Judge, seed: u64) -> Self {
        let rules = model.constraints().into_iter().filter(|constraint| constraint.rule.is_composite());
        let mut tasks = Self {
            model,
            judge,
            random: fastrand::Rng::with_seed(seed),
            base: Value::Object(Map::new()),
            rules: rules.map(|constraint| (constraint.id.as_str(), constraint)).collect(),
            owner: owner(model),
            scenes: BTreeMap::new(),
        };
        let minimal = tasks.minimal(&model.task, "");
        let base = tasks.settle(minimal, "");
        tasks.base = tasks.suit_owner(base, "");
        tasks
    }

    /// The model that the tasks are for.
    #[must_use]
    pub fn model(&self) -> &'m Model {
        self.model
    }

    /// A valid task with the required parameters alone, and an identity that no other task has.
    pub fn base(&mut self) -> Value {
        let mut task = self.base.clone();
        self.identify(&mut task);
        task
    }

    /// The same without an identity of its own.
    pub(super) fn plain(&self) -> &Value {
        &self.base
    }

    /// Everything that a task breaks.
    pub fn judge(&self, task: &Value) -> Vec<Violation> {
        self.judge.task(task)
    }

    /// Gives the task a fresh identity, if its model has one.
    pub(super) fn identify(&mut self, task: &mut Value) {
        let Some(unique) = self.model.unique() else { return };
        if let Some(slot) = task.get_mut(&unique.parameter) {
            *slot = Value::from(self.uuid());
        }
    }

    /// A random UUID of version 4.
    pub(super) fn uuid(&mut self) -> String {
        uuid::Builder::from_random_bytes(self.random.u128(..).to_le_bytes()).into_uuid().to_string()
    }

    /// A task that holds the value at the path and is otherwise valid, as far as that can be had. `None` takes the
    /// parameter out.
    pub fn with(&mut self, path: &str, value: Option<Value>) -> Value {
        let mut task = self.base();
        self.place(&mut task, path, value.clone());
        let task = self.settle(task, path);
        let task = self.suit_owner(task, path);
        // Where rules over several parameters have no place for the value, the others are best as they are beside a
        // legal one.
        let broken = self.judge(&task).len();
        if broken > 1
            && let Some(mut staged) = self.scene(path)
        {
            self.identify(&mut staged);
            self.place(&mut staged, path, value);
            if self.judge(&staged).len() <= broken {
                return staged;
            }
        }
        task
    }

    /// A valid task that holds the parameter, if one is found: what a faulty value is put into.
    pub(crate) fn scene(&mut self, path: &str) -> Option<Value> {
        if let Some(scene) = self.scenes.get(path) {
            return scene.clone();
        }
        let legal = self.model.task.at(path).map(|schema| self.legal(schema)).unwrap_or_default();
        let mut found = None;
        for value in self.named(path).into_iter().chain(legal) {
            let mut task = self.base.clone();
            self.place(&mut task, path, Some(value));
            let task = self.settle(task, path);
            if self.judge(&task).is_empty() {
                found = Some(self.suit_owner(task, path));
                break;
            }
        }
        self.scenes.insert(path.to_owned(), found.clone());
        found
    }

    /// The values that rules over several parameters name for this one, or for which they have room.
    pub(super) fn named(&self, path: &str) -> Vec<Value> {
        let mut values = Vec::new();
        for rule in self.rules.values() {
            if matches!(rule.rule, Rule::Relation(_)) && tied(rule).iter().any(|own| own == path) {
                values.extend(SIDES.map(Value::from));
            }
            let below = path.strip_prefix(rule.parameter.as_str()).map(|name| name.trim_start_matches('.'));
            values.extend(below.map(|name| rule.rule.values_of(name)).unwrap_or_default());
        }
        values
    }

    /// Changes other parameters than the one at `kept` until the rules of the model's owner hold, so that a server
    /// that holds them refuses the task for nothing but what it is about. The task as it is, where that cannot be.
    fn suit_owner(&self, task: Value, kept: &str) -> Value {
        let Some(owner) = &self.owner else { return task };
        let broken = |task: &Value| owner.task(task).len().saturating_sub(self.judge.task(task).len());
        if broken(&task) == 0 {
            return task;
        }
        let faults = self.judge.task(&task).len();
        let mut names: Vec<&String> = self
            .model
            .owner_rules
            .iter()
            .flat_map(|rule| &rule.parameters)
            .filter(|name| *name != kept)
            .collect();
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
            all = all.iter().flat_map(sized).take(COMBINATIONS).collect();
        }
        let suits = |other: &Value| self.judge.task(other).len() == faults && broken(other) == 0;
        all.into_iter().find(suits).unwrap_or(task)
    }

    /// Puts a value into a task, making what it stands in. The items of an array get the value last, behind one
    /// that is legal, so that a server that looks at the first item only is found out.
    pub fn place(&self, task: &mut Value, path: &str, value: Option<Value>) {
        let steps: Vec<&str> = path.split('.').filter(|step| !step.is_empty()).collect();
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
                while items.len() < most_items(schema).unwrap_or(2).clamp(1, 2) {
                    items.push(self.minimal(child, &child.path));
                }
                items.last_mut()
            }
            Value::Object(members) => {
                Some(members.entry(*step).or_insert_with(|| self.minimal(child, &child.path)))
            }
            _ => None,
        };
        if let Some(slot) = slot {
            self.put(slot, child, rest, last, value);
        }
    }

    fn set(&self, target: &mut Value, schema: &Schema, last: &str, value: Option<Value>) {
        match (target, value) {
            (Value::Array(items), Some(value)) => {
                let first = schema.items.as_deref().and_then(|items| self.legal(items).into_iter().next());
                *items = first.into_iter().chain([value]).collect();
                if most_items(schema).is_some_and(|most| items.len() > most) {
                    items.remove(0);
                }
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
    fn minimal(&self, schema: &Schema, path: &str) -> Value {
        let kinds = schema.kinds();
        if kinds == Kinds::OBJECT {
            let required = schema.properties.iter().filter(|property| property.required.is_some());
            let members = required.map(|property| {
                let path =
                    if path.is_empty() { property.name.clone() } else { format!("{path}.{}", property.name) };
                (property.name.clone(), self.minimal(&property.schema, &path))
            });
            return Value::Object(members.collect());
        }
        if kinds == Kinds::ARRAY {
            let least = schema.rules().find_map(|rule| match rule {
                Rule::Items(least) if least.end == End::Min => usize::try_from(least.count.min(1000)).ok(),
                _ => None,
            });
            let item = schema.items.as_deref().map_or(Value::Null, |items| self.minimal(items, &items.path));
            return Value::Array(vec![item; least.unwrap_or_default()]);
        }
        self.legal(schema).into_iter().next().unwrap_or_default()
    }

    /// Values that the judge finds legal at the parameter, the plainest first.
    pub fn legal(&self, schema: &Schema) -> Vec<Value> {
        let mut legal: Vec<Value> = Vec::new();
        let kinds = schema.kinds();
        for value in samples(schema) {
            // Only of schemas of these very types can one be made; listed values and unions are taken as they are.
            let can_be_made = match &value {
                Value::Object(_) => kinds == Kinds::OBJECT,
                Value::Array(items) => items.is_empty() && kinds == Kinds::ARRAY,
                _ => false,
            };
            let value = if can_be_made { self.minimal(schema, &schema.path) } else { value };
            if !legal.contains(&value) && self.is_legal(schema, &value) {
                legal.push(value);
            }
        }
        legal
    }

    fn is_legal(&self, schema: &Schema, value: &Value) -> bool {
        // Judged on its own place in an otherwise empty task: only what lies at or below that place counts.
        let (mut task, mut pointer) = (value.clone(), String::new());
        for step in schema.path.split('.').rev().filter(|step| !step.is_empty()) {
            task = if step == "items" {
                pointer.insert_str(0, "/0");
                Value::Array(vec![task])
            } else {
                pointer.insert_str(0, &format!("/{}", step.replace('~', "~0").replace('/', "~1")));
                Value::Object(Map::from_iter([(step.to_owned(), task)]))
            };
        }
        self.judge.task(&task).iter().all(|violation| !violation.pointer.starts_with(&pointer))
    }

    /// Changes other parameters than the one at `kept` until no rule over several parameters is broken.
    pub fn settle(&self, task: Value, kept: &str) -> Value {
        let mut task = task;
        for _ in 0..4 {
            let violations = self.judge.task(&task);
            let broken = violations.iter().find_map(|violation| self.rules.get(violation.constraint.as_str()));
            let Some(rule) = broken else { break };
            let now = self.broken_rules(&task);
            let is_better = |other: &Value| self.broken_rules(other) < now;
            let better = self.combinations(rule, &task, kept).into_iter().find(is_better);
            // What helps this rule may break another: then all that hang together are looked at as one.
            let better = better.or_else(|| {
                let together = self.hanging_together(rule, kept);
                self.combined(&task, &together).into_iter().find(is_better)
            });
            match better {
                Some(other) => task = other,
                None => break,
            }
        }
        task
    }

    fn broken_rules(&self, task: &Value) -> usize {
        self.judge
            .task(task)
            .iter()
            .filter(|violation| self.rules.contains_key(violation.constraint.as_str()))
            .count()
    }

    /// The task with every combination of values for the parameters that a rule ties together.
    pub(super) fn combinations(&self, rule: &Constraint, task: &Value, kept: &str) -> Vec<Value> {
        self.combined(task, &self.options(rule, kept))
    }

    fn combined(&self, task: &Value, options: &[Options]) -> Vec<Value> {
        let mut all = vec![task.clone()];
        for (path, options) in options {
            let mut next = Vec::new();
            for task in &all {
                for option in options {
                    let mut task = task.clone();
                    self.place(&mut task, path, option.clone());
                    next.push(task);
                    if next.len() >= COMBINATIONS {
                        break;
                    }
                }
            }
            all = next;
        }
        all
    }

    /// The parameters of a rule, of those that share one with it, and so on: absent, and with a value or two.
    fn hanging_together(&self, rule: &Constraint, kept: &str) -> Vec<Options> {
        let mut paths = tied(rule);
        loop {
            let shares = |paths: &[String]| {
                self.rules
                    .values()
                    .map(|rule| tied(rule))
                    .filter(|own| own.iter().any(|path| paths.contains(path)))
                    .flatten()
                    .find(|path| !paths.contains(path))
            };
            match shares(&paths) {
                Some(path) => paths.push(path),
                None => break,
            }
        }
        paths.retain(|path| path != kept);
        let options = |path: String| {
            let legal = self.model.task.at(&path).map(|schema| self.legal(schema)).unwrap_or_default();
            let values = self.named(&path).into_iter().chain(legal).take(2).map(Some);
            (path, std::iter::once(None).chain(values).collect())
        };
        paths.into_iter().map(options).collect()
    }

    /// For each parameter of a rule the values worth trying: what it is, absent, and what the rule and the spec name.
    fn options(&self, rule: &Constraint, kept: &str) -> Vec<Options> {
        let holder = &rule.parameter;
        let paths: Vec<String> = tied(rule).into_iter().filter(|path| path != kept).collect();
        let share = if paths.len() > 4 { 3 } else { 48 };
        let mut all = Vec::new();
        for path in paths {
            let Some(schema) = self.model.task.at(&path) else { continue };
            let name = path.strip_prefix(holder.as_str()).unwrap_or(&path).trim_start_matches('.');
            let mut options = vec![None];
            let named = rule.rule.values_of(name).into_iter().chain(self.named(&path));
            for value in named.chain(self.legal(schema).into_iter().take(8)) {
                if options.len() < share && !options.contains(&Some(value.clone())) {
                    options.push(Some(value));
                }
            }
            all.push((path, options));
        }
        all
    }

    /// The accepting values that a constraint of one parameter proposes, for those who combine them.
    pub fn accepting(&self, schema: &Schema) -> Vec<Value> {
        let proposals = schema.constraints.iter().flat_map(|constraint| proposals(constraint, schema));
        proposals.filter(|witness| witness.side == Side::Accept).map(|witness| witness.value).collect()
    }
}
