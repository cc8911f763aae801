//! One result of a task, and the file that belongs to it.

use super::file_spec::FileSpec;
use super::protocol::Form;
use airspec_spec::ParameterPath;
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;

/// One item of `data`.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) fields: Map<String, Value>,
    /// Fields whose text is drawn when the item is sent.
    pub(crate) inline: Vec<(String, Form)>,
    /// What the file is made from, where there is one.
    pub(crate) file: Option<File>,
}

/// The file of a result.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) name: String,
    /// The ending of its link.
    pub(crate) ending: &'static str,
    pub(crate) image: Arc<FileSpec>,
    /// For how long the link works.
    pub(crate) lifetime: Option<Duration>,
    /// Whether the result links to it.
    pub(crate) linked: bool,
}

impl Item {
    pub(crate) fn plain(fields: Map<String, Value>) -> Self {
        Self { fields, inline: Vec::new(), file: None }
    }

    /// The value of a field, by its path: in the first item of each array.
    pub(crate) fn get(&self, field: &str) -> Option<&Value> {
        ParameterPath::from(field).get_in(&self.fields)
    }

    /// Sets a field, by its path.
    pub(crate) fn set(&mut self, field: &str, value: Value) {
        ParameterPath::from(field).set_in(&mut self.fields, value);
    }

    /// Whether nothing is left to draw.
    pub(crate) fn is_ready(&self) -> bool {
        self.inline.is_empty()
    }

    /// About how many bytes it takes in memory, its file not yet drawn.
    pub(crate) fn weight(&self) -> usize {
        let fields = self.fields.iter().map(|(name, value)| 100 + name.len() + weight(value));
        let file = self.file.as_ref().map_or(0, |file| 100 + file.image.weight());
        200 + file + fields.sum::<usize>()
    }

    /// How many pixels are to be drawn into its fields.
    pub(crate) fn inline_pixels(&self) -> u64 {
        let forms = u64::try_from(self.inline.len()).unwrap_or(u64::MAX);
        self.file.as_ref().map_or(0, |file| file.image.pixels()).saturating_mul(forms)
    }

    /// More bytes than they have once they are drawn.
    pub(crate) fn inline_bytes(&self) -> usize {
        self.file.as_ref().map_or(0, |file| file.image.base64_bytes()) * self.inline.len()
    }

    /// The item with everything drawn.
    pub(crate) fn finish(mut self) -> Value {
        if let Some(file) = &self.file {
            let texts: Vec<_> =
                self.inline.iter().map(|(name, form)| (name.clone(), file.image.text(*form))).collect();
            for (name, text) in texts {
                self.set(&name, text.into());
            }
        }
        Value::Object(self.fields)
    }
}

/// About how many bytes a value takes in memory.
fn weight(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 32,
        Value::String(text) => 32 + text.len(),
        Value::Array(items) => 32 + items.iter().map(weight).sum::<usize>(),
        Value::Object(members) => {
            // A node has room for eleven members, also for one.
            640 + members.iter().map(|(name, value)| 60 + name.len() + weight(value)).sum::<usize>()
        }
    }
}
