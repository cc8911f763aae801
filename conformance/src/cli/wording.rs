//! Answers to the questions of `import`: from the other documents, from what was answered before, from a file, or from
//! whoever sits at the terminal.

use super::Failure;
use airspec_spec::import::{Imported, Open, Wording};
use airspec_spec::text::shorten;
use airspec_spec::{ReadError, Source, read_source};
use serde_json::{Map, Value, json};
use std::io::{self, BufRead as _, Write as _};
use std::path::{Path, PathBuf};

/// The file of earlier answers, beside the folder of the documents.
const FILE: &str = "../wording.json";

#[derive(Clone, Debug, clap::Args)]
pub(super) struct AnswerArguments {
    /// File of answers: {"PARAMETER": {"title": …, "description": …, "values": {"VALUE": …}}}
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// Ask for titles and descriptions on the terminal
    #[arg(long)]
    ask: bool,
    /// File that remembers answers. Default: wording.json beside the folder of the specs, if it is there
    #[arg(long, value_name = "FILE")]
    wording: Option<PathBuf>,
}

/// A file of answers that is to be written.
pub(super) struct Remembered {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl AnswerArguments {
    /// The import with all answers that there are, and what is to be remembered of them.
    pub(super) fn answered(
        &self,
        folder: &Path,
        slug: &str,
        import: impl Fn(&Wording) -> Result<Imported, ReadError>,
    ) -> Result<(Imported, Option<Remembered>), Failure> {
        let mut wording = siblings(folder, slug)?;
        let beside = folder.join(FILE);
        let path = self.wording.clone().or_else(|| beside.exists().then_some(beside));
        let mut kept = Map::new();
        if let Some(path) = path.as_ref().filter(|path| path.exists()) {
            kept = add(&mut wording, &read_source(path)?)?;
        }
        let before = kept.clone();
        if let Some(file) = &self.answers {
            merge(&mut kept, add(&mut wording, &read_source(file)?)?);
        }
        let mut imported = import(&wording)?;
        if self.ask && !imported.open.is_empty() {
            let answers = ask(&imported.open)?;
            add(&mut wording, &Source::new("terminal", Value::Object(answers.clone()).to_string()))?;
            merge(&mut kept, answers);
            imported = import(&wording)?;
        }
        let remembered = path.filter(|_| kept != before).map(|path| {
            let text = format!("{:#}\n", Value::Object(kept));
            Remembered { path, text }
        });
        Ok((imported, remembered))
    }
}

/// The wording of the documents of a folder, and of those that are built in and not there. The document itself has its
/// own.
fn siblings(folder: &Path, slug: &str) -> Result<Wording, Failure> {
    let mut wording = Wording::default();
    let known = super::documents::known(folder)?;
    for (name, _) in known.iter().filter(|(name, _)| name != slug) {
        wording.add_document(&read_source(&folder.join(format!("{name}.json")))?);
    }
    for (name, text) in airspec_spec::documents() {
        if !known.iter().any(|(known, _)| known == name) {
            wording.add_document(&Source::new(*name, *text));
        }
    }
    wording.add_built_in();
    Ok(wording)
}

/// Adds the answers of a file, which are returned too.
fn add(wording: &mut Wording, source: &Source) -> Result<Map<String, Value>, Failure> {
    wording.add_answers(source)?;
    Ok(serde_json::from_str(source.text().trim_start_matches('\u{feff}'))?)
}

/// Puts later answers into earlier ones, part by part.
fn merge(kept: &mut Map<String, Value>, later: Map<String, Value>) {
    for (name, value) in later {
        match (kept.get_mut(&name), value) {
            (Some(Value::Object(known)), Value::Object(value)) => merge(known, value),
            (_, value) => {
                kept.insert(name, value);
            }
        }
    }
}

/// Asks for what is open. An empty line leaves it open, the end of the input leaves open all that follows.
fn ask(open: &[Open]) -> Result<Map<String, Value>, Failure> {
    let mut answers = Map::new();
    let mut lines = io::stdin().lock().lines();
    let mut line = |question: &str| -> Result<Option<String>, Failure> {
        eprint!("{question}: ");
        let _ = io::stderr().flush();
        let answer = lines.next().transpose().map_err(|error| Failure(format!("standard input: {error}")))?;
        Ok(answer.map(|answer| answer.trim().to_owned()))
    };
    for open in open {
        let name = shorten(&open.name, 100);
        let mut answer = Map::new();
        let mut questions = Vec::new();
        if open.is_bare {
            questions.extend(
                ["title", "description"].map(|part| (format!("{name}, {part}"), part.to_owned(), false)),
            );
        }
        let values = open.values.iter();
        questions.extend(
            values.map(|value| (format!("{name}, value {}", shorten(value, 60)), text_of(value), true)),
        );
        let mut is_over = false;
        for (question, part, is_value) in questions {
            match line(&question)? {
                None => {
                    is_over = true;
                    break;
                }
                Some(text) if text.is_empty() => {}
                Some(text) if is_value => {
                    let values = answer.entry("values").or_insert_with(|| json!({}));
                    values[part] = text.into();
                }
                Some(text) => {
                    answer.insert(part, text.into());
                }
            }
        }
        if !answer.is_empty() {
            answers.insert(open.name.clone(), Value::Object(answer));
        }
        if is_over {
            break;
        }
    }
    Ok(answers)
}

/// A value as a name: a text as it is, another value as JSON.
fn text_of(value: &str) -> String {
    serde_json::from_str::<String>(value).unwrap_or_else(|_| value.to_owned())
}
