//! `bench`: everything that has a budget, beside what people would use instead, as ratios of one run.

mod criterion;
mod generate;
mod instructions;
mod page;
mod peers;
pub(crate) mod process;
mod program;
mod proxy;
mod scratch;
mod serve;
mod shards;
mod suite;
mod table;
mod typify;

use crate::output::{self, Artefact};
use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use table::Table;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only check that the measurements run, in a dev build and without other tools; the numbers have no meaning
    #[arg(long)]
    quick: bool,
    /// Measure only these parts
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// Number of rounds; ratios are medians over the rounds
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99))]
    rounds: u32,
    /// Put the tables that were measured in place of those of PERFORMANCE.md
    #[arg(long, conflicts_with = "quick")]
    write: bool,
    /// Output folder for bench.md, bench.json and bench.svg
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Requests checked by the crate and by other validators
    Check,
    /// Instructions of the same, counted with valgrind and compared with PERFORMANCE.md
    Instructions,
    /// The same by validators of Python and Node
    Peers,
    /// The smallest program with the crate, and with cargo-typify, compiled with all its packages
    Program,
    /// Catalogues of models generated
    Generate,
    /// The suite against the mock and its faults, and Schemathesis against some of them
    Suite,
    /// The mock and Prism under load
    Mock,
    /// The mock behind no proxy, ours, mitmproxy and Prism's
    Proxy,
    /// The memory of the proxy under a million requests, and 100,000 connections that are left
    ProxyLoad,
    /// One of N shards of a catalogue of 400 models, and a part of the models
    Shards,
}

const PARTS: [Part; 10] = [
    Part::Check,
    Part::Instructions,
    Part::Peers,
    Part::Program,
    Part::Generate,
    Part::Suite,
    Part::Mock,
    Part::Proxy,
    Part::ProxyLoad,
    Part::Shards,
];

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let root = crate::root();
    let folder = arguments.out.clone().unwrap_or_else(|| crate::target(&root).join("bench"));
    let mut table = Table::default();
    for part in PARTS {
        if arguments.only.is_empty() || arguments.only.contains(&part) {
            eprintln!("measuring: {part:?}");
            measure(part, arguments, &root, &folder, &mut table)?;
        }
    }
    let about = about(arguments);
    let artefact = |name: &str, text: String| Artefact { path: folder.join(name), text };
    let written = output::write_quietly(&[
        artefact("bench.md", table.markdown()),
        artefact("bench.json", format!("{:#}\n", table.json(&about))),
        artefact("bench.svg", table.chart()),
    ])?
    .len();
    if arguments.write {
        let path = root.join("PERFORMANCE.md");
        let page = std::fs::read_to_string(&path).context("cannot read PERFORMANCE.md")?;
        output::write(&[Artefact { path, text: page::with_tables(&page, &table)? }], &[])?;
    }
    crate::show(&table.markdown())?;
    println!("{written} files written to {}", folder.display());
    Ok(ExitCode::SUCCESS)
}

fn measure(
    part: Part,
    arguments: &Arguments,
    root: &Path,
    folder: &Path,
    table: &mut Table,
) -> anyhow::Result<()> {
    let corpus = crate::target(root).join("bench/corpus");
    match (part, arguments.quick) {
        (Part::Check, true) => {
            cargo(root, &["test", "--quiet", "--workspace", "--bench", "check"], Some(&corpus))
        }
        (Part::Check, false) => check(arguments.rounds, root, &corpus, table),
        (Part::Peers, false) => {
            ensure!(corpus.exists(), "the requests do not exist yet; measure `check` first");
            (0..arguments.rounds).try_for_each(|_| peers::measure(root, &corpus, "0.5", table))
        }
        (Part::Instructions, false) => instructions::measure(root, table),
        (Part::Program, false) => (0..arguments.rounds).try_for_each(|_| program::measure(root, table)),
        (Part::Generate, true) => generate::measure(root, folder, &[1, 10], table),
        (Part::Generate, false) => (0..arguments.rounds).try_for_each(|_| {
            generate::measure(root, folder, &[1, 10, 100, 400], table)?;
            typify::measure(root, &folder.join("catalogue-10"), table)
        }),
        (Part::Suite, true) => {
            crate::build_airspec(root)?;
            suite::measure(root, &crate::built(root, "debug"), "accept:width.*", None, table)
        }
        (Part::Suite, false) => {
            let program = release(root)?;
            let one_in = Some(suite::ONE_IN);
            suite::measure(root, &program, "*", one_in, table)
        }
        (
            Part::Instructions | Part::Peers | Part::Program | Part::Mock | Part::Proxy | Part::ProxyLoad,
            true,
        ) => Ok(()),
        (Part::Shards, is_quick) => sharded(root, folder, is_quick, table),
        (Part::Proxy, false) => {
            let program = release(root)?;
            let load = proxy::Load { own: 50_000, others: 2_000 };
            (0..arguments.rounds).try_for_each(|_| proxy::measure(root, &program, &load, table))
        }
        (Part::ProxyLoad, false) => proxy::endure(root, &release(root)?, table),
        (Part::Mock, false) => {
            let program = release(root)?;
            let load = serve::Load { own: 100_000, prism: 2_000 };
            (0..arguments.rounds).try_for_each(|_| serve::measure(root, &program, &load, table))
        }
    }
}

/// Runs over many models in parts: with `--quick`, of few.
fn sharded(root: &Path, folder: &Path, is_quick: bool, table: &mut Table) -> anyhow::Result<()> {
    if is_quick {
        crate::build_airspec(root)?;
        let load = shards::Load { models: 2, shards: &[20] };
        return shards::measure(root, folder, &crate::built(root, "debug"), &load, table);
    }
    let program = release(root)?;
    // Parts of the cases, and a sixteenth of the models; a report of all cases would take gigabytes.
    let loads = [(400, &[4, 8, 16][..]), (25, &[1])];
    loads.into_iter().try_for_each(|(models, shards)| {
        shards::measure(root, folder, &program, &shards::Load { models, shards }, table)
    })
}

/// The benches of requests, round by round.
fn check(rounds: u32, root: &Path, corpus: &Path, table: &mut Table) -> anyhow::Result<()> {
    for round in 0..rounds {
        let baseline = format!("round-{round}");
        let times = ["--warm-up-time", "0.2", "--measurement-time", "0.6", "--sample-size", "15"];
        let mut call = vec!["bench", "--quiet", "-p", "airspec-models", "--bench", "check", "--"];
        call.extend(times);
        call.extend(["--noplot", "--quiet", "--save-baseline", &baseline]);
        cargo(root, &call, Some(corpus))?;
        criterion::collect(&crate::target(root).join("criterion"), &baseline, table)?;
    }
    Ok(())
}

/// The optimised `airspec`.
pub(crate) fn release(root: &Path) -> anyhow::Result<PathBuf> {
    let build = ["build", "--quiet", "--release", "-p", "airspec", "--bin", "airspec"];
    cargo(root, &build, None)?;
    Ok(crate::built(root, "release"))
}

fn cargo(root: &Path, arguments: &[&str], corpus: Option<&Path>) -> anyhow::Result<()> {
    let mut command = crate::cargo();
    command.current_dir(root).args(arguments);
    if let Some(corpus) = corpus {
        command.env("AIRSPEC_BENCH_CORPUS", corpus);
    }
    let status = command.stdout(std::io::stderr()).status().context("cargo does not start")?;
    ensure!(status.success(), "`cargo {}` failed", arguments.join(" "));
    Ok(())
}

/// The machine and the versions.
fn about(arguments: &Arguments) -> Value {
    let said = |program: &str, argument: &str| {
        let output = Command::new(program).arg(argument).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    json!({
        "rounds": arguments.rounds,
        "processor": cpu.map(|(_, name)| name),
        "threads": std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        "rustc": said("rustc", "--version"),
        "node": said("node", "--version"),
        "python": said("python3", "--version"),
    })
}
