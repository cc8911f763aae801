//! Dotted paths of parameters.

use super::id::id;
use super::pointer::JsonPointer;
use serde_json::{Map, Value};

/// The dotted path of a parameter: `settings.quality`. The task itself has the empty one, the items of an array are
/// `items`, and members that nobody declares are `*`.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParameterPath(String);

id!(ParameterPath);

/// The step to the items of an array.
const ITEMS: &str = "items";

impl ParameterPath {
    /// The path of the task itself.
    #[must_use]
    pub fn task() -> Self {
        Self::default()
    }

    /// The path of a member, or of what a path below this one names.
    #[must_use]
    pub fn join(&self, name: &str) -> Self {
        match (self.0.as_str(), name) {
            (_, "") => self.clone(),
            ("", name) => Self(name.to_owned()),
            (holder, name) => Self(format!("{holder}.{name}")),
        }
    }

    /// The path of the items of this array.
    #[must_use]
    pub fn items(&self) -> Self {
        self.join(ITEMS)
    }

    /// The path of what holds the parameter. None for the task itself.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let holder = self.0.rsplit_once('.').map_or("", |(holder, _)| holder);
        (!self.0.is_empty()).then(|| Self(holder.to_owned()))
    }

    /// The last step; empty for the task itself.
    #[must_use]
    pub fn last(&self) -> &str {
        self.0.rsplit('.').next().unwrap_or_default()
    }

    /// The steps from the task to the parameter.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('.').filter(|step| !step.is_empty())
    }

    /// Whether it is the path of that parameter, or of one below it.
    #[must_use]
    pub fn starts_with(&self, holder: &str) -> bool {
        self.below(holder).is_some()
    }

    /// Whether one of two parameters is the other or holds it.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.starts_with(other) || other.starts_with(self)
    }

    /// The rest of the path below a holder, where it starts with that.
    #[must_use]
    pub fn below(&self, holder: &str) -> Option<&str> {
        let rest = self.0.strip_prefix(holder)?;
        if rest.is_empty() || holder.is_empty() { Some(rest) } else { rest.strip_prefix('.') }
    }

    /// The path as pages and errors write it: items go by the name of their array.
    #[must_use]
    pub fn without_items(&self) -> Self {
        Self(self.steps().filter(|step| *step != ITEMS).collect::<Vec<_>>().join("."))
    }

    /// Whether the parameter stands in an array, or is the item of one.
    #[must_use]
    pub fn is_in_array(&self) -> bool {
        self.steps().any(|step| step == ITEMS)
    }

    /// The pointer to the value in a task, in the first item of each array.
    #[must_use]
    pub fn pointer(&self) -> JsonPointer {
        let mut pointer = JsonPointer::default();
        self.steps().for_each(|step| pointer.push(if step == ITEMS { "0" } else { step }));
        pointer
    }

    /// A task that has this value alone.
    #[must_use]
    pub fn around(&self, value: Value) -> Value {
        self.steps().rev().fold(value, |value, step| {
            if step == ITEMS {
                Value::Array(vec![value])
            } else {
                Value::Object(Map::from_iter([(step.to_owned(), value)]))
            }
        })
    }

    /// The value in a task or a result, in the first item of each array.
    #[must_use]
    pub fn get<'v>(&self, task: &'v Value) -> Option<&'v Value> {
        self.steps().try_fold(task, |value, name| match value {
            Value::Array(items) if name == ITEMS => items.first(),
            _ => value.get(name),
        })
    }

    /// The values in a task or a result, each with its place: one for each item of an array.
    #[must_use]
    pub fn values<'v>(&self, task: &'v Value) -> Vec<(JsonPointer, &'v Value)> {
        let mut found = vec![(JsonPointer::default(), task)];
        for name in self.steps() {
            found = found.into_iter().flat_map(|(pointer, value)| below(&pointer, value, name)).collect();
        }
        found
    }

    /// The same in the members of an object.
    #[must_use]
    pub fn get_in<'v>(&self, members: &'v Map<String, Value>) -> Option<&'v Value> {
        let (name, rest) = self.0.split_once('.').unwrap_or((&self.0, ""));
        Self::from(rest).get(members.get(name)?)
    }

    /// Puts a value into the members of an object, as [`set`](Self::set) does into a value.
    pub fn set_in(&self, members: &mut Map<String, Value>, value: Value) {
        let (name, rest) = self.0.split_once('.').unwrap_or((&self.0, ""));
        Self::from(rest).set(members.entry(name).or_insert(Value::Null), value);
    }

    /// Puts a value into a task or a result, making the objects and arrays that it stands in; in the first item of each
    /// array.
    pub fn set(&self, task: &mut Value, value: Value) {
        let mut slot = task;
        for name in self.steps() {
            if name == ITEMS && (slot.is_array() || slot.is_null()) {
                if slot.as_array().is_none_or(Vec::is_empty) {
                    *slot = Value::Array(vec![Value::Null]);
                }
                let Some(first) = slot.get_mut(0) else { return };
                slot = first;
                continue;
            }
            if !slot.is_object() {
                *slot = Value::Object(Map::new());
            }
            let Value::Object(members) = slot else { return };
            slot = members.entry(name).or_insert(Value::Null);
        }
        *slot = value;
    }

    /// Takes a value out of a task, for parameters that do not stand in arrays.
    pub fn remove(&self, task: &mut Value) -> Option<Value> {
        let holder = self.parent()?;
        let slot = holder.steps().try_fold(task, |value, name| value.get_mut(name))?;
        slot.as_object_mut()?.remove(self.last())
    }
}

/// The member of that name, or every item of an array.
fn below<'v>(pointer: &JsonPointer, value: &'v Value, name: &str) -> Vec<(JsonPointer, &'v Value)> {
    match value {
        Value::Array(items) if name == ITEMS => {
            let place = |(index, item)| (pointer.join(&usize::to_string(&index)), item);
            items.iter().enumerate().map(place).collect()
        }
        _ => value.get(name).map(|member| (pointer.join(name), member)).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn path(text: &str) -> ParameterPath {
        text.into()
    }

    #[test]
    fn paths_join_and_part() {
        let inner = ParameterPath::task().join("a").items().join("b.c");
        assert_eq!(inner, "a.items.b.c");
        assert_eq!((inner.parent(), inner.last()), (Some(path("a.items.b")), "c"));
        assert_eq!((path("a").parent(), ParameterPath::task().parent()), (Some(ParameterPath::task()), None));
        assert_eq!(path("a").join(""), "a");
        assert_eq!(inner.without_items(), "a.b.c");
        assert_eq!(inner.pointer(), "/a/0/b/c");
    }

    #[test]
    fn a_path_starts_with_whole_steps_only() {
        assert!(path("a.b").starts_with("a") && path("a").starts_with("a") && path("a").starts_with(""));
        assert!(path("a.b").overlaps(&path("a")) && path("a").overlaps(&path("a.b")));
        assert!(!path("a.b").overlaps(&path("a.c")));
        assert!(!path("ab.c").starts_with("a") && !path("a").starts_with("a.b"));
        assert_eq!((path("a.b.c").below("a"), path("b").below("")), (Some("b.c"), Some("b")));
    }

    #[test]
    fn items_stand_for_every_item_of_an_array() {
        let task = json!({"a": {"b": [1, 2]}, "items": 3, "c/d": 4});
        let values = |text: &str| {
            let values = path(text).values(&task).into_iter();
            values.map(|(pointer, value)| (pointer.to_string(), value)).collect::<Vec<_>>()
        };
        assert_eq!(values("a.b.items"), [("/a/b/0".to_owned(), &json!(1)), ("/a/b/1".to_owned(), &json!(2))]);
        assert_eq!(values("items"), [("/items".to_owned(), &json!(3))]);
        assert_eq!(values("c/d"), [("/c~1d".to_owned(), &json!(4))]);
        assert_eq!(values(""), [(String::new(), &task)]);
        assert!(values("a.c.d").is_empty());
    }

    #[test]
    fn values_are_read_set_and_removed() {
        let mut task = json!({"a": 1});
        path("b.c").set(&mut task, json!(2));
        assert_eq!(task, json!({"a": 1, "b": {"c": 2}}));
        assert_eq!(path("b.c").get(&task), Some(&json!(2)));
        assert_eq!((path("b.c").remove(&mut task), path("x.y").remove(&mut task)), (Some(json!(2)), None));
        assert_eq!(task, json!({"a": 1, "b": {}}));
        assert_eq!(path("a.items.b").around(json!(1)), json!({"a": [{"b": 1}]}));
        let mut lists = json!({"a": {}});
        path("a.b.items.c").set(&mut lists, json!(4));
        path("a.b.items.d").set(&mut lists, json!(5));
        assert_eq!(lists, json!({"a": {"b": [{"c": 4, "d": 5}]}}));
        assert_eq!(path("a.b.items.d").get(&lists), Some(&json!(5)));
        let members = lists.as_object_mut().unwrap();
        path("a.b.items.d").set_in(members, json!(6));
        path("e").set_in(members, json!(7));
        assert_eq!(path("a.b.items.d").get_in(members), Some(&json!(6)));
        assert_eq!((path("e").get_in(members), path("x.y").get_in(members)), (Some(&json!(7)), None));
        path("a.b").set(&mut task, json!(3));
        assert_eq!(task, json!({"a": {"b": 3}, "b": {}}));
    }

    #[test]
    fn an_id_is_a_plain_text_in_json() {
        let text = serde_json::to_string(&path("a.b")).unwrap();
        assert_eq!(text, r#""a.b""#);
        assert_eq!(serde_json::from_str::<ParameterPath>(&text).unwrap(), path("a.b"));
    }
}
