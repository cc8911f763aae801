//! The command line: arguments, files and exit codes.
//!
//! Exit codes: 0 everything that was planned was tried and holds, 1 a constraint or behaviour is violated, 2 the command
//! could not run, or did not finish. Results go to standard output, everything else to standard error; a message of one
//! line there gives the reason why a command could not run.

mod accepted;
mod catalogue;
mod check;
mod choice;
mod command_line;
mod compare;
mod config;
mod conformance;
mod diagnostics;
mod diff;
mod documents;
mod faults;
mod fetch;
mod generate;
mod help;
mod import;
mod machine;
mod mcp;
mod merge;
mod mock;
mod money;
mod progress;
mod proxy;
mod releases;
mod replay;
mod report;
mod resume;
mod search;
mod spec;
mod traffic;
mod validate;
mod verify;
mod watch;
mod wire;
mod wording;

use airspec_report::{Outcome, Style};
use airspec_spec::text::{visible, visible_lines};
use airspec_suite::redact::{Secrets, guard};
use airspec_suite::run::Secret;
use clap::{ColorChoice, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use config::Configuration;
use spec::Spec;
use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::OnceLock;

/// Test servers and requests against a model's spec.
#[derive(Debug, Parser)]
#[command(name = "airspec", version, arg_required_else_help = true, after_help = help::PROGRAM)]
struct Arguments {
    #[command(flatten)]
    global: config::Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Test a server with all cases of a spec and report the differences
    #[command(after_help = help::CONFORMANCE)]
    Conformance(Box<conformance::Arguments>),
    /// Run the suite against every fault of the mock: each must be found
    #[command(after_help = help::FAULTS)]
    Faults(faults::Arguments),
    /// Merge several reports into one: the shards of a run, or several models
    #[command(after_help = help::MERGE)]
    Merge(merge::Arguments),
    /// Write an HTML page for a saved run or a kill matrix, or compare two runs
    #[command(after_help = help::REPORT)]
    Report(report::Arguments),
    /// Run a mock server that behaves as the spec says
    #[command(after_help = help::MOCK)]
    Mock(mock::Arguments),
    /// List the changes between two specs and their effect on callers
    #[command(after_help = help::DIFF)]
    Diff(diff::Arguments),
    /// Validate JSON requests against a spec
    #[command(after_help = help::VALIDATE)]
    Validate(validate::Arguments),
    /// Judge recorded requests and their answers: HTTP archives (HAR) and lines of JSON
    #[command(after_help = help::CHECK)]
    Check(check::Arguments),
    /// Forward requests to a server, and judge them and their answers
    #[command(after_help = help::PROXY)]
    Proxy(proxy::Arguments),
    /// Send recorded requests to another server, and compare the verdicts
    #[command(after_help = help::REPLAY)]
    Replay(replay::Arguments),
    /// Compare a spec with the provider's published source
    #[command(after_help = help::VERIFY)]
    Verify(verify::Arguments),
    /// Write or update a spec from the provider's published source
    #[command(after_help = help::IMPORT)]
    Import(import::Arguments),
    /// Print what the provider publishes for a model
    #[command(after_help = help::FETCH)]
    Fetch(fetch::Arguments),
    /// List the models of a release of the provider's schemas, or the changes between two
    #[command(after_help = help::CATALOGUE)]
    Catalogue(releases::Arguments),
    /// Offer validation, explanations, plans, mocks and free cases as tools for coding agents (MCP)
    #[command(after_help = help::MCP)]
    Mcp(mcp::Arguments),
    /// Print the flags that are not from the command line, and where they come from
    #[command(after_help = help::CONFIG)]
    Config(config::Arguments),
    /// Print the completion script of a shell
    #[command(after_help = help::COMPLETIONS)]
    Completions(generate::Completions),
    /// Write the manual pages
    #[command(after_help = help::MAN)]
    Man(generate::Manuals),
}

/// Why a command could not run, in the words that are shown.
#[derive(Debug)]
struct Failure(String);

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// What a command came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// All is well.
    Conforms,
    /// Something is violated.
    Violated,
    /// Nothing is violated, but not everything that was planned was tried and answered.
    Incomplete,
    /// Something could not be judged, which has been said.
    Unjudged,
}

impl End {
    /// That of a run which came to this; `allow_incomplete` where the user is content with a part of it.
    fn of(outcome: Outcome, allow_incomplete: bool) -> Self {
        match outcome {
            Outcome::DoesNotConform => Self::Violated,
            Outcome::Incomplete if !allow_incomplete => Self::Incomplete,
            Outcome::Conforms | Outcome::Incomplete => Self::Conforms,
        }
    }
}

/// The description of the command line, for whoever checks or completes one.
#[must_use]
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Runs the command that the program's arguments name.
#[must_use]
pub fn main() -> ExitCode {
    run(std::env::args_os())
}

/// Runs a command.
fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    guard::keep(&environment(), &airspec_report::TEMPLATES);
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let mut program = command();
    program.build();
    // Help needs no file.
    if let Err(error) = program.clone().try_get_matches_from(&arguments)
        && !error.use_stderr()
    {
        return unread(&error, None);
    }
    let configuration = match Configuration::read(&program, &arguments) {
        Ok(configuration) => configuration,
        Err(Failure(reason)) => {
            complain(&reason);
            return ExitCode::from(2);
        }
    };
    let parsed = configuration.parse(&program, &arguments);
    let parsed =
        parsed.and_then(|matches| Arguments::from_arg_matches(&matches).map_err(|error| (error, None)));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err((error, origin)) => return unread(&error, origin.as_deref()),
    };
    let _ = COLOUR.set(arguments.global.color);
    let end = match arguments.command {
        Command::Conformance(arguments) => conformance::run(&arguments),
        Command::Faults(arguments) => faults::run(&arguments),
        Command::Merge(arguments) => merge::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
        Command::Mock(arguments) => mock::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Validate(arguments) => validate::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Proxy(arguments) => proxy::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Fetch(arguments) => fetch::run(&arguments),
        Command::Catalogue(arguments) => releases::run(&arguments),
        Command::Mcp(arguments) => mcp::run(&arguments),
        Command::Config(arguments) => config::run(&arguments, &configuration, &program),
        Command::Completions(arguments) => generate::completions(&arguments),
        Command::Man(arguments) => generate::manuals(&arguments),
    };
    match end {
        Ok(End::Conforms) => ExitCode::SUCCESS,
        Ok(End::Violated) => ExitCode::FAILURE,
        Ok(End::Incomplete | End::Unjudged) => ExitCode::from(2),
        Err(Failure(reason)) => {
            complain(&reason);
            ExitCode::from(2)
        }
    }
}

/// Help goes to standard output, with code 0; a mistake to standard error, in one line, with code 2. `origin` is where the
/// wrong value is, if it is not on the command line.
fn unread(error: &clap::Error, origin: Option<&str>) -> ExitCode {
    use clap::error::ErrorKind;
    let is_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if is_help || !error.use_stderr() {
        let _ = error.print();
    } else {
        let text = error.to_string();
        let told = text.split("\n\nUsage:").next().unwrap_or(&text);
        let told = told.split("\n\nFor more information").next().unwrap_or(told);
        let lines: Vec<&str> = told.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let told = lines.join(", ").replace(":, ", ": ");
        let told = told.strip_prefix("error: ").unwrap_or(&told);
        let place = origin.map(|origin| format!("{origin}: ")).unwrap_or_default();
        complain(&format!("{place}{told}; see --help"));
    }
    if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS }
}

/// The name of a file, for people.
fn shown(path: &Path) -> String {
    visible(&path.display().to_string()).into_owned()
}

/// One line on standard error; nobody may be reading.
fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "airspec: {}", visible_lines(&guard::text(text)));
}

/// Text on standard output, which moves no terminal and tells no secret; a reader that has seen enough, such as `head`,
/// is no error.
fn show(text: &str) -> Result<(), Failure> {
    show_raw(&cleaned(text))
}

/// Text for people without secrets, and with every hidden character escaped but our own colours.
fn cleaned(text: &str) -> String {
    let text = guard::text(text);
    if style() == Style::Coloured { visible_but_coloured(&text) } else { visible_lines(&text) }.into_owned()
}

/// The text with every hidden character escaped, except for the colours that this program uses.
fn visible_but_coloured(text: &str) -> Cow<'_, str> {
    let Some((first, rest)) = text.split_once('\u{1b}') else { return visible_lines(text) };
    let mut shown = visible_lines(first).into_owned();
    for part in rest.split('\u{1b}') {
        let colour = part.split_inclusive('m').next().filter(|colour| Style::is_colour(colour));
        let colour = colour.unwrap_or_default();
        shown.push_str(if colour.is_empty() { r"\u{1b}" } else { "\u{1b}" });
        shown.push_str(colour);
        shown.push_str(&visible_lines(&part[colour.len()..]));
    }
    Cow::Owned(shown)
}

/// Text of our own on standard output: a script or a manual page.
fn show_raw(text: &str) -> Result<(), Failure> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure(format!("standard output: {error}")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// What `--color` says.
static COLOUR: OnceLock<ColorChoice> = OnceLock::new();

/// Colours where they are asked for, or on a terminal whose user has not said no (<https://no-color.org>,
/// <https://force-color.org>).
fn style() -> Style {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_coloured = match COLOUR.get() {
        Some(ColorChoice::Always) => true,
        Some(ColorChoice::Never) => false,
        _ => !is_set("NO_COLOR") && (is_set("FORCE_COLOR") || std::io::stdout().is_terminal()),
    };
    if is_coloured { Style::Coloured } else { Style::Plain }
}

/// The key of the environment. An empty one is none.
fn key() -> Option<Secret> {
    let key = std::env::var("RUNWARE_API_KEY").ok()?;
    let key = key.trim();
    (!key.is_empty()).then(|| Secret::new(key))
}

/// What the environment holds that must not be told.
fn environment() -> Secrets {
    key().map_or_else(Secrets::default, |key| Secrets::default().with_key(key.expose()))
}

/// Completes when the user wants the program to end.
async fn interrupt() {
    // Without a handler, Ctrl-C ends the program as it always does.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// The one runtime of a command.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_the_colours_of_this_program_and_no_other_command() {
        let text = format!(
            "{} \u{1b}[2J\u{1b}]0;x\u{7}\u{1b}[31;5m\u{202e}\u{9b}\n\u{1b}",
            Style::Coloured.strong("a")
        );
        let shown = visible_but_coloured(&text);
        let expected =
            "\u{1b}[1ma\u{1b}[0m \\u{1b}[2J\\u{1b}]0;x\\u{7}\\u{1b}[31;5m\\u{202e}\\u{9b}\n\\u{1b}";
        assert_eq!(shown, expected);
        assert_eq!(visible_but_coloured("plain\n"), "plain\n");
    }
}
