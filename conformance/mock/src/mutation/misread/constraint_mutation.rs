//! The mistakes that can be made in checking a constraint.

use super::measure::next;
use super::{holder, names, numbers};
use airspec_spec::rule::{Format, Kinds, Rule};
use airspec_spec::{Constraint, Model, Schema};
use bigdecimal::BigDecimal;
use serde_json::Value;

/// A mistake in checking a constraint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mutation) enum ConstraintMutation {
    Next,
    Half,
    Text,
    Number,
    Truncated,
    Point,
    Single,
    Null,
    Case,
    Trimmed,
    Bytes,
    Utf16,
    Marks,
    Version,
    Spelling,
    Relative,
    Query,
    First,
    Neighbours,
    Clamped,
    Wrap16,
    Wrap32,
    Absolute,
    Zero,
    Far,
    Collapsed,
    Nfc,
    Nfd,
    Nfkc,
    Escaped,
    LineEnd,
    Quote,
    Markup,
    Backslash,
    Brace,
    RightToLeft,
    NotAscii,
    Astral,
    Control,
    Snake,
    Kebab,
    Prefixed,
    Underscore,
    Blank,
    NullName,
    /// A name or a value of a sibling model; the whole word of the fault.
    Sibling(&'static str),
}

impl ConstraintMutation {
    /// Those that never refuse what is right, and judge the value that was sent.
    pub(in crate::mutation) const LOOSE: [Self; 7] =
        [Self::Next, Self::Half, Self::Version, Self::Spelling, Self::Relative, Self::Zero, Self::Far];

    /// Those that are made with the length of a text.
    const LENGTHS: [Self; 10] = [
        Self::Next,
        Self::Bytes,
        Self::Utf16,
        Self::Marks,
        Self::Trimmed,
        Self::Collapsed,
        Self::Nfc,
        Self::Nfd,
        Self::Nfkc,
        Self::Escaped,
    ];

    /// Those that are made with the names of an object.
    pub(super) const NAMES: [Self; 7] =
        [Self::Case, Self::Snake, Self::Kebab, Self::Prefixed, Self::Underscore, Self::Blank, Self::NullName];

    /// Those that refuse a free text for a character in it.
    const REFUSED_TEXTS: [Self; 9] = [
        Self::LineEnd,
        Self::Quote,
        Self::Markup,
        Self::Backslash,
        Self::Brace,
        Self::RightToLeft,
        Self::NotAscii,
        Self::Astral,
        Self::Control,
    ];

    pub(in crate::mutation) fn word(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Half => "half",
            Self::Text => "text",
            Self::Number => "number",
            Self::Truncated => "truncated",
            Self::Point => "point",
            Self::Single => "single",
            Self::Null => "null",
            Self::Case => "case",
            Self::Trimmed => "trimmed",
            Self::Bytes => "bytes",
            Self::Utf16 => "utf16",
            Self::Marks => "marks",
            Self::Version => "version",
            Self::Spelling => "spelling",
            Self::Relative => "relative",
            Self::Query => "query",
            Self::First => "first",
            Self::Neighbours => "neighbours",
            Self::Clamped => "clamped",
            Self::Wrap16 => "wrap16",
            Self::Wrap32 => "wrap32",
            Self::Absolute => "absolute",
            Self::Zero => "zero",
            Self::Far => "far",
            Self::Collapsed => "collapsed",
            Self::Nfc => "nfc",
            Self::Nfd => "nfd",
            Self::Nfkc => "nfkc",
            Self::Escaped => "escaped",
            Self::LineEnd => "line-end",
            Self::Quote => "quote",
            Self::Markup => "markup",
            Self::Backslash => "backslash",
            Self::Brace => "brace",
            Self::RightToLeft => "right-to-left",
            Self::NotAscii => "not-ascii",
            Self::Astral => "astral",
            Self::Control => "control",
            Self::Snake => "snake",
            Self::Kebab => "kebab",
            Self::Prefixed => "prefixed",
            Self::Underscore => "underscore",
            Self::Blank => "blank",
            Self::NullName => "null-name",
            Self::Sibling(word) => word,
        }
    }

    /// What a mock that makes the mistake does.
    pub(in crate::mutation) fn sentence(self, constraint: &Constraint) -> String {
        let place = match constraint.parameter.as_str() {
            "" => "the task",
            path => path,
        };
        match (self, &constraint.rule) {
            (Self::Next, _) => format!("accepts the first value beyond the limit for `{place}`"),
            (Self::Half, _) => format!("accepts multiples of half the step for `{place}`"),
            (Self::Text, _) => format!("accepts a string that contains a value for `{place}`"),
            (Self::Number, _) => format!("accepts a number instead of a string for `{place}`"),
            (Self::Truncated, _) => format!("drops the fraction of a number for `{place}`"),
            (Self::Point, _) => {
                format!("refuses a whole number that is written with a decimal point for `{place}`")
            }
            (Self::Single, _) => format!("accepts a single value instead of an array for `{place}`"),
            (Self::Null, _) => format!("treats `null` as not set for `{place}`"),
            (Self::Case, Rule::AdditionalProperties(_)) => {
                format!("ignores the letter case of names in `{place}`")
            }
            (Self::Case, Rule::Unique) => {
                format!("treats values of `{place}` that differ only in letter case as different")
            }
            (Self::Case, _) => format!("ignores letter case in `{place}`"),
            (Self::Trimmed, _) => format!("removes spaces around `{place}`"),
            (Self::Bytes, _) => format!("counts the length of `{place}` in bytes"),
            (Self::Utf16, _) => format!("counts the length of `{place}` in UTF-16 units"),
            (Self::Marks, _) => {
                format!("counts a letter and its combining marks as one character of `{place}`")
            }
            (Self::Version, _) => format!("accepts a UUID of any version for `{place}`"),
            (Self::Spelling, _) => format!("accepts a UUID in any notation for `{place}`"),
            (Self::Relative, _) => format!("accepts a URL without a scheme for `{place}`"),
            (Self::Query, _) => format!("refuses a URL with a query for `{place}`"),
            (Self::First, _) => format!("checks only the first item of `{place}`"),
            (Self::Neighbours, Rule::UniqueItems) => {
                format!("compares each item of `{place}` only with the one before")
            }
            (Self::Neighbours, _) => format!("compares `{place}` only with the `{place}` of the task before"),
            _ => self.further_sentence(place),
        }
    }

    /// What a mock that makes the mistake does, for mistakes that are the same whatever the rule.
    fn further_sentence(self, place: &str) -> String {
        let refused = match self {
            Self::Clamped => return format!("takes the limit for a value of `{place}` beyond it"),
            Self::Wrap16 => return format!("reads `{place}` modulo 2^16"),
            Self::Wrap32 => return format!("reads `{place}` modulo 2^32"),
            Self::Absolute => return format!("ignores the sign of `{place}`"),
            Self::Zero => return format!("accepts 0 for `{place}`"),
            Self::Far => return format!("accepts values far beyond the limit for `{place}`"),
            Self::Collapsed => return format!("counts blanks in a row in `{place}` as one"),
            Self::Nfc => return format!("counts the length of `{place}` after normalisation to NFC"),
            Self::Nfd => return format!("counts the length of `{place}` after normalisation to NFD"),
            Self::Nfkc => return format!("counts the length of `{place}` after normalisation to NFKC"),
            Self::Escaped => return format!("counts the length of `{place}` after escaping it for HTML"),
            Self::Snake => return format!("knows the names in `{place}` in snake case too"),
            Self::Kebab => return format!("knows the names in `{place}` in kebab case too"),
            Self::Prefixed => return format!("ignores names in `{place}` that begin with `x-`"),
            Self::Underscore => return format!("ignores names in `{place}` that begin with `_`"),
            Self::Blank => return format!("ignores blanks around the names in `{place}`"),
            Self::NullName => return format!("ignores unknown names in `{place}` whose value is `null`"),
            Self::Sibling(word) => {
                return format!("accepts `{}` of sibling models for `{place}`", names::sibling(word));
            }
            Self::LineEnd => "a line end",
            Self::Quote => "a quote",
            Self::Markup => "`<`, `>` or `&`",
            Self::Backslash => "a backslash",
            Self::Brace => "a brace or a dollar sign",
            Self::RightToLeft => "text from right to left",
            Self::NotAscii => "a character that is not ASCII",
            Self::Astral => "a character beyond U+FFFF",
            Self::Control => "a control character",
            _ => "an error",
        };
        format!("refuses {refused} in `{place}`")
    }

    /// Why the mistake makes no difference to any request, where that is so.
    pub(in crate::mutation) fn changes_nothing(
        self,
        model: &Model,
        constraint: &Constraint,
    ) -> Option<String> {
        match (self, &constraint.rule) {
            (Self::Nfc | Self::Nfd | Self::Nfkc | Self::Escaped, Rule::MinLength(..=1)) => {
                Some("a text that has a character has one in every form, and the other way round".to_owned())
            }
            (Self::Bytes | Self::Utf16, Rule::MinLength(..=1)) => {
                Some("a text with a character has a byte and a UTF-16 unit, and vice versa".to_owned())
            }
            (Self::Neighbours, Rule::UniqueItems) => {
                let schema = model.task.at(&constraint.parameter)?;
                let is_pair = schema.rules().any(|rule| matches!(rule, Rule::MaxItems(..=2)));
                is_pair.then(|| format!("`{}` has at most two items", constraint.parameter))
            }
            (Self::First, _) => {
                let path = holder(&constraint.parameter)?;
                let is_single = |rule: &Rule| matches!(rule, Rule::MaxItems(..=1));
                let is_single = model.task.at(path)?.rules().any(is_single);
                is_single.then(|| format!("`{path}` has at most one item"))
            }
            _ => None,
        }
    }

    /// Whether the value that was judged is also the one that is executed.
    pub(super) fn changes_execution(self) -> bool {
        matches!(
            self,
            Self::Text
                | Self::Number
                | Self::Truncated
                | Self::Single
                | Self::Null
                | Self::Case
                | Self::Trimmed
                | Self::Clamped
                | Self::Wrap16
                | Self::Wrap32
                | Self::Absolute
        )
    }
}

/// The mistakes that can be made with a constraint.
pub(in crate::mutation) fn mutations(model: &Model, constraint: &Constraint) -> Vec<ConstraintMutation> {
    let Some(schema) = model.task.at(&constraint.parameter) else { return Vec::new() };
    let mut mutations = match &constraint.rule {
        Rule::Type(kinds) => types(model, schema, *kinds),
        Rule::Minimum(_) | Rule::Maximum(_) | Rule::ExclusiveMinimum(_) | Rule::ExclusiveMaximum(_)
            if constraint.rule.bound().is_some_and(|bound| next(bound, schema).is_some()) =>
        {
            let is_open = schema.rules().filter(|rule| rule.bound().is_some()).count() < 2;
            [vec![ConstraintMutation::Next], numbers::mutations(&constraint.rule, is_open)].concat()
        }
        Rule::MultipleOf(step) if is_halved(step, schema) => vec![ConstraintMutation::Half],
        Rule::MinLength(_) | Rule::MaxLength(_) => ConstraintMutation::LENGTHS.to_vec(),
        Rule::MinItems(_) | Rule::MaxItems(_) => vec![ConstraintMutation::Next],
        Rule::UniqueItems => vec![ConstraintMutation::Neighbours],
        Rule::Const(Value::String(_)) => vec![ConstraintMutation::Case, ConstraintMutation::Trimmed],
        Rule::Enum(list) if list.values.iter().any(|known| known.value.is_string()) => {
            let values: Vec<&Value> = list.values.iter().map(|known| &known.value).collect();
            let own = vec![ConstraintMutation::Case, ConstraintMutation::Trimmed];
            [own, names::siblings_of_values(schema, &values)].concat()
        }
        Rule::Format(Format::Uuid4) => {
            vec![ConstraintMutation::Version, ConstraintMutation::Spelling, ConstraintMutation::Trimmed]
        }
        Rule::Format(Format::Uuid) => vec![ConstraintMutation::Spelling, ConstraintMutation::Trimmed],
        Rule::Format(Format::Uri) => {
            vec![ConstraintMutation::Relative, ConstraintMutation::Query, ConstraintMutation::Trimmed]
        }
        Rule::Pattern(_) => vec![ConstraintMutation::Trimmed],
        Rule::AnyOf(_) | Rule::OneOf(_) if schema.kinds() == Kinds::STRING => {
            vec![ConstraintMutation::Trimmed]
        }
        Rule::AdditionalProperties(_) => {
            [names::spellings(schema), names::siblings_of_names(schema)].concat()
        }
        Rule::Unique => vec![ConstraintMutation::Case, ConstraintMutation::Neighbours],
        Rule::Required
        | Rule::Const(_)
        | Rule::Enum(_)
        | Rule::False
        | Rule::Minimum(_)
        | Rule::Maximum(_)
        | Rule::ExclusiveMinimum(_)
        | Rule::ExclusiveMaximum(_)
        | Rule::MultipleOf(_)
        | Rule::DependentRequired(_)
        | Rule::DependentSchemas(_)
        | Rule::AllOf(_)
        | Rule::AnyOf(_)
        | Rule::OneOf(_)
        | Rule::Not(_)
        | Rule::If(_)
        | Rule::Contains(_)
        | Rule::PrefixItems(_)
        | Rule::PatternProperties(_)
        | Rule::UnevaluatedProperties(_)
        | Rule::PropertyNames(_)
        | Rule::Area(_)
        | Rule::Ratio(_)
        | Rule::Image(_) => Vec::new(),
    };
    if holder(&constraint.parameter).is_some() {
        mutations.push(ConstraintMutation::First);
    }
    mutations
}

fn types(model: &Model, schema: &Schema, kinds: Kinds) -> Vec<ConstraintMutation> {
    let path = schema.path.as_str();
    let mut mutations = Vec::new();
    let is_word = |names: &[&str]| kinds.names().iter().any(|name| names.contains(name));
    if is_word(&["integer", "number", "boolean"]) && !kinds.includes(Kinds::STRING) {
        mutations.push(ConstraintMutation::Text);
    }
    if kinds == Kinds::INTEGER {
        mutations.extend([ConstraintMutation::Truncated, ConstraintMutation::Point]);
    }
    // Where a text must be one of a list or of a form, a number in its place is none all the same.
    let is_free = schema.rules().all(|rule| matches!(rule, Rule::Type(_)) || rule.length().is_some());
    if kinds == Kinds::STRING && is_free {
        mutations.push(ConstraintMutation::Number);
        mutations.extend(ConstraintMutation::REFUSED_TEXTS);
    }
    if kinds == Kinds::ARRAY {
        mutations.push(ConstraintMutation::Single);
    }
    let (above, name) = path.rsplit_once('.').unwrap_or(("", path));
    let property = model.task.at(above).and_then(|holder| holder.property(name));
    if property.is_some_and(|property| property.required.is_none()) && !kinds.includes(Kinds::NULL) {
        mutations.push(ConstraintMutation::Null);
    }
    mutations
}

/// Whether half a step is still a value of the type.
fn is_halved(step: &BigDecimal, schema: &Schema) -> bool {
    schema.kinds() != Kinds::INTEGER || (step / BigDecimal::from(2)).is_integer()
}
