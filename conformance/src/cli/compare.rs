//! Where two servers differ.

use crate::report::Style;
use crate::run::Record;
use std::fmt::Write as _;

/// The cases whose verdicts differ, and how many they are.
pub(super) fn table(style: Style, names: &[String; 2], a: &[Record], b: &[Record]) -> (String, usize) {
    let mut text = format!("A is {}\nB is {}\n\n", names[0], names[1]);
    let mut parameter = None;
    let mut differences = 0;
    for (a, b) in a.iter().filter_map(|a| Some((a, b.iter().find(|b| b.id == a.id)?))) {
        if (a.verdict, a.class) == (b.verdict, b.class) {
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
    (text, differences)
}

fn said(record: &Record) -> String {
    let class = record.class.map(|class| format!(", {class}")).unwrap_or_default();
    let detail: String = record.detail.chars().take(300).collect();
    format!("{}{class}: {detail}", record.verdict.word())
}
