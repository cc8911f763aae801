//! The words of documents: the field's terms, and short sentences with a subject that acts.

use super::Problem;
use anyhow::Result;
use std::path::{Path, PathBuf};

/// Words and phrases, and what to write instead.
const PHRASES: [(&str, &str); 34] = [
    ("anew", "again"),
    ("are asked for", "are requested"),
    ("blazing", "a figure"),
    ("came to", "a verb: gave, reached, judged"),
    ("come to", "a verb: give, reach, judge"),
    ("comes to", "a verb: gives, reaches, judges"),
    ("courier", "delivery"),
    ("culprit", "cause"),
    ("easily", "nothing"),
    ("farewell", "shutdown"),
    ("furnish", "give, or make"),
    ("in order to", "to"),
    ("in our words", "a description"),
    ("is asked for", "is requested"),
    ("left out", "omitted, not sent or skipped"),
    ("leverage", "use"),
    ("looked at", "read or checked"),
    ("mend", "fix"),
    ("obviously", "nothing"),
    ("of course", "nothing"),
    ("parcel", "batch"),
    ("picture", "image"),
    ("powerful", "what it does"),
    ("purse", "budget"),
    ("seamless", "what it does"),
    ("simply", "nothing"),
    ("stand behind", "a verb: serve, run"),
    ("stands behind", "a verb: serves, runs"),
    ("stands beside", "is beside"),
    ("told", "a verb: reported, printed, stated"),
    ("toll", "cost"),
    ("utilise", "use"),
    ("utilize", "use"),
    ("weakness", "vulnerability"),
];

/// Folders whose texts are not ours, or are made by a program.
const OTHERS: [&str; 6] = ["target", "node_modules", "book", "sources", "reference", "snapshots"];

pub(super) fn check(root: &Path) -> Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for document in documents(root)? {
        let text = std::fs::read_to_string(root.join(&document))?;
        problems.extend(words(&document.display().to_string(), &text));
    }
    Ok(problems)
}

/// The Markdown files and the texts for agents, relative to the folder.
fn documents(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let is_book = folder.ends_with("docs/src");
            if path.is_dir() {
                if !name.starts_with('.') && (is_book || !OTHERS.contains(&name.as_str())) {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|ending| ending == "md") || name == "llms.txt" {
                found.push(path.strip_prefix(root)?.to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// What is wrong with the words of a document. Code is not read.
pub(super) fn words(document: &str, text: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut is_code = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            let prose = without_code(line);
            let place = format!("{document}:{}", index + 1);
            let found = PHRASES.iter().filter(|(phrase, _)| contains(&prose, phrase));
            problems.extend(found.map(|(phrase, instead)| {
                Problem::new(place.clone(), format!("`{phrase}`: write {instead}"))
            }));
            if let Some(word) = clause(&prose) {
                let advice = "as the subject of a sentence: name who or what acts";
                problems.push(Problem::new(place, format!("`{word}` {advice}")));
            }
        }
    }
    problems
}

/// The line without what stands between backticks.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("…")
}

/// Whether a text has the phrase as whole words.
fn contains(text: &str, phrase: &str) -> bool {
    let text = text.to_lowercase();
    let is_end = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
    text.match_indices(phrase).any(|(start, _)| {
        is_end(text[..start].chars().next_back()) && is_end(text[start + phrase.len()..].chars().next())
    })
}

/// "Who" or "What" at the start of a sentence that asks nothing. Headings, cells of tables and links may start so.
fn clause(line: &str) -> Option<&'static str> {
    let is_sentence = !line.starts_with(['#', '|']);
    ["Who ", "What "].into_iter().find_map(|word| {
        let starts = line.match_indices(word).filter(|(start, _)| {
            let before = line[..*start].trim_end();
            before.is_empty() || before.ends_with(['.', '-', '*']) && !before.ends_with("[-")
        });
        let asks = |start: usize| {
            line[start..]
                .split_once(['.', '?'])
                .is_some_and(|(asked, _)| line[start + asked.len()..].starts_with('?'))
        };
        (is_sentence && starts.into_iter().any(|(start, _)| !asks(start))).then(|| word.trim())
    })
}
