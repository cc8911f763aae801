//! `format`: the string formats of the dialect. They bind; a format that is not listed here is refused.

use crate::diagnostic::Diagnostic;
use crate::source::Node;
use crate::text;

/// A string format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `uuid`: 8-4-4-4-12 hexadecimal digits, any version, either case.
    Uuid,
    /// `uuid4`: a `uuid` of version 4 and of the RFC 9562 variant.
    Uuid4,
    /// `uri`: RFC 3986, with a scheme.
    Uri,
}

impl Format {
    const ALL: [Self; 3] = [Self::Uuid, Self::Uuid4, Self::Uri];

    /// The word in a document.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::Uuid4 => "uuid4",
            Self::Uri => "uri",
        }
    }

    pub(crate) fn read(node: Node<'_>) -> Result<Self, Diagnostic> {
        let word = node.string()?;
        Self::ALL.into_iter().find(|format| format.word() == word).ok_or_else(|| {
            let known = text::ticked(Self::ALL.map(Self::word)).join(", ");
            node.error(
                format!("format `{}` is not implemented", text::shorten(&word, 40)),
                format!("use one of {known}, or state the format as a `pattern`"),
            )
        })
    }

    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::Uuid => "must be a UUID (8-4-4-4-12 hexadecimal digits)",
            Self::Uuid4 => "must be a UUID of version 4 (`xxxxxxxx-xxxx-4xxx-[89ab]xxx-xxxxxxxxxxxx`)",
            Self::Uri => "must be a URI with a scheme (RFC 3986)",
        }
    }
}
