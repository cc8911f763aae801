//! Parameters that are gone from one place and found at another.

use super::{Action, Change, Subject, same};
use crate::model::{Model, ParameterPath, Rule, Schema, equal};
use serde::{Deserialize, Serialize};

/// A parameter that seems to have moved, or to have another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Where it was.
    pub from: ParameterPath,
    /// Where it is.
    pub to: ParameterPath,
    /// Whether the new place is new too; if not, both places were there side by side.
    pub is_new: bool,
    /// The reasons.
    pub evidence: Vec<String>,
}

/// Less evidence is none.
const MIN_EVIDENCE: u32 = 3;

/// The moves that explain parameters that are gone.
pub(super) fn find(old: &Model, new: &Model, changes: &[Change]) -> Vec<Move> {
    let gone = changes.iter().filter(|change| {
        change.subject == Subject::Request
            && change.action == Action::Removed
            && old.task.at(&change.path).is_some()
            && new.task.at(&change.path).is_none()
    });
    let gone: Vec<&Schema> = gone.filter_map(|change| old.task.at(&change.path)).flat_map(leaves).collect();
    let places: Vec<&Schema> = leaves(&new.task);
    let mut pairs: Vec<(u32, usize, usize, Vec<String>)> = Vec::new();
    for (from, before) in gone.iter().enumerate() {
        for (to, after) in places.iter().enumerate() {
            let is_new = old.task.at(&after.path).is_none();
            // A place that keeps its own meaning is where something went only if it has the same name.
            if is_new || before.name() == after.name() {
                let (mut score, evidence) = compare(before, after);
                if score >= MIN_EVIDENCE {
                    score += u32::from(is_new);
                    pairs.push((score, from, to, evidence));
                }
            }
        }
    }
    pairs.sort_by_key(|(score, from, to, _)| (std::cmp::Reverse(*score), *from, *to));
    let mut moves: Vec<(usize, Move)> = Vec::new();
    let mut taken: Vec<usize> = Vec::new();
    for (score, from, to, evidence) in &pairs {
        // Two places with the same score are no evidence.
        let is_open = !moves.iter().any(|(known, _)| known == from) && !taken.contains(to);
        let rivals = pairs
            .iter()
            .filter(|(other, source, place, _)| other == score && source == from && !taken.contains(place));
        if is_open && rivals.count() == 1 {
            taken.push(*to);
            let (before, after) = (gone[*from], places[*to]);
            let is_new = old.task.at(&after.path).is_none();
            moves.push((
                *from,
                Move {
                    from: before.path.clone(),
                    to: after.path.clone(),
                    is_new,
                    evidence: evidence.clone(),
                },
            ));
        }
    }
    moves.sort_by_key(|(from, _)| *from);
    moves.into_iter().map(|(_, one)| one).collect()
}

/// The parameters below a schema, or itself, that hold no others.
fn leaves(schema: &Schema) -> Vec<&Schema> {
    let is_leaf = |one: &&Schema| one.properties.is_empty() && !matches!(one.name(), "items" | "*" | "");
    schema.tree().into_iter().filter(is_leaf).collect()
}

/// The score of a move from one to the other, and the reasons.
fn compare(before: &Schema, after: &Schema) -> (u32, Vec<String>) {
    let mut evidence = Vec::new();
    let mut score = 0;
    let mut say = |points: u32, words: String| {
        score += points;
        evidence.push(words);
    };
    let (old, new) = (before.kinds(), after.kinds());
    let is_unknown = old.bits() == 127 || new.bits() == 127;
    if !is_unknown && !old.includes(new) && !new.includes(old) {
        return (0, Vec::new());
    }
    if before.name() == after.name() {
        say(3, format!("the same name `{}`", after.name()));
    }
    if !is_unknown && old == new {
        say(0, format!("the same type ({})", old.names().join(" or ")));
    }
    let lists = |schema: &Schema| {
        schema.rules().find_map(|rule| match rule {
            Rule::Enum(list) if list.values.len() > 1 => Some(list.clone()),
            _ => None,
        })
    };
    if let (Some(old), Some(new)) = (lists(before), lists(after)) {
        let kept = old.values.iter().filter(|one| new.contains(&one.value)).count();
        if kept == old.values.len() && kept == new.values.len() {
            say(3, format!("the same {kept} values"));
        } else if kept * 2 > old.values.len() {
            say(1, format!("{kept} of its {} values", old.values.len()));
        }
    }
    let limits = |schema: &Schema| -> Vec<Rule> {
        let is_limit = |rule: &&Rule| {
            !matches!(rule, Rule::Type(_) | Rule::Enum(_) | Rule::AdditionalProperties(_) | Rule::Unique)
        };
        schema.rules().filter(is_limit).cloned().collect()
    };
    let (old, new) = (limits(before), limits(after));
    if !old.is_empty() && old.len() == new.len() && old.iter().zip(&new).all(|(a, b)| same::rule(a, b)) {
        let points = if old.len() > 1 { 3 } else { 1 };
        say(points, "the same limits".to_owned());
    }
    if before.title.is_some() && before.title == after.title {
        say(1, "the same title".to_owned());
    }
    if let (Some(old), Some(new)) = (&before.default, &after.default)
        && equal(old, new)
    {
        say(1, "the same default".to_owned());
    }
    (score, evidence)
}
