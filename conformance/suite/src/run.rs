//! The runner: sends cases to a target, looks at what comes back, and asks the oracle.
//!
//! Nothing that a target does stops a run: every exchange is bounded in time and in bytes, and whatever comes back
//! (or does not) is an [`Outcome`](crate::oracle::observation::Outcome) for the oracle. A run fails as a whole only
//! where there is nothing to judge, and says why in one line: [`RunError`].

mod client;
mod deliver;
mod exchange;
mod listener;
mod observe;
mod pace;
mod pulse;
mod purse;
mod record;
mod redact;
mod route;
pub mod search;
mod target;
#[cfg(test)]
mod tests;

pub use exchange::{Exchange, Got};
pub use record::{Record, Request, Response};
pub use redact::Redactor;
pub use route::Route;
pub use target::{Limit, Secret, Target};

use crate::case::{Case, Packing, Parcel};
use crate::oracle::{Judgement, Oracle, settle};
use deliver::{Done, deliver};
use listener::Listener;
use observe::Session;
use pulse::Pulse;
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
    /// How often a request is sent again after HTTP 429, or 503 with a `Retry-After`. A pause that is asked for is
    /// kept by all requests, unless it is longer than `timeout`: then the answer stands.
    pub retries: u32,
    /// At most so many requests to the endpoint a second, polls included.
    pub rate: Option<f64>,
    /// What stands between the runner and the target.
    pub route: Route,
    /// Whether every exchange is kept, for [`Run::traffic`].
    pub keep_traffic: bool,
    /// Moves the time of the target ahead; only a mock can do that.
    pub advance: Option<Advance>,
    /// Puts several cases into a request; without it, each travels alone.
    pub packing: Option<Arc<Packing>>,
    /// USD that an earlier part of the run has spent.
    pub spent: f64,
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
            keep_traffic: false,
            advance: None,
            packing: None,
            spent: 0.0,
        }
    }
}

/// What a run has taken so far.
#[derive(Clone, Copy, Debug)]
pub struct Toll {
    /// Requests that were posted to the endpoint.
    pub requests: usize,
    /// USD that were spent, where there is a limit.
    pub spent: f64,
}

/// A finished run, or what there is of one.
#[derive(Clone, Debug)]
pub struct Run {
    /// What was tried, in the order of the cases.
    pub records: Vec<Record>,
    /// How many requests were posted to the endpoint, polls and downloads not counted.
    pub requests: usize,
    /// USD that were spent, where there is a limit: as the target said, or else the upper bound.
    pub spent: f64,
    /// How long it took.
    pub duration: Duration,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
    /// Every exchange, where that was asked for.
    pub traffic: Vec<Exchange>,
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
        hint: &'static str,
    },
    /// No HTTP client or listener could be made.
    #[error("cannot start: {0}")]
    Start(String),
}

/// Sends the cases and judges what comes back. `finished` is told of each case when it is done, with its index; a run
/// whose `stop` completes ends at once with what it has.
///
/// # Errors
/// A target that cannot be judged; records handed to `finished` until then stay valid.
pub async fn run(
    oracle: Arc<Oracle>,
    cases: &[Case],
    target: &Target,
    settings: &Settings,
    mut finished: impl FnMut(usize, &Record, Toll),
    stop: impl Future<Output = ()>,
) -> Result<Run, RunError> {
    let start = Instant::now();
    let listener = if target.is_loopback() { Some(Listener::start().await?) } else { None };
    let parcels = parcels(cases, settings);
    let session = Arc::new(Session::new(oracle, target, settings, listener)?);
    let mut pulse = Pulse::new(target, cases, &parcels);
    let mut seen: Vec<Option<(Judgement, Record)>> = cases.iter().map(|_| None).collect();
    let mut stop = pin!(stop);
    let all: Arc<[Case]> = cases.into();
    let mut waiting = pulse.order().into_iter();
    let mut tasks = JoinSet::new();
    let mut interrupted = false;
    // The first case goes alone: where nothing listens, that is known after one attempt.
    let mut jobs = 1;
    loop {
        while tasks.len() < jobs
            && let Some(index) = waiting.next()
        {
            tasks.spawn(deliver(Arc::clone(&session), Arc::clone(&all), parcels[index].clone()));
        }
        tokio::select! {
            () = &mut stop => { interrupted = true; break }
            done = tasks.join_next() => match done {
                None => break,
                Some(Ok(done)) => {
                    for Done { index, observation, judgement, duration } in done {
                        pulse.beat(index, observation.as_ref())?;
                        let redactor = session.client.redactor();
                        let preliminary = session.oracle.finish(judgement.clone());
                        let record =
                            Record::new(&cases[index], observation.as_ref(), &preliminary, duration, redactor);
                        let toll = Toll { requests: session.client.posts(), spent: session.purse.spent() };
                        finished(index, &record, toll);
                        seen[index] = Some((judgement, record));
                    }
                    jobs = settings.jobs.max(1);
                }
                Some(Err(error)) => return Err(RunError::Start(format!("a case ended abnormally: {error}"))),
            }
        }
    }
    tasks.shutdown().await;
    if !interrupted {
        pulse.end()?;
    }
    Ok(Run {
        records: settled(&session, cases, seen),
        requests: session.client.posts(),
        spent: session.purse.spent(),
        duration: start.elapsed(),
        interrupted,
        traffic: session.client.traffic(),
    })
}

/// What is sent in one request each.
fn parcels(cases: &[Case], settings: &Settings) -> Vec<Parcel> {
    match &settings.packing {
        Some(packing) => packing.parcels.clone(),
        None => Parcel::each(cases.len()),
    }
}

/// The records, with each aside told once.
fn settled(session: &Session, cases: &[Case], mut seen: Vec<Option<(Judgement, Record)>>) -> Vec<Record> {
    let known = seen.iter_mut().zip(cases).filter_map(|(seen, case)| Some((case, seen.as_mut()?)));
    settle(known.map(|(case, (judgement, _))| (case.subject.as_str(), judgement)));
    let redactor = session.client.redactor();
    let judged =
        |(judgement, record): (Judgement, Record)| record.judged(&session.oracle.finish(judgement), redactor);
    seen.into_iter().flatten().map(judged).collect()
}
