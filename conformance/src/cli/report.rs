//! `airspec report`: the page of a run or of a kill matrix, made from what was saved.

use super::{End, Failure, show, shown};
use airspec_report::{Against, Saved, html, read_saved, replace};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The report.json or faults.json, or its folder
    #[arg(value_name = "REPORT")]
    report: PathBuf,
    /// Another run to compare with, for example an earlier one or one of another server
    #[arg(long, value_name = "REPORT")]
    against: Option<PathBuf>,
    /// Output file; default: report.html or faults.html beside the report
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Failure> {
    let (path, saved) = read_saved(&arguments.report)?;
    let page = match (&saved, &arguments.against) {
        (Saved::Run(document), None) => html::run(document, None),
        (Saved::Run(document), Some(other)) => {
            let (name, other) = read_saved(other)?;
            let Saved::Run(other) = other else {
                return Err(Failure(format!("{}: --against needs the report of a run", shown(&name))));
            };
            let name = shown(&name);
            html::run(document, Some(Against { name: &name, document: &other }))
        }
        (Saved::Faults(kills), None) => html::faults(kills),
        (Saved::Faults(_), Some(_)) => {
            return Err(Failure("--against compares two runs, not kill matrices".to_owned()));
        }
    };
    let out = arguments.out.clone().unwrap_or_else(|| path.with_extension("html"));
    replace(&out, page.as_bytes())?;
    show(&format!("{}\n", shown(&out)))?;
    Ok(End::Conforms)
}
