//! Execute, first part: what a valid task asks for, read from it before anything is made.

use crate::behaviour_index::BehaviourIndex;
use crate::file_spec::Playing;
use crate::protocol::Form;
use crate::task_view::TaskView;
use airspec_media::{Container, Medium, drawn_size};
use airspec_spec::Model;
use airspec_spec::behaviour::Quantity;
use airspec_spec::price::Prices;
use std::time::Duration;

/// The most results that one task gets, should it not have been judged.
const MAX_RESULTS: u64 = 100;
/// Pixels of a side that no one asked for.
const SIDE: u32 = 1024;
/// Encoder quality that no one asked for.
const QUALITY: u8 = 90;

/// What results a task is to have, and when.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// How many results.
    pub(crate) count: u64,
    /// USD for one result.
    pub(crate) usd: f64,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) containers: Containers,
    pub(crate) playing: Playing,
    pub(crate) quality: u8,
    /// The text that the image is made from.
    pub(crate) prompt: String,
    /// The value of the parameter that sets most of the price.
    pub(crate) tier: Option<String>,
    /// For how long a link works.
    pub(crate) lifetime: Option<Duration>,
    /// The fields that carry the file.
    pub(crate) carriers: Vec<String>,
    /// The fields that are given because a parameter asks for them.
    pub(crate) flagged: Vec<String>,
    /// Whether the results are to be polled.
    pub(crate) deferred: bool,
    /// How long a deferred task takes to its first result, and from each result to the next.
    pub(crate) pace: Duration,
}

/// What a file was asked to be, what it is, what media type it is said to have, and how its link ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Containers {
    pub(crate) asked: Container,
    pub(crate) bytes: Container,
    pub(crate) media: Container,
    pub(crate) ending: Container,
}

impl Containers {
    fn of(asked: Container) -> Self {
        Self { asked, bytes: asked, media: asked, ending: asked }
    }
}

impl Playing {
    fn of(view: TaskView<'_>, index: &BehaviourIndex) -> Self {
        let asked = |wanted: Quantity| {
            let (_, parameter) = index.measures.iter().find(|(measure, _)| *measure == wanted)?;
            view.number(parameter)
        };
        let whole = |wanted: Quantity, usual: u32| asked(wanted).and_then(rounded).unwrap_or(usual);
        let usual = Self::USUAL;
        Self {
            milliseconds: asked(Quantity::Duration)
                .and_then(|seconds| rounded(seconds * 1000.0))
                .unwrap_or(usual.milliseconds),
            frames_per_second: whole(Quantity::FrameRate, usual.frames_per_second),
            sample_rate: whole(Quantity::SampleRate, usual.sample_rate),
            channels: u16::try_from(whole(Quantity::Channels, usual.channels.into()))
                .unwrap_or(usual.channels),
        }
    }
}

/// The nearest whole number, where there is one of that size.
fn rounded(number: f64) -> Option<u32> {
    let whole = number.round();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is within the range")]
    (0.0..=f64::from(u32::MAX)).contains(&whole).then_some(whole as u32)
}

impl Plan {
    pub(crate) fn read(
        view: TaskView<'_>,
        index: &BehaviourIndex,
        model: &Model,
        prices: &Prices,
        pace: Duration,
    ) -> Self {
        let (width, height) = size(view, index);
        let tier = prices.tier.as_deref().and_then(|path| view.text(path)).map(str::to_owned);
        let flagged = index.flags.iter().filter(|(parameter, _)| view.is_true(parameter));
        let prompt = index.prompt.as_ref().and_then(|path| view.text(path));
        let carriers = carriers(view, index, model);
        Self {
            count: index.count.as_ref().map_or(1, |path| view.whole(path).unwrap_or(1).min(MAX_RESULTS)),
            usd: prices.usd(tier.as_deref(), width, height),
            width,
            height,
            containers: Containers::of(container(view, index, &carriers)),
            playing: Playing::of(view, index),
            quality: quality(view, index),
            prompt: prompt.unwrap_or_default().to_owned(),
            tier,
            lifetime: lifetime(view, index),
            carriers,
            flagged: flagged.map(|(_, field)| field.clone()).collect(),
            deferred: index
                .delivery
                .as_ref()
                .is_some_and(|delivery| view.text(&delivery.parameter) == Some(delivery.deferred.as_str())),
            pace,
        }
    }

    /// How many pixels the answer will have in it, not as files beside it.
    pub(crate) fn inline_pixels(&self) -> u64 {
        let forms = self.carriers.iter().filter(|field| Form::of(field) != Some(Form::Link)).count();
        let forms = u64::try_from(forms).unwrap_or(u64::MAX);
        let pixels = u64::from(self.width) * u64::from(self.height);
        if self.deferred { 0 } else { forms.saturating_mul(self.count).saturating_mul(pixels) }
    }

    /// USD for all results.
    pub(crate) fn cost(&self) -> f64 {
        self.usd * f64::from(u32::try_from(self.count).unwrap_or(u32::MAX))
    }
}

fn size(view: TaskView<'_>, index: &BehaviourIndex) -> (u32, u32) {
    let Some((width, height)) = &index.size else { return (SIDE, SIDE) };
    let side = |path: &str| {
        let asked = view.whole(path).and_then(|pixels| u32::try_from(pixels).ok());
        asked.unwrap_or(SIDE)
    };
    drawn_size(side(width), side(height))
}

fn container(view: TaskView<'_>, index: &BehaviourIndex, carriers: &[String]) -> Container {
    let asked = index.container.as_ref().and_then(|(parameter, media)| {
        let value = view.text(parameter)?;
        // Some media types are those of any bytes.
        Container::from_media_type(media.get(value)?).or_else(|| Container::from_extension(value))
    });
    let medium = match carriers.first().map(String::as_str).unwrap_or_default() {
        field if field.starts_with("video") => Medium::Video,
        field if field.starts_with("audio") => Medium::Audio,
        field if field.contains('.') => Medium::Model,
        _ => Medium::Image,
    };
    asked.or_else(|| Container::of(medium).next()).unwrap_or(Container::Jpeg)
}

fn quality(view: TaskView<'_>, index: &BehaviourIndex) -> u8 {
    let Some(parameter) = &index.quality else { return QUALITY };
    let asked = view.whole(parameter).and_then(|number| u8::try_from(number).ok());
    asked.unwrap_or(QUALITY).clamp(1, 100)
}

fn lifetime(view: TaskView<'_>, index: &BehaviourIndex) -> Option<Duration> {
    let (parameter, only) = index.lifetime.as_ref()?;
    let seconds = view.whole(parameter)?;
    (view.text(&only.parameter) == Some(only.value.as_str())).then(|| Duration::from_secs(seconds))
}

fn carriers(view: TaskView<'_>, index: &BehaviourIndex, model: &Model) -> Vec<String> {
    let Some((parameter, fields)) = &index.select else {
        let named = model.result.iter().flat_map(|result| &result.properties).map(|property| &property.name);
        return named.filter(|name| Form::of(name) == Some(Form::Link)).take(1).cloned().collect();
    };
    let asked = view.text(parameter).and_then(|value| fields.get(value));
    asked.or_else(|| fields.values().next()).cloned().into_iter().collect()
}
