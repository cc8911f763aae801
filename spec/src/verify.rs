//! Compares a document with a source, fact by fact. A judge finds where a source contradicts itself.
//!
//! A difference is a fact that one of the two states and the other does not, or states otherwise; wording makes none.
//! On what a source has no say, none is found: what our document takes from elsewhere carries the level `facts` or
//! `unstated`, and what it takes from a sentence of a page carries `prose`. A difference that is known and explained
//! stands in a list of [`Allowed`] ones, whose entries must still apply.

mod compare;

pub use compare::{Difference, compare};

use crate::document::text;
pub use crate::facts::{Allowed, allowed, allowed_for, built_in};
use crate::facts::{Facts, Remark};
use std::fmt;

/// The result of a comparison.
#[derive(Clone, Debug)]
pub struct Report {
    /// The source.
    pub source: String,
    /// How it is laid out, in words.
    pub layout: String,
    /// The document.
    pub spec: String,
    /// How many facts the source states.
    pub facts: usize,
    /// The differences.
    pub differences: Vec<Difference>,
    /// What is different and known, with the reason.
    pub allowed: Vec<(Difference, String)>,
    /// Entries of the list that no longer apply.
    pub stale: Vec<Allowed>,
    /// Where the source contradicts itself: a statement, and the lines that show it.
    pub contradictions: Vec<(String, Vec<usize>)>,
    /// Lines of the source that were not understood.
    pub unread: Vec<Remark>,
}

impl Report {
    /// Whether document and source say the same, known differences aside. Contradictions inside the source are the
    /// provider's, and do not count.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.differences.is_empty() && self.stale.is_empty()
    }
}

/// Compares a document with a source. Only entries of the list for this model and this layout apply. A judge has found
/// the contradictions inside the source.
#[must_use]
pub fn verify(
    source: &Facts,
    spec: &Facts,
    slug: &str,
    list: &[Allowed],
    contradictions: Vec<(String, Vec<usize>)>,
) -> Report {
    let list = list.iter().filter(|entry| entry.model == slug && entry.layout == source.layout.word());
    let list: Vec<&Allowed> = list.collect();
    let (mut differences, mut known) = (Vec::new(), Vec::new());
    let mut used = vec![false; list.len()];
    for difference in compare(source, spec) {
        match list.iter().position(|entry| covers(entry, &difference)) {
            Some(index) => {
                used[index] = true;
                known.push((difference, list[index].reason.clone()));
            }
            None => differences.push(difference),
        }
    }
    let stale = list.iter().zip(&used).filter(|(_, used)| !**used).map(|(entry, _)| (*entry).clone());
    Report {
        source: source.source.clone(),
        layout: source.layout.to_string(),
        spec: spec.source.clone(),
        facts: compare::count(&source.task) + source.result.as_ref().map_or(0, compare::count),
        differences,
        allowed: known,
        stale: stale.collect(),
        contradictions,
        unread: source.unread.clone(),
    }
}

fn covers(entry: &Allowed, difference: &Difference) -> bool {
    entry.difference == difference.id && entry.source == difference.source && entry.spec == difference.spec
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "source  {} ({})", self.source, self.layout)?;
        writeln!(f, "spec    {}", self.spec)?;
        if !self.differences.is_empty() {
            writeln!(f, "\ndifferences:\n")?;
            table(f, &self.differences)?;
        }
        if !self.allowed.is_empty() {
            writeln!(f, "\nknown differences:\n")?;
            for (difference, reason) in &self.allowed {
                writeln!(f, "  {}: source {}, spec {}", difference.id, difference.source, difference.spec)?;
                writeln!(f, "      {reason}")?;
            }
        }
        if !self.stale.is_empty() {
            writeln!(f, "\nentries of allowed.json that no longer apply (remove or correct them):\n")?;
            for entry in &self.stale {
                writeln!(f, "  {}: source {}, spec {}", entry.difference, entry.source, entry.spec)?;
            }
        }
        if !self.contradictions.is_empty() {
            writeln!(f, "\ncontradictions inside the source:\n")?;
            for (statement, lines) in &self.contradictions {
                writeln!(f, "  {}: {}", place(lines), text::shorten(statement, 400))?;
            }
        }
        if !self.unread.is_empty() {
            writeln!(f, "\nnot understood:\n")?;
            for remark in &self.unread {
                writeln!(f, "  line {}: {}", remark.line, text::shorten(&remark.text, 200))?;
            }
        }
        let count = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
        write!(
            f,
            "\n{} of the source, {}, {} known, {} inside the source",
            count(self.facts, "fact"),
            count(self.differences.len(), "difference"),
            self.allowed.len(),
            count(self.contradictions.len(), "contradiction")
        )
    }
}

fn place(lines: &[usize]) -> String {
    let numbers: Vec<String> = lines.iter().take(12).map(usize::to_string).collect();
    let more = if lines.len() > 12 { " …" } else { "" };
    format!("{} {}{more}", if lines.len() == 1 { "line" } else { "lines" }, numbers.join(", "))
}

/// Columns as wide as what stands in them, the last one as long as it is.
fn table(f: &mut fmt::Formatter<'_>, differences: &[Difference]) -> fmt::Result {
    let header = ["line", "fact", "source", "spec"].map(str::to_owned);
    let row = |difference: &Difference| {
        let short = |text: &str| text::shorten(text, 100);
        [
            difference.line.to_string(),
            short(&difference.id),
            short(&difference.source),
            short(&difference.spec),
        ]
    };
    let rows: Vec<[String; 4]> = std::iter::once(header).chain(differences.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths = [width(0), width(1), width(2)];
    for [line, fact, source, spec] in &rows {
        let [a, b, c] = widths;
        writeln!(f, "  {line:>a$}  {fact:b$}  {source:c$}  {spec}")?;
    }
    Ok(())
}
