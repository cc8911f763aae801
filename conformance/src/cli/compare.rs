//! Where two servers differ.

use airspec_report::Style;
use airspec_suite::oracle::{Skip, Verdict};
use airspec_suite::run::Record;
use std::fmt::Write as _;

/// What a comparison found.
#[derive(Debug)]
pub(super) struct Comparison {
    /// For people.
    pub(super) text: String,
    /// How many cases have another verdict on one server than on the other.
    pub(super) differences: usize,
    /// How many cases have no verdict on one of the servers, although they were planned.
    pub(super) untried: usize,
}

/// The cases whose verdicts differ.
pub(super) fn compare(style: Style, names: &[String; 2], a: &[Record], b: &[Record]) -> Comparison {
    let mut text = format!("A is {}\nB is {}\n\n", names[0], names[1]);
    let mut parameter = None;
    let (mut differences, mut untried, mut reason) = (0, 0, None);
    for (a, b) in a.iter().filter_map(|a| Some((a, b.iter().find(|b| b.id == a.id)?))) {
        // A case without a verdict on one of the two says nothing about either.
        let has_none = |record: &&Record| matches!(record.verdict, Verdict::Skip | Verdict::NoAnswer);
        if let Some(without) = [a, b].into_iter().find(has_none) {
            if without.skip != Some(Skip::NotApplicable) {
                untried += 1;
                reason.get_or_insert(&without.detail);
            }
            continue;
        }
        if (a.verdict, a.class, &a.deviation) == (b.verdict, b.class, &b.deviation) {
            continue;
        }
        differences += 1;
        if parameter != Some(&a.parameter) {
            parameter = Some(&a.parameter);
            let name = if a.parameter.is_empty() { "the task itself" } else { &a.parameter };
            let _ = writeln!(text, "{}", style.strong(name));
        }
        let _ = writeln!(text, "  {}", a.id);
        for (side, record) in [("A", a), ("B", b)] {
            let _ = writeln!(text, "    {side} {} {}", style.mark(record.verdict), said(record));
        }
    }
    let compared = a.len() - untried;
    let _ = match differences {
        0 => writeln!(text, "{compared} cases: the verdicts on both are the same"),
        1 => writeln!(text, "\n{compared} cases: 1 verdict differs"),
        many => writeln!(text, "\n{compared} cases: {many} verdicts differ"),
    };
    if let Some(reason) = reason {
        let _ = writeln!(
            text,
            "{untried} cases without a verdict on one of the two, the first because: {reason}"
        );
    }
    Comparison { text, differences, untried }
}

fn said(record: &Record) -> String {
    let class = record.class.map(|class| format!(", {class}")).unwrap_or_default();
    let detail: String = record.detail.chars().take(300).collect();
    let accepted = if record.deviation.is_some() { " (accepted deviation)" } else { "" };
    format!("{}{accepted}{class}: {detail}", record.verdict.word())
}
