//! What a mock remembers from one request to the next. Each store bounds itself, and none knows the engine.

pub(crate) mod balance;
pub(crate) mod files;
pub(crate) mod rate;
pub(crate) mod seen;
pub(crate) mod sessions;
pub(crate) mod tasks;
pub(crate) mod violations;

use balance::Balance;
use files::Files;
use rate::Bucket;
use seen::Seen;
use sessions::Sessions;
use std::sync::{Arc, Mutex};
use tasks::Tasks;
use violations::Violations;

/// The stores of a mock, each behind a lock of its own; no step holds two at a time.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) bucket: Mutex<Bucket>,
    pub(crate) balance: Mutex<Balance>,
    pub(crate) tasks: Mutex<Tasks>,
    pub(crate) sessions: Mutex<Sessions>,
    /// Shared with answers, which keep a file that they have drawn.
    pub(crate) files: Arc<Mutex<Files>>,
    pub(crate) seen: Mutex<Seen>,
    pub(crate) violations: Mutex<Violations>,
}
