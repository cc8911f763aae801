//! There are as many results as the parameter says.

use crate::oracle::scene::Scene;
use serde_json::Value;

pub(super) fn check(scene: &Scene<'_>, parameter: &str) -> Vec<String> {
    let Some(wanted) = wanted(scene, parameter) else { return Vec::new() };
    let found = scene.count;
    if found == wanted {
        return Vec::new();
    }
    vec![format!("{found} {} where `{parameter}` is {wanted}", noun(found))]
}

/// How many results there must be: the value as sent, or its default; 1024.0 is a whole number too.
pub(super) fn wanted(scene: &Scene<'_>, parameter: &str) -> Option<usize> {
    whole(scene.value(parameter)?)
}

pub(super) fn whole(value: &Value) -> Option<usize> {
    let integer = value.as_u64().and_then(|value| usize::try_from(value).ok());
    integer.or_else(|| {
        let float = value.as_f64().filter(|float| float.fract() == 0.0 && (0.0..1e9).contains(float))?;
        format!("{float:.0}").parse().ok()
    })
}

pub(super) fn noun(count: usize) -> &'static str {
    if count == 1 { "result" } else { "results" }
}
