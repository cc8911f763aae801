//! The file is put to the address: one call per result, its body the bytes of the file and nothing around them.

use crate::oracle::file::Content;
use crate::oracle::observation::Call;
use crate::oracle::scene::TaskResults;

pub(super) fn check(scene: &TaskResults<'_>, wanted: Option<usize>) -> Vec<String> {
    let calls = &scene.seen.calls;
    let mut wrong = super::calls(scene, calls, "PUT", wanted);
    let files: Vec<&Content> =
        scene.results.iter().filter_map(|item| item.file?.content.as_ref().ok()).collect();
    for (index, call) in calls.iter().enumerate() {
        wrong.extend(body(call, &files).map(|reason| format!("upload {} {reason}", index + 1)));
    }
    // As many uploads as files, each a file of the answer, and yet one file is missing: another came twice.
    let uploaded = |file: &&Content| {
        calls.iter().any(|call| call.body.as_ref().is_ok_and(|body| body.content == **file))
    };
    if wrong.is_empty()
        && calls.len() >= files.len()
        && let Some(place) = files.iter().position(|file| !uploaded(file))
    {
        wrong.push(format!("no upload has the file of result {} of {}", place + 1, files.len()));
    }
    wrong
}

fn body(call: &Call, files: &[&Content]) -> Option<String> {
    let body = match &call.body {
        Ok(body) => &body.content,
        Err(reason) => return Some(format!("could not be read: {reason}")),
    };
    if files.is_empty() {
        return body.file.err().map(|error| format!("is not the bare bytes of a file: {error}"));
    }
    let is_file = files.contains(&body);
    (!is_file).then(|| format!("has {} bytes that are not those of a file of the answer", body.length))
}
