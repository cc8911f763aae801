//! The words of this family of APIs: names of parameters and of result fields, and values of closed sets.
//!
//! `vocabulary.json` has the words of the workspace's own documents, of every release; `cargo xtask gen` writes it.
//! `elsewhere.json` is written by hand: names that the provider's other models have, and words that are values elsewhere.

use crate::model::{Model, Rule, Schema};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// The words of documents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Vocabulary {
    /// The names of parameters, each with the depths at which it stands: 0 is the task itself.
    pub parameters: BTreeMap<String, BTreeSet<usize>>,
    /// The names of the fields of a result.
    pub results: BTreeSet<String>,
    /// The texts of closed sets, by the name of the parameter.
    pub values: BTreeMap<String, BTreeSet<String>>,
}

/// Words that other documents of the provider have.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Elsewhere {
    /// Where the names are from.
    pub source: String,
    /// The names of top-level parameters, the most frequent first.
    pub parameters: Vec<String>,
    /// The names of parameters that other models, or a model's owner, have in an object of that name.
    pub nested: BTreeMap<String, Vec<String>>,
    /// Names that readers of JSON, or other APIs, give a meaning of their own.
    pub edges: Vec<String>,
    /// The texts of closed sets, by the name of the parameter.
    pub values: BTreeMap<String, Vec<String>>,
    /// Words that are values of one parameter or another.
    pub words: Vec<String>,
}

impl Vocabulary {
    /// The words of these models.
    pub fn of<'m>(models: impl IntoIterator<Item = &'m Model>) -> Self {
        let mut words = Self::default();
        for model in models {
            words.collect(&model.task, 0);
            let fields = model.result.iter().flat_map(|result| &result.properties);
            words.results.extend(fields.map(|field| field.name.clone()));
        }
        words
    }

    fn collect(&mut self, schema: &Schema, depth: usize) {
        for property in &schema.properties {
            self.parameters.entry(property.name.clone()).or_default().insert(depth);
            let values = property.schema.rules().flat_map(|rule| match rule {
                Rule::Const(value) => vec![value],
                Rule::Enum(list) => list.values.iter().map(|one| &one.value).collect(),
                _ => Vec::new(),
            });
            let texts: BTreeSet<String> =
                values.filter_map(serde_json::Value::as_str).map(str::to_owned).collect();
            if !texts.is_empty() {
                self.values.entry(property.name.clone()).or_default().extend(texts);
            }
            self.collect(&property.schema, depth + 1);
        }
        if let Some(items) = &schema.items {
            self.collect(items, depth);
        }
    }
}

/// The words of the workspace's documents; none where the file cannot be read.
pub fn known() -> &'static Vocabulary {
    static KNOWN: OnceLock<Vocabulary> = OnceLock::new();
    KNOWN.get_or_init(|| serde_json::from_str(include_str!("../vocabulary.json")).unwrap_or_default())
}

/// The words of the provider's other documents.
pub fn elsewhere() -> &'static Elsewhere {
    static ELSEWHERE: OnceLock<Elsewhere> = OnceLock::new();
    ELSEWHERE.get_or_init(|| serde_json::from_str(include_str!("../elsewhere.json")).unwrap_or_default())
}

/// Words that may be taken for a value of the parameter: values elsewhere, then those of parameters of its name, then
/// those of all others.
pub(crate) fn tempting(parameter: &str) -> Vec<&'static str> {
    let (known, elsewhere) = (known(), elsewhere());
    let own = elsewhere.values.get(parameter).into_iter().flatten();
    let named = known.values.get(parameter).into_iter().flatten();
    let others = known.values.iter().filter(|(name, _)| !matches!(name.as_str(), "model" | "taskType"));
    let all = elsewhere.words.iter().chain(own).chain(named).chain(others.flat_map(|(_, values)| values));
    let mut seen = BTreeSet::new();
    all.map(String::as_str).filter(|word| seen.insert(*word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_can_be_read() {
        assert!(known().parameters.contains_key("routing") && known().results.contains("imageURL"));
        assert!(elsewhere().parameters.iter().any(|name| name == "negativePrompt"));
        assert!(tempting("quality").contains(&"hd") && tempting("taskType").contains(&"videoInference"));
    }
}
