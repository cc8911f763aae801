//! The progress of a call.

use super::Error;
use crate::items::Unfinished;
use std::time::Duration;

/// One step of a call.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// The client sends the tasks, for the first time or again.
    Sending {
        /// The number of the attempt, from 1.
        attempt: u32,
    },
    /// An attempt failed, and the client tries again after a pause.
    Waiting {
        /// The error of the attempt.
        error: &'a Error,
        /// The time until the next attempt.
        pause: Duration,
    },
    /// A deferred task was accepted. Its results come later.
    Accepted {
        /// The `taskUUID`.
        task: &'a str,
    },
    /// A result of the task is not finished. A poll can have several.
    Unfinished {
        /// The `taskUUID`.
        task: &'a str,
        /// The word of the service and the progress in percent, if it sent them.
        unfinished: &'a Unfinished,
    },
    /// The service answered a poll.
    Results {
        /// The `taskUUID`.
        task: &'a str,
        /// The number of results that are ready.
        ready: u64,
        /// The number of results that the task asks for.
        wanted: u64,
    },
}

/// A callback for the steps of a call.
pub(super) type OnProgress<'a> = &'a mut (dyn FnMut(Progress<'_>) + Send);
