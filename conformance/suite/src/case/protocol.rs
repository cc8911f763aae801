//! Cases of the platform: keys, bodies that are no batch, other paths and methods, polls. They are the same for all
//! models; a valid task of the model is in them where one is needed.

use super::constraint::slug;
use super::task::Tasks;
use super::{Case, Cases, Credential, Expect, Protocol, Wire};
use crate::oracle::protocol::PING;
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
            "protocol.body" => [bodies(), malformed(tasks)].concat(),
            "protocol.endpoint" => endpoints(),
            "protocol.poll" => polls(tasks),
            "protocol.identity" => identity(tasks),
            "protocol.ping" => ping(),
            _ => Vec::new(),
        };
        for proposal in proposals {
            let body = proposal.body.unwrap_or_else(|| json!([tasks.base()]));
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
        refused("a key without a scheme", Credential::Bare).unstated(),
    ]
}

fn authentication() -> Vec<Proposal> {
    let refused = |about, credential| Proposal::new(about, Protocol::Unauthorized, Wire::with(credential));
    let mut accepted = refused("the key in a task that comes first", Credential::Task);
    accepted.expect = Expect::Accept;
    let mut alone = refused("the key in a task that comes alone", Credential::Task).body(json!([]));
    alone.expect = Expect::Protocol(Protocol::NoResults);
    vec![
        accepted,
        alone,
        refused("a wrong key in a task that comes first", Credential::WrongTask),
        refused("a task without a key that comes first", Credential::EmptyTask),
    ]
}

/// Nesting that no reader of requests needs.
const DEPTH: usize = 5000;

fn bodies() -> Vec<Proposal> {
    let refused = |about, bytes: &[u8]| {
        Proposal::new(about, Protocol::Refused, Wire::bytes(bytes)).body(found_in(bytes))
    };
    let handled = |about, bytes: &[u8]| Proposal {
        expect: Expect::Protocol(Protocol::Handled),
        ..refused(about, bytes)
    };
    let typed = |about, media_type| {
        let wire = Wire { media_type: Some(media_type), ..Wire::default() };
        Proposal::new(about, Protocol::Handled, wire)
    };
    let nested = "[".repeat(DEPTH) + &"]".repeat(DEPTH);
    vec![
        refused("an empty body", b""),
        refused("a body cut off", br#"[{"taskType":"imageInference","#),
        refused("single quotes", b"[{'taskType':'imageInference'}]"),
        refused("no JSON at all", b"hello"),
        refused("text after the array", br#"[{"taskType":"imageInference"}] and more"#),
        refused("a trailing comma", br#"[{"taskType":"imageInference",}]"#),
        refused("invalid UTF-8", b"[{\"taskType\":\"image\xff\xfeInference\"}]"),
        refused("half a surrogate pair", br#"[{"taskType":"\ud800"}]"#),
        refused("a number in place of the array", b"1"),
        refused("a text in place of the array", br#""imageInference""#),
        refused("null in place of the array", b"null"),
        refused("a number in place of a task", b"[1]"),
        refused("null in place of a task", b"[null]"),
        refused("a list in place of a task", b"[[]]"),
        handled("a number beyond all bounds", br#"[{"taskType":"imageInference","width":1e999999}]"#),
        handled("a name given twice", br#"[{"taskType":"imageInference","taskType":"imageInference"}]"#),
        handled("deep nesting", nested.as_bytes()),
        typed("as plain text", "text/plain").unstated(),
        typed("as a form", "application/x-www-form-urlencoded").unstated(),
    ]
}

/// Texts that are nearly a batch with a valid task: a lenient server carries it out.
fn malformed(tasks: &mut Tasks<'_>) -> Vec<Proposal> {
    let task = tasks.base();
    let text = task.to_string();
    let open = text.strip_suffix('}').unwrap_or(&text);
    [
        ("a task and no closing bracket", format!("[{text}")),
        ("a task and no closing brace", format!("[{open}")),
        ("a task and text after the array", format!("[{text}] and more")),
        ("a task and a second array", format!("[{text}][{text}]")),
        ("a task and a trailing comma", format!("[{text},]")),
        ("a task with a trailing comma", format!("[{open},}}]")),
        ("a task in single quotes", format!("[{}]", text.replace('"', "'"))),
        ("a task behind a comment", format!("/* a task */ [{text}]")),
        ("a task in an array of its own", format!("[[{text}]]")),
        ("a task in a member of an object", format!("{{\"tasks\":[{text}]}}")),
        ("a task as a text", format!("[{}]", Value::from(text.as_str()))),
    ]
    .map(|(about, body)| Proposal::new(about, Protocol::Refused, Wire::bytes(body)).body(json!([task])))
    .into()
}

/// The tasks that a lenient server may find in a text, for what they may cost.
fn found_in(bytes: &[u8]) -> Value {
    let has_task = String::from_utf8_lossy(bytes).contains("taskType");
    serde_json::from_slice(bytes)
        .unwrap_or_else(|_| if has_task { json!([{"taskType": "imageInference"}]) } else { json!([]) })
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
    vec![
        path("an unknown path", "/airspec-no-such-path"),
        method("the method PUT", "PUT"),
        method("the method PATCH", "PATCH"),
        method("the method DELETE", "DELETE"),
    ]
}

fn polls(tasks: &mut Tasks<'_>) -> Vec<Proposal> {
    let poll = |about, expect, body| Proposal::new(about, expect, Wire::default()).body(body);
    let identity =
        tasks.model.unique().map(|constraint| constraint.parameter.to_string()).unwrap_or_default();
    let mut unknown = tasks.base()[&identity].clone();
    if unknown.is_null() {
        unknown = json!("5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63");
    }
    vec![
        poll("without an identifier", Protocol::Refused, json!([{"taskType": "getResponse"}])),
        poll(
            "for a task that was never sent",
            Protocol::NoResults,
            json!([{"taskType": "getResponse", "taskUUID": unknown}]),
        ),
    ]
}

/// A task is refused, and then sent without its fault under the same identifier.
fn identity(tasks: &mut Tasks<'_>) -> Vec<Proposal> {
    let task = tasks.base();
    let mut faulty = task.clone();
    faulty["airspecNoSuchParameter"] = json!(1);
    if tasks.judge(&faulty).is_empty() {
        return Vec::new();
    }
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
        let (name, text) = airspec_spec::documents()[0];
        let model = airspec_spec::read(&airspec_spec::Source::new(name, text)).unwrap();
        let cases = derive(&model, 1).unwrap().cases;
        for rule in protocol_rules() {
            assert!(cases.iter().any(|case| case.subject == rule.id), "{}", rule.id);
        }
    }
}
