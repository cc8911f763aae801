//! A higher value never gives a smaller file in lossy containers, seen at the two ends of the parameter's range.
//!
//! The rule is about the same image. A server that draws a new one for each request cannot be held to it number by
//! number, so only the two ends are compared, which lie so far apart that no other image makes up for it.

use crate::oracle::scene::TaskResults;
use crate::parameter::whole;

/// A value of the parameter, and the mean size of the files that came with it.
#[derive(Clone, Copy, Debug)]
struct Point {
    value: usize,
    bytes: usize,
}

pub(super) fn check(
    scenes: &[TaskResults<'_>],
    parameter: &str,
    format: &str,
    lossy: &[String],
) -> Vec<String> {
    let is_lossy = |scene: &&TaskResults<'_>| {
        scene.text(format).is_some_and(|value| lossy.iter().any(|known| known == value))
    };
    let mut points: Vec<(&str, Point)> = Vec::new();
    for scene in scenes.iter().filter(is_lossy) {
        match point(scene, parameter) {
            Ok(Some(point)) => points.push((scene.text(format).unwrap_or_default(), point)),
            Ok(None) => {}
            Err(reason) => return vec![reason],
        }
    }
    points.sort_by_key(|(format, point)| (*format, point.value));
    let falls = |pair: &[(&str, Point)]| match pair {
        [(one, low), (other, high)] if one == other && high.value > low.value && high.bytes < low.bytes => {
            Some(format!(
                "`{parameter}` {} gave a file of {} bytes, and {} a smaller one of {}",
                low.value, low.bytes, high.value, high.bytes
            ))
        }
        _ => None,
    };
    points.windows(2).filter_map(falls).collect()
}

fn point(scene: &TaskResults<'_>, parameter: &str) -> Result<Option<Point>, String> {
    let Some(value) = scene.value(parameter).and_then(whole) else { return Ok(None) };
    let files: Vec<_> = scene.results.iter().filter_map(|item| item.file).collect();
    let mut bytes = 0;
    for file in &files {
        bytes += file.content.as_ref().map_err(|reason| format!("the file {reason}"))?.length;
    }
    Ok(bytes.checked_div(files.len()).map(|bytes| Point { value, bytes }))
}
