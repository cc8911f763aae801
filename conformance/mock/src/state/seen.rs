//! How often each task was seen, so that asking again is not taken for the same.

use crate::seeded_rng::{self, SeededRng};
use serde_json::Value;
use std::collections::HashMap;

/// How many tasks are remembered as seen before all are forgotten at once.
const SEEN: usize = 50_000;

/// Counts tasks by a hash of what tells them apart.
#[derive(Debug, Default)]
pub(crate) struct Seen(HashMap<u64, u64>);

impl Seen {
    /// A number that differs between any two tasks, and is the same for the same task after a restart.
    pub(crate) fn identity(&mut self, task: &Value, key: Option<&str>, rng: SeededRng) -> u64 {
        let text = key.map_or_else(|| task.to_string(), str::to_owned);
        if self.0.len() >= SEEN {
            self.0.clear();
        }
        let times = self.0.entry(seeded_rng::hash(text.as_bytes())).or_default();
        *times += 1;
        rng.draw(&text, *times)
    }
}
