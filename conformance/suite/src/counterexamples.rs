//! Values that worked yesterday and fail today: a search that backs what the comparison of two specs says.
//!
//! Candidates are the cases of both specs, what the rules of both propose at each parameter that changed, and random
//! values. The judges of the two specs decide; a value that only one of them lets through is a witness.

use crate::case::{Tasks, proposals_for};
use crate::random;
use airspec_judge::Violation;
use airspec_judge::{Judge, JudgeError};
use airspec_spec::diff::{self, Broken, Change, Diff, Effect, Evidence, Party, Said, Search, Subject, part};
use airspec_spec::rule::Rule;
use airspec_spec::witness::{proposals, samples};
use airspec_spec::{Constraint, Model, ParameterPath, Schema};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::Config;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// As many witnesses are kept, each for something else that is said.
const MAX_WITNESSES: usize = 64;

/// As many tasks are started from where the plainest one will not do.
const STARTS: usize = 8;

/// Searches for what the new spec breaks: requests that it refuses, and answers that the old one did not allow.
///
/// # Errors
/// A spec whose schema is no JSON Schema that can judge.
pub fn search(
    old: &Model,
    new: &Model,
    diff: &Diff,
    random: usize,
    seed: u64,
) -> Result<Evidence, JudgeError> {
    let changes = |subject: Subject| -> Vec<&Change> { diff.of(subject).collect() };
    let requests = lost(old, new, &changes(Subject::Request), random, seed)?;
    let mut evidence = Evidence { requests, ..Evidence::default() };
    evidence.requests.witnesses.extend(shared_identity(old, new, seed)?);
    for subject in Subject::PARTS {
        let (Some(old), Some(new)) = (part(old, subject), part(new, subject)) else { continue };
        let (from, to) = if subject.party() == Party::Senders { (old, new) } else { (new, old) };
        if let Some(search) = evidence.of_mut(subject) {
            *search = lost(&from, &to, &changes(subject), random, seed)?;
        }
    }
    evidence.defaults = defaults(old, new, diff, seed)?;
    Ok(evidence)
}

/// What one model lets through and the other refuses: the plainest candidates first, and the others only while there is
/// something left to show. Where nothing is said to break, all of them are looked at.
fn lost(
    from: &Model,
    to: &Model,
    changes: &[&Change],
    random: usize,
    seed: u64,
) -> Result<Search, JudgeError> {
    if same_schema(from, to) {
        return Ok(Search::default());
    }
    let (before, after) = (Judge::new(from)?, Judge::new(to)?);
    let mut sieve = Sieve { before: &before, after: &after, search: Search::default(), valid: Vec::new() };
    let mut tasks = Tasks::new(from, &before, seed);
    let base = tasks.base();
    sieve.look(&base);
    rows(&mut sieve, &mut tasks, to);
    for path in paths(changes) {
        placed(&mut sieve, &tasks, to, path, &base);
    }
    for path in sieve.open(changes) {
        for value in values(from, to, path) {
            sieve.look(&tasks.with(path, value));
        }
    }
    if !sieve.open(changes).is_empty() {
        proposed(&mut sieve, from, to, changes, seed)?;
    }
    if !sieve.open(changes).is_empty() {
        at_random(&mut sieve, &tasks, to, random, seed);
    }
    // What is demanded in a roundabout way the plainest task may not have; tasks that came up have it.
    if !before.is_valid(&base) {
        for start in std::mem::take(&mut sieve.valid) {
            for path in sieve.open(changes) {
                placed(&mut sieve, &tasks, to, path, &start);
            }
        }
    }
    Ok(sieve.search)
}

/// The paths of changes, each once.
fn paths<'c>(changes: &[&'c Change]) -> BTreeSet<&'c str> {
    changes.iter().map(|change| change.path.as_str()).collect()
}

/// Looks at what both models propose for the constraints on the parameters that changed.
fn proposed(
    sieve: &mut Sieve<'_>,
    from: &Model,
    to: &Model,
    changes: &[&Change],
    seed: u64,
) -> Result<(), JudgeError> {
    let touched = |change: &&Change| -> Vec<ParameterPath> {
        let id = change.constraint.as_deref().unwrap_or_default();
        let constraint = from.constraint(id).or_else(|| to.constraint(id));
        let mut paths = constraint.map(Constraint::parameters).unwrap_or_default();
        if paths.is_empty() {
            paths.push(change.path.clone());
        }
        paths
    };
    let open = sieve.open(changes);
    let is_open = |change: &&&Change| open.contains(change.path.as_str());
    let touched: Vec<ParameterPath> = changes.iter().filter(is_open).flat_map(touched).collect();
    let is_touched = |constraint: &Constraint| {
        let mut own = constraint.parameters();
        own.push(constraint.parameter.clone());
        own.iter().any(|own| touched.iter().any(|path| path.overlaps(own)))
    };
    for model in [from, to] {
        let judge = Judge::new(model)?;
        let mut tasks = Tasks::new(model, &judge, seed);
        // Of a model whose plainest task is not valid before, few tasks are.
        if !std::ptr::eq(model, from) && !sieve.before.is_valid(&tasks.base()) {
            continue;
        }
        for constraint in model.constraints().into_iter().filter(|one| is_touched(one)) {
            for task in proposals_for(&mut tasks, constraint) {
                sieve.look(&task);
            }
        }
    }
    Ok(())
}

fn at_random(sieve: &mut Sieve<'_>, tasks: &Tasks<'_>, to: &Model, random: usize, seed: u64) {
    let from = tasks.model();
    let mut runner = random::runner(Config::default(), seed, 0);
    let strategies = [
        random::plausible(from),
        random::plausible(to),
        random::anything(from),
        random::words(&from.schema),
        random::words(&to.schema),
    ];
    // Where a break is shown, what is left are changes that it may hide.
    let count = if sieve.search.witnesses.is_empty() { random } else { random / 10 };
    for index in 0..count {
        let Ok(tree) = strategies[index % strategies.len()].new_tree(&mut runner) else { continue };
        let value = tree.current();
        sieve.look(&if index % 2 == 0 { tasks.settle(value, &[]) } else { value });
    }
}

/// Looks at a task with other values for a parameter that changed.
fn placed(sieve: &mut Sieve<'_>, tasks: &Tasks<'_>, to: &Model, path: &str, start: &Value) {
    for value in values(tasks.model(), to, path) {
        let mut task = start.clone();
        tasks.place(&mut task, path, value.clone());
        sieve.look(&task);
        // A parameter that the model does not have is put where the path leads.
        let mut task = start.clone();
        put(&mut task, path, value);
        sieve.look(&task);
    }
}

/// Looks at tasks with the rows of tables that the other model has not.
fn rows(sieve: &mut Sieve<'_>, tasks: &mut Tasks<'_>, to: &Model) {
    for (holder, cells) in diff::lost_rows(&tasks.model().task, &to.task) {
        let mut task = tasks.base();
        let mut kept = Vec::new();
        for (name, value) in cells {
            let path = holder.join(&name);
            tasks.place(&mut task, &path, Some(value));
            kept.push(path);
        }
        sieve.look(&task);
        let kept: Vec<&str> = kept.iter().map(ParameterPath::as_str).collect();
        sieve.look(&tasks.settle(task, &kept));
    }
}

/// Whether the two say the same to the letter, so that there is nothing to look for.
fn same_schema(a: &Model, b: &Model) -> bool {
    a.schema == b.schema
}

/// Sorts candidates.
struct Sieve<'j> {
    before: &'j Judge,
    after: &'j Judge,
    search: Search,
    /// A few values that the first judge lets through.
    valid: Vec<Value>,
}

impl Sieve<'_> {
    /// The paths where something is left to show: of the changes that are said to break and have no witness, or of all
    /// where none is.
    fn open<'c>(&self, changes: &[&'c Change]) -> BTreeSet<&'c str> {
        let breaking = || changes.iter().copied().filter(|change| change.effect == Effect::Breaking);
        if breaking().next().is_none() {
            return paths(changes);
        }
        paths(&breaking().filter(|change| self.search.witness(change).is_none()).collect::<Vec<_>>())
    }

    fn look(&mut self, task: &Value) {
        self.search.tried += 1;
        if !self.before.is_valid(task) {
            return;
        }
        if self.valid.len() < STARTS {
            self.valid.push(task.clone());
        }
        if self.after.is_valid(task) {
            return;
        }
        for said in said(self.after.task(task)) {
            let alike = |known: &Broken| known.said.iter().any(|one| is_alike(one, &said));
            let is_new = !self.search.witnesses.iter().any(alike);
            if is_new && self.search.witnesses.len() < MAX_WITNESSES {
                let plain = self.plainest(task, &said);
                let all = self::said(self.after.task(&plain));
                self.search.witnesses.push(Broken { value: plain, said: all });
            }
        }
    }

    /// The task without the members that the break does not need.
    fn plainest(&self, task: &Value, said: &Said) -> Value {
        let mut plain = task.clone();
        for pointer in members(task) {
            let mut less = plain.clone();
            take(&mut less, &pointer);
            let still = || self::said(self.after.task(&less)).iter().any(|one| is_alike(one, said));
            if self.before.is_valid(&less) && still() {
                plain = less;
            }
        }
        plain
    }
}

/// Whether two statements are about the same constraint at the same parameter, whichever item of a list it is.
fn is_alike(a: &Said, b: &Said) -> bool {
    let plain = |said: &Said| -> Vec<String> {
        said.pointer.split('/').filter(|step| step.parse::<u32>().is_err()).map(str::to_owned).collect()
    };
    a.constraint == b.constraint && plain(a) == plain(b)
}

fn said(violations: Vec<Violation>) -> Vec<Said> {
    let said =
        |one: Violation| Said { pointer: one.pointer, constraint: one.constraint, message: one.message };
    violations.into_iter().map(said).collect()
}

/// The pointers of all members of objects, outer ones first.
fn members(value: &Value) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    if let Value::Object(members) = value {
        for (name, inner) in members {
            all.push(vec![name.clone()]);
            for below in self::members(inner) {
                all.push(std::iter::once(name.clone()).chain(below).collect());
            }
        }
    }
    all
}

fn take(value: &mut Value, path: &[String]) {
    let Some((last, above)) = path.split_last() else { return };
    let holder = above.iter().try_fold(value, |at, step| at.get_mut(step));
    if let Some(members) = holder.and_then(Value::as_object_mut) {
        members.remove(last);
    }
}

/// Puts a value where a path leads, making objects on the way.
fn put(task: &mut Value, path: &str, value: Option<Value>) {
    let mut at = task;
    let steps: Vec<&str> = path.split('.').collect();
    let Some((last, above)) = steps.split_last() else { return };
    for step in above {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        let Some(members) = at.as_object_mut() else { return };
        at = members.entry(*step).or_insert_with(|| Value::Object(Map::new()));
    }
    if let (Some(members), Some(value)) = (at.as_object_mut(), value) {
        members.insert((*last).to_owned(), value);
    }
}

/// Values worth trying at a parameter: what the rules of both specs propose, some of every type, and none.
fn values(from: &Model, to: &Model, path: &str) -> Vec<Option<Value>> {
    let mut values = vec![None];
    let mut add = |value: Value| {
        if !values.contains(&Some(value.clone())) {
            values.push(Some(value));
        }
    };
    let free = Schema::default();
    // What stands under a name that is not declared has a schema at times.
    let holder = path.rsplit_once('.').map_or("", |(holder, _)| holder);
    for schema in [from, to].map(|model| {
        model.task.at(path).or_else(|| model.task.at(holder)?.additional.as_deref()).unwrap_or(&free)
    }) {
        let proposed = schema.constraints.iter().flat_map(|constraint| proposals(constraint, schema));
        proposed.map(|witness| witness.value).chain(samples(schema)).for_each(&mut add);
    }
    let schemas = [from, to].map(|model| model.task.at(path));
    if let [Some(before), Some(after)] = schemas {
        diff::told_apart(before, after).into_iter().for_each(&mut add);
    }
    // Arrays of any items, for limits of arrays whose items are free.
    let counts = [from, to].into_iter().filter_map(|model| model.task.at(path)).flat_map(Schema::rules);
    let counts =
        counts.filter_map(Rule::items).filter_map(|items| usize::try_from(items.count.min(1_000)).ok());
    for count in counts.flat_map(|count| [count, count + 1, count.saturating_sub(1)]) {
        add(Value::Array(vec![json!(1); count]));
    }
    [json!(null), json!(true), json!(1), json!(0.5), json!("a"), json!([]), json!({}), json!({"unknown": 1})]
        .into_iter()
        .for_each(&mut add);
    values
}

/// Requests that are valid before and after, and answered otherwise since the default of what they leave out is another.
fn defaults(old: &Model, new: &Model, diff: &Diff, seed: u64) -> Result<Search, JudgeError> {
    let mut search = Search::default();
    let changed = diff.changes.iter().filter(|change| change.is_of_default());
    let changed: Vec<_> = changed.collect();
    if changed.is_empty() {
        return Ok(search);
    }
    let (before, after) = (Judge::new(old)?, Judge::new(new)?);
    let mut tasks = [Tasks::new(old, &before, seed), Tasks::new(new, &after, seed)];
    for change in changed {
        let without = tasks.each_mut().map(|tasks| tasks.with(&change.path, None));
        let is_witness =
            |task: &&Value| before.is_valid(task) && after.is_valid(task) && change.path.get(task).is_none();
        search.tried += without.len();
        if let Some(task) = without.iter().find(is_witness) {
            let said = Said {
                pointer: change.path.pointer().to_string(),
                constraint: change.constraint.clone().unwrap_or_default(),
                message: change.sentence.clone(),
            };
            search.witnesses.push(Broken { value: task.clone(), said: vec![said] });
        }
    }
    Ok(search)
}

/// Where identities must differ now and need not before: two tasks that share one.
fn shared_identity(old: &Model, new: &Model, seed: u64) -> Result<Option<Broken>, JudgeError> {
    let Some(unique) = new.unique().filter(|unique| old.unique().is_none_or(|old| old.id != unique.id))
    else {
        return Ok(None);
    };
    let (before, after) = (Judge::new(old)?, Judge::new(new)?);
    let mut tasks = Tasks::new(old, &before, seed);
    let mut new_tasks = Tasks::new(new, &after, seed);
    let value = new_tasks.base().get(unique.parameter.as_str()).cloned();
    let task = tasks.with(&unique.parameter, value);
    if !before.is_valid(&task) || task.get(unique.parameter.as_str()).is_none() {
        return Ok(None);
    }
    let said = Said {
        pointer: format!("/{}", unique.parameter),
        constraint: unique.id.to_string(),
        message: unique.expected.clone(),
    };
    Ok(Some(Broken { value: json!([task, task]), said: vec![said] }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use airspec_spec::Source;
    use airspec_spec::diff::{Report, compare};

    fn model(task: &Value) -> Model {
        airspec_spec::read(&Source::new("spec.json", task.to_string())).unwrap()
    }

    fn task(width: &Value, required: &[&str]) -> Value {
        json!({"type": "object", "additionalProperties": false, "required": required,
            "properties": {"width": width, "height": {"type": "integer"}, "prompt": {"type": "string"}}})
    }

    #[test]
    fn a_break_is_shown_by_the_plainest_request() {
        let old = model(&task(&json!({"type": "integer", "maximum": 3840, "multipleOf": 16}), &["prompt"]));
        let new = model(&task(&json!({"type": "integer", "maximum": 2048, "multipleOf": 16}), &["prompt"]));
        let diff = compare(&old, &new);
        let evidence = search(&old, &new, &diff, 100, 1).unwrap();
        let [witness] = evidence.requests.witnesses.as_slice() else { panic!("{evidence:#?}") };
        let members: Vec<&String> = witness.value.as_object().unwrap().keys().collect();
        assert_eq!(members, ["prompt", "width"]);
        assert!(witness.value["width"].as_u64().unwrap() > 2048);
        assert_eq!(witness.said[0].constraint, "width.maximum");
        let report = Report { diff: &diff, evidence: &evidence, step: None };
        assert_eq!((report.wire().effect, report.wire().is_confirmed), (Effect::Breaking, true));
        assert!(evidence.witness(&diff.changes[0]).is_some());
        let back = compare(&new, &old);
        assert!(search(&new, &old, &back, 500, 1).unwrap().requests.witnesses.is_empty());
    }

    #[test]
    fn every_breaking_change_finds_its_own_witness() {
        let old = model(&task(&json!({"type": "integer"}), &[]));
        let mut changed = task(&json!({"type": "string"}), &["prompt"]);
        changed["properties"].as_object_mut().unwrap().remove("height");
        let new = model(&changed);
        let diff = compare(&old, &new);
        let evidence = search(&old, &new, &diff, 0, 1).unwrap();
        let breaking = diff.changes.iter().filter(|change| change.effect == Effect::Breaking);
        let paths: Vec<&str> = breaking.clone().map(|change| change.path.as_str()).collect();
        assert_eq!(paths, ["prompt", "width", "height"]);
        assert!(breaking.clone().all(|change| evidence.witness(change).is_some()), "{evidence:#?}");
    }

    #[test]
    fn two_tasks_with_one_identity_show_that_it_must_differ_now() {
        let of = |unique: bool| {
            model(
                &json!({"type": "object", "properties": {"id": {"type": "string", "x-unique": unique}}, "required": ["id"]}),
            )
        };
        let (old, new) = (of(false), of(true));
        let evidence = search(&old, &new, &compare(&old, &new), 0, 1).unwrap();
        assert_eq!(compare(&old, &new).effect(), Effect::Breaking);
        assert_eq!(evidence.requests.witnesses[0].value.as_array().unwrap().len(), 2);
    }
}
