//! What the documentation says of the releases of a model: which one a module is, which one is newer, and how they differ.

use crate::module_name;
use airspec_spec::diff;
use airspec_spec::{Model, Schema, release, text};

/// Paragraphs about the release of a model, where its document states one; `all` are the models of the crate.
pub(crate) fn notes(model: &Model, all: &[Model]) -> Vec<String> {
    let Some(own) = day(model) else { return Vec::new() };
    let of_same = |other: &&Model| other.air.is_some() && other.air == model.air && day(other).is_some();
    let newest = all.iter().filter(of_same).max_by_key(|other| day(other));
    let mut notes = Vec::new();
    match newest.filter(|newest| day(newest) > Some(own)) {
        Some(newest) => {
            let (day, name) = (day(newest).unwrap_or_default(), module_name(&newest.slug));
            notes.push(format!(
                "This module is the release of {own}. A later one is known: that of {day}, which the live API is likely to \
                 take. It is the module `{name}`, behind the feature `{}`. `airspec validate --release {day}` validates \
                 requests with it.",
                newest.slug
            ));
            notes.extend(differences(model, newest));
        }
        None => notes.push(format!("This module is the release of {own}, the newest that is known.")),
    }
    notes.extend(names_alone(model));
    notes
}

/// The day of a model's release.
fn day(model: &Model) -> Option<&str> {
    model.version.as_deref().filter(|version| release::day(version).is_ok())
}

/// What code for the old release must do without, and what takes its place.
fn differences(old: &Model, new: &Model) -> Option<String> {
    let found = diff::compare(old, new);
    let of = |model: &Model| model.task.properties.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    let (before, after) = (of(old), of(new));
    let code = |names: Vec<String>| {
        text::list(&names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>(), "and")
    };
    let gone: Vec<String> = before.iter().filter(|name| !after.contains(name)).cloned().collect();
    let come: Vec<String> = after.iter().filter(|name| !before.contains(name)).cloned().collect();
    let moves = found.moves.iter().map(|one| format!("`{}` instead of `{}`", one.to, one.from));
    let mut parts = Vec::new();
    if !gone.is_empty() {
        parts.push(format!("The release of {} has no {}.", day(new).unwrap_or_default(), code(gone)));
    }
    let moves: Vec<String> = moves.collect();
    if !moves.is_empty() {
        parts.push(format!("Use {}.", text::list(&moves, "and")));
    }
    if !come.is_empty() {
        parts.push(format!("New in it: {}.", code(come)));
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// The parameters of which nothing but the name is known.
fn names_alone(model: &Model) -> Option<String> {
    let is_bare = |schema: &&Schema| {
        !schema.path.is_empty()
            && schema.constraints.is_empty()
            && schema.properties.is_empty()
            && schema.items.is_none()
    };
    let names: Vec<String> =
        model.task.tree().into_iter().filter(is_bare).map(|schema| format!("`{}`", schema.path)).collect();
    let names = text::list(&names, "and");
    (!names.is_empty()).then(|| format!("Only the names are known of {names}: any value is valid there."))
}
