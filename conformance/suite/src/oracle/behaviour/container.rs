//! The file is of the media type that belongs to the parameter's value: by its bytes, which is what the behaviour
//! says, and by its names: the header of its download or the head of its data URI, and the ending of its address.

use crate::oracle::excerpt;
use crate::oracle::file::File;
use crate::oracle::scene::TaskResults;
use crate::protocol::Form;
use airspec_media::{Container, essence};
use std::collections::BTreeMap;

/// What a file must be.
struct Wanted<'a> {
    media: &'a str,
    /// The container, where it is one that is known.
    container: Option<Container>,
}

/// What is wrong by the bytes.
pub(super) fn check(
    scene: &TaskResults<'_>,
    parameter: &str,
    media: &BTreeMap<String, String>,
) -> Vec<String> {
    each(scene, parameter, media, |file, media| bytes(file, media).into_iter().collect())
}

/// What is wrong by the names.
pub(super) fn names(
    scene: &TaskResults<'_>,
    parameter: &str,
    media: &BTreeMap<String, String>,
) -> Vec<String> {
    each(scene, parameter, media, |file, media| {
        claim(file, media).into_iter().chain(ending(file, media)).collect()
    })
}

fn each(
    scene: &TaskResults<'_>,
    parameter: &str,
    media: &BTreeMap<String, String>,
    reasons: impl Fn(&File, &Wanted<'_>) -> Vec<String>,
) -> Vec<String> {
    let Some(asked) = scene.text(parameter) else { return Vec::new() };
    let Some(media) = media.get(asked) else { return Vec::new() };
    // Some media types are those of any bytes.
    let container = Container::from_media_type(media).or_else(|| Container::from_extension(asked));
    let media = &Wanted { media, container };
    let mut wrong = Vec::new();
    for (name, item) in scene.named() {
        let reasons = item.file.map(|file| reasons(file, media)).unwrap_or_default();
        wrong.extend(
            reasons.iter().map(|reason| format!("the file of {name} {reason}; `{parameter}` is `{asked}`")),
        );
    }
    wrong
}

/// What the bytes say. Containers that are not images known here are not looked into.
fn bytes(file: &File, wanted: &Wanted<'_>) -> Option<String> {
    let content = match &file.content {
        Ok(content) => content,
        Err(reason) => return Some(reason.clone()),
    };
    let wanted = wanted.container?;
    match content.file {
        Ok(found) if found.container == wanted => None,
        Ok(found) => Some(format!("is {} by its bytes, not {}", found.container.name(), wanted.name())),
        Err(error) => Some(format!("is not {}: {error}", wanted.name())),
    }
}

/// What the server calls it.
fn claim(file: &File, wanted: &Wanted<'_>) -> Option<String> {
    let place = match file.form {
        Form::Link => "its download",
        Form::DataUri => "its data URI",
        Form::Base64 => return None,
    };
    // Why a file could not be had is said once, by its bytes.
    if file.content.is_err() && file.media.is_none() {
        return None;
    }
    let claimed = file.media.as_deref().unwrap_or("nothing");
    let media = wanted.media;
    // One container can have several media types.
    let is_same = Container::from_media_type(claimed).is_some_and(|found| Some(found) == wanted.container);
    let is_other = !is_same && !essence(claimed).eq_ignore_ascii_case(media);
    is_other.then(|| format!("is called {} by {place}, not {media}", excerpt(claimed)))
}

/// What its address calls it.
fn ending(file: &File, wanted: &Wanted<'_>) -> Option<String> {
    let wanted = wanted.container?;
    let address = file.address.as_deref()?;
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    if ending.and_then(Container::from_extension) == Some(wanted) {
        return None;
    }
    Some(format!("is called `{}`, which does not end in .{}", excerpt(name), wanted.extension()))
}
