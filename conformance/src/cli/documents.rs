//! The folder of documents that `import` and `verify` work on.

use super::Failure;
use super::fetch::built_in;
use airspec_spec::facts::Facts;
use airspec_spec::{Source, import};
use std::fs;
use std::path::{Path, PathBuf};

/// The variable that names the folder; `cargo xtask` sets it to that of the workspace.
pub(super) const FOLDER: &str = "AIRSPEC_MODELS";

/// The documents of a folder: the name and the provider's id of each. None where there is no folder.
pub(super) fn known(folder: &Path) -> Result<Vec<(String, Option<String>)>, Failure> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let unlisted = |error| Failure(format!("{}: cannot be listed: {error}", super::shown(folder)));
    let mut known = Vec::new();
    for path in fs::read_dir(folder).map_err(unlisted)?.flatten().map(|entry| entry.path()) {
        if path.extension().is_some_and(|ending| ending == "json") {
            let slug = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            known.push((slug, airspec_spec::read_file(&path).ok().and_then(|model| model.air)));
        }
    }
    known.sort();
    Ok(known)
}

/// The document about the model of a source: its name, its text, and the file that it is in, unless it is built in.
pub(super) struct Found {
    pub(super) slug: String,
    pub(super) source: Source,
    pub(super) path: Option<PathBuf>,
}

/// The document about the model of a source: that of the folder, if one is named, or else the built-in one.
pub(super) fn about(facts: &Facts, folder: Option<&Path>) -> Result<Found, Failure> {
    let unknown = |place: &str| {
        Failure(format!(
            "{}: no spec of this model {place}; import it, or select a spec with --spec",
            facts.source
        ))
    };
    let Some(folder) = folder else {
        let slug = import::slug(facts, &built_in()).unwrap_or_default();
        let found = airspec_spec::documents().iter().find(|(known, _)| *known == slug);
        let (slug, text) = found.ok_or_else(|| unknown("is built in"))?;
        let source = Source::new(format!("{slug}.json"), *text);
        return Ok(Found { slug: (*slug).to_owned(), source, path: None });
    };
    let slug = import::slug(facts, &known(folder)?).unwrap_or_default();
    let path = folder.join(format!("{slug}.json"));
    if !path.exists() {
        return Err(unknown(&format!("in {}", super::shown(folder))));
    }
    Ok(Found { slug, source: airspec_spec::read_source(&path)?, path: Some(path) })
}
