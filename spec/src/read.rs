//! Documents to [`Model`]: understood whole, or refused with every reason.
//!
//! `layout` finds the task in the document, `schema` reads JSON Schema, `behaviour` reads what answers must be,
//! `names` mints ids and looks for rules over names that nothing declares.

mod behaviour;
mod layout;
mod names;
mod schema;

pub(crate) use names::subject;

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Level, Model};
use crate::source::{Node, Source};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;

/// The largest document that is read, in bytes; published ones have 60,000.
pub const MAX_BYTES: u64 = 8 << 20;

/// Why there is no model.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file could not be read.
    #[error("{path}: cannot be read: {error}")]
    Io {
        /// The file.
        path: String,
        /// The system's reason.
        error: std::io::Error,
    },
    /// The file is beyond [`MAX_BYTES`].
    #[error(
        "{path}: {bytes} bytes is too large for a spec\n  help: published specs have some 60,000 bytes, the limit is {MAX_BYTES}; is this the right file?"
    )]
    TooLarge {
        /// The file.
        path: String,
        /// Its size.
        bytes: u64,
    },
    /// The document is not a spec that we understand; every reason is listed.
    #[error("{}", lines(.0))]
    Refused(Vec<Diagnostic>),
}

fn lines(diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for (index, diagnostic) in diagnostics.iter().enumerate() {
        let separator = if index == 0 { "" } else { "\n" };
        let _ = write!(text, "{separator}{diagnostic}");
    }
    text
}

/// Reads a spec from a file.
///
/// # Errors
/// A file that cannot be read or is too large, and every reason why its content is not a spec in the dialect.
pub fn read_file(path: &Path) -> Result<Model, ReadError> {
    let shown = path.display().to_string();
    let io = |error| ReadError::Io { path: shown.clone(), error };
    let metadata = std::fs::metadata(path).map_err(io)?;
    if metadata.len() > MAX_BYTES {
        return Err(ReadError::TooLarge { path: shown, bytes: metadata.len() });
    }
    let text = std::fs::read_to_string(path).map_err(io)?;
    read(&Source::new(shown, text))
}

/// Reads a spec from a text.
///
/// # Errors
/// Every reason why the text is not a spec in the dialect.
pub fn read(source: &Source) -> Result<Model, ReadError> {
    let mut reader = Reader { source, errors: Vec::new(), ids: HashSet::new(), page: None };
    let model = match source.root() {
        Ok(root) => reader.document(root),
        Err(error) => {
            reader.errors.push(error);
            None
        }
    };
    reader.errors.sort_by_key(|diagnostic| diagnostic.position);
    let (warnings, errors): (Vec<_>, Vec<_>) =
        reader.errors.into_iter().partition(|diagnostic| diagnostic.severity == Severity::Warning);
    match model {
        Some(model) if errors.is_empty() => Ok(Model { warnings, ..model }),
        _ => Err(ReadError::Refused(errors)),
    }
}

/// What is carried along while a document is read.
struct Reader<'a> {
    source: &'a Source,
    /// Errors and warnings so far.
    errors: Vec<Diagnostic>,
    /// Ids that are taken.
    ids: HashSet<String>,
    /// The page of the model.
    page: Option<String>,
}

impl<'a> Reader<'a> {
    fn name(&self) -> &'a str {
        self.source.name()
    }

    /// The value, or its error put aside.
    fn keep<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|error| self.errors.push(error)).ok()
    }

    fn level(&mut self, node: Node<'a>) -> Level {
        let Some(word) = self.keep(node.string()) else { return Level::Unstated };
        Level::ALL.into_iter().find(|level| level.word() == word).unwrap_or_else(|| {
            let known = Level::ALL.map(Level::word).join(", ");
            self.errors.push(node.error(format!("`{word}` is no level"), format!("use one of {known}")));
            Level::Unstated
        })
    }

    /// The anchor of a parameter on the model's page.
    fn anchor(&self, path: &str) -> Option<String> {
        let page = self.page.as_ref()?;
        if path.is_empty() {
            return Some(page.clone());
        }
        let path = path.strip_suffix(".items").unwrap_or(path);
        Some(format!("{page}#request-{}", path.to_lowercase().replace('.', "-")))
    }
}
