//! Pairs of documents that differ in one fact: what the comparison says of each, beside a verdict written by hand and an
//! oracle that knows nothing of the comparison.

#[path = "one_fact/document.rs"]
mod document;
#[path = "one_fact/oracle.rs"]
mod oracle;
#[path = "one_fact/task.rs"]
mod task;

use airspec_spec::diff::{self, Effect, Party, Report};
use airspec_spec::{Model, Purpose, Source};
use airspec_suite::counterexamples;
use serde_json::Value;

/// Random values that a search looks at.
const VALUES: usize = 60;

/// A verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Means {
    /// Clients that send requests break.
    Senders,
    /// Readers of answers break.
    Readers,
    /// Nobody breaks, but something is possible that was not, or the other way round.
    Nobody,
    /// The same is said in other words.
    Words,
}

impl Means {
    fn effect(self) -> Effect {
        match self {
            Self::Senders | Self::Readers => Effect::Breaking,
            Self::Nobody => Effect::Compatible,
            Self::Words => Effect::Documentation,
        }
    }

    fn party(self) -> Option<Party> {
        match self {
            Self::Senders => Some(Party::Senders),
            Self::Readers => Some(Party::Readers),
            Self::Nobody | Self::Words => None,
        }
    }
}

/// One fact: how it is changed, what that means, and what it means to change it back.
type Fact = (&'static str, fn(&mut Value), Means, Means);

/// What the pairs of a table come to.
#[derive(Default)]
struct Tally {
    pairs: usize,
    unconfirmed: Vec<String>,
}

impl Tally {
    /// Compares one pair: the verdict by hand, that of the oracle, and that of the comparison are the same.
    fn look(&mut self, name: &str, old: &Value, new: &Value, means: Means, broken: &[Party]) {
        let (before, after) = (read(old), read(new));
        let found = diff::compare(&before, &after);
        let evidence = counterexamples::search(&before, &after, &found, VALUES, 1).unwrap();
        let report = Report { diff: &found, evidence: &evidence, step: None };
        let text = report.text();
        assert_eq!(
            Vec::from_iter(means.party()),
            broken,
            "{name}: the oracle and the verdict by hand\n{text}"
        );
        let verdict = report.wire();
        assert_eq!(verdict.effect, means.effect(), "{name}\n{text}");
        let mut parties: Vec<Party> = found.changes.iter().filter_map(diff::Change::breaks).collect();
        parties.sort_unstable();
        parties.dedup();
        assert_eq!(parties, broken, "{name}: whom it breaks\n{text}");
        assert!(means == Means::Words || !found.changes.is_empty(), "{name}: the two are not the same");
        self.pairs += 1;
        if !verdict.is_confirmed {
            self.unconfirmed.push(format!("{name}\n{text}"));
        }
    }

    fn end(self, least: usize) {
        println!("{} pairs, {} unconfirmed", self.pairs, self.unconfirmed.len());
        assert!(self.pairs >= least, "{} pairs", self.pairs);
        assert!(self.unconfirmed.len() * 20 <= self.pairs, "{}", self.unconfirmed.join("\n"));
    }
}

fn read(document: &Value) -> Model {
    airspec_spec::read_for(&Source::new("fact.json", document.to_string()), Purpose::Comparison).unwrap()
}

#[test]
fn facts_outside_of_the_task_are_sorted_by_whom_they_break() {
    let base = document::base();
    let mut tally = Tally::default();
    for (name, change, forth, back) in document::FACTS {
        let mut other = base.clone();
        change(&mut other);
        let (old, new) = (oracle::World::of(&base), oracle::World::of(&other));
        tally.look(name, &base, &other, *forth, &oracle::broken(&old, &new));
        tally.look(&format!("back: {name}"), &other, &base, *back, &oracle::broken(&new, &old));
    }
    tally.end(60);
}

#[test]
fn tables_patterns_and_relations_are_compared_by_what_they_let_through() {
    let mut tally = Tally::default();
    for (name, old, new, forth, back) in task::facts() {
        tally.look(name, &old, &new, forth, &task::broken(&old, &new));
        tally.look(&format!("back: {name}"), &new, &old, back, &task::broken(&new, &old));
    }
    tally.end(40);
}

#[test]
fn a_document_is_the_same_as_itself() {
    let model = read(&document::base());
    let found = diff::compare(&model, &model);
    let evidence = counterexamples::search(&model, &model, &found, VALUES, 1).unwrap();
    let text = Report { diff: &found, evidence: &evidence, step: None }.text();
    assert_eq!(text, "fact.json -> fact.json\nno change\n");
}
