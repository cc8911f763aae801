//! These fields differ between the results of one task, where both have them.

use crate::oracle::scene::TaskResults;
use crate::oracle::show;
use crate::parameter::at;

pub(super) fn check(scene: &TaskResults<'_>, fields: &[String]) -> Vec<String> {
    fields.iter().filter_map(|field| twice(scene, field)).collect()
}

fn twice(scene: &TaskResults<'_>, field: &str) -> Option<String> {
    let results = &scene.results;
    for (index, item) in results.iter().enumerate() {
        let Some(value) = at(item.fields, field) else { continue };
        if let Some(other) = results[..index].iter().position(|other| at(other.fields, field) == Some(value))
        {
            let (first, second) = (other + 1, index + 1);
            return Some(format!("results {first} and {second} have the same `{field}`, {}", show(value)));
        }
    }
    None
}
