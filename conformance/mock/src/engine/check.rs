//! A request checked without a server: what it breaks, and the errors that the API answers it with.

use super::{Engine, violations};
use crate::capacity::MAX_TASK_ERRORS;
use crate::problem::Problem;
use crate::protocol::{kind, name};
use crate::state::violations::RequestViolation;
use crate::steps::judge::{self, Taken};
use crate::steps::{admit, poll};
use serde_json::Value;

/// What [`Engine::check`] has found.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// The elements of the batch; none where the body is no batch.
    pub batch: Vec<Value>,
    /// What is wrong, in the order of the batch.
    pub violations: Vec<RequestViolation>,
    /// The error objects of an answer that says so.
    pub errors: Vec<Value>,
    /// The places of the elements that something is wrong with.
    pub wrong: Vec<usize>,
}

impl Engine {
    /// What a request breaks, and the errors that the API answers it with. Nothing is executed or remembered, and faults
    /// make no difference. Tasks that are not covered are left out, and so are tasks of models that are not mocked.
    #[must_use]
    pub fn check(&self, body: &[u8], is_covered: impl Fn(&Value) -> bool) -> Checked {
        let batch = match admit::batch(body, &self.settings) {
            Ok(batch) => batch,
            Err(problem) => {
                let mut checked = Checked::default();
                checked.add(None, violations::BODY, problem);
                return checked;
            }
        };
        let (mut checked, mut taken) = (Checked::default(), Taken::default());
        for (place, task) in batch.iter().enumerate() {
            match task.get(name::TASK_TYPE).and_then(Value::as_str) {
                Some(kind::AUTHENTICATION | kind::PING) => {}
                Some(kind::POLL) => {
                    for problem in poll::asked(task).err().into_iter().flatten() {
                        checked.add(Some(place), violations::POLL, problem);
                    }
                }
                _ if !is_covered(task) => {}
                _ => {
                    if let Ok(engine) = self.of_task(task) {
                        engine.check_task((place, task), &mut taken, &mut checked);
                    }
                }
            }
        }
        checked.batch = batch;
        checked
    }

    fn check_task(&self, (place, task): (usize, &Value), taken: &mut Taken, checked: &mut Checked) {
        let mut found = judge::violations(&self.judge, task);
        let key = judge::identifier(self.view(task), &self.index).map(judge::key);
        if key.as_ref().is_some_and(|key| taken.all.contains(key)) {
            found.extend(self.model.unique().map(judge::repeated));
        }
        taken.add(key);
        if found.is_empty() {
            return;
        }
        checked.wrong.push(place);
        let problems = judge::explain(&self.explainer, task, &found, MAX_TASK_ERRORS, |_| ());
        checked.errors.extend(problems.into_iter().map(|problem| Value::Object(problem.object)));
        let shown = found.iter().take(MAX_TASK_ERRORS);
        checked.violations.extend(shown.map(|violation| self.broken(place, violation, false)));
    }
}

impl Checked {
    fn add(&mut self, place: Option<usize>, rule: &str, problem: Problem) {
        self.wrong.extend(place);
        self.violations.push(violations::no_task(place, rule, &problem));
        self.errors.push(Value::Object(problem.object));
    }
}
