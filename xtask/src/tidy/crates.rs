//! The arrows between crates, and a reason for each dependency.

use super::Problem;
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// What each crate may depend on, of this workspace. Dependencies of tests alone are free.
const ARROWS: [(&str, &[&str]); 14] = [
    ("airspec-price", &[]),
    ("airspec-spec", &["airspec-price"]),
    ("airspec-codegen", &["airspec-spec"]),
    ("airspec-macros", &["airspec-spec", "airspec-codegen"]),
    ("airspec-models", &["airspec-price"]),
    ("airspec-judge", &["airspec-spec"]),
    ("airspec-media", &[]),
    ("airspec-mock", &["airspec-spec", "airspec-judge", "airspec-media"]),
    // The suite uses only the client of the generated crate (URLs, pauses, error codes), never a validator.
    ("airspec-suite", &["airspec-spec", "airspec-judge", "airspec-media", "airspec-mock", "airspec-models"]),
    // The errors of the client tell why a request was refused; the mock writes those of the proxy and has its connections.
    (
        "airspec-traffic",
        &["airspec-spec", "airspec-judge", "airspec-mock", "airspec-suite", "airspec-models"],
    ),
    ("airspec-report", &["airspec-spec", "airspec-suite"]),
    (
        "airspec",
        &[
            "airspec-spec",
            "airspec-judge",
            "airspec-media",
            "airspec-mock",
            "airspec-models",
            "airspec-suite",
            "airspec-traffic",
            "airspec-report",
        ],
    ),
    ("xtask", &["airspec-spec", "airspec-codegen", "airspec-judge", "xtask-start"]),
    ("xtask-start", &[]),
];

pub(super) fn check(root: &Path) -> Result<Vec<Problem>> {
    let metadata = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"])
        .arg(root.join("Cargo.toml"))
        .output()?;
    anyhow::ensure!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let mut problems = arrows(&serde_json::from_slice(&metadata.stdout)?);
    problems.extend(reasons(&std::fs::read_to_string(root.join("Cargo.toml")).context("Cargo.toml")?));
    Ok(problems)
}

/// Arrows of `cargo metadata` that are not allowed, and crates that the table does not know.
pub(super) fn arrows(metadata: &Value) -> Vec<Problem> {
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_ours = |name: &str| packages.iter().any(|package| package["name"] == name);
    let mut problems = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, allowed)) = ARROWS.iter().find(|(known, _)| *known == name) else {
            problems.push(Problem::new(name, "is not listed in xtask/src/tidy/crates.rs"));
            continue;
        };
        let dependencies = package["dependencies"].as_array().into_iter().flatten();
        let normal = dependencies.filter(|dependency| dependency["kind"] != "dev");
        for target in normal.filter_map(|dependency| dependency["name"].as_str()) {
            if is_ours(target) && !allowed.contains(&target) {
                problems.push(Problem::new(
                    name,
                    format!("depends on {target}: this dependency is not allowed (xtask/src/tidy/crates.rs)"),
                ));
            }
        }
    }
    problems
}

/// Each dependency of the workspace stands below a comment that gives its reason; neighbours may share one.
pub(super) fn reasons(manifest: &str) -> Vec<Problem> {
    let lines = manifest.lines().skip_while(|line| *line != "[workspace.dependencies]").skip(1);
    let mut has_reason = false;
    let mut problems = Vec::new();
    for line in lines.take_while(|line| !line.starts_with('[')) {
        if line.starts_with('#') {
            has_reason = true;
        } else if line.trim().is_empty() {
            has_reason = false;
        } else if let Some((name, what)) = line.split_once(" = ")
            && !has_reason
            && !what.contains("path = ")
        {
            problems.push(Problem::new(
                "Cargo.toml",
                format!("`{name}` has no reason: write a comment above it"),
            ));
        }
    }
    problems
}
