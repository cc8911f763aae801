//! Differences between a source and a document that are known and explained.

use crate::document::{Diagnostic, Member, Node, ReadError, Source, read_source, text};
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
    allowed(&read_source(&path)?).map_err(|error| ReadError::Refused(vec![error]))
}

/// The list of this release, for the documents that are built in.
#[must_use]
pub fn built_in() -> Vec<Allowed> {
    allowed(&Source::new("allowed.json", include_str!("../../allowed.json"))).unwrap_or_default()
}

fn left_over(members: &[Member<'_>]) -> Result<(), Diagnostic> {
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
