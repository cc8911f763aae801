//! How a run ends before everything is tried: somebody stops it, or its time is over.

use super::observe::Session;
use super::record::Record;
use crate::case::Case;
use crate::oracle::Judgement;
use crate::oracle::observation::seconds;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// How long answers are waited for that are under way when a run ends early, where they tell what was billed.
pub(super) const GRACE: Duration = Duration::from_secs(2);

/// The end of a run.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    /// How long it may take.
    pub after: Duration,
    /// When that is over.
    pub at: Instant,
}

impl Deadline {
    /// So long from now on.
    #[must_use]
    pub fn after(after: Duration) -> Self {
        let now = Instant::now();
        // Whoever asks for centuries has no deadline that matters.
        let at = now.checked_add(after).unwrap_or(now + Duration::from_secs(1 << 31));
        Self { after, at }
    }

    fn reason(self) -> String {
        format!("the deadline of {} has passed", seconds(self.after))
    }
}

/// Why a run ends before everything is tried.
#[derive(Debug)]
pub(super) enum Ending {
    /// Somebody stopped it.
    Stopped,
    /// It took too long.
    Deadline(Deadline),
}

impl Ending {
    /// Completes with the first of both.
    pub(super) async fn of(deadline: Option<Deadline>, stop: impl Future<Output = ()>) -> Self {
        let passed = async {
            match deadline {
                Some(deadline) => {
                    tokio::time::sleep_until(deadline.at.into()).await;
                    deadline
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = stop => Self::Stopped,
            deadline = passed => Self::Deadline(deadline),
        }
    }

    pub(super) fn reason(&self) -> String {
        match self {
            Self::Stopped => "the run was stopped".to_owned(),
            Self::Deadline(deadline) => deadline.reason(),
        }
    }
}

/// Takes care of cases that a run has not finished: those that may have been billed are written down, so that nobody
/// sends them again, and after the deadline each is told to be untried.
pub(super) fn untried(
    session: &Session,
    cases: &[Case],
    seen: &mut [Option<(Judgement, Record)>],
    ending: Option<&Ending>,
) {
    let mut held = BTreeSet::new();
    for (case, seen) in cases.iter().zip(seen).filter(|(_, seen)| seen.is_none()) {
        let is_held = session.budget.may_be_billed(&case.id);
        if is_held {
            held.insert(case.id.clone());
        }
        if let Some(Ending::Deadline(deadline)) = ending {
            let late = deadline.reason();
            let judgement = match (&case.obstacle, is_held) {
                (Some(obstacle), _) => Judgement::not_applicable(obstacle),
                (None, true) => Judgement::not_tried(format!(
                    "{late}, while a request was under way that may have been billed"
                )),
                (None, false) => Judgement::not_tried(format!("not tried: {late}")),
            };
            let record = Record::new(case, None, &judgement, Duration::ZERO, session.client.redactor());
            *seen = Some((judgement, record));
        }
    }
    session.budget.hold(held);
}
