//! The differences between the facts of a source and those of a document.

use crate::document::{Source, Tree, text};
use crate::facts::{Fact, Facts, Layout, Parameter, is_rule, normal};
use crate::model::{Level, ParameterPath, Rule};

/// A fact on which source and document differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Parameter and keyword, such as `width.minimum`; a parameter alone where it is missing altogether. Fields of
    /// results stand behind `data[].`.
    pub id: String,
    /// What the source says.
    pub source: String,
    /// What the document says.
    pub spec: String,
    /// The line of the source that states it, or where it would have to stand.
    pub line: usize,
}

/// The text for the side that states nothing.
const NOTHING: &str = "not stated";

/// Everything on which the two differ, in the order of the source. Results are compared where both describe them.
#[must_use]
pub fn compare(source: &Facts, spec: &Facts) -> Vec<Difference> {
    let mut differences = Vec::new();
    let comparison = Comparison { layout: source.layout, in_results: false };
    comparison.parameter(&source.task, &spec.task, &ParameterPath::task(), &mut differences);
    if let (Some(source), Some(spec)) = (&source.result, &spec.result) {
        let comparison = Comparison { in_results: true, ..comparison };
        comparison.parameter(source, spec, &ParameterPath::task(), &mut differences);
    }
    differences
}

/// How many facts there are, required and nested ones included.
pub(super) fn count(parameter: &Parameter) -> usize {
    let below: usize = parameter.members.iter().chain(parameter.items.as_deref()).map(count).sum();
    parameter.facts.len() + below
}

struct Comparison {
    layout: Layout,
    in_results: bool,
}

impl Comparison {
    fn parameter(
        &self,
        source: &Parameter,
        spec: &Parameter,
        path: &ParameterPath,
        out: &mut Vec<Difference>,
    ) {
        let mut push = |id: String, said: String, known: String, line: usize| {
            let id = if self.in_results { format!("data[].{id}") } else { id };
            out.push(Difference { id, source: said, spec: known, line });
        };
        let mut reported = Vec::new();
        for fact in &source.facts {
            if same(fact, spec) {
                continue;
            }
            let other = spec.fact(other_keyword(fact, spec)).filter(|_| !repeats(fact, spec));
            reported.push(fact.keyword.as_str());
            let known = other.map_or_else(|| NOTHING.to_owned(), shown);
            push(id(path, fact), shown(fact), known, fact.line);
        }
        for fact in &spec.facts {
            let is_reported = reported.iter().any(|keyword| other_keyword(fact, source) == *keyword)
                && !repeats(fact, source);
            if !is_reported && !same(fact, source) && self.must_be_stated(fact, spec) {
                let line = source.line.max(1);
                let silence = if self.layout.has_place_for(&fact.keyword) {
                    NOTHING
                } else {
                    "not stated (this layout cannot state it)"
                };
                push(id(path, fact), silence.to_owned(), shown(fact), line);
            }
        }
        self.below(source, spec, path, out);
    }

    fn below(&self, source: &Parameter, spec: &Parameter, path: &ParameterPath, out: &mut Vec<Difference>) {
        let mut missing = |path: ParameterPath, said: String, known: String, line: usize| {
            let id = if self.in_results { format!("data[].{path}") } else { path.into() };
            out.push(Difference { id, source: said, spec: known, line });
        };
        for member in source.members.iter().filter(|member| spec.member(&member.name).is_none()) {
            missing(path.join(&member.name), kind(member), "absent".to_owned(), member.line);
        }
        for member in spec.members.iter().filter(|member| source.member(&member.name).is_none()) {
            let is_elsewhere =
                member.fact("type").is_some_and(|fact| matches!(fact.level, Level::Facts | Level::Unstated));
            if !(self.layout.is_page() && is_elsewhere) {
                missing(path.join(&member.name), "absent".to_owned(), kind(member), source.line.max(1));
            }
        }
        match (&source.items, &spec.items) {
            (Some(items), None) => missing(path.items(), kind(items), NOTHING.to_owned(), items.line),
            (None, Some(items)) if !self.layout.is_page() => {
                missing(path.items(), NOTHING.to_owned(), kind(items), source.line.max(1));
            }
            _ => {}
        }
        for member in &source.members {
            if let Some(other) = spec.member(&member.name) {
                self.parameter(member, other, &path.join(&member.name), out);
            }
        }
        if let (Some(items), Some(other)) = (&source.items, &spec.items) {
            self.parameter(items, other, &path.items(), out);
        }
    }

    /// Whether a source that agrees with the document would have to state the fact.
    fn must_be_stated(&self, fact: &Fact, holder: &Parameter) -> bool {
        if matches!(fact.keyword.as_str(), "x-unique" | "x-value-count") {
            return false;
        }
        if !self.layout.is_page() {
            return true;
        }
        if fact.keyword == "additionalProperties" {
            return false;
        }
        match fact.level {
            Level::Badge => true,
            // Rules have a section of their own; other sentences are not read.
            Level::Prose => {
                is_rule(&fact.keyword) && holder.is_a("object") && self.layout.has_place_for(&fact.keyword)
            }
            Level::Facts | Level::Unstated => false,
        }
    }
}

/// Whether an object may have several facts of the keyword.
fn repeats(fact: &Fact, holder: &Parameter) -> bool {
    is_rule(&fact.keyword) && holder.is_a("object")
}

/// The keyword under which the other side states the same thing: values may be named or only counted.
fn other_keyword<'k>(fact: &'k Fact, other: &Parameter) -> &'k str {
    match fact.keyword.as_str() {
        "enum" if other.fact("enum").is_none() && other.fact("x-value-count").is_some() => "x-value-count",
        "x-value-count" if other.fact("enum").is_some() => "enum",
        keyword => keyword,
    }
}

/// Whether the other side states the same; a number of values is that of the values that are named.
fn same(fact: &Fact, other: &Parameter) -> bool {
    if fact.keyword == "x-value-count" {
        let named = other.fact("enum").map(|fact| fact.value.items().len().to_string());
        let counted = || other.fact("x-value-count").map(|fact| fact.value.line());
        return named.or_else(counted).as_deref() == Some(&fact.value.line());
    }
    if fact.keyword == "enum" && other.fact("enum").is_none() {
        let counted = other.fact("x-value-count").map(|fact| fact.value.line());
        if counted.as_deref() == Some(&fact.value.items().len().to_string()) {
            return true;
        }
    }
    let value = normal(&fact.keyword, &fact.value);
    other
        .facts
        .iter()
        .any(|other| other.keyword == fact.keyword && normal(&other.keyword, &other.value) == value)
}

fn id(path: &ParameterPath, fact: &Fact) -> String {
    let keyword = if fact.keyword == "x-value-count" { "enum" } else { &fact.keyword };
    let own = rule(fact).map_or_else(|| keyword.to_owned(), |(id, _)| id);
    path.join(&own).into()
}

/// A value for people.
fn shown(fact: &Fact) -> String {
    if let Some((_, sentence)) = rule(fact) {
        return sentence;
    }
    match (&fact.value, fact.keyword.as_str()) {
        (Tree::Text(text), _) => text::shorten(text, 80),
        (_, "required") => "required".to_owned(),
        (value, "x-value-count") => format!("{} values", value.line()),
        (Tree::List(items), "enum") => {
            let values: Vec<String> =
                items.iter().map(|item| item.as_text().map_or_else(|| item.line(), str::to_owned)).collect();
            format!("{} values: {}", items.len(), text::shorten(&values.join(", "), 80))
        }
        (value, _) => text::shorten(&value.line(), 80),
    }
}

/// Id and sentence of a rule, as a document with this one rule has them.
fn rule(fact: &Fact) -> Option<(String, String)> {
    if !is_rule(&fact.keyword) {
        return None;
    }
    let mut members = match fact.keyword.as_str() {
        "if" => fact.value.members().to_vec(),
        "x-constraints" => vec![(fact.keyword.clone(), Tree::List(vec![fact.value.clone()]))],
        keyword => vec![(keyword.to_owned(), fact.value.clone())],
    };
    members.push(("type".to_owned(), Tree::text("object")));
    let model = crate::read(&Source::new("rule", Tree::Object(members).line())).ok()?;
    let mut constraints = model.constraints().into_iter();
    let rule = constraints.find(|constraint| !matches!(constraint.rule, Rule::Type(_)));
    rule.map(|constraint| (constraint.id.to_string(), constraint.expected.clone()))
}

/// What kind of parameter it is, in a few words.
fn kind(parameter: &Parameter) -> String {
    let kind = parameter.fact("type").map_or_else(|| "any type".to_owned(), shown);
    if parameter.is_required() { format!("{kind}, required") } else { kind }
}
