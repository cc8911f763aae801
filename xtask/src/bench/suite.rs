//! The suite against the mock and its faults, and Schemathesis on the emitted document against some of the same.

use super::process::{Server, watch};
use super::serve::{await_answer, free_port};
use super::table::{OWN, Table, Unit};
use crate::interop::documents::Tools;
use anyhow::Context as _;
use serde_json::Value;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Schemathesis takes tens of seconds for a fault: one in so many is tried.
pub(super) const ONE_IN: usize = 12;

/// Runs the suite once, the kill matrix once, and Schemathesis on one fault in so many.
pub(super) fn measure(
    root: &Path,
    program: &Path,
    faults: &str,
    one_in: Option<usize>,
    table: &mut Table,
) -> anyhow::Result<()> {
    let place = crate::target(root).join("bench/suite");
    let report = |name: &str| -> anyhow::Result<Value> {
        Ok(serde_json::from_str(&fs::read_to_string(place.join(name))?)?)
    };
    let mut list = Command::new(program);
    let derived = watch(list.args(["conformance", "--list"]))?;
    let mut suite = Command::new(program);
    watch(suite.args(["conformance", "--seed", "1", "--report"]).arg(&place))?;
    let summary = &report("report.json")?["summary"];
    let figure = |name: &str| summary[name].as_f64().with_context(|| format!("no `{name}` in the report"));
    let (cases, seconds) = (figure("cases")?, figure("duration_ms")? / 1e3);
    table.add("suite", "cases derived", OWN, cases / derived.took.as_secs_f64(), Unit::PerSecond);
    table.add("suite", "requests against the mock", OWN, figure("requests")? / seconds, Unit::PerSecond);
    table.add("suite", "a run", OWN, seconds * 1e9, Unit::Nanoseconds);
    let mut kill = Command::new(program);
    kill.args(["faults", "--seed", "1", "--seeds", "1", "--fault", faults, "--report"]).arg(&place);
    let took = watch(&mut kill)?.took;
    let matrix = report("faults.json")?;
    let list = matrix["faults"].as_array().context("no faults in the report")?;
    let own = Tally::of(list.iter());
    table.add("faults", "all", OWN, took.as_secs_f64() * 1e9, Unit::Nanoseconds);
    own.add("all", OWN, table);
    table.add("faults", "time for one", OWN, took.as_secs_f64() * 1e9 / own.faults, Unit::Nanoseconds);
    let Some(one_in) = one_in else { return Ok(()) };
    let sample: Vec<&Value> =
        list.iter().filter(|fault| fault["end"] != "equivalent").step_by(one_in).collect();
    let what = format!("{} of them", sample.len());
    Tally::of(sample.iter().copied()).add(&what, OWN, table);
    match Tools::at(root, Path::new("python3")) {
        Ok(tools) => schemathesis(root, program, &tools, &sample, &what, table),
        Err(reason) => {
            table.skipped.push(format!("Schemathesis: {reason:#}"));
            Ok(())
        }
    }
}

/// What a list of faults came to.
struct Tally {
    found: f64,
    requests: f64,
    faults: f64,
}

impl Tally {
    fn of<'v>(faults: impl Iterator<Item = &'v Value>) -> Self {
        let mut tally = Self { found: 0.0, requests: 0.0, faults: 0.0 };
        for fault in faults {
            tally.faults += 1.0;
            tally.found += if fault["end"] == "killed" || fault["end"] == "noted" { 1.0 } else { 0.0 };
            tally.requests += fault["requests"].as_f64().unwrap_or_default();
        }
        tally
    }

    fn add(&self, what: &str, who: &str, table: &mut Table) {
        table.add("faults", &format!("{what}: faults"), who, self.faults, Unit::Count);
        table.add("faults", &format!("{what}: found"), who, self.found, Unit::Count);
        table.add(
            "faults",
            &format!("{what}: requests for one"),
            who,
            self.requests / self.faults,
            Unit::Count,
        );
    }
}

/// Every check that it has, but for those of other methods and of keys, which are no constraints of the spec.
fn schemathesis(
    root: &Path,
    program: &Path,
    tools: &Tools,
    sample: &[&Value],
    what: &str,
    table: &mut Table,
) -> anyhow::Result<()> {
    let openapi = document(root)?;
    let openapi = openapi.path();
    let start = Instant::now();
    let mut tally = Tally { found: 0.0, requests: 0.0, faults: 0.0 };
    let alarms = attack(program, tools, openapi, None)?;
    for fault in sample {
        let id = fault["id"].as_str().context("a fault without an id")?;
        let (found, requests) = attack(program, tools, openapi, Some(id))?;
        tally.faults += 1.0;
        tally.found += if found && !alarms.0 { 1.0 } else { 0.0 };
        tally.requests += requests;
    }
    if alarms.0 {
        table
            .skipped
            .push("Schemathesis finds the mock without a fault wrong, so that it finds no fault".to_owned());
    }
    tally.add(what, "Schemathesis", table);
    let each = start.elapsed() / u32::try_from(sample.len().max(1)).unwrap_or(1);
    table.add("faults", "time for one", "Schemathesis", nanoseconds(each), Unit::Nanoseconds);
    Ok(())
}

fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}

/// Whether it finds something, and how many requests it took.
fn attack(program: &Path, tools: &Tools, openapi: &Path, fault: Option<&str>) -> anyhow::Result<(bool, f64)> {
    let port = free_port()?;
    let mut mock = Command::new(program);
    mock.args(["mock", "--quiet", "--port", &port.to_string()]);
    if let Some(fault) = fault {
        mock.args(["--fault", fault]);
    }
    let _mock = Server(mock.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
    await_answer(port, "/v1")?;
    let output = tools
        .schemathesis(openapi, &format!("http://127.0.0.1:{port}/v1"))
        .args(["--max-examples", "200", "--checks", "all"])
        .args(["--exclude-checks", "unsupported_method,ignored_auth"])
        .stdin(Stdio::null())
        .output()
        .context("Schemathesis does not start")?;
    let said = String::from_utf8_lossy(&output.stdout);
    let requests = said.lines().find_map(|line| line.trim().split_once(" generated")?.0.parse::<f64>().ok());
    Ok((!output.status.success(), requests.unwrap_or_default()))
}

/// The emitted document with the one status that our mock gives and the provider does not document, so that every check
/// of answers can be on.
fn document(root: &Path) -> anyhow::Result<tempfile::NamedTempFile> {
    let text = fs::read_to_string(root.join("generated/reference/openai-gpt-image-2/openapi.json"))?;
    let mut document: Value = serde_json::from_str(&text)?;
    let responses = &mut document["paths"]["/"]["post"]["responses"];
    responses["415"] = responses["400"].clone();
    let mut file = tempfile::Builder::new().suffix(".json").tempfile()?;
    file.write_all(document.to_string().as_bytes())?;
    Ok(file)
}
