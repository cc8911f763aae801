//! JSON pointers (RFC 6901).

use super::id::id;
use super::path::ParameterPath;
use serde_json::Value;
use std::borrow::Cow;

/// The place of a value in a JSON value: `/settings/quality`. The value itself has the empty one.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JsonPointer(String);

id!(JsonPointer);

impl JsonPointer {
    /// A name as a segment of a pointer.
    #[must_use]
    pub fn escape(name: &str) -> Cow<'_, str> {
        if name.contains(['~', '/']) {
            Cow::Owned(name.replace('~', "~0").replace('/', "~1"))
        } else {
            Cow::Borrowed(name)
        }
    }

    /// The name that a segment of a pointer stands for.
    #[must_use]
    pub fn unescape(segment: &str) -> Cow<'_, str> {
        if segment.contains('~') {
            Cow::Owned(segment.replace("~1", "/").replace("~0", "~"))
        } else {
            Cow::Borrowed(segment)
        }
    }

    /// Steps to a member, or to an item by its index.
    pub fn push(&mut self, name: &str) {
        self.0.push('/');
        self.0.push_str(&Self::escape(name));
    }

    /// The pointer to a member, or to an item by its index.
    #[must_use]
    pub fn join(&self, name: &str) -> Self {
        let mut pointer = self.clone();
        pointer.push(name);
        pointer
    }

    /// The pointer that leads on from here as another one does from its start.
    #[must_use]
    pub fn then(&self, other: &str) -> Self {
        Self(format!("{}{other}", self.0))
    }

    /// The pointer to what holds the value. None for the value itself.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('/').map(|(holder, _)| Self(holder.to_owned()))
    }

    /// The names and indexes on the way.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = Cow<'_, str>> {
        let path = self.0.strip_prefix('/');
        path.into_iter().flat_map(|path| path.split('/')).map(Self::unescape)
    }

    /// Whether the pointer leads to that place, or below it.
    #[must_use]
    pub fn starts_with(&self, holder: &str) -> bool {
        self.0.strip_prefix(holder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The value at the place.
    #[must_use]
    pub fn get<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        value.pointer(&self.0)
    }

    /// Puts a value at the place; false where nothing holds it.
    pub fn set(&self, value: &mut Value, new: Value) -> bool {
        let Some((holder, last)) = self.0.rsplit_once('/') else {
            *value = new;
            return true;
        };
        match value.pointer_mut(holder) {
            Some(Value::Object(members)) => {
                members.insert(Self::unescape(last).into_owned(), new);
                true
            }
            Some(Value::Array(items)) => {
                match last.parse().ok().and_then(|index: usize| items.get_mut(index)) {
                    Some(slot) => {
                        *slot = new;
                        true
                    }
                    None => false,
                }
            }
            _ => false,
        }
    }

    /// Takes the value at the place out of what holds it.
    pub fn remove(&self, value: &mut Value) -> Option<Value> {
        let (holder, last) = self.0.rsplit_once('/')?;
        match value.pointer_mut(holder)? {
            Value::Object(members) => members.remove(&*Self::unescape(last)),
            Value::Array(items) => {
                let index = last.parse().ok().filter(|index| *index < items.len())?;
                Some(items.remove(index))
            }
            _ => None,
        }
    }

    /// The path of the parameter that the value belongs to: an index is a step to the items of an array.
    #[must_use]
    pub fn parameter(&self) -> ParameterPath {
        self.names().fold(ParameterPath::task(), |path, name| {
            if is_index(&name) { path.items() } else { path.join(&name) }
        })
    }
}

fn is_index(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pointer(text: &str) -> JsonPointer {
        text.into()
    }

    #[test]
    fn names_are_escaped_and_read_back() {
        let inner = JsonPointer::default().join("a/b").join("~1").join("0");
        assert_eq!(inner, "/a~1b/~01/0");
        assert_eq!(inner.names().collect::<Vec<_>>(), ["a/b", "~1", "0"]);
        assert_eq!(JsonPointer::default().names().count(), 0);
        assert_eq!(pointer("/").names().collect::<Vec<_>>(), [""]);
        assert_eq!((pointer("/a/b").parent(), pointer("").parent()), (Some(pointer("/a")), None));
    }

    #[test]
    fn a_pointer_starts_with_whole_segments_only() {
        assert!(
            pointer("/a/b").starts_with("/a")
                && pointer("/a").starts_with("")
                && !pointer("/ab").starts_with("/a")
        );
        assert_eq!(pointer("/a/0/b~1c").parameter(), "a.items.b/c");
    }

    #[test]
    fn values_are_read_set_and_removed() {
        let mut value = json!({"a/b": [1, 2], "~": {}});
        assert_eq!(pointer("/a~1b/1").get(&value), Some(&json!(2)));
        assert!(pointer("/a~1b/0").set(&mut value, json!(3)) && pointer("/~0/new").set(&mut value, json!(4)));
        assert!(!pointer("/a~1b/2").set(&mut value, json!(5)) && !pointer("/x/y").set(&mut value, json!(5)));
        assert_eq!(value, json!({"a/b": [3, 2], "~": {"new": 4}}));
        assert_eq!(pointer("/a~1b/0").remove(&mut value), Some(json!(3)));
        assert_eq!((pointer("/a~1b/1").remove(&mut value), pointer("/x").remove(&mut value)), (None, None));
        assert_eq!(pointer("/~0").remove(&mut value), Some(json!({"new": 4})));
        assert_eq!(value, json!({"a/b": [2]}));
    }
}
