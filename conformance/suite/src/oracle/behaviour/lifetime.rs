//! The address of a file ends after so many seconds; no effect unless the other parameter has the value.
//!
//! That the link ends is seen only where the time of the target can be moved: the shortest lifetime is longer than a
//! run. Elsewhere this sees that the file is served while it must be. That other forms are accepted is the acceptance
//! of the case, and that nothing else changes is held against all other behaviours, as every answer is.

use crate::oracle::scene::TaskResults;
use airspec_spec::behaviour::Condition;

pub(super) fn check(scene: &TaskResults<'_>, parameter: &str, only: &Condition) -> Vec<String> {
    if scene.text(&only.parameter) != Some(&only.value) {
        return Vec::new();
    }
    let files = scene.results.iter().filter_map(|item| item.file);
    let lost = files.filter_map(|file| file.content.as_ref().err());
    let mut wrong: Vec<String> =
        lost.map(|reason| format!("the file {reason}, within its lifetime")).collect();
    let kept = scene.seen.later.iter().filter(|file| file.content.is_ok()).count();
    if wrong.is_empty() && kept > 0 {
        wrong.push(format!("the file is still served when the seconds of `{parameter}` are over"));
    }
    wrong
}

/// What a pass leaves open.
pub(super) fn remark(scene: &TaskResults<'_>, only: &Condition) -> &'static str {
    if scene.text(&only.parameter) != Some(&only.value) {
        "accepted without effect"
    } else if scene.seen.later.is_empty() {
        "the file is served; that the link ends in the end was not waited for"
    } else {
        "the file is served, and no longer when its lifetime is over"
    }
}
