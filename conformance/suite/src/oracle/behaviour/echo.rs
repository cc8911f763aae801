//! Each result repeats the parameter, byte for byte.

use crate::oracle::scene::TaskResults;
use crate::oracle::show;
use crate::parameter::at;

pub(super) fn check(scene: &TaskResults<'_>, parameter: &str, field: &str) -> Vec<String> {
    let Some(sent) = scene.value(parameter) else { return Vec::new() };
    let wrong = |(name, item): (String, crate::oracle::scene::Item<'_>)| match at(item.fields, field) {
        Some(value) if value == sent => None,
        Some(value) => Some(format!("{name} has `{field}` {} where {} was sent", show(value), show(sent))),
        None => Some(format!("{name} has no `{field}`, which must be {} as sent", show(sent))),
    };
    scene.named().filter_map(wrong).collect()
}
