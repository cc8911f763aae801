//! Leaving the parameter out is the same as sending its default: both answers have the same number of results with
//! the same fields, and files of the same kind and size.

use crate::oracle::scene::{Item, Scene};
use airspec_media::probe;

pub(super) fn check(scenes: &[Scene<'_>], parameter: &str) -> Vec<String> {
    let [one, other] = scenes else { return Vec::new() };
    let is_sent = |scene: &Scene<'_>| {
        scene.task.as_object().and_then(|task| crate::oracle::scene::at(task, parameter)).is_some()
    };
    let (without, with) = if is_sent(one) { (other, one) } else { (one, other) };
    let (left, right) = (portrait(without), portrait(with));
    if left == right {
        return Vec::new();
    }
    vec![format!("without `{parameter}` the answer has {left}, with its default {right}")]
}

/// What must be the same, in words.
fn portrait(scene: &Scene<'_>) -> String {
    let mut kinds: Vec<(String, usize)> = Vec::new();
    for item in &scene.results {
        let kind = kind(*item);
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => kinds.push((kind, 1)),
        }
    }
    let words: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} x ({kind})")).collect();
    if words.is_empty() { "no results".to_owned() } else { words.join(" and ") }
}

fn kind(item: Item<'_>) -> String {
    let mut names: Vec<&str> = item.fields.keys().map(String::as_str).collect();
    names.sort_unstable();
    let mut words = names.join(", ");
    if let Some(Ok(bytes)) = item.file.map(|file| &file.bytes) {
        words += &match probe(bytes) {
            Ok(found) => format!("; {} of {} x {}", found.container.name(), found.width, found.height),
            Err(_) => "; no known picture".to_owned(),
        };
    }
    words
}
