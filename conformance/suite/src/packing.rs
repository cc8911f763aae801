//! Batches: requests that carry several cases, so that a run takes few requests and bills few images.
//!
//! Requests that must be accepted are merged: one task holds the special values of many cases, as long as none of them
//! is in another's way. Tasks, merged ones and ones that must be refused, then share a request: the answers are told
//! apart by the id of the task. A case that cannot be judged so travels alone, as it stands.

use crate::case::{Case, Expect, is_ordinary_id};
use crate::changes::Changes;
use crate::cost::Costs;
use crate::oracle::Oracle;
use crate::parameter::{at, effective, set};
use airspec_spec::behaviour::Kind;
use airspec_spec::{Constraint, Model, ParameterPath};
use serde_json::Value;
use std::sync::Arc;

/// At most so many tasks share a request: of those that must be accepted, and of those that must be refused, which cost
/// nothing.
const ACCEPTED: usize = 16;
const REFUSED: usize = 32;
/// A request whose tasks take more bytes than this together is not filled any further.
const BYTES: usize = 256 * 1024;

/// Cases that travel in one request: for each task the cases that it holds, by their place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch(pub Vec<Vec<usize>>);

impl Batch {
    /// One case, as it stands.
    #[must_use]
    pub fn alone(case: usize) -> Self {
        Self(vec![vec![case]])
    }

    /// So many cases, each as it stands.
    #[must_use]
    pub fn each(cases: usize) -> Vec<Self> {
        (0..cases).map(Self::alone).collect()
    }

    /// The case, where it is the only one.
    #[must_use]
    pub fn only(&self) -> Option<usize> {
        match self.0.as_slice() {
            [task] if task.len() == 1 => task.first().copied(),
            _ => None,
        }
    }

    /// All cases in it.
    pub fn cases(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().flatten().copied()
    }
}

/// Cases, packed: every case is in one batch.
#[derive(Clone, Debug)]
pub struct Packing {
    /// Puts the tasks of a batch together.
    pub batcher: Arc<Batcher>,
    /// What is sent in one request each.
    pub batches: Vec<Batch>,
    /// How many batches, from the first on, are sent before all others.
    pub urgent: usize,
}

impl Packing {
    /// Packs the cases of a model, which all start from the task `base`.
    #[must_use]
    pub fn new(oracle: &Oracle, base: &Value, cases: &[Case]) -> Self {
        let batcher = Batcher::new(oracle.model(), base);
        let batches = batcher.pack(cases, oracle);
        Self { batcher: Arc::new(batcher), batches, urgent: 0 }
    }

    /// The same batches, those with a lower rank first; `rank` is that of a case by its place in the list. Batches of the
    /// highest rank keep the usual order.
    #[must_use]
    pub fn ranked(&self, highest: usize, rank: impl Fn(usize) -> usize) -> Self {
        let of = |batch: &Batch| batch.cases().map(&rank).min().unwrap_or(highest);
        let mut batches = self.batches.clone();
        batches.sort_by_cached_key(of);
        let urgent = batches.iter().take_while(|batch| of(batch) < highest).count();
        Self { batcher: Arc::clone(&self.batcher), batches, urgent }
    }
}

/// Packs the cases of one model.
#[derive(Debug)]
pub struct Batcher {
    /// The task that all others start from.
    base: Value,
    /// The parameter that tells tasks apart.
    identity: Option<String>,
    /// A cheap value for the parameter that sets most of the price, put into merged tasks that say nothing of it.
    cheap: Option<(String, Value)>,
    /// The parameters that rules tie to that one.
    tied: Vec<ParameterPath>,
    /// Parameters that take an address, which no other case shall be sent to.
    lonely: Vec<String>,
    costs: Costs,
}

impl Batcher {
    fn new(model: &Model, base: &Value) -> Self {
        let costs = Costs::new(model);
        let lonely =
            model.behaviours.iter().filter_map(|behaviour| behaviour.kind.called().map(str::to_owned));
        let cheap = costs.cheapest();
        let rules = model.constraints().into_iter().map(Constraint::parameters);
        let is_of_tier = |names: &Vec<ParameterPath>| {
            cheap.as_ref().is_some_and(|(tier, _)| names.iter().any(|name| *name == tier.as_str()))
        };
        Self {
            base: base.clone(),
            tied: rules.filter(is_of_tier).flatten().collect(),
            identity: model.unique().map(|constraint| constraint.parameter.to_string()),
            cheap,
            lonely: lonely.collect(),
            costs,
        }
    }

    fn pack(&self, cases: &[Case], oracle: &Oracle) -> Vec<Batch> {
        let mut batches = Vec::new();
        let (mut refused, mut accepted, mut together) = (Vec::new(), Vec::new(), Vec::new());
        for (index, case) in cases.iter().enumerate() {
            match &case.expect {
                Expect::Accept if self.can_merge(case) => accepted.push(index),
                Expect::Accept if case.with_files && case.obstacle.is_none() => together.push(vec![index]),
                Expect::Reject(_) if self.can_share(case) => refused.push(vec![index]),
                _ => batches.push(Batch::alone(index)),
            }
        }
        let merged = self.merge_all(cases, accepted, oracle);
        for accepted in [merged, together] {
            let mixed = |Batch(tasks)| Batch(alternating(tasks, |task| self.shown(cases, task, oracle)));
            batches.extend(shared(accepted, cases, ACCEPTED).into_iter().map(mixed));
        }
        batches.extend(shared(refused, cases, REFUSED));
        batches
    }

    /// The tasks of a batch, without ids of their own; nothing where the cases of a task do not go together.
    #[must_use]
    pub fn task(&self, cases: &[Case], task: &[usize], oracle: &Oracle) -> Option<Value> {
        if let [only] = task {
            let mut alone = cases[*only].body.get(0).cloned()?;
            // Another rule about the faulty parameter could refuse the task as well.
            let is_tied = self.tied.iter().any(|name| *name == cases[*only].parameter.as_str());
            if matches!(cases[*only].expect, Expect::Reject(_)) && !is_tied {
                self.save(&mut alone, oracle);
            }
            return Some(alone);
        }
        let mut changes = Changes::default();
        for index in task {
            let own = self.changes(&cases[*index]);
            if !changes.go_with(&own) {
                return None;
            }
            changes.join(&own);
        }
        self.merged(changes, is_beyond(oracle, &cases[*task.first()?].body[0]), oracle)
    }

    /// What results show of a task: the values of the parameters that choose their fields, files and number.
    fn shown(&self, cases: &[Case], task: &[usize], oracle: &Oracle) -> Vec<Option<Value>> {
        let task = self.task(cases, task, oracle).unwrap_or_default();
        let shown = oracle.model().behaviours.iter().filter(|behaviour| {
            use Kind::{Container, Count, Flag, Select, Size};
            matches!(
                behaviour.kind,
                Flag { .. } | Select { .. } | Container { .. } | Count { .. } | Size { .. }
            )
        });
        let names = shown.flat_map(|behaviour| behaviour.kind.parameters());
        names.map(|name| effective(oracle.model(), &task, name).cloned()).collect()
    }

    /// What a case changes in the task that all start from.
    fn changes(&self, case: &Case) -> Changes {
        Changes::of(case.body.get(0), &case.parameter, &self.base, self.identity.as_deref())
    }

    /// The task with all of the changes, where that is valid. A rule of the model's owner, which servers may have, shall
    /// fall on the cases that break it and on no other.
    fn merged(&self, changes: Changes, beyond: bool, oracle: &Oracle) -> Option<Value> {
        let mut merged = self.base.clone();
        changes.apply(&mut merged);
        self.save(&mut merged, oracle);
        (is_beyond(oracle, &merged) == beyond && oracle.judge_of_tasks().is_valid(&merged)).then_some(merged)
    }

    /// Puts the task into the cheapest tier where it says nothing of it and that changes nothing else.
    fn save(&self, task: &mut Value, oracle: &Oracle) {
        let Some((path, value)) = &self.cheap else { return };
        let outermost = path.split('.').next().unwrap_or(path);
        let is_touched =
            |task: &Value| task.get(outermost).is_some_and(|own| self.base.get(outermost) != Some(own));
        if !is_touched(task) && task.as_object().is_some_and(|task| at(task, path).is_none()) {
            let mut other = task.clone();
            set(&mut other, path, value.clone());
            let judge = oracle.judge_of_tasks();
            let broken = |task: &Value| {
                judge.task(task).into_iter().map(|one| (one.pointer, one.constraint)).collect::<Vec<_>>()
            };
            if broken(&other) == broken(task) {
                *task = other;
            }
        }
    }

    /// Whether the case can be merged with others: nothing is special about its id, as merged tasks get a fresh one.
    fn can_merge(&self, case: &Case) -> bool {
        let is_common = self.id(case).is_some_and(is_ordinary_id);
        is_common
            && !case.with_files
            && case.wire.is_plain()
            && case.obstacle.is_none()
            && !self.lonely.contains(&case.parameter)
    }

    /// Whether an answer about the case can be told from answers about other tasks of the same request.
    fn can_share(&self, case: &Case) -> bool {
        let Expect::Reject(broken) = &case.expect else { return false };
        let is_about_id = |id: &String| {
            let about = self
                .identity
                .as_ref()
                .is_some_and(|name| id.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('.')));
            // A broken rule over the task as a whole hides the id as well as anything else; a name too many does not.
            about || !id.contains('.') && id != "additionalProperties"
        };
        case.wire.is_plain()
            && case.obstacle.is_none()
            && self.id(case).is_some()
            && !broken.iter().any(is_about_id)
    }

    /// The id of the case's only task, where tasks have one that is a text.
    fn id<'c>(&self, case: &'c Case) -> Option<&'c str> {
        let name = self.identity.as_ref()?;
        let [task] = case.body.as_array()?.as_slice() else { return None };
        self.base.get(name).filter(|id| id.is_string()).and(task.get(name))?.as_str()
    }

    /// Merges the cases into few and cheap tasks: the cheap ones first, each into the task where it adds least.
    fn merge_all(&self, cases: &[Case], mut indices: Vec<usize>, oracle: &Oracle) -> Vec<Vec<usize>> {
        indices.sort_by(|a, b| {
            let usd = |index: &usize| self.costs.usd(&cases[*index].body[0]);
            usd(a).total_cmp(&usd(b)).then(a.cmp(b))
        });
        let mut tasks: Vec<Merged> = Vec::new();
        for index in indices {
            let beyond = is_beyond(oracle, &cases[index].body[0]);
            let own = self.changes(&cases[index]);
            let with_own = |task: &Merged| {
                if task.beyond != beyond || !task.changes.go_with(&own) {
                    return None;
                }
                let mut changes = task.changes.clone();
                changes.join(&own);
                let usd = self.costs.usd(&self.merged(changes.clone(), beyond, oracle)?);
                Some((changes, usd))
            };
            let wider = tasks.iter().enumerate().filter_map(|(place, task)| {
                let (changes, usd) = with_own(task)?;
                Some((place, changes, usd, usd - task.usd))
            });
            match wider.min_by(|a, b| a.3.total_cmp(&b.3)) {
                Some((place, changes, usd, _)) => {
                    let task = &mut tasks[place];
                    task.cases.push(index);
                    (task.changes, task.usd) = (changes, usd);
                }
                None => {
                    let usd = self.costs.usd(&cases[index].body[0]);
                    tasks.push(Merged { cases: vec![index], changes: own, usd, beyond });
                }
            }
        }
        tasks.into_iter().map(|task| task.cases).collect()
    }
}

/// Cases that are merged into one task.
struct Merged {
    cases: Vec<usize>,
    changes: Changes,
    usd: f64,
    /// Whether a rule of the model's owner forbids the task.
    beyond: bool,
}

/// Whether a rule of the model's owner forbids the task, although the spec allows it.
fn is_beyond(oracle: &Oracle, task: &Value) -> bool {
    oracle.beyond_owner(&Value::Array(vec![task.clone()])).is_some()
}

/// Tasks put together, a few to a request.
fn shared(tasks: Vec<Vec<usize>>, cases: &[Case], most: usize) -> Vec<Batch> {
    let mut batches: Vec<(Batch, usize)> = Vec::new();
    for task in tasks {
        let size = task.iter().map(|index| cases[*index].body.to_string().len()).sum::<usize>();
        match batches.last_mut() {
            Some((batch, total)) if batch.0.len() < most && *total + size <= BYTES => {
                batch.0.push(task);
                *total += size;
            }
            _ => batches.push((Batch(vec![task]), size)),
        }
    }
    batches.into_iter().map(|(batch, _)| batch).collect()
}

/// The tasks in an order in which neighbours differ in what is shown of them, as far as that goes, and at the end before
/// all: where a server swaps the results of two tasks, they show it.
fn alternating<K: PartialEq>(tasks: Vec<Vec<usize>>, shown: impl Fn(&[usize]) -> K) -> Vec<Vec<usize>> {
    let mut groups: Vec<(K, Vec<Vec<usize>>)> = Vec::new();
    for task in tasks {
        let key = shown(&task);
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, group)) => group.push(task),
            None => groups.push((key, vec![task])),
        }
    }
    let mut ordered = Vec::new();
    let mut last = None;
    loop {
        let left = (0..groups.len()).filter(|&place| !groups[place].1.is_empty());
        let largest = |place: &usize| (Some(*place) != last, groups[*place].1.len());
        let Some(place) = left.max_by_key(largest) else { break };
        ordered.extend(groups[place].1.pop());
        last = Some(place);
    }
    ordered.reverse();
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Wire;
    use airspec_spec::Level;
    use serde_json::json;

    fn case(parameter: &str, task: Value) -> Case {
        Case {
            id: String::new(),
            subject: String::new(),
            parameter: parameter.to_owned(),
            level: Level::Badge,
            expect: Expect::Accept,
            about: String::new(),
            body: Value::Array(vec![task]),
            obstacle: None,
            wire: Wire::default(),
            with_files: false,
        }
    }

    fn merged(base: &Value, cases: &[Case]) -> Option<Value> {
        let mut changes = Changes::default();
        for case in cases {
            let own = Changes::of(case.body.get(0), &case.parameter, base, Some("id"));
            if !changes.go_with(&own) {
                return None;
            }
            changes.join(&own);
        }
        let mut task = base.clone();
        changes.apply(&mut task);
        Some(task)
    }

    #[test]
    fn the_last_tasks_of_a_batch_differ_where_any_do() {
        let order = |keys: &str| -> String {
            let key = |task: &[usize]| keys.as_bytes()[task[0]];
            let tasks = (0..keys.len()).map(|place| vec![place]).collect();
            alternating(tasks, key).iter().map(|task| char::from(key(task))).collect()
        };
        assert_eq!(order(""), "");
        assert_eq!(order("aa"), "aa");
        for keys in ["aaaaab", "baaaaa", "aabbcc", "abab"] {
            let ordered = order(keys);
            let mut sorted: Vec<char> = ordered.chars().collect();
            sorted.sort_unstable();
            let mut own: Vec<char> = keys.chars().collect();
            own.sort_unstable();
            assert_eq!(sorted, own, "{keys}");
            let last: Vec<char> = ordered.chars().rev().take(2).collect();
            assert_ne!(last[0], last[1], "{keys}: {ordered}");
        }
    }

    #[test]
    fn values_at_different_places_go_together() {
        let base = json!({"id": "0", "a": 1, "b": 2});
        let cases = [
            case("a", json!({"id": "1", "a": 7, "b": 2})),
            case("c.d", json!({"id": "2", "a": 1, "b": 2, "c": {"d": 1}})),
            case("c.e", json!({"id": "3", "a": 1, "b": 2, "c": {"e": 2}})),
            case("b", json!({"id": "4", "a": 1})),
        ];
        assert_eq!(merged(&base, &cases), Some(json!({"id": "0", "a": 7, "c": {"d": 1, "e": 2}})));
    }

    #[test]
    fn two_values_for_one_place_do_not_go_together() {
        let base = json!({"id": "0", "a": 1});
        let one = case("a", json!({"id": "0", "a": 2}));
        let whole = case("c", json!({"id": "0", "a": 1, "c": {}}));
        let part = case("c.d", json!({"id": "0", "a": 1, "c": {"d": 1}}));
        assert!(merged(&base, &[one.clone(), one.clone()]).is_some());
        assert_eq!(merged(&base, &[one, case("a", json!({"id": "0", "a": 3}))]), None);
        assert_eq!(merged(&base, &[whole.clone(), part.clone()]), None);
        assert_eq!(merged(&base, &[part, whole]), None);
    }

    #[test]
    fn special_items_share_a_list_and_whole_lists_do_not() {
        let base = json!({"id": "0"});
        let item = |value: &str| case("l.items", json!({"id": "0", "l": ["plain", value]}));
        let list = case("l", json!({"id": "0", "l": ["plain", "plain"]}));
        assert_eq!(
            merged(&base, &[item("x"), item("y"), item("x")]),
            Some(json!({"id": "0", "l": ["plain", "x", "y"]}))
        );
        assert_eq!(merged(&base, &[item("x"), list.clone()]), None);
        assert_eq!(merged(&base, &[list.clone(), item("x")]), None);
        // A list that two cases share keeps to what both of them say.
        assert_eq!(merged(&base, &[item("plain"), list, item("x")]), None);
    }
}
