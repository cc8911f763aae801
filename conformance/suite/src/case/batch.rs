//! Cases about the request as a list of tasks: a faulty task among good ones, a list of none, and no list at all.

use super::constraint::slug;
use super::task::Tasks;
use super::{Case, Cases, Expect, Wire};
use airspec_spec::Level;
use serde_json::Value;

/// Faulty tasks of so many constraints, of different keywords, are put among good ones.
const KINDS: usize = 2;

/// Adds the cases.
pub(super) fn cases(tasks: &mut Tasks<'_>, out: &mut Cases) {
    let mut list = Vec::new();
    for faulty in examples(tasks, &out.cases) {
        for (about, before, after) in [
            ("before a good task of a batch", 0, 1),
            ("behind a good task of a batch", 1, 0),
            ("between good tasks of a batch", 1, 1),
        ] {
            let mut task = faulty.body[0].clone();
            tasks.identify(&mut task);
            let mut good = |count: usize| (0..count).map(|_| tasks.cheap()).collect::<Vec<Value>>();
            let (before, after) = (good(before), good(after));
            list.push(case(&faulty, about, [before, vec![task], after].concat()));
        }
    }
    list.extend(several(tasks, &out.cases));
    list.extend(shapes(tasks));
    out.cases.extend(list);
}

/// Refused tasks, one for each of a few keywords, and each about another parameter.
fn examples(tasks: &Tasks<'_>, cases: &[Case]) -> Vec<Case> {
    let identity = tasks.model.unique().map(|constraint| constraint.parameter.clone());
    let mut found: Vec<(String, Case)> = Vec::new();
    for case in cases {
        let keyword = case.subject.rsplit('.').next().unwrap_or_default().to_owned();
        // Without what is always the same, a server may not even know what kind of task it is.
        let is_fixed =
            tasks.model.task.at(&case.parameter).is_some_and(|schema| {
                schema.rules().any(|rule| matches!(rule, airspec_spec::Rule::Const(_)))
            });
        let is_plain = !is_fixed
            && matches!(&case.expect, Expect::Reject(broken) if broken.len() == 1)
            && case.level < Level::Unstated
            && !case.parameter.is_empty()
            && identity.as_ref().is_some_and(|name| {
                *name != case.parameter
                    && case.body.get(0).is_some_and(|task| task.get(name.as_str()).is_some())
            })
            && case.body.as_array().is_some_and(|tasks| tasks.len() == 1);
        let is_other =
            |(known, other): &(String, Case)| *known != keyword && other.parameter != case.parameter;
        if is_plain && found.len() < KINDS && found.iter().all(is_other) {
            found.push((keyword, case.clone()));
        }
    }
    found.into_iter().map(|(_, case)| case).collect()
}

/// So many faulty tasks are in the long batch.
const MANY: usize = 12;

/// A few faulty tasks in one batch, and many, with different faults in turn: each has its error.
fn several(tasks: &mut Tasks<'_>, cases: &[Case]) -> Vec<Case> {
    let kinds = examples(tasks, cases);
    let Some(first) = kinds.first() else { return Vec::new() };
    let mut broken: Vec<String> = Vec::new();
    for kind in &kinds {
        let Expect::Reject(own) = &kind.expect else { continue };
        broken.extend(own.iter().filter(|id| !broken.contains(id)).cloned().collect::<Vec<_>>());
    }
    [(3, "in each task of a batch"), (MANY, "in each task of a long batch")]
        .map(|(count, about)| {
            let in_turn = kinds.iter().cycle().take(count);
            let mut body: Vec<Value> = in_turn.map(|kind| kind.body[0].clone()).collect();
            for task in &mut body {
                tasks.identify(task);
            }
            let expect = Expect::Reject(broken.clone());
            Case { level: first.level.max(Level::Facts), expect, ..case(first, about, body) }
        })
        .into()
}

fn case(faulty: &Case, about: &str, body: Vec<Value>) -> Case {
    Case {
        id: format!("{}.reject.{}", faulty.subject, slug(about)),
        about: format!("{}, {about}", faulty.about),
        body: Value::Array(body),
        ..faulty.clone()
    }
}

/// Bodies that are no list of tasks. Nobody states what becomes of them.
fn shapes(tasks: &mut Tasks<'_>) -> Vec<Case> {
    let mut constraints = tasks.model.task.constraints.iter();
    let Some(subject) = constraints.find(|constraint| matches!(constraint.rule, airspec_spec::Rule::Type(_)))
    else {
        return Vec::new();
    };
    let bare = tasks.base();
    [("a batch without tasks", Value::Array(Vec::new())), ("a task that is not in a batch", bare)]
        .map(|(about, body)| Case {
            id: format!("{}.reject.{}", subject.id, slug(about)),
            subject: subject.id.to_string(),
            parameter: subject.parameter.to_string(),
            level: Level::Unstated,
            expect: Expect::Reject(vec![subject.id.to_string()]),
            about: about.to_owned(),
            body,
            obstacle: None,
            wire: Wire::default(),
            with_files: false,
        })
        .into()
}
