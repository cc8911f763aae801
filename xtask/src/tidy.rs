//! What keeps the house in order, as code: `cargo xtask tidy`, and a test of this crate.
//!
//! Each check takes a checkout (or what cargo says of one) and returns what is wrong with it; an exception stands in a list with
//! its reason, and one that no longer applies is a problem as well.

mod crates;
mod documents;
mod modules;
mod rules;
mod sizes;
#[cfg(test)]
mod tests;
mod words;

use crate::{root, show};
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Something that is not as it must be: where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Problem {
    place: String,
    text: String,
}

impl Problem {
    fn new(place: impl Into<String>, text: impl Into<String>) -> Self {
        Self { place: place.into(), text: text.into() }
    }
}

/// Takes no arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(_: &Arguments) -> Result<ExitCode> {
    let problems = problems(&root())?;
    let lines: String =
        problems.iter().map(|problem| format!("{}: {}\n", problem.place, problem.text)).collect();
    show(&lines)?;
    show(&match problems.len() {
        0 => "tidy\n".to_owned(),
        count => format!("{count} problems\n"),
    })?;
    Ok(ExitCode::from(u8::from(!problems.is_empty())))
}

/// Everything that is wrong with a checkout.
fn problems(root: &Path) -> Result<Vec<Problem>> {
    let mut problems = crates::check(root)?;
    problems.extend(modules::check(root)?);
    problems.extend(rules::check(root)?);
    problems.extend(sizes::check(root)?);
    problems.extend(documents::check(root)?);
    problems.extend(words::check(root)?);
    problems.sort();
    Ok(problems)
}

/// The Rust files below a folder, in order of their names, relative to it; without what cargo builds.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                if !path.ends_with("target") && !path.ends_with("node_modules") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path.strip_prefix(folder)?.to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}
