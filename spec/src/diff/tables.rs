//! Tables of allowed combinations: alternatives that each give constants to the same members.

use super::same;
use crate::document::text;
use crate::model::{ParameterPath, Property, Rule, Schema, equal};
use serde_json::Value;

/// As many rows are named.
const SHOWN: usize = 24;

/// A table.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// The members, in the order of the alphabet.
    pub(super) names: Vec<String>,
    /// The constants of each alternative.
    pub(super) rows: Vec<Vec<Value>>,
}

impl Table {
    /// The table that some alternatives are.
    pub(super) fn of(branches: &[Schema]) -> Option<Self> {
        let rows: Vec<Vec<(&str, &Value)>> = branches.iter().map(row).collect::<Option<_>>()?;
        let names: Vec<&str> = rows.first()?.iter().map(|(name, _)| *name).collect();
        let is_alike =
            |row: &Vec<(&str, &Value)>| row.iter().map(|(name, _)| *name).eq(names.iter().copied());
        if names.len() < 2 || !rows.iter().all(is_alike) {
            return None;
        }
        let values = |row: Vec<(&str, &Value)>| row.into_iter().map(|(_, value)| value.clone()).collect();
        Some(Self {
            names: names.into_iter().map(str::to_owned).collect(),
            rows: rows.into_iter().map(values).collect(),
        })
    }

    /// The rows that another table does not have.
    pub(super) fn beyond(&self, other: &Self) -> Vec<&Vec<Value>> {
        self.rows.iter().filter(|row| !other.has(row)).collect()
    }

    fn has(&self, row: &[Value]) -> bool {
        self.rows.iter().any(|known| known.iter().zip(row).all(|(known, value)| equal(known, value)))
    }

    /// Whether each row is another.
    pub(super) fn is_of_different_rows(&self) -> bool {
        self.rows.iter().enumerate().all(|(index, row)| {
            let before = Self { names: Vec::new(), rows: self.rows[..index].to_vec() };
            !before.has(row)
        })
    }
}

/// The constants that an alternative gives to its members, where it does nothing else.
fn row(branch: &Schema) -> Option<Vec<(&str, &Value)>> {
    if !branch.constraints.is_empty() || branch.items.is_some() || branch.additional.is_some() {
        return None;
    }
    let cells = branch.properties.iter().map(cell);
    let mut cells: Vec<(&str, &Value)> = cells.collect::<Option<_>>()?;
    cells.sort_by_key(|(name, _)| *name);
    Some(cells)
}

fn cell(property: &Property) -> Option<(&str, &Value)> {
    match property.schema.constraints.as_slice() {
        [only] if property.declared => match &only.rule {
            Rule::Const(value) => Some((&property.name, value)),
            _ => None,
        },
        _ => None,
    }
}

/// The alternatives that a rule is.
pub(super) fn branches(rule: &Rule) -> Option<&[Schema]> {
    match rule {
        Rule::OneOf(branches) | Rule::AnyOf(branches) => Some(branches),
        _ => None,
    }
}

/// The tables in a rule, in the order of the document.
pub(super) fn within(rule: &Rule) -> Vec<Table> {
    match branches(rule).and_then(Table::of) {
        Some(table) => vec![table],
        None => rule.children().into_iter().flat_map(Schema::rules).flat_map(within).collect(),
    }
}

/// The rows that are gone and those that are new, where two rules differ in nothing else.
pub(super) fn changed(before: &Rule, after: &Rule) -> Option<String> {
    let (old, new) = (within(before), within(after));
    let is_alike = old.len() == new.len() && old.iter().zip(&new).all(|(old, new)| old.names == new.names);
    if old.is_empty() || !is_alike || !same::rule(&bare(before), &bare(after)) {
        return None;
    }
    let mut parts = Vec::new();
    for (old, new) in old.iter().zip(&new) {
        let names = text::ticked(spelled(&old.names)).join(" × ");
        let rows: Vec<String> = [("lost", old.beyond(new)), ("new", new.beyond(old))]
            .into_iter()
            .filter(|(_, rows)| !rows.is_empty())
            .map(|(word, rows)| format!("{word}: {}", listed(&old.names, &rows)))
            .collect();
        if !rows.is_empty() {
            parts.push(format!("has other rows of {names}, {}", rows.join("; ")));
        }
    }
    (!parts.is_empty()).then(|| parts.join(", and "))
}

/// The rows of the tables of a task: the object that the table is about, and what is in it.
#[must_use]
pub fn rows(task: &Schema) -> Vec<(ParameterPath, Vec<(String, Value)>)> {
    lost_rows(task, &Schema::default())
}

/// The rows of the tables of one task that another has not: the object that the table is about, and what is in it.
#[must_use]
pub fn lost_rows(from: &Schema, to: &Schema) -> Vec<(ParameterPath, Vec<(String, Value)>)> {
    let mut lost = Vec::new();
    for holder in from.tree() {
        let others: Vec<Table> =
            to.at(&holder.path).into_iter().flat_map(Schema::rules).flat_map(within).collect();
        for table in holder.rules().flat_map(within) {
            let is_gone =
                |row: &&Vec<Value>| !others.iter().any(|other| other.names == table.names && other.has(row));
            let cells = |row: &Vec<Value>| table.names.iter().cloned().zip(row.iter().cloned()).collect();
            lost.extend(table.rows.iter().filter(is_gone).map(|row| (holder.path.clone(), cells(row))));
        }
    }
    lost
}

/// A width stands before its height.
fn order(names: &[String]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..names.len()).collect();
    let rank = |name: &str| u8::from(name.to_lowercase().contains("height"));
    order.sort_by_key(|index| rank(&names[*index]));
    order
}

fn spelled(names: &[String]) -> Vec<String> {
    order(names).into_iter().map(|index| names[index].clone()).collect()
}

fn listed(names: &[String], rows: &[&Vec<Value>]) -> String {
    let order = order(names);
    let cell = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let row = |row: &&Vec<Value>| order.iter().map(|index| cell(&row[*index])).collect::<Vec<_>>().join("×");
    let mut shown: Vec<String> = rows.iter().take(SHOWN).map(row).collect();
    if rows.len() > SHOWN {
        shown.push(format!("and {} more", rows.len() - SHOWN));
    }
    shown.join(", ")
}

/// The rule with its tables empty.
fn bare(rule: &Rule) -> Rule {
    let mut rule = rule.clone();
    empty(&mut rule);
    rule
}

fn empty(rule: &mut Rule) {
    match rule {
        Rule::OneOf(branches) | Rule::AnyOf(branches) if Table::of(branches).is_some() => branches.clear(),
        Rule::OneOf(branches) | Rule::AnyOf(branches) => branches.iter_mut().for_each(empty_below),
        Rule::AllOf(schema) | Rule::Not(schema) | Rule::Contains(schema) => empty_below(schema),
        Rule::If(rule) => {
            empty_below(&mut rule.condition);
            rule.then.iter_mut().chain(&mut rule.otherwise).for_each(empty_below);
        }
        Rule::DependentSchemas(branches) => {
            for branch in branches {
                empty_below(&mut branch.schema);
            }
        }
        _ => {}
    }
}

fn empty_below(schema: &mut Schema) {
    schema.constraints.iter_mut().for_each(|constraint| empty(&mut constraint.rule));
}
