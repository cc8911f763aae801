//! Ids of constraints, and what all texts have in common that are ids.

/// Makes a type of a text that is an id: a plain string in JSON, in messages, in maps and in comparisons.
macro_rules! id {
    ($type:ident) => {
        impl $type {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::ops::Deref for $type {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $type {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(&self.0, f)
            }
        }

        impl From<&str> for $type {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $type {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<$type> for String {
            fn from(id: $type) -> Self {
                id.0
            }
        }

        impl From<$type> for std::borrow::Cow<'_, str> {
            fn from(id: $type) -> Self {
                Self::Owned(id.0)
            }
        }

        impl PartialEq<str> for $type {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $type {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }

        impl PartialEq<String> for $type {
            fn eq(&self, other: &String) -> bool {
                self.0 == *other
            }
        }

        impl PartialEq<$type> for &str {
            fn eq(&self, other: &$type) -> bool {
                **self == *other.0
            }
        }

        impl PartialEq<$type> for str {
            fn eq(&self, other: &$type) -> bool {
                *self == *other.0
            }
        }

        impl PartialEq<$type> for String {
            fn eq(&self, other: &$type) -> bool {
                *self == other.0
            }
        }

        impl PartialEq<$type> for std::borrow::Cow<'_, str> {
            fn eq(&self, other: &$type) -> bool {
                **self == *other.0
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self)
            }
        }
    };
}
pub(super) use id;

/// The id of a constraint: the parameter's path, the names that the rule ties together, the keyword. An id that is
/// taken gets a number.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConstraintId(String);

id!(ConstraintId);

/// At most so many names go into the id of a rule.
const MAX_NAMES: usize = 6;

impl ConstraintId {
    /// The id of a rule with that keyword, over these members of the parameter.
    #[must_use]
    pub fn new(parameter: &str, names: &[String], keyword: &str) -> Self {
        let group = names[..names.len().min(MAX_NAMES)].join("+");
        let parts: Vec<&str> =
            [parameter, &group, keyword].into_iter().filter(|part| !part.is_empty()).collect();
        Self(parts.join("."))
    }

    /// The same id with a number, where it is not the first of its kind.
    #[must_use]
    pub fn numbered(&self, number: usize) -> Self {
        if number < 2 { self.clone() } else { Self(format!("{}.{number}", self.0)) }
    }
}
