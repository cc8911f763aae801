//! The maintainer's command line: arguments, files and exit codes, no logic.
//!
//! `gen` depends on the spec and the generator alone, so that it runs when what it replaces does not compile.
//! Everything about servers is the binary `airspec` of the conformance crate, which is built and started, not linked.

mod bench;
mod browse;
mod catalogue;
mod diff;
mod differential;
#[cfg(test)]
mod documents;
mod explain;
mod fuzz;
mod generate;
mod interop;
mod output;
mod random_spec;
mod rehearse;
mod release_notes;
mod snapshots;
mod stamp;
mod tidy;

use clap::{Parser, Subcommand};
use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use xtask_start::{cargo, root, target};

/// Maintain the specs, the generated crate and the conformance suite.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Generate the crate's modules from spec/models, or one module from another spec
    Gen(generate::Arguments),
    /// Write or update a spec from the provider's published source
    #[command(disable_help_flag = true)]
    Import(PassedOn),
    /// Compare a spec with the provider's published source
    #[command(disable_help_flag = true)]
    Verify(PassedOn),
    /// Print what the provider publishes for a model
    #[command(disable_help_flag = true)]
    Fetch(PassedOn),
    /// List the changes between two specs: for requests and answers, and for users of the generated crate
    Diff(diff::Arguments),
    /// Print what a pull request and the changelog say about a change of a spec
    ReleaseNotes(release_notes::Arguments),
    /// Explain a constraint, a behaviour or a parameter
    Explain(explain::Arguments),
    /// Compare generated code with the judge on random values, for any specs
    Differential(differential::Arguments),
    /// Measure speed and size, and compare with other tools
    Bench(bench::Arguments),
    /// Run the suite against the mock for many models, and print a table: cases, time, memory, findings
    Catalogue(catalogue::Arguments),
    /// Fuzz the spec reader, the generated parser, the oracle, the webhook receiver and the redactor, with cargo-fuzz
    Fuzz(fuzz::Arguments),
    /// Test a server with the cases of a spec; without --target, the embedded mock
    #[command(disable_help_flag = true)]
    Conformance(PassedOn),
    /// Check the structure of the workspace: dependencies of crates, cycles, rule files, sizes, reasons for dependencies
    Tidy(tidy::Arguments),
    /// Run the suite against every fault of the mock
    #[command(disable_help_flag = true)]
    Faults(PassedOn),
    /// Test the official SDKs with the mock, the emitted documents with other tools, and the project's files with linters
    Interop(interop::Arguments),
    /// Test the HTML reports in a browser
    Browse(browse::Arguments),
    /// Renew the snapshots of all tests; review the result with `git diff`
    Snapshots(snapshots::Arguments),
    /// Try a change of the built-in spec in a copy of the workspace, with all of its tests
    Rehearse(rehearse::Arguments),
    /// Merge several reports: shards of a run, or several models
    #[command(disable_help_flag = true)]
    Merge(PassedOn),
    /// Write an HTML page for a saved run or kill matrix
    #[command(disable_help_flag = true)]
    Report(PassedOn),
    /// Run the mock server
    #[command(disable_help_flag = true)]
    Mock(PassedOn),
    /// Validate JSON requests with a spec
    #[command(disable_help_flag = true)]
    Validate(PassedOn),
    /// Judge recorded requests and their answers
    #[command(disable_help_flag = true)]
    Check(PassedOn),
    /// Forward requests to a server, and judge them and their answers
    #[command(disable_help_flag = true)]
    Proxy(PassedOn),
    /// Send recorded requests to another server, and compare the verdicts
    #[command(disable_help_flag = true)]
    Replay(PassedOn),
    /// Print the flags that are not from the command line
    #[command(disable_help_flag = true)]
    Config(PassedOn),
    /// Offer tools for coding agents (MCP)
    #[command(disable_help_flag = true)]
    Mcp(PassedOn),
}

/// Arguments of a subcommand of `airspec`.
#[derive(Debug, clap::Args)]
struct PassedOn {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().task {
        Task::Gen(arguments) => generate::run(&arguments),
        Task::Import(passed) => airspec("import", &passed),
        Task::Verify(passed) => airspec("verify", &passed),
        Task::Fetch(passed) => airspec("fetch", &passed),
        Task::Diff(arguments) => diff::run(&arguments),
        Task::ReleaseNotes(arguments) => release_notes::run(&arguments),
        Task::Explain(arguments) => explain::run(&arguments),
        Task::Differential(arguments) => differential::run(&arguments),
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Catalogue(arguments) => catalogue::run(&arguments),
        Task::Fuzz(arguments) => fuzz::run(&arguments),
        Task::Tidy(arguments) => tidy::run(&arguments),
        Task::Conformance(passed) => airspec("conformance", &passed),
        Task::Faults(passed) => airspec("faults", &passed),
        Task::Interop(arguments) => interop::run(&arguments),
        Task::Browse(arguments) => browse::run(&arguments),
        Task::Snapshots(arguments) => snapshots::run(&arguments),
        Task::Rehearse(arguments) => rehearse::run(&arguments),
        Task::Merge(passed) => airspec("merge", &passed),
        Task::Report(passed) => airspec("report", &passed),
        Task::Mock(passed) => airspec("mock", &passed),
        Task::Validate(passed) => airspec("validate", &passed),
        Task::Check(passed) => airspec("check", &passed),
        Task::Proxy(passed) => airspec("proxy", &passed),
        Task::Replay(passed) => airspec("replay", &passed),
        Task::Config(passed) => airspec("config", &passed),
        Task::Mcp(passed) => airspec("mcp", &passed),
    };
    result.unwrap_or_else(|error| {
        eprintln!("xtask: {}", airspec_spec::text::visible_lines(&format!("{error:#}")));
        ExitCode::from(2)
    })
}

/// Runs a subcommand of the binary `airspec`; its exit code is ours.
fn airspec(subcommand: &str, passed: &PassedOn) -> anyhow::Result<ExitCode> {
    build_airspec(&root())?;
    let mut command = airspec_command(&root());
    command.arg(subcommand).args(&passed.arguments);
    Ok(xtask_start::hand_over(command)?)
}

/// Builds the binary.
fn build_airspec(root: &Path) -> anyhow::Result<()> {
    Ok(xtask_start::build(root, "airspec")?)
}

/// The binary of this workspace.
fn airspec_command(root: &Path) -> Command {
    xtask_start::command(root, "airspec")
}

/// `airspec` as a profile builds it.
fn built(root: &Path, profile: &str) -> PathBuf {
    xtask_start::built(root, profile, "airspec")
}

/// Prints text without control characters. A closed pipe, such as that of `head`, is not an error.
fn show(text: &str) -> anyhow::Result<()> {
    let text = airspec_spec::text::visible_lines(text);
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}
