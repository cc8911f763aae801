//! The parameters of a page, put where their paths say.

use crate::document::Tree;
use crate::facts::{Fact, Parameter, Remark};
use crate::model::Level;

/// The parameters of one section of a page, as far as it is read.
#[derive(Debug, Default)]
pub(super) struct Outline {
    pub(super) root: Parameter,
    promised: Vec<(Vec<String>, usize, usize)>,
}

impl Outline {
    pub(super) fn new() -> Self {
        Self { root: object(String::new(), 1), promised: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.root.members.is_empty()
    }

    /// Adds a parameter; its path ends in its own name.
    pub(super) fn add(
        &mut self,
        path: &[String],
        parameter: Parameter,
        promised: Option<usize>,
        unread: &mut Vec<Remark>,
    ) {
        let Some((_, above)) = path.split_last() else { return };
        let line = parameter.line;
        let shown = path.join(".");
        let mut holder = &mut self.root;
        for name in above {
            let index = holder.members.iter().position(|member| member.name == *name).unwrap_or_else(|| {
                holder.members.push(object(name.clone(), line));
                holder.members.len() - 1
            });
            holder = &mut holder.members[index];
            if holder.is_a("array") {
                holder = holder.items.get_or_insert_with(|| Box::new(object(String::new(), line)));
            }
            if !holder.is_a("object") {
                let text = format!("`{shown}` is inside `{name}`, which is not an object");
                unread.push(Remark::new(line, text));
                return;
            }
        }
        if let Some(count) = promised {
            self.promised.push((path.to_vec(), count, line));
        }
        match holder.members.iter_mut().find(|member| member.name == parameter.name) {
            // What was known from the paths of its members only.
            Some(known) if !known.is_listed && parameter.is_a("object") => {
                let members = std::mem::take(&mut known.members);
                *known = Parameter { members, ..parameter };
            }
            Some(known) => {
                unread.push(Remark::new(
                    line,
                    format!("`{shown}` is listed twice, first in line {}", known.line),
                ));
            }
            None => holder.members.push(parameter),
        }
    }

    /// The parameter at a path.
    pub(super) fn at(&self, path: &[String]) -> Option<&Parameter> {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        self.root.at(&names)
    }

    /// Objects that have another number of properties than their badge says.
    pub(super) fn miscounted(&self) -> Vec<(usize, String)> {
        let mut all = Vec::new();
        for (path, promised, line) in &self.promised {
            let Some(parameter) = self.at(path) else { continue };
            let holder = parameter.items.as_deref().filter(|_| parameter.is_a("array")).unwrap_or(parameter);
            let found = holder.members.len();
            if found != *promised {
                all.push((
                    *line,
                    format!(
                        "`{}` has {promised} properties according to its badge, but {found} are listed",
                        path.join(".")
                    ),
                ));
            }
        }
        all
    }
}

/// An object of which nothing is known but that it holds others.
fn object(name: String, line: usize) -> Parameter {
    let kind = Fact { keyword: "type".to_owned(), value: Tree::text("object"), level: Level::Prose, line };
    Parameter { name, line, facts: vec![kind], ..Parameter::default() }
}

/// The forms that an image or other medium may come in, from the list that pages set in brackets:
/// "(UUID, URL, Data URI, or Base64)".
pub(super) fn media_forms(prose: &str) -> Option<Tree> {
    let start = prose.find("(U")?;
    let end = start + prose[start..].find(')')?;
    let list = prose[start + 1..end].replace(" or ", ", ");
    let words: Vec<&str> = list.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
    let mut forms = Vec::new();
    for word in &words {
        let (keyword, value) = match *word {
            "UUID" => ("format", "uuid"),
            "URL" | "URI" => ("format", "uri"),
            // Images alone have a published pattern; that of any other medium is a URI in any case.
            "Data URI" if prose.to_lowercase().contains("image") => {
                ("pattern", r"^data:image\/[a-zA-Z]+;base64,[a-zA-Z0-9+/=]+$")
            }
            "Data URI" => continue,
            "Base64" => ("pattern", "^[a-zA-Z0-9+/=]+$"),
            _ => return None,
        };
        forms.push(Tree::object([(keyword, Tree::text(value))]));
    }
    (forms.len() > 1).then_some(Tree::List(forms))
}

/// Adds the forms of a medium to a string, or to the strings of an array.
pub(super) fn apply_media(parameter: &mut Parameter, prose: &str, line: usize) {
    let Some(value) = media_forms(prose) else { return };
    let holder = match &mut parameter.items {
        Some(items) => items,
        None => parameter,
    };
    if holder.is_a("string") && holder.fact("anyOf").is_none() && holder.fact("format").is_none() {
        holder.facts.push(Fact { keyword: "anyOf".to_owned(), value, level: Level::Prose, line });
    }
}
