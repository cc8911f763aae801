//! Diagnostics that point into a JSON text: line, column, and a caret under the place.

use super::machine;
use super::validate::input::Found;
use super::validate::specs::Specs;
use airspec_models::{Violation, Violations};
use airspec_report::{Annotation, Severity, Style};
use airspec_spec::Source;
use airspec_spec::diagnostic::Position;
use airspec_spec::rule::Rule;
use airspec_spec::text::{said_of, visible};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr as _;

/// So many are shown; a text that is wrong in more places is a different text.
pub(super) const MAX_SHOWN: usize = 50;
/// How much of a line is shown around the place, in characters.
const WINDOW: usize = 100;
/// Columns that a tab takes.
const TAB: &str = "    ";

/// A JSON text, and where it is from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'a> {
    /// The name of the input.
    pub(super) name: &'a str,
    /// The text itself.
    pub(super) content: &'a str,
    /// The line of the input on which it starts.
    pub(super) first_line: usize,
}

/// What is wrong with a text, for people: so much as there is room for, and how many things that are.
pub(super) fn explain(
    specs: &Specs,
    text: Text<'_>,
    found: &Found,
    room: usize,
    style: Style,
) -> (String, usize) {
    if room == 0 {
        return (String::new(), 0);
    }
    match found {
        Found::NotJson(fault) => {
            let place = Place { position: Position { line: fault.line, column: fault.column }, length: 1 };
            let head = format!("this cannot be validated: {}", visible(&fault.detail));
            (format!("{}\n", show(text, place, &head, style)), 1)
        }
        Found::Violations(violations) => diagnostics(specs, text, violations, room, style),
    }
}

fn diagnostics(
    specs: &Specs,
    text: Text<'_>,
    violations: &Violations,
    room: usize,
    style: Style,
) -> (String, usize) {
    let mut told = String::new();
    let shown = placed(specs, text, violations, room);
    for (place, violation) in &shown {
        let message = visible(&sentence(violation)).into_owned();
        let constraint = specs.constraint(&violation.constraint);
        let page = constraint.and_then(|constraint| constraint.documentation.as_deref());
        let page = page.map(|page| format!(", see {page}")).unwrap_or_default();
        let stated = style.faint(&visible(&format!("{}{page}", violation.constraint)));
        let _ = writeln!(told, "{}\n  = {stated}\n", show(text, *place, &message, style));
    }
    (told, shown.len())
}

/// So many violations as there is room for, in the order of the text.
fn placed<'a>(
    specs: &Specs,
    text: Text<'_>,
    violations: &'a Violations,
    room: usize,
) -> Vec<(Place, &'a Violation)> {
    if violations.is_empty() {
        return Vec::new();
    }
    let source = Source::new(text.name, text.content);
    let mut shown: Vec<(Place, &Violation)> =
        violations.iter().take(room).map(|violation| (place(&source, specs, violation), violation)).collect();
    shown.sort_by_key(|(place, _)| place.position);
    shown
}

/// What is wrong, with the parameter that it is about.
fn sentence(violation: &Violation) -> String {
    let pointer = match violation.pointer.as_str() {
        "" => "the request".to_owned(),
        pointer => pointer.trim_start_matches('/').replace('/', "."),
    };
    said_of(&pointer, &violation.message)
}

/// What is wrong with a text, for programs: so much as there is room for.
pub(super) fn annotations(specs: &Specs, text: Text<'_>, found: &Found, room: usize) -> Vec<Annotation> {
    let at = |line: usize, column, rule: &str, message, help| Annotation {
        severity: Severity::Error,
        rule: rule.to_owned(),
        message,
        file: machine::file(text.name),
        position: Some((line - 1 + text.first_line, column)),
        help,
    };
    let violations = match found {
        Found::NotJson(_) if room == 0 => return Vec::new(),
        Found::NotJson(fault) => {
            let message = format!("this cannot be validated: {}", fault.detail);
            return vec![at(fault.line, fault.column, "not-json", message, None)];
        }
        Found::Violations(violations) => violations,
    };
    let placed = placed(specs, text, violations, room).into_iter();
    let one = |(place, violation): (Place, &Violation)| {
        let constraint = specs.constraint(&violation.constraint);
        let help = constraint.and_then(|constraint| constraint.documentation.clone());
        let Position { line, column } = place.position;
        at(line, column, &violation.constraint, sentence(violation), help)
    };
    placed.map(one).collect()
}

/// That a file has more violations than are listed.
pub(super) fn more(name: &str, count: usize) -> Annotation {
    Annotation {
        severity: Severity::Error,
        rule: "unlisted".to_owned(),
        message: format!("{count} more violations are not listed"),
        file: machine::file(name),
        position: None,
        help: None,
    }
}

/// The verdict on a document, of which so many violations are shown.
pub(super) fn summary(name: &str, found: &Found, shown: usize, style: Style) -> String {
    let Found::Violations(violations) = found else { return format!("{name}: not valid\n") };
    let count = violations.len() + violations.unlisted();
    let verdict = match count {
        0 => style.paint("32", "valid"),
        1 => style.paint("31", "1 violation"),
        many => style.paint("31", &format!("{many} violations")),
    };
    let shown = if count > shown { format!(", of which {shown} are shown") } else { String::new() };
    format!("{name}: {verdict}{shown}\n")
}

/// The verdict on the values of a file.
pub(super) fn summary_of_lines(name: &str, count: usize, invalid: usize, style: Style) -> String {
    let values = if count == 1 { "value" } else { "values" };
    match invalid {
        0 => format!("{name}: {count} {values}, {}\n", style.paint("32", "valid")),
        1 => format!("{name}: {} of {count} {values} is not valid\n", style.paint("31", "1")),
        many => {
            format!("{name}: {} of {count} {values} are not valid\n", style.paint("31", &many.to_string()))
        }
    }
}

/// Where something is, and how long it is, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    position: Position,
    length: usize,
}

/// Where a violation is shown.
fn place(source: &Source, specs: &Specs, violation: &Violation) -> Place {
    let constraint = specs.constraint(&violation.constraint);
    let is_name =
        constraint.is_some_and(|constraint| matches!(constraint.rule, Rule::AdditionalProperties(_)));
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
fn show(text: Text<'_>, place: Place, message: &str, style: Style) -> String {
    let Position { line, column } = place.position;
    let whole = text.content.split('\n').nth(line - 1).unwrap_or_default().trim_end_matches('\r');
    let skipped = column.saturating_sub(WINDOW / 2).min(column - 1);
    let part = |skip: usize, take: usize| -> String {
        let part: String = whole.chars().skip(skip).take(take).collect();
        visible(&part.replace('\t', TAB)).into_owned()
    };
    let ellipsis = |is_cut: bool| if is_cut { "…" } else { "" };
    let before = ellipsis(skipped > 0);
    let shown = part(skipped, WINDOW);
    let after = ellipsis(whole.chars().nth(skipped + WINDOW).is_some());
    // What a terminal shows takes other columns than its characters are many: none for an accent, two for 木.
    let indent = before.width() + part(skipped, column - 1 - skipped).width();
    let end = WINDOW.saturating_sub(column - 1 - skipped).max(1);
    let caret = "^".repeat(part(column - 1, place.length.clamp(1, end)).width().max(1));
    let line = line - 1 + text.first_line;
    let number = line.to_string();
    let gutter = " ".repeat(number.len());
    let mut told = format!("{}: {message}\n", style.strong(&format!("{}:{line}:{column}", text.name)));
    let _ = writeln!(told, "{gutter} |\n{number} | {before}{shown}{after}");
    let _ = write!(told, "{gutter} | {}{}", " ".repeat(indent), style.paint("31", &caret));
    told
}

#[cfg(test)]
mod tests {
    use super::super::validate::input;
    use super::*;
    use airspec_spec::Catalogue;

    const SPEC: &str = r#"{"type": "object", "required": ["say"], "additionalProperties": false, "properties": {
        "say": {"type": "string"}, "wide": {"type": "integer", "maximum": 9},
        "deep": {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "boolean"}}}}}}"#;

    fn told(text: &str) -> (String, usize) {
        let model = airspec_spec::read(&Source::new("tiny", SPEC)).unwrap();
        let specs = Specs::new(Catalogue::of(vec![model]).unwrap()).unwrap();
        let found = input::judge(&specs, text.as_bytes(), 1).unwrap();
        let all = Text { name: "a.json", content: text, first_line: 1 };
        let (told, shown) = explain(&specs, all, &found, MAX_SHOWN, Style::Plain);
        (told + &summary("a.json", &found, shown, Style::Plain), shown)
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
        assert!(text.contains("2 |     \"say\": \"a\",,\n  |                ^\n"), "{text}");
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

    #[test]
    fn a_caret_stands_where_a_terminal_shows_the_value() {
        let under = |text: &str| -> (usize, usize) {
            let (told, _) = told(text);
            let caret = told.lines().find(|line| line.trim_start().starts_with("| ") && line.contains('^'));
            let caret = caret.unwrap().split_once("| ").unwrap().1;
            (caret.find('^').unwrap(), caret.matches('^').count())
        };
        // Two columns for each ideograph, none for an accent of its own, four for a tab, eight for an escape.
        assert_eq!(under("{\"say\": \"木木\", \"wide\": 10}"), (24, 2));
        assert_eq!(under("{\"say\": \"e\u{301}\", \"wide\": 10}"), (21, 2));
        assert_eq!(under("{\t\"say\": \"a\", \"wide\": 10}"), (25, 2));
        assert_eq!(under("{\"say\": \"\u{202e}\", \"wide\": 10}"), (28, 2));
        assert_eq!(under("{\"say\": \"a\", \"wide\": \"木é\"}"), (21, 5));
    }
}
