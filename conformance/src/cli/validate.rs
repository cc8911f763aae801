//! `airspec validate`: JSON judged against a spec, told for people or for programs.
//!
//! What the input is decides the input alone (its name, or `--lines`), so that a verdict is the same on a terminal and in
//! a pipe. The form of the output follows `--format`, and no verdict follows from it.

pub(super) mod input;
pub(super) mod specs;

use super::diagnostics::{self, Text};
use super::{End, Failure, Spec, cleaned, complain, style};
use airspec_models::Violations;
use airspec_report::{Annotation, AnnotationFormat, annotations};
use airspec_spec::text::visible_json;
use airspec_suite::redact::guard;
use input::{Form, Found, Unjudged};
use serde::Serialize;
use specs::Specs;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

/// A file contains one task or an array of tasks, as JSON. A file that ends in `.jsonl` or `.ndjson` contains one value on
/// each line; for other files and standard input, use --lines. Empty lines are ignored.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    spec: Spec,
    /// Output format; default: `lines` if the input has one value on each line and the output is not a terminal, else `text`
    #[arg(long, value_name = "FORM")]
    format: Option<Format>,
    /// Read one value from each line of the input, whatever the file names are
    #[arg(long)]
    lines: bool,
    /// The files are answers of the API: validate each result in `data` with the fields that the spec, or else the
    /// platform, documents for results. Errors in an answer are not validated
    #[arg(long)]
    response: bool,
    /// Files to validate; `-` is standard input
    #[arg(value_name = "VALUES", required = true)]
    values: Vec<PathBuf>,
}

/// The output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people: line, column and a caret below the value
    Text,
    /// For programs: one verdict on each line, {"line", "valid", "violations": [{"pointer", "constraint", "message"}]}; with
    /// "file" first if there are several files, and with "unlisted", a count, if there are too many violations
    Lines,
    /// Annotations for GitHub Actions
    Github,
    /// SARIF 2.1.0
    Sarif,
}

impl Format {
    /// The form of findings that is written after all files.
    fn after(self) -> Option<AnnotationFormat> {
        match self {
            Self::Text | Self::Lines => None,
            Self::Github => Some(AnnotationFormat::Github),
            Self::Sarif => Some(AnnotationFormat::Sarif),
        }
    }
}

/// The verdict on one value.
#[derive(Serialize)]
struct Verdict<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    line: usize,
    valid: bool,
    violations: &'a Violations,
    #[serde(skip_serializing_if = "is_zero")]
    unlisted: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Failure> {
    let specs = if arguments.response {
        Specs::of_results(&arguments.spec.one()?)?
    } else {
        Specs::new(arguments.spec.catalogue()?)?
    };
    let mut output = Output::new(BufWriter::new(io::stdout().lock()));
    let names_files = arguments.values.len() > 1;
    let mut run = Run { specs: &specs, names_files, output: &mut output, annotations: Vec::new() };
    let (mut all_valid, mut all_judged) = (true, true);
    for path in &arguments.values {
        let form = if arguments.lines { Form::Lines } else { Form::of(path) };
        let format = arguments.format.unwrap_or_else(|| default_format(form));
        let name = shown_name(path);
        match run.file(path, &name, form, format) {
            Ok(is_valid) => all_valid &= is_valid,
            Err(FileError::Output(error)) => return Err(Failure(format!("standard output: {error}"))),
            Err(FileError::Unjudged(reason)) => {
                run.output.flush()?;
                complain(&format!("{name}: {reason}"));
                all_judged = false;
            }
        }
    }
    if let Some(format) = arguments.format.and_then(Format::after) {
        run.output.write(annotations(format, &run.annotations).as_bytes())?;
    }
    run.output.flush()?;
    Ok(match (all_judged, all_valid) {
        (false, _) => End::Unjudged,
        (true, false) => End::Violated,
        (true, true) => End::Conforms,
    })
}

/// Verdicts on many values are for programs, unless a person is looking.
fn default_format(form: Form) -> Format {
    match form {
        Form::Lines if !io::stdout().is_terminal() => Format::Lines,
        Form::Lines | Form::Document => Format::Text,
    }
}

fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn shown_name(path: &Path) -> String {
    const LONGEST: usize = 4096;
    if is_standard_input(path) {
        return "standard input".to_owned();
    }
    airspec_spec::text::shorten(&path.display().to_string(), LONGEST)
}

/// Why there is no verdict on a file.
#[derive(Debug)]
enum FileError {
    /// Its values cannot be judged.
    Unjudged(Unjudged),
    /// Verdicts cannot be written.
    Output(io::Error),
}

impl From<Unjudged> for FileError {
    fn from(reason: Unjudged) -> Self {
        Self::Unjudged(reason)
    }
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// What all files of a command share.
struct Run<'a, W: Write> {
    specs: &'a Specs,
    names_files: bool,
    output: &'a mut Output<W>,
    /// What is written after all files.
    annotations: Vec<Annotation>,
}

impl<W: Write> Run<'_, W> {
    /// Whether every value of a file is valid.
    fn file(&mut self, path: &Path, name: &str, form: Form, format: Format) -> Result<bool, FileError> {
        let input: Box<dyn BufRead> = if is_standard_input(path) {
            Box::new(io::stdin().lock())
        } else {
            Box::new(BufReader::new(File::open(path).map_err(Unjudged::Unread)?))
        };
        self.values(name, input, form, format)
    }

    /// Whether every value of an input is valid.
    fn values(
        &mut self,
        name: &str,
        mut input: impl BufRead,
        form: Form,
        format: Format,
    ) -> Result<bool, FileError> {
        let (mut count, mut invalid, mut shown, mut hidden) = (0_usize, 0_usize, 0_usize, 0_usize);
        let mut bytes = Vec::new();
        let mut next = 1;
        while let Some(line) = input::next(&mut input, form, next, &mut bytes)? {
            let found = input::judge(self.specs, &bytes, line)?;
            count += 1;
            invalid += usize::from(!found.is_valid());
            match format {
                Format::Lines => self.line(name, line, &found)?,
                Format::Github | Format::Sarif => {
                    let content = String::from_utf8_lossy(&bytes);
                    let room = diagnostics::MAX_SHOWN.saturating_sub(shown);
                    let text = Text { name, content: &content, first_line: line };
                    let more = diagnostics::annotations(self.specs, text, &found, room);
                    shown += more.len();
                    hidden += found.count() - more.len();
                    self.annotations.extend(more);
                }
                Format::Text => {
                    let content = String::from_utf8_lossy(&bytes);
                    let room = diagnostics::MAX_SHOWN.saturating_sub(shown);
                    let text = Text { name, content: &content, first_line: line };
                    let (told, more) = diagnostics::explain(self.specs, text, &found, room, style());
                    shown += more;
                    self.output.show(&told)?;
                    if form == Form::Document {
                        self.output.show(&diagnostics::summary(name, &found, more, style()))?;
                    }
                }
            }
            next = line + 1;
        }
        if count == 0 {
            return Err(Unjudged::Empty.into());
        }
        if hidden > 0 {
            self.annotations.push(diagnostics::more(name, hidden));
        }
        if format == Format::Text && form == Form::Lines {
            let summary = diagnostics::summary_of_lines(name, count, invalid, style());
            self.output.show(&summary)?;
        }
        Ok(invalid == 0)
    }

    /// One verdict on one line.
    fn line(&mut self, name: &str, line: usize, found: &Found) -> io::Result<()> {
        let violations = found.violations();
        let verdict = Verdict {
            file: self.names_files.then_some(name),
            line,
            valid: found.is_valid(),
            violations: &violations,
            unlisted: violations.unlisted(),
        };
        let text = serde_json::to_string(&verdict)? + "\n";
        self.output.write(visible_json(&guard::text(&text)).as_bytes())
    }
}

/// Where verdicts go. A reader that has seen enough, such as `head`, changes no verdict: the rest is judged unseen.
struct Output<W> {
    writer: W,
    is_closed: bool,
}

impl<W: Write> Output<W> {
    fn new(writer: W) -> Self {
        Self { writer, is_closed: false }
    }

    /// Text for people.
    fn show(&mut self, text: &str) -> io::Result<()> {
        self.write(cleaned(text).as_bytes())
    }

    fn write(&mut self, text: &[u8]) -> io::Result<()> {
        self.attempt(|writer| writer.write_all(text))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.attempt(W::flush)
    }

    fn attempt(&mut self, write: impl FnOnce(&mut W) -> io::Result<()>) -> io::Result<()> {
        if self.is_closed {
            return Ok(());
        }
        match write(&mut self.writer) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(())
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use airspec_spec::Source;

    /// The verdict on an input, and what is written: in each form of the output.
    fn verdicts(input: &[u8], form: Form) -> [(Result<bool, FileError>, String); 2] {
        let spec = r#"{"type": "object", "properties": {"width": {"type": "integer", "maximum": 9},
            "id": {"type": "string", "x-unique": true}}}"#;
        let model = airspec_spec::read(&Source::new("tiny", spec)).unwrap();
        let specs = Specs::new(airspec_spec::Catalogue::of(vec![model]).unwrap()).unwrap();
        [Format::Text, Format::Lines].map(|format| {
            let mut output = Output::new(Vec::new());
            let mut run =
                Run { specs: &specs, names_files: false, output: &mut output, annotations: Vec::new() };
            let verdict = run.values("a.json", input, form, format);
            (verdict, String::from_utf8(output.writer).unwrap())
        })
    }

    #[test]
    fn each_value_gets_one_line_with_its_number() {
        let input =
            b"{\"width\": 9}\n\n{\"width\": 10}\r\nnonsense\n\xff\n{\"width\":1,\"width\":1}".as_slice();
        let [_, (verdict, output)] = verdicts(input, Form::Lines);
        assert!(!verdict.unwrap());
        let lines: Vec<serde_json::Value> =
            output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
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
    fn the_verdict_on_a_value_does_not_depend_on_how_it_is_told() {
        let deep = "[".repeat(100) + &"]".repeat(100);
        let inputs = [
            "{}",
            "[{}]",
            "[]",
            "[{\"width\": 10}]",
            "[{\"id\": \"a\"}, {\"id\": \"A\"}]",
            "[[]]",
            "[1]",
            "1",
            "null",
            "oops",
            "{\n\"width\": 10\n}",
            "{}\n{}",
            "{}\n\n\n",
            "\u{feff}{}",
            "",
            " \n\t\n",
            &deep,
        ];
        for input in inputs {
            for form in [Form::Document, Form::Lines] {
                let [(text, told), (lines, _)] = verdicts(input.as_bytes(), form);
                assert_eq!(format!("{text:?}"), format!("{lines:?}"), "{input:?} {form:?} {told}");
            }
        }
        let is_valid = |input: &str| verdicts(input.as_bytes(), Form::Document)[0].0.as_ref().ok().copied();
        assert_eq!(
            inputs[..5].iter().map(|input| is_valid(input)).collect::<Vec<_>>(),
            [Some(true), Some(true), Some(true), Some(false), Some(false)]
        );
        for empty in ["", " \n\t\n"] {
            let [(verdict, _), _] = verdicts(empty.as_bytes(), Form::Document);
            assert!(matches!(verdict, Err(FileError::Unjudged(Unjudged::Empty))), "{empty:?}");
        }
    }

    #[test]
    fn a_value_a_line_is_told_for_people_with_the_lines_of_the_file() {
        let [(verdict, text), _] = verdicts(b"{}\n\n{\"width\": 10}\n[{\"width\": 11}]\n", Form::Lines);
        assert!(!verdict.unwrap());
        assert!(text.starts_with("a.json:3:11: width must be at most 9, found 10\n  |\n3 | "), "{text}");
        assert!(text.contains("a.json:4:12: 0.width must be at most 9, found 11\n"), "{text}");
        assert!(text.ends_with("a.json: 2 of 3 values are not valid\n"), "{text}");
        let [(verdict, text), _] = verdicts(b"{}\n{}\n", Form::Lines);
        assert!(verdict.unwrap());
        assert_eq!(text, "a.json: 2 values, valid\n");
    }

    #[test]
    fn however_much_is_wrong_little_is_said() {
        let many = format!("[{}1]", "1,".repeat(50_000));
        for (form, input) in [(Form::Document, many.clone()), (Form::Lines, "1\n".repeat(50_000))] {
            let [(verdict, text), (_, lines)] = verdicts(input.as_bytes(), form);
            assert!(!verdict.unwrap());
            assert!(text.len() < 20_000, "{form:?}: {}", text.len());
            assert!(form == Form::Lines || lines.len() < 300_000, "{form:?}: {}", lines.len());
        }
        let [_, (_, lines)] = verdicts(many.as_bytes(), Form::Document);
        let verdict: serde_json::Value = serde_json::from_str(&lines).unwrap();
        let listed = verdict["violations"].as_array().unwrap().len();
        assert_eq!(verdict["unlisted"], 50_001 - listed);
    }

    #[test]
    fn a_value_beyond_the_limits_is_not_judged() {
        let long = format!("\"{}\"", "x".repeat(input::MAX_BYTES));
        let many = format!("[{}1]", "1,".repeat(input::MAX_VALUES));
        let endless = format!("{{}}\n{long}");
        for (text, form) in
            [(&long, Form::Document), (&many, Form::Document), (&many, Form::Lines), (&endless, Form::Lines)]
        {
            let [(text, _), (lines, _)] = verdicts(text.as_bytes(), form);
            assert!(matches!(text, Err(FileError::Unjudged(Unjudged::TooLarge { .. }))), "{text:?}");
            assert_eq!(format!("{text:?}"), format!("{lines:?}"));
        }
    }

    #[test]
    fn a_reader_that_has_seen_enough_changes_no_verdict() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut output = Output::new(Closed);
        assert!(output.write(b"verdict").is_ok() && output.flush().is_ok() && output.is_closed);
    }
}
