//! The judge beside the path: a thread of its own that takes exchanges by a channel, and drops none of the traffic when
//! it falls behind.

use super::{MAX_WAITING, Recorder};
use crate::exchange::Exchange;
use crate::found::Seen;
use crate::watcher::Watcher;
use airspec_mock::serving::Held;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

/// Why an exchange is not judged that came when too many others waited.
const BEHIND: &str = "the judge fell behind";
/// How long what waits is still judged once the proxy has stopped.
const BACKLOG_TIME: Duration = Duration::from_secs(10);

/// An exchange that is to be judged.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) exchange: Exchange,
    /// When it ended.
    pub(super) at: SystemTime,
    pub(super) duration: Duration,
    /// The room that its bodies take, given back once it is judged.
    pub(super) held: Vec<Held>,
}

/// Hands exchanges to the judge, without waiting.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    jobs: SyncSender<Message>,
    dropped: Arc<AtomicU64>,
    /// Nothing is judged after this moment.
    until: Arc<OnceLock<Instant>>,
}

#[derive(Debug)]
enum Message {
    Job(Box<Job>),
    End,
}

impl Sender {
    pub(super) fn send(&self, job: Job) {
        if self.jobs.try_send(Message::Job(Box::new(job))).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// A judge that runs.
#[derive(Debug)]
pub struct Judge {
    sender: Sender,
    thread: JoinHandle<(Watcher, Option<Recorder>)>,
}

/// What a judge came to.
#[derive(Debug)]
pub struct Judged {
    /// What all exchanges have shown.
    pub watcher: Watcher,
    /// The record, where there is one.
    pub recorder: Option<Recorder>,
}

impl Judge {
    /// Starts a judge; `tell` gets every exchange that something is wrong with.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn start(
        watcher: Watcher,
        recorder: Option<Recorder>,
        tell: impl FnMut(&Seen) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (jobs, waiting) = sync_channel(MAX_WAITING);
        let name = std::thread::Builder::new().name("judge".to_owned());
        let sender = Sender { jobs, dropped: Arc::default(), until: Arc::default() };
        let limits = (Arc::clone(&sender.dropped), Arc::clone(&sender.until));
        let thread = name.spawn(move || judge(watcher, recorder, &waiting, &limits, tell))?;
        Ok(Self { sender, thread })
    }

    pub(super) fn sender(&self) -> Sender {
        self.sender.clone()
    }

    /// Judges what waits, for ten seconds at the most, and ends.
    #[must_use]
    pub fn finish(self) -> Judged {
        let Self { sender: Sender { jobs, dropped, until }, thread } = self;
        // Set once, as the judge is consumed.
        let _ = until.set(Instant::now() + BACKLOG_TIME);
        // A judge that has come to grief takes nothing any more.
        let _ = jobs.send(Message::End);
        let (mut watcher, recorder) = match thread.join() {
            Ok(ended) => ended,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        watcher.summary_mut().dropped(BEHIND, dropped.load(Ordering::Relaxed));
        Judged { watcher, recorder }
    }
}

fn judge(
    mut watcher: Watcher,
    mut recorder: Option<Recorder>,
    waiting: &Receiver<Message>,
    (dropped, until): &(Arc<AtomicU64>, Arc<OnceLock<Instant>>),
    mut tell: impl FnMut(&Seen),
) -> (Watcher, Option<Recorder>) {
    while let Ok(message) = waiting.recv() {
        let job = match message {
            Message::Job(job) => job,
            Message::End => break,
        };
        if until.get().is_some_and(|until| *until < Instant::now()) {
            dropped.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        let seen = watcher.watch(&job.exchange);
        if !seen.found.is_empty() {
            tell(&seen);
        }
        if let Some(recorder) = &mut recorder {
            recorder.add(&watcher, &job.exchange, job.at, job.duration);
        }
        drop(job.held);
    }
    (watcher, recorder)
}
