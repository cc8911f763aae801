//! A search over the rules of a model that tie parameters together.
//!
//! The parameters of a rule get their values one after another. As long as some are not decided, the rules say of each
//! way whether it can still lead to what is sought, so that most combinations of values are never made.

use super::{Judge, Options, Synthesiser};
use crate::admits::{Member, Open, Part, rule_of_part};
use crate::arrays::{feasible_items, has_unique_items, repeated_item};
use crate::model::{Constraint, ParameterPath, Side};
use crate::rule::proposals;
use serde_json::Value;
use std::cell::Cell;
use std::ops::ControlFlow;

/// Where a rule has at most so many parameters, many values of each are combined.
const FEW_PARAMETERS: usize = 4;
/// So many values of each parameter are combined.
const MANY_VALUES: usize = 48;
/// The same, where a rule has more parameters.
const FEW_VALUES: usize = 3;
/// Of parameters of other rules so many values are combined, beside none.
const VALUES_OF_OTHERS: usize = 2;
/// For each combination that is looked at, so many steps may lead nowhere.
const STEPS: usize = 4;

/// The step of a path into an array.
const ITEMS: &str = "items";

/// What is sought, asked of each way while parts of the task are not decided.
struct Walk<'w> {
    options: &'w [Options],
    /// What is not decided after so many parameters.
    open: Vec<Open>,
    steps: Cell<usize>,
    /// Whether a way can lead to what is sought.
    leads: &'w dyn Fn(&Standing<'_>) -> bool,
}

/// What is certain of the rules, whatever becomes of what is not decided.
#[derive(Clone, Default)]
struct Standing<'m> {
    broken: Vec<&'m Constraint>,
    unknown: Vec<&'m Constraint>,
}

impl Standing<'_> {
    /// Whether nothing but this rule is certain to be broken.
    fn breaks_at_most(&self, rule: &Constraint) -> bool {
        self.broken.iter().all(|broken| broken.id == rule.id)
    }

    fn can_be(&self, rule: &Constraint, side: Side) -> bool {
        let has = |list: &[&Constraint]| list.iter().any(|one| one.id == rule.id);
        match side {
            Side::Accept => !has(&self.broken),
            Side::Reject => has(&self.broken) || has(&self.unknown),
        }
    }
}

impl<'m, J: Judge> Synthesiser<'m, J> {
    /// Changes other parameters than those at `kept` until no rule over several parameters is broken.
    #[must_use]
    pub fn satisfy_relations(&self, task: Value, kept: &[&str]) -> Value {
        let mut task = task;
        for _ in 0..4 {
            let (count, broken) = self.broken_rules(&task);
            let Some(rule) = broken else { break };
            let better = self.better(&task, &self.options(rule, kept), count);
            // What helps this rule may break another: then all that hang together are looked at as one.
            let better = better.or_else(|| self.better(&task, &self.hanging_together(rule, kept), count));
            match better {
                Some(other) => task = other,
                None => break,
            }
        }
        task
    }

    /// How often rules over several parameters are broken, and the first of them.
    fn broken_rules(&self, task: &Value) -> (usize, Option<&'m Constraint>) {
        let faults = self.faults(task);
        let rules = || faults.iter().filter_map(|fault| self.rules.get(fault.constraint.as_str()).copied());
        (rules().count(), rules().next())
    }

    /// The first combination of values that breaks rules less often.
    fn better(&self, task: &Value, options: &[Options], count: usize) -> Option<Value> {
        let mut found = None;
        self.walk(task, options, &|standing| standing.broken.len() < count, &mut |candidate, _| {
            if self.broken_rules(&candidate).0 >= count {
                return ControlFlow::Continue(());
            }
            found = Some(candidate);
            ControlFlow::Break(())
        });
        found
    }

    /// Looks at combinations of values for the parameters that a rule ties together, as far as no other rule is known to
    /// be broken; with the side of the rule that they are likely to be on.
    pub fn each_combination(
        &self,
        rule: &Constraint,
        task: &Value,
        mut look: impl FnMut(Value, Side) -> ControlFlow<()>,
    ) {
        let leads = |standing: &Standing<'_>| standing.breaks_at_most(rule);
        let task = &self.with_holder(rule, task);
        self.walk(task, &self.options(rule, &[]), &leads, &mut |candidate, standing| {
            let side = if standing.broken.is_empty() { Side::Accept } else { Side::Reject };
            look(candidate, side)
        });
    }

    /// A task on one side of a rule that breaks no other, where the parameters of that rule may have many values and
    /// those of rules that share one with it a few. It starts from the task, of which some parameters are kept.
    #[must_use]
    pub fn witness(&self, rule: &Constraint, (task, kept): (&Value, &[&str]), side: Side) -> Option<Value> {
        let paths = rule.parameters();
        let own: Vec<&str> = paths.iter().map(ParameterPath::as_str).collect();
        let mut options = self.options_up_to(rule, &[], MANY_VALUES);
        for (path, values) in &mut options {
            values.extend(self.around_conditions(rule, path).into_iter().map(Some));
        }
        options.extend(self.hanging_together(rule, &own));
        options.retain(|(path, _)| !kept.contains(&path.as_str()));
        let leads = |standing: &Standing<'_>| standing.breaks_at_most(rule) && standing.can_be(rule, side);
        let task = &self.with_holder(rule, task);
        let mut found = None;
        self.walk(task, &options, &leads, &mut |candidate, _| {
            let faults = self.faults(&candidate);
            let is_wanted = match side {
                Side::Accept => faults.is_empty(),
                Side::Reject => !faults.is_empty() && faults.iter().all(|fault| fault.constraint == rule.id),
            };
            if !is_wanted {
                return ControlFlow::Continue(());
            }
            found = Some(candidate);
            ControlFlow::Break(())
        });
        found
    }

    /// The task with the object that a rule is about.
    fn with_holder(&self, rule: &Constraint, task: &Value) -> Value {
        let mut task = task.clone();
        if let Some(schema) = self.model.task.at(&rule.parameter)
            && rule.parameter.get(&task).is_none()
        {
            self.place(&mut task, &rule.parameter, Some(self.minimal(schema)));
        }
        task
    }

    /// Legal values of a parameter on both sides of what a rule says of it alone.
    fn around_conditions(&self, rule: &Constraint, path: &ParameterPath) -> Vec<Value> {
        let Some(schema) = self.model.task.at(path) else { return Vec::new() };
        let name = path.below(&rule.parameter).unwrap_or(path);
        let mut conditions = Vec::new();
        for child in rule.rule.children() {
            child.collect_conditions(name, &mut conditions);
        }
        let mut values: Vec<Value> = self.known_legal(schema).to_vec();
        values.push(Value::Bool(false));
        let counts =
            conditions.iter().filter_map(|one| one.rule.items()).map(|items| feasible_items(items.count));
        let item = schema.items.as_deref().and_then(|items| self.known_legal(items).first().cloned());
        let lists = counts.flat_map(|count| [count, count + 1, count.saturating_sub(1)]);
        let lists = lists.zip(std::iter::repeat(item)).filter_map(|(count, item)| {
            Some(Value::from(repeated_item(&item?, count, has_unique_items(schema))))
        });
        values.extend(lists);
        values.extend(conditions.into_iter().flat_map(|one| proposals(one, schema)).map(|one| one.value));
        values.retain(|value| self.is_legal(schema, value));
        values
    }

    /// Gives the parameters their values, one after another, in every way that leads to what is sought.
    fn walk(
        &self,
        task: &Value,
        options: &[Options],
        leads: &dyn Fn(&Standing<'_>) -> bool,
        look: &mut dyn FnMut(Value, &Standing<'_>) -> ControlFlow<()>,
    ) {
        let after = |decided: usize| Open::at(options[decided..].iter().map(|(path, _)| path));
        let open = (0..=options.len()).map(after).collect();
        let walk = Walk { options, open, steps: Cell::new(self.limit.saturating_mul(STEPS)), leads };
        let start = Standing { unknown: self.judged_at_once(), broken: Vec::new() };
        let _ = self.step(&walk, 0, task.clone(), &start, look);
    }

    fn step(
        &self,
        walk: &Walk<'_>,
        decided: usize,
        task: Value,
        before: &Standing<'m>,
        look: &mut dyn FnMut(Value, &Standing<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Some(left) = walk.steps.get().checked_sub(1) else { return ControlFlow::Break(()) };
        walk.steps.set(left);
        let mut standing = Standing { broken: before.broken.clone(), unknown: Vec::new() };
        for rule in &before.unknown {
            match holds(rule, &task, &walk.open[decided]) {
                Some(true) => {}
                Some(false) => standing.broken.push(rule),
                None => standing.unknown.push(rule),
            }
        }
        if !(walk.leads)(&standing) {
            return ControlFlow::Continue(());
        }
        let Some((path, values)) = walk.options.get(decided) else { return look(task, &standing) };
        for value in values {
            let mut next = task.clone();
            // Nothing is made to take something out of it.
            if value.is_some() || path.parent().is_some_and(|holder| holder.get(&next).is_some()) {
                self.place(&mut next, path, value.clone());
            }
            self.step(walk, decided + 1, next, &standing, look)?;
        }
        ControlFlow::Continue(())
    }

    /// The rules over members of one object.
    fn judged_at_once(&self) -> Vec<&'m Constraint> {
        let ties_members = |rule: &&&'m Constraint| {
            let holder = self.model.task.at(&rule.parameter);
            holder.is_some_and(|holder| !holder.properties.is_empty())
        };
        self.rules.values().filter(ties_members).copied().collect()
    }

    /// The parameters of a rule, of those that share one with it, and so on: absent, and with a value or two.
    fn hanging_together(&self, rule: &Constraint, kept: &[&str]) -> Vec<Options> {
        let mut paths = rule.parameters();
        loop {
            let shares = |paths: &[ParameterPath]| {
                self.rules
                    .values()
                    .map(|rule| rule.parameters())
                    .filter(|own| own.iter().any(|own| paths.iter().any(|path| own.overlaps(path))))
                    .flatten()
                    .find(|path| !paths.contains(path))
            };
            match shares(&paths) {
                Some(path) => paths.push(path),
                None => break,
            }
        }
        paths.retain(|path| is_free(path, kept));
        let options = |path: ParameterPath| {
            let legal = self.model.task.at(&path).map(|schema| self.known_legal(schema));
            let legal = legal.iter().flat_map(|legal| legal.iter().cloned());
            let values = self.named(&path).into_iter().chain(legal).take(VALUES_OF_OTHERS).map(Some);
            (path, std::iter::once(None).chain(values).collect())
        };
        paths.into_iter().map(options).collect()
    }

    /// For each parameter of a rule the values worth trying: absent, and what the rule and the spec name.
    fn options(&self, rule: &Constraint, kept: &[&str]) -> Vec<Options> {
        let free = rule.parameters().iter().filter(|path| is_free(path, kept)).count();
        self.options_up_to(rule, kept, if free > FEW_PARAMETERS { FEW_VALUES } else { MANY_VALUES })
    }

    fn options_up_to(&self, rule: &Constraint, kept: &[&str], share: usize) -> Vec<Options> {
        let mut all = Vec::new();
        for path in rule.parameters().into_iter().filter(|path| is_free(path, kept)) {
            let Some(schema) = self.model.task.at(&path) else { continue };
            let name = path.below(&rule.parameter).unwrap_or(&path);
            let mut options = vec![None];
            let named = rule.rule.values_of(name).into_iter().chain(self.named(&path));
            for value in named.chain(self.known_legal(schema).iter().take(8).cloned()) {
                if options.len() < share && !options.contains(&Some(value.clone())) {
                    options.push(Some(value));
                }
            }
            all.push((path, options));
        }
        all
    }
}

/// Whether a parameter can be changed: it neither is nor holds one that is kept.
fn is_free(path: &ParameterPath, kept: &[&str]) -> bool {
    !kept.iter().any(|kept| ParameterPath::from(*kept).starts_with(path))
}

/// Whether a rule over members holds, whatever becomes of what is not decided. In an array, values are put into the last
/// item.
fn holds(rule: &Constraint, task: &Value, open: &Open) -> Option<bool> {
    let mut part = Part::of(task, open);
    for step in rule.parameter.steps() {
        if let (ITEMS, Part::Known(Value::Array(items))) = (step, part) {
            match items.last() {
                Some(item) => part = Part::Known(item),
                None => return Some(true),
            }
            continue;
        }
        part = match part.member(step) {
            Member::Absent => return Some(true),
            Member::Present(part) => part,
            Member::Open => return None,
        };
    }
    rule_of_part(&rule.rule, part)
}
