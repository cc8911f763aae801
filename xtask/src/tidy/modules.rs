//! Circles between the top-level modules of a crate.
//!
//! A module names another where its code has `crate::other`, or as many `super::` as lead to the top and then `other`. Code of
//! tests does not count.

use super::{Problem, sources};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Circles that are allowed, with the reason: crate and one module of the circle.
const ALLOWED: [(&str, &str, &str); 0] = [];

/// Which top-level modules of a crate each of them names.
type Arrows = BTreeMap<String, BTreeSet<String>>;

pub(super) fn check(root: &Path) -> Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for src in crates(root)? {
        let arrows = arrows(&root.join(&src))?;
        let folder = src.parent().unwrap_or(&src).display().to_string();
        for circle in circles(&arrows) {
            let is_allowed = ALLOWED
                .iter()
                .any(|(known, module, _)| *known == folder && circle.iter().any(|name| name == module));
            if !is_allowed {
                problems.push(Problem::new(
                    folder.as_str(),
                    format!("modules depend on each other in a cycle: {}", circle.join(", ")),
                ));
            }
        }
    }
    Ok(problems)
}

/// The `src` folders of the checkout's crates.
fn crates(root: &Path) -> Result<BTreeSet<PathBuf>> {
    let is_root = |path: &Path| path.ends_with("src/lib.rs") || path.ends_with("src/main.rs");
    let roots = sources(root)?.into_iter().filter(|path| is_root(path));
    Ok(roots.filter_map(|path| path.parent().map(Path::to_owned)).collect())
}

/// The arrows between the top-level modules below a `src`.
pub(super) fn arrows(src: &Path) -> Result<Arrows> {
    let files = sources(src)?;
    let top = |path: &Path| {
        let first = path.components().next().map(|part| part.as_os_str().to_string_lossy().into_owned());
        first.map(|name| name.trim_end_matches(".rs").to_owned()).unwrap_or_default()
    };
    let modules: BTreeSet<String> = files.iter().map(|path| top(path)).collect();
    let mut arrows = Arrows::new();
    for path in &files {
        let module = top(path);
        if path.file_stem().is_some_and(|stem| stem == "tests")
            || matches!(module.as_str(), "lib" | "main" | "bin")
        {
            continue;
        }
        // A file `a/b.rs` is module `a::b`: two `super` lead to the top.
        let is_root_of_folder = path.file_stem().is_some_and(|stem| stem == "mod");
        let depth = path.components().count() - usize::from(is_root_of_folder);
        let text = std::fs::read_to_string(src.join(path))?;
        let named = named(&text, depth);
        let others = named.into_iter().filter(|name| modules.contains(name) && *name != module);
        arrows.entry(module.clone()).or_default().extend(others);
    }
    Ok(arrows)
}

/// The names that follow `crate::`, or `super::` as often as there are levels, in code that is no test.
fn named(text: &str, depth: usize) -> BTreeSet<String> {
    let to_top = "super::".repeat(depth);
    let mut names = BTreeSet::new();
    let mut skipped: Option<String> = None;
    let mut is_test = false;
    for line in text.lines() {
        let indent = &line[..line.len() - line.trim_start().len()];
        if let Some(end) = &skipped {
            if line == end {
                skipped = None;
            }
            continue;
        }
        if line.trim() == "#[cfg(test)]" {
            is_test = true;
            continue;
        }
        if is_test {
            is_test = line.trim_start().starts_with("#[");
            if line.ends_with('{') {
                skipped = Some(format!("{indent}}}"));
            }
            continue;
        }
        let code = line.split("//").next().unwrap_or_default();
        for start in ["crate::", &to_top] {
            for (_, rest) in occurrences(code, start) {
                names.extend(heads(rest));
            }
        }
    }
    names
}

/// What follows each whole occurrence of a path's start.
fn occurrences<'t>(code: &'t str, start: &'t str) -> impl Iterator<Item = (usize, &'t str)> {
    code.match_indices(start).filter_map(move |(at, _)| {
        let before = code[..at].chars().next_back();
        let is_start =
            before.is_none_or(|before| !before.is_alphanumeric() && before != '_' && before != ':');
        is_start.then(|| (at, &code[at + start.len()..]))
    })
}

/// The first names of what follows: one, or those of a group in braces on the same line.
fn heads(rest: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.trim().chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect()
    };
    let Some(group) = rest.strip_prefix('{') else { return vec![name(rest)] };
    let mut names = Vec::new();
    let mut level = 0_usize;
    let mut start = 0;
    for (at, character) in group.char_indices() {
        match character {
            '{' => level += 1,
            '}' if level == 0 => {
                names.push(name(&group[start..at]));
                return names;
            }
            '}' => level -= 1,
            ',' if level == 0 => {
                names.push(name(&group[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    names.push(name(&group[start..]));
    names
}

/// The groups of modules that reach each other, each group once.
pub(super) fn circles(arrows: &Arrows) -> Vec<Vec<String>> {
    let reach = |from: &String| {
        let mut seen = BTreeSet::new();
        let mut waiting = vec![from];
        while let Some(next) = waiting.pop() {
            for other in arrows.get(next).into_iter().flatten() {
                if seen.insert(other.clone()) {
                    waiting.push(other);
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&String, BTreeSet<String>> =
        arrows.keys().map(|name| (name, reach(name))).collect();
    let mut groups = BTreeSet::new();
    for (name, others) in &reached {
        if others.contains(*name) {
            let group =
                others.iter().filter(|other| reached.get(other).is_some_and(|back| back.contains(*name)));
            groups.insert(group.cloned().collect::<Vec<_>>());
        }
    }
    groups.into_iter().collect()
}
