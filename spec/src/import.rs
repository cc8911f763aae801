//! From what people have (a published OpenAPI file, an answer of the schema service, a model page in Markdown or as
//! text) to a document under `models/`.
//!
//! A source is read into [`Facts`], whatever its layout; [`import()`] writes these into a document, a new one or the one
//! that is there. Facts are taken over, sentences never: what a new parameter is for is left to us, as a question.
//! What the source leaves open is a question too, and every line that was not understood is reported.

mod badge;
mod document;
mod flat;
mod json;
mod markdown;
mod outline;
mod sentence;
mod wording;

pub use document::{Imported, Known, Open, import, slug};
pub use wording::Wording;

use crate::document::{Diagnostic, Position, ReadError, Source, Tree};
use crate::facts::{Fact, Facts, Identity, Layout, Parameter, Remark};
use crate::model::Level;
use crate::read::{Purpose, read_text};
use outline::Outline;

/// The longest page that is read, in bytes; published ones have some 17,000.
const MAX_PAGE: usize = 1 << 20;

/// What to do about a source that ends too early.
const CUT_OFF: &str = "download it again; it seems to be incomplete";

/// What a source says about a model.
///
/// # Errors
/// A text of no known layout, one that is cut off, and every reason why a schema is not one that we understand.
pub fn read(source: &Source) -> Result<Facts, ReadError> {
    let layout = layout(source).map_err(refused)?;
    let facts = match layout {
        Layout::OpenApi | Layout::Service | Layout::Task => {
            let (model, text) = read_text(source, Purpose::Use)?;
            json::read(text.as_ref().unwrap_or(source)).map(|mut facts| {
                let remark =
                    |warning: &Diagnostic| Remark::new(warning.position.line, warning.message.as_str());
                facts.contradictions.extend(model.warnings.iter().map(remark));
                facts.unchecked = model.unchecked;
                facts
            })
        }
        Layout::Markdown => markdown::read(source),
        Layout::Flat => flat::read(source),
    };
    let facts = facts.map_err(refused)?;
    possible(&facts).map_err(refused)?;
    Ok(facts)
}

fn refused(diagnostic: Diagnostic) -> ReadError {
    ReadError::Refused(vec![diagnostic])
}

/// How a text is laid out; which of the JSON layouts it has is seen when it is read.
fn layout(source: &Source) -> Result<Layout, Diagnostic> {
    let error =
        |message: &str, help: &str| Err(Diagnostic::error(source.name(), Position::START, message, help));
    let text = source.text().trim_start_matches('\u{feff}').trim_start();
    if text.is_empty() {
        return error("the file is empty", "pass the page or the schema of a model");
    }
    if text.contains('\0') {
        return error("this is not a text file", "pass the page or the schema of a model");
    }
    if text.starts_with(['{', '[']) {
        return Ok(Layout::OpenApi);
    }
    let start: String = text.chars().take(200).collect::<String>().to_lowercase();
    if start.starts_with("<!doctype")
        || start.starts_with("<html")
        || start.starts_with("<?xml")
        || start.starts_with("<!--")
    {
        let help = "pass the page in Markdown (its URL and `.md`), its `schema.json`, or its text";
        return error("this is HTML", help);
    }
    if text.len() > MAX_PAGE {
        let message = format!("{} bytes: too large for a page", text.len());
        let help = format!(
            "published pages have about 17,000 bytes, the limit is {MAX_PAGE}; is this the right file?"
        );
        return error(&message, &help);
    }
    if markdown::fits(text) {
        return Ok(Layout::Markdown);
    }
    if flat::fits(text) {
        return Ok(Layout::Flat);
    }
    error(
        "unknown layout",
        "supported: an OpenAPI file, an answer of the schema service, the JSON Schema of a task, a model page in Markdown, a model page as text",
    )
}

/// Facts of a page of which nothing is read yet.
fn blank(source: &Source, layout: Layout) -> Facts {
    Facts {
        source: source.name().to_owned(),
        layout,
        identity: Identity::default(),
        task: Parameter::default(),
        result: None,
        examples: Vec::new(),
        contradictions: Vec::new(),
        unread: Vec::new(),
        unchecked: Vec::new(),
    }
}

/// Whether a text can be the name of a parameter.
fn is_name(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|character| character.is_ascii_alphanumeric() || "_-$".contains(character))
}

/// The model's slug in the URL of its page.
fn slug_of(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("/models/")?;
    let slug = rest.split(['/', '#', '?']).next()?.trim_end_matches(".md");
    let is_slug = slug.starts_with(|first: char| first.is_ascii_alphanumeric())
        && slug.len() <= 128
        && slug.chars().all(|character| character.is_ascii_alphanumeric() || "-_.".contains(character));
    is_slug.then(|| slug.to_owned())
}

/// The file-name form of a model's name or id.
fn slug_from(name: &str) -> String {
    let words =
        name.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

/// Rules from "paired with": where one is given, the others must be. Badges on both sides are one rule.
fn pair(paired: &[(Vec<String>, Vec<String>, usize)], outline: &mut Outline, unread: &mut Vec<Remark>) {
    let mut done = vec![false; paired.len()];
    for index in 0..paired.len() {
        if done[index] {
            continue;
        }
        let (path, _, line) = &paired[index];
        let Some((_, holder)) = path.split_last() else { continue };
        let mut needs: Vec<(String, Tree)> = Vec::new();
        let mut names = vec![path[path.len() - 1].clone()];
        let mut next = 0;
        while let Some(name) = names.get(next).cloned() {
            next += 1;
            for (other, (path, others, _)) in paired.iter().enumerate() {
                if !done[other] && path.split_last() == Some((&name, holder)) {
                    done[other] = true;
                    names.extend(
                        others.iter().filter(|other| !names.contains(other)).cloned().collect::<Vec<_>>(),
                    );
                    needs.push((name.clone(), Tree::texts(others.iter().cloned())));
                }
            }
        }
        let steps: Vec<String> = holder.to_vec();
        let Some(target) = steps.iter().try_fold(&mut outline.root, |parameter, name| {
            parameter.members.iter_mut().find(|member| member.name == *name)
        }) else {
            continue;
        };
        let missing = names.iter().find(|name| target.member(name).is_none());
        match missing {
            Some(name) => unread.push(Remark::new(
                *line,
                format!("paired with `{name}`, which the page does not list there"),
            )),
            None => sentence::add_rule(
                target,
                Fact {
                    keyword: "dependentRequired".to_owned(),
                    value: Tree::object(needs),
                    level: Level::Badge,
                    line: *line,
                },
            ),
        }
    }
}

/// Refuses limits that exclude each other: no document could hold them.
fn possible(facts: &Facts) -> Result<(), Diagnostic> {
    for (path, parameter) in facts.task.tree() {
        for (low, high) in [("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems")] {
            let (Some(low), Some(high)) = (parameter.fact(low), parameter.fact(high)) else { continue };
            let number = |fact: &Fact| fact.value.line().parse::<bigdecimal::BigDecimal>().ok();
            if let (Some(least), Some(most)) = (number(low), number(high))
                && least > most
            {
                let message = format!(
                    "`{path}` has `{}` {} above `{}` {}: no value would be valid",
                    low.keyword,
                    low.value.line(),
                    high.keyword,
                    high.value.line()
                );
                let position = Position { line: low.line.max(1), column: 1 };
                return Err(Diagnostic::error(
                    &facts.source,
                    position,
                    message,
                    "ask the provider which of the two is correct, and correct the file",
                ));
            }
        }
    }
    Ok(())
}
