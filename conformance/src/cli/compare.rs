//! Where two servers differ.

use airspec_report::Style;
use airspec_suite::oracle::Verdict;
use airspec_suite::run::Record;
use std::fmt::Write as _;

/// The cases whose verdicts differ, and how many they are.
pub(super) fn table(style: Style, names: &[String; 2], a: &[Record], b: &[Record]) -> (String, usize) {
    let mut text = format!("A is {}\nB is {}\n\n", names[0], names[1]);
    let mut parameter = None;
    let (mut differences, mut apart, mut reason) = (0, 0, None);
    for (a, b) in a.iter().filter_map(|a| Some((a, b.iter().find(|b| b.id == a.id)?))) {
        if (a.verdict, a.class) == (b.verdict, b.class) {
            continue;
        }
        // What one of the two was not asked tells nothing about either.
        if let Some(skipped) = [a, b].into_iter().find(|record| record.verdict == Verdict::Skip) {
            apart += 1;
            reason.get_or_insert(&skipped.detail);
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
    let cases = a.len();
    let _ = match differences {
        0 => writeln!(text, "{cases} cases: the verdicts on both are the same"),
        1 => writeln!(text, "\n{cases} cases: the verdicts on 1 of them differ"),
        many => writeln!(text, "\n{cases} cases: the verdicts on {many} of them differ"),
    };
    if let Some(reason) = reason {
        let _ =
            writeln!(text, "{apart} of them were sent to one of the two only, the first because: {reason}");
    }
    (text, differences)
}

fn said(record: &Record) -> String {
    let class = record.class.map(|class| format!(", {class}")).unwrap_or_default();
    let detail: String = record.detail.chars().take(300).collect();
    format!("{}{class}: {detail}", record.verdict.word())
}
