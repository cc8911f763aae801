//! One cause, one finding: cases that came to the same for the same cause, as one line.

use super::Entry;
use airspec_suite::oracle::{Class, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Cases with one cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// What they have in common.
    pub cause: String,
    /// What they came to.
    pub verdict: Verdict,
    /// Who is right, where something is wrong.
    pub finding: Option<Class>,
    /// What was seen of the first case.
    pub detail: String,
    /// The model of the first case.
    pub model: String,
    /// The ids of the cases, the first one first.
    pub cases: Vec<String>,
}

/// What is wrong, by cause: what fails first, then what has no answer, then notes; of these the largest first.
/// Findings that are accepted are left out.
#[must_use]
pub fn groups(entries: &[Entry]) -> Vec<Group> {
    type Key<'a> = (Verdict, Option<Class>, &'a str);
    let mut places: HashMap<Key<'_>, usize> = HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    let is_wrong = |entry: &&Entry| {
        matches!(entry.verdict, Verdict::Fail | Verdict::NoAnswer | Verdict::Note)
            && entry.deviation.is_none()
    };
    for entry in entries.iter().filter(is_wrong) {
        // A report of before has no causes: each case is one.
        let cause = if entry.cause.is_empty() { &entry.id } else { &entry.cause };
        let place = *places.entry((entry.verdict, entry.finding, cause)).or_insert_with(|| {
            groups.push(Group {
                cause: cause.clone(),
                verdict: entry.verdict,
                finding: entry.finding,
                detail: entry.detail.clone(),
                model: entry.model.clone(),
                cases: Vec::new(),
            });
            groups.len() - 1
        });
        groups[place].cases.push(entry.id.clone());
    }
    groups.sort_by_key(|group| (rank(group.verdict), std::cmp::Reverse(group.cases.len())));
    groups
}

fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Fail => 0,
        Verdict::NoAnswer => 1,
        Verdict::Note | Verdict::Skip | Verdict::Pass => 2,
    }
}

impl Group {
    /// "14 cases, breaks-page: accepted against `additionalProperties`"; of one case its cause.
    #[must_use]
    pub fn title(&self) -> String {
        let class = self.finding.map_or_else(|| self.verdict.word(), Class::word);
        match self.cases.len() {
            1 => format!("{class}: {}", self.cases[0]),
            many => format!("{class}, {many} cases: {}", self.cause),
        }
    }
}
