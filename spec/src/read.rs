//! Documents to [`Model`]: understood whole, or refused with every reason.
//!
//! `layout` finds the task in the document, `schema` reads JSON Schema, `behaviour` reads what answers must be,
//! `names` mints ids and looks for rules over names that nothing declares.

mod behaviour;
mod contradiction;
pub(crate) mod keyword;
mod layout;
mod names;
mod platform;
mod schema;

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Pattern;
use crate::model::{Level, Model};
use crate::source::{Node, Source};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

/// The largest document that is read, in bytes; published ones have 60,000.
pub const MAX_BYTES: u64 = 8 << 20;

/// The most schemas, listed values and names in lists that a document may have together; published ones have some 500.
/// Each of them becomes code that somebody has to compile.
const MAX_PARTS: usize = 5_000;

/// The most characters of a member's name.
pub(crate) const MAX_NAME: usize = 256;

/// As many reasons are shown; all are kept.
const SHOWN: usize = 20;

/// Why there is no model.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file could not be read.
    #[error("{path}: error: cannot be read: {error}\n  help: name a file that may be read")]
    Io {
        /// The file.
        path: String,
        /// The system's reason.
        error: std::io::Error,
    },
    /// The file is beyond [`MAX_BYTES`].
    #[error(
        "{path}: error: {bytes} bytes are too much for a spec\n  help: published specs have some 60,000 bytes, the limit is {MAX_BYTES}; is this the right file?"
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
    for (index, diagnostic) in diagnostics.iter().take(SHOWN).enumerate() {
        let separator = if index == 0 { "" } else { "\n" };
        let _ = write!(text, "{separator}{diagnostic}");
    }
    if let Some(more) = diagnostics.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let _ = write!(text, "\nand {more} more errors");
    }
    text
}

/// Reads a spec from a file.
///
/// # Errors
/// A file that cannot be read or is too large, and every reason why its content is not a spec in the dialect.
pub fn read_file(path: &Path) -> Result<Model, ReadError> {
    read(&read_source(path)?)
}

/// The text of a file.
///
/// # Errors
/// A file that cannot be read, is too large or is not UTF-8.
pub fn read_source(path: &Path) -> Result<Source, ReadError> {
    let shown = path.display().to_string();
    let io = |error| ReadError::Io { path: shown.clone(), error };
    let file = std::fs::File::open(path).map_err(io)?;
    let bytes = file.metadata().map_err(io)?.len();
    if bytes > MAX_BYTES {
        return Err(ReadError::TooLarge { path: shown, bytes });
    }
    // What is no plain file tells no size, and may have no end.
    let mut content = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut content).map_err(io)?;
    if content.len() as u64 > MAX_BYTES {
        return Err(ReadError::TooLarge { path: shown, bytes: content.len() as u64 });
    }
    match String::from_utf8(content) {
        Ok(text) => Ok(Source::new(shown, text)),
        Err(error) => Err(ReadError::Refused(vec![not_utf8(&shown, &error)])),
    }
}

fn not_utf8(name: &str, error: &std::string::FromUtf8Error) -> Diagnostic {
    let (legal, rest) = error.as_bytes().split_at(error.utf8_error().valid_up_to());
    let source = Source::new(name, String::from_utf8_lossy(legal));
    let position = source.position(legal.len());
    let byte = rest.first().copied().unwrap_or_default();
    let message = format!("the byte 0x{byte:02X} is not UTF-8 here");
    Diagnostic::error(name, position, message, "save the file as UTF-8, the encoding of JSON")
}

/// Reads a spec from a text.
///
/// # Errors
/// Every reason why the text is not a spec in the dialect.
pub fn read(source: &Source) -> Result<Model, ReadError> {
    let mut reader = Reader::new(source);
    let model = match source.root() {
        Ok(root) => reader.document(root),
        Err(error) => {
            reader.report(error);
            None
        }
    };
    // Some parts are looked at more than once.
    reader.errors.sort_by(|a, b| (a.position, &a.message).cmp(&(b.position, &b.message)));
    reader.errors.dedup();
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
    /// Ids that are taken, and how many more ids began like each.
    ids: HashMap<String, usize>,
    /// The page of the model.
    page: Option<String>,
    /// How much of [`MAX_PARTS`] is used.
    parts: usize,
    /// The patterns that have been compiled.
    patterns: HashMap<String, Pattern>,
}

impl<'a> Reader<'a> {
    fn new(source: &'a Source) -> Self {
        Self {
            source,
            errors: Vec::new(),
            ids: HashMap::new(),
            page: None,
            parts: 0,
            patterns: HashMap::new(),
        }
    }

    fn name(&self) -> &'a str {
        self.source.name()
    }

    /// The value, or its error put aside.
    fn keep<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|error| self.report(error)).ok()
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.errors.push(diagnostic);
    }

    fn has_errors(&self) -> bool {
        self.errors.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Counts parts of a document; the first one too many is an error, and all after it are silently left unread.
    fn admits(&mut self, node: Node<'a>, parts: usize) -> bool {
        let before = self.parts;
        self.parts = before.saturating_add(parts);
        if self.parts > MAX_PARTS && before <= MAX_PARTS {
            self.report(node.error(
                format!("too large: from here on there are more than {MAX_PARTS} schemas, values and names"),
                "each of them becomes code; published specs have some 500, is this the right file?",
            ));
        }
        self.parts <= MAX_PARTS
    }

    fn level(&mut self, node: Node<'a>) -> Level {
        let Some(word) = self.keep(node.string()) else { return Level::Unstated };
        Level::ALL.into_iter().find(|level| level.word() == word).unwrap_or_else(|| {
            let known = Level::ALL.map(Level::word).join(", ");
            let shown = crate::text::shorten(&word, 60);
            self.report(node.error(format!("`{shown}` is no level"), format!("use one of {known}")));
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
