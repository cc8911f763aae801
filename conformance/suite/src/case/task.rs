//! Whole tasks for cases: what [`Synthesiser`] makes, each with an identity of its own.

use crate::cost::Costs;
use airspec_judge::{Judge, Violation};
use airspec_spec::synthesis::Synthesiser;
use airspec_spec::witness::Side;
use airspec_spec::{Constraint, Level, Model, Schema};
use serde_json::Value;
use std::ops::ControlFlow;

/// Makes tasks. Each one has an identity of its own, drawn from the seed.
pub struct Tasks<'m> {
    pub(super) model: &'m Model,
    judge: &'m Judge,
    identities: Identities<'m>,
    made: Synthesiser<'m, Judge>,
    /// The parameter that sets most of the price, and its cheapest value.
    cheapest: Option<(String, Value)>,
}

/// Draws identities for tasks.
struct Identities<'m> {
    /// The parameter that no two tasks of a batch may share.
    parameter: Option<&'m str>,
    random: fastrand::Rng,
}

impl Identities<'_> {
    /// Gives the task a fresh identity, if its model has one.
    fn give(&mut self, task: &mut Value) {
        let Some(parameter) = self.parameter else { return };
        if let Some(slot) = task.get_mut(parameter) {
            *slot = Value::from(self.uuid());
        }
    }

    /// A random UUID of version 4.
    fn uuid(&mut self) -> String {
        uuid::Builder::from_random_bytes(self.random.u128(..).to_le_bytes()).into_uuid().to_string()
    }
}

/// The judge that knows the rules of the model's owner. A schema that the plain judge compiles, this one does, too.
fn owner(model: &Model) -> Option<Judge> {
    if model.owner_rules.is_empty() {
        return None;
    }
    Judge::new(&model.with_rules(&model.owner_rules, Level::Facts)).ok()
}

/// A dotted path as a JSON pointer, for parameters that do not stand in arrays.
pub(crate) fn pointer(path: &str) -> String {
    path.split('.').filter(|step| !step.is_empty()).fold(String::new(), |pointer, step| pointer + "/" + step)
}

impl<'m> Tasks<'m> {
    /// Tasks for a model.
    pub fn new(model: &'m Model, judge: &'m Judge, seed: u64) -> Self {
        let parameter = model.unique().map(|constraint| constraint.parameter.as_str());
        Self {
            model,
            judge,
            identities: Identities { parameter, random: fastrand::Rng::with_seed(seed) },
            made: Synthesiser::new(model, judge, owner(model)),
            cheapest: Costs::new(model).cheapest(),
        }
    }

    /// The model that the tasks are for.
    #[must_use]
    pub fn model(&self) -> &'m Model {
        self.model
    }

    /// A valid task with the required parameters alone, and an identity that no other task has.
    pub fn base(&mut self) -> Value {
        let mut task = self.made.base().clone();
        self.identify(&mut task);
        task
    }

    /// The same in the cheapest tier.
    pub(super) fn cheap(&mut self) -> Value {
        let task = self.base();
        self.cheaply(task)
    }

    /// A valid task in the cheapest tier, unless it says something of the tier itself.
    pub(super) fn cheaply(&self, task: Value) -> Value {
        let Some((path, value)) = &self.cheapest else { return task };
        let outermost = path.split('.').next().unwrap_or(path);
        if task.get(outermost) != self.plain().get(outermost) {
            return task;
        }
        let mut cheap = task.clone();
        self.place(&mut cheap, path, Some(value.clone()));
        if self.judge(&cheap).is_empty() { cheap } else { task }
    }

    /// The same without an identity of its own.
    pub(super) fn plain(&self) -> &Value {
        self.made.base()
    }

    /// Everything that a task breaks.
    pub fn judge(&self, task: &Value) -> Vec<Violation> {
        self.judge.task(task)
    }

    /// The constraints that a task breaks, each once: one rule can break in several places.
    pub(super) fn broken(&self, task: &Value) -> Vec<String> {
        let mut broken: Vec<String> =
            self.judge(task).into_iter().map(|violation| violation.constraint).collect();
        broken.dedup();
        broken
    }

    /// Gives the task a fresh identity, if its model has one.
    pub(super) fn identify(&mut self, task: &mut Value) {
        self.identities.give(task);
    }

    /// Another id of the same kind, with the version, the variant and the letter case of this one; none where there is no
    /// other or it is written in another way.
    pub(super) fn id_like(&mut self, id: &str) -> Option<String> {
        let known = uuid::Uuid::try_parse(id).ok().filter(|uuid| !uuid.is_nil() && !uuid.is_max())?;
        if !known.hyphenated().to_string().eq_ignore_ascii_case(id) {
            return None;
        }
        let mut bytes = self.identities.random.u128(..).to_le_bytes();
        bytes[6] = bytes[6] & 0x0F | known.as_bytes()[6] & 0xF0;
        bytes[8] = bytes[8] & 0x1F | known.as_bytes()[8] & 0xE0;
        let other = uuid::Uuid::from_bytes(bytes).hyphenated().to_string();
        let is_upper = id.bytes().any(|byte| byte.is_ascii_uppercase());
        Some(if is_upper { other.to_ascii_uppercase() } else { other })
    }

    /// A task that holds the value at the path and is otherwise valid, as far as that can be had. `None` takes the
    /// parameter out.
    pub fn with(&mut self, path: &str, value: Option<Value>) -> Value {
        let identities = &mut self.identities;
        self.made.with(path, value, |task| identities.give(task))
    }

    /// A valid task that holds the value at the path, if one is found, without an identity of its own.
    pub(super) fn valid_with(&mut self, path: &str, value: &Value) -> Option<Value> {
        let task = self.made.with(path, Some(value.clone()), |_| {});
        (task.pointer(&pointer(path)) == Some(value) && self.judge(&task).is_empty()).then_some(task)
    }

    /// A valid task that holds the parameter, if one is found: what a faulty value is put into.
    pub(crate) fn scene(&mut self, path: &str) -> Option<Value> {
        self.made.holding(path)
    }

    /// The values that rules over several parameters name for this one, or for which they have room.
    pub(super) fn named(&self, path: &str) -> Vec<Value> {
        self.made.named(path)
    }

    /// Puts a value into a task, making what it stands in. The items of an array get the value last, behind one
    /// that is legal, so that a server that looks at the first item only is found out.
    pub fn place(&self, task: &mut Value, path: &str, value: Option<Value>) {
        self.made.place(task, path, value);
    }

    /// A plain legal value of a parameter: of a URL that is called, one that nobody listens at; of a list, one with an item.
    pub(crate) fn plain_value(&self, path: &str) -> Option<Value> {
        let mut kinds = self.model.behaviours.iter().map(|behaviour| &behaviour.kind);
        if kinds.any(|kind| kind.called() == Some(path)) {
            return Some(Value::from(super::behave::NOWHERE));
        }
        let schema = self.model.task.at(path)?;
        super::pairs::values(self, schema)
            .into_iter()
            .next()
            .or_else(|| self.legal(schema).into_iter().next())
    }

    /// Values that the judge finds legal at the parameter, the plainest first.
    pub fn legal(&self, schema: &Schema) -> Vec<Value> {
        self.made.legal(schema)
    }

    /// Changes other parameters than those at `kept` until no rule over several parameters is broken.
    pub fn settle(&self, task: Value, kept: &[&str]) -> Value {
        self.made.satisfy_relations(task, kept)
    }

    /// Looks at combinations of values for the parameters that a rule ties together, with the side of the rule that each
    /// is likely to be on.
    pub(super) fn each_combination(
        &self,
        rule: &Constraint,
        task: &Value,
        look: impl FnMut(Value, Side) -> ControlFlow<()>,
    ) {
        self.made.each_combination(rule, task, look);
    }

    /// A task on one side of a rule over several parameters that breaks no other: one like a given task, of which some
    /// parameters are kept.
    pub(super) fn witness(
        &self,
        rule: &Constraint,
        task: &Value,
        kept: &[&str],
        side: Side,
    ) -> Option<Value> {
        self.made.witness(rule, (task, kept), side)
    }

    /// The accepting values that a constraint of one parameter proposes, for those who combine them.
    pub fn accepting(&self, schema: &Schema) -> Vec<Value> {
        self.made.accepting(schema)
    }
}
