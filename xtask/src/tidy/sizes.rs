//! How long files and functions may be. Machine-written code is left out.

use super::{Problem, sources};
use anyhow::Result;
use std::collections::BTreeSet;
use std::path::Path;

/// Lines of a file.
const MAX_FILE: usize = 500;

/// Lines of a function, from its name to its closing brace.
const MAX_FUNCTION: usize = 60;

/// What the generator writes.
const GENERATED: &str = "generated/src/models/";

/// What may be longer, with the reason.
const ALLOWED: [(&str, &str); 0] = [];

pub(super) fn check(root: &Path) -> Result<Vec<Problem>> {
    let mut problems = Vec::new();
    let mut unused: BTreeSet<&str> = ALLOWED.iter().map(|(place, _)| *place).collect();
    for path in sources(root)? {
        let place = path.to_string_lossy().replace('\\', "/");
        if place.starts_with(GENERATED) || place.starts_with("fuzz/") {
            continue;
        }
        let found = of_file(&place, &std::fs::read_to_string(root.join(&path))?);
        problems.extend(found.into_iter().filter(|problem| !unused.remove(problem.place.as_str())));
    }
    let stale = |place: &str| {
        Problem::new(place, "is no longer too long: remove it from the list in xtask/src/tidy/sizes.rs")
    };
    problems.extend(unused.into_iter().map(stale));
    Ok(problems)
}

/// What is too long in a file that rustfmt has laid out: a function ends at the brace below its own line's indent.
pub(super) fn of_file(place: &str, text: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() > MAX_FILE {
        problems.push(Problem::new(place, format!("{} lines, at most {MAX_FILE}", lines.len())));
    }
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = function(line) else { continue };
        let close = format!("{}}}", &line[..line.len() - line.trim_start().len()]);
        let Some(length) = lines[start..].iter().position(|line| *line == close) else { continue };
        if length + 1 > MAX_FUNCTION && !line.trim_end().ends_with([';', '}']) {
            let text = format!("line {}: {} lines, at most {MAX_FUNCTION}", start + 1, length + 1);
            problems.push(Problem::new(format!("{place}::{name}"), text));
        }
    }
    problems
}

/// The name of the function that begins on a line.
fn function(line: &str) -> Option<&str> {
    let words = ["pub", "pub(crate)", "pub(super)", "const", "async", "unsafe", "extern"];
    let mut rest = line.trim_start();
    while let Some(after) = words.iter().find_map(|word| rest.strip_prefix(word)?.strip_prefix(' ')) {
        rest = after;
    }
    let name = rest.strip_prefix("fn ")?;
    Some(name.split(['(', '<']).next().unwrap_or(name))
}
