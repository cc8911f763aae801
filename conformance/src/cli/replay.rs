//! `airspec replay`: sends recorded requests to another server and compares the verdicts.

use super::check::Files;
use super::mock::{runtime, stopped};
use super::traffic::{TrafficArgs, counted};
use super::{End, Failure, Spec, key, show};
use airspec_spec::text::shorten;
use airspec_suite::run::{Limit, RunError, Target as Checked, Usd};
use airspec_traffic::proxy::{Caller, Settings, Target};
use airspec_traffic::{Difference, Piece, Replay, Replayed};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// So many differences are shown.
const MAX_SHOWN: usize = 20;
/// The longest sentence that is shown.
const LONGEST: usize = 300;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    files: Files,
    /// Full URL of the endpoint to send to. The key is read from RUNWARE_API_KEY
    #[arg(long, value_name = "URL")]
    target: String,
    /// Maximum total cost; requests that may exceed it are not sent. Every target on another machine needs this flag
    #[arg(long, value_name = "USD", value_parser = super::money::usd)]
    max_cost: Option<f64>,
    #[command(flatten)]
    spec: Spec,
    /// How long the target may take for an answer, and for deferred results
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = super::wire::seconds)]
    timeout: Duration,
    /// PEM file of certificates to trust, in addition to those of the system
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    #[command(flatten)]
    traffic: TrafficArgs,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Failure> {
    let start = Instant::now();
    let limit = arguments.max_cost.map_or(Limit::Loopback, Limit::Usd);
    let checked = Checked::new(&arguments.target, key(), limit).map_err(|error| match error {
        // Valid requests are accepted, so there is no replay for free.
        RunError::NotLoopback { host } => Failure(format!(
            "target {host} is not this machine: requests would be billed; give --max-cost USD"
        )),
        other => other.into(),
    })?;
    let target = Target::new(&arguments.target)?;
    if checked.is_socket() {
        return Err(Failure("target: requests are replayed over HTTP; use http or https".to_owned()));
    }
    arguments.traffic.prepare()?;
    let settings =
        Settings { timeout: arguments.timeout, ca_file: arguments.ca_file.clone(), ..Settings::default() };
    let caller = Caller::new(target, &settings, checked.is_loopback())?;
    let specs = Arc::new(arguments.spec.of_traffic()?);
    let limit = arguments.max_cost.map(Usd::rounded_down);
    let mut replay =
        Replay::new(specs, arguments.traffic.options(), caller, Some(checked.key().clone()), limit)?;
    let runtime = runtime()?;
    let mut stop = pin!(runtime.block_on(async { stopped() })?);
    let mut is_stopped = false;
    let is_whole = arguments.files.read(|piece| {
        if let Piece::Exchange(exchange) = piece
            && !is_stopped
        {
            is_stopped = runtime.block_on(async {
                tokio::select! {
                    () = replay.exchange(&exchange) => false,
                    () = stop.as_mut() => true,
                }
            });
        }
    });
    if let Some(ledger) = replay.ledger() {
        show(&format!("{} USD of the limit of {} USD spent\n", ledger.spending().spent, ledger.limit()))?;
    }
    let replayed = replay.finish();
    show(&text(&replayed))?;
    let name = format!("traffic of {}, replayed to {}", arguments.files.name(), checked.shown());
    let end = arguments.traffic.finish(&replayed.watcher, &name, start.elapsed())?;
    let is_incomplete = replayed.is_short || is_stopped || replayed.compared == 0;
    Ok(match end {
        End::Conforms if !replayed.differences.is_empty() => End::Violated,
        End::Conforms if !is_whole => End::Unjudged,
        End::Conforms if is_incomplete => End::Incomplete,
        end => end,
    })
}

/// Where verdicts differ, and what was not compared.
fn text(replayed: &Replayed) -> String {
    let mut text = String::new();
    for Difference { number, subject, before, after } in replayed.differences.iter().take(MAX_SHOWN) {
        let shown = |detail: &Option<String>| {
            detail.as_deref().map_or_else(|| "no finding".to_owned(), |detail| shorten(detail, LONGEST))
        };
        let _ = writeln!(text, "≠ exchange {number}, {subject}");
        let _ = writeln!(text, "    recorded: {}", shown(before));
        let _ = writeln!(text, "    replayed: {}", shown(after));
    }
    let all = replayed.differences.len() as u64 + replayed.more;
    if all > MAX_SHOWN as u64 {
        let _ = writeln!(text, "and {} more", counted(all - MAX_SHOWN as u64, "difference"));
    }
    for (reason, count) in &replayed.left_out {
        let _ = writeln!(text, "- not sent or not compared: {reason} ({count})");
    }
    let compared = counted(replayed.compared, "request");
    let _ = writeln!(text, "{compared} compared with the record: {}\n", counted(all, "different verdict"));
    text
}
