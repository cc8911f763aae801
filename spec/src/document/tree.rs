//! A JSON value that keeps what documents care about and `serde_json`'s own value loses: the order of members, the
//! text of numbers.

use super::diagnostic::Diagnostic;
use super::source::{Node, Source};
use bigdecimal::BigDecimal;
use serde_json::Value;
use std::fmt::Write as _;
use std::str::FromStr as _;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree {
    /// `null`
    Null,
    /// `true`, `false`
    Boolean(bool),
    /// A number, as written.
    Number(String),
    /// A string, unescaped.
    Text(String),
    /// An array.
    List(Vec<Tree>),
    /// An object, in the order of the document.
    Object(Vec<(String, Tree)>),
}

impl Tree {
    /// The value of a node.
    ///
    /// # Errors
    /// What the node cannot be read as: repeated keys, too deep a nesting, half a surrogate pair.
    pub fn read(node: Node<'_>) -> Result<Self, Diagnostic> {
        Ok(match node.kind() {
            "an object" => {
                let members = node.members()?;
                let members = members.into_iter().map(|member| Ok((member.key, Self::read(member.value)?)));
                Self::Object(members.collect::<Result<_, Diagnostic>>()?)
            }
            "an array" => Self::List(node.items()?.into_iter().map(Self::read).collect::<Result<_, _>>()?),
            "a string" => Self::Text(node.string()?),
            "a boolean" => Self::Boolean(node.boolean()?),
            "null" => Self::Null,
            _ => Self::Number(node.raw().to_owned()),
        })
    }

    /// The value of a text.
    ///
    /// # Errors
    /// A text that is not JSON.
    pub fn parse(text: &str) -> Result<Self, Diagnostic> {
        Self::read(Source::new("json", text).root()?)
    }

    /// A string.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A whole number.
    #[must_use]
    pub fn count(count: usize) -> Self {
        Self::Number(count.to_string())
    }

    /// A list of strings.
    pub fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(Self::text).collect())
    }

    /// An object of these members.
    pub fn object<K: Into<String>>(members: impl IntoIterator<Item = (K, Tree)>) -> Self {
        Self::Object(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// The members of an object; none of anything else.
    #[must_use]
    pub fn members(&self) -> &[(String, Tree)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// The items of a list; none of anything else.
    #[must_use]
    pub fn items(&self) -> &[Tree] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// The string.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The member of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Tree> {
        self.members().iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The value at a path of names.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Tree> {
        path.iter().try_fold(self, |tree, name| tree.get(name))
    }

    /// The value at a path of names, with the objects that lead to it made where they are missing.
    pub fn at_mut(&mut self, path: &[&str]) -> &mut Tree {
        let Some((name, rest)) = path.split_first() else { return self };
        if !matches!(self, Self::Object(_)) {
            *self = Self::Object(Vec::new());
        }
        match self {
            Self::Object(members) => {
                let index = members.iter().position(|(key, _)| key == name).unwrap_or_else(|| {
                    members.push(((*name).to_owned(), Self::Null));
                    members.len() - 1
                });
                members[index].1.at_mut(rest)
            }
            other => other,
        }
    }

    /// Takes a member out of an object.
    pub fn remove(&mut self, name: &str) -> Option<Tree> {
        let Self::Object(members) = self else { return None };
        let index = members.iter().position(|(key, _)| key == name)?;
        Some(members.remove(index).1)
    }

    /// The same for `serde_json`; a number beyond 64 bits becomes the nearest float.
    #[must_use]
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.line()).unwrap_or_default()
    }

    /// The text of a document: two spaces a level, a line end at the end.
    #[must_use]
    pub fn document(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, Some(0));
        out.push('\n');
        out
    }

    /// The text on one line.
    #[must_use]
    pub fn line(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, None);
        out
    }

    fn write(&self, out: &mut String, level: Option<usize>) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Boolean(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Self::Number(text) => out.push_str(text),
            Self::Text(text) => out.push_str(&Value::from(text.as_str()).to_string()),
            Self::List(items) => list(out, level, '[', ']', items, |out, item, level| item.write(out, level)),
            Self::Object(members) => list(out, level, '{', '}', members, |out, (name, value), level| {
                let _ = write!(out, "{}:", Value::from(name.as_str()));
                out.push_str(if level.is_some() { " " } else { "" });
                value.write(out, level);
            }),
        }
    }

    /// The same for equal values: members in order of name, numbers without needless digits.
    #[must_use]
    pub fn sorted(&self) -> Self {
        match self {
            Self::Number(text) => Self::Number(plain(text)),
            Self::List(items) => Self::List(items.iter().map(Self::sorted).collect()),
            Self::Object(members) => {
                let mut members: Vec<_> =
                    members.iter().map(|(name, value)| (name.clone(), value.sorted())).collect();
                members.sort_by(|(a, _), (b, _)| a.cmp(b));
                Self::Object(members)
            }
            Self::Null | Self::Boolean(_) | Self::Text(_) => self.clone(),
        }
    }
}

fn list<T>(
    out: &mut String,
    level: Option<usize>,
    open: char,
    close: char,
    items: &[T],
    write: impl Fn(&mut String, &T, Option<usize>),
) {
    out.push(open);
    let inner = level.map(|level| level + 1);
    for (index, item) in items.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { "," });
        line_break(out, inner);
        write(out, item, inner);
    }
    if !items.is_empty() {
        line_break(out, level);
    }
    out.push(close);
}

fn line_break(out: &mut String, level: Option<usize>) {
    if let Some(level) = level {
        out.push('\n');
        out.push_str(&"  ".repeat(level));
    }
}

/// A number in its plainest form; one that is beyond what a spec may hold stays as it is.
fn plain(text: &str) -> String {
    let exponent = text.split_once(['e', 'E']).map_or(Ok(0), |(_, exponent)| exponent.parse::<i32>());
    match exponent {
        Ok(-400..=400) if text.len() <= 100 => BigDecimal::from_str(text)
            .map_or_else(|_| text.to_owned(), |number| number.normalized().to_plain_string()),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_written_as_it_was_read() {
        for (slug, text) in crate::documents() {
            let tree = Tree::parse(text).unwrap();
            assert_eq!(tree.document().trim_end(), text.trim_end(), "{slug}");
        }
    }

    #[test]
    fn numbers_keep_their_text_and_are_compared_by_value() {
        let tree = Tree::parse(r#"{"b": 9223372036854776000, "a": [0.010, 1e2, "\u00e9"]}"#).unwrap();
        assert_eq!(tree.line(), r#"{"b":9223372036854776000,"a":[0.010,1e2,"é"]}"#);
        assert_eq!(tree.sorted().line(), r#"{"a":[0.01,100,"é"],"b":9223372036854776000}"#);
        assert_eq!(Tree::Number("1e999999999".to_owned()).sorted().line(), "1e999999999");
    }
}
