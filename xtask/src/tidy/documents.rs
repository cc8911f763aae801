//! `.ci/run` runs the commands that the README documents.

use super::Problem;
use anyhow::Result;
use std::path::Path;

/// The two commands that do everything on a fresh machine.
const COMMANDS: [&str; 2] = ["cargo xtask conformance", "cargo test --workspace"];

pub(super) fn check(root: &Path) -> Result<Vec<Problem>> {
    let read = |path: &str| std::fs::read_to_string(root.join(path));
    Ok(commands(&read("README.md")?, &read(".ci/run")?))
}

/// The README contains both commands, and the script has each on a line of its own after `step`.
pub(super) fn commands(readme: &str, script: &str) -> Vec<Problem> {
    let contains = |text: &str, command: &str| {
        text.lines().any(|line| line.trim().split(" #").next().map(str::trim) == Some(command))
    };
    let runs = |command: &str| {
        let steps = script.lines().filter_map(|line| line.strip_prefix("step "));
        steps.map(|step| step.trim_end_matches("</dev/null").trim()).any(|step| step == command)
    };
    let mut problems = Vec::new();
    for command in COMMANDS {
        if !contains(readme, command) {
            problems.push(Problem::new("README.md", format!("does not contain `{command}`")));
        }
        if !runs(command) {
            problems.push(Problem::new(
                ".ci/run",
                format!("does not run `{command}`, which the README documents"),
            ));
        }
    }
    problems
}
