//! `airspec faults`: the suite against the mock with every fault, one after the other.

use super::choice::matcher;
use super::conformance::random;
use super::progress::Progress;
use super::wire::jobs;
use super::{End, Failure, Spec, complain, interrupt, runtime, show, style};
use airspec_mock::Fault;
use airspec_report::{Matrix, Reports, Saved};
use airspec_suite::faults::{self, MutantOutcome, MutationRun};
use airspec_suite::run::Record;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Instant;
use tokio::task::JoinSet;

/// Print the kill matrix: each fault, and the first case that finds it. A fault that only a note shows, because no source
/// states what it breaks, counts as found. Before that, run the suite with many seeds against the mock without a fault:
/// any finding there is a false alarm.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    spec: Spec,
    /// Only faults with a matching id, such as 'accept:*'; repeatable
    #[arg(long, value_name = "GLOB")]
    fault: Vec<String>,
    /// Seed of the requests; default: random, and printed
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Number of seeds for the mock without a fault, over HTTP and over WebSocket
    #[arg(long, value_name = "N", default_value_t = 100)]
    seeds: u64,
    /// Number of faults to test in parallel; default: the number of processors
    #[arg(long, value_name = "N", value_parser = jobs)]
    jobs: Option<usize>,
    /// Write faults.json, mutation.json and faults.html into this folder; an earlier faults.json there says which case to try first
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Failure> {
    let mutations = Arc::new(MutationRun::new(arguments.spec.one()?)?);
    let faults = select(mutations.faults(), &arguments.fault)?;
    let seed = arguments.seed.unwrap_or_else(random);
    runtime()?.block_on(async {
        let start = Instant::now();
        let mut stop = pin!(interrupt());
        let (seeds, alarms) = alarms(arguments, &mutations, seed, stop.as_mut()).await?;
        let (all, planned) = (faults.len(), arguments.seeds);
        let is_stopped = seeds < planned && alarms.is_empty();
        let outcomes = if is_stopped {
            Vec::new()
        } else {
            outcomes(arguments, &mutations, faults, seed, stop.as_mut()).await?
        };
        let matrix = Matrix { seed, seeds, alarms, outcomes, duration: start.elapsed() };
        let written = arguments.report.as_ref().map(|folder| Reports::matrix(folder, &matrix));
        show(&matrix.table(style()))?;
        written.transpose()?;
        let tested = matrix.outcomes.len();
        let is_whole = !is_stopped && tested == all;
        if !is_whole {
            complain(&format!("stopped after {seeds} of {planned} seeds and {tested} of {all} faults"));
        }
        Ok(match (matrix.is_clean(), is_whole) {
            (false, _) => End::Violated,
            (true, false) => End::Incomplete,
            (true, true) => End::Conforms,
        })
    })
}

fn select(faults: Vec<Fault>, globs: &[String]) -> Result<Vec<Fault>, Failure> {
    if globs.is_empty() {
        return Ok(faults);
    }
    let globs = matcher(globs.iter())?;
    let (chosen, others): (Vec<_>, Vec<_>) = faults.into_iter().partition(|fault| globs.is_match(&fault.id));
    if chosen.is_empty() {
        let all = others.len();
        return Err(Failure(format!(
            "--fault matches none of the {all} faults; airspec mock --list-faults lists them"
        )));
    }
    Ok(chosen)
}

/// How many seeds were tried, and what is found where nothing is wrong.
async fn alarms(
    arguments: &Arguments,
    mutations: &MutationRun,
    seed: u64,
    mut stop: impl Future<Output = ()> + Unpin,
) -> Result<(u64, Vec<Record>), Failure> {
    let mut alarms = Vec::new();
    for number in 0..arguments.seeds {
        let found = tokio::select! {
            () = &mut stop => return Ok((number, alarms)),
            found = mutations.sound(seed.wrapping_add(number), number) => found?,
        };
        alarms.extend(found);
        if !alarms.is_empty() {
            complain(&format!(
                "false alarm: the suite has findings on the mock without a fault with seed {}",
                seed.wrapping_add(number)
            ));
            return Ok((number + 1, alarms));
        }
    }
    Ok((arguments.seeds, alarms))
}

/// The case that found each fault when the folder was written last, with the id of the fault before it.
fn order(folder: Option<&Path>) -> Vec<(String, String)> {
    let before = folder.map(|folder| airspec_report::read_saved(&folder.join("faults.json")));
    // Without such a file, or with one of another version, the order is the usual one.
    let Some(Ok((_, Saved::Faults(kills)))) = before else { return Vec::new() };
    kills.faults.into_iter().filter_map(|kill| Some((kill.id, kill.case?))).collect()
}

/// The outcomes of the faults, in order: all, or those that were known when the user stopped the program.
async fn outcomes(
    arguments: &Arguments,
    mutations: &Arc<MutationRun>,
    faults: Vec<Fault>,
    seed: u64,
    mut stop: impl Future<Output = ()> + Unpin,
) -> Result<Vec<MutantOutcome>, Failure> {
    let mut progress = Progress::start(faults.len(), "faults");
    let mut outcomes: Vec<Option<MutantOutcome>> = faults.iter().map(|_| None).collect();
    let mut waiting = faults.into_iter().enumerate();
    let mut tasks = JoinSet::new();
    let load = Arc::new(mutations.load(seed)?.with_order(order(arguments.report.as_deref())));
    let jobs = arguments.jobs.unwrap_or_else(|| available_parallelism().map_or(2, NonZero::get));
    loop {
        while tasks.len() < jobs
            && let Some((index, fault)) = waiting.next()
        {
            let (mutations, load) = (Arc::clone(mutations), Arc::clone(&load));
            tasks.spawn(async move { (index, mutations.test(fault, &load).await) });
        }
        let done = tokio::select! {
            () = &mut stop => break,
            done = tasks.join_next() => done,
        };
        let Some(done) = done else { break };
        let (index, outcome) = done.map_err(|error| Failure(format!("a fault ended abnormally: {error}")))?;
        let outcome = outcome?;
        progress.step(outcome.end == faults::End::Survived);
        outcomes[index] = Some(outcome);
    }
    progress.end();
    Ok(outcomes.into_iter().flatten().collect())
}
