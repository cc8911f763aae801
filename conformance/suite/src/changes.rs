//! What tasks change in the one that all start from, put together.

use serde_json::{Map, Value};

/// What cases change in the task that all start from: a value, or nothing, at each place.
#[derive(Debug, Default)]
pub(crate) struct Changes(Vec<Change>);

#[derive(Debug)]
struct Change {
    path: Vec<String>,
    value: Option<Value>,
    /// A list that is there for one special item, and can hold more of them.
    is_open: bool,
}

impl Changes {
    /// Adds what the task of a case about the parameter changes; nothing where that is in another's way.
    pub(crate) fn add(
        &mut self,
        task: Option<&Value>,
        parameter: &str,
        base: &Value,
        identity: Option<&str>,
    ) -> Option<()> {
        let mut own = Vec::new();
        differences(&mut Vec::new(), Some(base), task, &mut own);
        for (path, value) in own {
            if path.len() == 1 && path.first().map(String::as_str) == identity {
                continue;
            }
            let is_open = parameter.starts_with(&format!("{}.items", path.join(".")));
            let clash = self
                .0
                .iter_mut()
                .find(|known| known.path.starts_with(&path) || path.starts_with(&known.path));
            match clash {
                None => self.0.push(Change { path, value, is_open }),
                Some(known) if known.path == path && known.value == value => known.is_open &= is_open,
                Some(Change { path: other, value: Some(Value::Array(items)), is_open: true })
                    if *other == path && is_open =>
                {
                    let Some(Value::Array(own)) = value else { return None };
                    let fresh: Vec<Value> = own.into_iter().filter(|item| !items.contains(item)).collect();
                    items.extend(fresh);
                }
                Some(_) => return None,
            }
        }
        Some(())
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
