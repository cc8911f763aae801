//! The text of a file, and why there may be none.

use super::diagnostic::Diagnostic;
use super::source::Source;
use super::text::visible;
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

/// The largest document that is read, in bytes; published ones have 60,000.
pub const MAX_BYTES: u64 = 8 << 20;

/// As many reasons are shown; all are kept.
const SHOWN: usize = 20;

/// Why there is no model.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file could not be read.
    #[error("{}: error: cannot be read: {error}\n  help: name a file that may be read", visible(.path))]
    Io {
        /// The file.
        path: String,
        /// The system's reason.
        error: std::io::Error,
    },
    /// The file is beyond [`MAX_BYTES`].
    #[error(
        "{}: error: {bytes} bytes are too much for a spec\n  help: published specs have some 60,000 bytes, the limit is {MAX_BYTES}; is this the right file?",
        visible(.path)
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
