//! Looks at one case: the exchange itself, and whatever its behaviour needs beyond it.

use super::balance::BalanceProbe;
use super::budget::{Budget, Reservation};
use super::client::{Again, Client};
use super::health::{MAX_SILENT, Silence};
use super::ids::SeenIds;
use super::listener::{Listener, Mailbox};
use super::qualities::SeenQualities;
use super::room::Rooms;
use super::target::Target;
use super::{RunError, Settings};
use crate::case::{Case, Expect, Wire, is_ordinary_id};
use crate::oracle::behaviour::delivery::is_done;
use crate::oracle::behaviour::{Needs, counterpart, is_deferred, needs};
use crate::oracle::observation::{Answer, Loss, Observation, Outcome};
use crate::oracle::{Identity, Oracle};
use crate::parameter::{results, set};
use crate::protocol::{Form, GET_RESPONSE, TASK_TYPE, TASK_UUID};
use airspec_spec::behaviour::Kind;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// What all cases of a run share.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) oracle: Arc<Oracle>,
    pub(super) client: Client,
    pub(super) listener: Option<Listener>,
    /// How many batches had answers that could not be told apart.
    pub(super) ambiguous: AtomicUsize,
    pub(super) budget: Arc<Budget>,
    pub(super) rooms: Rooms,
    /// Whether the target has ever answered.
    is_reached: AtomicBool,
    /// Why nothing more is sent, once that is so.
    ended: OnceLock<String>,
    silence: Mutex<Silence>,
    pub(super) balance: BalanceProbe,
    pub(super) ids: SeenIds,
    pub(super) qualities: SeenQualities,
    /// Whether polling for a case has ended without its results.
    has_expired: AtomicBool,
}

/// How deferred results are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Polling<'a> {
    /// Whether the first poll goes without a pause.
    is_at_once: bool,
    /// Whether there is one more poll after the last result.
    again: bool,
    /// Where a call may come that tells of a result before a poll does: it ends the first pause.
    mailbox: Option<&'a Mailbox<'a>>,
}

/// What came of sending a body.
struct Sent<'a> {
    outcome: Outcome,
    /// Whether it can be sent again.
    again: Option<Again>,
    /// What is set aside for it, until it is settled.
    reservation: Option<Reservation<'a>>,
    /// How often it was sent.
    attempts: usize,
}

/// So many times a case is polled for: a server that answers at once could be asked thousands of times.
const MAX_POLLS: usize = 300;

/// So many times less long a task is waited for once another has not ended in time.
const SHORTENED: u32 = 6;

/// The documented pauses between polls.
const FIRST_PAUSE: f64 = 1.0;
const SECOND_PAUSE: f64 = 0.5;
const LONGEST_PAUSE: f64 = 10.0;

impl Session {
    pub(super) fn new(
        oracle: Arc<Oracle>,
        target: &Target,
        settings: &Settings,
        listener: Option<Listener>,
    ) -> Result<Self, RunError> {
        let client = Client::new(&oracle, target.clone(), settings.clone())?;
        let own = || Arc::new(Budget::new(oracle.model(), target.limit()));
        let budget = settings.budget.clone().unwrap_or_else(own);
        let rooms = Rooms::new(settings.jobs);
        let (ambiguous, is_reached, ended, silence, balance, ids, qualities, has_expired) =
            Default::default();
        Ok(Self {
            oracle,
            client,
            listener,
            ambiguous,
            budget,
            rooms,
            is_reached,
            ended,
            silence,
            balance,
            ids,
            qualities,
            has_expired,
        })
    }

    /// Sends nothing more from now on; the first reason stands.
    pub(super) fn end(&self, reason: String) {
        let _ = self.ended.set(reason);
    }

    /// Why nothing more is sent.
    pub(super) fn ended(&self) -> Option<&str> {
        self.ended.get().map(String::as_str)
    }

    fn silence(&self) -> std::sync::MutexGuard<'_, Silence> {
        self.silence.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Posts a body to the endpoint, where it may cost what it may cost; again where the target asks for a pause or no
    /// answer comes. `cases` are those of each task of the body, or those of all its tasks in one list.
    pub(super) async fn post(&self, body: &Value, cases: &[Vec<String>]) -> Result<Outcome, String> {
        let sent = self.send(body, &Wire::default(), cases).await?;
        Ok(self.settle(sent, body).await)
    }

    /// The same, and waits for the results that come later.
    pub(super) async fn post_and_wait(
        &self,
        body: &Value,
        cases: &[Vec<String>],
    ) -> Result<Observation, String> {
        let sent = self.send(body, &Wire::default(), cases).await?;
        Ok(self.settle_and_wait(sent, body, true).await)
    }

    /// Sends a body as often as it takes and may be sent. The last attempt is left to be settled.
    async fn send(&self, body: &Value, wire: &Wire, cases: &[Vec<String>]) -> Result<Sent<'_>, String> {
        let (retries, longest) = (self.client.settings().retries, self.client.settings().timeout);
        let mut sent = self.attempt(body, wire, cases).await?;
        for attempt in 0..retries {
            // Whoever wants more time than an exchange may take is not waited for.
            match sent.again.filter(|again| again.pause() <= longest) {
                Some(Again::Throttled(pause)) => self.client.throttle(pause).await,
                Some(Again::Lost(pause)) if self.may_repeat(&sent.outcome, attempt) => {
                    tokio::time::sleep(pause).await;
                }
                Some(Again::Lost(_)) | None => break,
            }
            if self.ended().is_some() {
                break;
            }
            if let Some(reservation) = sent.reservation.take() {
                reservation.settle(self.oracle.identity(), body, &sent.outcome);
            }
            // What stands against another attempt leaves the answer to the one before.
            let Ok(next) = self.attempt(body, wire, cases).await else { break };
            sent = Sent { attempts: sent.attempts + 1, ..next };
        }
        Ok(sent)
    }

    /// Whether the same can be sent again although what was sent before may have been carried out.
    fn may_repeat(&self, outcome: &Outcome, attempt: u32) -> bool {
        let is_reached = self.is_reached.load(Ordering::Relaxed);
        match outcome {
            // Without a connection nothing was carried out; and where nobody ever listened, nobody will.
            Outcome::Lost(Loss::Unreachable(_)) => return is_reached,
            // A target that does nothing but hang is found out soon.
            Outcome::Lost(_) if !is_reached && attempt > 0 => return false,
            Outcome::Lost(_) | Outcome::Answer(_) => {}
        }
        // Where money counts it would be billed twice: a faulty task, too, where the target takes it all the same.
        !self.budget.is_counted()
    }

    /// Sends a body once, which is reserved and written down by itself.
    async fn attempt(&self, body: &Value, wire: &Wire, cases: &[Vec<String>]) -> Result<Sent<'_>, String> {
        let reservation = self.budget.reserve(body, cases.to_vec()).await?;
        self.attempt_with(reservation, body, wire).await
    }

    /// The same with money that is set aside already.
    async fn attempt_with<'a>(
        &'a self,
        mut reservation: Reservation<'a>,
        body: &Value,
        wire: &Wire,
    ) -> Result<Sent<'a>, String> {
        self.client.turn().await;
        if let Some(reason) = self.ended() {
            return Err(format!("not sent: {reason}"));
        }
        reservation.commit()?;
        let number = self.silence().sent();
        let (outcome, again) = self.client.post(body, wire).await;
        if outcome.answer().is_some() {
            self.is_reached.store(true, Ordering::Relaxed);
        }
        self.watch_balance(body, &outcome).await;
        if let Some(what) = self.silence().ended(number, &outcome) {
            self.end(format!(
                "stopped after {MAX_SILENT} requests in a row without a usable answer ({what})"
            ));
        }
        Ok(Sent { outcome, again, reservation: Some(reservation), attempts: 1 })
    }

    /// Counts what a request has cost. Where money counts, deferred results are polled for: they tell their price.
    async fn settle(&self, sent: Sent<'_>, body: &Value) -> Outcome {
        let is_counted = sent.reservation.is_some() && self.budget.is_counted();
        self.settle_and_wait(sent, body, is_counted).await.outcome
    }

    /// The same; deferred results are polled for where they are waited for.
    async fn settle_and_wait(&self, sent: Sent<'_>, body: &Value, is_waited_for: bool) -> Observation {
        let mut seen = Observation::new(body.clone(), sent.outcome);
        if is_waited_for && is_taken(&seen.outcome) {
            Box::pin(self.poll(&mut seen, Polling::default())).await;
        }
        self.count(sent.reservation, &seen);
        seen
    }

    /// Counts what a request has cost: as the results say, where all of them were polled for, else as the answer does.
    fn count(&self, reservation: Option<Reservation<'_>>, seen: &Observation) {
        let Some(reservation) = reservation else { return };
        let is_deferred = |task| is_deferred(self.oracle.model(), task);
        let is_whole = |answer: &Answer| is_finished(answer, self.deferred(seen).1);
        let last = seen.polls.last().filter(|last| last.answer().is_some_and(is_whole));
        let telling = last.filter(|_| seen.tasks().iter().all(is_deferred)).unwrap_or(&seen.outcome);
        reservation.settle(self.oracle.identity(), &seen.body, telling);
    }

    /// The tasks whose results are deferred, and how many results those are.
    fn deferred<'a>(&self, seen: &'a Observation) -> (Vec<&'a Value>, usize) {
        let model = self.oracle.model();
        let deferred: Vec<&Value> = seen.tasks().iter().filter(|task| is_deferred(model, task)).collect();
        let wanted = deferred.iter().map(|task| results(model, task).unwrap_or(1)).sum();
        (deferred, wanted)
    }

    /// Posts a body whose ids are as good as others. A target that has a task of such an id already keeps it from an
    /// earlier run with the same seed: the same is then sent once more with other ids, and what was sent comes back.
    pub(super) async fn post_anew(
        &self,
        body: Value,
        cases: &[Vec<String>],
    ) -> Result<(Value, Outcome), String> {
        let (body, sent) = self.send_anew(body, cases).await?;
        let outcome = self.settle(sent, &body).await;
        Ok((body, outcome))
    }

    /// The same; the last attempt is left to be settled.
    async fn send_anew(&self, mut body: Value, cases: &[Vec<String>]) -> Result<(Value, Sent<'_>), String> {
        let sent = self.send(&body, &Wire::default(), cases).await?;
        let is_conflict = sent.outcome.answer().is_some_and(|answer| {
            answer.status == 409
                || answer.errors().iter().any(|error| self.oracle.identity().is_conflict(error))
        });
        let identity = self.oracle.identity();
        let tasks = body.as_array().map(Vec::as_slice).unwrap_or_default();
        let ids: HashSet<_> = tasks.iter().filter_map(|task| identity.of_task(task)).collect();
        if !is_conflict || ids.len() < tasks.len() {
            return Ok((body, sent));
        }
        self.settle(sent, &body).await;
        for task in body.as_array_mut().into_iter().flatten() {
            set(task, &identity.parameter, Value::String(uuid::Uuid::new_v4().to_string()));
        }
        let sent = self.send(&body, &Wire::default(), cases).await?;
        Ok((body, sent))
    }

    /// Sends a case and looks at what its verdict needs; `Err` with the reason where it cannot be tried.
    pub(super) async fn observe(&self, case: &Case) -> Result<Observation, String> {
        let name = [vec![case.id.clone()]];
        if !case.wire.is_plain() && !case.wire.is_called() {
            return self.exchange(case, &name).await;
        }
        let Expect::Behave(behaviour) = &case.expect else {
            if let Some(parameter) = &case.wire.url {
                return self.refused(case, parameter, &name).await;
            }
            let body = case.body.clone();
            let identity = self.oracle.identity();
            let is_ordinary = |task| identity.of_task(task).is_some_and(is_ordinary_id);
            let has_special_id = case.parameter == identity.parameter
                && !body.as_array().is_some_and(|tasks| tasks.iter().all(is_ordinary));
            // A server that wrongly takes a faulty task keeps its id, too.
            let is_about_id = case.parameter == identity.parameter || case.subject.ends_with(".unique");
            let is_anew = match case.expect {
                Expect::Accept => !has_special_id,
                Expect::Reject(_) => !is_about_id,
                Expect::Behave(_) | Expect::Protocol(_) => false,
            };
            let (body, outcome) = if is_anew {
                self.post_anew(body, &name).await?
            } else {
                let outcome = self.post(&body, &name).await?;
                (body, outcome)
            };
            let mut seen = Observation::new(body, outcome);
            self.look_at_results(&mut seen, case).await;
            return Ok(seen);
        };
        let needs = needs(&behaviour.kind);
        let mut body = case.body.clone();
        let parameter = behaviour.kind.parameters().first().copied().unwrap_or_default();
        let mailbox = if needs.url { Some(self.hand_out_url(case, parameter, &mut body)?) } else { None };
        let mut seen = self.look(body, &name, needs, case.wire.repeated, mailbox.as_ref()).await?;
        seen.later = self.later(&behaviour.kind, &seen).await;
        if let Some(mailbox) = mailbox {
            seen.failed_calls = case.wire.failed_calls;
            (seen.calls, seen.more_calls) = self.calls(&seen, mailbox).await;
        }
        if needs.counterpart
            && let Some(body) = self.counterpart(case, &behaviour.kind)
        {
            seen.counterpart = Some(Box::new(self.look(body, &name, needs, false, None).await?));
        }
        Ok(seen)
    }

    /// One exchange that is special as such, behind one that must be refused where there is one.
    async fn exchange(&self, case: &Case, name: &[Vec<String>]) -> Result<Observation, String> {
        if let Some(before) = &case.wire.before {
            let outcome = self.post(before, name).await?;
            if outcome.answer().is_none_or(Answer::is_success) {
                return Err("the request before it was not refused".to_owned());
            }
        }
        let sent = self.send(&case.body, &case.wire, name).await?;
        let attempts = sent.attempts;
        let outcome = self.settle(sent, &case.body).await;
        Ok(Observation { attempts, ..Observation::new(case.body.clone(), outcome) })
    }

    /// One exchange, with its deferred results and its files.
    async fn look(
        &self,
        body: Value,
        cases: &[Vec<String>],
        needs: Needs,
        repeated: bool,
        mailbox: Option<&Mailbox<'_>>,
    ) -> Result<Observation, String> {
        let (body, sent) = self.send_anew(body, cases).await?;
        let mut seen = Observation::new(body, sent.outcome);
        let is_taken = is_taken(&seen.outcome);
        if is_taken {
            if repeated {
                // What the first one has set aside is not given back before this is done: it must not be waited for.
                let reservation = self.budget.try_reserve(&seen.body, cases)?;
                let reservation = reservation.ok_or("not sent: the limit does not cover sending it again")?;
                let sent = self.attempt_with(reservation, &seen.body, &Wire::default()).await?;
                seen.again = Some(self.settle(sent, &seen.body).await);
            }
            // Whether it is still under way shows in a poll at once.
            let is_at_once = repeated || needs.url;
            self.poll(&mut seen, Polling { is_at_once, again: needs.poll_again, mailbox }).await;
            if needs.poll_again && self.deferred(&seen).0.is_empty() {
                let tasks: Vec<&Value> = seen.tasks().iter().collect();
                let question = Value::Array(question(self.oracle.identity(), &tasks));
                seen.again = Some(self.ask(&question, Instant::now()).await);
            }
        }
        self.count(sent.reservation, &seen);
        if !is_taken {
            return Ok(seen);
        }
        seen.files = if needs.files { self.files(&seen).await } else { self.oracle.inline_files(&seen) };
        if needs.files_again && seen.files.first().is_some_and(|file| file.form == Form::Link) {
            seen.files_again = self.files(&seen).await;
        }
        Ok(seen)
    }

    /// Polls until all deferred results are there, something goes wrong, or time is up.
    pub(super) async fn poll(&self, seen: &mut Observation, polling: Polling<'_>) {
        let (deferred, wanted) = self.deferred(seen);
        let question = question(self.oracle.identity(), &deferred);
        if question.is_empty() {
            return;
        }
        let question = Value::Array(question);
        // Where one task never ended, others are waited for as well, but not as long.
        let has_expired = self.has_expired.load(Ordering::Relaxed);
        let time_limit = self.client.settings().polling / if has_expired { SHORTENED } else { 1 };
        let (pace, until) = (self.client.settings().pace, Instant::now() + time_limit);
        let (mut pause, mut next) = (FIRST_PAUSE, SECOND_PAUSE);
        if polling.is_at_once {
            (pause, next) = (0.0, FIRST_PAUSE);
        }
        loop {
            let pause_time = Duration::from_secs_f64((pause * pace).max(0.0));
            match polling.mailbox.filter(|_| seen.polls.len() == 1) {
                Some(mailbox) => mailbox.wait_for(1, Instant::now() + pause_time).await,
                None => tokio::time::sleep(pause_time).await,
            }
            seen.polled.push(std::time::Instant::now());
            let outcome = self.ask(&question, until).await;
            let goes_on = outcome.answer().is_some_and(|answer| {
                let is_good = answer.is_success() && answer.json.is_ok() && answer.errors().is_empty();
                is_good && !is_finished(answer, wanted)
            });
            let is_whole = outcome.answer().is_some_and(|answer| is_finished(answer, wanted));
            seen.polls.push(outcome);
            if is_whole && polling.again {
                seen.polled.push(std::time::Instant::now());
                let outcome = self.ask(&question, until).await;
                // What is not answered any more was answered before.
                seen.polls.extend(outcome.answer().is_some().then_some(outcome));
            }
            let has_ended = Instant::now() >= until || seen.polls.len() >= MAX_POLLS;
            if goes_on && has_ended {
                self.has_expired.store(true, Ordering::Relaxed);
            }
            if !goes_on || has_ended {
                return;
            }
            (pause, next) = (next, (next * 1.5).min(LONGEST_PAUSE));
        }
    }

    /// Polls once; again where the target asks for a pause, and a few times where no answer comes.
    async fn ask(&self, question: &Value, until: Instant) -> Outcome {
        let (mut lost, mut throttled) = (0, 0);
        loop {
            let (outcome, again) = self.client.poll(question).await;
            let Some(again) = again.filter(|again| Instant::now() + again.pause() < until) else {
                return outcome;
            };
            match again {
                Again::Throttled(pause) if throttled < MAX_POLLS => {
                    throttled += 1;
                    self.client.throttle(pause).await;
                }
                Again::Lost(pause) if lost < self.client.settings().retries => {
                    lost += 1;
                    tokio::time::sleep(pause).await;
                }
                Again::Throttled(_) | Again::Lost(_) => return outcome,
            }
        }
    }

    /// The body with one value changed and fresh ids; none for a body that holds the values to compare already.
    fn counterpart(&self, case: &Case, kind: &Kind) -> Option<Value> {
        let [task] = case.body.as_array()?.as_slice() else { return None };
        let mut other = counterpart(self.oracle.model(), kind, task)?;
        let id = uuid(self.client.settings().seed, &case.id, 2);
        set(&mut other, &self.oracle.identity().parameter, Value::String(id));
        Some(Value::Array(vec![other]))
    }
}

/// Whether an answer takes a request, and nothing of it is refused.
pub(super) fn is_taken(outcome: &Outcome) -> bool {
    outcome.answer().is_some_and(|answer| answer.is_success() && answer.errors().is_empty())
}

/// Whether a poll's answer has all results.
fn is_finished(answer: &Answer, wanted: usize) -> bool {
    let done = answer.data().iter().filter(|item| is_done(item)).count();
    answer.is_success() && answer.errors().is_empty() && done >= wanted
}

/// The tasks that ask for deferred results.
fn question(identity: &Identity, tasks: &[&Value]) -> Vec<Value> {
    let ids = tasks.iter().filter_map(|task| identity.of_task(task));
    ids.map(|id| json!({TASK_TYPE: GET_RESPONSE, TASK_UUID: id})).collect()
}

/// An id that the same seed, case and number give again.
pub(super) fn uuid(seed: u64, case: &str, number: u64) -> String {
    // FNV-1a spreads the name, splitmix64 makes bits of it that look random.
    let hash = case.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    let mut state = hash ^ seed.rotate_left(32) ^ number;
    let mut bytes = [0; 16];
    for half in bytes.chunks_mut(8) {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        half.copy_from_slice(&(bits ^ (bits >> 31)).to_le_bytes());
    }
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}
