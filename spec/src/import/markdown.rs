//! Model pages in Markdown.
//!
//! A page is cut into its `##` sections; a parameter is a heading, a list of badges, and prose. Of the prose, lists of
//! allowed values and the forms of media are facts; the rest is passed over.

use super::badge::{self, Badge, Meaning};
use super::outline::{Outline, apply_media};
use super::sentence;
use crate::document::{Diagnostic, Position, Source, Tree};
use crate::facts::{Example, Fact, Facts, Identity, Layout, Parameter, Remark, Shown};
use crate::model::Level;

/// A line and its number.
type Line<'a> = (usize, &'a str);

/// A `##` section; the first one is what stands before.
struct Section<'a> {
    title: &'a str,
    line: usize,
    lines: Vec<Line<'a>>,
}

/// What is known so far.
struct Page {
    facts: Facts,
    /// A parameter and those that it is paired with.
    paired: Vec<(Vec<String>, Vec<String>, usize)>,
    rules: Vec<sentence::Line>,
}

/// Whether a text has the marks of this layout.
pub(super) fn fits(text: &str) -> bool {
    text.lines().any(|line| {
        line.trim_end() == "## Request Parameters"
            || heading(line).is_some_and(|heading| heading.anchor.is_some())
    })
}

/// Reads a page.
pub(super) fn read(source: &Source) -> Result<Facts, Diagnostic> {
    let sections = sections(source)?;
    let mut page =
        Page { facts: super::blank(source, Layout::Markdown), paired: Vec::new(), rules: Vec::new() };
    let (mut task, mut result) = (Outline::new(), Outline::new());
    let mut last = "";
    for section in &sections {
        last = section.title;
        match section.title {
            "" => page.preamble(&section.lines),
            "Pricing" => page.pricing(&section.lines),
            "Compatibility & Validation" | "Compatibility and Validation" => {
                page.compatibility(&section.lines);
            }
            "Request Parameters" | "Parameters" => page.parameters(&section.lines, &mut task),
            "Response Parameters" => page.parameters(&section.lines, &mut result),
            "Examples" => page.examples(&section.lines),
            other => page.unknown(other, section),
        }
    }
    complete(source, &task, last)?;
    if matches!(last, "Request Parameters" | "Parameters") {
        let text =
            "the page ends after its request parameters and describes no results: is the file complete?";
        page.unread(source.text().lines().count(), text);
    }
    for (line, text) in task.miscounted().into_iter().chain(result.miscounted()) {
        page.facts.contradictions.push(Remark::new(line, text));
    }
    super::pair(&page.paired, &mut task, &mut page.facts.unread);
    sentence::read(&page.rules, &mut task, &mut page.facts.unread);
    page.facts.task = task.root;
    page.facts.result = (!result.is_empty()).then_some(result.root);
    Ok(page.facts)
}

fn sections(source: &Source) -> Result<Vec<Section<'_>>, Diagnostic> {
    let text = source.text().trim_start_matches('\u{feff}');
    let mut sections = vec![Section { title: "", line: 1, lines: Vec::new() }];
    let mut fence: Option<(usize, &str)> = None;
    for (index, line) in text.lines().enumerate() {
        let (number, line) = (index + 1, line.trim_end());
        match (fence, fence_of(line)) {
            (None, Some(mark)) => fence = Some((number, mark)),
            (Some((_, open)), Some(_)) if line.trim() == open => fence = None,
            _ => {}
        }
        match line.strip_prefix("## ").filter(|_| fence.is_none()) {
            Some(title) => sections.push(Section { title: title.trim(), line: number, lines: Vec::new() }),
            None => sections.last_mut().expect("there is a first one").lines.push((number, line)),
        }
    }
    match fence {
        None => Ok(sections),
        Some((line, _)) => {
            let message = "this code block is not closed";
            Err(Diagnostic::error(source.name(), Position { line, column: 1 }, message, super::CUT_OFF))
        }
    }
}

/// The mark that opens or closes a block of code.
fn fence_of(line: &str) -> Option<&str> {
    let line = line.trim();
    line.starts_with("```").then(|| &line[..line.len() - line.trim_start_matches('`').len()])
}

/// Refuses a page that shows that it was cut off within its parameters.
fn complete(source: &Source, task: &Outline, last: &str) -> Result<(), Diagnostic> {
    let text = source.text().trim_end();
    let lines = source.text().trim_end().lines().count();
    let end = text.lines().last().unwrap_or_default();
    let position = Position { line: lines.max(1), column: end.chars().count() + 1 };
    let cut = |message: &str| Err(Diagnostic::error(source.name(), position, message, super::CUT_OFF));
    if task.is_empty() {
        return cut("the page ends before any parameter of a request");
    }
    if heading(end).is_some() {
        return cut("the page ends after the name of a parameter");
    }
    let ends_within = matches!(last, "Request Parameters" | "Parameters");
    if !source.text().ends_with('\n') && (ends_within || !is_whole(end)) {
        return cut("the page ends in the middle of a line");
    }
    let is_counted = task.miscounted().is_empty();
    if ends_within && (task.root.member("model").is_none() || !is_counted || end.starts_with("- **")) {
        return cut("the page ends in the middle of its request parameters");
    }
    Ok(())
}

/// Whether a last line is one that a page can end with.
fn is_whole(end: &str) -> bool {
    let is_badge = end.starts_with("- **") && !end.ends_with(':');
    let is_label = end.starts_with("**") && end.ends_with("**:");
    let is_closed = end.matches('`').count().is_multiple_of(2);
    is_closed
        && (end.ends_with(['.', '!', '?', ')', '|'])
            || end.ends_with("```")
            || end == "---"
            || is_label
            || is_badge && (end.ends_with('`') || end.ends_with("true") || end.ends_with("false"))
            || end.starts_with("**Allowed values**") && end.ends_with('`'))
}

/// The heading of a parameter: its name, and the anchor of its link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Heading<'a> {
    name: &'a str,
    anchor: Option<&'a str>,
}

fn heading(line: &str) -> Option<Heading<'_>> {
    let text = line.trim_start_matches('#');
    if !(3..=6).contains(&(line.len() - text.len())) {
        return None;
    }
    let text = text.strip_prefix(' ')?.trim();
    let found = match text.strip_prefix('[').and_then(|rest| rest.split_once("](")) {
        Some((name, link)) => Heading {
            name,
            anchor: link.strip_suffix(')').and_then(|link| link.rsplit_once('#')).map(|(_, anchor)| anchor),
        },
        None => Heading { name: text.trim_matches('`'), anchor: None },
    };
    super::is_name(found.name).then_some(found)
}

/// `- **Key**: value`, the value without its backticks.
fn badge_line((number, line): Line<'_>) -> Option<Badge> {
    let (label, text) = line.trim_start().strip_prefix("- **")?.split_once("**")?;
    let text = text.strip_prefix(':')?.trim();
    let bare =
        text.strip_prefix('`').and_then(|text| text.strip_suffix('`')).filter(|bare| !bare.contains('`'));
    Some(Badge::new(label.trim_end_matches(':'), bare.unwrap_or(text), number))
}

impl Page {
    fn unread(&mut self, line: usize, text: impl Into<String>) {
        self.facts.unread.push(Remark::new(line, text));
    }

    fn unknown(&mut self, title: &str, section: &Section<'_>) {
        self.unread(section.line, format!("the section `{title}`"));
        for (number, line) in section.lines.iter().filter(|(_, line)| !line.trim().is_empty()) {
            self.unread(*number, line.trim());
        }
    }

    /// Front matter, name, and what is said about the model as a whole.
    fn preamble(&mut self, lines: &[Line<'_>]) {
        let front = lines.first().is_some_and(|(_, line)| *line == "---");
        let end = lines.iter().skip(1).position(|(_, line)| *line == "---").map(|end| end + 1);
        let body = end.filter(|_| front).unwrap_or(0);
        for (number, line) in lines.iter().take(body).skip(1) {
            match line.split_once(':').map(|(key, value)| (key.trim(), value.trim())) {
                Some(("url", url)) => self.page_address(url.trim_matches('"')),
                Some(("title" | "description", _)) => {}
                _ if line.trim().is_empty() => {}
                _ => self.unread(*number, line.trim()),
            }
        }
        for line in lines.iter().skip(if body > 0 { body + 1 } else { 0 }) {
            if let Some(name) = line.1.strip_prefix("# ") {
                self.facts.identity.name = Some(name.trim().to_owned());
            } else if let Some(badge) = badge_line(*line) {
                self.about(&badge);
            }
        }
    }

    fn page_address(&mut self, url: &str) {
        let identity = &mut self.facts.identity;
        identity.slug = super::slug_of(url);
        identity.page = Some(url.to_owned());
    }

    fn about(&mut self, badge: &Badge) {
        let Identity { air, status, creator, capabilities, .. } = &mut self.facts.identity;
        let text = badge.text.clone();
        match badge.label.as_str() {
            "id" => *air = Some(text),
            "status" => *status = Some(text),
            "creator" => *creator = Some(text),
            "capabilities" => {
                *capabilities =
                    text.split(',').map(|word| word.trim().to_lowercase().replace(' ', "-")).collect();
            }
            "release date" => {}
            other => {
                let text = format!("{other}: {text}");
                self.unread(badge.line, text);
            }
        }
    }

    fn pricing(&mut self, lines: &[Line<'_>]) {
        for (line, badge) in lines.iter().filter_map(|line| Some((line.1, badge_line(*line)?))) {
            let label = line.split("**").nth(1).unwrap_or_default();
            let price =
                badge.text.strip_prefix('$').filter(|price| price.parse::<f64>().is_ok_and(f64::is_finite));
            match price.filter(|price| Tree::parse(price).is_ok()) {
                Some(price) => self.facts.identity.prices.push((configuration(label), price.to_owned())),
                None => self.unread(badge.line, format!("the price of {label}: {}", badge.text)),
            }
        }
    }

    fn compatibility(&mut self, lines: &[Line<'_>]) {
        for (number, line) in lines {
            let text = line.trim();
            if !text.is_empty() && !text.trim_matches('-').is_empty() {
                self.rules.push(sentence::Line { line: *number, text: text.to_owned() });
            }
        }
    }

    fn parameters(&mut self, lines: &[Line<'_>], outline: &mut Outline) {
        let mut fence = false;
        let is_start = |line: &str, fence: &mut bool| {
            *fence ^= fence_of(line).is_some();
            !*fence && heading(line).is_some()
        };
        let mut starts: Vec<usize> = Vec::new();
        for (index, (number, line)) in lines.iter().enumerate() {
            if is_start(line, &mut fence) {
                starts.push(index);
            } else if !fence && line.starts_with("###") {
                self.unread(*number, line.trim());
            }
        }
        let mut nest = Vec::new();
        for (index, start) in starts.iter().enumerate() {
            let end = starts.get(index + 1).copied().unwrap_or(lines.len());
            if index == 0 {
                nest = nesting(&lines[..*start]).unwrap_or_default();
            }
            self.parameter(&lines[*start..end], &nest, outline);
            if let Some(next) = section_of(&lines[*start..end]) {
                nest = next;
            }
        }
    }

    /// One parameter: its heading, its badges, and prose up to the next.
    fn parameter(&mut self, lines: &[Line<'_>], nest: &[String], outline: &mut Outline) {
        let Some(((number, first), rest)) = lines.split_first() else { return };
        let Some(heading) = heading(first) else { return };
        let rest = until_section(rest);
        let start = rest.iter().position(|(_, line)| !line.trim().is_empty()).unwrap_or(rest.len());
        let count = rest[start..].iter().take_while(|line| badge_line(**line).is_some()).count();
        let badges: Vec<Badge> =
            rest[start..start + count].iter().filter_map(|line| badge_line(*line)).collect();
        if let Some(url) = first.split_once("](").map(|(_, url)| url)
            && self.facts.identity.slug.is_none()
            && let Some((page, _)) = url.split_once('#')
        {
            self.page_address(page);
        }
        let read = badge::read(heading.name, *number, &badges, &mut self.facts.unread);
        let mut parameter = read.parameter;
        if parameter.fact("type").is_none()
            && !badges.iter().any(|badge| badge.meaning() == Some(Meaning::Type))
        {
            self.unread(*number, format!("`{}` has no type", heading.name));
        }
        let Some(path) = path(heading, &badges, nest, outline) else {
            self.unread(
                *number,
                format!("the place of `{}`: its path, its anchor and its name do not match", heading.name),
            );
            return;
        };
        self.prose(&rest[start + count..], &mut parameter, &path);
        for badge in badges.iter().filter(|badge| badge.meaning() == Some(Meaning::PairedWith)) {
            let others = badge.text.split([',', '/']).map(|name| name.trim().trim_matches('`').to_owned());
            self.paired.push((path.clone(), others.collect(), badge.line));
        }
        outline.add(&path, parameter, read.promised, &mut self.facts.unread);
    }

    fn prose(&mut self, lines: &[Line<'_>], parameter: &mut Parameter, path: &[String]) {
        let mut index = 0;
        while let Some((number, line)) = lines.get(index).copied() {
            index += 1;
            if fence_of(line).is_some() {
                let end = lines[index..].iter().position(|(_, line)| fence_of(line).is_some());
                let end = index + end.unwrap_or(lines.len() - index);
                if line.contains("json") {
                    let request = Some(shown(&lines[index..end], Some(path.join("."))));
                    self.facts.examples.push(Example { request, response: None });
                }
                index = end + 1;
            } else if let Some(rest) = line.strip_prefix("**Allowed values**") {
                let bullets = listed(&lines[index..]);
                self.values(number, rest.trim_start_matches(':').trim(), bullets, parameter);
                index += bullets.len();
            } else if line.starts_with("**Learn more**") {
                index += listed(&lines[index..]).len();
            } else if is_fact_like(line) {
                self.unread(number, line.trim());
            } else {
                apply_media(parameter, line, number);
            }
        }
    }

    /// "`a` `b`", or "3 values", or a list of values with a sentence each.
    fn values(&mut self, line: usize, inline: &str, bullets: &[Line<'_>], parameter: &mut Parameter) {
        let mut values = Vec::new();
        for part in inline.split('`').skip(1).step_by(2) {
            values.push(badge::literal(part, parameter));
        }
        for (number, bullet) in bullets.iter().filter(|(_, line)| !line.trim().is_empty()) {
            let value = bullet.trim_start().strip_prefix("- `").and_then(|rest| rest.split_once('`'));
            match value {
                Some((value, _)) => values.push(badge::literal(value, parameter)),
                None => self.unread(*number, bullet.trim()),
            }
        }
        let counted = inline.split(' ').find_map(|word| word.trim_matches(['(', ')']).parse::<usize>().ok());
        let (keyword, value) = match counted.filter(|_| values.is_empty()) {
            Some(count) => ("x-value-count", Tree::count(count)),
            None => ("enum", Tree::List(values)),
        };
        if value.items().is_empty() && keyword == "enum" || parameter.fact(keyword).is_some() {
            self.unread(line, "a list of allowed values");
            return;
        }
        // The values of an array are those of its items.
        let holder = match &mut parameter.items {
            Some(items) => items,
            None => parameter,
        };
        holder.facts.push(Fact { keyword: keyword.to_owned(), value, level: Level::Badge, line });
    }

    fn examples(&mut self, lines: &[Line<'_>]) {
        let mut current = Example { request: None, response: None };
        let mut label = "";
        let mut index = 0;
        while let Some((_, line)) = lines.get(index).copied() {
            index += 1;
            if line.starts_with("### ") {
                self.keep(&mut current);
            } else if let Some(word) = line.strip_prefix("**").and_then(|rest| rest.split_once("**")) {
                label = word.0.trim_end_matches(':');
            } else if fence_of(line).is_some() {
                let end = lines[index..].iter().position(|(_, line)| fence_of(line).is_some());
                let end = index + end.unwrap_or(lines.len() - index);
                let text = Some(shown(&lines[index..end], None));
                match label {
                    "Request" => current.request = text,
                    "Response" => current.response = text,
                    _ => {}
                }
                index = end + 1;
            }
        }
        self.keep(&mut current);
    }

    fn keep(&mut self, current: &mut Example) {
        let example = std::mem::replace(current, Example { request: None, response: None });
        if example.request.is_some() || example.response.is_some() {
            self.facts.examples.push(example);
        }
    }
}

/// A line of a parameter's prose that looks like a badge of a kind that is not known.
fn is_fact_like(line: &str) -> bool {
    let rest = line.strip_prefix("**").and_then(|rest| rest.split_once("**")).map(|(_, rest)| rest);
    rest.and_then(|rest| rest.strip_prefix(':')).is_some_and(|rest| rest.trim_start().starts_with('`'))
}

/// The items of a list at the start of some lines, with the blank lines before and between.
fn listed<'l, 'a>(lines: &'l [Line<'a>]) -> &'l [Line<'a>] {
    let end = lines
        .iter()
        .position(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with("- "))
        .unwrap_or(lines.len());
    let last = lines[..end].iter().rposition(|(_, line)| !line.trim().is_empty()).map_or(0, |last| last + 1);
    &lines[..last]
}

fn shown(lines: &[Line<'_>], fragment_of: Option<String>) -> Shown {
    let text: Vec<&str> = lines.iter().map(|(_, line)| *line).collect();
    Shown { line: lines.first().map_or(1, |(number, _)| *number), text: text.join("\n"), fragment_of }
}

/// `**Settings**` on a line of its own opens a group of parameters.
fn is_group(line: &str) -> bool {
    let inner = line.trim().strip_prefix("**").and_then(|rest| rest.strip_suffix("**"));
    inner.is_some_and(|inner| !inner.is_empty() && !inner.contains(['*', ':', '.']))
}

fn group_start(lines: &[Line<'_>]) -> Option<usize> {
    let mut fence = false;
    lines.iter().position(|(_, line)| {
        fence ^= fence_of(line).is_some();
        !fence && is_group(line)
    })
}

fn until_section<'l, 'a>(lines: &'l [Line<'a>]) -> &'l [Line<'a>] {
    &lines[..group_start(lines).unwrap_or(lines.len())]
}

/// The nesting that a group announces behind a parameter; `None` where no group starts.
fn section_of(lines: &[Line<'_>]) -> Option<Vec<String>> {
    let start = group_start(lines)?;
    Some(nesting(&lines[start..]).unwrap_or_default())
}

/// "These must be nested inside the `a.b` object."
fn nesting(lines: &[Line<'_>]) -> Option<Vec<String>> {
    lines.iter().find_map(|(_, line)| {
        let line = line.replace("\\`", "`");
        let (_, rest) = line.split_once("nested inside the `")?;
        let (path, _) = rest.split_once('`')?;
        Some(path.split('.').map(str::to_owned).collect())
    })
}

/// Where a parameter belongs. `Path` of an object shows the path of its first child.
fn path(heading: Heading<'_>, badges: &[Badge], nest: &[String], outline: &Outline) -> Option<Vec<String>> {
    let fits = |path: &[String]| {
        let anchor = heading.anchor.and_then(|anchor| anchor.split_once('-')).map(|(_, path)| path);
        anchor.is_none_or(|anchor| anchor == path.join("-").to_lowercase())
    };
    if let Some(badge) = badges.iter().find(|badge| badge.meaning() == Some(Meaning::Path)) {
        let steps: Vec<String> =
            badge.text.replace("[]", "").split('.').map(|step| step.trim().to_owned()).collect();
        let ends = (0..steps.len()).filter(|index| steps[*index] == heading.name);
        return ends
            .map(|end| steps[..=end].to_vec())
            .find(|path| fits(path) && path.iter().all(|step| super::is_name(step)));
    }
    let own = || heading.name.to_owned();
    let nested: Vec<String> = nest.iter().cloned().chain([own()]).collect();
    let known =
        outline.root.tree().into_iter().map(|(path, _)| {
            path.without_items().steps().map(str::to_owned).chain([own()]).collect::<Vec<_>>()
        });
    [vec![own()], nested]
        .into_iter()
        .filter(|_| heading.anchor.is_some() || nest.is_empty())
        .chain(known)
        .find(|path| fits(path))
        .or_else(|| heading.anchor.is_none().then(|| nest.iter().cloned().chain([own()]).collect()))
}

/// `1024 x 1024 . low` as documents write it: `1024x1024 low`.
fn configuration(label: &str) -> String {
    label.replace(" x ", "x").replace(" . ", " ").replace(" · ", " ").replace('×', "x")
}
