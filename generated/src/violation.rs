//! Violations of a request: typed, complete, and each with a message that says what to do.

use crate::node::Node;
use crate::shown::visible;
use std::borrow::Cow;
use std::fmt::{self, Write as _};

/// One checkable statement of the spec.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Constraint {
    /// Stable dotted id, such as `width.maximum`.
    pub id: &'static str,
    /// The requirement in words, such as "must be at most 3840".
    pub expected: &'static str,
    /// The URL of the provider's documentation of the parameter; empty if there is none.
    pub documentation: &'static str,
}

impl Constraint {
    /// Stands for the parts of a condition, which are not reported.
    pub(crate) const CONDITION: Self = Self::new("", "", "");

    /// For generated code: a demand of a consequence, which is reported as the rule that holds it.
    pub const fn demand(expected: &'static str) -> Self {
        Self::new("", expected, "")
    }

    /// For generated code.
    pub const fn new(id: &'static str, expected: &'static str, documentation: &'static str) -> Self {
        Self { id, expected, documentation }
    }
}

/// The table of a model's constraints: for each page that documents some of them, a row for each one with its id and
/// its sentence. A row may give its documentation, where the sentence is not fit to be Markdown.
#[macro_export]
#[doc(hidden)]
macro_rules! constraints {
    ($($page:literal { $($name:ident = $id:literal: $expected:literal $(, $about:literal)?;)* })*) => {
        /// All of them, in the order of the spec.
        #[allow(dead_code, reason = "which ones are looked up is for users to decide")]
        pub static ALL: &[&$crate::Constraint] = &[$($(&$name),*),*];

        $($(
            #[doc = $crate::about_constraint!($id, $expected $(, $about)?)]
            #[allow(dead_code, reason = "which ones are looked up is for users to decide")]
            pub static $name: $crate::Constraint = $crate::Constraint::new($id, $expected, $page);
        )*)*
    };
}

/// The documentation of a constraint.
#[macro_export]
#[doc(hidden)]
macro_rules! about_constraint {
    ($id:literal, $expected:literal) => {
        concat!("`", $id, "`: ", $expected, ".")
    };
    ($id:literal, $expected:literal, $about:literal) => {
        $about
    };
}

/// One violation of the spec by a request.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Violation {
    /// The location as a JSON pointer; empty for the whole request.
    pub pointer: String,
    /// The id of the constraint, such as `width.maximum`.
    pub constraint: Cow<'static, str>,
    /// What is wrong, with a hint.
    pub message: String,
    /// The URL of the provider's documentation of the parameter; empty if there is none.
    #[serde(skip)]
    pub documentation: Cow<'static, str>,
}

impl Violation {
    /// A value that is not what the constraint expects.
    pub fn mismatch(
        pointer: String,
        constraint: impl Into<Cow<'static, str>>,
        expected: &str,
        found: Node<'_>,
    ) -> Self {
        // Room for most of what is found, so that the text is not moved while it grows.
        let mut message = String::with_capacity(expected.len() + SHOWN);
        message.push_str(expected);
        // That an object was found tells something only where another value was expected.
        if !matches!(found, Node::Object(_)) || expected.contains("must be ") {
            let _ = write!(message, ", found {}", Found(found));
        }
        Self::new(pointer, constraint, message)
    }

    /// A required member that is missing.
    pub fn missing(pointer: String, constraint: impl Into<Cow<'static, str>>) -> Self {
        Self::new(pointer, constraint, "is required".to_owned())
    }

    /// A member that the object does not declare.
    pub fn unknown(
        pointer: String,
        constraint: impl Into<Cow<'static, str>>,
        name: &str,
        known: &[&str],
    ) -> Self {
        let message = match nearest(name, known) {
            Some(near) => format!("is not a known name here, did you mean `{near}`?"),
            None if known.is_empty() => "is not a known name here: no member is".to_owned(),
            None if known.len() > LISTED => "is not a known name here".to_owned(),
            None => format!("is not a known name here, use one of `{}`", known.join("`, `")),
        };
        Self::new(pointer, constraint, message)
    }

    /// Any other violation.
    pub fn new(pointer: String, constraint: impl Into<Cow<'static, str>>, message: String) -> Self {
        Self { pointer, constraint: constraint.into(), message, documentation: Cow::Borrowed("") }
    }

    pub(crate) fn documented(mut self, constraint: &'static Constraint) -> Self {
        self.documentation = Cow::Borrowed(constraint.documentation);
        self
    }
}

/// How sentences begin that have a subject of their own, or a condition in front.
const CLAUSES: [&str; 4] = ["with ", "when ", "unless ", "`"];

/// The location and the message: "/width: must be at most 3840, found 4000".
impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pointer.is_empty() {
            // A sentence with a subject of its own.
            let colon = if CLAUSES.iter().any(|start| self.message.starts_with(start)) { ":" } else { "" };
            write!(f, "the request{colon} {}", self.message)
        } else {
            write!(f, "{}: {}", visible(&self.pointer), self.message)
        }
    }
}

/// All violations of a request, in the order of the spec. As an error, it is never empty.
///
/// The first thousand violations are listed, and further ones are counted, so that the list cannot become much larger
/// than the request. `Debug` reads like `Display`, so that they look right where `main` returns them.
#[derive(Clone, Default, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Violations {
    list: Vec<Violation>,
    #[serde(skip)]
    unlisted: usize,
    /// The bytes of the texts in the list.
    #[serde(skip)]
    size: usize,
}

/// No more violations than that are listed, nor more after so many bytes of text.
const MAX_LISTED: usize = 1_000;
const MAX_BYTES: usize = 1 << 20;

impl Violations {
    /// Iterates over the listed violations.
    pub fn iter(&self) -> std::slice::Iter<'_, Violation> {
        self.list.iter()
    }

    /// The number of listed violations.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The number of violations that are not listed.
    pub fn unlisted(&self) -> usize {
        self.unlisted
    }

    /// Whether there are no violations.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The listed violations as a `Vec`.
    pub fn into_vec(self) -> Vec<Violation> {
        self.list
    }

    /// Takes over what others list and count.
    pub(crate) fn append(&mut self, others: Self) {
        self.unlisted += others.unlisted;
        self.extend(others.list);
    }

    /// Suggests the whole path in place of a name that a model has elsewhere, given its constraints.
    pub(crate) fn suggest(&mut self, constraints: &[&Constraint]) {
        for violation in self.list.iter_mut().filter(|violation| violation.constraint.ends_with(UNDECLARED)) {
            let name = violation.pointer.rsplit('/').next().unwrap_or_default();
            if let Some(path) = elsewhere(name, constraints) {
                violation.message = format!("is not a known name here, did you mean `{path}`?");
            }
        }
    }

    /// Lists a violation, or counts it where the list is full. It is only made for being listed.
    pub(crate) fn add(&mut self, violation: impl FnOnce() -> Violation) {
        if self.list.len() >= MAX_LISTED || self.size >= MAX_BYTES {
            self.unlisted += 1;
            return;
        }
        let violation = violation();
        self.size += violation.pointer.len() + violation.message.len();
        self.list.push(violation);
    }

    /// The same violations, each changed.
    pub(crate) fn map(mut self, change: impl FnMut(&mut Violation)) -> Self {
        self.list.iter_mut().for_each(change);
        self
    }

    /// The same violations of a value that stands at `prefix` of something larger.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        for violation in &mut self.list {
            violation.pointer.insert_str(0, prefix);
        }
        self
    }
}

impl From<Vec<Violation>> for Violations {
    fn from(violations: Vec<Violation>) -> Self {
        violations.into_iter().collect()
    }
}

impl FromIterator<Violation> for Violations {
    fn from_iter<I: IntoIterator<Item = Violation>>(violations: I) -> Self {
        let mut all = Self::default();
        all.extend(violations);
        all
    }
}

impl From<Violation> for Violations {
    fn from(violation: Violation) -> Self {
        std::iter::once(violation).collect()
    }
}

impl Extend<Violation> for Violations {
    fn extend<I: IntoIterator<Item = Violation>>(&mut self, violations: I) {
        for violation in violations {
            self.add(|| violation);
        }
    }
}

impl IntoIterator for Violations {
    type Item = Violation;
    type IntoIter = std::vec::IntoIter<Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'a> IntoIterator for &'a Violations {
    type Item = &'a Violation;
    type IntoIter = std::slice::Iter<'a, Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// One violation per line.
impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{violation}")?;
        }
        if self.unlisted > 0 {
            write!(f, "\nand {} more", self.unlisted)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Violations {}

/// A value as a message shows it: short, with its size if it is cut.
struct Found<'a>(Node<'a>);

/// Longer texts are cut in messages.
const SHOWN: usize = 60;

/// Of more names than that none is suggested, and they are not listed.
const LISTED: usize = 100;

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Node::Null => f.write_str("null"),
            Node::Boolean(value) => write!(f, "{value}"),
            Node::Number(number) => write!(f, "{number}"),
            Node::Uuid(uuid) => write!(f, "`{uuid}`"),
            Node::Text(text) => match text.char_indices().nth(SHOWN) {
                None => write!(f, "`{}`", text.escape_debug()),
                Some((cut, _)) => {
                    write!(f, "`{}…` ({} characters)", text[..cut].escape_debug(), text.chars().count())
                }
            },
            Node::List(list) => write!(f, "an array of {} items", list.len()),
            Node::Object(_) => f.write_str("an object"),
        }
    }
}

/// How the ids of constraints end that leave no room for other names.
const UNDECLARED: &str = "additionalProperties";

/// The shortest path of a parameter with this name within an object: constraints are named by path and rule.
fn elsewhere<'a>(name: &str, constraints: &[&'a Constraint]) -> Option<&'a str> {
    let plain = |name: &str| name.replace(['_', '-'], "").to_lowercase();
    let wanted = plain(name);
    let paths =
        constraints.iter().filter_map(|constraint| constraint.id.rsplit_once('.').map(|(path, _)| path));
    paths
        .filter(|path| path.rsplit_once('.').is_some_and(|(_, last)| plain(last) == wanted))
        .min_by_key(|path| path.len())
}

/// The known name that is near enough to have been meant.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    if known.len() > LISTED {
        return None;
    }
    let wanted: String = name.chars().take(SHOWN).collect::<String>().to_lowercase();
    let length = wanted.chars().count();
    known
        .iter()
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= candidate.len() / 3)
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase()), *candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len() / 3)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::AsNode as _;
    use crate::pointer::At;
    use serde_json::json;

    #[test]
    fn a_message_names_the_place_what_was_expected_and_what_was_found() {
        let number = json!(4000);
        let violation =
            Violation::mismatch("/width".into(), "width.maximum", "must be at most 3840", number.as_node());
        assert_eq!(violation.to_string(), "/width: must be at most 3840, found 4000");
        let long = json!("é".repeat(61));
        let message =
            Violation::mismatch("/a".into(), "a.maxLength", "must be short", long.as_node()).message;
        assert!(message.ends_with("…` (61 characters)"), "{message}");
    }

    #[test]
    fn an_unknown_name_gets_a_suggestion_only_when_one_is_near() {
        let known = ["width", "positivePrompt"];
        let near = Violation::unknown("/Witdh".into(), "additionalProperties", "Witdh", &known);
        assert!(near.message.ends_with("did you mean `width`?"), "{near}");
        let far = Violation::unknown("/x".into(), "additionalProperties", "x", &known);
        assert!(far.message.ends_with("use one of `width`, `positivePrompt`"), "{far}");
    }

    #[test]
    fn a_name_that_stands_elsewhere_is_suggested_with_its_path() {
        let ids = ["width.maximum", "settings.openai.quality.enum", "a.much.longer.path.quality.enum"];
        let constraints = ids.map(|id| Constraint::new(id, "", ""));
        let constraints: Vec<&Constraint> = constraints.iter().collect();
        for (name, path) in [
            ("quality", Some("settings.openai.quality")),
            ("Quality_", Some("settings.openai.quality")),
            ("width", None),
        ] {
            assert_eq!(elsewhere(name, &constraints), path, "{name}");
        }
        let unknown = Violation::unknown("/quality".into(), "additionalProperties", "quality", &["width"]);
        let mut violations = Violations::from(unknown);
        violations.suggest(&constraints);
        let text = "/quality: is not a known name here, did you mean `settings.openai.quality`?";
        assert_eq!((violations.to_string(), format!("{violations:?}")), (text.to_owned(), text.to_owned()));
    }

    #[test]
    fn pointers_escape_what_rfc_6901_escapes() {
        let at = At::Root;
        let key = at.key("a/b~c");
        assert_eq!(key.index(3).pointer(), "/a~1b~0c/3");
    }
}
