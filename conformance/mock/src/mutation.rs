//! Deliberate faults, as changes around the four steps: to what a request means, to verdicts, to results, to the answer.
//!
//! Each is derived from the spec, breaks one constraint or one behaviour, and nothing else.
//!
//! | Id | The mock … | File |
//! |---|---|---|
//! | `accept:<constraint>` | accepts what breaks the constraint | `accept` |
//! | `refuse:<constraint>` | refuses some of what keeps it, in the name of the constraint | `refuse` |
//! | `refuse:<constraint>:<n>` | refuses what the n-th of its values or alternatives admits | `refuse` |
//! | `misread:<constraint>:<mutation>` | checks the constraint with that mistake, such as a length in bytes | `misread` |
//! | `blame:<constraint>` | names another parameter when the constraint is broken | `blame` |
//! | `answer:<behaviour>:<mutation>` | answers valid requests wrongly in that way | `answer` |
//! | `error:<mutation>` | words refusals wrongly in that way, whatever they are about | `error` |
//! | `protocol:<mutation>` | handles keys, bodies, paths or polls wrongly, whatever the model | `protocol` |
//! | `context:<constraint>:<context>` | does not check the constraint in that context | `context` |
//! | `pair:<a>:<b>` | refuses two parameters together, or two values, that are legal | `context` |
//! | `state:<mutation>` | lets earlier requests or other tasks make a difference | `state` |
//! | `conversation:<mutation>` | is wrong over several exchanges: polls, downloads, webhooks, uploads | `conversation` |

mod accept;
mod answer;
mod blame;
mod catalogue;
mod context;
mod conversation;
mod error;
mod misread;
mod protocol;
mod refuse;
mod state;

pub(crate) use catalogue::all;
pub use catalogue::{Fault, UnknownFault};
pub use conversation::LARGE_SIDE;

use crate::answer::Answer;
use crate::explain::Explanation;
use crate::item::Item;
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::protocol::Incoming;
use crate::seeded_rng::SeededRng;
use crate::settings::Settings;
use crate::steps::execute::Execution;
use crate::steps::judge::{Conflict, Taken};
use crate::steps::plan::Plan;
use crate::task_view::{Defaults, TaskView};
use accept::Accept;
use airspec_judge::{Judge, Violation};
use airspec_spec::{Model, Schema};
use answer::MutatedBehaviour;
use blame::Blame;
use catalogue::Selected;
use context::{Pair, Unchecked};
use conversation::ConversationMutations;
use error::ErrorMutation;
use misread::Misread;
use protocol::ProtocolMutations;
use refuse::Refuse;
use serde_json::Value;
use state::StateMutations;

/// The faults that a mock has. Without any, every method leaves what it is given as it is.
#[derive(Debug)]
pub(crate) struct Mutations {
    accept: Accept,
    refuse: Vec<Refuse>,
    misread: Vec<Misread>,
    blame: Blame,
    answer: Vec<MutatedBehaviour>,
    error: Vec<ErrorMutation>,
    protocol: ProtocolMutations,
    unchecked: Vec<Unchecked>,
    pairs: Vec<Pair>,
    state: StateMutations,
    conversation: ConversationMutations,
    /// An identifier that no task has.
    stranger: String,
    rng: SeededRng,
}

impl Mutations {
    /// The mutations of those ids.
    pub(crate) fn read(model: &Model, ids: &[String], rng: SeededRng) -> Result<Self, UnknownFault> {
        let mut mutations = Self {
            accept: Accept::default(),
            refuse: Vec::new(),
            misread: Vec::new(),
            blame: Blame::of(model),
            answer: Vec::new(),
            error: Vec::new(),
            protocol: ProtocolMutations::default(),
            unchecked: Vec::new(),
            pairs: Vec::new(),
            state: StateMutations::default(),
            conversation: ConversationMutations::of(model, rng),
            stranger: rng.uuid("stranger", 0).to_string(),
            rng,
        };
        for id in ids {
            match catalogue::read(model, id)? {
                Selected::Accept(id) => mutations.accept.add(id),
                Selected::Refuse(id, number) => mutations.refuse.extend(Refuse::new(model, &id, number)),
                Selected::Misread(id, mutation) => {
                    mutations.misread.extend(Misread::new(model, &id, mutation));
                }
                Selected::Blame(id) => mutations.blame.add(id),
                Selected::Answer(place, mutation) => {
                    mutations.answer.extend(MutatedBehaviour::new(model, place, mutation));
                }
                Selected::Error(mutation) => mutations.error.push(mutation),
                Selected::Protocol(mutation) => mutations.protocol.add(mutation),
                Selected::Context(unchecked) => mutations.unchecked.push(unchecked),
                Selected::Pair(pair) => mutations.pairs.push(pair),
                Selected::State(mutation) => mutations.state.add(mutation),
                Selected::Conversation(mutation) => mutations.conversation.add(mutation),
            }
        }
        answer::order(&mut mutations.answer);
        Ok(mutations)
    }

    /// Before all steps: the defaults that tasks are read with.
    pub(crate) fn on_defaults(&self, defaults: &mut Defaults) {
        self.answer.iter().for_each(|mutation| mutation.on_defaults(defaults));
    }

    /// Before admission: whether a request posts tasks, given whether its path is that of the endpoint, or of nothing.
    pub(crate) fn takes(&self, request: &Incoming, is_endpoint: bool, is_unknown: bool) -> bool {
        self.protocol.takes(request, is_endpoint, is_unknown)
    }

    /// While admitting: the batch that a body is read as.
    pub(crate) fn on_read(&self, body: &[u8], settings: &Settings, batch: &mut Result<Vec<Value>, Problem>) {
        self.protocol.on_read(body, settings, batch);
    }

    /// While admitting: the keys of a request.
    pub(crate) fn on_keys(
        &self,
        request: &Incoming,
        batch: &[Value],
        keys: Result<Vec<String>, Problem>,
    ) -> Result<Vec<String>, Problem> {
        self.protocol.on_keys(request, batch, keys)
    }

    /// After executing: the outcome of an authentication task.
    pub(crate) fn on_authentication(&self, task: &Value, outcome: &mut Outcome) {
        self.protocol.on_authentication(task, outcome);
    }

    /// Before judging: the key that a task is told apart by, given the identifier as it was sent.
    pub(crate) fn on_key(&self, identifier: &str, key: &mut String) {
        self.misread.iter().for_each(|mutation| mutation.on_key(identifier, key));
    }

    /// While judging: what a task breaks, other tasks aside.
    pub(crate) fn on_violations(&self, judge: &Judge, view: TaskView<'_>, violations: &mut Vec<Violation>) {
        for mutation in &self.misread {
            *violations = mutation.violations(judge, view.task, std::mem::take(violations));
        }
        self.refuse.iter().for_each(|mutation| mutation.on_violations(view.task, violations));
        self.answer.iter().for_each(|mutation| mutation.on_violations(view, violations));
        self.pairs.iter().for_each(|pair| pair.on_violations(view, violations));
    }

    /// While judging: whether another task has the identifier.
    pub(crate) fn on_conflict(&self, key: &str, taken: &Taken, conflict: &mut Conflict) {
        self.misread.iter().for_each(|mutation| mutation.on_conflict(key, taken, conflict));
        self.refuse.iter().for_each(|mutation| mutation.on_conflict(taken, conflict));
        self.protocol.on_conflict(key, conflict);
        self.conversation.on_conflict(key, conflict);
    }

    /// After judging: the whole verdict on the task at that place of its batch.
    pub(crate) fn on_verdict(
        &self,
        place: usize,
        view: TaskView<'_>,
        key: Option<&str>,
        violations: &mut Vec<Violation>,
    ) {
        self.accept.on_verdict(violations);
        self.unchecked.iter().for_each(|unchecked| unchecked.on_verdict(view, violations));
        self.state.on_verdict(place, violations);
        if !violations.is_empty() {
            self.protocol.on_refused(key);
        }
    }

    /// After judging: how the verdict is explained.
    pub(crate) fn on_explanations(&self, explanations: &mut [Explanation]) {
        self.blame.on_explanations(explanations);
    }

    /// Before executing: the task as it is executed, where that is not as it was sent.
    pub(crate) fn executed_task(&self, account: u64, task: &Value) -> Option<Value> {
        let read = self.misread.iter().find_map(|mutation| mutation.executed_task(task));
        let kept = self.state.executed_task(account, read.as_ref().unwrap_or(task));
        kept.or(read)
    }

    /// While executing: what results a task is to have.
    pub(crate) fn on_plan(&self, view: TaskView<'_>, plan: &mut Plan) {
        self.answer.iter().for_each(|mutation| mutation.on_plan(view, plan));
        self.conversation.on_plan(view, plan);
    }

    /// While executing: the results. `identity` differs between any two tasks.
    pub(crate) fn on_results(&self, identity: u64, items: &mut [Item]) {
        let stranger = || self.rng.uuid("stranger", identity).to_string();
        self.answer.iter().for_each(|mutation| mutation.on_results(&stranger, items));
        self.conversation.on_results(items);
    }

    /// While executing: what is remembered and sent elsewhere.
    pub(crate) fn on_execution(&self, view: TaskView<'_>, execution: &mut Execution) {
        self.accept.on_execution(execution);
        self.conversation.on_execution(view, execution);
        self.answer.iter().for_each(|mutation| mutation.on_execution(&self.stranger, execution));
    }

    /// After executing: what a deferred task is answered at once.
    pub(crate) fn on_acknowledgement(&self, view: TaskView<'_>, outcome: &mut Outcome) {
        self.conversation.on_acknowledgement(view, outcome);
    }

    /// After executing a poll: the results so far, of results with that schema.
    pub(crate) fn on_poll(&self, result: Option<&Schema>, items: &mut [Item]) {
        self.answer.iter().for_each(|mutation| mutation.on_poll(result, items));
    }

    /// After executing a poll of the task with that key: results and errors, also where the poll is refused.
    pub(crate) fn on_polled(&self, poll: &Value, key: Option<&str>, outcome: &mut Outcome) {
        self.protocol.on_polled(poll, outcome);
        if let Some(key) = key {
            self.conversation.on_polled(key, outcome);
        }
    }

    /// After executing: the outcomes of all tasks of a batch, in order.
    pub(crate) fn on_outcomes(&self, outcomes: &mut [Outcome]) {
        self.state.on_outcomes(outcomes);
    }

    /// After executing: the outcome of one task of a batch.
    pub(crate) fn on_outcome(&self, batch: &[Value], task: &Value, outcome: &mut Outcome) {
        for mutation in &self.error {
            mutation.on_outcome(batch, task, &self.stranger, outcome);
        }
    }

    /// Before responding: the outcome of the whole batch.
    pub(crate) fn on_batch(&self, outcome: &mut Outcome) {
        self.error.iter().for_each(|mutation| mutation.on_batch(outcome));
    }

    /// Before responding: the status of the answer.
    pub(crate) fn on_status(&self, outcome: &Outcome, status: &mut u16) {
        self.conversation.on_status(outcome, status);
    }

    /// While responding: the source of the body, once status and log are final.
    pub(crate) fn on_body(&self, outcome: &mut Outcome) {
        self.error.iter().for_each(|mutation| mutation.on_body(outcome));
    }

    /// The answer to a download, where it is another one than the file; `refuse` makes it.
    pub(crate) fn on_file(&self, name: &str, refuse: impl FnOnce(&Problem) -> Answer) -> Option<Answer> {
        self.conversation.on_file(name, refuse)
    }

    /// After responding: the answer to any request, and whether it is one that posts tasks.
    pub(crate) fn on_reply(&self, is_batch: bool, answer: &mut Answer) {
        self.protocol.on_reply(answer);
        if is_batch {
            self.state.on_reply(answer);
        }
    }

    /// After responding: the answer to a batch, and whether every task of it is refused.
    pub(crate) fn on_answer(&self, is_refused: bool, answer: &mut Answer) {
        self.error.iter().for_each(|mutation| mutation.on_answer(is_refused, answer));
    }
}
