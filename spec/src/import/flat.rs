//! Model pages pasted as text: a parameter is its name on a line, then its badges run together on one line.
//!
//! What is nested is announced by a breadcrumb line (`inputs » referenceImages`). Headings of groups and prose look
//! alike and carry no fact but the forms of media.

use super::badge::{self, Badge, LABELS, Meaning};
use super::outline::{Outline, apply_media};
use super::sentence;
use crate::document::{Diagnostic, Position, Source, Tree};
use crate::facts::{Fact, Facts, Layout, Parameter, Remark};
use crate::model::Level;

/// The heading of the section of rules.
const RULES: &str = "Compatibility & Validation";

/// Whether a text has the marks of this layout.
pub(super) fn fits(text: &str) -> bool {
    let lines = lines(text);
    (0..lines.len()).any(|index| starts(&lines, index))
}

/// The lines that hold something, with their numbers.
fn lines(text: &str) -> Vec<(usize, &str)> {
    let numbered = text.trim_start_matches('\u{feff}').lines().enumerate();
    numbered.map(|(index, line)| (index + 1, line.trim())).filter(|(_, line)| !line.is_empty()).collect()
}

/// Whether a parameter starts at a line: a name, and then badges.
fn starts(lines: &[(usize, &str)], index: usize) -> bool {
    let (Some((_, name)), Some((_, badges))) = (lines.get(index), lines.get(index + 1)) else { return false };
    // Prose may begin with the name of a type as well, but continues after a space.
    super::is_name(name)
        && badge::leading_kind(badges)
            .is_some_and(|(_, rest)| rest.starts_with(" (") || !rest.starts_with([' ', ',', '.', 's']))
}

struct Page {
    facts: Facts,
    outline: Outline,
    /// The last breadcrumb, until its parameter comes.
    trail: Option<(usize, Vec<String>)>,
    paired: Vec<(Vec<String>, Vec<String>, usize)>,
}

/// Reads a page.
pub(super) fn read(source: &Source) -> Result<Facts, Diagnostic> {
    let lines = lines(source.text());
    let mut page = Page {
        facts: super::blank(source, Layout::Flat),
        outline: Outline::new(),
        trail: None,
        paired: Vec::new(),
    };
    let first = (0..lines.len()).find(|index| starts(&lines, *index)).unwrap_or(lines.len());
    let mut rules = Vec::new();
    page.head(&lines[..first], &mut rules);
    let mut index = first;
    while index < lines.len() {
        let end = (index + 2..lines.len()).find(|next| starts(&lines, *next)).unwrap_or(lines.len());
        page.parameter(&lines[index..end], &mut rules);
        index = end;
    }
    complete(source, &lines, &page)?;
    if let Some((line, trail)) = page.trail.take() {
        page.facts.unread.push(Remark::new(line, trail.join(" » ")));
    }
    for (line, text) in page.outline.miscounted() {
        page.facts.contradictions.push(Remark::new(line, text));
    }
    super::pair(&page.paired, &mut page.outline, &mut page.facts.unread);
    for rule in &mut rules {
        rule.text = ticked(&rule.text, &page.outline);
    }
    sentence::read(&rules, &mut page.outline, &mut page.facts.unread);
    page.facts.task = page.outline.root;
    Ok(page.facts)
}

/// A sentence with the names of parameters in backticks, which a pasted page has lost.
fn ticked(text: &str, outline: &Outline) -> String {
    let tree = outline.root.tree();
    let is_known = |name: &str| tree.iter().any(|(path, parameter)| path == name || parameter.name == name);
    let words = text.split(' ').map(|word| {
        let bare = word.trim_end_matches([',', '.', ':']);
        if !bare.is_empty() && bare.split('/').all(is_known) {
            format!("`{bare}`{}", &word[bare.len()..])
        } else {
            word.to_owned()
        }
    });
    if text.contains('`') { text.to_owned() } else { words.collect::<Vec<_>>().join(" ") }
}

/// Refuses a page that shows that it was cut off.
fn complete(source: &Source, lines: &[(usize, &str)], page: &Page) -> Result<(), Diagnostic> {
    let (line, end) = lines.last().copied().unwrap_or((1, ""));
    let position = Position { line, column: end.chars().count() + 1 };
    let cut = |message: &str| Err(Diagnostic::error(source.name(), position, message, super::CUT_OFF));
    if page.facts.unread.iter().any(|remark| remark.line == line) {
        return cut("the page ends in the middle of the badges of a parameter");
    }
    if page.trail.is_some() || super::is_name(end) {
        return cut("the page ends after the name of a parameter");
    }
    if page.outline.root.member("model").is_none() {
        return cut("the page ends before the parameter `model`, which every model has");
    }
    let is_counted = label_counted(end).is_some();
    if !source.text().ends_with('\n') && !is_counted && !end.ends_with(['.', '!', '?', ')', ':', '`']) {
        return cut("the page ends in the middle of a line");
    }
    // Values are described all or not at all.
    let counted = lines.iter().rposition(|(_, line)| values_counted(line).is_some());
    if let Some(index) = counted {
        let described = lines.len() - 1 - index;
        let count = values_counted(lines[index].1).unwrap_or_default();
        let is_open =
            lines[index + 1..].iter().all(|(_, line)| !line.contains('»') && label_counted(line).is_none());
        if is_open && (1..count).contains(&described) {
            return cut(&format!("the page ends after {described} of {count} values"));
        }
    }
    Ok(())
}

/// `Allowed values4 values`
fn values_counted(line: &str) -> Option<usize> {
    label_counted(line).filter(|(label, _)| *label == "Allowed values").map(|(_, count)| count)
}

/// A label and a count that run together: `Properties1 property`.
fn label_counted(line: &str) -> Option<(&str, usize)> {
    let start = line.find(|character: char| character.is_ascii_digit())?;
    let (label, rest) = line.split_at(start);
    let (count, noun) = rest.split_once(' ')?;
    let is_label = label.starts_with(|first: char| first.is_ascii_uppercase())
        && label.ends_with(|last: char| last.is_ascii_lowercase());
    let is_noun = noun.len() < 20 && noun.bytes().all(|byte| byte.is_ascii_lowercase());
    (is_label && is_noun).then_some(label).zip(count.parse().ok())
}

/// `a » b » c`
fn breadcrumb(line: &str) -> Option<Vec<String>> {
    let steps: Vec<String> =
        line.split('»').map(|step| step.trim().trim_end_matches("[]").to_owned()).collect();
    (steps.len() > 1 && steps.iter().all(|step| super::is_name(step))).then_some(steps)
}

impl Page {
    fn unread(&mut self, line: usize, text: impl Into<String>) {
        self.facts.unread.push(Remark::new(line, text));
    }

    /// What stands before the first parameter.
    fn head(&mut self, lines: &[(usize, &str)], rules: &mut Vec<sentence::Line>) {
        let mut is_rules = false;
        for (index, (number, line)) in lines.iter().enumerate() {
            // The section of rules ends with the next heading.
            is_rules = *line == RULES || is_rules && line.ends_with(['.', ':']);
            if is_rules {
                rules.extend(
                    (*line != RULES).then(|| sentence::Line { line: *number, text: (*line).to_owned() }),
                );
                continue;
            }
            let identity = &mut self.facts.identity;
            if let Some(rest) = line.strip_prefix("MODEL ID").or_else(|| line.strip_prefix("Model ID")) {
                // The id may stand on the next line.
                let rest = rest.trim_start_matches(':').trim();
                let id =
                    if rest.is_empty() { lines.get(index + 1).map_or("", |(_, next)| *next) } else { rest };
                identity.air = Some(id.to_owned()).filter(|id| id.contains(':'));
            } else if matches!(*line, "live" | "beta" | "preview" | "deprecated") {
                identity.status = Some((*line).to_owned());
            } else if let Some(creator) = line.strip_prefix("by ").filter(|creator| creator.len() < 60) {
                identity.creator = Some(creator.to_owned());
            } else if line.starts_with("https://") && line.contains("/models/") {
                identity.slug = super::slug_of(line);
                identity.page = Some((*line).to_owned());
            } else if identity.air.is_some()
                && identity.name.is_none()
                && line.len() < 60
                && !line.ends_with('.')
            {
                identity.name = Some((*line).to_owned()).filter(|name| identity.air.as_deref() != Some(name));
            } else if let Some(steps) = breadcrumb(line) {
                self.trail = Some((*number, steps));
            }
        }
    }

    /// A parameter and all up to the next one: `name`, badges, prose, and the breadcrumb of the next.
    fn parameter(&mut self, lines: &[(usize, &str)], rules: &mut Vec<sentence::Line>) {
        let [(number, name), (badge_line, badges), rest @ ..] = lines else { return };
        let badges = split(badges, *badge_line, name, &mut self.facts.unread);
        let read = badge::read(name, *number, &badges, &mut self.facts.unread);
        let mut parameter = read.parameter;
        let path = match self.trail.take() {
            Some((_, steps)) if steps.last().map(String::as_str) == Some(*name) => steps,
            other => {
                if let Some((line, steps)) = other {
                    self.unread(line, steps.join(" » "));
                }
                vec![(*name).to_owned()]
            }
        };
        let mut promised = read.promised;
        let mut is_rules = false;
        for (number, line) in rest {
            if let Some(steps) = breadcrumb(line) {
                if let Some((line, steps)) = self.trail.replace((*number, steps)) {
                    self.unread(line, steps.join(" » "));
                }
            } else if let Some((label, count)) = label_counted(line) {
                self.counted(*number, label, count, &mut parameter, &mut promised);
            } else if *line == RULES {
                is_rules = true;
            } else if is_rules && line.ends_with(['.', ':']) {
                rules.push(sentence::Line { line: *number, text: (*line).to_owned() });
            } else {
                is_rules = false;
                apply_media(&mut parameter, line, *number);
            }
        }
        for badge in badges.iter().filter(|badge| badge.meaning() == Some(Meaning::PairedWith)) {
            let others = badge.text.split([',', '/']).map(|name| name.trim().to_owned());
            self.paired.push((path.clone(), others.collect(), badge.line));
        }
        self.outline.add(&path, parameter, promised, &mut self.facts.unread);
    }

    fn counted(
        &mut self,
        line: usize,
        label: &str,
        count: usize,
        parameter: &mut Parameter,
        promised: &mut Option<usize>,
    ) {
        match label {
            "Properties" => *promised = Some(count),
            "Learn more" | "Examples" => {}
            "Allowed values" if parameter.fact("x-value-count").is_none() => {
                let holder = match &mut parameter.items {
                    Some(items) => items,
                    None => parameter,
                };
                holder.facts.push(Fact {
                    keyword: "x-value-count".to_owned(),
                    value: Tree::count(count),
                    level: Level::Badge,
                    line,
                });
            }
            other => self.unread(line, format!("{other} {count}")),
        }
    }
}

/// Badges that run together: `integermin: 20max: 99default: 95`.
fn split(text: &str, line: usize, name: &str, unread: &mut Vec<Remark>) -> Vec<Badge> {
    const BARE: [(&str, &str, &str); 6] = [
        ("required", "required", ""),
        ("UUID v4", "format", "UUID v4"),
        ("UUID", "format", "UUID"),
        ("URI", "format", "URI"),
        ("URL", "format", "URI"),
        ("uri", "format", "URI"),
    ];
    let Some((kind, mut rest)) = badge::leading_kind(text) else { return Vec::new() };
    let mut badges = vec![Badge::new("type", kind, line)];
    if let Some((count, after)) = rest.strip_prefix(" (").and_then(|inner| inner.split_once(')')) {
        badges[0].text = format!("{kind} ({count})");
        rest = after;
    }
    while !rest.is_empty() {
        let bare = BARE.iter().find(|(word, ..)| rest.starts_with(word));
        if let Some((word, label, text)) = bare {
            badges.push(Badge::new(label, text, line));
            rest = &rest[word.len()..];
        } else if let Some((label, after)) = labelled(rest) {
            let end = (0..after.len())
                .find(|index| {
                    after.is_char_boundary(*index) && ends_at(&after[..*index], &after[*index..], label)
                })
                .unwrap_or(after.len());
            badges.push(Badge::new(label, &after[..end], line));
            rest = &after[end..];
        } else {
            // An unknown badge extends to the next known label.
            let known = |index: &usize| {
                rest.is_char_boundary(*index)
                    && (labelled(&rest[*index..]).is_some() || rest[*index..].starts_with("required"))
            };
            let end = (1..rest.len()).find(known).unwrap_or(rest.len());
            unread.push(Remark::new(line, format!("the badge `{}` of `{name}`", rest[..end].trim())));
            rest = &rest[end..];
        }
    }
    badges
}

/// A label with its colon at the start of a text.
fn labelled(text: &str) -> Option<(&'static str, &str)> {
    LABELS
        .iter()
        .find_map(|(label, _)| Some((*label, text.strip_prefix(label)?.strip_prefix(':')?.trim_start())))
}

/// Whether a badge's text may end where another badge starts.
fn ends_at(before: &str, after: &str, label: &str) -> bool {
    let is_number =
        !before.is_empty() && Tree::parse(before).is_ok_and(|value| matches!(value, Tree::Number(_)));
    match label {
        // A text of letters runs up to the next label.
        "default" | "value" | "const" | "pattern" | "format" | "paired with" => {
            !before.is_empty() && labelled(after).is_some()
        }
        _ => is_number && !after.starts_with(|next: char| next.is_ascii_digit() || "+-.".contains(next)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn badges(line: &str) -> (Vec<String>, Vec<String>) {
        let mut unread = Vec::new();
        let badges = split(line, 1, "p", &mut unread);
        let badges = badges.iter().map(|badge| format!("{}={}", badge.label, badge.text)).collect();
        (badges, unread.into_iter().map(|remark| remark.text).collect())
    }

    #[test]
    fn badges_that_run_together_are_separated() {
        let (found, unread) = badges("integerrequiredmin: 16max: 3840step: 16");
        assert_eq!(found, ["type=integer", "required=", "min=16", "max=3840", "step=16"]);
        assert!(unread.is_empty());
        assert_eq!(
            badges("array of stringsmin items: 1max items: 16").0,
            ["type=array of strings", "min items=1", "max items=16"]
        );
        assert_eq!(
            badges("stringrequiredvalue: openai:gpt-image@2").0,
            ["type=string", "required=", "value=openai:gpt-image@2"]
        );
        assert_eq!(badges("stringrequiredUUID v4").0, ["type=string", "required=", "format=UUID v4"]);
        assert_eq!(
            badges("floatmin: -1.5max: 2.25default: 0.5").0,
            ["type=float", "min=-1.5", "max=2.25", "default=0.5"]
        );
        assert_eq!(badges("stringdefault: automin: 2").0, ["type=string", "default=auto", "min=2"]);
        assert_eq!(badges("object (2 properties)").0, ["type=object (2 properties)"]);
    }

    #[test]
    fn an_unknown_badge_is_reported_and_the_others_are_read() {
        let (found, unread) = badges("stringemailmin: 3plan: promax: 9");
        assert_eq!(found, ["type=string", "min=3", "max=9"]);
        assert_eq!(unread, ["the badge `email` of `p`", "the badge `plan: pro` of `p`"]);
    }

    #[test]
    fn counts_run_together_with_their_labels() {
        assert_eq!(label_counted("Allowed values4 values"), Some(("Allowed values", 4)));
        assert_eq!(label_counted("Properties1 property"), Some(("Properties", 1)));
        assert_eq!(label_counted("Uses 4 values"), None);
        assert_eq!(label_counted("Version 2 of the model"), None);
    }
}
