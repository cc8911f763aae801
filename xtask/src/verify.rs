//! `verify`: the committed document against what the provider published.

use anyhow::Context as _;
use std::fs;
use std::path::Path;

/// The documents of a folder: the name and the provider's id of each.
pub(crate) fn known(folder: &Path) -> anyhow::Result<Vec<(String, Option<String>)>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut known = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.extension().is_some_and(|ending| ending == "json") {
            let slug = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            known.push((slug, airspec::read_file(&path).ok().and_then(|model| model.air)));
        }
    }
    known.sort();
    Ok(known)
}
