//! Wrong files, links and lifetimes.

use super::How;
use crate::path::pointer;
use crate::steps::plan::{Containers, Plan};
use crate::task_view::TaskView;
use airspec_judge::Violation;
use airspec_media::Container;
use airspec_spec::behaviour::Condition;
use std::collections::BTreeMap;
use std::time::Duration;

pub(super) fn select_ways(parameter: &str) -> Vec<(How, String)> {
    vec![
        (How::Swapped, format!("gives the field of another value of `{parameter}`")),
        (How::Several, format!("gives the fields of all values of `{parameter}` at once")),
        (How::Absent, format!("gives the field of no value of `{parameter}`")),
    ]
}

pub(super) fn container_ways(parameter: &str) -> Vec<(How, String)> {
    vec![
        (How::Wrong, format!("makes files of another type than `{parameter}` says")),
        (How::Disguised, format!("makes files of another type, and calls them what `{parameter}` says")),
        (How::Media, "gives the media type of another kind of file".to_owned()),
        (How::Ending, "gives links the ending of another kind of file".to_owned()),
    ]
}

pub(super) fn size_ways(width: &str, height: &str) -> Vec<(How, String)> {
    vec![
        (How::Wider, format!("makes pictures one pixel wider than `{width}`")),
        (How::Taller, format!("makes pictures one pixel taller than `{height}`")),
        (How::Turned, format!("takes `{width}` for `{height}` and the other way round")),
    ]
}

pub(super) fn quality_ways(parameter: &str) -> Vec<(How, String)> {
    vec![(How::Inverted, format!("compresses the more, the higher `{parameter}` is"))]
}

pub(super) fn lifetime_ways(parameter: &str) -> Vec<(How, String)> {
    vec![
        (How::Ignored, format!("serves files for ever, whatever `{parameter}` says")),
        (How::Instant, format!("serves no file at all once `{parameter}` is given")),
        (How::Refused, format!("refuses `{parameter}` where it should have no effect")),
    ]
}

pub(super) fn on_select(how: How, fields: &BTreeMap<String, String>, plan: &mut Plan) {
    plan.carriers = match how {
        How::Swapped => {
            let other = fields.values().find(|field| !plan.carriers.contains(field));
            other.cloned().into_iter().collect()
        }
        How::Several => fields.values().cloned().collect(),
        _ => Vec::new(),
    };
}

pub(super) fn on_container(how: How, plan: &mut Plan) {
    let asked = plan.containers.asked;
    let other = if asked == Container::Png { Container::Jpeg } else { Container::Png };
    let containers = &mut plan.containers;
    match how {
        How::Disguised => containers.bytes = other,
        How::Media => containers.media = other,
        How::Ending => containers.ending = other,
        _ => *containers = Containers { asked, bytes: other, media: other, ending: other },
    }
}

pub(super) fn on_size(how: How, plan: &mut Plan) {
    match how {
        How::Wider => plan.width += 1,
        How::Taller => plan.height += 1,
        _ => std::mem::swap(&mut plan.width, &mut plan.height),
    }
}

pub(super) fn on_quality(plan: &mut Plan) {
    plan.quality = 101 - plan.quality;
}

pub(super) fn on_lifetime(how: How, plan: &mut Plan) {
    match how {
        How::Ignored => plan.lifetime = None,
        How::Instant => plan.lifetime = plan.lifetime.map(|_| Duration::ZERO),
        _ => {}
    }
}

/// The violation of a task that gives a lifetime where it has no effect.
pub(super) fn refused_lifetime(
    view: TaskView<'_>,
    parameter: &str,
    only: &Condition,
    constraint: &str,
) -> Option<Violation> {
    let refused = view.given(parameter).is_some() && view.text(&only.parameter) != Some(only.value.as_str());
    refused.then(|| Violation::new(pointer(parameter), constraint, String::new()))
}
