//! The cases of one constraint: requests on both sides of its edge.

use super::task::Tasks;
use super::{Case, Cases, Expect, Gap, Wire, witness};
use airspec_spec::diff::{implied_by, is_never_valid};
use airspec_spec::witness::Side;
use airspec_spec::{Constraint, Level, Model};
use serde_json::Value;

/// A faulty task is no case where it breaks more constraints than this.
const MAX_BROKEN: usize = 4;

/// A task proposed for one side, before it is judged.
pub(super) struct Proposal {
    pub(super) task: Value,
    pub(super) side: Side,
    pub(super) about: String,
    pub(super) level: Option<Level>,
}

/// Adds the cases of a constraint, and a gap for each side that has none.
pub(super) fn cases(tasks: &mut Tasks<'_>, constraint: &Constraint, out: &mut Cases) {
    if matches!(constraint.rule, airspec_spec::Rule::Unique) {
        out.cases.extend(unique(tasks, constraint));
        return;
    }
    let mut proposals = witness::tasks(tasks, constraint);
    let is_valid =
        |proposal: &Proposal| proposal.side == Side::Accept && tasks.judge(&proposal.task).is_empty();
    if !proposals.iter().any(is_valid) {
        proposals.extend(witness::held(tasks, constraint));
    }
    let is_broken = |proposal: &Proposal| {
        let broken = tasks.judge(&proposal.task);
        proposal.side == Side::Reject && broken.iter().any(|one| one.constraint == *constraint.id)
    };
    if constraint.rule.is_composite() && !proposals.iter().any(is_broken) {
        proposals.extend(witness::changed_scenes(tasks, constraint));
    }
    let mut found: Vec<Case> = Vec::new();
    let mut co_occurring: Vec<Case> = Vec::new();
    for proposal in proposals {
        let broken = tasks.broken(&proposal.task);
        let expect = match (proposal.side, broken.len()) {
            (Side::Accept, 0) => Expect::Accept,
            (Side::Reject, 1..=MAX_BROKEN) if broken.iter().any(|id| *id == constraint.id) => {
                Expect::Reject(broken)
            }
            _ => continue,
        };
        let is_co_occurring = matches!(&expect, Expect::Reject(broken) if broken.len() > 1);
        // A task whose identity is special has no other case in it.
        let is_identity = tasks.model.unique().is_some_and(|unique| unique.parameter == constraint.parameter);
        let proposal = match expect {
            Expect::Accept if is_identity => Proposal { task: tasks.cheaply(proposal.task), ..proposal },
            _ => proposal,
        };
        let list = if is_co_occurring { &mut co_occurring } else { &mut found };
        let case = case(constraint, proposal, expect);
        if !list.iter().any(|known| known.id == case.id || same_request(tasks, known, &case)) {
            list.push(case);
        }
    }
    // A request that breaks others too is never the only witness of either.
    let has = |list: &[Case], side: Side| list.iter().any(|case| case.expect.word() == side.word());
    for side in [Side::Accept, Side::Reject] {
        if !has(&found, side) {
            let reason = reason(tasks.model, constraint, side, has(&co_occurring, side));
            out.gaps.push(Gap { constraint: constraint.id.to_string(), side: side.word(), reason });
        }
    }
    found.extend(co_occurring);
    out.cases.extend(found);
}

/// Why there is no case on a side: a proof that there can be none, or else that none was found.
fn reason(model: &Model, constraint: &Constraint, side: Side, co_occurring: bool) -> String {
    match side {
        Side::Accept if is_never_valid(model, &constraint.parameter) => {
            "proved: no valid task can have the parameter".to_owned()
        }
        Side::Accept => "not proved: no valid task was found that shows it".to_owned(),
        Side::Reject => match implied_by(model, constraint) {
            Some(others) if others.is_empty() => "proved: no task can break it".to_owned(),
            Some(others) => {
                let others: Vec<String> = others.iter().map(|id| format!("`{id}`")).collect();
                format!("proved: what breaks it breaks {}, too", others.join(" or "))
            }
            None if co_occurring => {
                "not proved: each request that was found to break it breaks another constraint, too"
                    .to_owned()
            }
            None => "not proved: no request was found that breaks it".to_owned(),
        },
    }
}

fn case(constraint: &Constraint, proposal: Proposal, expect: Expect) -> Case {
    let id = format!("{}.{}.{}", constraint.id, expect.word(), slug(&proposal.about));
    Case {
        id,
        subject: constraint.id.to_string(),
        parameter: constraint.parameter.to_string(),
        level: proposal.level.map_or(constraint.level, |level| level.max(constraint.level)),
        expect,
        about: proposal.about,
        body: Value::Array(vec![proposal.task]),
        obstacle: None,
        wire: Wire::default(),
        with_files: false,
    }
}

/// Whether two cases send the same task, identities aside.
fn same_request(tasks: &Tasks<'_>, a: &Case, b: &Case) -> bool {
    let unique = tasks.model.unique().map(|constraint| constraint.parameter.clone());
    let plain = |case: &Case| {
        let mut task = case.body[0].clone();
        if let (Some(name), Some(members)) = (&unique, task.as_object_mut())
            && a.parameter != *name
        {
            members.remove(name.as_str());
        }
        task
    };
    a.expect.word() == b.expect.word() && plain(a) == plain(b)
}

/// The words of a description as one part of an id.
pub(super) fn slug(about: &str) -> String {
    let mut slug = String::new();
    for character in about.chars() {
        if character.is_alphanumeric() || character == '_' {
            slug.push(character);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// Batches in which every task has its own identity, and batches in which two share one.
fn unique(tasks: &mut Tasks<'_>, constraint: &Constraint) -> Vec<Case> {
    let name = constraint.parameter.to_string();
    let mut batch = |count: usize| (0..count).map(|_| tasks.cheap()).collect::<Vec<Value>>();
    let shared = |mut batch: Vec<Value>, from: usize, to: usize| {
        batch[to][&name] = batch[from][&name].clone();
        batch
    };
    let mut folded = shared(batch(2), 0, 1);
    let upper = folded[1][&name].as_str().map(str::to_uppercase).unwrap_or_default();
    folded[1][&name] = Value::from(upper);
    let list = [
        ("two tasks with identities of their own", Expect::Accept, batch(2), constraint.level),
        ("two neighbours with one identity", reject(constraint), shared(batch(2), 0, 1), constraint.level),
        ("two tasks apart with one identity", reject(constraint), shared(batch(3), 0, 2), constraint.level),
        ("two identities that differ in letter case", reject(constraint), folded, Level::Unstated),
    ];
    list.into_iter()
        .map(|(about, expect, body, level)| Case {
            id: format!("{}.{}.{}", constraint.id, expect.word(), slug(about)),
            subject: constraint.id.to_string(),
            parameter: name.clone(),
            level,
            expect,
            about: about.to_owned(),
            body: Value::Array(body),
            obstacle: None,
            wire: Wire::default(),
            with_files: false,
        })
        .collect()
}

fn reject(constraint: &Constraint) -> Expect {
    Expect::Reject(vec![constraint.id.to_string()])
}
