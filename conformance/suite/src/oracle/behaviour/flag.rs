//! The field is present exactly when the parameter is true.

use crate::oracle::scene::TaskResults;
use crate::parameter::at;
use serde_json::Value;

pub(super) fn check(scene: &TaskResults<'_>, parameter: &str, field: &str) -> Vec<String> {
    let Some(wanted) = scene.value(parameter).and_then(Value::as_bool) else { return Vec::new() };
    let wrong = |(name, item): (String, crate::oracle::scene::Item<'_>)| match at(item.fields, field) {
        None if wanted => Some(format!("{name} has no `{field}` although `{parameter}` is true")),
        Some(Value::Null) if wanted => {
            Some(format!("{name} has `{field}` null although `{parameter}` is true"))
        }
        Some(_) if !wanted => Some(format!("{name} has `{field}` although `{parameter}` is false")),
        None | Some(_) => None,
    };
    scene.named().filter_map(wrong).collect()
}
