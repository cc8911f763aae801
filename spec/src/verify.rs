//! A document held against a source, fact by fact, and a source held against itself.
//!
//! A difference is a fact that one of the two states and the other does not, or states otherwise; wording makes none.
//! On what a source has no say, none is found: what our document takes from elsewhere carries the level `facts` or
//! `unstated`, and what it takes from a sentence of a page carries `prose`. A difference that is known and explained
//! stands in a list of [`Allowed`] ones, whose entries must still apply.

mod compare;
#[cfg(feature = "judge")]
mod contradiction;

pub use compare::{Difference, compare};
#[cfg(feature = "judge")]
pub use contradiction::contradictions;

use crate::diagnostic::Diagnostic;
use crate::facts::{Facts, Remark};
use crate::read::ReadError;
use crate::source::{Node, Source};
use crate::text;
use std::fmt;
use std::path::Path;

/// A difference that is known, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The model's name.
    pub model: String,
    /// The word of the source's layout: `openapi`, `service`, `task`, `markdown` or `text`.
    pub layout: String,
    /// The id of the difference.
    pub difference: String,
    /// What the source says.
    pub source: String,
    /// What the document says.
    pub spec: String,
    /// Why, and where it is explained.
    pub reason: String,
}

/// The list of a file: `[{"model", "layout", "difference", "source", "spec", "reason"}]`.
///
/// # Errors
/// A file that is no such list.
pub fn allowed(source: &Source) -> Result<Vec<Allowed>, Diagnostic> {
    let mut all = Vec::new();
    for item in source.root()?.items()? {
        let mut members = item.members()?;
        let mut take = |name: &str| -> Result<String, Diagnostic> {
            let index = members.iter().position(|member| member.key == name);
            let index = index
                .ok_or_else(|| item.error(format!("an entry without `{name}`"), format!("add `{name}`")))?;
            members.remove(index).value.string()
        };
        let entry = Allowed {
            model: take("model")?,
            layout: take("layout")?,
            difference: take("difference")?,
            source: take("source")?,
            spec: take("spec")?,
            reason: take("reason")?,
        };
        left_over(&members)?;
        check(&entry, item)?;
        all.push(entry);
    }
    Ok(all)
}

/// The list that belongs to a document: `allowed.json` beside the document's folder. Empty where there is none.
///
/// # Errors
/// A file that cannot be read or is no such list.
pub fn allowed_for(spec: &Path) -> Result<Vec<Allowed>, ReadError> {
    let path = spec.parent().unwrap_or(Path::new("")).join("../allowed.json");
    if !path.exists() {
        return Ok(Vec::new());
    }
    allowed(&crate::read_source(&path)?).map_err(|error| ReadError::Refused(vec![error]))
}

/// The list of this release, for the documents that are built in.
#[must_use]
pub fn built_in() -> Vec<Allowed> {
    allowed(&Source::new("allowed.json", include_str!("../allowed.json"))).unwrap_or_default()
}

fn left_over(members: &[crate::source::Member<'_>]) -> Result<(), Diagnostic> {
    members.first().map_or(Ok(()), |member| {
        Err(member.error(format!("`{}` is unknown here", text::shorten(&member.key, 60)), "remove it"))
    })
}

fn check(entry: &Allowed, item: Node<'_>) -> Result<(), Diagnostic> {
    if entry.reason.trim().is_empty() {
        return Err(item.error("an entry without a reason", "say why the difference is right"));
    }
    Ok(())
}

impl Allowed {
    fn covers(&self, difference: &Difference) -> bool {
        self.difference == difference.id && self.source == difference.source && self.spec == difference.spec
    }
}

/// What a comparison came to.
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
    /// What is different.
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

/// Holds a document against a source. The entries of the list are those for this model and this layout.
#[must_use]
pub fn verify(source: &Facts, spec: &Facts, slug: &str, list: &[Allowed]) -> Report {
    let list = list.iter().filter(|entry| entry.model == slug && entry.layout == source.layout.word());
    let list: Vec<&Allowed> = list.collect();
    let (mut differences, mut known) = (Vec::new(), Vec::new());
    let mut used = vec![false; list.len()];
    for difference in compare(source, spec) {
        match list.iter().position(|entry| entry.covers(&difference)) {
            Some(index) => {
                used[index] = true;
                known.push((difference, list[index].reason.clone()));
            }
            None => differences.push(difference),
        }
    }
    let stale = list.iter().zip(&used).filter(|(_, used)| !**used).map(|(entry, _)| (*entry).clone());
    #[cfg(feature = "judge")]
    let contradictions = contradictions(source);
    #[cfg(not(feature = "judge"))]
    let contradictions = Vec::new();
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
            writeln!(f, "\nentries of the allow-list that no longer apply; remove or correct them:\n")?;
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
