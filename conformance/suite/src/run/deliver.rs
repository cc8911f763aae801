//! Sends parcels and takes their answers apart.
//!
//! A case passes when its part of the answer is what it must be. Otherwise it is tried again in a smaller parcel, at
//! last alone, and that verdict counts: a server may treat batches as it likes. Two findings are made of what happens
//! in company only: a faulty task that goes through beside others, and values that are refused together and taken
//! apart.

use super::observe::{Session, uuid};
use crate::case::{Case, Expect, Parcel};
use crate::oracle::observation::{Answer, Observation, Outcome};
use crate::oracle::protocol::{DATA, ERRORS, TASK_UUID};
use crate::oracle::scene::set;
use crate::oracle::{Identity, Judgement, Verdict};
use serde_json::{Map, Value};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// After so many batches whose answers do not tell what became of a task that is answered well alone, no more batches
/// are sent.
const ENOUGH: usize = 2;

/// One case, done.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) index: usize,
    pub(super) observation: Option<Observation>,
    pub(super) judgement: Judgement,
    pub(super) duration: Duration,
}

impl Done {
    fn is_clean(&self) -> bool {
        self.judgement.verdict == Verdict::Pass
    }
}

/// What became of one task of a parcel.
enum Part {
    /// Its cases, judged.
    Told(Vec<Done>),
    /// The answer does not say.
    Unclear,
}

type Delivery = Pin<Box<dyn Future<Output = Vec<Done>> + Send>>;

/// Tries all cases of a parcel.
pub(super) fn deliver(session: Arc<Session>, cases: Arc<[Case]>, parcel: Parcel) -> Delivery {
    Box::pin(async move {
        match (parcel.only(), parcel.0.as_slice()) {
            (Some(index), _) => vec![alone(&session, &cases, index).await],
            (None, [task]) => merged(session, &cases, task).await,
            (None, tasks) if session.muddled.load(Ordering::Relaxed) >= ENOUGH => {
                let mut done = Vec::new();
                for task in tasks {
                    let parcel = Parcel(vec![task.clone()]);
                    done.extend(deliver(Arc::clone(&session), Arc::clone(&cases), parcel).await);
                }
                done
            }
            (None, tasks) => batch(session, &cases, tasks).await,
        }
    })
}

/// A case as it stands.
async fn alone(session: &Session, cases: &Arc<[Case]>, index: usize) -> Done {
    let start = Instant::now();
    let looked = if let Some(obstacle) = &cases[index].obstacle {
        Err(obstacle.clone())
    } else if session.is_silent() {
        Err("not sent, as the target answered none of the requests before it".to_owned())
    } else {
        session.observe(&cases[index]).await
    };
    let (observation, judgement) = match looked {
        Ok(observation) => {
            let judgement = session.oracle.judge(&cases[index], &observation);
            (Some(observation), judgement)
        }
        Err(reason) => (None, Judgement::skip(reason)),
    };
    Done { index, observation, judgement, duration: start.elapsed() }
}

/// Several cases in one task. Where it is not taken, the half at fault is looked for.
async fn merged(session: Arc<Session>, cases: &Arc<[Case]>, task: &[usize]) -> Vec<Done> {
    let mut together = None;
    if let Some(body) = body(&session, cases, &[task]) {
        let start = Instant::now();
        if let Ok((body, outcome)) = session.post_anew(body).await {
            let told = told(&session, cases, task, &Observation::new(body, outcome), start);
            if told.iter().all(Done::is_clean) {
                return told;
            }
            together = told.into_iter().find(|done| !done.is_clean());
        }
    }
    let mut done = Vec::new();
    let (one, other) = task.split_at(task.len() / 2);
    for half in [one, other] {
        let half = Parcel(vec![half.to_vec()]);
        done.extend(deliver(Arc::clone(&session), Arc::clone(cases), half).await);
    }
    if let Some(mut together) = together
        && done.iter().all(Done::is_clean)
    {
        let others = task.iter().filter(|index| **index != together.index);
        let others: Vec<&str> = others.map(|index| cases[*index].id.as_str()).collect();
        together.judgement.detail = format!(
            "{}; each alone is accepted, but not together with {}",
            together.judgement.detail,
            others.join(", ")
        );
        done.retain(|done| done.index != together.index);
        done.push(together);
    }
    done
}

/// Several tasks in one request. A task whose part of the answer is not what it must be is sent again by itself.
async fn batch(session: Arc<Session>, cases: &Arc<[Case]>, tasks: &[Vec<usize>]) -> Vec<Done> {
    let slices: Vec<&[usize]> = tasks.iter().map(Vec::as_slice).collect();
    let start = Instant::now();
    let sent = match body(&session, cases, &slices) {
        Some(body) => session.post(&body).await.ok().map(|outcome| (body, outcome)),
        None => None,
    };
    let parts: Vec<Part> = match sent {
        Some((body, outcome)) => {
            let part = |(place, task): (usize, &Vec<usize>)| match part(
                session.oracle.identity(),
                &body,
                place,
                &outcome,
            ) {
                Some(seen) => Part::Told(told(&session, cases, task, &seen, start)),
                None => Part::Unclear,
            };
            tasks.iter().enumerate().map(part).collect()
        }
        None => tasks.iter().map(|_| Part::Unclear).collect(),
    };
    let mut all = Vec::new();
    let mut is_muddled = false;
    for (task, part) in tasks.iter().zip(parts) {
        let told = match part {
            Part::Told(told) if told.iter().all(Done::is_clean) => {
                all.extend(told);
                continue;
            }
            Part::Told(told) => Some(told),
            Part::Unclear => None,
        };
        let again = deliver(Arc::clone(&session), Arc::clone(cases), Parcel(vec![task.clone()])).await;
        let is_clean = again.iter().all(Done::is_clean);
        match told.and_then(|told| {
            told.into_iter().find(|done| !done.is_clean() && went_through(&cases[done.index], done))
        }) {
            Some(mut told) if is_clean => {
                told.judgement.detail =
                    format!("in a batch of {} tasks, and not alone: {}", tasks.len(), told.judgement.detail);
                all.extend(again.into_iter().filter(|done| done.index != told.index));
                all.push(told);
            }
            _ => {
                is_muddled |= is_clean;
                all.extend(again);
            }
        }
    }
    if is_muddled {
        session.muddled.fetch_add(1, Ordering::Relaxed);
    }
    all
}

/// Whether what must be refused has a result.
fn went_through(case: &Case, done: &Done) -> bool {
    let answer = done.observation.as_ref().and_then(|seen| seen.outcome.answer());
    matches!(case.expect, Expect::Reject(_)) && answer.is_some_and(|answer| !answer.data().is_empty())
}

/// The body of a parcel; nothing where cases that share a task do not go together. Each task has an id that no case
/// has, so that each can be sent again.
fn body(session: &Session, cases: &[Case], tasks: &[&[usize]]) -> Option<Value> {
    let packer = &session.client.settings().packing.as_ref()?.packer;
    let mut list = Vec::new();
    for task in tasks {
        let mut body = packer.task(cases, task, &session.oracle)?;
        let name = task.iter().map(|index| cases[*index].id.as_str()).collect::<Vec<_>>().join(" ");
        let id = uuid(session.client.settings().seed, &name, 3);
        set(&mut body, &session.oracle.identity().parameter, Value::String(id));
        list.push(body);
    }
    Some(Value::Array(list))
}

/// The verdicts on the cases of one task.
fn told(session: &Session, cases: &[Case], task: &[usize], seen: &Observation, start: Instant) -> Vec<Done> {
    let mut seen = seen.clone();
    seen.files = session.inline(&seen);
    let done = |index: &usize| Done {
        index: *index,
        judgement: session.oracle.judge(&cases[*index], &seen),
        observation: Some(seen.clone()),
        duration: start.elapsed(),
    };
    task.iter().map(done).collect()
}

/// The part of a batch's answer that is about one of its tasks; nothing where the answer leaves that open.
fn part(identity: &Identity, body: &Value, place: usize, outcome: &Outcome) -> Option<Observation> {
    let answer = outcome.answer()?;
    let tasks = body.as_array()?;
    let task = tasks.get(place)?;
    let names =
        |task: &Value, error: &Value| error.get(TASK_UUID).is_some() && identity.may_join(task, error);
    let joins = |task: &Value, item: &Value| item.as_object().is_some_and(|item| identity.joins(task, item));
    let is_stray =
        |item: &Value, join: &dyn Fn(&Value, &Value) -> bool| !tasks.iter().any(|task| join(task, item));
    if answer.data().iter().any(|item| is_stray(item, &joins))
        || answer.errors().iter().any(|error| is_stray(error, &names))
    {
        return None;
    }
    let data: Vec<Value> = answer.data().iter().filter(|item| joins(task, item)).cloned().collect();
    let errors: Vec<Value> = answer.errors().iter().filter(|error| names(task, error)).cloned().collect();
    if data.is_empty() && errors.is_empty() {
        return None;
    }
    // A task that went through was answered with success, whatever became of its neighbours.
    let status = if errors.is_empty() && (400..500).contains(&answer.status) { 200 } else { answer.status };
    let mut own = Map::from_iter([(DATA.to_owned(), Value::Array(data))]);
    if !errors.is_empty() {
        own.insert(ERRORS.to_owned(), Value::Array(errors));
    }
    let own = Value::Object(own);
    let answer = Answer {
        status,
        content_type: answer.content_type.clone(),
        text: own.to_string(),
        json: answer.json.is_ok().then_some(own).ok_or_else(String::new),
    };
    Some(Observation::new(Value::Array(vec![task.clone()]), Outcome::Answer(answer)))
}
