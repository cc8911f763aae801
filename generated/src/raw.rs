//! JSON texts that are looked into without decoding them. A value takes many times the memory of its text (`[],` is
//! three bytes of text and 32 of memory, `{"":0}` seven and some 700), so only what is asked for is decoded.

use crate::mend::mended;
use serde::Deserialize;
use serde::de::{Deserializer as _, Error as _, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::fmt;

/// A longer name of a member is none that is looked for.
const NAME: usize = 200;

/// A value, also of a text that serde_json does not read, such as one with half of a surrogate pair.
pub(crate) fn value(text: &str) -> Option<Value> {
    serde_json::from_str(text).or_else(|_| serde_json::from_str(&mended(text))).ok()
}

/// Calls `take` for each member of an object until `take` returns false. Does nothing if the value is not an object.
pub(crate) fn each_member<'a>(object: &'a RawValue, take: impl FnMut(Option<String>, &'a RawValue) -> bool) {
    struct Members<F>(F);
    impl<'de, F: FnMut(Option<String>, &'de RawValue) -> bool> Visitor<'de> for Members<F> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
            while let Some(Beginning { text, is_cut }) = members.next_key::<Beginning<NAME>>()? {
                let value = members.next_value::<&'de RawValue>()?;
                if !(self.0)((!is_cut).then_some(text), value) {
                    return Err(A::Error::custom("enough"));
                }
            }
            Ok(())
        }
    }
    // Fails if `take` stopped it, or if the value is not an object.
    let _ = serde_json::Deserializer::from_str(object.get()).deserialize_map(Members(take));
}

/// A text of which no more than the first `MAX` characters are kept.
pub(crate) struct Beginning<const MAX: usize> {
    pub(crate) text: String,
    pub(crate) is_cut: bool,
}

impl<'de, const MAX: usize> Deserialize<'de> for Beginning<MAX> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Cut<const MAX: usize>;
        impl<const MAX: usize> Visitor<'_> for Cut<MAX> {
            type Value = Beginning<MAX>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E>(self, text: &str) -> Result<Beginning<MAX>, E> {
                let end = text.char_indices().nth(MAX).map(|(end, _)| end);
                let kept = text[..end.unwrap_or(text.len())].to_owned();
                Ok(Beginning { text: kept, is_cut: end.is_some() })
            }
        }
        deserializer.deserialize_str(Cut)
    }
}
