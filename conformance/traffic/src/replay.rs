//! Recorded requests, sent to another server, and what their verdicts were there and are here.
//!
//! Only valid requests are sent, one at a time, with identifiers of their own. Deferred results are polled for. What is
//! billed has a limit, which the [`Ledger`] keeps. Not sent: polls and keys of the record, tasks that would call a
//! webhook or upload a file, and masked media.

use crate::exchange::{Body, Exchange, Form, Reply};
use crate::found::{Seen, Side};
use crate::proxy::{Caller, Ledger, ProxyError, Reservation};
use crate::specs::Specs;
use crate::watcher::{Options, Watcher};
use airspec_mock::{Engine, Settings as EngineSettings};
use airspec_suite::oracle::Verdict;
use airspec_suite::oracle::behaviour::is_deferred;
use airspec_suite::oracle::observation::{Answer, Loss};
use airspec_suite::parameter::{at, results, set};
use airspec_suite::protocol::{
    AUTHENTICATION, GET_RESPONSE, PING, STATUS, SUCCESS, TASK_TYPE, TASK_UUID, is_poll,
};
use airspec_suite::run::Secret;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// So many differences are kept; further ones are counted.
const MAX_DIFFERENCES: usize = 1_000;
/// So many deferred tasks of the record are known whose polls are to come.
const MAX_DEFERRED: usize = 20_000;

/// Sends recorded requests to a server.
#[derive(Debug)]
pub struct Replay {
    specs: Arc<Specs>,
    engine: Engine,
    caller: Caller,
    key: Option<Secret>,
    ledger: Option<Arc<Ledger>>,
    /// Between polls, and for how long.
    pause: Duration,
    timeout: Duration,
    recorded: Watcher,
    replayed: Watcher,
    requests: Vec<Pair>,
    /// The place of the request of a deferred task, by its identifier in the record.
    deferred: HashMap<String, usize>,
    left_out: BTreeMap<String, u64>,
    is_short: bool,
}

/// What was wrong with the answers to one request, there and here, by subject.
#[derive(Debug, Default)]
struct Pair {
    number: u64,
    before: Verdicts,
    after: Verdicts,
}

/// The gravest verdict on each subject, and whether anything was judged.
#[derive(Debug, Default)]
struct Verdicts {
    is_judged: bool,
    wrong: BTreeMap<String, (Verdict, String)>,
}

/// A request whose verdict is another one than in the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The number of the exchange in the record.
    pub number: u64,
    /// What the verdict is on.
    pub subject: String,
    /// In the record; nothing where all was well.
    pub before: Option<String>,
    /// Now.
    pub after: Option<String>,
}

/// What a replay has shown.
#[derive(Debug)]
pub struct Replayed {
    /// The verdicts on the server.
    pub watcher: Watcher,
    /// How many requests were sent and judged on both sides.
    pub compared: u64,
    /// The first differences, in the order of the record.
    pub differences: Vec<Difference>,
    /// How many more there are.
    pub more: u64,
    /// What was not sent, or not compared, and why.
    pub left_out: BTreeMap<String, u64>,
    /// Whether a request was not sent that should have been: for want of money, or of an answer.
    pub is_short: bool,
}

impl Replay {
    /// A replay that has sent nothing yet. With a limit, requests that may exceed it are not sent.
    ///
    /// # Errors
    /// A target or specs that cannot be used.
    pub fn new(
        specs: Arc<Specs>,
        options: Options,
        caller: Caller,
        key: Option<Secret>,
        limit: Option<airspec_suite::run::Usd>,
    ) -> Result<Self, ProxyError> {
        let settings = EngineSettings { max_tasks: usize::MAX, ..EngineSettings::default() };
        Ok(Self {
            engine: Engine::of_models(specs.models().cloned().collect(), settings)?,
            ledger: limit.map(|limit| Arc::new(Ledger::new(Arc::clone(&specs), limit))),
            pause: if caller.is_loopback() { Duration::from_millis(50) } else { Duration::from_secs(1) },
            timeout: caller.timeout(),
            recorded: Watcher::new(Arc::clone(&specs), options),
            replayed: Watcher::new(Arc::clone(&specs), options),
            caller,
            key,
            specs,
            requests: Vec::new(),
            deferred: HashMap::new(),
            left_out: BTreeMap::new(),
            is_short: false,
        })
    }

    /// What is spent, where there is a limit.
    #[must_use]
    pub fn ledger(&self) -> Option<&Arc<Ledger>> {
        self.ledger.as_ref()
    }

    /// Judges an exchange of the record, and sends its request again if it is valid.
    pub async fn exchange(&mut self, exchange: &Exchange) {
        let before = self.recorded.watch(exchange);
        let batch = match self.batch(exchange) {
            Ok(batch) => batch,
            Err(reason) => {
                // Results that came later belong to the request that they were polled for.
                for place in self.polled(exchange) {
                    self.requests[place].before.add(&before);
                }
                return self.leave_out(reason);
            }
        };
        let (batch, old) = self.renamed(batch);
        let reservation = match self.ledger.as_ref().map(|ledger| ledger.reserve(&batch)).transpose() {
            Ok(reservation) => reservation,
            Err(reason) => {
                self.is_short = true;
                return self.leave_out(&reason);
            }
        };
        let (seen, answer) = self.send(&Value::Array(batch.clone()), reservation).await;
        let mut pair = Pair { number: before.number, ..Pair::default() };
        pair.before.add(&before);
        pair.after.add(&seen);
        let place = self.requests.len();
        for id in old {
            if self.deferred.len() < MAX_DEFERRED {
                self.deferred.insert(id, place);
            }
        }
        if let Some(answer) = answer {
            for task in &batch {
                self.poll(task, &answer, &mut pair.after).await;
            }
        }
        self.requests.push(pair);
    }

    /// The tasks of a request that is to be sent, or why it is not.
    fn batch(&self, exchange: &Exchange) -> Result<Vec<Value>, &'static str> {
        let Body::Whole(bytes) = &exchange.request else {
            return Err("the record lacks the body of the request");
        };
        let checked = self.engine.check(bytes, |task| self.specs.of(task).is_ok());
        if !checked.errors.is_empty() {
            return Err("the request breaks the spec");
        }
        let is = |task: &Value, kind: &str| task.get(TASK_TYPE).is_some_and(|own| *own == kind);
        let mut batch = checked.batch;
        batch.retain(|task| !is(task, AUTHENTICATION) && !is(task, PING) && !is_poll(task));
        if batch.is_empty() {
            return Err("the request has no task of a model");
        }
        for task in &batch {
            let Ok(place) = self.specs.of(task) else { return Err("a task has no spec") };
            let calls = |path: &str| task.as_object().and_then(|task| at(task, path)).is_some();
            if self.specs.model(place).behaviours.iter().filter_map(|one| one.kind.called()).any(calls) {
                return Err("a task calls a webhook or uploads its files");
            }
            if exchange.is_masked && has_media(task) {
                return Err("the media of a task are masked in the record");
            }
        }
        Ok(batch)
    }

    /// The requests of the record that a poll asks about.
    fn polled(&self, exchange: &Exchange) -> BTreeSet<usize> {
        let Body::Whole(bytes) = &exchange.request else { return BTreeSet::new() };
        let batch: Vec<Value> = serde_json::from_slice(bytes).unwrap_or_default();
        let ids = batch.iter().filter(|task| is_poll(task)).filter_map(|task| task.get(TASK_UUID)?.as_str());
        ids.filter_map(|id| self.deferred.get(&id.to_ascii_lowercase()).copied()).collect()
    }

    /// The batch with identifiers of its own, and the former ones of deferred tasks.
    fn renamed(&self, mut batch: Vec<Value>) -> (Vec<Value>, Vec<String>) {
        let mut old = Vec::new();
        for task in &mut batch {
            let Ok(oracle) = self.specs.of(task).and_then(|place| self.specs.oracle(place)) else { continue };
            let identity = oracle.identity();
            if is_deferred(oracle.model(), task) {
                old.extend(identity.of_task(task).map(str::to_ascii_lowercase));
            }
            set(task, &identity.parameter, Value::String(uuid::Uuid::new_v4().to_string()));
        }
        (batch, old)
    }

    /// Sends a body and judges the answer.
    async fn send(&mut self, body: &Value, reservation: Option<Reservation>) -> (Seen, Option<Answer>) {
        let bytes = body.to_string().into_bytes();
        let answer = self.caller.post(bytes.clone(), self.key.as_ref()).await;
        if let Some(reservation) = reservation {
            reservation.settle(&answer);
        }
        self.is_short |= answer.is_err();
        let read = answer.as_ref().ok().and_then(|reply| match &reply.body {
            Body::Whole(bytes) => Some(Answer::read(reply.status, reply.content_type.clone(), bytes.clone())),
            Body::Unknown(_) => None,
        });
        let seen = self.replayed.watch(&exchange(&self.caller, self.key.clone(), bytes, answer));
        seen.left_out.iter().for_each(|reason| self.leave_out(reason));
        (seen, read)
    }

    /// Polls for the results of a deferred task that was accepted.
    async fn poll(&mut self, task: &Value, answer: &Answer, verdicts: &mut Verdicts) {
        let Ok(oracle) = self.specs.of(task).and_then(|place| self.specs.oracle(place)) else { return };
        let Some(id) = oracle.identity().of_task(task).map(str::to_owned) else { return };
        let is_taken =
            answer.data().iter().filter_map(Value::as_object).any(|item| oracle.identity().joins(task, item));
        if !is_deferred(oracle.model(), task) || !is_taken {
            return;
        }
        let wanted = results(oracle.model(), task).unwrap_or(1);
        let until = Instant::now() + self.timeout;
        loop {
            sleep(self.pause).await;
            let poll = json!([{TASK_TYPE: GET_RESPONSE, TASK_UUID: id}]);
            let (seen, answer) = self.send(&poll, None).await;
            verdicts.add(&seen);
            let Some(answer) = answer else { return };
            let done =
                answer.data().iter().filter(|item| item.get(STATUS).is_some_and(|word| *word == SUCCESS));
            if done.count() >= wanted || !answer.errors().is_empty() || !answer.is_success() {
                return;
            }
            if Instant::now() >= until {
                self.is_short = true;
                return self.leave_out("results did not come in time");
            }
        }
    }

    fn leave_out(&mut self, reason: &str) {
        *self.left_out.entry(airspec_spec::text::shorten(reason, 300)).or_default() += 1;
    }

    /// Compares what was sent so far.
    #[must_use]
    pub fn finish(mut self) -> Replayed {
        let (mut differences, mut more, mut compared) = (Vec::new(), 0, 0);
        for Pair { number, before, after } in std::mem::take(&mut self.requests) {
            if !before.is_judged || !after.is_judged {
                self.leave_out("an answer that says nothing about the request");
                continue;
            }
            compared += 1;
            let subjects: BTreeSet<&String> = before.wrong.keys().chain(after.wrong.keys()).collect();
            for subject in subjects {
                let (old, new) = (before.wrong.get(subject), after.wrong.get(subject));
                if old.map(|one| one.0) == new.map(|one| one.0) {
                    continue;
                }
                if differences.len() >= MAX_DIFFERENCES {
                    more += 1;
                    continue;
                }
                let detail = |one: Option<&(Verdict, String)>| one.map(|(_, detail)| detail.clone());
                let (before, after) = (detail(old), detail(new));
                differences.push(Difference { number, subject: subject.clone(), before, after });
            }
        }
        let Self { replayed, left_out, is_short, .. } = self;
        Replayed { watcher: replayed, compared, differences, more, left_out, is_short }
    }
}

impl Verdicts {
    fn add(&mut self, seen: &Seen) {
        self.is_judged |= seen.is_judged;
        for found in seen.found.iter().filter(|found| found.side != Side::Client) {
            let known = self.wrong.get(&found.subject).map(|(verdict, _)| *verdict);
            if known.is_none_or(|known| known < found.verdict) {
                self.wrong.insert(found.subject.clone(), (found.verdict, found.detail.clone()));
            }
        }
    }
}

fn exchange(caller: &Caller, key: Option<Secret>, request: Vec<u8>, answer: Result<Reply, Loss>) -> Exchange {
    Exchange {
        client: "airspec replay".to_owned(),
        method: "POST".to_owned(),
        path: caller.path().to_owned(),
        key,
        content_type: Some("application/json".to_owned()),
        request: Body::Whole(request),
        answer,
        form: Form::Wire,
        is_masked: false,
    }
}

/// Whether a task holds a link or a file, which a mask makes useless.
fn has_media(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            text.contains("://") || text.starts_with("data:") || text.len() > 64 && !text.contains(' ')
        }
        Value::Array(items) => items.iter().any(has_media),
        Value::Object(members) => members.values().any(has_media),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
