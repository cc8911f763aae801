//! Runs every command of every document as a reader would: line by line, in a folder that has the files that the lines
//! name, with a mock server on this machine in place of each server.
//!
//! Lines that are not run, or run shorter than they are written, are listed with a reason.
#![cfg(unix)]

#[path = "../../src/documents/lines.rs"]
mod lines;
#[allow(dead_code, reason = "each test uses a part")]
#[path = "../../../conformance/tests/support/provider.rs"]
mod provider;
mod recipe;
mod release;
mod sandbox;
#[path = "../support/mod.rs"]
mod support;

use lines::{Line, commands, documents, name, read, shell_lines};
use sandbox::{Fixture, Sandbox, help};
use std::collections::BTreeSet;
use std::sync::Mutex;

/// Lines that are only parsed (`xtask/src/documents.rs`): how they begin, and why.
const PARSED_ONLY: [(&str, &str); 17] = [
    ("AIRSPEC_PAIRS=2000 cargo test", "is a test that runs with fewer pairs by default"),
    ("cargo test --workspace", "includes this test"),
    ("cargo install --locked --path conformance", "compiles for minutes"),
    ("cargo install cargo-fuzz", "downloads a program"),
    ("cargo doc --open", "opens a browser; `.ci/run` builds the documentation"),
    ("cargo deny", "may not be installed; `.ci/run` runs it if it is"),
    ("rustup toolchain install", "downloads a toolchain"),
    ("kubectl", "needs a cluster; the scripts of the recipe run"),
    ("cargo +1.89", "needs that toolchain"),
    ("cargo publish", "needs a registry"),
    ("cargo run --example", "conformance/tests/examples.rs runs every example"),
    ("cargo xtask bench", "measures for many minutes"),
    ("cargo xtask differential", "compiles a program, for minutes"),
    ("cargo xtask fuzz", "needs cargo-fuzz, and takes many minutes"),
    ("cargo xtask interop", "downloads packages; `.ci/run` runs it"),
    ("cargo xtask catalogue", "needs a release build and minutes"),
    ("cargo xtask browse", "needs a browser; `.ci/run` runs it"),
];

/// Lines that run the whole suite. Other runs get the flag `--case 'width.*'`: they test flags.
const WHOLE: [(&str, &str); 6] = [
    ("README.md", "airspec conformance --target http://127.0.0.1:8080/v1 --report report"),
    (
        "CONTRIBUTING.md",
        "cargo xtask conformance --target http://127.0.0.1:8080/v1 --seed 7 --strict --fix --deviations \
         conformance/deviations/live-api.txt",
    ),
    (
        "docs/src/how-to/test-a-server.md",
        "airspec conformance --target http://127.0.0.1:8080/v1 --seed 7 --report report",
    ),
    (
        "docs/src/how-to/test-a-server.md",
        "airspec conformance --target https://api.runware.ai/v1 --max-cost 30 --report paid",
    ),
    (
        "docs/src/how-to/test-a-server.md",
        "airspec conformance --target https://api.runware.ai/v1 --max-cost 30 --resume paid --report paid",
    ),
    (
        "docs/src/how-to/test-a-server.md",
        "airspec conformance --compare https://gateway.example/v1 https://api.runware.ai/v1 --max-cost 40",
    ),
];

/// Lines that run shorter than they are written: a kill matrix takes minutes in a build for tests.
const SHORTER: [(&str, &str); 6] = [
    ("cargo xtask faults", "cargo xtask faults --fault 'accept:ttl.minimum' --seeds 1"),
    (
        "cargo xtask faults --fault 'misread:*' --seeds 1",
        "cargo xtask faults --fault 'misread:ttl.minimum:*' --seeds 1",
    ),
    (
        "cargo xtask faults --spec FILE --report DIR",
        "cargo xtask faults --fault 'accept:ttl.minimum' --seeds 1 --spec FILE --report DIR",
    ),
    ("airspec faults --fault 'accept:*' --seeds 1", "airspec faults --fault 'accept:ttl.minimum' --seeds 1"),
    ("airspec faults --report kills", "airspec faults --fault 'accept:ttl.minimum' --seeds 1 --report kills"),
    (
        "airspec faults --fault 'accept:*' --seeds 1 --report kills",
        "airspec faults --fault 'accept:ttl.minimum' --seeds 1 --report kills",
    ),
];

/// Lines that end with code 1, because they show something that is wrong.
const VIOLATED: [(&str, &str); 12] = [
    ("airspec --help", "airspec validate request.json wrong.json"),
    ("airspec --help", "airspec validate --lines --format lines - < values.jsonl"),
    ("airspec --help", "airspec validate values.jsonl > verdicts.jsonl"),
    ("airspec --help", "airspec validate --spec my-model.json request.json"),
    ("README.md", "airspec validate docs/examples/wrong.json"),
    ("docs/src/how-to/check-a-request.md", "airspec validate wrong.json"),
    ("docs/src/how-to/coding-agents.md", "airspec validate --format lines docs/examples/wrong.json"),
    ("docs/src/how-to/run-in-ci.md", "airspec validate --format github docs/examples/wrong.json"),
    ("docs/src/how-to/run-in-ci.md", "airspec validate --format sarif docs/examples/wrong.json"),
    ("docs/src/how-to/check-a-request.md", "airspec validate values.jsonl > verdicts.jsonl"),
    (
        "docs/src/how-to/test-a-server.md",
        "airspec conformance --target http://127.0.0.1:8080/v1 --seed 7 --report report",
    ),
    (
        "docs/src/how-to/test-a-server.md",
        "airspec conformance --target http://127.0.0.1:8080/v1 --case 'width.*' --seed 7",
    ),
];

/// A line without its comment.
fn bare(line: &Line) -> &str {
    line.text.split(" #").next().unwrap_or_default().trim()
}

/// Flags with which the suite sends less than all of it.
const PARTS: [&str; 5] = ["--case", "--list", "--plan", "--shard", "--help"];

/// Whether a line calls that command of ours without any of the flags.
fn calls(line: &Line, command: &str, flags: &[&str]) -> bool {
    commands(line).iter().any(|words| {
        let has = |wanted: &str| words.iter().any(|word| word == wanted);
        has(command) && !flags.iter().any(|flag| has(flag))
    })
}

/// The results of the lines of all documents.
#[derive(Default)]
struct Results {
    run: usize,
    wrong: Vec<String>,
    /// The entries of the lists above that were met.
    used: BTreeSet<(&'static str, &'static str)>,
}

/// Runs the lines of one document in turn.
fn run_lines(fixture: &Fixture, lines: &[Line], results: &Mutex<Results>) {
    let mut sandbox = Sandbox::new(fixture);
    for line in lines {
        let text = bare(line);
        if let Some(entry) = PARSED_ONLY.iter().find(|(begin, _)| text.starts_with(begin)) {
            results.lock().unwrap().used.insert(*entry);
            continue;
        }
        let shorter = SHORTER.iter().find(|(long, _)| *long == text);
        let violated = VIOLATED.iter().find(|entry| **entry == (line.document.as_str(), text));
        let written = shorter.map_or(text, |(_, short)| short);
        let whole = WHOLE.iter().find(|entry| **entry == (line.document.as_str(), text));
        // A proxy with a command ends with it.
        let outcome = if calls(line, "mock", &["--list-faults"]) || calls(line, "proxy", &["--", "--help"]) {
            sandbox.serve(written)
        } else {
            let is_cut = whole.is_none() && calls(line, "conformance", &PARTS);
            let written = if is_cut { format!("{written} --case 'width.*'") } else { written.to_owned() };
            let ran = sandbox.run(&written, i32::from(violated.is_some()));
            // What `--fix` has rewritten is right the next time.
            if written.contains(" --fix ") { ran.or_else(|_| sandbox.run(&written, 0)) } else { ran }
        };
        let mut results = results.lock().unwrap();
        results.run += 1;
        results.used.extend(shorter.into_iter().chain(violated).chain(whole).copied());
        if let Err(reason) = outcome {
            results.wrong.push(format!("{}: {text}\n{reason}", line.document));
        }
    }
}

/// The examples of each command's `--help`.
fn helps() -> Vec<Line> {
    let all = help(None);
    let (_, commands) = all.split_once("Commands:\n").unwrap();
    let commands = commands.lines().take_while(|line| !line.is_empty());
    let names = commands.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    let texts = std::iter::once(all.clone()).chain(names.map(|name| help(Some(name))));
    // What is behind two blanks says what it does.
    let example = |line: &str| line.strip_prefix("  airspec ")?.split("  ").next().map(str::to_owned);
    texts
        .flat_map(|text| text.lines().filter_map(example).collect::<Vec<_>>())
        .map(|text| Line { document: "airspec --help".to_owned(), text: format!("airspec {text}") })
        .collect()
}

#[test]
fn every_command_in_every_document_runs() {
    let fixture = Fixture::new();
    let mut all: Vec<Vec<Line>> =
        documents().iter().map(|path| shell_lines(&name(path), &read(path))).collect();
    all.extend(recipe::all());
    all.push(helps());
    all.retain(|lines| !lines.is_empty());
    // The longest ones first, so that no core waits in the end.
    all.sort_by_key(Vec::len);
    let (queue, results) = (Mutex::new(all), Mutex::new(Results::default()));
    let next = || queue.lock().unwrap().pop();
    std::thread::scope(|scope| {
        for _ in 0..(2 * std::thread::available_parallelism().map_or(1, usize::from)).min(8) {
            scope.spawn(|| {
                while let Some(lines) = next() {
                    run_lines(&fixture, &lines, &results);
                }
            });
        }
    });
    let results = results.into_inner().unwrap();
    assert!(results.wrong.is_empty(), "{}", results.wrong.join("\n\n"));
    assert!(results.run > 120, "only {} lines were run: are the blocks still marked `sh`?", results.run);
    let listed = PARSED_ONLY.iter().chain(&WHOLE).chain(&SHORTER).chain(&VIOLATED);
    let unused: Vec<_> = listed.filter(|entry| !results.used.contains(*entry)).collect();
    assert!(unused.is_empty(), "listed, but in no document: {unused:?}");
}
