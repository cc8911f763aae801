//! A run for the terminal: what is wrong by cause, a line for each parameter, and a summary whose last line says what
//! the run came to. On request every constraint with its accepting and rejecting cases, and every behaviour with its
//! cases.

use super::count::{counted, requests};
use super::{Document, Entry, Outcome, unchecked};
use airspec_spec::text::{visible, visible_lines};
use airspec_spec::{Level, Model};
use airspec_suite::case::{Coverage, Gap};
use airspec_suite::oracle::{Class, Skip, Verdict};
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
            Verdict::NoAnswer => self.paint("31", "∅"),
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

/// How much of a run is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Amount {
    /// The summary.
    Summary,
    /// What is wrong, by cause, and the summary: for one of many models.
    Causes,
    /// What is wrong, by cause, a line for each parameter, and the summary.
    #[default]
    Findings,
    /// Every constraint and case, everything that is wrong or was not tried, and the summary.
    All,
}

/// So many causes are shown in full, and so many lines of parameters and of reasons where something is wrong.
const MAX_CAUSES: usize = 5;
const MAX_TROUBLED: usize = 8;
const MAX_REASONS: usize = 3;

/// A run for the terminal.
#[must_use]
pub fn table(style: Style, model: &Model, document: &Document, gaps: &[Gap], amount: Amount) -> String {
    let mut text = String::new();
    match amount {
        Amount::Summary => {}
        Amount::Causes => write_causes(&mut text, style, document),
        Amount::Findings => {
            write_causes(&mut text, style, document);
            write_parameters(&mut text, style, document);
        }
        Amount::All => {
            write_rows(&mut text, style, model, document, gaps);
            write_everything(&mut text, style, document);
        }
    }
    write_skipped(&mut text, style, document);
    write_summary(&mut text, style, document, gaps, amount);
    text
}

/// What fails or has no answer, by cause.
fn write_causes(text: &mut String, style: Style, document: &Document) {
    let groups = || document.groups.iter().filter(|group| group.verdict != Verdict::Note);
    for group in groups().take(MAX_CAUSES) {
        let _ = writeln!(
            text,
            "{} {}",
            style.mark(group.verdict),
            style.strong(&shorten(&group.title(), WIDTH - 2))
        );
        let first = group.cases.first().map(String::as_str).unwrap_or_default();
        if group.cases.len() > 1 {
            let _ = writeln!(text, "    first: {}", shorten(first, WIDTH - 11));
        }
        let _ = writeln!(text, "    {}", wrap(&shorten(&group.detail, 2 * WIDTH), WIDTH - 4, "    "));
        if let Some(command) = document.first_of(group).and_then(again) {
            let _ = writeln!(text, "    {}", style.faint(command));
        }
    }
    let more = groups().count().saturating_sub(MAX_CAUSES);
    if more > 0 {
        let cases: usize = groups().skip(MAX_CAUSES).map(|group| group.cases.len()).sum();
        let (more, cases) = (counted(more, "more cause"), counted(cases, "case"));
        let _ = writeln!(text, "and {more} with {cases}; --verbose shows all");
    }
    if !text.is_empty() {
        text.push('\n');
    }
}

/// A line for each parameter; where something is wrong, for each parameter that it is about.
fn write_parameters(text: &mut String, style: Style, document: &Document) {
    let mut rows: Vec<(&str, Vec<&Entry>)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for entry in &document.cases {
        let place = *places.entry(&entry.parameter).or_insert_with(|| {
            rows.push((&entry.parameter, Vec::new()));
            rows.len() - 1
        });
        rows[place].1.push(entry);
    }
    let all = rows.len();
    let is_troubled = |(_, entries): &(&str, Vec<&Entry>)| {
        entries.iter().any(|entry| matches!(entry.verdict, Verdict::Fail | Verdict::NoAnswer))
    };
    let troubled = rows.iter().filter(|row| is_troubled(row)).count();
    if troubled > 0 {
        rows.retain(is_troubled);
        rows.truncate(MAX_TROUBLED);
    }
    let name = |parameter: &str| {
        shorten(if parameter.is_empty() { "the task itself" } else { parameter }, LONGEST_NAME)
    };
    let width = rows.iter().map(|(parameter, _)| name(parameter).chars().count()).max().unwrap_or(0);
    for (parameter, entries) in &rows {
        let of = |verdict| entries.iter().filter(|entry| entry.verdict == verdict).count();
        let gravest = entries.iter().map(|entry| entry.verdict).max().unwrap_or(Verdict::Pass);
        let counts = [Verdict::Fail, Verdict::NoAnswer, Verdict::Note, Verdict::Skip]
            .map(|verdict| (of(verdict), verdict));
        let counts: String = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, verdict)| format!(", {count} {}", words(*verdict)))
            .collect();
        let cases = entries.len();
        let noun = if cases == 1 { "case" } else { "cases" };
        let _ =
            writeln!(text, "{} {:width$}  {cases:3} {noun}{counts}", style.mark(gravest), name(parameter));
    }
    let more = troubled.saturating_sub(MAX_TROUBLED);
    if more > 0 {
        let _ = writeln!(text, "and {} with findings", counted(more, "more parameter"));
    }
    if troubled > 0 && all > troubled {
        let _ = writeln!(
            text,
            "{}",
            style.faint(&format!("{} without a finding", counted(all - troubled, "parameter")))
        );
    }
    text.push('\n');
}

fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "passed",
        Verdict::Skip => "skipped",
        Verdict::NoAnswer => "without an answer",
        Verdict::Note => "noted",
        Verdict::Fail => "failed",
    }
}

/// Why cases were not tried, a line for each reason.
fn write_skipped(text: &mut String, style: Style, document: &Document) {
    for skip in [Skip::NotTried, Skip::NotApplicable] {
        let mut reasons: Vec<(&str, &str, usize)> = Vec::new();
        for entry in document.cases.iter().filter(|entry| entry.skip == Some(skip)) {
            match reasons.iter_mut().find(|(cause, ..)| *cause == entry.cause) {
                Some((.., count)) => *count += 1,
                None => reasons.push((&entry.cause, &entry.detail, 1)),
            }
        }
        for (_, detail, count) in reasons.iter().take(MAX_REASONS) {
            let line = format!("{} {}: {detail}", counted(*count, "case"), skip.words());
            let _ = writeln!(text, "{} {}", style.mark(Verdict::Skip), shorten(&line, 2 * WIDTH));
        }
        if let Some(more) = reasons.len().checked_sub(MAX_REASONS).filter(|more| *more > 0) {
            let count: usize = reasons.iter().skip(MAX_REASONS).map(|(.., count)| count).sum();
            let _ = writeln!(
                text,
                "  and {} {} for {}",
                counted(count, "case"),
                skip.words(),
                counted(more, "more reason")
            );
        }
    }
}

/// Every constraint and behaviour with its cases. Subjects without a case and without a gap are left out: they were not
/// asked for.
fn write_rows(text: &mut String, style: Style, model: &Model, document: &Document, gaps: &[Gap]) {
    let mut by_subject: HashMap<&str, Vec<&Entry>> = HashMap::new();
    for entry in &document.cases {
        by_subject.entry(&entry.constraint).or_default().push(entry);
    }
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

fn write_row(text: &mut String, style: Style, row: &Row<'_>, records: &[&Entry], gaps: &[&Gap]) {
    let verdict = records.iter().map(|record| record.verdict).max();
    let mark = verdict.map_or_else(|| style.faint("?"), |verdict| style.mark(verdict));
    let head = format!("{}  {}", row.subject, row.level);
    let room = WIDTH.saturating_sub(head.chars().count() + 6);
    let sentence = style.faint(&shorten(row.sentence, room));
    let _ = writeln!(text, "  {mark} {head}  {sentence}");
    for side in row.sides {
        let cases: Vec<_> = records.iter().filter(|record| record.expect == *side).collect();
        if !cases.is_empty() {
            write_cases(text, style, row.subject, side, &cases);
        }
        // Cases that break other constraints, too, do not fill a gap.
        if let Some(gap) = gaps.iter().find(|gap| gap.side == *side) {
            let none = if cases.is_empty() { "none" } else { "none alone" };
            let reason = wrap(&format!("{none}: {}", gap.reason), WIDTH - 14, "              ");
            let _ = writeln!(text, "      {side}  {}", style.faint(&reason));
        }
    }
}

/// The cases of one side, in as many lines as they take.
fn write_cases(text: &mut String, style: Style, subject: &str, side: &str, records: &[&&Entry]) {
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

/// Everything that is wrong, was not tried or is accepted, and how to see it again.
fn write_everything(text: &mut String, style: Style, document: &Document) {
    for entry in &document.cases {
        if let Some(reason) = &entry.deviation {
            let (mark, id) = (style.mark(entry.verdict), style.strong(&entry.id));
            let _ =
                writeln!(text, "{mark} {id}  accepted deviation\n    {}", wrap(reason, WIDTH - 4, "    "));
        }
    }
    for verdict in [Verdict::Skip, Verdict::Note, Verdict::NoAnswer, Verdict::Fail] {
        let of_verdict = |entry: &&Entry| entry.verdict == verdict && entry.deviation.is_none();
        for entry in document.cases.iter().filter(of_verdict) {
            let word = match (entry.finding, entry.skip) {
                (Some(class), _) => Class::word(class),
                (None, Some(skip)) => skip.words(),
                (None, None) => verdict.word(),
            };
            let _ = writeln!(text, "{} {}  {word}", style.mark(verdict), style.strong(&entry.id));
            let _ = writeln!(text, "    {}", wrap(&entry.detail, WIDTH - 4, "    "));
            if let Some(command) = again(entry) {
                let _ = writeln!(text, "    {}", style.faint(command));
            }
        }
    }
}

/// A command that sends the same request, of a length that people still copy.
fn again(entry: &Entry) -> Option<&str> {
    const LONGEST: usize = 1500;
    entry.curl.as_deref().filter(|curl| curl.len() <= LONGEST).or(entry.replay.as_deref())
}

fn write_summary(text: &mut String, style: Style, document: &Document, gaps: &[Gap], amount: Amount) {
    let summary = &document.summary;
    let deviations = match summary.deviations {
        0 => String::new(),
        1 => " (1 of them an accepted deviation)".to_owned(),
        many => format!(" ({many} of them accepted deviations)"),
    };
    let parts = [
        (summary.passed, "passed", "32", true),
        (summary.failed, "failed", "31", true),
        (summary.no_answer, "without an answer", "31", false),
        (summary.not_tried, "not tried", "31", false),
        (summary.not_applicable(), "not applicable", "2", false),
        (summary.noted, "noted", "33", false),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(count, .., is_always)| *count > 0 || *is_always)
        .map(|(count, words, code, _)| {
            let part = format!("{count} {words}");
            let part = if count == 0 { part } else { style.paint(code, &part) };
            if words == "passed" { part + &deviations } else { part }
        })
        .collect();
    let _ = writeln!(text, "{}: {}", counted(summary.cases, "case"), parts.join(", "));
    let waited = match summary.throttled {
        0 => String::new(),
        many => format!("; {many} × HTTP 429 or 503, waited {:.1} s", seconds(summary.throttled_ms)),
    };
    let (requests, time) =
        (requests(summary.requests, summary.search_requests), seconds(summary.duration_ms));
    let _ = writeln!(text, "{requests} in {time:.1} s, seed {}{waited}", document.seed);
    if amount == Amount::All {
        for Coverage { axis, reached, of } in document.runs.iter().flat_map(|run| &run.coverage) {
            let _ = writeln!(text, "{reached} of {of} {axis}");
        }
    }
    if amount != Amount::Summary {
        write_gaps(text, gaps);
    }
    if let Some(line) = unchecked::summary(&document.unchecked) {
        let _ = writeln!(text, "{line}");
    }
    if summary.noted > 0 {
        let noun = if summary.noted == 1 { "1 note is" } else { &format!("{} notes are", summary.noted) };
        let _ = writeln!(
            text,
            "{noun} no failure: no source states the expectation; --verbose shows notes, --strict fails"
        );
    }
    for problem in &document.problems {
        let _ = writeln!(text, "{} {}", style.mark(Verdict::Fail), visible(problem));
    }
    let code = match summary.outcome {
        Outcome::Conforms => "32",
        Outcome::DoesNotConform => "31",
        Outcome::Incomplete => "33",
    };
    let _ = writeln!(text, "{}", style.paint(code, &summary.verdict(document.problems.len())));
}

/// How many constraints have no case on one side.
fn write_gaps(text: &mut String, gaps: &[Gap]) {
    let noun = match gaps.len() {
        0 => return,
        1 => "constraint has",
        _ => "constraints have",
    };
    let _ = writeln!(text, "{} {noun} no case on one side; --verbose shows why", gaps.len());
}

#[allow(clippy::cast_precision_loss)] // a run takes no thousand years
fn seconds(milliseconds: u64) -> f64 {
    milliseconds as f64 / 1000.0
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
