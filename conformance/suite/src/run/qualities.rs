//! How well files are kept, across all requests of a run: as well as their quality says, wherever they come from.
//!
//! Two files of one format and one quality are rounded to the same steps, whatever they show, and those of a lower quality
//! to coarser ones. So a quality that is ignored, limited or kept from the task before shows in any result.

use super::observe::Session;
use crate::oracle::finding::{Finding, Judgement, SecondaryFinding};
use crate::oracle::observation::Observation;
use crate::oracle::scene::{Item, TaskResults};
use crate::parameter::whole;
use airspec_media::Container;
use airspec_spec::behaviour::Kind;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The coarseness of the first file of each format and quality.
#[derive(Debug, Default)]
pub(super) struct SeenQualities(Mutex<BTreeMap<(&'static str, usize), u32>>);

/// How far two qualities must lie apart to have other steps. Those of WebP depend on the image, too.
fn least_gap(container: Container) -> usize {
    match container {
        Container::Webp => 40,
        _ => 4,
    }
}

impl Session {
    /// Adds a finding for each file that is kept better or worse than others of its quality.
    pub(super) fn watch_qualities(&self, seen: &Observation, judgement: &mut Judgement) {
        let (model, identity) = (self.oracle.model(), self.oracle.identity());
        let observations = std::iter::once(seen).chain(seen.counterpart.as_deref());
        for scene in observations.flat_map(|seen| TaskResults::all(model, identity, seen)) {
            for behaviour in &model.behaviours {
                let Kind::Quality { parameter, .. } = &behaviour.kind else { continue };
                let Some(quality) = scene.value(parameter).and_then(whole) else { continue };
                let wrong = scene.results.iter().filter_map(|item| self.qualities.add(quality, *item));
                judgement.secondary.extend(wrong.map(|sentence| SecondaryFinding {
                    subject: behaviour.id.clone(),
                    finding: Finding::wrong(behaviour.level, format!("`{parameter}` {sentence}")),
                }));
            }
        }
    }
}

impl SeenQualities {
    /// Adds a file; what is wrong with it beside those before.
    fn add(&self, quality: usize, item: Item<'_>) -> Option<String> {
        let content = item.file?.content.as_ref().ok()?;
        let (container, steps) = (content.file.ok()?.container, content.coarseness?);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wrong = known.range((container.name(), 0)..=(container.name(), usize::MAX)).find_map(
            |((_, other), others)| {
                let is_right = match quality.abs_diff(*other) {
                    0 => container == Container::Webp || steps == *others,
                    gap if gap < least_gap(container) => true,
                    _ if quality > *other => steps < *others,
                    _ => steps > *others,
                };
                (!is_right).then(|| {
                    let name = container.name();
                    format!("{quality} gives a {name} file with steps of {steps} in all, and {other} one with {others}")
                })
            },
        );
        known.entry((container.name(), quality)).or_insert(steps);
        wrong
    }
}
