//! What a run does, as it does it: one stream for the progress bar, the report and everything else that follows a run.

use super::{Record, RunStats};

/// One step of a run.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A case is done, with its verdict. Once all cases are done, a finding that several of them share is added to the
    /// first one: [`Run::records`](super::Run::records) has it.
    CaseFinished {
        /// The place of the case in the list.
        index: usize,
        /// What it came to.
        record: &'a Record,
        /// What the run has taken so far.
        stats: RunStats,
    },
    /// The search for one class of requests is done.
    SearchFinished {
        /// What it came to.
        record: &'a Record,
        /// What the search has taken so far.
        stats: RunStats,
    },
}

impl<'a> Event<'a> {
    /// What came to an end.
    #[must_use]
    pub fn record(self) -> &'a Record {
        match self {
            Self::CaseFinished { record, .. } | Self::SearchFinished { record, .. } => record,
        }
    }
}
