//! One file per keyword, with the same name in the crate that reads it, the one that emits it, and the one that runs it.

use super::Problem;
use anyhow::Result;
use std::collections::BTreeSet;
use std::path::Path;

/// The folders that list the same files.
const FOLDERS: [&str; 3] = ["spec/src/rule", "codegen/src/check", "generated/src/check"];

pub(super) fn check(root: &Path) -> Result<Vec<Problem>> {
    let mut lists = Vec::new();
    for folder in FOLDERS {
        let mut names = BTreeSet::new();
        for entry in std::fs::read_dir(root.join(folder))? {
            let path = entry?.path();
            // What a keyword keeps in a folder of its own is its own business.
            if path.extension().is_some_and(|extension| extension == "rs") {
                names.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
            }
        }
        lists.push(names);
    }
    let all: BTreeSet<&String> = lists.iter().flatten().collect();
    let mut problems = Vec::new();
    for (folder, list) in FOLDERS.iter().zip(&lists) {
        let missing = all.iter().filter(|name| !list.contains(**name));
        problems.extend(missing.map(|name| {
            Problem::new(
                format!("{folder}/{name}"),
                "is missing: a rule has a file in each of the three folders",
            )
        }));
    }
    Ok(problems)
}
