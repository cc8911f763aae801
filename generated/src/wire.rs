//! Reading typed requests from JSON: the ways in which serde is more lenient than a spec, closed.
//!
//! serde takes `null` for an absent member and an array for a struct. Generated code names these functions in
//! `#[serde(with)]` and `#[serde(deserialize_with)]`, so that whatever parses also has the right JSON types.

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// For a member that may be absent, but is never `null`.
pub mod optional {
    pub use super::write as serialize;
    use serde::{Deserialize, Deserializer};

    /// The member, which is there.
    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        T::deserialize(deserializer).map(Some)
    }
}

/// For an object that may be absent.
pub mod optional_object {
    pub use super::write as serialize;
    use serde::{Deserialize, Deserializer};

    /// The member, which is there.
    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        super::object(deserializer).map(Some)
    }
}

/// For an array of objects that may be absent.
pub mod optional_objects {
    pub use super::write as serialize;
    use serde::{Deserialize, Deserializer};

    /// The member, which is there.
    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<T>>, D::Error> {
        super::objects(deserializer).map(Some)
    }
}

/// Writes a member as it is. One that is absent is not written at all, by `skip_serializing_if`.
pub fn write<T: Serialize, S: Serializer>(member: &T, serializer: S) -> Result<S::Ok, S::Error> {
    member.serialize(serializer)
}

/// A struct, from an object alone.
pub fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Members<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }
    deserializer.deserialize_map(Members(PhantomData))
}

/// An array of structs.
pub fn objects<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    struct Items<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array of objects")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
            let mut items = Vec::new();
            while let Some(Item(item)) = seq.next_element()? {
                items.push(item);
            }
            Ok(items)
        }
    }
    deserializer.deserialize_seq(Items(PhantomData))
}

/// A struct within an array, from an object alone.
struct Item<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Item<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object(deserializer).map(Item)
    }
}
