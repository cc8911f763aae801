//! The last thing that every text passes on its way out: standard output, standard error, and every file that the suite
//! writes. What comes from a server is clean by then; what is forgotten on the way is caught here.
//!
//! The program has one guard, and tells it each secret as soon as it knows one. A library has no streams and knows no
//! secrets but those of its runs, so that there the guard has nothing to do.

use super::{Redactor, Secrets};
use std::borrow::Cow;
use std::sync::{PoisonError, RwLock};

struct Guard {
    secrets: Secrets,
    public: Vec<&'static str>,
    redactor: Redactor,
}

static GUARD: RwLock<Option<Guard>> = RwLock::new(None);

/// Adds secrets that nothing may tell from now on, and texts that are no secret whatever is in them: the templates of
/// those who write.
pub fn keep(secrets: &Secrets, public: &[&'static str]) {
    let mut guard = GUARD.write().unwrap_or_else(PoisonError::into_inner);
    let (known, mut texts) = guard.take().map(|guard| (guard.secrets, guard.public)).unwrap_or_default();
    let secrets = known.and(secrets);
    texts.extend(public);
    *guard = Some(Guard { redactor: Redactor::of_long(&secrets, &texts), secrets, public: texts });
}

/// A text that may be told.
#[must_use]
pub fn text(text: &str) -> Cow<'_, str> {
    let guard = GUARD.read().unwrap_or_else(PoisonError::into_inner);
    match guard.as_ref() {
        Some(guard) => match guard.redactor.cleaned(text) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(clean) => Cow::Owned(clean),
        },
        None => Cow::Borrowed(text),
    }
}

/// The bytes of a file that may be told. What is no text is left as it is.
#[must_use]
pub fn bytes(bytes: &[u8]) -> Cow<'_, [u8]> {
    match std::str::from_utf8(bytes).map(self::text) {
        Ok(Cow::Owned(clean)) => Cow::Owned(clean.into_bytes()),
        Ok(Cow::Borrowed(_)) | Err(_) => Cow::Borrowed(bytes),
    }
}
