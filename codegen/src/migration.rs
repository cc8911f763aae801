//! What a user of the generated crate must change when its spec did, in terms of the crate's own names.

use crate::GenerateError;
use crate::api::{Api, Setter};
use crate::plan::Plan;
use crate::surface::{Shift, Surface, reported};
use airspec_spec::Model;
use airspec_spec::diff::{Diff, Effect, Subject};
use std::fmt::Write as _;

/// Notes on the way from the crate of one spec to that of the next, in Markdown. Empty where nothing has to change.
///
/// # Errors
/// A model whose task is not an object.
pub fn migration(old: &Model, new: &Model, diff: &Diff) -> Result<String, GenerateError> {
    let shifts = Surface::of(old)?.shifts(&Surface::of(new)?);
    let (before, after) = (Api::of(&Plan::new(old)), Api::of(&Plan::new(new)));
    let sections = [
        ("Starting a request", required(&before, &after)),
        ("Methods of the builder", setters(&before, &after, diff)),
        ("Fields", fields(&before, &after)),
        ("Names that are gone", gone(&shifts)),
        ("Requests that are refused now", refused(&after, diff)),
    ];
    let mut notes = String::new();
    for (title, lines) in sections {
        if lines.is_empty() {
            continue;
        }
        let gap = if notes.is_empty() { "" } else { "\n" };
        let _ = writeln!(notes, "{gap}### {title}\n");
        for line in lines {
            let _ = writeln!(notes, "- {line}");
        }
    }
    Ok(notes)
}

/// What must be given to `Request::builder`.
fn required(before: &Api, after: &Api) -> Vec<String> {
    let mut lines = Vec::new();
    for (path, field) in before.asked.iter().filter(|(path, _)| !after.asked.contains_key(*path)) {
        lines.push(match after.setters.get(path) {
            Some(setter) => {
                format!(
                    "Take `{field}` out of `Required {{ … }}` and call `.{}(…)` on the builder.",
                    setter.name
                )
            }
            None => format!("Take `{field}` out of `Required {{ … }}`."),
        });
    }
    for (path, field) in after.asked.iter().filter(|(path, _)| !before.asked.contains_key(*path)) {
        let kind = after.fields.get(path).map(|field| format!(", a `{}`", field.kind)).unwrap_or_default();
        lines.push(format!("Give `{field}`{kind}, in `Required {{ … }}`."));
    }
    lines
}

/// Methods that have another name, take something else, or are gone.
fn setters(before: &Api, after: &Api, diff: &Diff) -> Vec<String> {
    let mut lines = Vec::new();
    for (path, old) in &before.setters {
        let moved = diff
            .moves
            .iter()
            .find(|one| one.from == *path)
            .and_then(|one| after.setters.get(one.to.as_str()));
        match (after.setters.get(path), moved) {
            (Some(new), _) if new == old => {}
            (Some(new), _) | (None, Some(new)) => lines.push(instead(old, new)),
            // The parts of an object that is gone say where they went.
            (None, None) if diff.moves.iter().any(|one| one.from != *path && one.from.starts_with(path)) => {
                lines.push(format!("Instead of `.{}(…)` set its parts one by one.", old.name));
            }
            (None, None) => {
                lines.push(format!("Remove `.{}(…)`: the API does not take `{path}` any more.", old.name));
            }
        }
    }
    lines
}

fn instead(old: &Setter, new: &Setter) -> String {
    let takes = if old.argument == new.argument {
        String::new()
    } else {
        format!(", which takes `{}` (it took `{}`)", new.argument, old.argument)
    };
    if old.name == new.name {
        return format!("`.{}(…)` takes `{}` now; it took `{}`.", new.name, new.argument, old.argument);
    }
    format!("Instead of `.{}(…)` call `.{}(…)`{takes}.", old.name, new.name)
}

/// Fields whose type is another.
fn fields(before: &Api, after: &Api) -> Vec<String> {
    let mut lines = Vec::new();
    for (path, old) in &before.fields {
        let Some(new) = after.fields.get(path).filter(|new| *new != old) else { continue };
        let how = if new.kind == format!("Option<{}>", old.kind) {
            ": it is `None` where the parameter is left out, and set as `Some(…)`"
        } else if old.kind == format!("Option<{}>", new.kind) {
            ": it is always there"
        } else {
            ""
        };
        lines.push(format!("`{}` is `{}` now; it was `{}`{how}.", new.name, new.kind, old.kind));
    }
    lines
}

/// Types, values, constants and functions that were removed, except those of the other sections.
fn gone(shifts: &[Shift]) -> Vec<String> {
    let is_told = |item: &str| item.starts_with("RequestBuilder::") || item.starts_with("Required::");
    let items = reported(shifts).into_iter().filter_map(|shift| match shift {
        Shift::Gone(item) if !is_told(item) => Some(format!("`{item}`")),
        _ => None,
    });
    items.collect()
}

/// What compiles as before and is refused when it is built.
fn refused(after: &Api, diff: &Diff) -> Vec<String> {
    let breaking = diff.of(Subject::Request).filter(|change| change.effect == Effect::Breaking);
    let lines = breaking.filter_map(|change| {
        if change.path.is_empty() {
            return Some(format!("The task {}.", change.sentence));
        }
        let setter = after.setters.get(change.path.as_str());
        let name = setter.map(|setter| format!("`.{}(…)`: ", setter.name));
        let is_there = setter.is_some()
            || after.fields.contains_key(change.path.as_str())
            || change.path.ends_with("items");
        is_there.then(|| format!("{}`{}` {}.", name.unwrap_or_default(), change.path, change.sentence))
    });
    lines.collect()
}
