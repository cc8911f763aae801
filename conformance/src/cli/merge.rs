//! `airspec merge`: one report of several.

use super::{End, Failure, complain, show, shown};
use airspec_report::merge::merge;
use airspec_report::{counted, make_folder, read, write};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Output folder for report.json, junit.xml, report.md and report.html
    #[arg(value_name = "OUT")]
    out: PathBuf,
    /// The report.json files to merge, or their folders
    #[arg(value_name = "REPORT", required = true)]
    reports: Vec<PathBuf>,
    /// Exit with code 0 if there is no finding, although cases were not tried or have no answer
    #[arg(long)]
    allow_incomplete: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Failure> {
    let reports: Result<Vec<_>, Failure> =
        arguments.reports.iter().map(|path| Ok((shown(path), read(path)?))).collect();
    let merged = merge(reports?)?;
    let out = &arguments.out;
    make_folder(out)?;
    write(out, &merged.document)?;
    let summary = &merged.document.summary;
    show(&format!(
        "{} of {}: {} passed, {} failed, {} noted, {} skipped\n{}\n",
        counted(summary.cases, "case"),
        merged.document.models.join(", "),
        summary.passed,
        summary.failed,
        summary.noted,
        summary.skipped,
        summary.verdict(merged.document.problems.len())
    ))?;
    for missing in &merged.missing {
        complain(&format!("the run is incomplete: {missing}"));
    }
    Ok(End::of(summary.outcome, arguments.allow_incomplete))
}
