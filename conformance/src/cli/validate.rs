//! `airspec validate`: JSON judged against a spec: one text with its diagnostics for people, or values one a line for
//! programs.

use super::{End, Failure, Spec, pointed, show, style};
use airspec_judge::Judge;
use airspec_models::{Violation, Violations};
use serde::Serialize;
use serde::de::IgnoredAny;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, IsTerminal as _, Read as _, Write};
use std::path::PathBuf;

/// The form `text` takes one JSON text, a task or an array of tasks, and shows each place where it is wrong. The form
/// `lines` takes one value a line and gives one verdict a line: {"line", "valid", "violations": [{"pointer",
/// "constraint", "message"}]}; empty lines are passed over. Without --format, a terminal gets the text, and a program the
/// lines where the input has one value a line.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    spec: Spec,
    /// How to say it
    #[arg(long, value_name = "FORM")]
    format: Option<Format>,
    /// The file of values, `-` for standard input
    #[arg(value_name = "VALUES")]
    values: PathBuf,
}

/// How verdicts are said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people: line, column and a caret under the place
    Text,
    /// For programs: JSON, one verdict a line
    Lines,
}

/// The verdict on one line.
#[derive(Serialize)]
struct Verdict {
    line: usize,
    valid: bool,
    violations: Vec<Violation>,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Failure> {
    let model = arguments.spec.read()?;
    let judge = Judge::new(&model)?;
    let path = &arguments.values;
    let is_input = path.as_os_str() == "-";
    let name = if is_input { "standard input".to_owned() } else { path.display().to_string() };
    let unread = |error: io::Error| Failure(format!("{name}: cannot be read: {error}"));
    let mut input: Box<dyn BufRead> = if is_input {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::new(File::open(path).map_err(unread)?))
    };
    let mut begin = Vec::new();
    let format = match arguments.format {
        Some(format) => format,
        None if io::stdout().is_terminal() => Format::Text,
        None if goes_on(&mut input, &mut begin).map_err(unread)? => Format::Text,
        None => Format::Lines,
    };
    let input = begin.as_slice().chain(input);
    match format {
        Format::Text => text(&judge, &model, &name, &io::read_to_string(input).map_err(unread)?),
        Format::Lines => lines(&judge, &name, input),
    }
}

/// Whether the first value takes more than its line: the line is no whole value, nor is the next. Keeps what was read.
fn goes_on(input: &mut impl BufRead, begin: &mut Vec<u8>) -> io::Result<bool> {
    let mut next = || -> io::Result<Option<serde_json::Result<IgnoredAny>>> {
        loop {
            let start = begin.len();
            if input.read_until(b'\n', begin)? == 0 {
                return Ok(None);
            }
            if !begin[start..].trim_ascii().is_empty() {
                return Ok(Some(serde_json::from_slice(&begin[start..])));
            }
        }
    };
    let is_cut = next()?.is_some_and(|value| value.is_err_and(|error| error.is_eof()));
    Ok(is_cut && next()?.is_some_and(|value| value.is_err()))
}

/// One text, for people.
fn text(judge: &Judge, model: &airspec_spec::Model, name: &str, text: &str) -> Result<End, Failure> {
    let (told, violations) = pointed::diagnose(judge, model, name, text, style());
    show(&told)?;
    Ok(if violations == 0 { End::Conforms } else { End::Violated })
}

/// One verdict a line, for programs.
fn lines(judge: &Judge, name: &str, input: impl BufRead) -> Result<End, Failure> {
    match judge_lines(judge, input, BufWriter::new(io::stdout().lock())) {
        Ok(true) => Ok(End::Conforms),
        Ok(false) => Ok(End::Violated),
        // Whoever reads our output has heard enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(End::Violated),
        Err(error) => Err(Failure(format!("{name}: {error}"))),
    }
}

/// Whether every value is valid.
fn judge_lines(judge: &Judge, mut input: impl BufRead, mut output: impl Write) -> io::Result<bool> {
    let mut all_valid = true;
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        if input.read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        let violations = match std::str::from_utf8(&bytes) {
            Ok(text) => judge.text(text.trim_end_matches(['\n', '\r'])),
            Err(error) => {
                let message = format!("is not UTF-8 at byte {}", error.valid_up_to() + 1);
                Violations::from(Violation::new(String::new(), "json.syntax", message)).into_vec()
            }
        };
        let verdict = Verdict { line, valid: violations.is_empty(), violations };
        all_valid &= verdict.valid;
        serde_json::to_writer(&mut output, &verdict)?;
        output.write_all(b"\n")?;
    }
    output.flush()?;
    Ok(all_valid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use airspec_spec::Source;

    #[test]
    fn each_value_gets_one_line_with_its_number() {
        let spec = r#"{"type": "object", "properties": {"width": {"type": "integer", "maximum": 9}}}"#;
        let judge = Judge::new(&airspec_spec::read(&Source::new("tiny", spec)).unwrap()).unwrap();
        let mut output = Vec::new();
        let input =
            b"{\"width\": 9}\n\n{\"width\": 10}\r\nnonsense\n\xff\n{\"width\":1,\"width\":1}".as_slice();
        assert!(!judge_lines(&judge, input, &mut output).unwrap());
        let lines: Vec<serde_json::Value> = output
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect();
        assert_eq!(lines[0], serde_json::json!({"line": 1, "valid": true, "violations": []}));
        let found = serde_json::json!([
            {"pointer": "/width", "constraint": "width.maximum", "message": "must be at most 9, found 10"}
        ]);
        assert_eq!(lines[1], serde_json::json!({"line": 3, "valid": false, "violations": found}));
        let ids: Vec<&str> =
            lines[2..].iter().map(|line| line["violations"][0]["constraint"].as_str().unwrap()).collect();
        assert_eq!(ids, ["json.syntax", "json.syntax", "json.duplicate"]);
    }

    #[test]
    fn a_value_of_several_lines_is_told_from_a_value_a_line() {
        let goes_on = |text: &str| {
            let (mut input, mut begin) = (text.as_bytes(), Vec::new());
            let answer = goes_on(&mut input, &mut begin).unwrap();
            assert_eq!([begin.as_slice(), input].concat(), text.as_bytes(), "nothing is lost");
            answer
        };
        for text in ["{\n  \"a\": 1\n}", "\n[\n\n {\"a\":\n1}]", "{\n\"a\": oops"] {
            assert!(goes_on(text), "{text}");
        }
        for text in ["", "\n", "{}", "{}\n{}\n", "{\"a\"\n", "{\"a\"\n{}\n", "oops\n{", "1\n2", "{} {\n{"] {
            assert!(!goes_on(text), "{text}");
        }
    }
}
