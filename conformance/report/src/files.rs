//! The report's files. Each is written beside its place and then renamed, so that a reader finds a whole one at any
//! moment.

use super::{Document, Heading, Kills, Matrix, html, junit, markdown};
use airspec_suite::run::Record;
use serde::Serialize;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The pause between two versions of the report while a run is going on.
const PAUSE: Duration = Duration::from_secs(1);

/// A report cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {error}")]
pub struct ReportError {
    pub(super) path: PathBuf,
    pub(super) error: io::Error,
}

/// The folder of a report.
#[derive(Debug)]
pub struct Reports {
    folder: PathBuf,
    next: Instant,
}

impl Reports {
    /// Makes the folder where it is missing, and a report without cases, so that a run cannot end in vain.
    ///
    /// # Errors
    /// A folder that cannot be made or written to.
    pub fn create(folder: &Path, heading: &Heading) -> Result<Self, ReportError> {
        make_folder(folder)?;
        json(folder, &Document::of(heading, &[]))?;
        Ok(Self { folder: folder.to_owned(), next: Instant::now() + PAUSE })
    }

    /// Writes what there is, if it is time to.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn keep<'a>(
        &mut self,
        heading: &Heading,
        records: impl FnOnce() -> Vec<&'a Record>,
    ) -> Result<(), ReportError> {
        if Instant::now() < self.next {
            return Ok(());
        }
        json(&self.folder, &Document::of(heading, &records()))?;
        self.next = Instant::now() + PAUSE;
        Ok(())
    }

    /// Writes all files.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn finish(&self, heading: &Heading, records: &[&Record]) -> Result<(), ReportError> {
        write(&self.folder, &Document::of(heading, records))
    }

    /// Writes the kill matrix into the folder: `faults.json` and `faults.html`.
    ///
    /// # Errors
    /// A folder that cannot be made or written to.
    pub fn matrix(folder: &Path, matrix: &Matrix) -> Result<(), ReportError> {
        make_folder(folder)?;
        let kills = Kills::of(matrix);
        pretty(&folder.join("faults.json"), &kills)?;
        replace(&folder.join("faults.html"), html::faults(&kills).as_bytes())
    }
}

/// Writes the files of a report into a folder that is there: `report.json`, `junit.xml`, `report.md` and
/// `report.html`.
///
/// # Errors
/// A file that cannot be written.
pub fn write(folder: &Path, document: &Document) -> Result<(), ReportError> {
    json(folder, document)?;
    let path = folder.join("junit.xml");
    let text = junit::text(document)
        .map_err(|error| ReportError { path: path.clone(), error: io::Error::other(error) })?;
    replace(&path, text.as_bytes())?;
    replace(&folder.join("report.md"), markdown::text(document).as_bytes())?;
    replace(&folder.join("report.html"), html::run(document, None).as_bytes())
}

/// Makes a folder where it is missing.
///
/// # Errors
/// A folder that cannot be made.
pub fn make_folder(path: &Path) -> Result<(), ReportError> {
    fs::create_dir_all(path).map_err(|error| {
        let error = if path.is_file() { io::Error::other("is a file, and must be a folder") } else { error };
        ReportError { path: path.to_owned(), error }
    })
}

fn json(folder: &Path, document: &Document) -> Result<(), ReportError> {
    pretty(&folder.join("report.json"), document)
}

fn pretty(path: &Path, content: &impl Serialize) -> Result<(), ReportError> {
    let mut text = serde_json::to_vec_pretty(content)
        .map_err(|error| ReportError { path: path.to_owned(), error: error.into() })?;
    text.push(b'\n');
    replace(path, &text)
}

/// Finds out whether [`replace`] can write there, and leaves what is there as it is.
///
/// # Errors
/// A file that cannot be written.
pub fn try_place(path: &Path) -> Result<(), ReportError> {
    let beside = beside(path);
    let tried = fs::write(&beside, []).and_then(|()| fs::remove_file(&beside));
    let tried = tried.and_then(|()| {
        if path.is_dir() { Err(io::Error::other("is a folder, and must be a file")) } else { Ok(()) }
    });
    tried.map_err(|error| ReportError { path: path.to_owned(), error })
}

/// Where a file is written before it takes its place.
fn beside(path: &Path) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    PathBuf::from(beside)
}

/// Writes a file whole or not at all.
///
/// # Errors
/// A file that cannot be written.
pub fn replace(path: &Path, text: &[u8]) -> Result<(), ReportError> {
    let beside = beside(path);
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| ReportError { path: path.to_owned(), error })
}
