//! `release-notes`: what a pull request and the changelog say about a change of a spec.

use crate::diff::{migration, search};
use airspec_spec::diff::{self, Effect, Report, Subject};
use airspec_spec::release;
use airspec_spec::{Model, Strictness};
use anyhow::Context as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The place in the changelog behind which entries are added.
const UNRELEASED: &str = "## Unreleased\n";
const SECTION: &str = "### Specs of models\n";

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The old spec: a file, or the slug or AIR id of a model
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The new spec: likewise
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Add the entry to this changelog, unless it is there
    #[arg(long, value_name = "FILE")]
    changelog: Option<PathBuf>,
    /// What `import` printed, to be repeated: its open questions
    #[arg(long, value_name = "FILE")]
    import: Option<PathBuf>,
    /// Number of random values in the search for broken requests, besides values from the specs
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    values: usize,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let read = |path: &Path| airspec_spec::to_compare(path, &[], Strictness::Strict);
    let (old, new) = (read(&arguments.old)?, read(&arguments.new)?);
    let found = diff::compare(&old, &new);
    let evidence = search(&arguments.old, &arguments.new, &[], arguments.values, 1)?;
    let report = Report { diff: &found, evidence: &evidence, step: None };
    let step = airspec_codegen::step(&old, &new, report.verdict(Subject::Request).effect)?;
    let report = Report { step: Some(&step), ..report };
    let entry = entry(&old, &new, &report);
    if let Some(path) = &arguments.changelog {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let added = with_entry(&text, &entry)
            .with_context(|| format!("{}: no line `## Unreleased`", path.display()))?;
        fs::write(path, added).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let mut notes = format!("# {}\n\n{}\n", title(&old, &new), report.markdown());
    notes.push_str(&format!("{}\n## Changelog\n\n{entry}", migration(&old, &new, &report)?));
    if let Some(path) = &arguments.import {
        let said = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let said = said.trim().replace("```", "'''");
        notes.push_str(&format!("\n## What the import leaves open\n\n```text\n{said}\n```\n"));
    }
    crate::show(&notes)?;
    Ok(ExitCode::SUCCESS)
}

/// The name of the release that a document states.
fn released(model: &Model) -> Option<&str> {
    model.version.as_deref().filter(|version| release::day(version).is_ok())
}

fn title(old: &Model, new: &Model) -> String {
    let name = new.title.strip_prefix("Runware API - ").unwrap_or(&new.title);
    match (released(old), released(new)) {
        (Some(old), Some(new)) if old != new => format!("{name}: from the release of {old} to that of {new}"),
        _ => format!("{name}: the spec has changed"),
    }
}

/// The line of the changelog.
fn entry(old: &Model, new: &Model, report: &Report<'_>) -> String {
    let step = match report.wire().effect {
        Effect::Breaking => "Breaking: some requests that were valid are now rejected.",
        Effect::Compatible => "Requests that were valid stay valid.",
        Effect::Documentation => "No request and no answer is affected.",
    };
    let mut names: Vec<&str> = report.diff.changes.iter().map(|change| change.path.as_str()).collect();
    names.retain(|name| !name.is_empty());
    names.sort_unstable();
    names.dedup();
    let more = names.len().saturating_sub(8);
    let shown: Vec<String> = names.iter().take(8).map(|name| format!("`{name}`")).collect();
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    let changed =
        if shown.is_empty() { String::new() } else { format!(" Changed: {}{rest}.", shown.join(", ")) };
    format!("- {}. {step}{changed}\n", title(old, new))
}

/// A changelog with an entry in the section about specs, which is made if it is not there. `None` for a text that is no
/// changelog.
fn with_entry(text: &str, entry: &str) -> Option<String> {
    if text.contains(entry) {
        return Some(text.to_owned());
    }
    let (head, rest) = text.split_once(UNRELEASED)?;
    let end = rest.find("\n## ").unwrap_or(rest.len());
    let (unreleased, older) = rest.split_at(end);
    let unreleased = match unreleased.split_once(SECTION) {
        Some((before, after)) => {
            let after = after.trim_start_matches('\n');
            format!("{before}{SECTION}\n{entry}{after}")
        }
        None => format!("{}\n\n{SECTION}\n{entry}", unreleased.trim_end()),
    };
    Some(format!("{head}{UNRELEASED}{unreleased}{older}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_added_once_to_what_is_not_released() {
        let log = "# Changelog\n\n## Unreleased\n\nThe first.\n\n### A\n\n- a\n\n## 0.1.0\n\n- old\n";
        let once = with_entry(log, "- b\n").unwrap();
        let expected = "# Changelog\n\n## Unreleased\n\nThe first.\n\n### A\n\n- a\n\n### Specs of models\n\n- b\n\n## 0.1.0\n\n- old\n";
        assert_eq!(once, expected);
        assert_eq!(with_entry(&once, "- b\n").unwrap(), once);
        let twice = with_entry(&once, "- c\n").unwrap();
        assert!(twice.contains("### Specs of models\n\n- c\n- b\n\n## 0.1.0"), "{twice}");
        assert_eq!(with_entry("# Notes\n", "- b\n"), None);
    }
}
