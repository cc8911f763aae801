//! Spans and events of calls, with the feature `tracing`: the `taskUUID`, the attempt and the class of an error. They
//! contain no key, no prompt, no URL and no text of the service.

use super::error::Error;
use super::progress::Progress;

/// Runs the call for a task in a span.
#[cfg(feature = "tracing")]
pub(super) async fn run<T>(task: &str, call: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    use tracing::Instrument as _;

    let call = async {
        let result = call.await;
        outcome(task, &result);
        result
    };
    call.instrument(tracing::info_span!("runware_task", task)).await
}

/// Runs the call for a batch in a span.
#[cfg(feature = "tracing")]
pub(super) async fn batch<T>(tasks: usize, call: impl Future<Output = T>) -> T {
    use tracing::Instrument as _;

    call.instrument(tracing::info_span!("runware_batch", tasks)).await
}

/// Records a step of a call.
#[cfg(feature = "tracing")]
pub(super) fn step(step: &Progress<'_>) {
    match *step {
        Progress::Sending { attempt } => tracing::debug!(attempt, "sending"),
        Progress::Waiting { error, pause } => {
            let pause = pause.as_secs_f64();
            tracing::warn!(class = ?error.class(), pause, "the attempt failed");
        }
        Progress::Accepted { task } => tracing::debug!(task, "accepted"),
        Progress::Unfinished { task, unfinished } => {
            tracing::debug!(task, percent = unfinished.percent, "not finished");
        }
        Progress::Results { task, ready, wanted } => tracing::debug!(task, ready, wanted, "polled"),
    }
}

/// Records how a task ended.
#[cfg(feature = "tracing")]
pub(super) fn outcome<T>(task: &str, outcome: &Result<T, Error>) {
    match outcome {
        Ok(_) => tracing::info!(task, "finished"),
        Err(error) => {
            let may_be_billed = error.may_be_billed();
            tracing::error!(task, class = ?error.class(), may_be_billed, "failed");
        }
    }
}

#[cfg(not(feature = "tracing"))]
pub(super) async fn run<T>(_: &str, call: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    call.await
}

#[cfg(not(feature = "tracing"))]
pub(super) async fn batch<T>(_: usize, call: impl Future<Output = T>) -> T {
    call.await
}

#[cfg(not(feature = "tracing"))]
pub(super) fn step(_: &Progress<'_>) {}

#[cfg(not(feature = "tracing"))]
pub(super) fn outcome<T>(_: &str, _: &Result<T, Error>) {}
