//! Looks at one case: the exchange itself, and whatever its behaviour needs beyond it.

use super::client::Client;
use super::listener::{Listener, Mailbox};
use super::purse::Purse;
use super::target::Target;
use super::{RunError, Settings};
use crate::case::{Case, Expect};
use crate::cost::Costs;
use crate::oracle::behaviour::delivery::is_done;
use crate::oracle::behaviour::{Needs, counterpart, is_deferred, lifetime, needs, results};
use crate::oracle::file::{File, place};
use crate::oracle::observation::{Observation, Outcome};
use crate::oracle::protocol::{CODE, Form, GET_RESPONSE, TASK_TYPE, TASK_UUID};
use crate::oracle::scene::set;
use crate::oracle::{Identity, Oracle};
use airspec_spec::behaviour::Kind;
use airspec_models::client::{Class, of_code};
use serde_json::{Map, Value, json};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// What all cases of a run share.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) oracle: Arc<Oracle>,
    pub(super) client: Client,
    pub(super) listener: Option<Listener>,
    /// How many batches had answers that could not be told apart.
    pub(super) muddled: AtomicUsize,
    /// How many requests were answered, and how many were not.
    pub(super) answered: AtomicUsize,
    pub(super) lost: AtomicUsize,
    pub(super) purse: Purse,
}

/// After so many requests without any answer, none is expected.
const SILENCE: usize = 8;

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
        let client = Client::new(target.clone(), settings.clone())?;
        let purse = Purse::new(Costs::new(oracle.model()), target.limit(), settings.spent);
        let (muddled, answered, lost) = Default::default();
        Ok(Self { oracle, client, listener, muddled, answered, lost, purse })
    }

    /// Whether the target has been given its chance to answer anything at all.
    pub(super) fn is_silent(&self) -> bool {
        self.answered.load(Ordering::Relaxed) == 0 && self.lost.load(Ordering::Relaxed) >= SILENCE
    }

    /// Posts a body to the endpoint, where it may cost what it may cost.
    pub(super) async fn post(&self, body: &Value) -> Result<Outcome, String> {
        let hold = self.purse.reserve(body).await?;
        let outcome = self.client.post(body).await;
        self.purse.settle(hold, self.oracle.identity(), body, &outcome);
        let count = if outcome.answer().is_some() { &self.answered } else { &self.lost };
        count.fetch_add(1, Ordering::Relaxed);
        Ok(outcome)
    }

    /// Posts a body whose ids are as good as others. A target that has a task of such an id already keeps it from an
    /// earlier run with the same seed: the same is then sent once more with other ids, and what was sent comes back.
    pub(super) async fn post_anew(&self, mut body: Value) -> Result<(Value, Outcome), String> {
        let outcome = self.post(&body).await?;
        let is_taken = outcome.answer().is_some_and(|answer| {
            let class = |error: &Value| error.get(CODE).and_then(Value::as_str).and_then(of_code);
            answer.status == 409 || answer.errors().iter().any(|error| class(error) == Some(Class::Conflict))
        });
        let identity = self.oracle.identity();
        let tasks = body.as_array_mut().map(Vec::as_mut_slice).unwrap_or_default();
        let ids: HashSet<_> = tasks.iter().filter_map(|task| identity.of_task(task)).collect();
        if !is_taken || ids.len() < tasks.len() {
            return Ok((body, outcome));
        }
        for task in tasks {
            set(task, &identity.parameter, Value::String(uuid::Uuid::new_v4().to_string()));
        }
        let outcome = self.post(&body).await?;
        Ok((body, outcome))
    }

    /// Sends a case and looks at what its verdict needs; `Err` with the reason where it cannot be tried.
    pub(super) async fn observe(&self, case: &Case) -> Result<Observation, String> {
        let Expect::Behave(behaviour) = &case.expect else {
            let body = case.body.clone();
            let is_about_id = case.parameter == self.oracle.identity().parameter;
            let (body, outcome) = if matches!(case.expect, Expect::Accept) && !is_about_id {
                self.post_anew(body).await?
            } else {
                let outcome = self.post(&body).await?;
                (body, outcome)
            };
            let mut seen = Observation::new(body, outcome);
            seen.files = self.inline(&seen);
            return Ok(seen);
        };
        let needs = needs(&behaviour.kind);
        let mut body = case.body.clone();
        let mailbox =
            if needs.address { Some(self.address(case, &behaviour.kind, &mut body)?) } else { None };
        let mut seen = self.look(body, needs).await?;
        seen.later = self.later(&behaviour.kind, &seen).await;
        if let Some(mailbox) = mailbox {
            seen.calls = self.calls(&seen, mailbox).await;
        }
        if needs.counterpart
            && let Some(body) = self.counterpart(case, &behaviour.kind)
        {
            seen.counterpart = Some(Box::new(self.look(body, needs).await?));
        }
        Ok(seen)
    }

    /// One exchange, with its deferred results and its files.
    async fn look(&self, body: Value, needs: Needs) -> Result<Observation, String> {
        let (body, outcome) = self.post_anew(body).await?;
        let is_taken =
            outcome.answer().is_some_and(|answer| answer.is_success() && answer.errors().is_empty());
        let mut seen = Observation::new(body, outcome);
        if !is_taken {
            return Ok(seen);
        }
        self.poll(&mut seen).await;
        seen.files = if needs.files { self.files(&seen).await } else { self.inline(&seen) };
        Ok(seen)
    }

    /// Polls until all deferred results are there, something goes wrong, or time is up.
    async fn poll(&self, seen: &mut Observation) {
        let (model, identity) = (self.oracle.model(), self.oracle.identity());
        let deferred: Vec<&Value> = seen.tasks().iter().filter(|task| is_deferred(model, task)).collect();
        let wanted: usize = deferred.iter().map(|task| results(model, task).unwrap_or(1)).sum();
        let question = question(identity, &deferred);
        if question.is_empty() {
            return;
        }
        let question = Value::Array(question);
        let (pace, until) = (self.client.settings().pace, Instant::now() + self.client.settings().polling);
        let (mut pause, mut next) = (FIRST_PAUSE, SECOND_PAUSE);
        loop {
            tokio::time::sleep(Duration::from_secs_f64((pause * pace).max(0.0))).await;
            let outcome = self.client.poll(&question).await;
            let goes_on = outcome.answer().is_some_and(|answer| {
                let items = answer.data().iter().filter_map(Value::as_object);
                let done = items.filter(|item| is_done(item)).count();
                answer.is_success() && answer.json.is_ok() && answer.errors().is_empty() && done < wanted
            });
            seen.polls.push(outcome);
            if !goes_on || Instant::now() >= until {
                return;
            }
            (pause, next) = (next, (next * 1.5).min(LONGEST_PAUSE));
        }
    }

    /// The files of the results, downloaded where they are links.
    async fn files(&self, seen: &Observation) -> Vec<File> {
        let mut files = Vec::new();
        for (task, result) in self.owned(seen) {
            files.push(match place(self.oracle.model(), task, result) {
                Some((Form::Link, address)) => self.client.download(address).await,
                Some((form, text)) => File::inline(form, text),
                None => File::missing(Form::Link, "is in none of the fields for files"),
            });
        }
        files
    }

    /// The files once their lifetime is over, where the time of the target can be moved.
    async fn later(&self, kind: &Kind, seen: &Observation) -> Vec<File> {
        let task = seen.tasks().first();
        let lifetime = task.and_then(|task| lifetime(self.oracle.model(), kind, task));
        match (lifetime, &self.client.settings().advance) {
            (Some(lifetime), Some(advance)) if !seen.files.is_empty() => {
                advance.by(lifetime + Duration::from_secs(1));
                self.files(seen).await
            }
            _ => Vec::new(),
        }
    }

    /// The files of the results, where the answer itself holds all of them.
    pub(super) fn inline(&self, seen: &Observation) -> Vec<File> {
        let file = |(task, result)| match place(self.oracle.model(), task, result) {
            Some((Form::Link, _)) | None => None,
            Some((form, text)) => Some(File::inline(form, text)),
        };
        self.owned(seen).into_iter().map(file).collect::<Option<_>>().unwrap_or_default()
    }

    /// Each result with the task that it belongs to, or else with the first one.
    fn owned<'a>(&self, seen: &'a Observation) -> Vec<(&'a Value, &'a Map<String, Value>)> {
        let owner = |result: &Map<String, Value>| {
            let joins = |task: &&Value| self.oracle.identity().joins(task, result);
            seen.tasks().iter().find(joins).or_else(|| seen.tasks().first())
        };
        seen.results().into_iter().filter_map(|result| Some((owner(result)?, result))).collect()
    }

    /// Puts an address of the runner's own into the first task.
    fn address(&self, case: &Case, kind: &Kind, body: &mut Value) -> Result<Mailbox<'_>, String> {
        let listener = self.listener.as_ref().ok_or_else(|| {
            "needs an address that the target can call, and this machine has none that is known".to_owned()
        })?;
        let parameter = kind.parameters().first().copied().unwrap_or_default().to_owned();
        let mailbox = listener.hand_out(&uuid(self.client.settings().seed, &case.id, 1));
        if let Some(task) = body.as_array_mut().and_then(|tasks| tasks.first_mut()) {
            set(task, &parameter, Value::String(mailbox.address()));
        }
        Ok(mailbox)
    }

    async fn calls(&self, seen: &Observation, mailbox: Mailbox<'_>) -> Vec<crate::oracle::observation::Call> {
        let is_taken = seen.outcome.answer().is_some_and(|answer| !answer.data().is_empty());
        let wanted = seen.tasks().first().and_then(|task| results(self.oracle.model(), task));
        let wait = if is_taken { self.client.settings().callback } else { Duration::ZERO };
        mailbox.collect(wanted.unwrap_or(1), wait).await
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
