//! `catalogue`: the suite against the mock for many models, and one table of what it takes and what it finds.

use crate::bench::process::{memory, processor_seconds};
use anyhow::Context as _;
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

/// How often the memory and the time of a running program are read.
const PAUSE: Duration = Duration::from_millis(2);

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Specs, and folders of them; default: the provider's files in ../shared/provider-schemas
    files: Vec<PathBuf>,
    /// How many seeds each spec is run with, from 1 on
    #[arg(long, default_value_t = 1)]
    seeds: u64,
}

/// What the runs of one spec came to: sums of findings, the most of all else.
#[derive(Default)]
struct Row {
    name: String,
    cases: u64,
    requests: u64,
    findings: u64,
    seconds: f64,
    megabytes: f64,
    proved: usize,
    not_proved: usize,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let root = crate::root();
    let given = match arguments.files.as_slice() {
        [] => vec![root.join("../shared/provider-schemas")],
        files => files.to_vec(),
    };
    if let (true, [folder]) = (arguments.files.is_empty(), given.as_slice())
        && !folder.exists()
    {
        println!("catalogue skipped: {} is not there", folder.display());
        return Ok(ExitCode::SUCCESS);
    }
    let program = crate::bench::release(&root)?;
    let mut rows = Vec::new();
    for file in specs(&given)? {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut row = Row { name, ..Row::default() };
        for seed in 1..=arguments.seeds {
            look(&program, &file, seed, &mut row).with_context(|| file.display().to_string())?;
        }
        rows.push(row);
    }
    crate::show(&table(&rows))?;
    let is_clean = rows.iter().all(|row| row.findings == 0);
    Ok(if is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The files, and those in the folders.
fn specs(given: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in given {
        if path.is_dir() {
            for entry in fs::read_dir(path).with_context(|| path.display().to_string())? {
                files.push(entry?.path());
            }
        } else {
            files.push(path.clone());
        }
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    Ok(files)
}

/// Runs the suite for one spec with one seed.
fn look(program: &Path, file: &Path, seed: u64, row: &mut Row) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let printed = folder.path().join("printed");
    let mut command = Command::new(program);
    command.args(["conformance", "--verbose", "--seed", &seed.to_string(), "--spec"]).arg(file);
    command.arg("--report").arg(folder.path());
    let mut child = command.stdin(Stdio::null()).stdout(fs::File::create(&printed)?).spawn()?;
    let (mut peak, mut seconds): (f64, f64) = (0.0, 0.0);
    while child.try_wait()?.is_none() {
        peak = peak.max(memory(&child, "VmHWM:").unwrap_or_default());
        seconds = seconds.max(processor_seconds(child.id()).unwrap_or_default());
        std::thread::sleep(PAUSE);
    }
    let report = fs::read_to_string(folder.path().join("report.json")).context("the run wrote no report")?;
    let report: Value = serde_json::from_str(&report)?;
    let count = |name: &str| report["summary"][name].as_u64().unwrap_or_default();
    row.cases = row.cases.max(count("cases"));
    row.requests = row.requests.max(count("requests") + count("search_requests"));
    row.findings += count("failed") + count("noted") + count("no_answer") + count("not_tried");
    row.seconds = row.seconds.max(seconds);
    row.megabytes = row.megabytes.max(peak / 1e6);
    let printed = fs::read_to_string(printed)?;
    let gaps = |start: &str| printed.lines().filter(|line| line.contains(start)).count();
    row.proved = row.proved.max(gaps(": proved: "));
    row.not_proved = row.not_proved.max(gaps(": not proved: "));
    Ok(())
}

fn table(rows: &[Row]) -> String {
    let mut text = "| Model | Cases | Requests | CPU seconds | Memory, MB | Findings | One side: proved | not proved |\n\
                    |---|--:|--:|--:|--:|--:|--:|--:|\n"
        .to_owned();
    for row in rows {
        let Row { name, cases, requests, findings, seconds, megabytes, proved, not_proved } = row;
        let _ = writeln!(
            text,
            "| {name} | {cases} | {requests} | {seconds:.1} | {megabytes:.0} | {findings} | {proved} | {not_proved} |"
        );
    }
    text
}
