//! Takes secrets out of every text on its way to an output.
//!
//! A secret is found as it stands, in letters of either case, behind some layers of the escapes of JSON, HTML and URLs,
//! in Base64 and in hexadecimal digits; eight bytes of it are as good as all of it. What is found is replaced in the
//! text as it was written, so that a text that was looked at can be parsed, decoded and cut, and still gives nothing
//! away.
//!
//! This happens twice: to whatever a server sends, before anything reads it, and to everything that leaves the program,
//! by [`guard`]. Whole texts are looked at, and only then cut.

mod decode;
pub mod guard;
mod needles;
#[cfg(test)]
mod reference;
mod search;
mod secrets;
#[cfg(test)]
mod tests;

pub use secrets::Secrets;

use needles::{Needles, SHORT};
use regex::Regex;
use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, LazyLock};

/// What stands in the place of a secret.
const MARK: &str = "[redacted]";
/// How much of a body is kept, in bytes.
const KEPT: usize = 4096;
/// What is left when a secret is taken out can look like one again; not often.
const ROUNDS: usize = 8;

/// Whatever looks like a key, known or not. The mark does not.
static LOOKALIKES: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"(?ix)
        ( (?-u:\b) bearer [\x20\t\r\n]+
        | api[-_]?key \\?["']? [\x20\t\r\n]* [:=] [\x20\t\r\n]* \\?["']?
        )
        [^\x20\t\r\n"'\\<>,;&}\[\]]+"#;
    Regex::new(pattern).expect("the pattern is well formed")
});

/// Texts that are written whatever a server says. Were a piece of them a secret, every report would give it away, and
/// none could be read without it.
const PUBLIC: [&str; 2] = [MARK, include_str!("redact/public.txt")];

/// Knows what must not be told.
#[derive(Clone)]
pub struct Redactor {
    needles: Arc<Needles>,
    /// Secrets that are too short to be looked for within words.
    words: Option<Regex>,
    /// Whether it takes out what looks like a key, too.
    is_wary: bool,
}

/// What it knows is secret.
impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor").field("needles", &self.needles).finish_non_exhaustive()
    }
}

impl Redactor {
    /// A redactor of one key and of whatever looks like a key.
    #[must_use]
    pub fn new(key: &str) -> Self {
        Self::hiding(&Secrets::default().with_key(key))
    }

    /// A redactor of secrets and of whatever looks like a key.
    ///
    /// # Panics
    /// Never: its pattern is escaped text.
    #[must_use]
    pub fn hiding(secrets: &Secrets) -> Self {
        let mut words: Vec<&str> =
            secrets.keys.iter().map(String::as_str).filter(|key| key.len() < SHORT).collect();
        // Of two that begin alike the longer one must be tried first.
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let form = |word: &str| format!(r"(?-u:\b{{start-half}}){}(?-u:\b{{end-half}})", regex::escape(word));
        let forms: Vec<String> = words.into_iter().map(form).collect();
        let pattern = || Regex::new(&forms.join("|")).expect("escaped text is a pattern");
        Self {
            words: (!forms.is_empty()).then(pattern),
            is_wary: true,
            needles: Arc::new(Needles::of(secrets.all(), &PUBLIC)),
        }
    }

    /// A redactor of secrets that are long enough to be no part of anything else by chance: for texts of this program,
    /// which speaks of keys itself, and which `public` are as well.
    fn of_long(secrets: &Secrets, public: &[&str]) -> Self {
        let is_long = |secret: &&str| secret.len() >= needles::PIECE;
        Self {
            words: None,
            is_wary: false,
            needles: Arc::new(Needles::of(secrets.all().filter(is_long), &[&PUBLIC, public].concat())),
        }
    }

    /// A text without secrets.
    #[must_use]
    pub fn clean(&self, text: &str) -> String {
        self.cleaned(text).into_owned()
    }

    /// A text without secrets, itself where it holds none.
    #[must_use]
    pub fn cleaned<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut clean = Cow::Borrowed(text);
        for _ in 0..ROUNDS {
            match self.round(&clean) {
                Some(next) => clean = Cow::Owned(next),
                None => break,
            }
        }
        clean
    }

    /// The text once more without secrets; nothing where there was none.
    fn round(&self, text: &str) -> Option<String> {
        let found = without(text, &search::find(text.as_bytes(), &self.needles));
        let current = found.as_deref().unwrap_or(text);
        let found = match self.words.as_ref().map(|words| words.replace_all(current, MARK)) {
            Some(Cow::Owned(text)) => Some(text),
            Some(Cow::Borrowed(_)) | None => found,
        };
        if !self.is_wary {
            return found;
        }
        let current = found.as_deref().unwrap_or(text);
        match LOOKALIKES.replace_all(current, format!("${{1}}{MARK}")) {
            Cow::Owned(text) => Some(text),
            Cow::Borrowed(_) => found,
        }
    }

    /// The beginning of a text without secrets: of its first so many bytes, whatever stands in the place of secrets. A
    /// piece that the end cuts is no piece any more, so that nothing behind it need be looked at.
    #[must_use]
    pub fn beginning(&self, text: &str, bytes: usize) -> String {
        let clean = self.cleaned(head(text, bytes));
        head(&clean, bytes).to_owned()
    }

    /// The beginning of a text without secrets, and whether it is the whole of it.
    #[must_use]
    pub fn shorten(&self, text: &str) -> (String, bool) {
        let clean = self.cleaned(text);
        shorten(&clean, clean.len())
    }
}

/// The beginning of a text that holds no secrets, of so many bytes in all, and whether it is the whole of it.
pub(crate) fn shorten(clean: &str, length: usize) -> (String, bool) {
    if clean.len() <= KEPT {
        return (clean.to_owned(), true);
    }
    (format!("{}… (shortened, {length} bytes in all)", head(clean, KEPT)), false)
}

/// A text with the mark in some of its places; nothing where there are none.
fn without(text: &str, places: &[(usize, usize)]) -> Option<String> {
    if places.is_empty() {
        return None;
    }
    let mut clean = String::with_capacity(text.len());
    let mut done = 0;
    for (start, end) in places {
        // A piece can begin or end within a character that is no ASCII.
        let start = (0..=*start).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0);
        let end = (*end..text.len()).find(|place| text.is_char_boundary(*place)).unwrap_or(text.len());
        if start > done || done == 0 {
            clean.push_str(&text[done..start]);
            clean.push_str(MARK);
        }
        done = end;
    }
    clean.push_str(&text[done..]);
    Some(clean)
}

/// The beginning of a text, of at most so many bytes.
fn head(text: &str, bytes: usize) -> &str {
    let end = text.len().min(bytes);
    let boundary = (0..=end).rev().find(|index| text.is_char_boundary(*index));
    &text[..boundary.unwrap_or(0)]
}
