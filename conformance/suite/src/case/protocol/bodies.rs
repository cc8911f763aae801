//! Bodies that are no batch, or no JSON: some of them nearly hold a valid task, which a lenient server carries out.

use super::{Proposal, faulty};
use crate::case::task::{Tasks, pointer};
use crate::case::{Expect, Protocol, Wire};
use airspec_spec::Schema;
use airspec_spec::rule::{Kinds, Rule};
use serde_json::{Value, json};

/// Nesting that no reader of requests needs.
const DEPTH: usize = 5000;

/// All of them.
pub(super) fn cases(tasks: &mut Tasks<'_>) -> Vec<Proposal> {
    let mut all = plain();
    all.extend(with_charset(tasks));
    all.extend(malformed(tasks));
    all.extend(misspelt(tasks));
    all.push(twice(tasks));
    all
}

/// The media type with a parameter is the same media type: a faulty task is refused for its fault.
fn with_charset(tasks: &mut Tasks<'_>) -> Option<Proposal> {
    let task = tasks.cheap();
    let (faulty, broken) = faulty(tasks, &task)?;
    let wire = Wire { media_type: Some("application/json; charset=utf-8"), ..Wire::default() };
    let mut proposal = Proposal::new("a faulty task with a charset", Protocol::Refused, wire);
    proposal.expect = Expect::Reject(vec![broken]);
    Some(proposal.body(json!([faulty])))
}

fn plain() -> Vec<Proposal> {
    let refused =
        |about, bytes: &[u8]| Proposal::new(about, Protocol::Refused, Wire::bytes(bytes)).body(json!([]));
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
        refused("no JSON at all", b"hello"),
        refused("a number in place of the array", b"1"),
        refused("a text in place of the array", br#""imageInference""#),
        refused("null in place of the array", b"null"),
        refused("a number in place of a task", b"[1]"),
        refused("null in place of a task", b"[null]"),
        refused("a list in place of a task", b"[[]]"),
        handled("an empty array", b"[]"),
        handled("deep nesting", nested.as_bytes()),
        typed("as plain text", "text/plain").unstated(),
        typed("as a form", "application/x-www-form-urlencoded").unstated(),
    ]
}

/// Texts that are nearly a batch with a valid task: a lenient server carries it out.
fn malformed(tasks: &mut Tasks<'_>) -> Vec<Proposal> {
    let task = tasks.cheap();
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
        ("a task behind a comment of one line", format!("// a task\n[{text}]")),
        ("a task with bare names", format!("[{}]", bare_names(&text))),
        ("a task in an array of its own", format!("[[{text}]]")),
        ("a task in a member of an object", format!("{{\"tasks\":[{text}]}}")),
        ("a task as a text", format!("[{}]", Value::from(text.as_str()))),
    ]
    .map(|(about, body)| Proposal::new(about, Protocol::Refused, Wire::bytes(body)).body(json!([task])))
    .into()
}

/// The names of an object without quotes, as JavaScript has them.
fn bare_names(text: &str) -> String {
    let Ok(Value::Object(members)) = serde_json::from_str(text) else { return text.to_owned() };
    let members = members.iter().map(|(name, value)| format!("{name}:{value}"));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

/// A valid task with a name that is given twice.
fn twice(tasks: &mut Tasks<'_>) -> Proposal {
    let task = tasks.cheap();
    let text = task.to_string();
    let first = task.as_object().and_then(|members| members.iter().next());
    let again =
        first.map(|(name, value)| format!("{}:{value},", Value::from(name.as_str()))).unwrap_or_default();
    let bytes = format!("[{}]", text.replacen('{', &format!("{{{again}"), 1));
    Proposal::new("a name given twice", Protocol::Handled, Wire::bytes(bytes)).body(json!([task]))
}

/// What is special about a number that no reader keeps.
const BEYOND: &str = "a task with a number beyond all bounds";

/// What stands for the value that is spelt in another way than JSON has.
const MARK: &str = "airspec-mark";

/// Valid tasks with a number or a text that is spelt as JSON does not know it.
fn misspelt(tasks: &mut Tasks<'_>) -> Vec<Proposal> {
    let numbers: [(&str, &[u8]); 5] = [
        (BEYOND, b"1e999999"),
        ("a task with NaN", b"NaN"),
        ("a task with a plus before a number", b"+1024"),
        ("a task with a zero before a number", b"01024"),
        ("a task with a hexadecimal number", b"0x400"),
    ];
    let texts: [(&str, &[u8]); 4] = [
        ("a task with half a surrogate pair", b"\"a \\ud800 text\""),
        ("a task with invalid UTF-8 in a text", b"\"a text \xff\xfe\""),
        ("a task with a line end in a text", b"\"a\ntext\""),
        ("a task with an unknown escape in a text", b"\"a \\q text\""),
    ];
    let mut list = Vec::new();
    for (kind, spellings) in [(Kinds::INTEGER, &numbers[..]), (Kinds::STRING, &texts[..])] {
        let Some((path, plain)) = open_parameter(tasks, kind) else { continue };
        for (about, spelling) in spellings {
            let mut task = plain.clone();
            tasks.identify(&mut task);
            let mut marked = task.clone();
            tasks.place(&mut marked, &path, Some(Value::from(MARK)));
            let text = json!([marked]).to_string();
            let Some((before, after)) = text.split_once(&Value::from(MARK).to_string()) else { continue };
            let bytes = [before.as_bytes(), spelling, after.as_bytes()].concat();
            // JSON sets no bounds to numbers.
            let expect = if *about == BEYOND { Protocol::Handled } else { Protocol::Refused };
            list.push(Proposal::new(about, expect, Wire::bytes(bytes)).body(json!([task])));
        }
    }
    list
}

/// A parameter that takes many values of the kind, one that every task has before others.
fn open_parameter(tasks: &mut Tasks<'_>, kind: Kinds) -> Option<(String, Value)> {
    let is_open = |rule: &Rule| match rule {
        Rule::Const(_) | Rule::Enum(_) | Rule::Format(_) | Rule::Pattern(_) => false,
        rule => !rule.is_composite(),
    };
    let is_fit = |schema: &&Schema| {
        let is_of_kind = schema.kinds() == kind && schema.rules().all(is_open);
        is_of_kind && !schema.path.is_empty() && !schema.path.contains(".items")
    };
    let holds = |path: &str| tasks.plain().pointer(&pointer(path)).is_some();
    let fit: Vec<&Schema> = tasks.model.parameters().into_iter().filter(is_fit).collect();
    if let Some(own) = fit.iter().find(|schema| holds(&schema.path)) {
        return Some((own.path.to_string(), tasks.cheap()));
    }
    // That a valid task has it, so that nothing but the spelling is wrong.
    fit.into_iter().find_map(|schema| {
        let value = tasks.legal(schema).into_iter().next()?;
        let task = tasks.valid_with(&schema.path, &value)?;
        Some((schema.path.to_string(), tasks.cheaply(task)))
    })
}
