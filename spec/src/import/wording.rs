//! Titles and descriptions that are known from other places: our other documents, and answers that were given before.
//!
//! A parameter of a source gets the wording of a parameter that has the same name and says the same: the type, the format,
//! the constant, and the values. Limits may differ, since a description does not repeat them. Wording is ours; nothing of
//! it comes from the source.

use super::json;
use crate::document::{Diagnostic, Node, ReadError, Source, Tree};
use crate::facts::{Facts, Parameter, normal};
use crate::model::ParameterPath;
use std::collections::BTreeMap;

/// What must be the same for a wording to fit.
const SAME: [&str; 3] = ["type", "format", "const"];

/// Known wording, the first to be preferred.
#[derive(Clone, Debug, Default)]
pub struct Wording {
    entries: Vec<Entry>,
}

/// The wording of one parameter in one place.
#[derive(Clone, Debug)]
struct Entry {
    /// Where it is from, for people.
    from: String,
    /// The dotted name; `data[]` stands before that of a result's field.
    path: String,
    /// The facts of [`SAME`] in normal form; `None` for an answer, which fits whatever the facts are.
    facts: Option<Vec<(String, Tree)>>,
    title: Option<Tree>,
    description: Option<Tree>,
    /// Descriptions of values, by the value in normal form.
    values: BTreeMap<String, Tree>,
}

/// The wording for a parameter.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) from: String,
    /// `title` and `description`, as far as they are known.
    pub(super) members: Vec<(String, Tree)>,
    values: BTreeMap<String, Tree>,
}

impl Found {
    /// The branch of a value, with its description where that is known.
    pub(super) fn value(&self, value: &Tree) -> Option<Tree> {
        let description = self.values.get(&value.sorted().line())?;
        Some(Tree::object([("const", value.clone()), ("description", description.clone())]))
    }
}

impl Wording {
    /// Adds the wording of a document of ours. One that cannot be read has none.
    pub fn add_document(&mut self, source: &Source) {
        let (Ok(facts), Ok(root)) = (json::read(source), source.root().and_then(Tree::read)) else { return };
        let Facts { task, result, .. } = facts;
        let schemas = ["components", "schemas"];
        let at = |rest: &[&str]| root.at(&[&schemas[..], rest].concat());
        self.collect(source.name(), &task, at(&["RequestBody", "items"]), "");
        if let Some(result) = result {
            self.collect(
                source.name(),
                &result,
                at(&["ResponseBody", "properties", "data", "items"]),
                RESULT,
            );
        }
    }

    fn collect(&mut self, from: &str, parameter: &Parameter, tree: Option<&Tree>, path: &str) {
        let Some(tree) = tree else { return };
        let words = |name: &str| tree.get(name).filter(|words| words.as_text().is_some()).cloned();
        let description = words("description");
        if !parameter.name.is_empty() && description.is_some() {
            self.entries.push(Entry {
                from: from.to_owned(),
                path: path.to_owned(),
                facts: Some(same(parameter)),
                title: words("title"),
                description,
                values: values(tree),
            });
        }
        for member in &parameter.members {
            self.collect(from, member, tree.at(&["properties", &member.name]), &joined(path, &member.name));
        }
        if let Some(items) = &parameter.items {
            self.collect(from, items, tree.get("items"), &format!("{path}[]"));
        }
    }

    /// Adds the answers of this release, behind all that is known.
    pub fn add_built_in(&mut self) {
        let source = Source::new("wording.json", include_str!("../../wording.json"));
        self.entries.extend(answers(&source).unwrap_or_default());
    }

    /// Adds answers: an object with the dotted names of parameters, each with `title`, `description`, and `values`, the
    /// descriptions of its values. What is known already stays behind them.
    ///
    /// # Errors
    /// A text that is no such object.
    pub fn add_answers(&mut self, source: &Source) -> Result<(), ReadError> {
        let refused = |diagnostic| ReadError::Refused(vec![diagnostic]);
        let answers = answers(source).map_err(refused)?;
        self.entries.splice(0..0, answers);
        Ok(())
    }

    /// The wording for a parameter, or for a field of a result. A name of another place fits if it is the last part of
    /// both and the values are the same.
    pub(super) fn find(&self, parameter: &Parameter, path: &ParameterPath, in_result: bool) -> Option<Found> {
        let path = path.to_string().replace(".items", "[]");
        let path = if in_result { joined(RESULT, &path) } else { path };
        let facts = same(parameter);
        let fits = |entry: &&Entry| entry.facts.as_ref().is_none_or(|known| *known == facts);
        let wanted = listed(parameter);
        let has_values = |entry: &&Entry| {
            !wanted.is_empty() && wanted.iter().all(|value| entry.values.contains_key(value))
        };
        let last = |path: &str| path.rsplit(['.', ']']).next().unwrap_or_default().to_owned();
        let here = self.entries.iter().find(|entry| entry.path == path && fits(entry));
        let elsewhere = || {
            let mut all = self.entries.iter().filter(|entry| last(&entry.path) == last(&path));
            all.find(|entry| entry.facts.is_some() && fits(entry) && has_values(entry))
        };
        let entry = here.or_else(elsewhere)?;
        let words = [("title", &entry.title), ("description", &entry.description)];
        let members = words.into_iter().filter_map(|(name, words)| Some((name.to_owned(), words.clone()?)));
        Some(Found { from: entry.from.clone(), members: members.collect(), values: entry.values.clone() })
    }
}

/// How the name of a result's field begins.
const RESULT: &str = "data[]";

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn same(parameter: &Parameter) -> Vec<(String, Tree)> {
    let fact = |keyword: &str| {
        let fact = parameter.fact(keyword)?;
        Some((keyword.to_owned(), normal(keyword, &fact.value)))
    };
    SAME.into_iter().filter_map(fact).collect()
}

/// The values of a parameter, in normal form.
fn listed(parameter: &Parameter) -> Vec<String> {
    let values = parameter.fact("enum").map(|fact| fact.value.items()).unwrap_or_default();
    values.iter().map(|value| value.sorted().line()).collect()
}

/// The descriptions of the values of a schema.
fn values(tree: &Tree) -> BTreeMap<String, Tree> {
    let branches = tree.get("oneOf").map(Tree::items).unwrap_or_default();
    let described =
        |branch: &Tree| Some((branch.get("const")?.sorted().line(), branch.get("description")?.clone()));
    branches.iter().filter_map(described).collect()
}

fn answers(source: &Source) -> Result<Vec<Entry>, Diagnostic> {
    const HELP: &str =
        "an answer is `\"PARAMETER\": {\"title\": …, \"description\": …, \"values\": {VALUE: …}}`";
    let mut entries = Vec::new();
    for answer in source.root()?.members()? {
        let mut entry = Entry {
            from: source.name().to_owned(),
            path: answer.key.clone(),
            facts: None,
            title: None,
            description: None,
            values: BTreeMap::new(),
        };
        for member in answer.value.members()? {
            match member.key.as_str() {
                "title" => entry.title = Some(words(member.value)?),
                "description" => entry.description = Some(words(member.value)?),
                "values" => {
                    for value in member.value.members()? {
                        let described = words(value.value)?;
                        // A name is that of a text, or of another value as JSON writes it.
                        let text = Tree::text(value.key.as_str()).line();
                        entry.values.insert(text, described.clone());
                        if let Ok(other) = Tree::parse(&value.key) {
                            entry.values.insert(other.sorted().line(), described);
                        }
                    }
                }
                _ => {
                    let name = crate::document::text::shorten(&member.key, 60);
                    return Err(member.error(format!("`{name}` is unknown here"), HELP));
                }
            }
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// A sentence of an answer.
fn words(node: Node<'_>) -> Result<Tree, Diagnostic> {
    let text = node.string()?;
    if text.trim().is_empty() {
        return Err(node.error("an empty answer", "write a sentence, or remove it"));
    }
    Ok(Tree::text(text.trim()))
}
