//! Sends batches and takes their answers apart.
//!
//! A case passes when its part of the answer is what it must be. Otherwise it is tried again in a smaller batch, at
//! last alone, and that verdict counts: a server may treat batches as it likes. Two findings are made of what happens
//! in company only: a faulty task that goes through beside others, and values that are refused together and taken
//! apart.

use super::Record;
use super::listener::NO_URL;
use super::observe::{Session, uuid};
use crate::case::{Case, Expect};
use crate::oracle::behaviour::needs;
use crate::oracle::observation::{Answer, Observation, Outcome};
use crate::oracle::{Identity, Judgement, Verdict};
use crate::packing::Batch;
use crate::parameter::{at, set};
use crate::protocol::{DATA, ERRORS, TASK_UUID};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// After so many batches whose answers do not tell what became of a task that is answered well alone, no more batches
/// are sent.
const MAX_AMBIGUOUS_BATCHES: usize = 2;

/// One case, done. What was seen of it is not kept: it can be large, and many cases are kept until the end.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) index: usize,
    /// What became of the exchange, without its content.
    pub(super) observation: Option<Observation>,
    pub(super) judgement: Judgement,
    pub(super) record: Record,
    /// Whether the answer has a result.
    has_result: bool,
}

impl Done {
    /// A case that was judged.
    fn of(
        session: &Session,
        cases: &[Case],
        index: usize,
        seen: Option<&Observation>,
        judgement: Judgement,
        start: Instant,
    ) -> Self {
        let (case, redactor) = (&cases[index], session.client.redactor());
        let record = Record::new(case, seen, &judgement, start.elapsed(), redactor);
        let answer = seen.and_then(|seen| seen.outcome.answer());
        let has_result = answer.is_some_and(|answer| !answer.data().is_empty());
        Self { index, observation: seen.map(Observation::outline), judgement, record, has_result }
    }

    fn is_clean(&self) -> bool {
        self.judgement.verdict == Verdict::Pass
    }
}

/// What became of one task of a batch.
enum Part {
    /// Its cases, judged.
    Told(Vec<Done>),
    /// The answer does not say.
    Unclear,
}

type Delivery = Pin<Box<dyn Future<Output = Vec<Done>> + Send>>;

/// Tries all cases of a batch.
pub(super) fn deliver(session: Arc<Session>, cases: Arc<[Case]>, batch: Batch) -> Delivery {
    Box::pin(async move {
        match (batch.only(), batch.0.as_slice()) {
            (Some(index), _) => vec![alone(&session, &cases, index).await],
            (None, [task]) => merged(session, &cases, task).await,
            (None, tasks) if session.ambiguous.load(Ordering::Relaxed) >= MAX_AMBIGUOUS_BATCHES => {
                let mut done = Vec::new();
                for task in tasks {
                    let batch = Batch(vec![task.clone()]);
                    done.extend(deliver(Arc::clone(&session), Arc::clone(&cases), batch).await);
                }
                done
            }
            (None, tasks) => send_batch(session, &cases, tasks).await,
        }
    })
}

/// A case as it stands.
async fn alone(session: &Session, cases: &Arc<[Case]>, index: usize) -> Done {
    let start = Instant::now();
    let look = async {
        let case = &cases[index];
        let looked = if let Some(obstacle) = session.obstacle(case) {
            Err(Judgement::not_applicable(obstacle))
        } else if let Some(reason) = session.ended() {
            Err(Judgement::not_tried(format!("not sent: {reason}")))
        } else {
            session.observe(case).await.map_err(Judgement::not_tried)
        };
        match looked {
            Ok(seen) => {
                let judgement = session.judge(case, &seen);
                Done::of(session, cases, index, Some(&seen), judgement, start)
            }
            Err(judgement) => Done::of(session, cases, index, None, judgement, start),
        }
    };
    session.rooms.of_case(look).await
}

impl Session {
    /// The judgement of what was seen: none where the balance was spent by then.
    fn judge(&self, case: &Case, seen: &Observation) -> Judgement {
        if self.is_unpaid(seen) {
            return Judgement::no_answer("HTTP 402: the balance of the account is spent");
        }
        let mut judgement = self.oracle.judge(case, seen);
        if matches!(case.expect, Expect::Accept | Expect::Behave(_)) && judgement.class.is_none() {
            self.watch_ids(seen, &mut judgement);
            self.watch_qualities(seen, &mut judgement);
        }
        judgement
    }

    /// Why a case does not apply to this run: it needs what nobody gave, or what is known of it would be billed again.
    fn obstacle(&self, case: &Case) -> Option<String> {
        if let Some(obstacle) = &case.obstacle {
            return Some(obstacle.clone());
        }
        if let Some(obstacle) = self.client.obstacle(&case.wire) {
            return Some(obstacle);
        }
        if case.wire.credential.needs_real_key() && !self.client.has_real_key() {
            return Some("needs a key that the target knows: set RUNWARE_API_KEY".to_owned());
        }
        let is_called = matches!(&case.expect, Expect::Behave(behaviour) if needs(&behaviour.kind).url);
        if (is_called || case.wire.url.is_some()) && self.listener.is_none() {
            return Some(NO_URL.to_owned());
        }
        let is_free = self.client.settings().accepted.as_ref().filter(|_| self.budget.is_free());
        let reason = is_free?.acceptance(&case.id)?;
        Some(format!("not sent: the target is known to accept it and may bill it: {reason}"))
    }
}

/// Several cases in one task. Where it is not taken, the half at fault is looked for.
async fn merged(session: Arc<Session>, cases: &Arc<[Case]>, task: &[usize]) -> Vec<Done> {
    let mut together = None;
    if let Some(body) = body(&session, cases, &[task]) {
        let start = Instant::now();
        let look = async {
            let (body, outcome) = session.post_anew(body, &names(cases, &[task])).await.ok()?;
            Some(told(&session, cases, task, Observation::new(body, outcome), start).await)
        };
        if let Some(told) = session.rooms.of_case(look).await {
            if told.iter().all(Done::is_clean) {
                return told;
            }
            together = told.into_iter().find(|done| !done.is_clean());
        }
    }
    let mut done = Vec::new();
    let (one, other) = task.split_at(task.len() / 2);
    for half in [one, other] {
        let half = Batch(vec![half.to_vec()]);
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
async fn send_batch(session: Arc<Session>, cases: &Arc<[Case]>, tasks: &[Vec<usize>]) -> Vec<Done> {
    let slices: Vec<&[usize]> = tasks.iter().map(Vec::as_slice).collect();
    let start = Instant::now();
    let look = async {
        let body = body(&session, cases, &slices)?;
        let names = names(cases, &slices);
        let whole = match cases[tasks[0][0]].expect {
            // Results of several tasks can be mixed up.
            Expect::Accept => session.post_and_wait(&body, &names).await.ok()?,
            Expect::Reject(_) | Expect::Behave(_) | Expect::Protocol(_) => {
                let outcome = session.post(&body, &names).await.ok()?;
                Observation::new(body, outcome)
            }
        };
        let seen = all_apart(session.oracle.identity(), whole)?;
        let mut parts = Vec::new();
        for (task, seen) in tasks.iter().zip(seen) {
            parts.push(match seen {
                Some(seen) => Part::Told(told(&session, cases, task, seen, start).await),
                None => Part::Unclear,
            });
        }
        Some(parts)
    };
    let parts: Option<Vec<Part>> = session.rooms.of_case(look).await;
    let parts = parts.unwrap_or_else(|| tasks.iter().map(|_| Part::Unclear).collect());
    let mut all = Vec::new();
    let mut is_ambiguous = false;
    for (task, part) in tasks.iter().zip(parts) {
        let told = match part {
            Part::Told(told) if told.iter().all(Done::is_clean) => {
                all.extend(told);
                continue;
            }
            Part::Told(told) => Some(told),
            Part::Unclear => None,
        };
        let again = deliver(Arc::clone(&session), Arc::clone(cases), Batch(vec![task.clone()])).await;
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
                is_ambiguous |= is_clean;
                all.extend(again);
            }
        }
    }
    if is_ambiguous {
        session.ambiguous.fetch_add(1, Ordering::Relaxed);
    }
    all
}

/// Whether what must be refused has a result.
fn went_through(case: &Case, done: &Done) -> bool {
    matches!(case.expect, Expect::Reject(_)) && done.has_result
}

/// The body of a batch; nothing where cases that share a task do not go together. Each task has an id that no case
/// has, so that each can be sent again.
fn body(session: &Session, cases: &[Case], tasks: &[&[usize]]) -> Option<Value> {
    let batcher = &session.client.settings().packing.as_ref()?.batcher;
    let mut list = Vec::new();
    for task in tasks {
        let mut body = batcher.task(cases, task, &session.oracle)?;
        let name = task.iter().map(|index| cases[*index].id.as_str()).collect::<Vec<_>>().join(" ");
        let id = uuid(session.client.settings().seed, &name, 3);
        set(&mut body, &session.oracle.identity().parameter, Value::String(id));
        list.push(body);
    }
    Some(Value::Array(list))
}

/// The ids of the cases of each task.
fn names(cases: &[Case], tasks: &[&[usize]]) -> Vec<Vec<String>> {
    tasks.iter().map(|task| task.iter().map(|index| cases[*index].id.clone()).collect()).collect()
}

/// The verdicts on the cases of one task, all of which look at the same.
async fn told(
    session: &Session,
    cases: &[Case],
    task: &[usize],
    mut seen: Observation,
    start: Instant,
) -> Vec<Done> {
    // Cases that need files are not merged with others.
    session.look_at_results(&mut seen, &cases[task[0]]).await;
    let done = |index: &usize| {
        let judgement = session.judge(&cases[*index], &seen);
        Done::of(session, cases, *index, Some(&seen), judgement, start)
    };
    task.iter().map(done).collect()
}

/// The parts of a batch's answer, as [`apart`] gives them, each with its part of the polls. A poll that leaves open which
/// task its items are about is none: to send an accepted task again would cost as much again.
fn all_apart(identity: &Identity, whole: Observation) -> Option<Vec<Option<Observation>>> {
    let mut seen = apart(identity, &whole.body, whole.outcome)?;
    for (poll, time) in whole.polls.into_iter().zip(whole.polled) {
        for (seen, poll) in seen.iter_mut().zip(apart(identity, &whole.body, poll).unwrap_or_default()) {
            if let (Some(seen), Some(poll)) = (seen, poll) {
                seen.polls.push(poll.outcome);
                seen.polled.push(time);
            }
        }
    }
    Some(seen)
}

/// The parts of a batch's answer, one for each of its tasks; nothing where there is no answer, or one that leaves open
/// which task its items are about, and no part for a task that it does not mention.
fn apart(identity: &Identity, body: &Value, outcome: Outcome) -> Option<Vec<Option<Observation>>> {
    let (tasks, Outcome::Answer(answer)) = (body.as_array()?, outcome) else { return None };
    let is_json = answer.json.is_ok();
    let owners: HashMap<String, usize> = tasks
        .iter()
        .enumerate()
        .filter_map(|(place, task)| Some((identity.of_task(task)?.to_ascii_lowercase(), place)))
        .collect();
    let owner = |id: Option<&Value>| owners.get(&id?.as_str()?.to_ascii_lowercase()).copied();
    let of_result = |item: &Value| owner(at(item.as_object()?, &identity.field));
    let of_error = |error: &Value| owner(error.get(TASK_UUID));
    let (status, content_type) = (answer.status, answer.content_type);
    // The answer is taken apart and not copied: its items can be large.
    drop(answer.text);
    let mut whole = answer.json.unwrap_or_default();
    let mut data = dealt(whole.get_mut(DATA), tasks.len(), of_result)?;
    let mut errors = dealt(whole.get_mut(ERRORS), tasks.len(), of_error)?;
    let parts = tasks.iter().enumerate().map(|(place, task)| {
        let (data, errors) = (std::mem::take(&mut data[place]), std::mem::take(&mut errors[place]));
        if data.is_empty() && errors.is_empty() {
            return None;
        }
        // A task that went through was answered with success, whatever became of its neighbours.
        let status = if errors.is_empty() && (400..500).contains(&status) { 200 } else { status };
        let mut own = Map::from_iter([(DATA.to_owned(), Value::Array(data))]);
        if !errors.is_empty() {
            own.insert(ERRORS.to_owned(), Value::Array(errors));
        }
        let own = Value::Object(own);
        let (content_type, text) = (content_type.clone(), own.to_string());
        let json = is_json.then_some(own).ok_or_else(String::new);
        let answer = Answer { status, content_type, length: text.len(), text, json };
        Some(Observation::new(Value::Array(vec![task.clone()]), Outcome::Answer(answer)))
    });
    Some(parts.collect())
}

/// The items of a list, dealt to so many owners; nothing where one of them has none.
fn dealt(
    list: Option<&mut Value>,
    owners: usize,
    owner: impl Fn(&Value) -> Option<usize>,
) -> Option<Vec<Vec<Value>>> {
    let mut dealt: Vec<Vec<Value>> = (0..owners).map(|_| Vec::new()).collect();
    let items = list.and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default();
    for item in items {
        let place = owner(&item)?;
        dealt.get_mut(place)?.push(item);
    }
    Some(dealt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer(body: &Value) -> Outcome {
        let type_ = Some("application/json".to_owned());
        Outcome::Answer(Answer::read(200, type_, body.to_string().into_bytes()))
    }

    fn items(outcome: &Outcome) -> Vec<Value> {
        outcome.answer().map(|answer| answer.data().to_vec()).unwrap_or_default()
    }

    #[test]
    fn each_task_of_a_batch_has_its_part_of_the_polls() {
        let identity = Identity { parameter: TASK_UUID.to_owned(), field: TASK_UUID.to_owned() };
        let item = |id: &str, url: &str| json!({"taskUUID": id, "imageURL": url});
        let (a, b) = (item("A", "1"), item("b", "2"));
        let body = json!([{"taskUUID": "a"}, {"taskUUID": "b"}]);
        let mut whole = Observation::new(body, answer(&json!({"data": [item("b", ""), item("a", "")]})));
        // The second is about a task that was never sent, the third about one of the two alone.
        for data in [json!([b, a]), json!([item("c", "3")]), json!([a])] {
            whole.polls.push(answer(&json!({"data": data})));
            whole.polled.push(Instant::now());
        }
        let parts: Vec<Observation> = all_apart(&identity, whole).unwrap().into_iter().flatten().collect();
        let polls: Vec<Vec<Vec<Value>>> =
            parts.iter().map(|part| part.polls.iter().map(items).collect()).collect();
        assert_eq!(polls, [vec![vec![a.clone()], vec![a]], vec![vec![b]]]);
        assert_eq!(parts[0].polled.len(), 2);
        assert_eq!(items(&parts[1].outcome), [item("b", "")]);
    }
}
