//! A finding is reported once: secondary findings become findings of the first case that shows them, and only where no
//! case of the behaviour itself has failed already.

use super::finding::{Judgement, SecondaryFinding, Verdict};
use std::collections::{BTreeMap, HashSet};

/// Attributes the secondary findings of a finished run. Each judgement comes with the subject of its case, in the order
/// of the cases.
pub fn attribute<'a>(judgements: impl IntoIterator<Item = (&'a str, &'a mut Judgement)>) {
    let mut judgements: Vec<(&str, &mut Judgement)> = judgements.into_iter().collect();
    let is_told = |(subject, judgement): &(&str, &mut Judgement)| {
        matches!(judgement.verdict, Verdict::Fail | Verdict::Note).then(|| (*subject).to_owned())
    };
    let told: HashSet<String> = judgements.iter().filter_map(is_told).collect();
    let mut first: BTreeMap<String, (usize, SecondaryFinding, usize)> = BTreeMap::new();
    for (index, (_, judgement)) in judgements.iter_mut().enumerate() {
        let mut here = HashSet::new();
        for other in std::mem::take(&mut judgement.secondary) {
            if told.contains(&other.subject) || !here.insert(other.subject.clone()) {
                continue;
            }
            first.entry(other.subject.clone()).or_insert((index, other, 0)).2 += 1;
        }
    }
    for (index, other, answers) in first.into_values() {
        let mut finding = other.finding;
        let more = match answers - 1 {
            0 => String::new(),
            1 => ", and so does one more answer".to_owned(),
            many => format!(", and so do {many} more answers"),
        };
        finding.sentence = format!("accepted, but {} ({}{more})", finding.sentence, other.subject);
        judgements[index].1.add(&finding);
    }
}
