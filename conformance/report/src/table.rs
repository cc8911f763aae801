//! The table for the terminal: by parameter, every constraint with its accepting and rejecting cases, every behaviour
//! with its cases, then what is wrong, then one line that sums up.

use super::{Heading, Tally, replay};
use airspec_spec::text::{visible, visible_lines};
use airspec_spec::{Level, Model};
use airspec_suite::case::Gap;
use airspec_suite::oracle::Verdict;
use airspec_suite::run::Record;
use std::collections::HashMap;
use std::fmt::Write as _;

/// How wide lines are, in characters.
const WIDTH: usize = 100;
/// How long the name of a case can be.
const LONGEST_NAME: usize = 40;

/// Whether the text is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// For files and pipes.
    Plain,
    /// For terminals.
    Coloured,
}

impl Style {
    /// A text in a colour, by its code; hidden characters are escaped.
    pub fn paint(self, code: &str, text: &str) -> String {
        match self {
            Self::Plain => visible_lines(text).into_owned(),
            Self::Coloured => format!("\x1b[{code}m{}\x1b[0m", visible_lines(text)),
        }
    }

    /// Whether a text is what follows the escape character of a colour of ours.
    pub fn is_colour(text: &str) -> bool {
        matches!(text, "[0m" | "[1m" | "[2m" | "[31m" | "[32m" | "[33m")
    }

    /// A text that matters.
    pub fn strong(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// A text that matters less.
    pub fn faint(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// The sign of a verdict.
    pub fn mark(self, verdict: Verdict) -> String {
        match verdict {
            Verdict::Pass => self.paint("32", "✓"),
            Verdict::Fail => self.paint("31", "✗"),
            Verdict::Note => self.paint("33", "!"),
            Verdict::Skip => self.faint("-"),
        }
    }
}

/// What a row is about.
struct Row<'a> {
    parameter: &'a str,
    subject: &'a str,
    level: Level,
    sentence: &'a str,
    /// The sides that must have cases.
    sides: &'static [&'static str],
}

/// The whole table. Subjects without a record and without a gap are left out: they were not asked for.
#[must_use]
pub fn table(style: Style, model: &Model, records: &[&Record], gaps: &[Gap], heading: &Heading) -> String {
    let mut by_subject: HashMap<&str, Vec<&Record>> = HashMap::new();
    for record in records {
        by_subject.entry(&record.subject).or_default().push(record);
    }
    let mut text = String::new();
    let constraints = model.constraints();
    for (parameter, rows) in groups(model, &constraints) {
        let mut group = String::new();
        for row in rows {
            let own = by_subject.get(row.subject).map(Vec::as_slice).unwrap_or_default();
            let gaps: Vec<&Gap> = gaps.iter().filter(|gap| gap.constraint == row.subject).collect();
            if !own.is_empty() || !gaps.is_empty() {
                write_row(&mut group, style, &row, own, &gaps);
            }
        }
        if !group.is_empty() {
            let name = if parameter.is_empty() { "the task itself" } else { parameter };
            let _ = write!(text, "{}\n{group}\n", style.strong(name));
        }
    }
    write_findings(&mut text, style, records, heading);
    write_summary(&mut text, style, records, gaps, heading);
    text
}

/// All rows, grouped by parameter in the order of the document.
fn groups<'a>(
    model: &'a Model,
    constraints: &[&'a airspec_spec::Constraint],
) -> Vec<(&'a str, Vec<Row<'a>>)> {
    let constraints = constraints.iter().map(|constraint| Row {
        parameter: &constraint.parameter,
        subject: &constraint.id,
        level: constraint.level,
        sentence: &constraint.expected,
        sides: &["accept", "reject"],
    });
    let behaviours = model.behaviours.iter().map(|behaviour| Row {
        parameter: behaviour.kind.parameters().first().copied().unwrap_or_default(),
        subject: &behaviour.id,
        level: behaviour.level,
        sentence: &behaviour.description,
        sides: &["behave"],
    });
    let mut groups: Vec<(&str, Vec<Row<'_>>)> = Vec::new();
    for row in constraints.chain(behaviours) {
        match groups.iter_mut().find(|(parameter, _)| *parameter == row.parameter) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((row.parameter, vec![row])),
        }
    }
    groups
}

fn write_row(text: &mut String, style: Style, row: &Row<'_>, records: &[&Record], gaps: &[&Gap]) {
    let verdict = records.iter().map(|record| record.verdict).max();
    let mark = verdict.map_or_else(|| style.faint("?"), |verdict| style.mark(verdict));
    let head = format!("{}  {}", row.subject, row.level);
    let room = WIDTH.saturating_sub(head.chars().count() + 6);
    let sentence = style.faint(&shorten(row.sentence, room));
    let _ = writeln!(text, "  {mark} {head}  {sentence}");
    for side in row.sides {
        let cases: Vec<_> = records.iter().filter(|record| record.expect == *side).collect();
        let gap = gaps.iter().find(|gap| gap.side == *side);
        match (cases.is_empty(), gap) {
            (false, _) => write_cases(text, style, row.subject, side, &cases),
            (true, Some(gap)) => {
                let reason = wrap(&format!("none: {}", gap.reason), WIDTH - 14, "              ");
                let _ = writeln!(text, "      {side}  {}", style.faint(&reason));
            }
            (true, None) => {}
        }
    }
}

/// The cases of one side, in as many lines as they take.
fn write_cases(text: &mut String, style: Style, subject: &str, side: &str, records: &[&&Record]) {
    let _ = write!(text, "      {side}");
    let mut column = 12;
    for record in records {
        let prefix = format!("{subject}.{side}.");
        let name = shorten(record.id.strip_prefix(&prefix).unwrap_or(&record.id), LONGEST_NAME);
        let width = name.chars().count() + 4;
        if column + width > WIDTH {
            text.push_str("\n            ");
            column = 12;
        }
        column += width;
        let _ = write!(text, "  {} {name}", style.mark(record.verdict));
    }
    text.push('\n');
}

/// What is wrong, and how to see it again.
fn write_findings(text: &mut String, style: Style, records: &[&Record], heading: &Heading) {
    for record in records {
        if let Some(reason) = &record.deviation {
            let _ = writeln!(
                text,
                "{} {}  accepted deviation",
                style.mark(record.verdict),
                style.strong(&record.id)
            );
            let _ = writeln!(text, "    {}", wrap(reason, WIDTH - 4, "    "));
        }
    }
    for verdict in [Verdict::Skip, Verdict::Note, Verdict::Fail] {
        for record in records.iter().filter(|record| record.verdict == verdict) {
            let class = record.class.map_or("skipped", airspec_suite::oracle::Class::word);
            let _ = writeln!(text, "{} {}  {class}", style.mark(verdict), style.strong(&record.id));
            let _ = writeln!(text, "    {}", wrap(&record.detail, WIDTH - 4, "    "));
            if verdict != Verdict::Skip {
                let _ = writeln!(text, "    {}", style.faint(&again(record, heading)));
            }
        }
    }
}

/// A command that sends the same request, of a length that people still copy.
fn again(record: &Record, heading: &Heading) -> String {
    const LONGEST: usize = 1500;
    let Heading { target, headers, seed, again, .. } = heading;
    let body = record.request.as_ref().and_then(|request| request.whole.as_deref());
    let curl = body.and_then(|body| replay::curl(target, headers, body));
    curl.filter(|curl| curl.len() <= LONGEST)
        .unwrap_or_else(|| replay::command(target, *seed, again, &record.id))
}

fn write_summary(text: &mut String, style: Style, records: &[&Record], gaps: &[Gap], heading: &Heading) {
    let tally = Tally::of(records.iter().copied());
    let part = |count: usize, word: &str, code: &str| match count {
        0 => format!("0 {word}"),
        _ => style.paint(code, &format!("{count} {word}")),
    };
    let parts = [
        match tally.deviations {
            0 => part(tally.passed, "passed", "32"),
            1 => format!("{} (1 of them an accepted deviation)", part(tally.passed, "passed", "32")),
            many => format!("{} ({many} of them accepted deviations)", part(tally.passed, "passed", "32")),
        },
        part(tally.failed, "failed", "31"),
        part(tally.noted, "noted", "33"),
        part(tally.skipped, "skipped", "2"),
    ];
    let (cases, requests) = (heading.cases, heading.requests);
    let time = heading.duration.as_secs_f64();
    let search = match heading.search_requests {
        0 => String::new(),
        many => format!(" and {many} of the search"),
    };
    let _ = writeln!(text, "{cases} cases: {}", parts.join(", "));
    let _ = writeln!(text, "{requests} requests{search} in {time:.1} s, seed {}", heading.seed);
    if !gaps.is_empty() {
        let noun = if gaps.len() == 1 { "constraint has" } else { "constraints have" };
        let _ = writeln!(text, "{} {noun} no case on one side, for the reasons above", gaps.len());
    }
}

/// At most so many characters.
pub(super) fn shorten(text: &str, longest: usize) -> String {
    let text = visible(text);
    if text.chars().count() <= longest {
        return text.into_owned();
    }
    let mut short: String = text.chars().take(longest.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// Lines of at most so many characters, broken at spaces; a word that is longer has a line of its own.
pub(super) fn wrap(text: &str, width: usize, indent: &str) -> String {
    let (mut lines, mut column) = (String::new(), 0);
    for word in text.split_whitespace().map(visible) {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            lines.push('\n');
            lines.push_str(indent);
            column = 0;
        } else if column > 0 {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(&word);
        column += length;
    }
    lines
}
