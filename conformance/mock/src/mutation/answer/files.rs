//! Wrong files, links and lifetimes.

use super::BehaviourMutation;
use crate::path::pointer;
use crate::steps::plan::{Containers, Plan};
use crate::task_view::TaskView;
use airspec_judge::Violation;
use airspec_media::Container;
use airspec_spec::behaviour::{Condition, Quantity};
use std::collections::BTreeMap;
use std::time::Duration;

pub(super) fn select_mutations(parameter: &str) -> Vec<(BehaviourMutation, String)> {
    vec![
        (BehaviourMutation::Swapped, format!("returns the field of another value of `{parameter}`")),
        (BehaviourMutation::Several, format!("returns the fields of all values of `{parameter}`")),
        (BehaviourMutation::Absent, format!("returns the field of no value of `{parameter}`")),
    ]
}

pub(super) fn container_mutations(parameter: &str) -> Vec<(BehaviourMutation, String)> {
    vec![
        (BehaviourMutation::Wrong, format!("returns files of another type than `{parameter}` says")),
        (
            BehaviourMutation::Disguised,
            format!("returns files of another type, with the name and media type that `{parameter}` says"),
        ),
        (BehaviourMutation::Media, "returns files with the media type of another format".to_owned()),
        (BehaviourMutation::Ending, "returns links with the file extension of another format".to_owned()),
    ]
}

pub(super) fn size_mutations(width: &str, height: &str) -> Vec<(BehaviourMutation, String)> {
    vec![
        (BehaviourMutation::Wider, format!("returns images one pixel wider than `{width}`")),
        (BehaviourMutation::Taller, format!("returns images one pixel taller than `{height}`")),
        (BehaviourMutation::Turned, format!("swaps `{width}` and `{height}`")),
    ]
}

pub(super) fn measure_mutations(parameter: &str) -> Vec<(BehaviourMutation, String)> {
    vec![(BehaviourMutation::Other, format!("returns files of another measure than `{parameter}` says"))]
}

pub(super) fn quality_mutations(parameter: &str) -> Vec<(BehaviourMutation, String)> {
    vec![(BehaviourMutation::Inverted, format!("compresses more if `{parameter}` is higher"))]
}

pub(super) fn lifetime_mutations(parameter: &str) -> Vec<(BehaviourMutation, String)> {
    vec![
        (BehaviourMutation::Ignored, format!("never lets files expire, whatever `{parameter}` says")),
        (BehaviourMutation::Instant, format!("serves no file if `{parameter}` is set")),
        (BehaviourMutation::Refused, format!("refuses `{parameter}` where it must have no effect")),
    ]
}

pub(super) fn on_select(mutation: BehaviourMutation, fields: &BTreeMap<String, String>, plan: &mut Plan) {
    plan.carriers = match mutation {
        BehaviourMutation::Swapped => {
            let other = fields.values().find(|field| !plan.carriers.contains(field));
            other.cloned().into_iter().collect()
        }
        BehaviourMutation::Several => fields.values().cloned().collect(),
        _ => Vec::new(),
    };
}

pub(super) fn on_container(mutation: BehaviourMutation, plan: &mut Plan) {
    let asked = plan.containers.asked;
    let other = if asked == Container::Png { Container::Jpeg } else { Container::Png };
    let containers = &mut plan.containers;
    match mutation {
        BehaviourMutation::Disguised => containers.bytes = other,
        BehaviourMutation::Media => containers.media = other,
        BehaviourMutation::Ending => containers.ending = other,
        _ => *containers = Containers { asked, bytes: other, media: other, ending: other },
    }
}

pub(super) fn on_size(mutation: BehaviourMutation, plan: &mut Plan) {
    match mutation {
        BehaviourMutation::Wider => plan.width += 1,
        BehaviourMutation::Taller => plan.height += 1,
        _ => std::mem::swap(&mut plan.width, &mut plan.height),
    }
}

pub(super) fn on_measure(measure: Quantity, plan: &mut Plan) {
    let playing = &mut plan.playing;
    match measure {
        Quantity::Duration => playing.milliseconds = playing.milliseconds / 2 + 100,
        Quantity::FrameRate => playing.frames_per_second = playing.frames_per_second / 2 + 1,
        Quantity::SampleRate => {
            playing.sample_rate = if playing.sample_rate == 48_000 { 24_000 } else { 48_000 };
        }
        Quantity::Channels => playing.channels = 3 - playing.channels.clamp(1, 2),
    }
}

pub(super) fn on_quality(plan: &mut Plan) {
    plan.quality = 101 - plan.quality;
}

pub(super) fn on_lifetime(mutation: BehaviourMutation, plan: &mut Plan) {
    match mutation {
        BehaviourMutation::Ignored => plan.lifetime = None,
        BehaviourMutation::Instant => plan.lifetime = plan.lifetime.map(|_| Duration::ZERO),
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
