//! The ids of results, across all requests of a run: no two tasks share one.

use super::observe::Session;
use crate::oracle::finding::{Finding, Judgement, SecondaryFinding};
use crate::oracle::observation::Observation;
use crate::oracle::scene::TaskResults;
use crate::oracle::{excerpt, show};
use crate::parameter::at;
use airspec_spec::behaviour::Kind;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// So many ids are kept; a run has far fewer results.
const MAX_IDS: usize = 100_000;

/// For each id of a result the task that it belongs to.
#[derive(Debug, Default)]
pub(super) struct SeenIds(Mutex<HashMap<(String, String), String>>);

impl Session {
    /// Adds a finding for each id of a result that another task has already.
    pub(super) fn watch_ids(&self, seen: &Observation, judgement: &mut Judgement) {
        let (model, identity) = (self.oracle.model(), self.oracle.identity());
        let mut known = self.ids.0.lock().unwrap_or_else(PoisonError::into_inner);
        for scene in TaskResults::all(model, identity, seen) {
            let Some(task) = identity.of_task(scene.task) else { continue };
            for behaviour in &model.behaviours {
                let Kind::Distinct { fields, .. } = &behaviour.kind else { continue };
                for (field, value) in fields
                    .iter()
                    .flat_map(|field| scene.results.iter().map(move |item| (field, at(item.fields, field))))
                {
                    // Numbers such as seeds can be equal by chance.
                    let Some(id) = value.and_then(|value| value.as_str()) else { continue };
                    if known.len() >= MAX_IDS {
                        return;
                    }
                    let owner =
                        known.entry((field.clone(), id.to_owned())).or_insert_with(|| task.to_owned());
                    if !owner.eq_ignore_ascii_case(task) {
                        let sentence = format!(
                            "`{field}` {} was that of a result of another task, {}",
                            show(&id.into()),
                            excerpt(owner)
                        );
                        judgement.secondary.push(SecondaryFinding {
                            subject: behaviour.id.clone(),
                            finding: Finding::wrong(behaviour.level, sentence),
                        });
                    }
                }
            }
        }
    }
}
