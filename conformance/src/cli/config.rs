//! Where flags come from that the command line does not have: variables `AIRSPEC_…`, and the file `airspec.toml`.
//!
//! A value that is found becomes arguments of the command line, unless the command line has the flag or one that cannot
//! stand beside it. So there is one reader of flags, with one set of checks.

mod file;
mod schema;

use super::{End, Failure, show, show_raw};
use clap::{Arg, ArgAction, ArgMatches, Command};
use file::File;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::OnceLock;

/// Flags that say what one call does, and so are on the command line alone.
const OF_ONE_CALL: [&str; 8] = ["config", "fix", "help", "list", "no-config", "plan", "resume", "version"];

/// Flags whose values are told before something is sent.
const TOLD: [&str; 4] = ["budget", "header", "max-cost", "target"];

/// The arguments of this program, with those that are not from the command line.
static ARGUMENTS: OnceLock<Vec<OsString>> = OnceLock::new();

/// The arguments of this program, with those that are not from the command line.
pub(super) fn all_arguments() -> Vec<OsString> {
    ARGUMENTS.get().cloned().unwrap_or_else(|| std::env::args_os().collect())
}

#[derive(Debug, clap::Args)]
pub(super) struct Global {
    /// File of flags, in place of the first `airspec.toml` in this folder or one above it
    #[arg(
        long,
        value_name = "FILE",
        global = true,
        help_heading = "Everywhere",
        env = "AIRSPEC_CONFIG",
        hide_env = true
    )]
    config: Option<PathBuf>,
    /// Read no file of flags
    #[arg(long, global = true, help_heading = "Everywhere", conflicts_with = "config")]
    no_config: bool,
    /// When to use colours; also NO_COLOR and FORCE_COLOR
    #[arg(long, value_name = "WHEN", global = true, help_heading = "Everywhere", default_value = "auto")]
    pub(super) color: clap::ColorChoice,
}

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Print the JSON Schema of a file, for editors: of `airspec.toml`, of deviations as JSON, or of the settings of a mock
    #[arg(long, value_name = "OF", num_args = 0..=1, default_missing_value = "flags")]
    schema: Option<Schema>,
}

/// A file that people write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Schema {
    /// `airspec.toml`
    Flags,
    /// The file of `--deviations`, if it ends in .json
    Deviations,
    /// The file of `airspec mock --settings`
    MockSettings,
}

/// A value for a flag.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Value {
    /// The command that it is for; without one, all that have the flag.
    command: Option<String>,
    flag: String,
    /// What stands on a command line: none for `false`, and one empty text for `true`.
    texts: Vec<String>,
    /// What may be shown of it.
    shown: String,
    /// Where it was found.
    origin: String,
}

/// All values, the ones that hold before those that they replace.
pub(super) struct Configuration {
    path: Option<PathBuf>,
    values: Vec<Value>,
}

impl Configuration {
    /// Of the environment, and of the file that the arguments name or that is found. `program` is built.
    pub(super) fn read(program: &Command, arguments: &[OsString]) -> Result<Self, Failure> {
        let partial = partial(program, arguments);
        let Some((name, given)) = partial.as_ref().and_then(ArgMatches::subcommand) else {
            return Ok(Self { path: None, values: Vec::new() });
        };
        if name != "config" && !commands(program).any(|command| command.get_name() == name) {
            return Ok(Self { path: None, values: Vec::new() });
        }
        let path = place(given)?;
        let mut values = of_environment(program, |name| std::env::var(name).ok())?;
        if let Some(path) = &path {
            values.extend(File::read(path)?.values(program)?);
        }
        Ok(Self::of(path, values))
    }

    /// Those of the environment first, and for one command before those for all.
    fn of(path: Option<PathBuf>, mut values: Vec<Value>) -> Self {
        values.sort_by_key(|value| (!value.origin.starts_with("AIRSPEC_"), value.command.is_none()));
        Self { path, values }
    }

    /// The arguments with what else holds for the command that they name, and the values that were taken.
    fn added(&self, program: &Command, arguments: &[OsString]) -> (Vec<OsString>, Vec<&Value>) {
        let mut all = arguments.to_vec();
        let partial = partial(program, arguments);
        let Some((name, given)) = partial.as_ref().and_then(ArgMatches::subcommand) else {
            return (all, Vec::new());
        };
        let Some(command) = program.find_subcommand(name) else { return (all, Vec::new()) };
        let mut taken: Vec<(&Value, &Arg)> = Vec::new();
        for value in &self.values {
            let is_for = value.command.as_deref().is_none_or(|wanted| wanted == name);
            let Some(flag) = flag_of(command, &value.flag).filter(|_| is_for) else { continue };
            let is_known = taken.iter().any(|(_, known)| known.get_id() == flag.get_id());
            let is_replaced = given_of(command, given)
                .any(|other| other == flag || conflict(command, other, flag))
                || taken
                    .iter()
                    .any(|(value, other)| !value.texts.is_empty() && conflict(command, other, flag));
            if !is_known && !is_replaced {
                taken.push((value, flag));
            }
        }
        let end = all.iter().position(|argument| argument == "--").unwrap_or(all.len());
        let words = taken.iter().flat_map(|(value, flag)| words(flag, &value.texts));
        all.splice(end..end, words.collect::<Vec<_>>());
        taken.retain(|(value, _)| !value.texts.is_empty());
        (all, taken.into_iter().map(|(value, _)| value).collect())
    }

    /// What the arguments say, with what else holds. Where a value that was found cannot be read, the message names its place.
    pub(super) fn parse(
        &self,
        program: &Command,
        arguments: &[OsString],
    ) -> Result<ArgMatches, (clap::Error, Option<String>)> {
        let (all, taken) = self.added(program, arguments);
        let _ = ARGUMENTS.set(all.clone());
        let matches = program.clone().try_get_matches_from(&all).map_err(|error| {
            let told = error.get(clap::error::ContextKind::InvalidArg).map(ToString::to_string);
            let is_told = |value: &&&Value| {
                told.as_deref()
                    .and_then(|told| told.split_whitespace().next())
                    .and_then(|told| told.strip_prefix("--"))
                    == Some(value.flag.as_str())
            };
            let origin = taken.iter().find(is_told).map(|value| value.origin.clone());
            (error, origin)
        })?;
        let told: Vec<String> = taken
            .iter()
            .filter(|value| TOLD.contains(&value.flag.as_str()))
            .map(|value| format!("--{} {} ({})", value.flag, value.shown, value.origin))
            .collect();
        if !told.is_empty() {
            super::complain(&format!("not from the command line: {}", told.join(", ")));
        }
        Ok(matches)
    }
}

/// What can be read of a command line to which arguments are to be added.
fn partial(program: &Command, arguments: &[OsString]) -> Option<ArgMatches> {
    program.clone().ignore_errors(true).try_get_matches_from(arguments).ok()
}

/// The words of a command line that set a flag.
fn words(flag: &Arg, texts: &[String]) -> Vec<OsString> {
    let Some(long) = flag.get_long() else { return Vec::new() };
    if !flag.get_action().takes_values() {
        return texts.iter().map(|_| format!("--{long}").into()).collect();
    }
    if flag.get_num_args().is_some_and(|range| range.min_values() > 1) {
        return std::iter::once(format!("--{long}").into()).chain(texts.iter().map(OsString::from)).collect();
    }
    texts.iter().map(|text| format!("--{long}={text}").into()).collect()
}

/// The flags that the command line itself has.
fn given_of<'a>(command: &'a Command, given: &'a ArgMatches) -> impl Iterator<Item = &'a Arg> {
    command.get_arguments().filter(|flag| {
        let is_there = given.try_contains_id(flag.get_id().as_str()).unwrap_or(false);
        is_there && given.value_source(flag.get_id().as_str()) == Some(clap::parser::ValueSource::CommandLine)
    })
}

fn conflict(command: &Command, one: &Arg, other: &Arg) -> bool {
    command.get_arg_conflicts_with(one).contains(&other)
        || command.get_arg_conflicts_with(other).contains(&one)
}

/// A flag that need not be on the command line.
fn flag_of<'a>(command: &'a Command, long: &str) -> Option<&'a Arg> {
    flags(command).find(|flag| flag.get_long() == Some(long))
}

/// The flags of a command that need not be on the command line.
fn flags(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|flag| {
        flag.get_long().is_some_and(|long| !OF_ONE_CALL.contains(&long)) && !flag.is_positional()
    })
}

/// The commands that have flags which need not be on the command line.
fn commands(program: &Command) -> impl Iterator<Item = &Command> {
    program
        .get_subcommands()
        .filter(|command| !["completions", "config", "help", "man", "mcp"].contains(&command.get_name()))
}

/// A flag of any command.
fn any_flag<'a>(program: &'a Command, long: &str) -> Option<&'a Arg> {
    commands(program).find_map(|command| flag_of(command, long))
}

/// The values of variables, such as `AIRSPEC_MAX_COST` for `--max-cost`. An empty one is none; what has a variable of another
/// kind is left to that.
fn of_environment(
    program: &Command,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Vec<Value>, Failure> {
    let mut values: Vec<Value> = Vec::new();
    for flag in commands(program).flat_map(flags).filter(|flag| flag.get_env().is_none()) {
        let Some(long) = flag.get_long() else { continue };
        let name = format!("AIRSPEC_{}", long.to_uppercase().replace('-', "_"));
        let Some(text) = variable(&name) else { continue };
        // Without a target, another server would be tested than the user thinks of.
        if text.is_empty() && long == "target" {
            return Err(Failure(format!("{name} is empty: set it to a URL, or unset it")));
        }
        if text.is_empty() {
            continue;
        }
        if values.iter().any(|value| value.flag == long) {
            continue;
        }
        let texts = if takes_values(flag) {
            vec![text.clone()]
        } else {
            switch(&text).ok_or_else(|| Failure(format!("{name}: use true or false")))?
        };
        let shown = if long == "header" { hidden(&text) } else { text };
        values.push(Value { command: None, flag: long.to_owned(), texts, shown, origin: name });
    }
    Ok(values)
}

fn takes_values(flag: &Arg) -> bool {
    !matches!(flag.get_action(), ArgAction::SetTrue | ArgAction::SetFalse | ArgAction::Count)
}

/// The texts of a flag without a value.
fn switch(text: &str) -> Option<Vec<String>> {
    match text {
        "true" | "1" => Some(vec![String::new()]),
        "false" | "0" => Some(Vec::new()),
        _ => None,
    }
}

/// A header without its value.
fn hidden(header: &str) -> String {
    header.split_once(':').map_or_else(|| "…".to_owned(), |(name, _)| format!("{name}: …"))
}

/// The file of flags: the one that is named, or the first on the way up from the working folder.
fn place(given: &ArgMatches) -> Result<Option<PathBuf>, Failure> {
    // Of a command line that is wrong, not everything is there.
    if given.try_get_one("no_config").is_ok_and(|flag| flag == Some(&true)) {
        return Ok(None);
    }
    if let Ok(Some(path)) = given.try_get_one::<PathBuf>("config") {
        return Ok(Some(path.clone()));
    }
    let here = std::env::current_dir().map_err(|error| Failure(format!("the working folder: {error}")))?;
    Ok(here.ancestors().map(|folder| folder.join(file::NAME)).find(|path| path.is_file()))
}

/// `airspec config`: what holds, and where it comes from.
pub(super) fn run(
    arguments: &Arguments,
    configuration: &Configuration,
    program: &Command,
) -> Result<End, Failure> {
    if let Some(schema) = arguments.schema {
        match schema {
            Schema::Flags => show_raw(&format!("{:#}\n", schema::of(program)))?,
            Schema::Deviations => show_raw(airspec_suite::run::deviation::SCHEMA)?,
            Schema::MockSettings => show_raw(airspec_mock::Settings::SCHEMA)?,
        }
        return Ok(End::Conforms);
    }
    let mut text = match &configuration.path {
        Some(path) => format!("file: {}\n", super::shown(path)),
        None => format!("file: none; no {} in this folder or one above it\n", file::NAME),
    };
    let width = configuration.values.iter().map(|value| value.flag.len()).max().unwrap_or(0);
    for (index, value) in configuration.values.iter().enumerate() {
        let command = value.command.as_deref().unwrap_or("all commands");
        let is_replaced = configuration.values[..index].iter().any(|other| {
            other.flag == value.flag && (other.command.is_none() || other.command == value.command)
        });
        let note = if is_replaced { ", replaced" } else { "" };
        let _ =
            writeln!(text, "{command:<14} {:<width$}  {}  ({}{note})", value.flag, value.shown, value.origin);
    }
    for name in unknown(program) {
        let _ = writeln!(text, "{name} is the variable of no flag");
    }
    show(&text)?;
    Ok(End::Conforms)
}

/// Variables that look like ours and are not.
fn unknown(program: &Command) -> Vec<String> {
    let known = |name: &str| {
        let long = name.strip_prefix("AIRSPEC_").unwrap_or(name).to_lowercase().replace('_', "-");
        any_flag(program, &long).is_some()
            || name == "AIRSPEC_PROXY_URL"
            || program
                .get_subcommands()
                .chain([program])
                .flat_map(Command::get_arguments)
                .any(|flag| flag.get_env().is_some_and(|variable| variable == name))
    };
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name.starts_with("AIRSPEC_") && !known(name)).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built() -> Command {
        let mut program = super::super::command();
        program.build();
        program
    }

    fn arguments(words: &[&str]) -> Vec<OsString> {
        words.iter().map(OsString::from).collect()
    }

    fn added(text: &str, variables: &[(&str, &str)], words: &[&str]) -> Vec<String> {
        let program = built();
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned())
        };
        let mut values = of_environment(&program, variable).unwrap();
        let file = File::of(PathBuf::from("/project/airspec.toml"), text.to_owned());
        values.extend(file.values(&program).unwrap());
        let (all, _) = Configuration::of(None, values).added(&program, &arguments(words));
        all[words.len().min(all.len())..].iter().map(|word| word.to_string_lossy().into_owned()).collect()
    }

    const TEXT: &str = "target = \"http://127.0.0.1:1/v1\"\nreport = \"out\"\njobs = 4\nverbose = true\n\
                        [conformance]\nmax-cost = 2.5\njobs = 2\n[mock]\nport = 9000\n";

    #[test]
    fn a_command_gets_what_is_for_all_and_what_is_for_it() {
        assert_eq!(
            added(TEXT, &[], &["airspec", "conformance"]),
            [
                "--jobs=2",
                "--max-cost=2.5",
                "--report=/project/out",
                "--target=http://127.0.0.1:1/v1",
                "--verbose"
            ]
        );
        assert_eq!(added(TEXT, &[], &["airspec", "mock"]), ["--port=9000"]);
    }

    #[test]
    fn the_command_line_comes_first_then_the_environment_then_the_file() {
        let words = ["airspec", "conformance", "--jobs", "3", "--quiet", "--report=x", "--max-cost", "1"];
        assert_eq!(added(TEXT, &[], &words), ["--target=http://127.0.0.1:1/v1"]);
        let variables = [
            ("AIRSPEC_TARGET", "http://127.0.0.1:2/v1"),
            ("AIRSPEC_REPORT", ""),
            ("AIRSPEC_VERBOSE", "false"),
        ];
        let words = ["airspec", "conformance", "--max-cost", "1", "--jobs", "3"];
        assert_eq!(
            added(TEXT, &variables, &words),
            ["--target=http://127.0.0.1:2/v1", "--report=/project/out"]
        );
    }

    #[test]
    fn what_cannot_stand_beside_a_flag_of_the_command_line_is_left_out() {
        let words = ["airspec", "conformance", "--compare", "http://a", "http://b", "--free-only"];
        let left = added(TEXT, &[], &words);
        assert!(
            !left.iter().any(|word| word.starts_with("--target") || word.starts_with("--max-cost")),
            "{left:?}"
        );
    }

    #[test]
    fn arguments_of_another_program_stay_last() {
        let program = built();
        let values = File::of(PathBuf::from("airspec.toml"), TEXT.to_owned()).values(&program).unwrap();
        let configuration = Configuration { path: None, values };
        let words = arguments(&["airspec", "proxy", "--", "npm", "--report", "x"]);
        let (all, _) = configuration.added(&program, &words);
        assert_eq!(all[all.len() - 4..], words[2..]);
        assert!(all.contains(&OsString::from("--target=http://127.0.0.1:1/v1")));
    }

    #[test]
    fn a_mistake_is_told_with_its_line_and_what_is_near() {
        let program = built();
        let told = |text: &str| {
            let file = File::of(PathBuf::from("airspec.toml"), text.to_owned());
            file.values(&program).map_err(|Failure(text)| text).unwrap_err()
        };
        assert_eq!(
            told("\nmax-cots = 3\n"),
            "airspec.toml:2: no command has the flag `max-cots`; did you mean `max-cost`?"
        );
        assert_eq!(told("[mock]\ntarget = \"x\"\n"), "airspec.toml:2: `airspec mock` has no flag `target`");
        assert_eq!(told("[mok]\n"), "airspec.toml:1: there is no command `mok`; did you mean `mock`?");
        assert_eq!(told("[man]\n"), "airspec.toml:1: there is no command `man` with flags");
        assert_eq!(told("verbose = \"yes\"\n"), "airspec.toml:1: `verbose` must be true or false");
        assert_eq!(
            told("seed = [[1]]\n"),
            "airspec.toml:1: `seed` must be a text, a number or a list of them"
        );
        assert_eq!(
            told("seed = true\n"),
            "airspec.toml:1: `seed` must be a text, a number or a list of them"
        );
        assert_eq!(
            told("header = \"A: ${AIRSPEC_TEST_UNSET}\"\n"),
            "airspec.toml:1: `header`: the variable AIRSPEC_TEST_UNSET is not set"
        );
        assert_eq!(told("plan = true\n"), "airspec.toml:1: `plan` is a flag of the command line alone");
        assert!(told("a = \n").starts_with("airspec.toml:1: "), "{}", told("a = \n"));
    }

    #[test]
    fn no_value_of_a_header_is_shown() {
        let program = built();
        let variable = |name: &str| (name == "AIRSPEC_HEADER").then(|| "X-Token: abc".to_owned());
        let values = of_environment(&program, variable).unwrap();
        assert_eq!(values[0].shown, "X-Token: …");
        let file = File::of(PathBuf::from("airspec.toml"), "header = [\"A: ${PATH}\", \"B: c\"]".to_owned());
        let values = file.values(&program).unwrap();
        assert_eq!(values[0].shown, "A: …, B: …");
        assert_eq!(values[0].texts[1], "B: c");
        assert!(values[0].texts[0].len() > 4);
    }
}
