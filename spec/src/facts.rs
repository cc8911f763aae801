//! What a source says about a model, in one form whatever its layout: every fact with the line that states it.
//!
//! A source is anything that describes a model: a page of the provider, an OpenAPI file, a document of ours. Readers
//! (see [`crate::import`]) make [`Facts`] of it; [`crate::import`] writes a document from them, [`crate::verify`]
//! compares two of them. Prose is no fact: titles and descriptions are left out, and nothing here can copy them.

mod allowed;
mod normal;

pub use allowed::{Allowed, allowed, allowed_for, built_in};
pub use normal::{normal, without_words};

use crate::document::Tree;
use crate::model::{Level, ParameterPath, Unchecked};
use std::fmt;

/// What a source says.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The name of the source, for messages.
    pub source: String,
    /// How the source is laid out.
    pub layout: Layout,
    /// Which model it is about.
    pub identity: Identity,
    /// The task object.
    pub task: Parameter,
    /// One result, where the source describes results.
    pub result: Option<Parameter>,
    /// Requests and answers that the source shows.
    pub examples: Vec<Example>,
    /// Contradictions that show while the source is read.
    pub contradictions: Vec<Remark>,
    /// Lines that were not understood.
    pub unread: Vec<Remark>,
    /// What the source states outside the dialect, and these facts do not hold.
    pub unchecked: Vec<Unchecked>,
}

/// The layouts of sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// A published OpenAPI file, or a document of ours.
    OpenApi,
    /// The answer of the schema service: `requestSchema`, `responseSchema`.
    Service,
    /// The JSON Schema of a task alone.
    Task,
    /// A model page in Markdown.
    Markdown,
    /// A model page pasted as text.
    Flat,
}

impl Layout {
    /// The word in the allow-list.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::OpenApi => "openapi",
            Self::Service => "service",
            Self::Task => "task",
            Self::Markdown => "markdown",
            Self::Flat => "text",
        }
    }

    /// Whether it is for people: much that a schema states has no place in it.
    #[must_use]
    pub fn is_page(self) -> bool {
        matches!(self, Self::Markdown | Self::Flat)
    }

    /// Whether a fact of this keyword has a place in the layout.
    #[must_use]
    pub fn has_place_for(self, keyword: &str) -> bool {
        const BADGES: [&str; 12] = [
            "type",
            "required",
            "const",
            "format",
            "minimum",
            "maximum",
            "minLength",
            "maxLength",
            "multipleOf",
            "default",
            "enum",
            "dependentRequired",
        ];
        match self {
            Self::OpenApi | Self::Service | Self::Task => true,
            Self::Flat if matches!(keyword, "minItems" | "maxItems") => true,
            // Pasted pages come without the section of rules; where one has it, its rules are read.
            Self::Flat if is_rule(keyword) => false,
            Self::Markdown | Self::Flat => BADGES.contains(&keyword) || is_rule(keyword),
        }
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OpenApi => "an OpenAPI file",
            Self::Service => "an answer of the schema service",
            Self::Task => "the JSON Schema of a task",
            Self::Markdown => "a model page in Markdown",
            Self::Flat => "a model page as text",
        })
    }
}

/// Which model a source is about, and what is said about it as a whole.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// File-name form of the model's name.
    pub slug: Option<String>,
    /// The provider's id of the model.
    pub air: Option<String>,
    /// The model's name.
    pub name: Option<String>,
    /// The address of its page.
    pub page: Option<String>,
    /// `live` or another state.
    pub status: Option<String>,
    /// Who made the model.
    pub creator: Option<String>,
    /// What it does, such as `text-to-image`.
    pub capabilities: Vec<String>,
    /// Examples of prices: what was asked for, and USD for one result, as written.
    pub prices: Vec<(String, String)>,
}

/// A parameter, or the items of an array, or the task itself.
#[derive(Clone, Debug, Default)]
pub struct Parameter {
    /// The name on the wire.
    pub name: String,
    /// The line that introduces it.
    pub line: usize,
    /// Whether the source lists it, rather than only naming it in the path of another.
    pub is_listed: bool,
    /// What is said about it, each keyword once; rules over several members may repeat theirs.
    pub facts: Vec<Fact>,
    /// The members of an object.
    pub members: Vec<Parameter>,
    /// The items of an array.
    pub items: Option<Box<Parameter>>,
}

/// One fact, as a keyword of JSON Schema and its value.
///
/// `enum` holds a list of values however the source writes it; `required` stands with the parameter that is required;
/// `x-value-count` is the number of values that the source counts and does not name.
#[derive(Clone, Debug)]
pub struct Fact {
    /// The keyword.
    pub keyword: String,
    /// Its value, without prose.
    pub value: Tree,
    /// Where it is stated.
    pub level: Level,
    /// The line that states it.
    pub line: usize,
}

/// A request and its answer, as a source shows them.
#[derive(Clone, Debug)]
pub struct Example {
    /// A whole task, or a fragment of one.
    pub request: Option<Shown>,
    /// One item of the answer's `data`, or the answer.
    pub response: Option<Shown>,
}

/// A JSON text that a source shows.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The line of its first character.
    pub line: usize,
    /// The text.
    pub text: String,
    /// The parameter whose description shows a fragment; `None` for a whole task.
    pub fragment_of: Option<String>,
}

/// Something to say about a line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// The line.
    pub line: usize,
    /// What there is to say.
    pub text: String,
}

impl Remark {
    /// A remark on a line.
    pub fn new(line: usize, text: impl Into<String>) -> Self {
        Self { line, text: text.into() }
    }
}

/// Whether a keyword states a rule that may tie several parameters together.
#[must_use]
pub fn is_rule(keyword: &str) -> bool {
    matches!(
        keyword,
        "dependentRequired"
            | "dependentSchemas"
            | "allOf"
            | "anyOf"
            | "oneOf"
            | "not"
            | "if"
            | "contains"
            | "x-constraints"
    )
}

impl Parameter {
    /// The fact of that keyword.
    #[must_use]
    pub fn fact(&self, keyword: &str) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.keyword == keyword)
    }

    /// Whether it is required.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.fact("required").is_some()
    }

    /// Whether its type is just that one.
    #[must_use]
    pub fn is_a(&self, kind: &str) -> bool {
        self.fact("type").is_some_and(|fact| fact.value.as_text() == Some(kind))
    }

    /// The member of that name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Parameter> {
        self.members.iter().find(|member| member.name == name)
    }

    /// The parameter at a path of names; the members of an array's items count as the array's.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Parameter> {
        path.iter().try_fold(self, |parameter, name| {
            parameter.member(name).or_else(|| parameter.items.as_ref()?.member(name))
        })
    }

    /// Every parameter below this one with its dotted path, parents first; the items of an array are `items`.
    #[must_use]
    pub fn tree(&self) -> Vec<(ParameterPath, &Parameter)> {
        let mut all = Vec::new();
        self.collect(&ParameterPath::task(), &mut all);
        all
    }

    fn collect<'p>(&'p self, path: &ParameterPath, all: &mut Vec<(ParameterPath, &'p Parameter)>) {
        for member in &self.members {
            let path = path.join(&member.name);
            all.push((path.clone(), member));
            member.collect(&path, all);
        }
        if let Some(items) = &self.items {
            let path = path.items();
            all.push((path.clone(), items));
            items.collect(&path, all);
        }
    }
}
