//! Diagnostics that point into a JSON text: line, column, and a caret under the place.

use airspec_judge::Judge;
use airspec_report::Style;
use airspec_spec::diagnostic::Position;
use airspec_spec::rule::Rule;
use airspec_spec::{Model, Source};
use airspec_models::{Violation, json};
use serde_json::Value;
use std::collections::HashSet;
use std::fmt::Write as _;

/// So many are shown; a text that is wrong in more places is a different text.
const MOST: usize = 50;
/// How much of a line is shown around the place, in characters.
const WINDOW: usize = 100;

/// What is wrong with a text, for people, and how many things that are.
pub(super) fn diagnose(
    judge: &Judge,
    model: &Model,
    name: &str,
    text: &str,
    style: Style,
) -> (String, usize) {
    let value = match json::parse(text) {
        Ok(value) => value,
        Err(fault) => {
            let place = Place { position: Position { line: fault.line, column: fault.column }, length: 1 };
            let head = format!("this is not JSON that can be judged: {}", fault.detail);
            return (format!("{}\n{name}: not valid\n", show(name, text, place, &head, style)), 1);
        }
    };
    let source = Source::new(name, text);
    let violations = judged(judge, model, &value);
    let mut shown: Vec<(Place, &Violation)> =
        violations.iter().take(MOST).map(|violation| (place(&source, model, violation), violation)).collect();
    shown.sort_by_key(|(place, _)| place.position);
    let mut told = String::new();
    for (place, violation) in shown {
        let pointer = match violation.pointer.as_str() {
            "" => "the request".to_owned(),
            pointer => pointer.trim_start_matches('/').replace('/', "."),
        };
        let message = printable(&format!("{pointer} {}", violation.message));
        let constraint = model.constraint(&violation.constraint);
        let page = constraint.and_then(|constraint| constraint.documentation.as_deref());
        let page = page.map(|page| format!(", see {page}")).unwrap_or_default();
        let stated = style.faint(&printable(&format!("{}{page}", violation.constraint)));
        let _ = writeln!(told, "{}\n  = {stated}\n", show(name, text, place, &message, style));
    }
    let count = violations.len();
    let _ = match count {
        0 => writeln!(told, "{name}: {}", style.paint("32", "valid")),
        1 => writeln!(told, "{name}: {}", style.paint("31", "1 violation")),
        many if many > MOST => {
            writeln!(
                told,
                "{name}: {}, of which {MOST} are shown",
                style.paint("31", &format!("{many} violations"))
            )
        }
        many => writeln!(told, "{name}: {}", style.paint("31", &format!("{many} violations"))),
    };
    (told, count)
}

/// What a task breaks, or what the tasks of a batch do.
fn judged(judge: &Judge, model: &Model, value: &Value) -> Vec<Violation> {
    let Value::Array(tasks) = value else { return judge.task(value) };
    let mut violations = Vec::new();
    let mut seen = HashSet::new();
    for (index, task) in tasks.iter().enumerate() {
        for mut violation in judge.task(task) {
            violation.pointer.insert_str(0, &format!("/{index}"));
            violations.push(violation);
        }
        let Some(unique) = model.unique() else { continue };
        let pointer = format!("/{}", unique.parameter.replace('.', "/"));
        // Letter case does not make two identifiers different.
        let identity = task.pointer(&pointer).and_then(Value::as_str).map(str::to_ascii_lowercase);
        if identity.is_some_and(|identity| !seen.insert(identity)) {
            let place = format!("/{index}{pointer}");
            violations.push(Violation::new(place, unique.id.clone(), unique.expected.clone()));
        }
    }
    violations
}

/// Where something is, and how long it is, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    position: Position,
    length: usize,
}

/// Where a violation is shown.
fn place(source: &Source, model: &Model, violation: &Violation) -> Place {
    let constraint = model.constraint(&violation.constraint);
    let is_name = constraint.is_some_and(|constraint| matches!(constraint.rule, Rule::Closed(_)));
    find(source, &violation.pointer, is_name)
}

/// The place of the value that a pointer names, or of its name; where it is missing, of what should have it.
fn find(source: &Source, pointer: &str, is_name: bool) -> Place {
    let Ok(mut node) = source.root() else { return Place { position: Position::START, length: 1 } };
    let mut place = Place { position: node.position(), length: length(node.raw()) };
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        if let Ok(items) = node.items() {
            let Some(item) = step.parse().ok().and_then(|index: usize| items.get(index).copied()) else {
                break;
            };
            node = item;
            place = Place { position: node.position(), length: length(node.raw()) };
            continue;
        }
        let Ok(members) = node.members() else { break };
        let Some(member) = members.into_iter().find(|member| member.key == step) else {
            // The bracket that opens what lacks it.
            place.length = 1;
            break;
        };
        node = member.value;
        place = Place { position: node.position(), length: length(node.raw()) };
        if is_name {
            place = Place { position: member.position(), length: member.key.chars().count() + 2 };
        }
    }
    place
}

/// The length of a value that stands in one line; of any other, its first character.
fn length(raw: &str) -> usize {
    let is_short = !raw.starts_with(['{', '[']) && !raw.contains('\n');
    if is_short { raw.chars().count() } else { 1 }
}

/// The message, and the line of the text with a caret.
fn show(name: &str, text: &str, place: Place, message: &str, style: Style) -> String {
    let Position { line, column } = place.position;
    let whole = text.split('\n').nth(line - 1).unwrap_or_default().trim_end_matches('\r');
    let skipped = column.saturating_sub(WINDOW / 2);
    let before = if skipped > 0 { "…" } else { "" };
    let shown: String = whole.chars().skip(skipped).take(WINDOW).map(visible).collect();
    let after = if whole.chars().count() > skipped + WINDOW { "…" } else { "" };
    let indent = column - 1 - skipped.min(column - 1) + before.chars().count();
    let room = (shown.chars().count() + before.chars().count()).saturating_sub(indent).max(1);
    let caret = "^".repeat(place.length.clamp(1, room));
    let number = line.to_string();
    let gutter = " ".repeat(number.len());
    let mut told = format!("{}: {message}\n", style.strong(&format!("{name}:{line}:{column}")));
    let _ = writeln!(told, "{gutter} |\n{number} | {before}{shown}{after}");
    let _ = write!(told, "{gutter} | {}{}", " ".repeat(indent), style.paint("31", &caret));
    told
}

/// A text that a terminal shows and does not obey.
fn printable(text: &str) -> String {
    text.chars().map(visible).collect()
}

fn visible(letter: char) -> char {
    match letter {
        '\t' => ' ',
        _ if letter.is_control() => '\u{fffd}',
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: &str = r#"{"type": "object", "required": ["say"], "additionalProperties": false, "properties": {
        "say": {"type": "string"}, "wide": {"type": "integer", "maximum": 9},
        "deep": {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "boolean"}}}}}}"#;

    fn told(text: &str) -> (String, usize) {
        let model = airspec_spec::read(&Source::new("tiny", SPEC)).unwrap();
        diagnose(&Judge::new(&model).unwrap(), &model, "a.json", text, Style::Plain)
    }

    #[test]
    fn a_caret_stands_under_the_value_the_unknown_name_or_what_lacks_a_member() {
        let (text, count) =
            told("{\n  \"wide\": 4000,\n  \"wied\": 1,\n  \"deep\": [{}, {\"a\": \"é\", \"b\": 7}]\n}\n");
        assert_eq!(count, 4);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_batch_is_judged_task_by_task() {
        let (text, count) = told("[{\"say\": \"a\"}, {\"say\": \"b\", \"wide\": 10}]");
        assert_eq!(count, 1);
        assert!(text.starts_with("a.json:1:37: 1.wide must be at most 9, found 10\n"), "{text}");
        assert_eq!(told("[{\"say\": \"a\"}]").0, "a.json: valid\n");
    }

    #[test]
    fn what_is_not_json_is_shown_where_reading_stopped() {
        let (text, count) = told("{\n\t\"say\": \"a\",,\n}");
        assert_eq!(count, 1);
        assert!(text.contains("2 |  \"say\": \"a\",,\n  |             ^\n"), "{text}");
        let (text, _) = told("{\"say\": \"a\", \"say\": \"b\"}");
        assert!(text.contains("twice") || text.contains("duplicate"), "{text}");
        assert_eq!(told("").1, 1);
    }

    #[test]
    fn a_long_line_is_shown_around_the_place_and_commands_to_a_terminal_are_not_obeyed() {
        let long = format!(
            "{{\"say\": \"{}\", \"wide\": 10, \"deep\": [{}{{}}]}}",
            "x".repeat(5000),
            "{},".repeat(2000)
        );
        let (text, _) = told(&long);
        let line = text.lines().find(|line| line.starts_with("1 | ")).unwrap();
        assert!(line.chars().count() < 120 && line.starts_with("1 | …") && line.ends_with('…'), "{line}");
        let caret = text.lines().find(|line| line.contains('^')).unwrap();
        let (start, end) = (caret.find('^').unwrap(), caret.rfind('^').unwrap());
        let under: String = line.chars().skip(start).take(end - start + 1).collect();
        assert_eq!(under, "10", "{text}");
        let (text, _) = told("{\"say\": \"a\", \"\\u001b[2J\": 1}");
        assert!(!text.contains('\u{1b}'), "{text:?}");
    }
}
