//! Proofs that whatever satisfies one schema satisfies another.
//!
//! What is proved is true. What is not proved may be true all the same: the language of schemas is too rich to decide
//! every question, so a search for a counterexample stands beside these proofs.

use super::facts::{Facts, Profile, having, object_having, of_kind, spread};
use super::relations;
use super::tables::{self, Table};
use crate::admits;
use crate::model::{
    Format, If, Kinds, PatternProperties, PatternProperty, PrefixItems, Relation, Rule, Schema,
};
use std::cell::Cell;

/// Steps that one question may take.
const FUEL: u32 = 5_000;

/// Of rules with at most so many alternatives it is asked first which of them are possible.
const FEW_ALTERNATIVES: usize = 3;

/// Of so many alternatives each is looked at without what the others being not so tells of it.
const MANY_ALTERNATIVES: usize = 8;

/// How deep one question may go.
const DEPTH: u32 = 48;

/// Tries to prove things about values of which [`Facts`] are known.
#[derive(Debug)]
pub(super) struct Prover {
    fuel: Cell<u32>,
    depth: Cell<u32>,
}

/// Whether a value of which the facts are known satisfies the schema.
pub(super) fn entails(facts: &Facts<'_>, goal: &Schema) -> bool {
    Prover::new().entails(facts, goal)
}

/// Whether a value of which the facts are known satisfies the rule.
pub(super) fn keeps(facts: &Facts<'_>, rule: &Rule) -> bool {
    let prover = Prover::new();
    prover.keeps(facts, rule)
}

/// Whether no value can be so.
pub(super) fn absurd(facts: &Facts<'_>) -> bool {
    Prover::new().absurd(facts)
}

/// Whether an object of which the facts are known has the member.
pub(super) fn has(facts: &Facts<'_>, name: &str) -> bool {
    Prover::new().entails(facts, &having(name))
}

/// Whether an object of which the facts are known lacks the member.
pub(super) fn lacks(facts: &Facts<'_>, name: &str) -> bool {
    Prover::new().absent(facts, name)
}

impl Prover {
    fn new() -> Self {
        Self { fuel: Cell::new(FUEL), depth: Cell::new(0) }
    }

    /// Runs a step of a proof, unless too many have been run.
    fn step(&self, prove: impl FnOnce() -> bool) -> bool {
        if self.fuel.get() == 0 || self.depth.get() >= DEPTH {
            return false;
        }
        self.fuel.set(self.fuel.get() - 1);
        self.depth.set(self.depth.get() + 1);
        let is_proved = prove();
        self.depth.set(self.depth.get() - 1);
        is_proved
    }

    fn entails(&self, facts: &Facts<'_>, goal: &Schema) -> bool {
        self.step(|| {
            self.directly(facts, goal)
                || self.absurd_at_once(facts)
                || self.by_cases(facts, |facts| self.entails(facts, goal))
        })
    }

    fn keeps(&self, facts: &Facts<'_>, rule: &Rule) -> bool {
        self.step(|| {
            self.rule(facts, &facts.profile(), rule)
                || self.absurd_at_once(facts)
                || self.by_cases(facts, |facts| self.keeps(facts, rule))
        })
    }

    /// Whether no value can be so.
    fn absurd(&self, facts: &Facts<'_>) -> bool {
        self.step(|| self.absurd_at_once(facts) || self.by_cases(facts, |facts| self.absurd(facts)))
    }

    /// Whether it holds for each of some alternatives, one of which is so: those of a rule that leaves one at most, else
    /// those of the first rule.
    fn by_cases(&self, facts: &Facts<'_>, prove: impl Fn(&Facts<'_>) -> bool) -> bool {
        let is_open = |rule: &&Rule| {
            matches!(rule, Rule::AnyOf(_) | Rule::OneOf(_) | Rule::If(_))
                && !facts.resolved.iter().any(|resolved| std::ptr::eq(*resolved, *rule))
        };
        let mut first = None;
        for rule in facts.rules().filter(is_open) {
            let mut left = alternatives(facts, rule);
            if left.len() <= FEW_ALTERNATIVES {
                left.retain(|facts| !self.step(|| self.refuted(facts)));
                if left.len() < 2 {
                    return left.iter().all(prove);
                }
            }
            first.get_or_insert(left);
        }
        first.is_some_and(|left| left.iter().all(prove))
    }

    fn directly(&self, facts: &Facts<'_>, goal: &Schema) -> bool {
        let profile = facts.profile();
        if profile.kinds == 0 || facts.holds.iter().any(|known| std::ptr::eq(*known, goal)) {
            return true;
        }
        let listed = profile.values.as_ref();
        if listed.is_some_and(|all| all.iter().all(|one| admits::schema(goal, one) == Some(true))) {
            return true;
        }
        goal.rules().all(|rule| self.rule(facts, &profile, rule))
            && (!profile.has(Kinds::OBJECT) || self.members(facts, goal))
            && (!profile.has(Kinds::ARRAY) || self.items(facts, &profile, goal))
    }

    fn absurd_at_once(&self, facts: &Facts<'_>) -> bool {
        let profile = facts.profile();
        if profile.kinds == 0 {
            return true;
        }
        if profile.kinds == Kinds::OBJECT.bits() {
            for name in facts.names() {
                let is_needed = facts
                    .holds
                    .iter()
                    .filter_map(|schema| schema.property(name))
                    .any(|property| property.required.is_some());
                if is_needed && facts.property(name).is_none_or(|member| self.absurd(&member)) {
                    return true;
                }
            }
        }
        if profile.kinds == Kinds::OBJECT.bits()
            && facts.rules().filter_map(Rule::relation).any(|relation| {
                relation.parameters.iter().all(|name| present(facts, name))
                    && relations::excludes(facts, relation)
            })
        {
            return true;
        }
        let is_filled = profile.kinds == Kinds::ARRAY.bits() && profile.items.least > 0;
        if is_filled && self.absurd(&facts.items()) {
            return true;
        }
        self.contradicted(facts)
    }

    /// Whether no value can be so, as far as that is seen without looking deep into members.
    fn refuted(&self, facts: &Facts<'_>) -> bool {
        let is_empty = |facts: Option<Facts<'_>>| facts.is_none_or(|facts| facts.profile().kinds == 0);
        let required = || facts.holds.iter().flat_map(|schema| &schema.properties);
        is_empty(Some(facts.clone()))
            || facts.is_object()
                && required().any(|one| one.required.is_some() && is_empty(facts.property(&one.name)))
            || self.contradicted(facts)
    }

    /// Whether what does not hold follows from all else.
    fn contradicted(&self, facts: &Facts<'_>) -> bool {
        facts.fails.iter().enumerate().any(|(index, failed)| {
            let mut others = facts.clone();
            others.fails.remove(index);
            self.step(|| self.directly(&others, failed))
        })
    }

    fn members(&self, facts: &Facts<'_>, goal: &Schema) -> bool {
        goal.properties.iter().all(|property| {
            let is_there = property.required.is_none() || present(facts, &property.name);
            is_there && (!property.declared || self.member(facts, &property.name, &property.schema))
        }) && goal.additional.as_ref().is_none_or(|additional| {
            let names = facts.names();
            let mut others = names.iter().filter(|name| !goal.declares(name));
            others.all(|name| self.member(facts, name, additional))
                && facts.stranger().is_none_or(|facts| self.entails(&facts, additional))
        })
    }

    /// Whether the member, where there is one, satisfies the schema.
    fn member(&self, facts: &Facts<'_>, name: &str, goal: &Schema) -> bool {
        facts.property(name).is_none_or(|member| self.entails(&member, goal)) || self.absent(facts, name)
    }

    fn items(&self, facts: &Facts<'_>, profile: &Profile<'_>, goal: &Schema) -> bool {
        goal.items
            .as_ref()
            .is_none_or(|items| profile.items.most == Some(0) || self.entails(&facts.items(), items))
    }

    /// Whether an object lacks the member.
    fn absent(&self, facts: &Facts<'_>, name: &str) -> bool {
        let Some(member) = facts.property(name) else { return true };
        if self.absurd(&member) {
            return true;
        }
        if facts.fails.is_empty() && !facts.rules().any(is_dependent) {
            return false;
        }
        let having = object_having(name);
        self.step(|| self.absurd_at_once(&facts.and(&having)))
    }

    fn rule(&self, facts: &Facts<'_>, profile: &Profile<'_>, rule: &Rule) -> bool {
        if facts.rules().any(|known| std::ptr::eq(known, rule) || super::same::rule(known, rule)) {
            return true;
        }
        let listed = profile.values.as_ref();
        if listed.is_some_and(|all| all.iter().all(|one| admits::rule(rule, one) == Some(true))) {
            return true;
        }
        match rule {
            Rule::Type(kinds) => profile.kinds & !spread(*kinds) == 0,
            // `required` is a rule of the object, asked of it by name.
            Rule::Required | Rule::Const(_) | Rule::Enum(_) | Rule::False | Rule::Unique => false,
            Rule::Minimum(_) | Rule::Maximum(_) | Rule::ExclusiveMinimum(_) | Rule::ExclusiveMaximum(_) => {
                !profile.has(Kinds::NUMBER)
                    || rule.bound().is_some_and(|bound| profile.numbers.all_within(bound))
            }
            Rule::MultipleOf(step) => !profile.has(Kinds::NUMBER) || profile.numbers.all_multiples(step),
            Rule::MinLength(_) | Rule::MaxLength(_) => {
                !profile.has(Kinds::STRING)
                    || rule.length().is_some_and(|count| profile.length.is_within(count))
            }
            Rule::Format(format) => {
                let implies =
                    |known: &Format| known == format || *known == Format::Uuid4 && *format == Format::Uuid;
                !profile.has(Kinds::STRING) || profile.formats.iter().any(implies)
            }
            Rule::Pattern(pattern) => !profile.has(Kinds::STRING) || profile.matches(&pattern.rust),
            Rule::MinItems(_) | Rule::MaxItems(_) => {
                !profile.has(Kinds::ARRAY) || rule.items().is_some_and(|count| profile.items.is_within(count))
            }
            Rule::UniqueItems => !profile.has(Kinds::ARRAY) || profile.items.most.is_some_and(|n| n < 2),
            Rule::AdditionalProperties(allowed) => {
                !profile.has(Kinds::OBJECT) || self.has_none_but(facts, allowed)
            }
            Rule::DependentRequired(_) | Rule::DependentSchemas(_) => {
                !profile.has(Kinds::OBJECT) || self.dependent(facts, rule)
            }
            Rule::Image(goal) => {
                let holds = |rule: &Rule| matches!(rule, Rule::Image(known) if goal.admits_all_of(known));
                !profile.has(Kinds::STRING) || facts.rules().any(holds)
            }
            Rule::Area(relation) | Rule::Ratio(relation) => {
                !profile.has(Kinds::OBJECT) || self.relation(facts, relation)
            }
            Rule::AllOf(schema) => self.entails(facts, schema),
            Rule::AnyOf(branches) => by_rows(facts, rule) || self.any_of(facts, branches),
            Rule::OneOf(branches) => by_rows(facts, rule) || self.one_of(facts, branches),
            Rule::Not(schema) => self.absurd(&facts.and(schema)),
            Rule::If(rule) => self.implies(facts, rule),
            Rule::PrefixItems(goal) => !profile.has(Kinds::ARRAY) || self.by_place(facts, profile, goal),
            Rule::PatternProperties(goal) => !profile.has(Kinds::OBJECT) || self.by_pattern(facts, goal),
            Rule::UnevaluatedProperties(_) | Rule::PropertyNames(_) => {
                !profile.has(Kinds::OBJECT) || self.by_name(facts, rule)
            }
            Rule::Contains(schema) => !profile.has(Kinds::ARRAY) || self.contains(facts, profile, schema),
        }
    }

    /// Whether an object has no members of other names.
    fn has_none_but(&self, facts: &Facts<'_>, allowed: &[String]) -> bool {
        let is_allowed = |name: &str| allowed.iter().any(|known| known == name) || self.absent(facts, name);
        facts.is_closed() && facts.names().into_iter().all(is_allowed)
    }

    /// What the presence of members demands of their object.
    fn dependent(&self, facts: &Facts<'_>, rule: &Rule) -> bool {
        let given = |trigger: &str, goal: &dyn Fn(&Facts<'_>) -> bool| {
            let having = object_having(trigger);
            goal(&facts.and(&having)) || self.absent(facts, trigger)
        };
        match rule {
            Rule::DependentRequired(dependent) => dependent.needs.iter().all(|(trigger, needs)| {
                given(trigger, &|facts| needs.iter().all(|need| self.entails(facts, &having(need))))
            }),
            Rule::DependentSchemas(branches) => {
                branches.iter().all(|one| given(&one.trigger, &|facts| self.entails(facts, &one.schema)))
            }
            _ => false,
        }
    }

    /// Whether every name that an object can have is one that the rule, which looks at names alone, lets through.
    fn by_name(&self, facts: &Facts<'_>, goal: &Rule) -> bool {
        let passes = |name: &str| {
            admits::rule(goal, &serde_json::json!({name: null})) == Some(true) || self.absent(facts, name)
        };
        let known = |rule: &Rule| match (rule, goal) {
            (Rule::PropertyNames(known), Rule::PropertyNames(goal)) => {
                let text = of_kind(Kinds::STRING);
                self.entails(&Facts::of(known).and(&text), goal)
            }
            (Rule::UnevaluatedProperties(known), Rule::UnevaluatedProperties(goal)) => {
                known.names.iter().all(|name| goal.names.contains(name))
                    && known.patterns.iter().all(|pattern| goal.patterns.contains(pattern))
            }
            _ => false,
        };
        facts.is_closed() && facts.names().into_iter().all(passes) || facts.rules().any(known)
    }

    /// Whether each item that there can be is as its place demands.
    fn by_place(&self, facts: &Facts<'_>, profile: &Profile<'_>, goal: &PrefixItems) -> bool {
        let mut known: Vec<&PrefixItems> = Vec::new();
        for rule in facts.rules() {
            if let Rule::PrefixItems(one) = rule {
                known.push(one);
            }
        }
        let places = known.iter().map(|known| known.first.len()).fold(goal.first.len(), usize::max);
        let is_possible = |place: &usize| profile.items.most.is_none_or(|most| (*place as u64) < most);
        // The place behind the last one stands for all after it.
        (0..=places).filter(is_possible).all(|place| {
            let of_place = known.iter().filter_map(|known| known.at(place));
            let facts = of_place.fold(facts.items(), |facts, schema| facts.and(schema));
            goal.at(place).is_none_or(|goal| self.entails(&facts, goal))
        })
    }

    /// Whether each member is as the patterns of its name demand: where there is none, or where another rule with the
    /// same patterns demands more.
    fn by_pattern(&self, facts: &Facts<'_>, goal: &PatternProperties) -> bool {
        let leads = |known: &Schema, goal: &Schema| self.entails(&Facts::of(known), goal);
        let demands = |known: &PatternProperties, one: &PatternProperty| {
            let mut same = known.patterns.iter().filter(|other| other.pattern == one.pattern);
            same.any(|known| leads(&known.schema, &one.schema))
        };
        let of_others = |known: &PatternProperties| match (&known.others, &goal.others) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(others), Some(demanded)) => {
                let is_pattern =
                    |one: &PatternProperty| goal.patterns.iter().any(|other| other.pattern == one.pattern);
                known.patterns.iter().all(is_pattern)
                    && known.declared.iter().all(|name| goal.declared.contains(name))
                    && leads(others, demanded)
            }
        };
        facts.is_closed() && facts.names().into_iter().all(|name| self.absent(facts, name))
            || facts.rules().any(|rule| match rule {
                Rule::PatternProperties(known) => {
                    goal.patterns.iter().all(|one| demands(known, one)) && of_others(known)
                }
                _ => false,
            })
    }

    fn any_of(&self, facts: &Facts<'_>, branches: &[Schema]) -> bool {
        (0..branches.len()).any(|chosen| {
            // It may be the only one left.
            let others = branches.iter().enumerate().filter(|(index, _)| *index != chosen);
            let facts = others.fold(facts.clone(), |facts, (_, other)| facts.but_not(other));
            self.entails(&facts, &branches[chosen])
        })
    }

    fn one_of(&self, facts: &Facts<'_>, branches: &[Schema]) -> bool {
        (0..branches.len()).any(|chosen| {
            let mut others = branches.iter().enumerate().filter(|(index, _)| *index != chosen);
            self.entails(facts, &branches[chosen]) && others.all(|(_, other)| self.absurd(&facts.and(other)))
        })
    }

    fn implies(&self, facts: &Facts<'_>, rule: &If) -> bool {
        let leads = |facts: Facts<'_>, goal: &Option<Schema>| {
            goal.as_ref().is_none_or(|goal| self.entails(&facts, goal))
        };
        leads(facts.and(&rule.condition), &rule.then)
            && leads(facts.but_not(&rule.condition), &rule.otherwise)
    }

    fn contains(&self, facts: &Facts<'_>, profile: &Profile<'_>, schema: &Schema) -> bool {
        let items = facts.items();
        profile.items.least > 0 && self.entails(&items, schema)
            || facts.rules().any(|rule| match rule {
                Rule::Contains(known) => self.entails(&items.and(known), schema),
                _ => false,
            })
    }

    fn relation(&self, facts: &Facts<'_>, goal: &Relation) -> bool {
        let [a, b] = &goal.parameters;
        if self.absent(facts, a) || self.absent(facts, b) {
            return true;
        }
        let is_tighter =
            |rule: &Rule| rule.relation().is_some_and(|known| relations::is_tighter(facts, known, goal));
        facts.rules().any(is_tighter) || relations::follows_from_ends(facts, goal).unwrap_or_default()
    }
}

/// The alternatives of a rule, one of which is so.
fn alternatives<'a>(facts: &Facts<'a>, rule: &'a Rule) -> Vec<Facts<'a>> {
    let mut facts = facts.clone();
    facts.resolved.push(rule);
    match rule {
        Rule::AnyOf(branches) => branches.iter().map(|branch| facts.and(branch)).collect(),
        // Of many it is enough to know that one of them is so.
        Rule::OneOf(branches) if branches.len() > MANY_ALTERNATIVES => {
            branches.iter().map(|branch| facts.and(branch)).collect()
        }
        Rule::OneOf(branches) => (0..branches.len())
            .map(|chosen| {
                let others = branches.iter().enumerate().filter(|(index, _)| *index != chosen);
                others.fold(facts.and(&branches[chosen]), |facts, (_, other)| facts.but_not(other))
            })
            .collect(),
        Rule::If(rule) => {
            let (yes, no) = (facts.and(&rule.condition), facts.but_not(&rule.condition));
            vec![
                rule.then.as_ref().map_or_else(|| yes.clone(), |then| yes.and(then)),
                rule.otherwise.as_ref().map_or_else(|| no.clone(), |otherwise| no.and(otherwise)),
            ]
        }
        _ => Vec::new(),
    }
}

/// Whether a value is one of the rows of a table since it is one of those of another, which has no more.
fn by_rows(facts: &Facts<'_>, goal: &Rule) -> bool {
    let table = |rule: &Rule| tables::branches(rule).and_then(Table::of);
    let Some(wanted) = table(goal) else { return false };
    // Exactly one row of several is met only by objects that have all its members.
    let is_definite = || {
        wanted.is_of_different_rows()
            && facts.is_object()
            && wanted.names.iter().all(|name| present(facts, name))
    };
    let is_within = |known: Table| known.names == wanted.names && known.beyond(&wanted).is_empty();
    facts.rules().filter_map(table).any(is_within) && (matches!(goal, Rule::AnyOf(_)) || is_definite())
}

/// Whether the presence of a member demands something.
fn is_dependent(rule: &Rule) -> bool {
    matches!(rule, Rule::DependentRequired(_) | Rule::DependentSchemas(_))
}

/// Whether an object has the member.
fn present(facts: &Facts<'_>, name: &str) -> bool {
    let mut present: Vec<&str> = Vec::new();
    let required = facts.holds.iter().flat_map(|schema| &schema.properties);
    present.extend(required.filter(|one| one.required.is_some()).map(|one| one.name.as_str()));
    let mut known = usize::MAX;
    loop {
        for rule in facts.rules() {
            let Rule::DependentRequired(dependent) = rule else { continue };
            for (trigger, needs) in &dependent.needs {
                if present.contains(&trigger.as_str()) {
                    present.extend(needs.iter().map(String::as_str));
                }
            }
        }
        present.sort_unstable();
        present.dedup();
        if present.len() == known {
            return present.contains(&name);
        }
        known = present.len();
    }
}
