//! A comparison as text for a terminal, Markdown for a pull request, and JSON for programs.

use super::{Broken, Change, Diff, Effect, Evidence, Party, Subject};
use crate::document::text;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The version step that follows by semver for the generated crate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// `major`, `minor` or `patch`.
    pub step: String,
    /// Why, in terms of the crate's own names.
    pub reasons: Vec<String>,
}

/// The combined result of a comparison and a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What the change means.
    pub effect: Effect,
    /// Whether comparison and search agree.
    pub is_confirmed: bool,
}

/// A comparison with what backs it.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The comparison.
    pub diff: &'a Diff,
    /// What the search found.
    pub evidence: &'a Evidence,
    /// The step of the generated crate, where it is known.
    pub step: Option<&'a Step>,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For a terminal.
    Text,
    /// For a pull request or a changelog.
    Markdown,
    /// For programs.
    Json,
}

impl Format {
    /// The format of that name.
    ///
    /// # Errors
    /// A word that is none, in a sentence for the command line.
    pub fn named(word: &str) -> Result<Self, String> {
        match word {
            "text" => Ok(Self::Text),
            "markdown" => Ok(Self::Markdown),
            "json" => Ok(Self::Json),
            _ => Err("use `text`, `markdown` or `json`".to_owned()),
        }
    }
}

/// The groups of changes: what they mean, and whom they break.
const ORDER: [(Effect, Option<Party>, &str); 4] = [
    (Effect::Breaking, Some(Party::Senders), "Breaking for clients that send requests"),
    (Effect::Breaking, Some(Party::Readers), "Breaking for readers of answers"),
    (Effect::Compatible, None, "Compatible"),
    (Effect::Documentation, None, "Documentation only"),
];

/// What stands above the values that show a break, and what one of them is.
const TITLES: [(Subject, &str); 6] = [
    (Subject::Request, "A request that was valid and is now invalid:"),
    (Subject::Authentication, "An authentication task that was valid and is now invalid:"),
    (Subject::Result, "A result that is now possible and was not before:"),
    (Subject::Error, "An error that is now possible and was not before:"),
    (Subject::ResponseBody, "An answer that is now possible and was not before:"),
    (Subject::ErrorResponse, "An answer with errors that is now possible and was not before:"),
];

impl Report<'_> {
    /// The verdict on one subject. A witness overrides the comparison.
    #[must_use]
    pub fn verdict(&self, subject: Subject) -> Verdict {
        let effect = self.diff.effect_on(subject);
        match self.evidence.of(subject) {
            Some(search) => {
                let is_shown = !search.witnesses.is_empty();
                let effect = if is_shown { Effect::Breaking } else { effect };
                let said = self.diff.effect_on(subject);
                Verdict { effect, is_confirmed: (said == Effect::Breaking) == is_shown }
            }
            None => {
                let mut breaking = self.diff.of(subject).filter(|change| change.effect == Effect::Breaking);
                let is_shown = breaking.any(|change| self.evidence.shows(change));
                Verdict { effect, is_confirmed: is_shown || effect != Effect::Breaking }
            }
        }
    }

    /// The verdict on everything that is sent or received.
    #[must_use]
    pub fn wire(&self) -> Verdict {
        let verdicts = Subject::ALL.map(|subject| self.verdict(subject));
        let effect = verdicts.iter().map(|one| one.effect).max().unwrap_or(Effect::Documentation);
        // One break that is shown is enough.
        let is_confirmed = match effect {
            Effect::Breaking => verdicts.iter().any(|one| one.effect == Effect::Breaking && one.is_confirmed),
            Effect::Compatible | Effect::Documentation => verdicts.iter().all(|one| one.is_confirmed),
        };
        Verdict { effect, is_confirmed }
    }

    /// The report, written that way.
    #[must_use]
    pub fn render(&self, format: Format) -> String {
        match format {
            Format::Text => self.text(),
            Format::Markdown => self.markdown(),
            Format::Json => format!("{:#}\n", self.json()),
        }
    }

    /// Whether the change is at least that; any change at all is one of documentation.
    #[must_use]
    pub fn reaches(&self, effect: Effect) -> bool {
        let found = self.wire().effect;
        found >= effect && (found > Effect::Documentation || !self.diff.changes.is_empty())
    }

    /// For programs.
    #[must_use]
    pub fn json(&self) -> Value {
        let verdict = |verdict: Verdict| json!({"effect": verdict.effect, "confirmed": verdict.is_confirmed});
        let changes: Vec<Value> = self
            .diff
            .changes
            .iter()
            .map(|change| {
                let mut value = json!(change);
                value["breaks"] = json!(change.breaks());
                if change.effect == Effect::Breaking && self.evidence.search(change).is_some() {
                    value["confirmed"] = json!(self.evidence.witness(change).is_some());
                }
                value
            })
            .collect();
        let mut report = json!({
            "old": self.diff.old,
            "new": self.diff.new,
            "verdict": verdict(self.wire()),
            "changes": changes,
            "moves": self.diff.moves,
            "evidence": self.evidence,
            "step": self.step,
        });
        for subject in Subject::ALL {
            report[subject.key()] = verdict(self.verdict(subject));
        }
        report
    }

    /// For a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = format!("{} -> {}\n{}\n", self.diff.old, self.diff.new, self.headline());
        for (effect, party, title) in ORDER {
            let changes = self.changes(effect, party);
            if !changes.is_empty() {
                let _ = writeln!(out, "\n{title}:");
            }
            for change in changes {
                let _ = writeln!(out, "  {}{}", line(change), self.mark(change));
            }
        }
        if !self.diff.moves.is_empty() {
            out.push_str("\nMoved:\n");
            for line in self.moves() {
                let _ = writeln!(out, "  {line}");
            }
        }
        for (title, value, said) in self.shown() {
            let _ = writeln!(out, "\n{title}\n  {value}");
            for line in said {
                let _ = writeln!(out, "  -> {line}");
            }
        }
        if let Some(step) = self.step {
            let _ = writeln!(out, "\nThe generated crate: a {} step", step.step);
            for reason in &step.reasons {
                let _ = writeln!(out, "  {reason}");
            }
        }
        out
    }

    /// For a pull request or a changelog.
    #[must_use]
    pub fn markdown(&self) -> String {
        let (old, new) = (inline(&self.diff.old), inline(&self.diff.new));
        let mut out = format!("## `{old}` → `{new}`\n\n**{}**\n", self.headline());
        for (effect, party, title) in ORDER {
            let changes = self.changes(effect, party);
            if !changes.is_empty() {
                let _ = writeln!(out, "\n### {title}\n");
            }
            for change in changes {
                let _ = writeln!(out, "- {}{}", prose(&line(change)), self.mark(change));
            }
        }
        if !self.diff.moves.is_empty() {
            out.push_str("\n### Moved\n\n");
            for line in self.moves() {
                let _ = writeln!(out, "- {}", prose(&line));
            }
        }
        for (title, value, said) in self.shown() {
            let fence = fence(&value);
            let _ = writeln!(out, "\n### {}\n\n{fence}json\n{value}\n{fence}\n", title.trim_end_matches(':'));
            for line in said {
                let _ = writeln!(out, "- {}", prose(&line));
            }
        }
        if let Some(step) = self.step {
            let _ = writeln!(out, "\n### The generated crate: a {} step\n", step.step);
            for reason in &step.reasons {
                let _ = writeln!(out, "- {}", prose(reason));
            }
        }
        out
    }

    fn changes(&self, effect: Effect, party: Option<Party>) -> Vec<&Change> {
        let belongs = |change: &&Change| change.effect == effect && change.breaks() == party;
        self.diff.changes.iter().filter(belongs).collect()
    }

    fn headline(&self) -> String {
        let wire = self.wire();
        let words = match wire.effect {
            Effect::Breaking => "breaking: some valid requests or expected answers change",
            Effect::Compatible => "compatible: all valid requests stay valid",
            Effect::Documentation if self.diff.changes.is_empty() => "no change",
            Effect::Documentation => "no change for callers (documentation at most)",
        };
        if wire.is_confirmed {
            return words.to_owned();
        }
        let tried = self.evidence.tried();
        format!("{words} (unconfirmed: none of the {tried} values tried shows it)")
    }

    fn mark(&self, change: &Change) -> &'static str {
        let is_open = change.effect == Effect::Breaking && !self.evidence.shows(change);
        if is_open { " (unconfirmed: no value found that shows it)" } else { "" }
    }

    fn moves(&self) -> Vec<String> {
        let line = |one: &super::Move| {
            let place = if one.is_new { "" } else { ", which existed before" };
            let evidence = text::list(&one.evidence, "and");
            format!("`{}` moved to `{}`{place} ({evidence})", one.from, one.to)
        };
        self.diff.moves.iter().map(line).collect()
    }

    /// One value for each subject that shows a break: title, value, messages about it.
    fn shown(&self) -> Vec<(String, String, Vec<String>)> {
        let mut shown = Vec::new();
        for (subject, title) in TITLES {
            let Some(witness) = self.plainest(subject) else { continue };
            shown.push(exhibit(title, witness, subject == Subject::Request));
            if self.diff.effect_on(subject) != Effect::Breaking {
                let words =
                    "The comparison did not predict this. Please report it, with both specs.".to_owned();
                shown.push(("Not predicted:".to_owned(), words, Vec::new()));
            }
        }
        if let Some(witness) = self.evidence.defaults.witnesses.first() {
            shown.push(exhibit("A request that gets another answer now:", witness, true));
        }
        shown
    }

    /// The witness of the first change that has one.
    fn plainest(&self, subject: Subject) -> Option<&Broken> {
        let breaking = self.diff.of(subject).filter(|change| change.effect == Effect::Breaking);
        let mut shown = breaking.filter_map(|change| self.evidence.witness(change));
        shown.next().or_else(|| self.evidence.of(subject)?.witnesses.first())
    }
}

/// A value that shows a break, below its title, with what is said of it.
fn exhibit(title: &str, witness: &Broken, is_task: bool) -> (String, String, Vec<String>) {
    let value =
        if is_task && witness.value.is_object() { json!([witness.value]) } else { witness.value.clone() };
    let said = witness.said.iter().map(|said| {
        let place = match said.pointer.as_str() {
            "" if is_task => "the task",
            "" => "the whole",
            pointer => pointer,
        };
        format!("{place}: {} ({})", said.message, said.constraint)
    });
    (title.to_owned(), text::shorten(&value.to_string(), 2000), said.collect())
}

/// A change as a sentence.
fn line(change: &Change) -> String {
    let (subject, whole) = match change.subject {
        Subject::Request => ("", "the task"),
        Subject::Authentication => ("authentication task ", "the authentication task"),
        Subject::Result => ("result ", "result item"),
        Subject::Error => ("error ", "error item"),
        Subject::ResponseBody => ("answer ", "the answer"),
        Subject::ErrorResponse => ("answer with errors ", "the answer with errors"),
        Subject::Behaviour => ("behaviour ", "the behaviour"),
        Subject::Document => ("", "the document:"),
        Subject::Operation | Subject::Responses => return text::shorten(&change.sentence, 400),
    };
    let name = match (change.subject, &change.constraint) {
        (Subject::Behaviour, Some(id)) => format!("{subject}`{}`", text::shorten(id, 120)),
        _ if change.path.is_empty() => whole.to_owned(),
        _ => format!("{subject}`{}`", text::shorten(&change.path, 120)),
    };
    format!("{name} {}", text::shorten(&change.sentence, 400))
}

/// A name within backticks.
fn inline(name: &str) -> String {
    text::shorten(name, 200).replace('`', "'")
}

/// A fence longer than any row of backticks in the text.
fn fence(text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    "`".repeat(3.max(longest + 1))
}

/// A sentence in Markdown: code in backticks stays, markup outside it does not count.
fn prose(sentence: &str) -> String {
    let mut out = String::new();
    for (index, part) in sentence.split('`').enumerate() {
        if index > 0 {
            out.push('`');
        }
        if index % 2 == 1 {
            out.push_str(part);
        } else {
            out.push_str(
                &part
                    .replace('<', "\\<")
                    .replace('[', "\\[")
                    .replace('|', "\\|")
                    .replace('*', "\\*")
                    .replace('_', "\\_"),
            );
        }
    }
    out
}
