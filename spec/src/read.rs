//! Documents to [`Model`]: understood whole, or refused with every reason.
//!
//! `layout` finds the task in the document, `schema` reads JSON Schema, `behaviour` reads what answers must be,
//! `names` mints ids and looks for rules over names that nothing declares.

mod behaviour;
mod contradiction;
mod envelope;
mod http;
mod identifier;
mod image;
pub(crate) mod keyword;
mod layout;
mod names;
mod owner;
mod platform;
pub(crate) mod references;
mod schema;
pub(crate) mod unchecked;

pub use owner::read_rules;

pub use platform::{ProtocolRule, error_fields, protocol_rules};

use crate::document::{Diagnostic, Node, ReadError, Severity, Source, Strictness, read_source, text};
use crate::model::{ConstraintId, Level, Model, Pattern};
use std::collections::HashMap;
use std::path::Path;

/// The most schemas, listed values and names in lists that a document may have together; published ones have some 500.
/// Each of them becomes code that somebody has to compile.
const MAX_PARTS: usize = 5_000;

/// The deepest nesting of a spec; published ones need 16. Code is generated and judges are built by functions that call
/// themselves, on stacks whose size others choose.
const MAX_DEPTH: usize = 32;

/// What a document is read for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// To make code, requests and tests from it, which know no limits of the arrays in an envelope: those are refused.
    #[default]
    Use,
    /// To compare it with another, which sees them.
    Comparison,
}

/// Reads a spec from a file.
///
/// # Errors
/// A file that cannot be read or is too large, and every reason why its content is not a spec in the dialect.
pub fn read_file(path: &Path) -> Result<Model, ReadError> {
    read_file_with(path, Strictness::Strict)
}

/// Reads a spec from a file, in that way.
///
/// # Errors
/// Those of [`read_file`].
pub fn read_file_with(path: &Path, strictness: Strictness) -> Result<Model, ReadError> {
    read(&read_source(path)?.with(strictness))
}

/// Reads a spec from a text.
///
/// # Errors
/// Every reason why the text is not a spec in the dialect.
pub fn read(source: &Source) -> Result<Model, ReadError> {
    read_for(source, Purpose::Use)
}

/// Reads a spec from a text for a purpose.
///
/// # Errors
/// Every reason why the text is not a spec in the dialect.
pub fn read_for(source: &Source, purpose: Purpose) -> Result<Model, ReadError> {
    read_text(source, purpose).map(|(model, _)| model)
}

/// Reads a spec from a text, and gives the text that it was read from with it, where that is another: its references
/// are written out, and what is outside the dialect is left out.
///
/// # Errors
/// Every reason why the text is not a spec in the dialect.
pub(crate) fn read_text(given: &Source, purpose: Purpose) -> Result<(Model, Option<Source>), ReadError> {
    let refused = |error| ReadError::Refused(vec![error]);
    let mut rewritten = references::resolved(given).map_err(refused)?;
    let mut left_out = unchecked::Parts::default();
    loop {
        let source = rewritten.as_ref().unwrap_or(given);
        let errors = match read_once(source, purpose) {
            Ok(mut model) => {
                model.unchecked.extend(left_out.into_list(given).map_err(refused)?);
                return Ok((model, rewritten));
            }
            Err(errors) if source.strictness() == Strictness::Strict => errors,
            Err(errors) => match left_out.without(source, errors) {
                Ok(rest) => {
                    rewritten = Some(rest);
                    continue;
                }
                Err(errors) => errors,
            },
        };
        return Err(ReadError::Refused(once(errors)));
    }
}

/// Reads a text in which there are no references.
fn read_once(source: &Source, purpose: Purpose) -> Result<Model, Vec<Diagnostic>> {
    let mut reader = Reader::new(source);
    reader.purpose = purpose;
    let model = match source.root().and_then(|root| source.is_flat(MAX_DEPTH).map(|()| root)) {
        Ok(root) => reader.document(root),
        Err(error) => {
            reader.report(error);
            None
        }
    };
    let (warnings, errors): (Vec<_>, Vec<_>) =
        reader.errors.into_iter().partition(|diagnostic| diagnostic.severity == Severity::Warning);
    match model {
        Some(model) if errors.is_empty() => Ok(Model { warnings: once(warnings), ..model }),
        _ => Err(errors),
    }
}

/// Each diagnostic once, in the order of the text: some parts are looked at more than once.
fn once(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by(|a, b| (a.position, &a.message).cmp(&(b.position, &b.message)));
    diagnostics.dedup_by(|a, b| (a.position, &a.message) == (b.position, &b.message));
    diagnostics
}

/// What is carried along while a document is read.
struct Reader<'a> {
    source: &'a Source,
    purpose: Purpose,
    /// Errors and warnings so far.
    errors: Vec<Diagnostic>,
    /// Ids that are taken, and how many more ids began like each.
    ids: HashMap<ConstraintId, usize>,
    /// What the files must be that parameters refer to, with the places of the rules.
    images: Vec<image::Stated<'a>>,
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
            purpose: Purpose::Use,
            errors: Vec::new(),
            ids: HashMap::new(),
            images: Vec::new(),
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
            let shown = text::shorten(&word, 60);
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
