//! What tasks change in the one that all start from, put together.

use serde_json::{Map, Value};

/// What cases change in the task that all start from: a value, or nothing, at each place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes(Vec<Change>);

#[derive(Clone, Debug)]
struct Change {
    path: Vec<String>,
    value: Option<Value>,
    /// A list that is there for one special item, and can hold more of them.
    is_open: bool,
}

impl Change {
    /// Whether both put special items into one list.
    fn is_open_with(&self, other: &Self) -> bool {
        let is_list = |change: &Self| change.is_open && matches!(change.value, Some(Value::Array(_)));
        self.path == other.path && is_list(self) && is_list(other)
    }
}

impl Changes {
    /// What the task of a case about the parameter changes, but for its identity.
    pub(crate) fn of(task: Option<&Value>, parameter: &str, base: &Value, identity: Option<&str>) -> Self {
        let mut own = Vec::new();
        differences(&mut Vec::new(), Some(base), task, &mut own);
        own.retain(|(path, _)| path.len() != 1 || path.first().map(String::as_str) != identity);
        let change = |(path, value): (Vec<String>, Option<Value>)| {
            let is_open = parameter.starts_with(&format!("{}.items", path.join(".")));
            Change { path, value, is_open }
        };
        Self(own.into_iter().map(change).collect())
    }

    /// Whether none is in the way of another.
    pub(crate) fn go_with(&self, others: &Self) -> bool {
        let clashes = |own: &Change, other: &Change| {
            let is_apart = !own.path.starts_with(&other.path) && !other.path.starts_with(&own.path);
            let is_same = own.path == other.path && own.value == other.value;
            !is_apart && !is_same && !own.is_open_with(other)
        };
        others.0.iter().all(|other| !self.0.iter().any(|own| clashes(own, other)))
    }

    /// Adds others that these go with.
    pub(crate) fn join(&mut self, others: &Self) {
        for other in &others.0 {
            match self.0.iter_mut().find(|known| known.path == other.path) {
                None => self.0.push(other.clone()),
                Some(known) if known.value == other.value => known.is_open &= other.is_open,
                Some(known) => {
                    if let (Some(Value::Array(items)), Some(Value::Array(own))) =
                        (&mut known.value, &other.value)
                    {
                        let fresh: Vec<Value> =
                            own.iter().filter(|item| !items.contains(item)).cloned().collect();
                        items.extend(fresh);
                    }
                }
            }
        }
    }

    /// The dotted paths, each with its value, or with none where the parameter is taken out.
    pub(crate) fn settings(self) -> impl Iterator<Item = (String, Option<Value>)> {
        self.0.into_iter().map(|change| (change.path.join("."), change.value))
    }

    pub(crate) fn apply(self, task: &mut Value) {
        for Change { path, value, .. } in self.0 {
            let Some((last, above)) = path.split_last() else { continue };
            let mut place = &mut *task;
            for name in above {
                if !place.is_object() {
                    *place = Value::Object(Map::new());
                }
                let Some(members) = place.as_object_mut() else { return };
                place = members.entry(name.as_str()).or_insert_with(|| Value::Object(Map::new()));
            }
            let Some(members) = place.as_object_mut() else { continue };
            match value {
                Some(value) => members.insert(last.clone(), value),
                None => members.remove(last),
            };
        }
    }
}

/// The places where two values differ; objects are compared member by member.
fn differences(
    path: &mut Vec<String>,
    base: Option<&Value>,
    other: Option<&Value>,
    found: &mut Vec<(Vec<String>, Option<Value>)>,
) {
    match (base, other) {
        (base, Some(Value::Object(members))) if base.is_none_or(Value::is_object) && !members.is_empty() => {
            let empty = Map::new();
            let known = base.and_then(Value::as_object).unwrap_or(&empty);
            let gone = known.keys().filter(|name| !members.contains_key(*name));
            for name in members.keys().chain(gone) {
                path.push(name.clone());
                differences(path, known.get(name), members.get(name), found);
                path.pop();
            }
        }
        (base, other) if base != other => found.push((path.clone(), other.cloned())),
        _ => {}
    }
}
