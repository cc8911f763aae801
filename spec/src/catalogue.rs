//! Many models: files and folders of specs, found by slug, by AIR id, or by what a request says.

use crate::document::text::{shorten, visible};
use crate::document::{ReadError, Source, Strictness, read_source};
use crate::model::{Model, Rule};
use crate::read::Purpose;
use serde_json::Value;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

/// The most specs that one catalogue has; the provider's own has 363.
pub const MAX_SPECS: usize = 1_000;

/// Models that are used together. Each has a slug and an AIR id of its own.
#[derive(Clone, Debug)]
pub struct Catalogue {
    models: Vec<Model>,
}

/// Why there is no catalogue.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// A folder cannot be listed.
    #[error("{}: cannot be listed: {error}", visible(.folder))]
    Unlisted {
        /// The folder.
        folder: String,
        /// The system's reason.
        error: io::Error,
    },
    /// A folder without specs.
    #[error("{}: the folder contains no spec: no file in it ends in .json", visible(.folder))]
    Empty {
        /// The folder.
        folder: String,
    },
    /// More than [`MAX_SPECS`].
    #[error("{}: {count} specs are too many, the limit is {MAX_SPECS}; is this the right folder?", visible(.folder))]
    TooMany {
        /// The folder, or the last file.
        folder: String,
        /// How many there are.
        count: usize,
    },
    /// A spec cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Two specs of one model.
    #[error("{} and {} are both specs of {}: remove one", visible(.one), visible(.other), visible(.name))]
    Twice {
        /// A file.
        one: String,
        /// Another file.
        other: String,
        /// Their slug or AIR id.
        name: String,
    },
    /// A model that is not there.
    #[error("there is no spec of `{}`; {known}", visible(.name))]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is, in words.
        known: String,
    },
}

impl Catalogue {
    /// Reads specs. Of a folder, all files whose names end in `.json`, in the order of their names; folders in it are
    /// not entered.
    ///
    /// # Errors
    /// A folder without specs or with too many of them, a spec that cannot be read, two specs of one model.
    pub fn read(paths: &[PathBuf]) -> Result<Self, CatalogueError> {
        Self::read_with(paths, Strictness::Strict)
    }

    /// Reads specs in that way.
    ///
    /// # Errors
    /// Those of [`Catalogue::read`].
    pub fn read_with(paths: &[PathBuf], strictness: Strictness) -> Result<Self, CatalogueError> {
        let mut files = Vec::new();
        for path in paths {
            if path.is_dir() {
                files.extend(specs_in(path)?);
            } else {
                files.push(path.clone());
            }
            if files.len() > MAX_SPECS {
                let folder = path.display().to_string();
                return Err(CatalogueError::TooMany { folder, count: files.len() });
            }
        }
        let models = files
            .iter()
            .map(|file| crate::read_file_with(file, strictness))
            .collect::<Result<Vec<_>, _>>()?;
        Self::of(models)
    }

    /// The models of this release.
    ///
    /// # Errors
    /// None: a test reads them all.
    pub fn built_in() -> Result<Self, CatalogueError> {
        let read = |(slug, text): &(&str, &str)| crate::read(&Source::new(format!("{slug}.json"), *text));
        Self::of(crate::documents().iter().map(read).collect::<Result<_, _>>()?)
    }

    /// Reads the specs at these places, or else those of this release.
    ///
    /// # Errors
    /// Those of [`Catalogue::read`].
    pub fn read_or_built_in(paths: &[PathBuf], strictness: Strictness) -> Result<Self, CatalogueError> {
        if paths.is_empty() { Self::built_in() } else { Self::read_with(paths, strictness) }
    }

    /// These models.
    ///
    /// # Errors
    /// Two specs of one model.
    pub fn of(models: Vec<Model>) -> Result<Self, CatalogueError> {
        let mut known: HashMap<&str, &Model> = HashMap::new();
        for model in &models {
            for name in [Some(&model.slug), model.air.as_ref()].into_iter().flatten() {
                if let Some(other) = known.insert(name, model).filter(|other| !std::ptr::eq(*other, model)) {
                    let (one, other) = (other.source.clone(), model.source.clone());
                    return Err(CatalogueError::Twice { one, other, name: name.clone() });
                }
            }
        }
        Ok(Self { models })
    }

    /// All models, in the order in which they were read.
    #[must_use]
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// All models, in the order in which they were read.
    #[must_use]
    pub fn into_models(self) -> Vec<Model> {
        self.models
    }

    /// The model of that slug or AIR id.
    ///
    /// # Errors
    /// There is none.
    pub fn named(&self, name: &str) -> Result<&Model, CatalogueError> {
        let found = self.models.iter().find(|model| model.is_named(name));
        found.ok_or_else(|| CatalogueError::Unknown { name: shorten(name, 80), known: self.known() })
    }

    /// The model that a task names in its member `model`.
    #[must_use]
    pub fn of_task(&self, task: &Value) -> Option<&Model> {
        self.models.iter().find(|model| model.is_of_task(task))
    }

    /// The models as a sentence for people.
    fn known(&self) -> String {
        const SHOWN: usize = 5;
        let slugs: Vec<&str> = self.models.iter().take(SHOWN).map(|model| model.slug.as_str()).collect();
        let more = self.models.len() - slugs.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("known: {}{more}", slugs.join(", "))
    }
}

/// The model of a spec file, or else of a slug or AIR id that is looked up in the specs at these places or, without any,
/// in those of this release. Only to be compared: see [`Purpose::Comparison`].
///
/// # Errors
/// A spec that cannot be read, or a model that is not there.
pub fn to_compare(word: &Path, specs: &[PathBuf], strictness: Strictness) -> Result<Model, CatalogueError> {
    if is_file(word) {
        return Ok(crate::read_for(&read_source(word)?.with(strictness), Purpose::Comparison)?);
    }
    Ok(Catalogue::read_or_built_in(specs, strictness)?.named(&word.to_string_lossy())?.clone())
}

/// The text of the same.
///
/// # Errors
/// A spec that cannot be read, or a model that is not there.
pub fn source_to_compare(
    word: &Path,
    specs: &[PathBuf],
    strictness: Strictness,
) -> Result<Source, CatalogueError> {
    if is_file(word) {
        return Ok(read_source(word)?.with(strictness));
    }
    let model = to_compare(word, specs, strictness)?;
    match crate::documents().iter().find(|(slug, _)| specs.is_empty() && *slug == model.slug) {
        Some((_, text)) => Ok(Source::new(model.source, *text)),
        None => Ok(read_source(Path::new(&model.source))?.with(strictness)),
    }
}

/// Whether a word names a file, not a model.
fn is_file(word: &Path) -> bool {
    word.exists() || word.extension().is_some_and(|ending| ending == "json")
}

impl Model {
    /// Whether this is its slug or its AIR id.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        self.slug == name || self.air.as_deref() == Some(name)
    }

    /// Whether a task names this model: by the constant of its parameter `model`.
    #[must_use]
    pub fn is_of_task(&self, task: &Value) -> bool {
        let named = task.get("model");
        let parameter = self.task.property("model");
        let is_constant = |rule: &Rule| matches!(rule, Rule::Const(value) if Some(value) == named);
        named.is_some() && parameter.is_some_and(|parameter| parameter.schema.rules().any(is_constant))
    }
}

/// The specs of a folder.
fn specs_in(folder: &Path) -> Result<Vec<PathBuf>, CatalogueError> {
    let shown = || folder.display().to_string();
    let unlisted = |error| CatalogueError::Unlisted { folder: shown(), error };
    let mut files = Vec::new();
    for entry in folder.read_dir().map_err(unlisted)? {
        let path = entry.map_err(unlisted)?.path();
        if path.extension().is_some_and(|ending| ending == "json") && !path.is_dir() {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(CatalogueError::Empty { folder: shown() });
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(air: &str) -> String {
        format!(r#"{{"type": "object", "properties": {{"model": {{"const": "{air}"}}}}}}"#)
    }

    fn folder(files: &[(&str, String)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    fn refusal(files: &[(&str, String)]) -> String {
        let folder = folder(files);
        let place = folder.path().display().to_string();
        let error = Catalogue::read(&[folder.path().to_owned()]).unwrap_err().to_string();
        error.replace(&place, "DIR")
    }

    #[test]
    fn a_model_is_found_by_slug_by_air_id_and_by_what_a_task_says() {
        let folder =
            folder(&[("b.json", spec("x:b@1")), ("a.json", spec("x:a@1")), ("notes.md", "#".into())]);
        let catalogue = Catalogue::read(&[folder.path().to_owned()]).unwrap();
        let slugs: Vec<&str> = catalogue.models().iter().map(|model| model.slug.as_str()).collect();
        assert_eq!(slugs, ["x-a-1", "x-b-1"]);
        assert_eq!(catalogue.named("x:b@1").unwrap().slug, "x-b-1");
        assert_eq!(catalogue.named("x-a-1").unwrap().slug, "x-a-1");
        let of = |task: Value| catalogue.of_task(&task).map(|model| model.slug.clone());
        assert_eq!(of(serde_json::json!({"model": "x:b@1"})).as_deref(), Some("x-b-1"));
        for task in [serde_json::json!({"model": "x:c@1"}), serde_json::json!({}), serde_json::json!(1)] {
            assert_eq!(of(task), None);
        }
        assert_eq!(
            catalogue.named("x:c@1").unwrap_err().to_string(),
            "there is no spec of `x:c@1`; known: x-a-1, x-b-1"
        );
    }

    #[test]
    fn a_folder_that_is_no_catalogue_gets_one_clear_message() {
        assert_eq!(refusal(&[]), "DIR: the folder contains no spec: no file in it ends in .json");
        let broken = refusal(&[("a.json", spec("x:a@1")), ("b.json", "{".into())]);
        assert!(broken.starts_with("DIR/b.json:1:1: error: "), "{broken}");
        let twice = refusal(&[("a.json", spec("x:a@1")), ("b.json", spec("x:a@1"))]);
        assert_eq!(twice, "DIR/a.json and DIR/b.json are both specs of x-a-1: remove one");
        let many: Vec<(String, String)> =
            (0..10_000).map(|number| (format!("{number}.json"), "{".to_owned())).collect();
        let many: Vec<(&str, String)> = many.iter().map(|(name, text)| (&**name, text.clone())).collect();
        assert_eq!(
            refusal(&many),
            "DIR: 10000 specs are too many, the limit is 1000; is this the right folder?"
        );
    }

    #[test]
    fn the_built_in_models_are_a_catalogue() {
        let catalogue = Catalogue::built_in().unwrap();
        assert_eq!(catalogue.models().len(), crate::documents().len());
        assert!(catalogue.named("openai:gpt-image@2").is_ok());
    }
}
