//! The runner: sends cases to a target, looks at what comes back, and asks the oracle.
//!
//! Nothing that a target does stops a run: every exchange is bounded in time and in bytes, and whatever comes back
//! (or does not) is an [`Outcome`](crate::oracle::observation::Outcome) for the oracle. A run fails as a whole only
//! where there is nothing to judge, and says why in one line: [`RunError`].

mod balance;
mod billing;
mod budget;
mod calls;
mod client;
mod deliver;
pub mod deviation;
mod ending;
mod event;
mod exchange;
mod fetch;
mod guard;
mod health;
mod ids;
pub mod journal;
mod links;
mod listener;
mod observe;
mod pace;
mod qualities;
mod reader;
mod record;
mod results;
mod room;
mod route;
pub mod search;
mod socket;
mod target;
#[cfg(test)]
mod tests;
mod usd;

pub use billing::{Bill, bill};
pub use budget::Budget;
pub use ending::Deadline;
pub use event::Event;
pub use exchange::{Exchange, Got, Traffic};
pub use fetch::{cause, decompressed};
pub use pace::Throttled;
pub use reader::{Page, Reader, Version};
pub use record::{Record, Request, Response};
pub use route::Route;
pub use socket::{envelope, status as status_of_error};
pub use target::{LOCAL_KEY, Limit, Secret, Target};
pub use usd::Usd;

pub use crate::redact::Redactor;

use crate::case::{Case, Expect};
use crate::oracle::{Judgement, Oracle, attribute};
use crate::packing::{Batch, Packing};
use crate::redact::Secrets;
use deliver::{Done, deliver};
use deviation::AcceptedFindings;
use ending::{Ending, GRACE, untried};
use health::TargetHealth;
use listener::Listener;
use observe::Session;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How a run is made.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Decides the ids of the requests that the runner makes up itself.
    pub seed: u64,
    /// How many cases are under way at a time.
    pub jobs: usize,
    /// How long one exchange may take, from the connection to the last byte.
    pub timeout: Duration,
    /// How much of an answer is read, in bytes.
    pub body_limit: usize,
    /// How much of a file is read, in bytes.
    pub file_limit: usize,
    /// The documented pauses between polls (1 s, 0.5 s, then half as much again up to 10 s) are multiplied by this.
    pub pace: f64,
    /// How long polling for one case may take.
    pub polling: Duration,
    /// How long calls to the runner's own address are waited for, once the request is answered.
    pub callback: Duration,
    /// How often a request, a poll or a download is sent again after HTTP 429, 502, 503, 504, or no answer. What may
    /// have been billed is not sent again for want of an answer. A pause that is asked for is kept by all requests,
    /// unless it is longer than `timeout`: then the answer stands, but for polls, which wait as long as `polling` lasts.
    pub retries: u32,
    /// At most so many requests to the endpoint a second, polls included.
    pub rate: Option<f64>,
    /// What stands between the runner and the target.
    pub route: Route,
    /// What must not be told, beside the key, the query of the target and the secrets of the route.
    pub secrets: Secrets,
    /// Whether exchanges are kept, for [`Run::traffic`].
    pub keep_traffic: bool,
    /// Whether links may lead to addresses that are not of the open internet: of private networks, of the link, of this
    /// machine. The target's own host and port are always allowed, and this machine where the target is on it.
    pub allow_private: bool,
    /// Moves the time of the target ahead; only a mock can do that.
    pub advance: Option<Advance>,
    /// Puts several cases into a request; without it, each travels alone.
    pub packing: Option<Arc<Packing>>,
    /// What may be spent, where it is shared with something else; without it, the limit of the target is that of this
    /// run alone.
    pub budget: Option<Arc<Budget>>,
    /// When the run ends, whether it has tried everything or not.
    pub deadline: Option<Deadline>,
    /// The findings that are known and accepted.
    pub accepted: Option<Arc<AcceptedFindings>>,
}

/// Moves the time of a target.
#[derive(Clone)]
pub struct Advance(Arc<dyn Fn(Duration) + Send + Sync>);

impl Advance {
    /// By calling a function.
    pub fn new(advance: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        Self(Arc::new(advance))
    }

    fn by(&self, time: Duration) {
        (self.0)(time);
    }
}

impl std::fmt::Debug for Advance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Advance(…)")
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 0,
            jobs: 8,
            timeout: Duration::from_secs(30),
            body_limit: 32 << 20,
            file_limit: 64 << 20,
            pace: 0.05,
            polling: Duration::from_secs(60),
            callback: Duration::from_secs(5),
            retries: 2,
            rate: None,
            route: Route::default(),
            secrets: Secrets::default(),
            keep_traffic: false,
            allow_private: false,
            advance: None,
            packing: None,
            budget: None,
            deadline: None,
            accepted: None,
        }
    }
}

/// What a run has taken so far.
#[derive(Clone, Copy, Debug)]
pub struct RunStats {
    /// Requests that were posted to the endpoint.
    pub requests: usize,
    /// What was spent, where there is a limit.
    pub spent: Usd,
}

/// A finished run, or what there is of one.
#[derive(Clone, Debug)]
pub struct Run {
    /// What was tried, in the order of the cases.
    pub records: Vec<Record>,
    /// How many requests were posted to the endpoint, polls and downloads not counted.
    pub requests: usize,
    /// What was spent, where there is a limit: as the target reports, or else the upper bound.
    pub spent: Usd,
    /// What a reader must know about that amount, in sentences.
    pub remarks: Vec<String>,
    /// How long it took.
    pub duration: Duration,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
    /// Why it ended before everything was tried, where it was not stopped: the deadline, or a target that is silent.
    pub ended: Option<String>,
    /// How often the target asked for a pause that was kept.
    pub throttled: Throttled,
    /// The exchanges, where that was asked for.
    pub traffic: Traffic,
}

/// Why there is nothing to judge.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The target is no address.
    #[error("target {target}: {reason}; give the full endpoint, such as http://127.0.0.1:8080/v1")]
    Target {
        /// As given.
        target: String,
        /// Why not.
        reason: String,
    },
    /// The target could cost money.
    #[error(
        "target {host} is not this machine: accepted requests would be billed; give --max-cost USD or --free-only"
    )]
    NotLoopback {
        /// The host.
        host: String,
    },
    /// A target that wants a key.
    #[error("no key for {host}: set RUNWARE_API_KEY")]
    NoKey {
        /// The host.
        host: String,
    },
    /// The key cannot stand in a header.
    #[error("RUNWARE_API_KEY holds characters that no HTTP header can carry")]
    BadKey,
    /// A proxy, a header or a certificate that cannot be used.
    #[error("{what}: {reason}")]
    Route {
        /// The flag.
        what: &'static str,
        /// Why not.
        reason: String,
    },
    /// Nothing listens.
    #[error("target {target} cannot be reached: {reason}")]
    Unreachable {
        /// The address.
        target: String,
        /// The system's reason.
        reason: String,
    },
    /// Everything is turned away for a reason that has nothing to do with requests.
    #[error("target {target} answers HTTP {status} to everything: {hint}")]
    TurnedAway {
        /// The address.
        target: String,
        /// The status.
        status: u16,
        /// What to do.
        hint: String,
    },
    /// No HTTP client or listener could be made.
    #[error("cannot start: {0}")]
    Start(String),
}

/// Sends the cases and judges what comes back. `events` gets an [`Event`] for each case when it is done; a run
/// whose `stop` completes ends with what it has. Where money counts, answers that are under way are waited for a
/// moment longer; what is still without one counts at its upper bound.
///
/// # Errors
/// A target that cannot be judged; the events until then stay valid.
pub async fn run(
    oracle: Arc<Oracle>,
    cases: &[Case],
    target: &Target,
    settings: &Settings,
    events: impl FnMut(Event<'_>),
    stop: impl Future<Output = ()>,
) -> Result<Run, RunError> {
    let start = Instant::now();
    let listener = if target.is_loopback() { Some(Listener::start().await?) } else { None };
    let batches = batches(cases, settings);
    let urgent = settings.packing.as_ref().map_or(0, |packing| packing.urgent);
    let session = Arc::new(Session::new(oracle, target, settings, listener)?);
    let health = TargetHealth::new(target, cases, (&batches, urgent), session.client.moved());
    let mut waiting = health.order().into_iter();
    let seen = cases.iter().map(|_| None).collect();
    let mut progress = Progress { session: Arc::clone(&session), cases, health, seen, events };
    let all: Arc<[Case]> = cases.into();
    let mut tasks = JoinSet::new();
    let mut end = pin!(Ending::of(settings.deadline, stop));
    let mut ending: Option<(Ending, tokio::time::Instant)> = None;
    // The first case goes alone: where nothing listens, that is known after one attempt.
    let mut jobs = 1;
    loop {
        while ending.is_none()
            && tasks.len() < jobs
            && let Some(index) = waiting.next()
        {
            tasks.spawn(deliver(Arc::clone(&session), Arc::clone(&all), batches[index].clone()));
        }
        let until = ending.as_ref().map(|(_, until)| *until);
        tokio::select! {
            why = &mut end, if ending.is_none() => {
                session.end(why.reason());
                let grace = if session.budget.is_counted() { GRACE } else { Duration::ZERO };
                ending = Some((why, tokio::time::Instant::now() + grace));
            }
            () = sleep_until(until), if until.is_some() => break,
            done = tasks.join_next() => match done {
                None => break,
                Some(Ok(done)) => {
                    if let Err(error) = progress.take(done, ending.is_some()) {
                        tasks.shutdown().await;
                        return Err(error);
                    }
                    jobs = settings.jobs.max(1);
                }
                Some(Err(error)) => return Err(RunError::Start(format!("a case ended abnormally: {error}"))),
            }
        }
    }
    tasks.shutdown().await;
    progress.end(ending.map(|(why, _)| why).as_ref(), start)
}

/// What has become of the cases so far.
struct Progress<'a, F> {
    session: Arc<Session>,
    cases: &'a [Case],
    health: TargetHealth,
    /// For each case, once it is done.
    seen: Vec<Option<(Judgement, Record)>>,
    /// The consumer of events.
    events: F,
}

impl<F: FnMut(Event<'_>)> Progress<'_, F> {
    /// Takes down what came of a batch. What the end kept from being sent was not tried.
    fn take(&mut self, done: Vec<Done>, has_ended: bool) -> Result<(), RunError> {
        let cases = self.cases;
        let is_tried = |done: &Done| done.observation.is_some() || cases[done.index].obstacle.is_some();
        for done in done.into_iter().filter(|done| !has_ended || is_tried(done)) {
            // What a server answers to no key says nothing about the key of the run.
            if !matches!(cases[done.index].expect, Expect::Protocol(_)) {
                self.health.record(done.index, done.observation.as_ref())?;
            }
            let (index, judgement, record) = recorded(&self.session, done);
            (self.events)(Event::CaseFinished { index, record: &record, stats: stats(&self.session) });
            self.seen[index] = Some((judgement, record));
        }
        Ok(())
    }

    /// The run as a whole, once nothing more is under way.
    fn end(mut self, ending: Option<&Ending>, start: Instant) -> Result<Run, RunError> {
        let session = &self.session;
        if ending.is_none() {
            self.health.end()?;
        }
        untried(session, self.cases, &mut self.seen, ending);
        let interrupted = matches!(ending, Some(Ending::Stopped));
        let RunStats { requests, spent } = stats(session);
        Ok(Run {
            records: final_records(session, self.cases, self.seen),
            requests,
            spent,
            remarks: session.budget.remarks(),
            duration: start.elapsed(),
            interrupted,
            ended: session.ended().filter(|_| !interrupted).map(str::to_owned),
            throttled: session.client.throttled(),
            traffic: session.client.traffic(),
        })
    }
}

async fn sleep_until(until: Option<tokio::time::Instant>) {
    match until {
        Some(until) => tokio::time::sleep_until(until).await,
        None => std::future::pending().await,
    }
}

/// The record of a case, to which a finding that several cases share can still be added.
fn recorded(session: &Session, done: Done) -> (usize, Judgement, Record) {
    let Done { index, judgement, record, .. } = done;
    let record = session.finished(record, judgement.clone());
    (index, judgement, record)
}

impl Session {
    /// The one place where a verdict is made: the judgement, then what the run was told about notes and about findings
    /// that are accepted.
    fn finished(&self, record: Record, judgement: Judgement) -> Record {
        let mut record = record.judged(&self.oracle.finish(judgement), self.client.redactor());
        if let Some(accepted) = &self.client.settings().accepted {
            accepted.accept(&mut record);
        }
        record
    }
}

fn stats(session: &Session) -> RunStats {
    RunStats { requests: session.client.posts(), spent: session.budget.spent() }
}

/// What is sent in one request each.
fn batches(cases: &[Case], settings: &Settings) -> Vec<Batch> {
    match &settings.packing {
        Some(packing) => packing.batches.clone(),
        None => Batch::each(cases.len()),
    }
}

/// The records, with each secondary finding reported once.
fn final_records(
    session: &Session,
    cases: &[Case],
    mut seen: Vec<Option<(Judgement, Record)>>,
) -> Vec<Record> {
    let known = seen.iter_mut().zip(cases).filter_map(|(seen, case)| Some((case, &mut seen.as_mut()?.0)));
    session.oracle.review_owner(known);
    let known = seen.iter_mut().zip(cases).filter_map(|(seen, case)| Some((case, seen.as_mut()?)));
    attribute(known.map(|(case, (judgement, _))| (case.subject.as_str(), judgement)));
    let judged = |(judgement, record): (Judgement, Record)| session.finished(record, judgement);
    seen.into_iter().flatten().map(judged).collect()
}
