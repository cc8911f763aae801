//! `airspec diff`: what changed between two specs, and what it means to users.

use super::{End, Failure, show};
use crate::broken;
use airspec::diff::{self, Effect, Report};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The spec of yesterday
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The spec of today
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// How to say it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Exit with 1 when the change is at least that
    #[arg(long, value_enum, value_name = "EFFECT")]
    fail_on: Option<FailOn>,
    /// Random values in the search for what broke, beside those that follow from the specs
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    values: usize,
    /// Seed of the random values
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Text,
    Markdown,
    Json,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum FailOn {
    /// Something that worked fails
    Breaking,
    /// Anything changes on the wire
    Compatible,
    /// Anything changes, wording included
    Any,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Failure> {
    let (old, new) = (airspec::read_file(&arguments.old)?, airspec::read_file(&arguments.new)?);
    let found = diff::compare(&old, &new);
    let evidence = broken::search(&old, &new, &found, arguments.values, arguments.seed)?;
    let report = Report { diff: &found, evidence: &evidence, step: None };
    show(&match arguments.format {
        Format::Text => report.text(),
        Format::Markdown => report.markdown(),
        Format::Json => format!("{:#}\n", report.json()),
    })?;
    let effect = report.wire().effect;
    let fails = match arguments.fail_on {
        None => false,
        Some(FailOn::Breaking) => effect == Effect::Breaking,
        Some(FailOn::Compatible) => effect >= Effect::Compatible,
        Some(FailOn::Any) => !found.changes.is_empty() || effect == Effect::Breaking,
    };
    Ok(if fails { End::Violated } else { End::Conforms })
}
