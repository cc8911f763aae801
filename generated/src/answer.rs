//! Results and errors of the service, read leniently: what can be read of an item is read, and odd fields are listed. An
//! item that was paid for is never refused for one of its fields.

mod lenient;

pub use lenient::{Lenient, object};

use crate::raw::{each_member, value};
use crate::shown::beginning;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::fmt;
use std::ops::Deref;

/// A result. Each generated module has its own type, or [`Fields`].
pub trait Answer: Clone + fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Reads the JSON text of an object. Fields that cannot be read are listed in [`odd`](Self::odd).
    fn read(raw: String) -> Self;

    /// The JSON text as the service sent it, without the key.
    fn raw(&self) -> &str;

    /// The fields that are not as documented.
    fn odd(&self) -> &[OddField];
}

/// A field of an answer that is not as documented. If it can be read in spite of that, as `"0.05"` for a number, its
/// value is in the result as well.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OddField {
    /// The name of the field.
    pub name: String,
    /// The JSON text of its value; empty if the field is missing.
    pub found: String,
}

/// Such as ``` `cost` is "0.05" ```.
impl fmt::Display for OddField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = beginning(&self.name, 60);
        if self.found.is_empty() {
            write!(f, "`{name}` is missing")
        } else {
            write!(f, "`{name}` is {}", beginning(&self.found, 60))
        }
    }
}

/// The text of an item, and what is odd about it: a part of each generated type.
#[derive(Clone)]
pub struct Item {
    raw: Box<str>,
    odd: Vec<OddField>,
}

impl Item {
    /// For generated code.
    #[must_use]
    pub fn new(raw: String, odd: Vec<OddField>) -> Self {
        Self { raw: raw.into(), odd }
    }

    /// For generated code.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// For generated code.
    #[must_use]
    pub fn odd(&self) -> &[OddField] {
        &self.odd
    }

    /// For generated code: the item as it came.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::from_str::<&RawValue>(&self.raw).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }

    /// For generated code: an item that was stored.
    ///
    /// # Errors
    /// It is not an object.
    pub fn deserialize<'de, A: Answer, D: Deserializer<'de>>(deserializer: D) -> Result<A, D::Error> {
        Map::<String, Value>::deserialize(deserializer)
            .map(|members| A::read(Value::Object(members).to_string()))
    }
}

/// Two items are the same if their fields are: the spelling of the text does not count.
impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.odd == other.odd
    }
}

/// Without the text, which the fields repeat.
impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Item").field("odd", &self.odd).finish_non_exhaustive()
    }
}

/// The members of an item, of which a generated type takes those that it knows.
pub struct Members<'a> {
    members: Vec<(String, &'a RawValue)>,
    odd: Vec<OddField>,
}

/// A status of an item, which a result of it need not have.
const STATUS: &str = "status";

impl<'a> Members<'a> {
    /// The members of the text of an object.
    #[must_use]
    pub fn of(raw: &'a str) -> Self {
        let mut members: Vec<(String, &RawValue)> = Vec::new();
        if let Ok(object) = serde_json::from_str::<&RawValue>(raw) {
            each_member(object, |name, value| {
                members.extend(name.map(|name| (name, value)));
                true
            });
        }
        Self { members, odd: Vec::new() }
    }

    /// A member that each item should have. Its default if it cannot be read.
    pub fn required<T: Lenient + Default>(&mut self, name: &str) -> T {
        let found = self.take(name);
        if found.is_none_or(is_null) {
            self.note(name, found);
        }
        found.and_then(|found| self.read(name, found)).unwrap_or_default()
    }

    /// A member that each item should have, and that has no default.
    pub fn expected<T: Lenient>(&mut self, name: &str) -> Option<T> {
        let found = self.take(name);
        if found.is_none_or(is_null) {
            self.note(name, found);
        }
        found.and_then(|found| self.read(name, found))
    }

    /// A member that an item can have. `null` means that it has none.
    pub fn optional<T: Lenient>(&mut self, name: &str) -> Option<T> {
        self.take(name).and_then(|found| self.read(name, found))
    }

    /// All other members, and what is odd about the item.
    #[must_use]
    pub fn rest(mut self) -> (Map<String, Value>, Vec<OddField>) {
        let mut others = Map::new();
        for (name, found) in std::mem::take(&mut self.members) {
            match exact(found) {
                _ if name == STATUS => {}
                Some(value) => drop(others.insert(name, value)),
                None => {
                    self.note(&name, Some(found));
                    others.extend(value(found.get()).map(|value| (name, value)));
                }
            }
        }
        (others, self.odd)
    }

    /// The last member of that name.
    fn take(&mut self, name: &str) -> Option<&'a RawValue> {
        let mut last = None;
        self.members.retain(|(known, found)| {
            if known == name {
                last = Some(*found);
            }
            known != name
        });
        last
    }

    fn read<T: Lenient>(&mut self, name: &str, found: &'a RawValue) -> Option<T> {
        if is_null(found) {
            return None;
        }
        let whole = exact(found);
        let is_whole = whole.is_some();
        let (read, is_exact) = match whole.or_else(|| value(found.get())) {
            Some(value) => T::read_value(value),
            None => (None, false),
        };
        if !(is_whole && is_exact) {
            self.note(name, Some(found));
        }
        read
    }

    fn note(&mut self, name: &str, found: Option<&RawValue>) {
        let found = found.map(|found| found.get().to_owned()).unwrap_or_default();
        self.odd.push(OddField { name: name.to_owned(), found });
    }
}

fn is_null(value: &RawValue) -> bool {
    value.get() == "null"
}

fn exact(found: &RawValue) -> Option<Value> {
    serde_json::from_str(found.get()).ok()
}

/// A result of a model whose spec does not describe results: all fields as the service sent them.
///
/// ```
/// use airspec_models::Fields;
///
/// let json = r#"{"videoURL": "https://vm.runware.ai/1.mp4", "cost": 0.2}"#;
/// let result: Fields = serde_json::from_str(json)?;
/// assert_eq!(result["cost"], 0.2);
/// assert!(result.raw().starts_with('{') && result.odd().is_empty());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Fields {
    fields: Map<String, Value>,
    item: Item,
}

impl Answer for Fields {
    fn read(raw: String) -> Self {
        let (fields, odd) = Members::of(&raw).rest();
        Self { fields, item: Item::new(raw, odd) }
    }

    fn raw(&self) -> &str {
        self.item.raw()
    }

    fn odd(&self) -> &[OddField] {
        self.item.odd()
    }
}

impl Fields {
    /// The JSON text as the service sent it, without the key.
    #[must_use]
    pub fn raw(&self) -> &str {
        self.item.raw()
    }

    /// The fields that are not JSON as it should be.
    #[must_use]
    pub fn odd(&self) -> &[OddField] {
        self.item.odd()
    }
}

impl Deref for Fields {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Map<String, Value> {
        &self.fields
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.item.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Item::deserialize(deserializer)
    }
}

/// What every generated type of an answer has in common.
#[macro_export]
#[doc(hidden)]
macro_rules! answer {
    ($name:ident { $($kind:ident $field:ident: $key:literal,)* }) => {
        impl $crate::Answer for $name {
            fn read(raw: ::std::string::String) -> Self {
                let mut members = $crate::answer::Members::of(&raw);
                $(let $field = members.$kind($key);)*
                let (other, odd) = members.rest();
                Self { $($field,)* other, item: $crate::answer::Item::new(raw, odd) }
            }

            fn raw(&self) -> &str {
                self.item.raw()
            }

            fn odd(&self) -> &[$crate::OddField] {
                self.item.odd()
            }
        }

        impl $crate::answer::Lenient for $name {
            fn read_value(value: $crate::serde_json::Value) -> (::std::option::Option<Self>, bool) {
                $crate::answer::object(value)
            }
        }

        impl $name {
            /// The JSON text as the service sent it, without the key.
            #[must_use]
            pub fn raw(&self) -> &str {
                self.item.raw()
            }

            /// The fields that are not as documented, each with what the service sent.
            #[must_use]
            pub fn odd(&self) -> &[$crate::OddField] {
                self.item.odd()
            }
        }

        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                self.item.serialize(serializer)
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::answer::Item::deserialize(deserializer)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Integer;
    use crate::answers::ImageInferenceResult;

    fn read(members: &str) -> (ImageInferenceResult, Vec<String>) {
        let raw = format!(r#"{{"taskType":"imageInference","taskUUID":"t","imageUUID":"i"{members}}}"#);
        let result = ImageInferenceResult::read(raw.clone());
        assert_eq!(result.raw(), raw);
        let odd = result.odd().iter().map(ToString::to_string).collect();
        (result, odd)
    }

    #[test]
    fn an_odd_field_is_read_where_it_can_be_and_always_listed() {
        for (members, cost, odd) in [
            (r#","cost":0.053"#, Some(0.053), vec![]),
            (r#","cost":"0.0530""#, Some(0.053), vec![r#"`cost` is "0.0530""#]),
            (r#","cost":["$0.2"]"#, Some(0.2), vec![r#"`cost` is ["$0.2"]"#]),
            (r#","cost":null"#, None, vec![]),
            (r#","cost":1e999"#, None, vec!["`cost` is 1e999"]),
            (r#","cost":"NaN""#, None, vec![r#"`cost` is "NaN""#]),
            (r#","cost":{}"#, None, vec!["`cost` is {}"]),
            (r#","cost":1,"cost":2"#, Some(2.0), vec![]),
        ] {
            let (result, found) = read(members);
            assert_eq!(
                (result.cost, found),
                (cost, odd.into_iter().map(str::to_owned).collect()),
                "{members}"
            );
        }
        for (seed, read_as) in [
            ("\"123\"", Some(123)),
            ("4.0e3", Some(4000)),
            ("18446744073709551615", Some(u64::MAX)),
            ("1.5", None),
        ] {
            let seed = read(&format!(r#","seed":{seed}"#)).0.seed;
            assert_eq!(seed.and_then(Integer::as_u64), read_as);
        }
        for (value, read_as) in
            [("0", Some(false)), ("\"True\"", Some(true)), ("2", None), ("[1]", Some(true))]
        {
            let (result, odd) = read(&format!(r#","NSFWContent":{value}"#));
            assert_eq!((result.nsfw_content, odd.len()), (read_as, 1), "{value}");
        }
    }

    #[test]
    fn what_is_missing_is_listed_and_what_is_unknown_is_kept() {
        let result =
            ImageInferenceResult::read(r#"{"imageURL":"u","imageUUID":7,"x":[1],"status":"success"}"#.into());
        assert_eq!((result.image_url.as_deref(), result.image_uuid.as_str()), (Some("u"), "7"));
        assert_eq!(Value::Object(result.other.clone()), serde_json::json!({"x": [1]}));
        let odd: Vec<&str> = result.odd().iter().map(|odd| odd.name.as_str()).collect();
        assert_eq!(odd, ["taskType", "taskUUID", "imageUUID"]);
        let stored = serde_json::to_string(&result).unwrap();
        assert_eq!(stored, result.raw());
        assert_eq!(serde_json::from_str::<ImageInferenceResult>(&stored).unwrap(), result);
    }

    #[test]
    fn deep_nesting_and_half_characters_cost_nothing_but_their_field() {
        let deep = "[".repeat(1000) + &"]".repeat(1000);
        let (result, odd) = read(&format!(r#","imageURL":"u","deep":{deep},"note":"\ud83d!""#));
        assert_eq!(result.image_url.as_deref(), Some("u"));
        assert_eq!((odd.len(), &result.other["note"]), (2, &Value::from("\u{fffd}!")));
        let fields = Fields::read(format!(r#"{{"beam":7,"deep":{deep}}}"#));
        assert_eq!((&fields["beam"], fields.odd().len(), fields.len()), (&Value::from(7), 1, 1));
    }
}
