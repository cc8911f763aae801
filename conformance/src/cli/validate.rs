//! `airspec validate`: JSON judged against a spec: one text with its diagnostics for people, or values one a line for
//! programs.

use super::{End, Failure, Spec, pointed, show, style};
use crate::judge::Judge;
use airspec_models::{Violation, Violations};
use serde::Serialize;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

/// The form `text` takes one JSON text, a task or an array of tasks, and shows each place where it is wrong. The form
/// `lines` takes one value a line and gives one verdict a line: {"line", "valid", "violations": [{"pointer",
/// "constraint", "message"}]}; empty lines are passed over. Without --format, a terminal gets the text and a program the
/// lines.
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
    let is_read = || if io::stdout().is_terminal() { Format::Text } else { Format::Lines };
    match arguments.format.unwrap_or_else(is_read) {
        Format::Text => text(&judge, &model, &arguments.values),
        Format::Lines => lines(&judge, &arguments.values),
    }
}

/// One text, for people.
fn text(judge: &Judge, model: &airspec::Model, path: &Path) -> Result<End, Failure> {
    let is_input = path.as_os_str() == "-";
    let name = if is_input { "standard input".to_owned() } else { path.display().to_string() };
    let read = if is_input { io::read_to_string(io::stdin().lock()) } else { std::fs::read_to_string(path) };
    let text = read.map_err(|error| Failure(format!("{name}: cannot be read: {error}")))?;
    let (told, violations) = pointed::diagnose(judge, model, &name, &text, style());
    show(&told)?;
    Ok(if violations == 0 { End::Conforms } else { End::Violated })
}

/// One verdict a line, for programs.
fn lines(judge: &Judge, path: &Path) -> Result<End, Failure> {
    let shown = path.display();
    let input: Box<dyn BufRead> = if path.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        let file = File::open(path).map_err(|error| Failure(format!("{shown}: cannot be read: {error}")))?;
        Box::new(BufReader::new(file))
    };
    match judge_lines(judge, input, BufWriter::new(io::stdout().lock())) {
        Ok(true) => Ok(End::Conforms),
        Ok(false) => Ok(End::Violated),
        // Whoever reads our output has heard enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(End::Violated),
        Err(error) => Err(Failure(format!("{shown}: {error}"))),
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
    use airspec::Source;

    #[test]
    fn each_value_gets_one_line_with_its_number() {
        let spec = r#"{"type": "object", "properties": {"width": {"type": "integer", "maximum": 9}}}"#;
        let judge = Judge::new(&airspec::read(&Source::new("tiny", spec)).unwrap()).unwrap();
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
}
