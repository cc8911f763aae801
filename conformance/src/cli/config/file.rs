//! `airspec.toml`: flags for all commands, and a table with flags for each command.

use super::super::{Failure, shown};
use super::{OF_ONE_CALL, Value, any_flag, commands, flag_of, flags, hidden, switch, takes_values};
use airspec_spec::text::nearest;
use clap::{Arg, Command};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub(super) const NAME: &str = "airspec.toml";

/// A file of flags is written by hand.
const MAX_BYTES: u64 = 1 << 20;

pub(super) struct File {
    path: PathBuf,
    text: String,
}

impl File {
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let fail = |reason: &dyn std::fmt::Display| Failure(format!("{}: {reason}", shown(path)));
        let mut text = String::new();
        let file = std::fs::File::open(path).map_err(|error| fail(&error))?;
        file.take(MAX_BYTES + 1).read_to_string(&mut text).map_err(|error| fail(&error))?;
        if text.len() as u64 > MAX_BYTES {
            return Err(fail(&"larger than 1 MiB, which no file of flags is"));
        }
        Ok(Self::of(path.to_owned(), text))
    }

    pub(super) fn of(path: PathBuf, text: String) -> Self {
        Self { path, text }
    }

    /// Where something stands, as `airspec.toml:3`.
    fn origin(&self, at: usize) -> String {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        format!("{}:{line}", shown(&self.path))
    }

    fn fail(&self, at: usize, reason: &str) -> Failure {
        Failure(format!("{}: {reason}", self.origin(at)))
    }

    /// The values for the flags of this program; every key must be one.
    pub(super) fn values(&self, program: &Command) -> Result<Vec<Value>, Failure> {
        let table = DeTable::parse(&self.text)
            .map_err(|error| self.fail(error.span().map_or(0, |span| span.start), error.message()))?;
        let mut values = Vec::new();
        for (key, value) in table.get_ref() {
            match value.get_ref() {
                DeValue::Table(flags) => values.extend(self.of_command(program, key, flags)?),
                _ => {
                    let Some(flag) = any_flag(program, key.get_ref()) else {
                        let known = commands(program).flat_map(super::flags).filter_map(Arg::get_long);
                        let reason = format!("no command has the flag `{}`", key.get_ref());
                        return Err(self.unknown(key, &reason, known));
                    };
                    values.push(self.value(None, flag, key, value)?);
                }
            }
        }
        Ok(values)
    }

    fn of_command(
        &self,
        program: &Command,
        name: &Spanned<std::borrow::Cow<'_, str>>,
        table: &DeTable<'_>,
    ) -> Result<Vec<Value>, Failure> {
        let Some(command) = commands(program).find(|command| command.get_name() == name.get_ref()) else {
            let is_without = program.find_subcommand(name.get_ref().as_ref()).is_some();
            let more = if is_without { " with flags" } else { "" };
            let reason = format!("there is no command `{}`{more}", name.get_ref());
            return Err(self.unknown(name, &reason, commands(program).map(Command::get_name)));
        };
        let values = table.iter().map(|(key, value)| {
            let flag = flag_of(command, key.get_ref()).ok_or_else(|| {
                let reason = format!("`airspec {}` has no flag `{}`", name.get_ref(), key.get_ref());
                self.unknown(key, &reason, flags(command).filter_map(Arg::get_long))
            })?;
            self.value(Some(name.get_ref()), flag, key, value)
        });
        values.collect()
    }

    fn unknown<'a>(
        &self,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        reason: &str,
        known: impl Iterator<Item = &'a str>,
    ) -> Failure {
        if OF_ONE_CALL.contains(&key.get_ref().as_ref()) {
            return self
                .fail(key.span().start, &format!("`{}` is a flag of the command line alone", key.get_ref()));
        }
        let near = nearest(key.get_ref(), known);
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        self.fail(key.span().start, &format!("{reason}{near}"))
    }

    fn value(
        &self,
        command: Option<&str>,
        flag: &Arg,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Value, Failure> {
        let at = value.span().start;
        let name = key.get_ref();
        let written = if takes_values(flag) {
            let list = match value.get_ref() {
                DeValue::Array(list) => list.iter().map(|one| scalar(one.get_ref())).collect(),
                one => scalar(one).map(|text| vec![text]),
            };
            let wrong = || self.fail(at, &format!("`{name}` must be a text, a number or a list of them"));
            list.ok_or_else(wrong)?
        } else {
            let truth = value.get_ref().as_bool().map(|truth| truth.to_string());
            truth
                .and_then(|truth| switch(&truth))
                .ok_or_else(|| self.fail(at, &format!("`{name}` must be true or false")))?
        };
        let shown = match name.as_ref() {
            "header" => written.iter().map(|header| hidden(header)).collect::<Vec<_>>().join(", "),
            _ if takes_values(flag) => written.join(", "),
            _ => (!written.is_empty()).to_string(),
        };
        let texts = written.iter().map(|text| self.text_of(flag, text));
        let texts = texts
            .collect::<Result<_, _>>()
            .map_err(|reason| self.fail(at, &format!("`{name}`: {reason}")))?;
        Ok(Value {
            command: command.map(str::to_owned),
            flag: name.clone().into_owned(),
            texts,
            shown,
            origin: self.origin(key.span().start),
        })
    }

    /// A text with the variables of the environment put in, as `${NAME}`; paths start at the folder of the file.
    fn text_of(&self, flag: &Arg, text: &str) -> Result<String, String> {
        let mut whole = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').ok_or("`${` has no `}`")?;
            let value = std::env::var(name).map_err(|_| format!("the variable {name} is not set"))?;
            whole.push_str(before);
            whole.push_str(&value);
            rest = after;
        }
        whole.push_str(rest);
        let is_path = flag
            .get_value_names()
            .is_some_and(|names| names.iter().any(|name| ["DIR", "FILE", "PATH"].contains(&name.as_str())));
        let folder = self.path.parent().unwrap_or(Path::new(""));
        // `--rules` takes a word in place of a path.
        if is_path && whole != "owner" {
            return Ok(folder.join(whole).display().to_string());
        }
        Ok(whole)
    }
}

/// The text of one value; none for lists, tables, dates and truth values.
fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.clone().into_owned()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        _ => None,
    }
}
