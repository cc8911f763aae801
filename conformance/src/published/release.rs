//! The lists that the provider publishes with each release: `registry.json` names the models, `schema-map.json` has their
//! schemas too.

use super::FetchError;
use airspec_spec::text::visible;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};

/// A model of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its AIR id.
    pub(crate) air: String,
    /// Its slug.
    pub(crate) slug: String,
    /// The type of its tasks.
    pub(crate) task: String,
}

/// The models of a release, by AIR id.
#[derive(Debug)]
pub(crate) struct Models {
    /// The name of the release, if the list has it.
    pub(crate) version: Option<String>,
    pub(crate) all: Vec<Listed>,
}

#[derive(Deserialize)]
struct Registry {
    version: Option<String>,
    models: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "taskType", default)]
    task: String,
    id: String,
}

impl Models {
    pub(super) fn read(address: &str, text: &str) -> Result<Self, FetchError> {
        let registry: Registry = serde_json::from_str(text).map_err(|error| unread(address, &error))?;
        let listed = |(air, entry): (String, Entry)| Listed { air, slug: entry.id, task: entry.task };
        Ok(Self { version: registry.version, all: registry.models.into_iter().map(listed).collect() })
    }

    /// The slug of an AIR id.
    pub(super) fn slug(&self, air: &str) -> Option<&str> {
        self.all.iter().find(|model| model.air == air).map(|model| model.slug.as_str())
    }
}

/// A whole release: the models with their schemas, as text.
#[derive(Debug)]
pub(crate) struct Release {
    /// The name of the release, if the list has it.
    pub(crate) version: Option<String>,
    models: BTreeMap<String, Schemas>,
}

#[derive(Debug)]
struct Schemas {
    slug: String,
    request: String,
    response: Option<String>,
}

#[derive(Deserialize)]
struct SchemaMap<'a> {
    version: Option<String>,
    #[serde(borrow)]
    inference: Vec<Inference<'a>>,
}

#[derive(Deserialize)]
struct Inference<'a> {
    slug: String,
    air: Option<String>,
    #[serde(rename = "requestSchema", borrow)]
    request: Option<&'a RawValue>,
    #[serde(rename = "responseSchema", borrow)]
    response: Option<&'a RawValue>,
}

/// What changed in a model between two releases.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) air: String,
    /// Parameters that are new.
    pub(crate) added: Vec<String>,
    /// Parameters that are gone.
    pub(crate) removed: Vec<String>,
    /// Whether the schemas of results differ.
    pub(crate) results: bool,
}

impl Release {
    pub(super) fn read(address: &str, text: &str) -> Result<Self, FetchError> {
        let map: SchemaMap<'_> = serde_json::from_str(text).map_err(|error| unread(address, &error))?;
        let mut models = BTreeMap::new();
        for model in map.inference {
            let (Some(air), Some(request)) = (model.air, model.request) else { continue };
            let response = model.response.map(|response| response.get().to_owned());
            models.insert(air, Schemas { slug: model.slug, request: request.get().to_owned(), response });
        }
        Ok(Self { version: map.version, models })
    }

    /// What the schema service would answer for a model, by its slug or its AIR id.
    pub(super) fn answer(&self, name: &str, pages: &str) -> Option<String> {
        let by_slug = || self.models.values().find(|schemas| schemas.slug == name);
        let model = self.models.get(name).or_else(by_slug)?;
        let response = model.response.as_deref().unwrap_or("null");
        let page = Value::from(format!("{pages}/{}", model.slug));
        Some(format!(
            "{{\n\"requestSchema\": {},\n\"responseSchema\": {response},\n\"documentation\": {page}\n}}\n",
            model.request
        ))
    }

    /// The models.
    pub(crate) fn models(&self) -> Vec<Listed> {
        let listed = |(air, schemas): (&String, &Schemas)| {
            let request: Value = serde_json::from_str(&schemas.request).unwrap_or_default();
            let task = request.pointer("/properties/taskType/const").and_then(Value::as_str);
            let task = task.unwrap_or_default().to_owned();
            Listed { air: air.clone(), slug: schemas.slug.clone(), task }
        };
        self.models.iter().map(listed).collect()
    }

    /// The models of both releases whose schemas differ, by AIR id.
    pub(crate) fn changed(&self, new: &Self) -> Vec<Changed> {
        let both = self.models.iter().filter_map(|(air, old)| Some((air, old, new.models.get(air)?)));
        both.filter_map(|(air, old, new)| changed(air, old, new)).collect()
    }
}

fn changed(air: &str, old: &Schemas, new: &Schemas) -> Option<Changed> {
    if (&old.request, &old.response) == (&new.request, &new.response) {
        return None;
    }
    // The order of members means nothing.
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let result = |schemas: &Schemas| schemas.response.as_deref().map(read);
    let (before, after) = (read(&old.request), read(&new.request));
    let results = result(old) != result(new);
    if before == after && !results {
        return None;
    }
    let names = |schema: &Value| {
        let mut names = BTreeSet::new();
        collect(schema, "", 0, &mut names);
        names
    };
    let (before, after) = (names(&before), names(&after));
    Some(Changed {
        air: air.to_owned(),
        added: after.difference(&before).cloned().collect(),
        removed: before.difference(&after).cloned().collect(),
        results,
    })
}

/// The dotted names of the parameters below a schema.
fn collect(schema: &Value, path: &str, depth: usize, names: &mut BTreeSet<String>) {
    const DEEPEST: usize = 32;
    if depth > DEEPEST {
        return;
    }
    for (name, part) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        collect(part, &path, depth + 1, names);
        names.insert(path);
    }
    if let Some(items) = schema.get("items") {
        collect(items, &format!("{path}[]"), depth + 1, names);
    }
}

fn unread(address: &str, error: &serde_json::Error) -> FetchError {
    let what = if error.is_eof() {
        "the list ends early; try again".to_owned()
    } else {
        format!("no list of models: {error}; is this the right address?")
    };
    FetchError::Failed { address: visible(address).into_owned(), reason: what }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release(models: &str) -> Release {
        let text = format!(
            r#"{{"version": "20260101T0000", "inference": [{models}], "utilities": [{{"slug": "ping"}}]}}"#
        );
        Release::read("x", &text).unwrap()
    }

    #[test]
    fn two_releases_differ_in_the_names_of_parameters_and_in_nothing_that_is_order() {
        let one = |request: &str| format!(r#"{{"slug": "a", "air": "x:a@1", "requestSchema": {request}}}"#);
        let old = release(&one(
            r#"{"properties": {"b": {"type": "object", "properties": {"c": {}}}, "d": {"items": {"properties": {"e": {}}}}}}"#,
        ));
        let reordered = release(&one(
            r#"{"properties": {"d": {"items": {"properties": {"e": {}}}}, "b": {"properties": {"c": {}}, "type": "object"}}}"#,
        ));
        assert_eq!(old.changed(&reordered), []);
        let new = release(&one(
            r#"{"properties": {"b": {"type": "object", "properties": {}}, "d": {"items": {"properties": {"f": {}}}}}}"#,
        ));
        let changed = |added: &[&str], removed: &[&str]| Changed {
            air: "x:a@1".to_owned(),
            added: added.iter().map(|&name| name.to_owned()).collect(),
            removed: removed.iter().map(|&name| name.to_owned()).collect(),
            results: false,
        };
        assert_eq!(old.changed(&new), [changed(&["d[].f"], &["b.c", "d[].e"])]);
        let limit = release(&one(r#"{"properties": {"b": {"type": "object", "maxProperties": 1}}}"#));
        let other = release(&one(r#"{"properties": {"b": {"type": "object", "maxProperties": 2}}}"#));
        assert_eq!(limit.changed(&other), [changed(&[], &[])]);
    }

    #[test]
    fn a_release_answers_as_the_service_does() {
        let release = release(
            r#"{"slug": "a", "air": "x:a@1", "requestSchema": {"type": "object"}, "responseSchema": null}, {"slug": "b"}"#,
        );
        for name in ["a", "x:a@1"] {
            let answer: Value =
                serde_json::from_str(&release.answer(name, "https://p.example").unwrap()).unwrap();
            let expected = serde_json::json!({
                "requestSchema": {"type": "object"}, "responseSchema": null, "documentation": "https://p.example/a"
            });
            assert_eq!(answer, expected);
        }
        assert_eq!((release.answer("b", ""), release.models().len()), (None, 1));
    }
}
