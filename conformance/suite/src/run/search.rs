//! Property-based search: random requests beyond the derived cases, as many as are asked for, and the smallest one of
//! those that fail.
//!
//! Three kinds are drawn: valid requests, requests with one fault and requests with two. The judge says what each one
//! really breaks, the oracle what must happen to it. A request that fails is made smaller as long as it goes on
//! failing, and kept in a file whose requests are tried first the next time. What the derived cases have found already
//! is not found again. Nothing is drawn that is valid and would be billed: against anything but this machine only
//! faulty requests are sent, and one that is accepted all the same is not repeated to make it smaller.

use super::ending::{Ending, GRACE};
use super::observe::{Session, uuid};
use super::{Event, Record, RunError, RunStats, Settings, Target, Throttled, Traffic};
use crate::case::{Case, Expect, Tasks, Wire};
use crate::oracle::{Judgement, Oracle, Verdict};
use crate::parameter::{at, effective, remove, set};
use crate::protocol::Form;
use crate::random::{self, Fault};
use airspec_judge::{Judge, JudgeError};
use airspec_spec::behaviour::Kind;
use airspec_spec::{Level, Model};
use proptest::strategy::{BoxedStrategy, Strategy as _};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::watch;

/// How many more requests than asked for a failing one may cost that is made smaller.
const SHRINKING: usize = 100;
/// And so many more, where members are taken out one by one.
const TRIMMING: usize = 40;
/// So many requests are drawn for each one that is sent: most are not of the kind that is wanted.
const DRAWN: usize = 20;
/// An image of more pixels than that is asked for as a link only, which costs nobody anything until it is fetched.
const LARGE: u64 = 1_500_000;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestClass {
    /// Requests that break nothing.
    Valid,
    /// Requests that break one constraint.
    OneFault,
    /// Requests that break two.
    TwoFaults,
}

impl RequestClass {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Valid, Self::OneFault, Self::TwoFaults];

    /// The id of the case that stands for the search in reports.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Valid => "search.valid",
            Self::OneFault => "search.one-fault",
            Self::TwoFaults => "search.two-faults",
        }
    }

    fn faults(self) -> usize {
        match self {
            Self::Valid => 0,
            Self::OneFault => 1,
            Self::TwoFaults => 2,
        }
    }
}

/// A search.
#[derive(Clone, Debug)]
pub struct Search {
    /// What is drawn.
    pub sorts: Vec<RequestClass>,
    /// How many requests of each sort are sent, at most, as long as none fails.
    pub requests: usize,
    /// Requests that failed before.
    pub regressions: Vec<Regression>,
    /// What the cases have found: subjects of findings, and parameters whose legal values are refused.
    pub known: HashSet<String>,
}

/// A request that failed once, as small as it could be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Regression {
    /// What it was drawn as.
    pub sort: RequestClass,
    /// The seed of the search that found it.
    pub seed: u64,
    /// The task, whose identity is replaced each time.
    pub task: Value,
}

/// What a search found.
#[derive(Debug, Default)]
pub struct Found {
    /// One for each sort.
    pub records: Vec<Record>,
    /// How many requests were posted.
    pub requests: usize,
    /// The requests that failed and were not known.
    pub regressions: Vec<Regression>,
    /// Why it ended before it was done, where it did.
    pub ended: Option<String>,
    /// Whether it was stopped.
    pub interrupted: bool,
    /// How often the target asked for a pause that was kept.
    pub throttled: Throttled,
    /// The exchanges, where that was asked for.
    pub traffic: Traffic,
}

/// Reads the text of a file of regressions, one JSON object a line.
///
/// # Errors
/// The number of the first line that is none, and why.
pub fn read_regressions(text: &str) -> Result<Vec<Regression>, (usize, serde_json::Error)> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(index, line)| serde_json::from_str(line).map_err(|error| (index + 1, error))).collect()
}

/// Searches.
///
/// # Errors
/// A client that cannot be made, or a spec that cannot be judged.
pub async fn search(
    oracle: Arc<Oracle>,
    target: &Target,
    settings: &Settings,
    search: Search,
    mut events: impl FnMut(Event<'_>),
    stop: impl Future<Output = ()>,
) -> Result<Found, RunError> {
    let session = Arc::new(Session::new(oracle, target, settings, None)?);
    let is_local = target.is_loopback();
    let (stopped, is_stopped) = watch::channel(false);
    let (shared, handle) = (Arc::clone(&session), Handle::current());
    let work = tokio::task::spawn_blocking(move || {
        Searcher { session: shared, search, is_local, is_stopped, handle, state: RefCell::default() }.run()
    });
    tokio::pin!(work);
    let mut interrupted = false;
    let found = tokio::select! {
        found = &mut work => found,
        why = Ending::of(settings.deadline, stop) => {
            interrupted = matches!(why, Ending::Stopped);
            session.end(why.reason());
            let grace = if session.budget.is_counted() { GRACE } else { Duration::ZERO };
            match tokio::time::timeout(grace, &mut work).await {
                Ok(found) => found,
                Err(_) => {
                    // What is still under way is dropped, and counts in full.
                    let _ = stopped.send(true);
                    work.await
                }
            }
        }
    };
    let found = found.map_err(|error| RunError::Start(format!("the search ended abnormally: {error}")))?;
    let mut found = found.map_err(|error| RunError::Start(error.to_string()))?;
    found.interrupted = interrupted;
    found.ended = session.ended().map(str::to_owned);
    let stats = RunStats { requests: found.requests, spent: session.budget.spent() };
    found.records.iter().for_each(|record| events(Event::SearchFinished { record, stats }));
    Ok(found)
}

struct Searcher {
    session: Arc<Session>,
    search: Search,
    is_local: bool,
    is_stopped: watch::Receiver<bool>,
    handle: Handle,
    state: RefCell<State>,
}

/// What changes while requests are drawn.
#[derive(Default)]
struct State {
    /// Requests of this sort that were sent.
    sent: usize,
    /// All of them, of whatever sort: gives each its identity.
    number: u64,
    /// How many may be sent.
    limit: usize,
    /// Why a request was not sent.
    unsent: Option<String>,
    /// The last request that failed: of those that are made smaller, the smallest.
    failure: Option<Failure>,
}

struct Failure {
    case: Case,
    record: Record,
    judgement: Judgement,
    /// Whether it is not sent again in smaller forms.
    is_final: bool,
}

impl Searcher {
    fn run(self) -> Result<Found, JudgeError> {
        let judge = Judge::new(self.session.oracle.model())?;
        let mut found = Found::default();
        for sort in self.search.sorts.clone() {
            let start = Instant::now();
            if sort == RequestClass::Valid && !self.is_local {
                let reason = "valid requests would be billed, and are drawn for servers on this machine only";
                found.records.push(self.record(sort, &Judgement::not_applicable(reason), start));
                continue;
            }
            let failure = self.hunt(sort, &judge);
            let sent = self.state.borrow().sent;
            let Some(failure) = failure else {
                let unsent = self.state.borrow_mut().unsent.take();
                if let Some(reason) = unsent.as_deref().or(self.session.ended()) {
                    if self.session.budget.may_be_billed(sort.id()) {
                        self.session.budget.hold([sort.id().to_owned()].into());
                    }
                    let detail = format!("not searched to the end, after {sent} requests: {reason}");
                    found.records.push(self.record(sort, &Judgement::not_tried(detail), start));
                    continue;
                }
                let detail = format!("{sent} requests, and nothing to find");
                let judgement = if sent == 0 {
                    Judgement::not_applicable("no such random request was generated")
                } else {
                    Judgement::of(&[], detail)
                };
                found.records.push(self.record(sort, &judgement, start));
                continue;
            };
            let task = failure.case.body[0].clone();
            let record = self.session.finished(failure.record, failure.judgement);
            found.records.push(Record { duration: start.elapsed(), ..record });
            let is_known = self.search.regressions.iter().any(|known| self.same(&known.task, &task));
            if !is_known {
                let seed = self.session.client.settings().seed;
                found.regressions.push(Regression { sort, seed, task });
            }
        }
        found.requests = self.session.client.posts();
        found.throttled = self.session.client.throttled();
        found.traffic = self.session.client.traffic();
        Ok(found)
    }

    /// Draws requests of a sort until one fails, and makes that one smaller.
    fn hunt(&self, sort: RequestClass, judge: &Judge) -> Option<Failure> {
        {
            let mut state = self.state.borrow_mut();
            (state.sent, state.limit, state.failure) = (0, self.search.requests, None);
        }
        let model = self.session.oracle.model();
        for known in self.search.regressions.iter().filter(|known| known.sort == sort) {
            self.state.borrow_mut().limit += 1;
            if !self.holds(sort, judge, known.task.clone()) {
                return self.state.borrow_mut().failure.take();
            }
        }
        let tasks = Tasks::new(model, judge, self.session.client.settings().seed);
        let property = |(task, faults): (Value, Vec<Fault>)| {
            let mut task = tasks.settle(task, &[]);
            if sort == RequestClass::Valid {
                modest(model, &mut task);
            }
            for (path, value) in faults {
                tasks.place(&mut task, &path, value);
            }
            if self.holds(sort, judge, task) { Ok(()) } else { Err(TestCaseError::fail("found")) }
        };
        let _ = self.runner(sort).run(&strategy(model, sort), property);
        self.trim(sort, judge);
        self.state.borrow_mut().failure.take()
    }

    /// Takes members out of the request that failed, one by one, as long as it goes on failing: what was drawn last
    /// is not always what can be made smaller first.
    fn trim(&self, sort: RequestClass, judge: &Judge) {
        let task = {
            let mut state = self.state.borrow_mut();
            let Some(failure) = &state.failure else { return };
            let task = failure.case.body[0].clone();
            if !failure.is_final {
                state.limit = state.sent + TRIMMING;
            }
            task
        };
        let mut paths = Vec::new();
        members(&task, "", &mut paths);
        for path in paths {
            let current = self.state.borrow().failure.as_ref().map(|failure| failure.case.body[0].clone());
            let Some(mut smaller) = current else { return };
            remove(&mut smaller, &path);
            self.holds(sort, judge, smaller);
        }
    }

    fn runner(&self, sort: RequestClass) -> TestRunner {
        let config = Config {
            cases: u32::try_from(self.search.requests.saturating_mul(DRAWN)).unwrap_or(u32::MAX),
            max_shrink_iters: 4 * u32::try_from(SHRINKING).unwrap_or(0),
            failure_persistence: None,
            ..Config::default()
        };
        let part = u8::try_from(sort.faults()).unwrap_or(u8::MAX);
        random::runner(config, self.session.client.settings().seed, part)
    }

    /// Whether what must happen to a task happens. One of another sort, and one beyond the limit, is not sent.
    fn holds(&self, sort: RequestClass, judge: &Judge, mut task: Value) -> bool {
        let identity = self.session.oracle.identity().parameter.clone();
        let place = format!("/{}", identity.replace('.', "/"));
        if judge.task(&task).iter().all(|violation| violation.pointer != place) {
            let seed = self.session.client.settings().seed;
            let number = self.state.borrow().number;
            set(&mut task, &identity, Value::String(uuid(seed, "search", number)));
        }
        let Some(case) = self.case(sort, judge, task) else { return true };
        {
            let mut state = self.state.borrow_mut();
            if state.sent >= state.limit || self.session.ended().is_some() {
                return true;
            }
            (state.sent, state.number) = (state.sent + 1, state.number + 1);
        }
        let mut is_stopped = self.is_stopped.clone();
        let look = async {
            let seen = tokio::select! {
                seen = self.session.observe(&case) => seen?,
                _ = is_stopped.wait_for(|is_stopped| *is_stopped) => return Err("the run was stopped".to_owned()),
            };
            let judgement = self.session.oracle.judge(&case, &seen);
            let redactor = self.session.client.redactor();
            let record = Record::new(&case, Some(&seen), &judgement, Duration::ZERO, redactor);
            let was_taken = seen.outcome.answer().is_some_and(|answer| !answer.data().is_empty());
            Ok((judgement, record, was_taken))
        };
        let (judgement, record, was_taken) = match self.handle.block_on(self.session.rooms.of_case(look)) {
            Ok(looked) => looked,
            // What keeps one from being sent keeps the next from it, too.
            Err(reason) => {
                let mut state = self.state.borrow_mut();
                state.sent -= 1;
                state.limit = state.sent;
                state.unsent.get_or_insert(reason);
                return true;
            }
        };
        if judgement.verdict != Verdict::Fail {
            return true;
        }
        let mut state = self.state.borrow_mut();
        // What was accepted was billed: elsewhere than here, once is enough.
        let is_final = was_taken && !self.is_local;
        let more = if is_final { 0 } else { SHRINKING };
        if state.failure.is_none() {
            state.limit = state.sent + more;
        }
        state.failure = Some(Failure { case, record, judgement, is_final });
        false
    }

    /// The case that a task is, if it is of the sort and about nothing that is known to fail.
    fn case(&self, sort: RequestClass, judge: &Judge, task: Value) -> Option<Case> {
        let model = self.session.oracle.model();
        let mut broken: Vec<String> =
            judge.task(&task).into_iter().map(|violation| violation.constraint).collect();
        broken.sort();
        broken.dedup();
        if broken.len() != sort.faults() {
            return None;
        }
        let known = &self.search.known;
        let parameters = || model.parameters().into_iter().filter(|schema| at_path(&task, &schema.path));
        let is_known = match sort {
            RequestClass::Valid => parameters().any(|schema| known.contains(schema.path.as_str())),
            RequestClass::OneFault | RequestClass::TwoFaults => broken.iter().any(|id| known.contains(id)),
        };
        if is_known {
            return None;
        }
        let level = |id: &String| model.constraint(id).map_or(Level::Unstated, |constraint| constraint.level);
        let weakest = broken.iter().map(level).max();
        let level = weakest.unwrap_or(if is_spelt_oddly(&task) { Level::Unstated } else { Level::Badge });
        let about = match broken.as_slice() {
            [] => "a valid request, drawn at random".to_owned(),
            broken => format!("drawn at random to break {}", broken.join(" and ")),
        };
        let expect = if broken.is_empty() { Expect::Accept } else { Expect::Reject(broken) };
        Some(Case { level, about, expect, body: Value::Array(vec![task]), ..empty(sort) })
    }

    fn record(&self, sort: RequestClass, judgement: &Judgement, start: Instant) -> Record {
        Record::new(&empty(sort), None, judgement, start.elapsed(), self.session.client.redactor())
    }

    /// Whether two tasks are the same, identities aside.
    fn same(&self, one: &Value, other: &Value) -> bool {
        let plain = |task: &Value| {
            let mut task = task.clone();
            remove(&mut task, &self.session.oracle.identity().parameter);
            task
        };
        plain(one) == plain(other)
    }
}

/// The case that stands for a sort where no request does.
#[must_use]
pub fn empty(sort: RequestClass) -> Case {
    Case {
        id: sort.id().to_owned(),
        subject: sort.id().to_owned(),
        parameter: String::new(),
        level: Level::Badge,
        expect: if sort == RequestClass::Valid { Expect::Accept } else { Expect::Reject(Vec::new()) },
        about: String::new(),
        body: Value::Array(Vec::new()),
        obstacle: None,
        wire: Wire::default(),
        with_files: false,
    }
}

fn strategy(model: &Model, sort: RequestClass) -> BoxedStrategy<(Value, Vec<Fault>)> {
    match sort {
        RequestClass::Valid => random::plausible(model).prop_map(|task| (task, Vec::new())).boxed(),
        RequestClass::OneFault | RequestClass::TwoFaults => random::faulty(model, sort.faults()),
    }
}

/// The dotted paths of all members of an object, outer ones first.
fn members(value: &Value, above: &str, paths: &mut Vec<String>) {
    for (name, value) in value.as_object().into_iter().flatten() {
        let path = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        paths.push(path.clone());
        members(value, &path, paths);
    }
}

fn at_path(task: &Value, path: &str) -> bool {
    task.as_object().is_some_and(|task| at(task, path).is_some())
}

/// Whether a task holds a whole number that is written with a decimal point: nobody says whether that is an integer.
fn is_spelt_oddly(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64() && number.as_f64().is_some_and(|float| float.fract() == 0.0),
        Value::Array(items) => items.iter().any(is_spelt_oddly),
        Value::Object(members) => members.values().any(is_spelt_oddly),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

/// Makes a valid task ask for little: few results, no call of strangers, and large images as links.
fn modest(model: &Model, task: &mut Value) {
    for behaviour in &model.behaviours {
        match &behaviour.kind {
            Kind::Count { parameter } => {
                let count = task.as_object().and_then(|task| at(task, parameter)).and_then(Value::as_u64);
                if count.is_some_and(|count| count > 2) {
                    remove(task, parameter);
                }
            }
            Kind::Webhook { parameter } | Kind::Upload { parameter } => remove(task, parameter),
            Kind::Select { parameter, fields } => {
                let form = effective(model, task, parameter).and_then(Value::as_str);
                let field = form.and_then(|form| fields.get(form));
                if field.is_some_and(|field| Form::of_field(field) != Some(Form::Link))
                    && pixels(model, task) > LARGE
                {
                    remove(task, parameter);
                }
            }
            _ => {}
        }
    }
}

/// How large the images of a task are.
fn pixels(model: &Model, task: &Value) -> u64 {
    let side = |name: &String| effective(model, task, name).and_then(Value::as_u64).unwrap_or(u64::MAX);
    let sizes = model.behaviours.iter().filter_map(|behaviour| match &behaviour.kind {
        Kind::Size { width, height } => Some(side(width).saturating_mul(side(height))),
        _ => None,
    });
    sizes.max().unwrap_or(0)
}
