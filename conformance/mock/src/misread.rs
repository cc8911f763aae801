//! Common mistakes in checking one constraint: it is taken more loosely or more strictly than it is stated, and every
//! other constraint is left alone.
//!
//! Some mistakes judge a value by another measure (a length in bytes); others judge another value than the one that
//! was sent (a text without the blanks around it), and then carry that one out.

use super::path;
use airspec_judge::Judge;
use airspec_judge::Violation;
use airspec_spec::rule::{Bound, Count, Edge, End, Format, Kinds, Rule, exact};
use airspec_spec::{Constraint, Model, Schema};
use bigdecimal::{BigDecimal, One as _, Zero as _};
use regex::Regex;
use serde_json::{Map, Number, Value};

/// A mistake in checking a constraint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
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
}

impl Mistake {
    /// Those that never refuse what is right, and judge the value that was sent.
    pub(crate) const LOOSE: [Self; 5] =
        [Self::Next, Self::Half, Self::Version, Self::Spelling, Self::Relative];

    pub(crate) fn word(self) -> &'static str {
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
        }
    }

    /// What a mock that makes the mistake does.
    pub(crate) fn sentence(self, constraint: &Constraint) -> String {
        let place = match constraint.parameter.as_str() {
            "" => "the task",
            path => path,
        };
        match (self, &constraint.rule) {
            (Self::Next, _) => format!("accepts the first value beyond the limit for `{place}`"),
            (Self::Half, _) => format!("accepts multiples of half the step for `{place}`"),
            (Self::Text, _) => format!("accepts a text that spells a value for `{place}`"),
            (Self::Number, _) => format!("accepts a number in place of a text for `{place}`"),
            (Self::Truncated, _) => format!("cuts off the fraction of a number for `{place}`"),
            (Self::Point, _) => {
                format!("refuses a whole number that is written with a decimal point for `{place}`")
            }
            (Self::Single, _) => format!("takes a bare value for an array of one for `{place}`"),
            (Self::Null, _) => format!("takes `null` for left out for `{place}`"),
            (Self::Case, Rule::AdditionalProperties(_)) => {
                format!("knows the names in `{place}` in any letter case")
            }
            (Self::Case, Rule::Unique) => format!("tells `{place}` apart by letter case"),
            (Self::Case, _) => format!("ignores letter case in `{place}`"),
            (Self::Trimmed, _) => format!("cuts off the blanks around `{place}`"),
            (Self::Bytes, _) => format!("counts the length of `{place}` in bytes"),
            (Self::Utf16, _) => format!("counts the length of `{place}` in UTF-16 units"),
            (Self::Marks, _) => format!("counts a letter of `{place}` and its combining marks as one"),
            (Self::Version, _) => format!("accepts a UUID of any version for `{place}`"),
            (Self::Spelling, _) => format!("accepts a UUID in any spelling for `{place}`"),
            (Self::Relative, _) => format!("accepts an address without a scheme for `{place}`"),
            (Self::Query, _) => format!("refuses an address with a query for `{place}`"),
            (Self::First, _) => format!("looks at the first item only for `{place}`"),
            (Self::Neighbours, _) => format!("compares `{place}` with that of the task before it only"),
        }
    }

    /// Why the mistake makes no difference to any request, where that is so.
    pub(crate) fn changes_nothing(self, model: &Model, constraint: &Constraint) -> Option<String> {
        match (self, &constraint.rule) {
            (Self::Bytes | Self::Utf16, Rule::MinLength(..=1)) => Some(
                "a text that has a character has a byte and a UTF-16 unit, and the other way round"
                    .to_owned(),
            ),
            (Self::First, _) => {
                let path = holder(&constraint.parameter)?;
                let is_single = |rule: &Rule| matches!(rule, Rule::MaxItems(..=1));
                let is_single = model.task.at(path)?.rules().any(is_single);
                is_single.then(|| format!("`{path}` has one item at most"))
            }
            _ => None,
        }
    }

    /// Whether the value that was judged is also the one that is carried out.
    fn is_meant(self) -> bool {
        matches!(
            self,
            Self::Text
                | Self::Number
                | Self::Truncated
                | Self::Single
                | Self::Null
                | Self::Case
                | Self::Trimmed
        )
    }
}

/// The mistakes that can be made with a constraint.
pub(crate) fn mistakes(model: &Model, constraint: &Constraint) -> Vec<Mistake> {
    let Some(schema) = model.task.at(&constraint.parameter) else { return Vec::new() };
    let mut mistakes = match &constraint.rule {
        Rule::Type(kinds) => types(model, schema, *kinds),
        Rule::Minimum(_) | Rule::Maximum(_) | Rule::ExclusiveMinimum(_) | Rule::ExclusiveMaximum(_)
            if constraint.rule.bound().is_some_and(|bound| next(bound, schema).is_some()) =>
        {
            vec![Mistake::Next]
        }
        Rule::MultipleOf(step) if is_halved(step, schema) => vec![Mistake::Half],
        Rule::MinLength(_) | Rule::MaxLength(_) => {
            vec![Mistake::Next, Mistake::Bytes, Mistake::Utf16, Mistake::Marks, Mistake::Trimmed]
        }
        Rule::MinItems(_) | Rule::MaxItems(_) => vec![Mistake::Next],
        Rule::Const(Value::String(_)) => vec![Mistake::Case, Mistake::Trimmed],
        Rule::Enum(list) if list.values.iter().any(|known| known.value.is_string()) => {
            vec![Mistake::Case, Mistake::Trimmed]
        }
        Rule::Format(Format::Uuid4) => vec![Mistake::Version, Mistake::Spelling, Mistake::Trimmed],
        Rule::Format(Format::Uuid) => vec![Mistake::Spelling, Mistake::Trimmed],
        Rule::Format(Format::Uri) => vec![Mistake::Relative, Mistake::Query, Mistake::Trimmed],
        Rule::Pattern(_) => vec![Mistake::Trimmed],
        Rule::AnyOf(_) | Rule::OneOf(_) if schema.kinds() == Kinds::STRING => vec![Mistake::Trimmed],
        Rule::AdditionalProperties(_) => vec![Mistake::Case],
        Rule::Unique => vec![Mistake::Case, Mistake::Neighbours],
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
        | Rule::AllOf(_)
        | Rule::AnyOf(_)
        | Rule::OneOf(_)
        | Rule::Not(_)
        | Rule::If(_)
        | Rule::Contains(_)
        | Rule::Area(_)
        | Rule::Ratio(_) => Vec::new(),
    };
    if holder(&constraint.parameter).is_some() {
        mistakes.push(Mistake::First);
    }
    mistakes
}

fn types(model: &Model, schema: &Schema, kinds: Kinds) -> Vec<Mistake> {
    let path = schema.path.as_str();
    let mut mistakes = Vec::new();
    let is_word = |names: &[&str]| kinds.names().iter().any(|name| names.contains(name));
    if is_word(&["integer", "number", "boolean"]) && !kinds.includes(Kinds::STRING) {
        mistakes.push(Mistake::Text);
    }
    if kinds == Kinds::INTEGER {
        mistakes.extend([Mistake::Truncated, Mistake::Point]);
    }
    // Where a text must be one of a list or of a form, a number in its place is none all the same.
    let is_free = schema.rules().all(|rule| matches!(rule, Rule::Type(_)) || rule.length().is_some());
    if kinds == Kinds::STRING && is_free {
        mistakes.push(Mistake::Number);
    }
    if kinds == Kinds::ARRAY {
        mistakes.push(Mistake::Single);
    }
    let (above, name) = path.rsplit_once('.').unwrap_or(("", path));
    let property = model.task.at(above).and_then(|holder| holder.property(name));
    if property.is_some_and(|property| property.required.is_none()) && !kinds.includes(Kinds::NULL) {
        mistakes.push(Mistake::Null);
    }
    mistakes
}

/// The first value beyond the end of a range, where there is one.
fn next(bound: Bound<'_>, schema: &Schema) -> Option<BigDecimal> {
    if matches!(bound.edge, Edge::ExclusiveMinimum | Edge::ExclusiveMaximum) {
        return Some(bound.value.clone());
    }
    let stated = schema.rules().find_map(|rule| match rule {
        Rule::MultipleOf(step) => Some(step.clone()),
        _ => None,
    });
    let whole = (schema.kinds() == Kinds::INTEGER).then(BigDecimal::one);
    let step = stated.or(whole)?;
    Some(if bound.edge.is_lower() { bound.value - step } else { bound.value + step })
}

/// Whether half a step is still a value of the type.
fn is_halved(step: &BigDecimal, schema: &Schema) -> bool {
    schema.kinds() != Kinds::INTEGER || (step / BigDecimal::from(2)).is_integer()
}

/// The path of the array whose items a parameter belongs to.
fn holder(path: &str) -> Option<&str> {
    let path = path.strip_suffix(".items").or_else(|| Some(&path[..path.rfind(".items.")?]))?;
    Some(path)
}

/// A constraint that is checked with a mistake.
#[derive(Debug)]
pub(crate) struct Misread {
    constraint: Constraint,
    schema: Schema,
    mistake: Mistake,
    marks: Regex,
}

impl Misread {
    pub(crate) fn new(model: &Model, id: &str, mistake: Mistake) -> Option<Self> {
        let constraint = model.constraint(id)?.clone();
        let schema = model.task.at(&constraint.parameter)?.clone();
        let marks = Regex::new(r"[\p{M}\u{200d}]").expect("the pattern is well formed");
        Some(Self { constraint, schema, mistake, marks })
    }

    /// Whether it is this constraint that is checked with this mistake.
    pub(crate) fn is(&self, mistake: Mistake, rule: &Rule) -> bool {
        self.mistake == mistake && self.constraint.rule.keyword() == rule.keyword()
    }

    /// What a task is found to break, given what it really breaks.
    pub(crate) fn violations(&self, judge: &Judge, task: &Value, judged: Vec<Violation>) -> Vec<Violation> {
        match self.read(task) {
            Some(read) => self.instead(judge.task(&read), judged),
            None => self.revised(task, judged),
        }
    }

    /// The task as it is carried out, where that is not as it was sent.
    pub(crate) fn meant(&self, task: &Value) -> Option<Value> {
        if self.mistake.is_meant() { self.read(task) } else { None }
    }

    /// Takes what the constraint says from a reading; where the type is misread, so is everything else about the value.
    fn instead(&self, reading: Vec<Violation>, mut judged: Vec<Violation>) -> Vec<Violation> {
        if self.mistake.is_meant() && matches!(self.constraint.rule, Rule::Type(_)) {
            return reading;
        }
        let is_own = |violation: &Violation| violation.constraint == self.constraint.id;
        judged.retain(|violation| !is_own(violation));
        for violation in reading {
            let known =
                |one: &Violation| one.pointer == violation.pointer && one.constraint == violation.constraint;
            if is_own(&violation)
                || matches!(self.constraint.rule, Rule::Type(_)) && !judged.iter().any(known)
            {
                judged.push(violation);
            }
        }
        judged
    }

    /// Asks the constraint again for every value that it is about.
    fn revised(&self, task: &Value, mut judged: Vec<Violation>) -> Vec<Violation> {
        for (pointer, value) in path::values(task, &self.constraint.parameter) {
            let is_own = |violation: &Violation| {
                violation.constraint == self.constraint.id && violation.pointer == pointer
            };
            let was = judged.iter().any(is_own);
            let is = self.breaks(value, was);
            if was && !is {
                judged.retain(|violation| !is_own(violation));
            } else if is && !was {
                judged.push(Violation::new(pointer, self.constraint.id.clone(), String::new()));
            }
        }
        judged
    }

    /// Whether a value is found to break the constraint, given whether it does.
    fn breaks(&self, value: &Value, broken: bool) -> bool {
        let rule = &self.constraint.rule;
        if let Some(length) = rule.length() {
            return self.breaks_length(length, value, broken);
        }
        if let (Mistake::Next, Some(bound)) = (self.mistake, rule.bound()) {
            return broken && exact(value) != next(bound, &self.schema);
        }
        if let (Mistake::Next, Some(items)) = (self.mistake, rule.items()) {
            return broken && value.as_array().is_none_or(|list| !is_next(items, list.len()));
        }
        match (self.mistake, rule) {
            (Mistake::Half, Rule::MultipleOf(step)) => {
                let half = step / BigDecimal::from(2);
                broken && exact(value).is_none_or(|number| !(number % half).is_zero())
            }
            (Mistake::Point, _) => broken || value.is_f64() && Kinds::INTEGER.admit(value),
            (Mistake::Version, _) => {
                broken && text(value).is_none_or(|text| text.len() != 36 || uuid(text).is_none())
            }
            (Mistake::Spelling, _) => {
                broken && text(value).and_then(uuid).is_none_or(|uuid| !is_random(uuid))
            }
            (Mistake::Query, _) => broken || text(value).is_some_and(|text| text.contains('?')),
            _ => broken,
        }
    }

    fn breaks_length(&self, length: Count, value: &Value, broken: bool) -> bool {
        match self.mistake {
            Mistake::Next => broken && text(value).is_none_or(|text| !is_next(length, text.chars().count())),
            Mistake::Bytes => counted(length, value, broken, str::len),
            Mistake::Utf16 => counted(length, value, broken, |text| text.encode_utf16().count()),
            Mistake::Marks => {
                let letters = |text: &str| text.chars().count() - self.marks.find_iter(text).count();
                counted(length, value, broken, letters)
            }
            _ => broken,
        }
    }

    /// The task as it is read; `None` where that is as it was sent.
    fn read(&self, task: &Value) -> Option<Value> {
        let path = self.constraint.parameter.as_str();
        match self.mistake {
            Mistake::Null => {
                let (above, name) = path.rsplit_once('.').unwrap_or(("", path));
                rewritten(task, above, &|holder| without_null(holder, name))
            }
            Mistake::First => rewritten(task, holder(path)?, &first_item),
            Mistake::Text => rewritten(task, path, &spelt),
            Mistake::Number => rewritten(task, path, &|value| match value {
                Value::Number(_) | Value::Bool(_) => Some(value.to_string().into()),
                _ => None,
            }),
            Mistake::Truncated => rewritten(task, path, &truncated),
            Mistake::Single => rewritten(task, path, &|value| {
                (!matches!(value, Value::Array(_) | Value::Null)).then(|| Value::Array(vec![value.clone()]))
            }),
            Mistake::Trimmed => rewritten(task, path, &|value| {
                let text = text(value)?;
                (text.trim() != text).then(|| text.trim().into())
            }),
            Mistake::Relative => rewritten(task, path, &|value| {
                text(value)
                    .filter(|text| !text.is_empty() && !text.contains(':'))
                    .map(|text| format!("x:{text}").into())
            }),
            Mistake::Case => rewritten(task, path, &|value| folded(&self.constraint.rule, value)),
            Mistake::Next
            | Mistake::Half
            | Mistake::Point
            | Mistake::Bytes
            | Mistake::Utf16
            | Mistake::Marks
            | Mistake::Version
            | Mistake::Spelling
            | Mistake::Query
            | Mistake::Neighbours => None,
        }
    }
}

/// Whether a text is too short or too long by another measure.
fn counted(length: Count, value: &Value, broken: bool, measure: impl Fn(&str) -> usize) -> bool {
    let Some(text) = text(value) else { return broken };
    !length.admits(measure(text) as u64)
}

/// The value or the name that is meant in another letter case.
fn folded(rule: &Rule, value: &Value) -> Option<Value> {
    let same = |known: &str, text: &str| known != text && known.to_lowercase() == text.to_lowercase();
    match rule {
        Rule::Const(Value::String(known)) => {
            text(value).filter(|text| same(known, text)).map(|_| known.as_str().into())
        }
        Rule::Enum(list) => {
            let text = text(value)?;
            let mut known = list.values.iter().filter_map(|known| known.value.as_str());
            if list.values.iter().any(|known| known.value == *value) {
                return None;
            }
            known.find(|known| same(known, text)).map(Value::from)
        }
        Rule::AdditionalProperties(names) => {
            let members = value.as_object()?;
            let meant = |name: &String| {
                let known = names.iter().find(|known| same(known, name) && !members.contains_key(*known));
                known.unwrap_or(name).clone()
            };
            let renamed: Map<String, Value> =
                members.iter().map(|(name, value)| (meant(name), value.clone())).collect();
            (renamed != *members).then_some(Value::Object(renamed))
        }
        _ => None,
    }
}

fn without_null(holder: &Value, name: &str) -> Option<Value> {
    let mut members = holder.as_object()?.clone();
    members.get(name)?.is_null().then(|| members.remove(name))?;
    Some(Value::Object(members))
}

fn first_item(value: &Value) -> Option<Value> {
    match value.as_array()?.as_slice() {
        [first, _, ..] => Some(Value::Array(vec![first.clone()])),
        _ => None,
    }
}

/// The number or the truth value that a text spells.
fn spelt(value: &Value) -> Option<Value> {
    match text(value)? {
        "true" => Some(true.into()),
        "false" => Some(false.into()),
        text => text.parse::<Number>().ok().map(Value::Number),
    }
}

fn truncated(value: &Value) -> Option<Value> {
    let number = exact(value).filter(|number| !number.is_integer())?;
    number
        .with_scale_round(0, bigdecimal::RoundingMode::Down)
        .to_plain_string()
        .parse()
        .ok()
        .map(Value::Number)
}

fn text(value: &Value) -> Option<&str> {
    value.as_str()
}

/// A UUID in any of its spellings.
fn uuid(text: &str) -> Option<uuid::Uuid> {
    uuid::Uuid::try_parse(text).ok()
}

fn is_random(uuid: uuid::Uuid) -> bool {
    uuid.get_version_num() == 4 && uuid.get_variant() == uuid::Variant::RFC4122
}

fn is_next(edge: Count, count: usize) -> bool {
    match edge.end {
        End::Min => count as u64 + 1 == edge.count,
        End::Max => count as u64 == edge.count + 1,
    }
}

/// The task with every value at a path changed; `None` where none is. `items` stands for every item of an array.
fn rewritten(task: &Value, path: &str, change: &dyn Fn(&Value) -> Option<Value>) -> Option<Value> {
    let steps: Vec<&str> = path.split('.').filter(|step| !step.is_empty()).collect();
    let mut task = task.clone();
    rewrite(&mut task, &steps, change).then_some(task)
}

fn rewrite(value: &mut Value, steps: &[&str], change: &dyn Fn(&Value) -> Option<Value>) -> bool {
    match (steps.split_first(), value) {
        (None, value) => change(value).map(|new| *value = new).is_some(),
        (Some((&"items", rest)), Value::Array(items)) => {
            items.iter_mut().filter_map(|item| rewrite(item, rest, change).then_some(())).count() > 0
        }
        (Some((name, rest)), holder) => {
            holder.get_mut(*name).is_some_and(|member| rewrite(member, rest, change))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_value_at_a_path_is_changed_and_nothing_else() {
        let task = json!({"a": [{"b": " x "}, {"b": "y"}, {"c": " z "}]});
        let trim = |value: &Value| {
            let text = text(value)?;
            (text.trim() != text).then(|| text.trim().into())
        };
        let changed = json!({"a": [{"b": "x"}, {"b": "y"}, {"c": " z "}]});
        assert_eq!(rewritten(&task, "a.items.b", &trim), Some(changed.clone()));
        assert_eq!(rewritten(&changed, "a.items.b", &trim), None);
        assert_eq!(rewritten(&task, "d.items", &trim), None);
    }

    #[test]
    fn what_is_read_for_something_else() {
        assert_eq!(spelt(&json!("16.5")), Some(json!(16.5)));
        assert_eq!(spelt(&json!("true")), Some(json!(true)));
        assert_eq!((spelt(&json!("x")), spelt(&json!(" 1")), spelt(&json!(1))), (None, None, None));
        assert_eq!(truncated(&json!(-1.5)), Some(json!(-1)));
        assert_eq!((truncated(&json!(2.0)), truncated(&json!("1.5"))), (None, None));
        assert_eq!(without_null(&json!({"a": null, "b": null}), "a"), Some(json!({"b": null})));
        assert_eq!(first_item(&json!([1])), None);
        assert_eq!(holder("a.items.b"), Some("a"));
        assert_eq!((holder("a.items"), holder("items"), holder("a.itemsb")), (Some("a"), None, None));
    }
}
