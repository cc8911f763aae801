//! Cases of the platform: keys, bodies that are no batch, other paths and methods, polls. They are the same for all
//! models; a valid task of the model is in them where one is needed.

mod bodies;

use super::behave::NO_PARAMETER;
use super::constraint::slug;
use super::task::Tasks;
use super::{Case, Cases, Credential, Expect, Protocol, Wire};
use crate::protocol::{GET_RESPONSE, PING, TASK_TYPE, TASK_UUID};
use airspec_spec::{Level, ProtocolRule, protocol_rules};
use serde_json::{Value, json};

/// Adds the cases, for models whose tasks have an identity.
pub(super) fn cases(tasks: &mut Tasks<'_>, out: &mut Cases) {
    let base = tasks.base();
    let is_usable = tasks.model.unique().is_some() && tasks.judge(&base).is_empty();
    if !is_usable {
        return;
    }
    for rule in protocol_rules() {
        let proposals = match rule.id.as_str() {
            "protocol.key" => keys(),
            "protocol.authentication" => authentication(),
            "protocol.body" => bodies::cases(tasks),
            "protocol.endpoint" => endpoints(),
            "protocol.batch" => batches(tasks),
            "protocol.poll" => polls(tasks),
            "protocol.identity" => identity(tasks),
            "protocol.ping" => ping(),
            _ => Vec::new(),
        };
        for proposal in proposals {
            let body = proposal.body.unwrap_or_else(|| json!([tasks.cheap()]));
            out.cases.push(case(&rule, proposal.about, proposal.expect, proposal.level, proposal.wire, body));
        }
    }
}

/// A case of a rule, before it has a body.
#[derive(Clone)]
struct Proposal {
    about: &'static str,
    expect: Expect,
    /// Less firm than the rule, where the rule does not say it of this case.
    level: Level,
    wire: Wire,
    /// None for a valid task.
    body: Option<Value>,
}

impl Proposal {
    fn new(about: &'static str, expect: Protocol, wire: Wire) -> Self {
        Self { about, expect: Expect::Protocol(expect), level: Level::Badge, wire, body: None }
    }

    /// What no source states.
    fn unstated(self) -> Self {
        Self { level: Level::Unstated, ..self }
    }

    fn body(self, body: Value) -> Self {
        Self { body: Some(body), ..self }
    }
}

fn case(rule: &ProtocolRule, about: &str, expect: Expect, level: Level, wire: Wire, body: Value) -> Case {
    Case {
        id: format!("{}.{}.{}", rule.id, expect.word(), slug(about)),
        subject: rule.id.clone(),
        parameter: String::new(),
        level: rule.level.max(level),
        expect,
        about: about.to_owned(),
        body,
        obstacle: None,
        wire,
        with_files: false,
    }
}

fn keys() -> Vec<Proposal> {
    let refused = |about, credential| Proposal::new(about, Protocol::Unauthorized, Wire::with(credential));
    vec![
        refused("no key", Credential::None),
        refused("an empty key", Credential::Empty),
        refused("a wrong key", Credential::Wrong),
        refused("the scheme Basic", Credential::Basic),
        refused("the key in other letter case", Credential::OtherCase),
        refused("the key without its end", Credential::Part),
        refused("the key and more", Credential::Longer),
        refused("a key without a scheme", Credential::Bare).unstated(),
    ]
}

fn authentication() -> Vec<Proposal> {
    let refused = |about, credential| Proposal::new(about, Protocol::Unauthorized, Wire::with(credential));
    let mut accepted = refused("the key in a task that comes first", Credential::Task);
    accepted.expect = Expect::Accept;
    let mut alone = refused("the key in a task that comes alone", Credential::Task).body(json!([]));
    alone.expect = Expect::Protocol(Protocol::NoResults);
    let mut open =
        refused("an unknown name in a task that comes alone", Credential::OpenTask).body(json!([]));
    open.expect = Expect::Protocol(Protocol::Refused);
    vec![
        accepted,
        alone,
        open,
        refused("the key in a task that comes last", Credential::LastTask),
        refused("a wrong key in a task that comes first", Credential::WrongTask),
        refused("a task without a key that comes first", Credential::EmptyTask),
    ]
}

fn endpoints() -> Vec<Proposal> {
    let path = |about, suffix| {
        let wire = Wire { suffix: Some(suffix), ..Wire::default() };
        Proposal::new(about, Protocol::NotFound, wire)
    };
    let method = |about, method| {
        let wire = Wire { method: Some(method), ..Wire::default() };
        Proposal::new(about, Protocol::NotFound, wire)
    };
    let get = Wire { method: Some("GET"), ..Wire::default() };
    let other_case = Wire { other_case: true, ..Wire::default() };
    vec![
        path("an unknown path", "/airspec-no-such-path"),
        Proposal::new("the path in other letter case", Protocol::NotFound, other_case),
        Proposal::new("the method GET", Protocol::NotTaken, get),
        method("the method PUT", "PUT"),
        method("the method PATCH", "PATCH"),
        method("the method DELETE", "DELETE"),
    ]
}

/// A poll beside a task: both are answered.
fn batches(tasks: &mut Tasks<'_>) -> Vec<Proposal> {
    let (task, unknown) = (tasks.cheap(), unknown(tasks));
    let poll = json!({TASK_TYPE: GET_RESPONSE, TASK_UUID: unknown});
    // The answer to the poll may be an error, and the status of such an answer is left open.
    let beside = Proposal::new("a poll beside a task", Protocol::Handled, Wire::default());
    vec![beside.body(json!([task, poll]))]
}

/// The identifier of a task that was never sent.
fn unknown(tasks: &mut Tasks<'_>) -> Value {
    let name = tasks.model.unique().map(|constraint| constraint.parameter.to_string()).unwrap_or_default();
    let id = tasks.base()[&name].take();
    if id.is_null() { json!("5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63") } else { id }
}

fn polls(tasks: &mut Tasks<'_>) -> Vec<Proposal> {
    let poll = |about, expect, body| Proposal::new(about, expect, Wire::default()).body(body);
    let unknown = unknown(tasks);
    vec![
        poll("without an identifier", Protocol::Refused, json!([{TASK_TYPE: GET_RESPONSE}])),
        poll(
            "for a task that was never sent",
            Protocol::NoResults,
            json!([{TASK_TYPE: GET_RESPONSE, TASK_UUID: unknown}]),
        ),
    ]
}

/// The task with a name that nothing has, and what that breaks.
fn faulty(tasks: &Tasks<'_>, task: &Value) -> Option<(Value, String)> {
    let mut faulty = task.clone();
    faulty[NO_PARAMETER] = json!(1);
    let broken = tasks.judge(&faulty).into_iter().next()?;
    Some((faulty, broken.constraint))
}

/// A task is refused, and then sent without its fault under the same identifier.
fn identity(tasks: &mut Tasks<'_>) -> Vec<Proposal> {
    let task = tasks.cheap();
    let Some((faulty, _)) = faulty(tasks, &task) else { return Vec::new() };
    let wire = Wire { before: Some(json!([faulty])), ..Wire::default() };
    let mut proposal = Proposal::new("the identifier of a refused task", Protocol::Handled, wire);
    proposal.expect = Expect::Accept;
    vec![proposal.body(json!([task]))]
}

fn ping() -> Vec<Proposal> {
    let wire = Wire { ping: true, ..Wire::default() };
    let body = json!([{"taskType": PING, PING: true}]);
    vec![Proposal::new("a sign of life", Protocol::Pong, wire).body(body)]
}

#[cfg(test)]
mod tests {
    use super::super::derive;
    use airspec_spec::protocol_rules;

    #[test]
    fn every_rule_of_the_protocol_has_a_case() {
        let (name, text) = ("gpt-image.json", include_str!("../../../../spec/tests/specs/gpt-image.json"));
        let model = airspec_spec::read(&airspec_spec::Source::new(name, text)).unwrap();
        let cases = derive(&model, 1).unwrap().cases;
        for rule in protocol_rules() {
            assert!(cases.iter().any(|case| case.subject == rule.id), "{}", rule.id);
        }
    }
}
