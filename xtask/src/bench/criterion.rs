//! The figures that criterion leaves behind.

use super::table::{OWN, Table, Unit};
use anyhow::Context as _;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Adds the medians of a baseline, each group in the order of its names, our own first.
pub(super) fn collect(folder: &Path, baseline: &str, table: &mut Table) -> anyhow::Result<()> {
    let mut found = Vec::new();
    visit(folder, baseline, &mut found)?;
    found.sort_by_key(|(group, what, who, _)| (group.clone(), what.clone(), who != OWN, who.clone()));
    for (group, what, who, value) in found {
        table.add(&group, &what, &who, value, Unit::Nanoseconds);
    }
    Ok(())
}

fn visit(
    folder: &Path,
    baseline: &str,
    found: &mut Vec<(String, String, String, f64)>,
) -> anyhow::Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for path in entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()) {
        if path.file_name().is_none_or(|name| name != baseline) {
            visit(&path, baseline, found)?;
            continue;
        }
        let (about, estimates) = (read(&path.join("benchmark.json"))?, read(&path.join("estimates.json"))?);
        let text = |name: &str| about[name].as_str().unwrap_or_default().to_owned();
        let value = estimates["median"]["point_estimate"].as_f64().context("no median")?;
        found.push((text("group_id"), text("value_str"), text("function_id"), value));
    }
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<Value> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}
