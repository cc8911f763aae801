//! A UUID as sent: its upper and lower case letters are kept.

use crate::format;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A UUID of any version in the hyphenated form of RFC 9562. Its upper and lower case letters are kept.
///
/// ```
/// use airspec_models::Uuid;
///
/// let fresh = Uuid::new_v4();
/// assert!(fresh.is_v4());
/// let given: Uuid = "019C42A0-C3FF-7138-BE83-EE257ABC5331".parse()?;
/// assert_eq!(given.as_str(), "019C42A0-C3FF-7138-BE83-EE257ABC5331");
/// assert!(!given.is_v4());
/// # Ok::<(), airspec_models::InvalidUuid>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Uuid([u8; 36]);

/// A text that is not a UUID in the hyphenated form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidUuid(());

impl Uuid {
    /// A random UUID of version 4.
    #[must_use]
    pub fn new_v4() -> Self {
        let mut text = [0; 36];
        uuid::Uuid::new_v4().hyphenated().encode_lower(&mut text);
        Self(text)
    }

    /// The text.
    ///
    /// # Panics
    /// Never: a UUID contains only ASCII.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a UUID holds ASCII alone: both constructors see to it")
    }

    /// Whether the version is 4 and the variant that of RFC 9562.
    #[must_use]
    #[inline]
    pub fn is_v4(&self) -> bool {
        self.0[14] == b'4' && matches!(self.0[19], b'8' | b'9' | b'a' | b'b' | b'A' | b'B')
    }
}

impl FromStr for Uuid {
    type Err = InvalidUuid;

    fn from_str(text: &str) -> Result<Self, InvalidUuid> {
        let bytes = text.as_bytes().try_into().map_err(|_| InvalidUuid(()))?;
        if format::is_uuid(text) { Ok(Self(bytes)) } else { Err(InvalidUuid(())) }
    }
}

impl From<uuid::Uuid> for Uuid {
    fn from(uuid: uuid::Uuid) -> Self {
        let mut text = [0; 36];
        uuid.hyphenated().encode_lower(&mut text);
        Self(text)
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for InvalidUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a UUID: write 8-4-4-4-12 hexadecimal digits with hyphens")
    }
}

impl std::error::Error for InvalidUuid {}

impl Serialize for Uuid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Uuid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl serde::de::Visitor<'_> for Text {
            type Value = Uuid;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a UUID")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Uuid, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}
