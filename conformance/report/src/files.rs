//! The report's files. Each is written beside its place, under a name that nobody can foresee, and then renamed: a reader
//! finds a whole one at any moment, and nothing that is there is written through. A link in its place is replaced by the
//! file, and what the link points to stays as it is.

use super::annotation::{AnnotationFormat, annotations};
use super::{Document, Heading, Kills, Matrix, badge, html, junit, markdown, mutation};
use airspec_spec::text::{visible, visible_json};
use airspec_suite::redact::guard;
use airspec_suite::run::Record;
use serde::Serialize;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::NamedTempFile;

/// The pause between two versions of the report while a run is going on.
const PAUSE: Duration = Duration::from_secs(1);

/// A report cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {error}", visible(&path.display().to_string()))]
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
    /// Makes the folder where it is missing, and a report of what an earlier part of the run has done, so that a run
    /// cannot end in vain.
    ///
    /// # Errors
    /// A folder that cannot be made or written to.
    pub fn create(folder: &Path, heading: &Heading, records: &[&Record]) -> Result<Self, ReportError> {
        make_folder(folder)?;
        json(folder, &Document::of(heading, records))?;
        Ok(Self { folder: folder.to_owned(), next: Instant::now() + PAUSE })
    }

    /// Lets the next [`Reports::keep`] write: what it is told was paid for.
    pub fn hurry(&mut self) {
        self.next = Instant::now();
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
    pub fn finish(&self, document: &Document) -> Result<(), ReportError> {
        write(&self.folder, document)
    }

    /// Writes the kill matrix into the folder: `faults.json`, `mutation.json` and `faults.html`.
    ///
    /// # Errors
    /// A folder that cannot be made or written to.
    pub fn matrix(folder: &Path, matrix: &Matrix) -> Result<(), ReportError> {
        make_folder(folder)?;
        let kills = Kills::of(matrix);
        pretty(&folder.join("faults.json"), &kills)?;
        pretty(&folder.join("mutation.json"), &mutation::report(&kills))?;
        replace(&folder.join("faults.html"), html::faults(&kills).as_bytes())
    }
}

/// Writes the files of a report into a folder that is there: `report.json`, `junit.xml`, `report.sarif`, `badge.json`,
/// `report.md` and `report.html`.
///
/// # Errors
/// A file that cannot be written.
pub fn write(folder: &Path, document: &Document) -> Result<(), ReportError> {
    all(folder, document, &html::run(document, None))
}

/// The same for a run over several models: the page leads to those of the models, whose reports are in folders of their
/// slugs.
///
/// # Errors
/// A file that cannot be written.
pub fn write_catalogue(folder: &Path, document: &Document) -> Result<(), ReportError> {
    all(folder, document, &html::catalogue(document))
}

fn all(folder: &Path, document: &Document, page: &str) -> Result<(), ReportError> {
    json(folder, document)?;
    let path = folder.join("junit.xml");
    let text = junit::text(document)
        .map_err(|error| ReportError { path: path.clone(), error: io::Error::other(error) })?;
    replace(&path, text.as_bytes())?;
    let sarif = annotations(AnnotationFormat::Sarif, &document.annotations());
    replace(&folder.join("report.sarif"), sarif.as_bytes())?;
    pretty(&folder.join("badge.json"), &badge::badge(document))?;
    replace(&folder.join("report.md"), markdown::text(document).as_bytes())?;
    replace(&folder.join("report.html"), page.as_bytes())
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
    let mut text = serde_json::to_string_pretty(content)
        .map_err(|error| ReportError { path: path.to_owned(), error: error.into() })?;
    text.push('\n');
    replace(path, visible_json(&text).as_bytes())
}

/// Finds out whether [`replace`] can write there, and leaves what is there as it is.
///
/// # Errors
/// A file that cannot be written.
pub fn try_place(path: &Path) -> Result<(), ReportError> {
    is_place(path).and_then(|()| beside(path).map(drop)).map_err(|error| unwritten(path, error))
}

/// Writes a file whole or not at all, and without the secrets that the program knows: what is there is replaced in one
/// step, or stays as it is. Nothing else is left behind.
///
/// # Errors
/// A file that cannot be written.
pub fn replace(path: &Path, text: &[u8]) -> Result<(), ReportError> {
    let written = || {
        is_place(path)?;
        let mut file = beside(path)?;
        // Its own errors do not name the temporary file.
        file.as_file_mut().write_all(&guard::bytes(text))?;
        file.persist(path).map_err(|error| error.error)
    };
    written().map(drop).map_err(|error| unwritten(path, error))
}

/// A new file in the same folder, which is removed unless it takes its place. Its name is random, and it is made only
/// where there is none of that name.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".airspec-").suffix(".part");
    // By the standard library, with the permissions of any new file.
    builder.make_in(folder.unwrap_or(Path::new(".")), |path| File::create_new(path))
}

/// What is no ordinary file is not replaced by one.
fn is_place(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::Error::other("is a folder, and must be a file"));
    }
    match fs::symlink_metadata(path) {
        Ok(there) if !there.is_file() && !there.is_symlink() => Err(io::Error::other("is no ordinary file")),
        // Why it cannot be looked at, or that it is not there, shows when the file beside it is made.
        Ok(_) | Err(_) => Ok(()),
    }
}

fn unwritten(path: &Path, error: io::Error) -> ReportError {
    ReportError { path: path.to_owned(), error }
}

#[cfg(test)]
mod tests;
