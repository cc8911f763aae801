//! What a request that takes a while tells about itself.

use super::Error;
use std::time::Duration;

/// A step on the way to results.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// The tasks are sent; again, where an earlier attempt failed.
    Sending {
        /// Counted from 1.
        attempt: u32,
    },
    /// An attempt failed in a way that may pass, and another one follows.
    Waiting {
        /// Why.
        error: &'a Error,
        /// How long until then.
        pause: Duration,
    },
    /// A task was taken, and its results come later.
    Accepted {
        /// Its identifier.
        task: &'a str,
    },
    /// A poll was answered.
    Results {
        /// The identifier of the task.
        task: &'a str,
        /// How many results are ready.
        ready: u64,
        /// How many it asked for.
        wanted: u64,
    },
}

/// Where progress is told.
pub(super) type Tell<'a> = &'a mut (dyn FnMut(Progress<'_>) + Send);
