//! Reads what a run or a kill matrix left in a file.

use super::document::Document;
use super::files::ReportError;
use super::matrix::Kills;
use serde::de::DeserializeOwned;
use std::fs;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

/// What a file of ours holds.
#[derive(Debug)]
pub enum Saved {
    /// A `report.json`.
    Run(Box<Document>),
    /// A `faults.json`.
    Faults(Kills),
}

/// Reads a `report.json`, or the one in a folder.
///
/// # Errors
/// A file that cannot be read, or that is no report.
pub fn read(path: &Path) -> Result<Document, ReportError> {
    let (path, text) = bytes(path)?;
    parse(&path, &text)
}

/// Reads a `report.json` or a `faults.json`, or the one in a folder, and tells where it was.
///
/// # Errors
/// A file that cannot be read, or that is neither.
pub fn read_saved(path: &Path) -> Result<(PathBuf, Saved), ReportError> {
    /// What tells the two apart.
    #[derive(serde::Deserialize)]
    struct Kind {
        faults: Option<serde::de::IgnoredAny>,
    }
    let kills = path.join("faults.json");
    let is_kills = kills.exists() && !path.join("report.json").exists();
    let (path, text) = bytes(if is_kills { &kills } else { path })?;
    let is_of_faults = serde_json::from_slice(&text).is_ok_and(|kind: Kind| kind.faults.is_some());
    let saved =
        if is_of_faults { Saved::Faults(parse(&path, &text)?) } else { Saved::Run(parse(&path, &text)?) };
    Ok((path, saved))
}

fn bytes(path: &Path) -> Result<(PathBuf, Vec<u8>), ReportError> {
    let path = if path.is_dir() { path.join("report.json") } else { path.to_owned() };
    match fs::read(&path) {
        Ok(text) => Ok((path, text)),
        Err(error) => Err(ReportError { path, error }),
    }
}

fn parse<T: DeserializeOwned>(path: &Path, text: &[u8]) -> Result<T, ReportError> {
    serde_json::from_slice(text).map_err(|error| {
        let reason = format!("is no report of this version: {error}");
        ReportError { path: path.to_owned(), error: Error::new(ErrorKind::InvalidData, reason) }
    })
}
