//! One schema of a document: facts of the source, wording and unstated facts of the document that is there.

use super::Open;
use super::write::{LAST, ORDER, levels, push, rules, without_words};
use crate::document::Tree;
use crate::facts::{Fact, Layout, Parameter, Remark, is_rule, normal};
use crate::import::wording::{Found, Wording};
use crate::model::{Level, ParameterPath};

/// Writes schemas, and keeps what there is to ask.
pub(super) struct Writer<'w> {
    layout: Layout,
    pub(super) questions: Vec<Remark>,
    pub(super) changes: Vec<Remark>,
    pub(super) worded: Vec<Remark>,
    pub(super) open: Vec<Open>,
    wording: &'w Wording,
    /// The page that parameters are documented on; none for results.
    page: Option<String>,
    /// Ids of the differences that are known and stay.
    decided: Vec<String>,
}

/// A parameter as the document has it.
#[derive(Clone, Copy, Default)]
struct Old<'o> {
    parameter: Option<&'o Parameter>,
    tree: Option<&'o Tree>,
}

impl Old<'_> {
    fn member(self, name: &str) -> Self {
        Self {
            parameter: self.parameter.and_then(|parameter| parameter.member(name)),
            tree: self.tree.and_then(|tree| tree.at(&["properties", name])),
        }
    }

    fn items(self) -> Self {
        Self {
            parameter: self.parameter.and_then(|parameter| parameter.items.as_deref()),
            tree: self.tree.and_then(|tree| tree.get("items")),
        }
    }
}

impl<'w> Writer<'w> {
    pub(super) fn new(layout: Layout, decided: Vec<String>, wording: &'w Wording) -> Self {
        let (questions, changes, worded, open) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { layout, questions, changes, worded, open, wording, page: None, decided }
    }

    /// The schema of the task.
    pub(super) fn task(
        &mut self,
        task: &Parameter,
        old: Option<&Parameter>,
        tree: Option<&Tree>,
        page: &str,
    ) -> Tree {
        self.page = Some(page.to_owned());
        let mut task = task.clone();
        if self.layout.is_page() {
            for fact in task.facts.iter_mut().filter(|fact| fact.keyword == "type") {
                fact.level = Level::Facts;
            }
        }
        self.schema(&task, Old { parameter: old, tree }, &ParameterPath::task())
    }

    /// The schema of a result.
    pub(super) fn result(
        &mut self,
        result: &Parameter,
        old: Option<&Parameter>,
        tree: Option<&Tree>,
    ) -> Tree {
        self.page = None;
        let mut result = result.clone();
        // Levels are of requests.
        for fact in &mut result.facts {
            fact.level = Level::Badge;
        }
        self.schema(&result, Old { parameter: old, tree }, &ParameterPath::task())
    }

    fn schema(&mut self, new: &Parameter, old: Old<'_>, path: &ParameterPath) -> Tree {
        let facts = self.merged(new, old, path);
        let known = self.wording.find(new, path, self.page.is_none()).filter(|_| !new.name.is_empty());
        let mut members = self.words(new, old, path, known.as_ref());
        let is_object = new.is_a("object");
        for keyword in ORDER.into_iter().filter(|keyword| !(is_object && is_rule(keyword))) {
            for fact in facts.iter().filter(|fact| fact.keyword == keyword) {
                push(&mut members, fact, old.tree, known.as_ref());
            }
        }
        self.below(new, old, path, &mut members);
        for keyword in LAST {
            for fact in facts.iter().filter(|fact| fact.keyword == keyword) {
                push(&mut members, fact, old.tree, None);
            }
        }
        self.ask_for_words(new, path, &members);
        rules(&facts, is_object, &mut members);
        levels(&facts, is_object, old.tree, &mut members);
        Tree::Object(members)
    }

    /// Title, description and whatever else describes, as the document has it, or else as it is known elsewhere.
    fn words(
        &mut self,
        new: &Parameter,
        old: Old<'_>,
        path: &ParameterPath,
        elsewhere: Option<&Found>,
    ) -> Vec<(String, Tree)> {
        let kept = |(keyword, _): &&(String, Tree)| {
            !ORDER.contains(&keyword.as_str())
                && !LAST.contains(&keyword.as_str())
                && !is_rule(keyword)
                && !matches!(
                    keyword.as_str(),
                    "properties" | "required" | "items" | "x-levels" | "then" | "else" | "$id"
                )
        };
        let mut members: Vec<(String, Tree)> =
            old.tree.map(Tree::members).unwrap_or_default().iter().filter(kept).cloned().collect();
        let is_named = !new.name.is_empty();
        let is_described = members.iter().any(|(keyword, _)| keyword == "description");
        if let Some(found) = elsewhere.filter(|_| !is_described) {
            let known: Vec<String> = members.iter().map(|(keyword, _)| keyword.clone()).collect();
            let words = found.members.iter().filter(|(keyword, _)| !known.contains(keyword)).cloned();
            members.splice(0..0, words);
            let text = format!("{} from {}", self.shown(path), found.from);
            self.worded.push(Remark::new(new.line, text));
        }
        if let Some(page) = self.page.as_ref().filter(|_| is_named)
            && !members.iter().any(|(keyword, _)| keyword == "externalDocs")
        {
            let url = format!("{page}#request-{}", path.without_items().replace('.', "-").to_lowercase());
            members.push(("externalDocs".to_owned(), Tree::object([("url", Tree::text(url))])));
        }
        members
    }

    /// The name of a parameter or of a field, for people.
    fn shown(&self, path: &ParameterPath) -> String {
        if self.page.is_none() { format!("a result's `{path}`") } else { format!("`{path}`") }
    }

    /// A question where a parameter, or one of its values, lacks wording.
    fn ask_for_words(&mut self, new: &Parameter, path: &ParameterPath, members: &[(String, Tree)]) {
        let Some(values) = without_words(members).filter(|_| !new.name.is_empty()) else { return };
        let is_bare = !members.iter().any(|(keyword, _)| keyword == "description");
        let shown = self.shown(path);
        // A constant needs no words of its own.
        let values = if values.len() > 1 || !is_bare { values } else { Vec::new() };
        let text = match (is_bare, values.len()) {
            (true, 0) => format!("{shown}: title and description needed, in your own words"),
            (true, count) => {
                format!(
                    "{shown}: title and description, and each of its {count} values needed, in your own words"
                )
            }
            (false, _) => format!("{shown}: a description needed of {}", values.join(", ")),
        };
        self.questions.push(Remark::new(new.line, text));
        let name = path.to_string().replace(".items", "[]");
        let name = if self.page.is_none() { format!("data[].{name}") } else { name };
        self.open.push(Open { name, values, is_bare });
    }

    /// The facts of the source, and those of the document that the source cannot deny.
    fn merged(&mut self, new: &Parameter, old: Old<'_>, path: &ParameterPath) -> Vec<Fact> {
        let known = old.parameter.map(|parameter| parameter.facts.as_slice()).unwrap_or_default();
        let mut facts: Vec<Fact> = Vec::new();
        for fact in known {
            if self.is_decided(path, &fact.keyword) {
                facts.push(fact.clone());
            } else if let Some(same) = new.facts.iter().find(|new| says_the_same(new, fact)) {
                facts.push(Fact { line: same.line, level: self.level(fact, same), ..fact.clone() });
            } else if let Some(kept) = self.kept(fact, new, path) {
                facts.push(kept);
            } else if !Self::is_replaced(fact, new) && fact.keyword != "x-value-count" {
                let text = format!(
                    "{} is removed: the source does not state `{}`",
                    shown(path, fact),
                    fact.value.line()
                );
                self.changes.push(Remark::new(new.line, text));
            }
        }
        for fact in &new.facts {
            let is_known = facts.iter().any(|known| says_the_same(known, fact));
            let is_counted =
                fact.keyword == "x-value-count" && facts.iter().any(|known| known.keyword == "enum");
            if !is_known && !is_counted && !self.is_decided(path, &fact.keyword) {
                self.noted(fact, known, old, path);
                facts.push(fact.clone());
            }
        }
        if self.layout.is_page()
            && new.is_a("object")
            && !facts.iter().any(|fact| fact.keyword == "additionalProperties")
        {
            let level = if self.page.is_some() { Level::Facts } else { Level::Badge };
            let keyword = "additionalProperties".to_owned();
            facts.push(Fact { keyword, value: Tree::Boolean(false), level, line: new.line });
        }
        self.counts(new, &facts, path);
        facts
    }

    /// The level of a fact that document and source both state: what was taken from elsewhere may now stand on the page.
    /// Names of values keep theirs, since other pages only count them.
    fn level(&self, known: &Fact, new: &Fact) -> Level {
        let is_elsewhere = matches!(known.level, Level::Facts | Level::Unstated);
        if self.layout.is_page() && is_elsewhere && known.keyword != "enum" { new.level } else { known.level }
    }

    /// Whether we have decided to differ from the source here. Rules over several members are decided by no keyword.
    fn is_decided(&self, path: &ParameterPath, keyword: &str) -> bool {
        let start = if self.page.is_some() { "" } else { "data[]." };
        let id =
            if path.is_empty() { format!("{start}{keyword}") } else { format!("{start}{path}.{keyword}") };
        self.decided.contains(&id)
    }

    /// A fact of the document on which the source is silent, where its silence means nothing.
    fn kept(&mut self, fact: &Fact, new: &Parameter, path: &ParameterPath) -> Option<Fact> {
        if fact.keyword == "enum" {
            let counted = new.fact("x-value-count").map(|count| count.value.line());
            let known = fact.value.items().len();
            if counted.as_deref() == Some(&known.to_string()) {
                return Some(fact.clone());
            }
            if let Some(count) = counted {
                let values: Vec<String> = fact.value.items().iter().map(Tree::line).collect();
                let text = format!(
                    "`{path}`: the source states {count} values, the document has {known} ({}). What are the values?",
                    values.join(", ")
                );
                self.questions.push(Remark::new(new.line, text));
                return None;
            }
        }
        if Self::is_replaced(fact, new) || fact.keyword == "x-value-count" {
            return None;
        }
        let is_ours = matches!(fact.keyword.as_str(), "x-unique");
        if !self.layout.is_page() {
            return is_ours.then(|| fact.clone());
        }
        let is_rule = is_rule(&fact.keyword) && new.is_a("object");
        let is_elsewhere = matches!(fact.level, Level::Facts | Level::Unstated);
        let is_prose = fact.level == Level::Prose && !is_rule;
        let has_place =
            self.layout.has_place_for(&fact.keyword) && (is_rule || !crate::facts::is_rule(&fact.keyword));
        if is_ours || is_elsewhere || is_prose || fact.keyword == "additionalProperties" {
            return Some(fact.clone());
        }
        (!has_place).then(|| {
            let text = format!(
                "{}: is it still `{}`? This layout does not state it",
                shown(path, fact),
                fact.value.line()
            );
            self.questions.push(Remark::new(new.line, text));
            Fact { level: if self.page.is_some() { Level::Facts } else { Level::Badge }, ..fact.clone() }
        })
    }

    /// Whether the source has another value for the keyword.
    fn is_replaced(fact: &Fact, new: &Parameter) -> bool {
        let is_repeatable = is_rule(&fact.keyword) && new.is_a("object");
        !is_repeatable && new.fact(&fact.keyword).is_some()
    }

    /// What is to be said about a fact that the document did not have.
    fn noted(&mut self, fact: &Fact, known: &[Fact], old: Old<'_>, path: &ParameterPath) {
        if fact.keyword == "x-value-count" {
            let known_enum = known.iter().any(|known| known.keyword == "enum");
            if !known_enum {
                let text = format!(
                    "`{path}`: what are its {} values? The source states only the number",
                    fact.value.line()
                );
                self.questions.push(Remark::new(fact.line, text));
            }
        }
        if old.parameter.is_some() {
            let before = known.iter().find(|known| known.keyword == fact.keyword && !is_rule(&known.keyword));
            let before = before.map(|before| format!(", was `{}`", before.value.line())).unwrap_or_default();
            let text = format!("{} is `{}`{before}", shown(path, fact), fact.value.line());
            self.changes.push(Remark::new(fact.line, text));
        }
    }

    /// Arrays whose length a layout has no place for.
    fn counts(&mut self, new: &Parameter, facts: &[Fact], path: &ParameterPath) {
        let has_count = facts.iter().any(|fact| matches!(fact.keyword.as_str(), "minItems" | "maxItems"));
        if self.layout == Layout::Markdown && new.is_a("array") && !has_count {
            let text = format!("`{path}`: how many items? This layout does not state it");
            self.questions.push(Remark::new(new.line, text));
        }
    }

    /// Members in the order of the document, new ones where the source has them; items.
    fn below(
        &mut self,
        new: &Parameter,
        old: Old<'_>,
        path: &ParameterPath,
        members: &mut Vec<(String, Tree)>,
    ) {
        match (&new.items, old.items()) {
            (Some(items), known) => {
                let items = self.schema(items, known, &path.items());
                members.push(("items".to_owned(), items));
            }
            (None, Old { tree: Some(tree), .. }) if self.layout.is_page() && new.is_a("array") => {
                members.push(("items".to_owned(), tree.clone()));
            }
            _ => {}
        }
        let known: Vec<&str> = old
            .parameter
            .map(|old| old.members.iter().map(|member| member.name.as_str()).collect())
            .unwrap_or_default();
        let names = order(&known, &new.members.iter().map(|member| member.name.as_str()).collect::<Vec<_>>());
        if old.parameter.is_some() {
            for name in known.iter().filter(|name| new.member(name).is_none()) {
                self.changes.push(Remark::new(new.line, format!("`{}` is removed", path.join(name))));
            }
            for member in new.members.iter().filter(|member| !known.contains(&member.name.as_str())) {
                self.changes.push(Remark::new(member.line, format!("`{}` is new", path.join(&member.name))));
            }
        }
        if names.is_empty() && !new.is_a("object") {
            return;
        }
        let mut properties = Vec::new();
        let mut required = Vec::new();
        for name in names {
            let Some(member) = new.member(name) else { continue };
            properties.push((name.to_owned(), self.schema(member, old.member(name), &path.join(name))));
            if self.is_required(member, old.member(name)) {
                required.push(name);
            }
        }
        let listed: Vec<&str> = old
            .tree
            .and_then(|tree| tree.get("required"))
            .map(Tree::items)
            .unwrap_or_default()
            .iter()
            .filter_map(Tree::as_text)
            .collect();
        let listed: Vec<&str> = listed.into_iter().filter(|name| required.contains(name)).collect();
        let required = order(&listed, &required);
        members.push(("properties".to_owned(), Tree::Object(properties)));
        if !required.is_empty() {
            members.push(("required".to_owned(), Tree::texts(required)));
        }
    }

    fn is_required(&self, new: &Parameter, old: Old<'_>) -> bool {
        // What a page does not state, another source may have: kept as every such fact.
        let elsewhere =
            old.parameter.and_then(|old| old.fact("required")).is_some_and(|fact| fact.level != Level::Badge);
        new.is_required() || elsewhere && self.layout.is_page()
    }
}

/// Known names that are left, and new ones behind the name that they follow.
fn order<'n>(known: &[&'n str], new: &[&'n str]) -> Vec<&'n str> {
    let mut names: Vec<&str> = known.iter().copied().filter(|name| new.contains(name)).collect();
    let mut previous: Option<&str> = None;
    for name in new {
        if !names.contains(name) {
            let place = previous.and_then(|previous| names.iter().position(|name| *name == previous));
            names.insert(place.map_or(0, |place| place + 1), name);
        }
        previous = Some(name);
    }
    names
}

fn says_the_same(a: &Fact, b: &Fact) -> bool {
    a.keyword == b.keyword && normal(&a.keyword, &a.value) == normal(&b.keyword, &b.value)
}

fn shown(path: &ParameterPath, fact: &Fact) -> String {
    if path.is_empty() { format!("`{}`", fact.keyword) } else { format!("`{path}.{}`", fact.keyword) }
}
