//! There are as many results as the parameter says.

use crate::oracle::scene::TaskResults;
use crate::parameter::whole;

pub(super) fn check(scene: &TaskResults<'_>, parameter: &str) -> Vec<String> {
    let Some(wanted) = wanted(scene, parameter) else { return Vec::new() };
    let found = scene.count;
    if found == wanted {
        return Vec::new();
    }
    vec![format!("{found} {} where `{parameter}` is {wanted}", noun(found))]
}

/// How many results there must be: the value as sent, or its default.
pub(super) fn wanted(scene: &TaskResults<'_>, parameter: &str) -> Option<usize> {
    whole(scene.value(parameter)?)
}

pub(super) fn noun(count: usize) -> &'static str {
    if count == 1 { "result" } else { "results" }
}
