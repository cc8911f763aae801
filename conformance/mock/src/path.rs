//! Paths of parameters, and the JSON pointers of their values in a task.

use serde_json::Value;

/// The JSON pointer of a parameter outside arrays.
pub(crate) fn pointer(path: &str) -> String {
    format!("/{}", path.replace('.', "/"))
}

/// The values at a path of a task, each with its JSON pointer; `items` stands for every item of an array.
pub(crate) fn values<'a>(task: &'a Value, path: &str) -> Vec<(String, &'a Value)> {
    let mut found = vec![(String::new(), task)];
    for name in path.split('.').filter(|name| !name.is_empty()) {
        found = found
            .into_iter()
            .flat_map(|(pointer, value)| match value {
                Value::Array(items) if name == "items" => items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| (format!("{pointer}/{index}"), item))
                    .collect(),
                other => {
                    let member = other.get(name).map(|member| (format!("{pointer}/{name}"), member));
                    member.into_iter().collect::<Vec<_>>()
                }
            })
            .collect();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn items_stands_for_every_item_of_an_array() {
        let task = json!({"a": {"b": [1, 2]}, "items": 3});
        assert_eq!(
            values(&task, "a.b.items"),
            [("/a/b/0".to_owned(), &json!(1)), ("/a/b/1".to_owned(), &json!(2))]
        );
        assert_eq!(values(&task, "items"), [("/items".to_owned(), &json!(3))]);
        assert_eq!(values(&task, ""), [(String::new(), &task)]);
        assert!(values(&task, "a.c.d").is_empty());
    }
}
