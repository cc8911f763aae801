//! Leaving the parameter out is the same as sending its default: both answers have the same number of results with
//! the same fields, and files of the same kind and size.

use crate::oracle::scene::{Item, TaskResults};
use crate::oracle::{excerpt, listed};
use airspec_media::Probe;

/// So many names of fields are told.
const MAX_NAMES: usize = 30;
/// So many sorts of results are told.
const MAX_SORTS: usize = 3;

pub(super) fn check(scenes: &[TaskResults<'_>], parameter: &str) -> Vec<String> {
    let [one, other] = scenes else { return Vec::new() };
    let is_sent = |scene: &TaskResults<'_>| {
        scene.task.as_object().and_then(|task| crate::parameter::at(task, parameter)).is_some()
    };
    let (without, with) = if is_sent(one) { (other, one) } else { (one, other) };
    let (left, right) = (portrait(without), portrait(with));
    if left == right {
        return Vec::new();
    }
    let (left, right) = (in_words(&left), in_words(&right));
    vec![format!("without `{parameter}` the answer has {left}, with its default {right}")]
}

/// What must be the same of a result: the names of its fields, and what its file shows.
#[derive(PartialEq)]
struct Sort<'a> {
    names: Vec<&'a str>,
    file: Shown,
}

/// What the file of a result shows.
#[derive(PartialEq)]
enum Shown {
    /// There is none that could be had.
    Nothing,
    /// It is none that is known.
    Unknown,
    Image(Probe),
}

/// The sorts of results, with how many there are of each.
fn portrait<'a>(scene: &TaskResults<'a>) -> Vec<(Sort<'a>, usize)> {
    let mut sorts: Vec<(Sort<'a>, usize)> = Vec::new();
    for item in &scene.results {
        let sort = sort(*item);
        match sorts.iter_mut().find(|(known, _)| *known == sort) {
            Some((_, count)) => *count += 1,
            None => sorts.push((sort, 1)),
        }
    }
    sorts
}

fn sort(item: Item<'_>) -> Sort<'_> {
    let mut names: Vec<&str> = item.fields.keys().map(String::as_str).collect();
    names.sort_unstable();
    let file = match item.file.and_then(|file| file.content.as_ref().ok()) {
        Some(content) => content.file.map_or(Shown::Unknown, Shown::Image),
        None => Shown::Nothing,
    };
    Sort { names, file }
}

fn in_words(sorts: &[(Sort<'_>, usize)]) -> String {
    let each = sorts.iter().map(|(sort, count)| format!("{count} x ({})", sort.in_words()));
    match sorts.len() {
        0 => "no results".to_owned(),
        _ => listed(each, sorts.len(), MAX_SORTS, " and "),
    }
}

impl Sort<'_> {
    fn in_words(&self) -> String {
        let names = self.names.iter().map(|name| excerpt(name));
        let file = match &self.file {
            Shown::Image(found) => {
                let size = found.size().map(|(width, height)| format!(" of {width} x {height}"));
                format!("; {}{}", found.container.name(), size.unwrap_or_default())
            }
            Shown::Unknown => "; no known image".to_owned(),
            Shown::Nothing => String::new(),
        };
        listed(names, self.names.len(), MAX_NAMES, ", ") + &file
    }
}
