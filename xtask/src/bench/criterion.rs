//! The figures that criterion leaves behind.

use super::table::{Table, Unit};
use anyhow::Context as _;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

/// Adds the medians of a baseline in the order in which they were measured.
pub(super) fn collect(folder: &Path, baseline: &str, table: &mut Table) -> anyhow::Result<()> {
    let mut found = Vec::new();
    visit(folder, baseline, &mut found)?;
    found.sort_by_key(|one| one.measured);
    for one in found {
        table.add(&one.group, &one.what, &one.who, one.value, Unit::Nanoseconds);
    }
    Ok(())
}

/// A median.
struct Found {
    measured: SystemTime,
    group: String,
    what: String,
    who: String,
    value: f64,
}

fn visit(folder: &Path, baseline: &str, found: &mut Vec<Found>) -> anyhow::Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for path in entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()) {
        if path.file_name().is_none_or(|name| name != baseline) {
            visit(&path, baseline, found)?;
            continue;
        }
        let (about, estimates) = (read(&path.join("benchmark.json"))?, read(&path.join("estimates.json"))?);
        let text = |name: &str| about[name].as_str().unwrap_or_default().to_owned();
        let value = estimates["median"]["point_estimate"].as_f64().context("no median")?;
        found.push(Found {
            measured: fs::metadata(path.join("estimates.json"))?.modified()?,
            group: text("group_id"),
            what: text("value_str"),
            who: text("function_id"),
            value,
        });
    }
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<Value> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}
