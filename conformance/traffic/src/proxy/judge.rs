//! The judge beside the path: a thread of its own that takes exchanges by a channel, and drops none of the traffic when
//! it falls behind.

use super::dialogue::Ended;
use super::link::{Link, Links, Passed};
use super::tunnel::Handshake;
use super::{MAX_WAITING, Recorder};
use crate::fetch::{Fetched, Fetcher, Links as FileLinks};
use crate::found::Seen;
use crate::piece::Piece;
use crate::specs::Specs;
use crate::watcher::Watcher;
use airspec_mock::serving::Held;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

/// Why an exchange is not judged that came when too many others waited.
pub(super) const BEHIND: &str = "the judge fell behind";
/// How long what waits is still judged once the proxy has stopped.
const BACKLOG_TIME: Duration = Duration::from_secs(10);
/// How often exchanges over WebSocket are looked at that are whole.
const TICK: Duration = Duration::from_millis(50);

/// A piece of traffic that is to be judged.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) piece: Piece,
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
    /// WebSocket connections so far.
    links: Arc<AtomicU64>,
    /// Nothing is judged after this moment.
    until: Arc<OnceLock<Instant>>,
}

#[derive(Debug)]
pub(super) enum Message {
    Job(Box<Job>),
    Passed(Box<Passed>),
    Fetched(Box<Fetched>),
    End,
}

impl Sender {
    pub(super) fn send(&self, job: Job) {
        let is_download = matches!(job.piece, Piece::Download(_));
        // A file that finds no place counts as not looked at.
        if self.try_send(Message::Job(Box::new(job))).is_err() && !is_download {
            self.drop_one();
        }
    }

    pub(super) fn try_send(&self, message: Message) -> Result<(), TrySendError<Message>> {
        self.jobs.try_send(message)
    }

    /// An exchange is not judged.
    pub(super) fn drop_one(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    /// For the messages of a WebSocket.
    pub(super) fn link(&self, handshake: Handshake) -> Link {
        let id = self.links.fetch_add(1, Ordering::Relaxed);
        Link::open(self.clone(), id, handshake)
    }
}

/// A judge that runs.
#[derive(Debug)]
pub struct Judge {
    specs: Arc<Specs>,
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
    /// Starts a judge; `tell` gets every exchange that something is wrong with. With a fetcher, the files that results link
    /// to are downloaded beside the path.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn start(
        watcher: Watcher,
        recorder: Option<Recorder>,
        fetcher: Option<Fetcher>,
        tell: impl FnMut(&Seen) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (jobs, waiting) = sync_channel(MAX_WAITING);
        let name = std::thread::Builder::new().name("judge".to_owned());
        let sender = Sender { jobs, dropped: Arc::default(), links: Arc::default(), until: Arc::default() };
        let limits = (Arc::clone(&sender.dropped), Arc::clone(&sender.until));
        let specs = Arc::clone(watcher.specs());
        let fetched = sender.clone();
        let deliver = move |one| {
            // What finds no place counts as not looked at.
            let _ = fetched.try_send(Message::Fetched(Box::new(one)));
        };
        let files = fetcher.map(|fetcher| fetcher.start(deliver)).transpose()?;
        let worker = Worker { watcher, recorder, tell, links: Links::default(), files };
        let thread = name.spawn(move || worker.run(&waiting, &limits))?;
        Ok(Self { specs, sender, thread })
    }

    pub(super) fn specs(&self) -> &Arc<Specs> {
        &self.specs
    }

    pub(super) fn sender(&self) -> Sender {
        self.sender.clone()
    }

    /// Judges what waits, for ten seconds at the most, and ends.
    #[must_use]
    pub fn finish(self) -> Judged {
        let Self { sender: Sender { jobs, dropped, until, .. }, thread, .. } = self;
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

/// What the thread of the judge works with.
struct Worker<F> {
    watcher: Watcher,
    recorder: Option<Recorder>,
    tell: F,
    links: Links,
    /// The links that are followed beside the path, and the thread that does so.
    files: Option<(FileLinks, JoinHandle<()>)>,
}

impl<F: FnMut(&Seen)> Worker<F> {
    fn run(
        mut self,
        waiting: &Receiver<Message>,
        (dropped, until): &(Arc<AtomicU64>, Arc<OnceLock<Instant>>),
    ) -> (Watcher, Option<Recorder>) {
        let mut looked = Instant::now();
        loop {
            let message = if self.links.is_empty() {
                waiting.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                waiting.recv_timeout(TICK)
            };
            let is_late = until.get().is_some_and(|until| *until < Instant::now());
            match message {
                Ok(Message::Job(_) | Message::Passed(_)) if is_late => {
                    dropped.fetch_add(1, Ordering::Relaxed);
                }
                Ok(Message::Job(job)) => self.judge(*job),
                Ok(Message::Passed(passed)) => {
                    let outcome = self.links.take(self.watcher.specs(), *passed);
                    if let Some((reason, count)) = outcome.dropped {
                        self.watcher.summary_mut().dropped(reason, count);
                    }
                    self.judge_all(outcome.ended);
                }
                Ok(Message::Fetched(fetched)) => {
                    let seen = self.watcher.fetched(*fetched);
                    self.show(&seen);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Message::End) | Err(RecvTimeoutError::Disconnected) => break,
            }
            if looked.elapsed() >= TICK {
                looked = Instant::now();
                let due = self.links.due();
                self.judge_all(due);
            }
        }
        let left = self.links.close();
        self.judge_all(left);
        self.watcher.close();
        self.await_files(waiting, until);
        (self.watcher, self.recorder)
    }

    fn judge_all(&mut self, ended: Vec<Ended>) {
        for Ended { exchange, at, duration, held } in ended {
            self.judge(Job { piece: Piece::Exchange(Box::new(exchange)), at, duration, held });
        }
    }

    fn judge(&mut self, job: Job) {
        let seen = self.watcher.take(&job.piece);
        self.show(&seen);
        if let Some((links, _)) = &self.files {
            seen.links.iter().for_each(|link| links.add(link));
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.add(&self.watcher, &job.piece, job.at, job.duration);
        }
        drop(job.held);
    }

    fn show(&mut self, seen: &Seen) {
        if !seen.found.is_empty() {
            (self.tell)(seen);
        }
    }

    /// Looks at the files that are under way, as long as what waits is judged at all.
    fn await_files(&mut self, waiting: &Receiver<Message>, until: &OnceLock<Instant>) {
        let Some((links, thread)) = self.files.take() else { return };
        drop(links);
        let until = until.get().copied().unwrap_or_else(Instant::now);
        while Instant::now() < until {
            // Asked first: what it has found is in the channel by then.
            let is_over = thread.is_finished();
            match waiting.recv_timeout(if is_over { Duration::ZERO } else { TICK }) {
                Ok(Message::Fetched(fetched)) => {
                    let seen = self.watcher.fetched(*fetched);
                    self.show(&seen);
                }
                Err(_) if is_over => return,
                Ok(_) | Err(_) => {}
            }
        }
    }
}
