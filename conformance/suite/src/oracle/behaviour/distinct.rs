//! These fields differ between the results of one task, where both have them.

use crate::oracle::file::Content;
use crate::oracle::scene::{Item, TaskResults};
use crate::oracle::show;
use crate::parameter::at;

pub(super) fn check(scene: &TaskResults<'_>, fields: &[String]) -> Vec<String> {
    let told = fields.iter().filter_map(|field| twice(scene, field));
    told.chain(same_files(scene, fields)).collect()
}

/// Results that are told apart by a text, and yet have the same file, byte for byte: they are no variations.
fn same_files(scene: &TaskResults<'_>, fields: &[String]) -> Option<String> {
    let is_named = |item: &&Item<'_>| {
        fields.iter().any(|field| at(item.fields, field).is_some_and(serde_json::Value::is_string))
    };
    let files: Vec<&Content> =
        scene.results.iter().filter(is_named).filter_map(|item| item.file?.content.as_ref().ok()).collect();
    let second = (1..files.len()).find(|place| files[..*place].contains(&files[*place]))?;
    let first = files.iter().position(|file| file == &files[second])?;
    Some(format!(
        "results {} and {} have the same file of {} bytes",
        first + 1,
        second + 1,
        files[second].length
    ))
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
