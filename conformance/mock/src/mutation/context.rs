//! `context:<constraint>:<context>`: the constraint is not checked in one context, such as asynchronously or with reference
//! images. `pair:<a>:<b>`: two parameters, or two values of closed sets, are refused together although each is legal.
//!
//! Contexts and pairs are derived from the model. Each constraint has one fault in each context that a task can be in
//! while it breaks the constraint.

use crate::path::pointer;
use crate::task_view::TaskView;
use airspec_judge::Violation;
use airspec_spec::behaviour::Kind;
use airspec_spec::rule::{Kinds, Rule};
use airspec_spec::{Constraint, Model, Schema};
use serde_json::Value;

/// Something that a task asks for, apart from the constraint that is not checked.
#[derive(Clone, Debug)]
pub(super) struct Context {
    /// The word in ids.
    pub(super) word: String,
    parameter: String,
    test: Test,
    sentence: String,
}

#[derive(Clone, Debug)]
enum Test {
    Given,
    Is(String),
    Several,
}

/// The contexts of a model's tasks, each word once.
pub(super) fn contexts(model: &Model) -> Vec<Context> {
    let mut found: Vec<Context> = Vec::new();
    let mut add = |word: &str, parameter: &str, test: Test, sentence: String| {
        if !found.iter().any(|known| known.word == word) {
            let (word, parameter) = (word.to_owned(), parameter.to_owned());
            found.push(Context { word, parameter, test, sentence });
        }
    };
    for schema in model.parameters() {
        if schema.kinds() == Kinds::ARRAY && !schema.path.contains(".items") {
            add(schema.name(), &schema.path, Test::Given, format!("with `{}`", schema.path));
        }
    }
    for behaviour in &model.behaviours {
        match &behaviour.kind {
            Kind::Select { parameter, fields: values } | Kind::Container { parameter, media: values } => {
                let default = model.task.at(parameter).and_then(|schema| schema.default.as_ref());
                for value in values.keys().filter(|value| default.is_none_or(|known| known != value.as_str()))
                {
                    add(value, parameter, Test::Is(value.clone()), format!("with `{parameter}` `{value}`"));
                }
            }
            Kind::Delivery { parameter, deferred, .. } => {
                add(
                    deferred,
                    parameter,
                    Test::Is(deferred.clone()),
                    format!("with `{parameter}` `{deferred}`"),
                );
            }
            Kind::Count { parameter } => {
                add("several", parameter, Test::Several, format!("with several results (`{parameter}`)"));
            }
            Kind::Webhook { parameter } | Kind::Upload { parameter } => {
                add(parameter, parameter, Test::Given, format!("with `{parameter}`"));
            }
            Kind::Echo { .. }
            | Kind::Distinct { .. }
            | Kind::Size { .. }
            | Kind::Quality { .. }
            | Kind::Flag { .. }
            | Kind::Lifetime { .. }
            | Kind::Measure { .. }
            | Kind::Default { .. } => {}
        }
    }
    found
}

impl Context {
    /// Whether a task can be in the context while it breaks the constraint, for a reason of its own.
    pub(super) fn applies(&self, constraint: &Constraint) -> bool {
        let (holder, member) = (constraint.parameter.as_str(), constraint.member.as_deref());
        let subject = match member {
            Some(member) if holder.is_empty() => member.to_owned(),
            Some(member) => format!("{holder}.{member}"),
            None => holder.to_owned(),
        };
        let is_within = |inner: &str, outer: &str| {
            outer.is_empty() || inner == outer || inner.starts_with(&format!("{outer}."))
        };
        let is_about_it = !subject.is_empty() && is_within(&subject, &self.parameter);
        let is_needed =
            is_within(&self.parameter, &subject) && matches!(constraint.rule, Rule::Type(_) | Rule::Required);
        !is_about_it && !is_needed
    }

    /// What a mock does that does not check the constraint in the context.
    pub(super) fn sentence(&self, rule: &str) -> String {
        format!("accepts what breaks the rule {}: {rule}", self.sentence)
    }

    /// The parameter that puts a task into the context, with its value where it must be that one.
    pub(super) fn need(&self) -> (String, Option<Value>) {
        let value = match &self.test {
            Test::Given => None,
            Test::Is(value) => Some(Value::from(value.as_str())),
            Test::Several => Some(Value::from(2)),
        };
        (self.parameter.clone(), value)
    }

    fn holds(&self, view: TaskView<'_>) -> bool {
        match &self.test {
            Test::Given => view.given(&self.parameter).is_some_and(|value| !value.is_null()),
            Test::Is(value) => view.given(&self.parameter).is_some_and(|given| given == value.as_str()),
            Test::Several => view.whole(&self.parameter).is_some_and(|count| count > 1),
        }
    }
}

/// A constraint that is not checked in a context.
#[derive(Debug)]
pub(super) struct Unchecked {
    pub(super) constraint: String,
    pub(super) context: Context,
}

impl Unchecked {
    pub(super) fn on_verdict(&self, view: TaskView<'_>, violations: &mut Vec<Violation>) {
        if self.context.holds(view) {
            violations.retain(|violation| violation.constraint != self.constraint);
        }
    }
}

/// Two parameters that are refused together.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    /// What stands behind the kind in ids.
    pub(super) id: String,
    parts: [Part; 2],
    /// The constraint that is named as broken.
    constraint: String,
}

/// A parameter, and its value where only that one is meant.
#[derive(Clone, Debug)]
struct Part {
    path: String,
    value: Option<Value>,
    constraint: Option<String>,
}

/// Of a closed set, at most so many values make pairs. A pair is refused when two checks do not fit each other, which the
/// first values show as well as the hundredth; that each single value is accepted is what `refuse:<constraint>:<n>` is for.
const MAX_VALUES: usize = 4;

/// Every pair of optional top-level parameters once, and every pair of the first values of two closed sets.
pub(super) fn pairs(model: &Model) -> Vec<Pair> {
    let optional = model.task.properties.iter();
    let optional = optional.filter(|property| property.declared && property.required.is_none());
    let whole: Vec<Vec<Part>> = optional.map(|property| vec![Part::of(&property.schema, None)]).collect();
    let sets: Vec<Vec<Part>> = model.parameters().into_iter().filter_map(closed_set).collect();
    let mut pairs = Vec::new();
    for groups in [whole, sets] {
        for (index, group) in groups.iter().enumerate() {
            for other in &groups[index + 1..] {
                let parts = group.iter().flat_map(|a| other.iter().map(move |b| [a.clone(), b.clone()]));
                pairs.extend(parts.filter_map(Pair::of));
            }
        }
    }
    pairs
}

/// The values of a closed set outside of arrays, where there are several.
fn closed_set(schema: &Schema) -> Option<Vec<Part>> {
    let values = schema.rules().find_map(|rule| match rule {
        Rule::Enum(list) => Some(&list.values),
        _ => None,
    })?;
    let is_plain = values.len() > 1 && !schema.path.contains(".items");
    let parts = values.iter().take(MAX_VALUES).map(|known| Part::of(schema, Some(known.value.clone())));
    is_plain.then(|| parts.collect())
}

impl Part {
    fn of(schema: &Schema, value: Option<Value>) -> Self {
        let constraint = schema.constraints.first().map(|constraint| constraint.id.to_string());
        Self { path: schema.path.to_string(), value, constraint }
    }

    fn word(&self) -> String {
        match &self.value {
            Some(Value::String(text)) => format!("{}={text}", self.path),
            Some(value) => format!("{}={value}", self.path),
            None => self.path.clone(),
        }
    }

    fn holds(&self, view: TaskView<'_>) -> bool {
        let given = view.given(&self.path);
        given.is_some_and(|given| self.value.as_ref().is_none_or(|value| given == value))
    }
}

impl Pair {
    /// `None` where no constraint can be named.
    fn of(parts: [Part; 2]) -> Option<Self> {
        let constraint = parts.iter().find_map(|part| part.constraint.clone())?;
        Some(Self { id: parts.each_ref().map(Part::word).join(":"), parts, constraint })
    }

    /// Both parameters, with their values where only those are meant.
    pub(super) fn needs(&self) -> Vec<(String, Option<Value>)> {
        self.parts.iter().map(|part| (part.path.clone(), part.value.clone())).collect()
    }

    /// What a mock does that refuses the pair.
    pub(super) fn sentence(&self) -> String {
        let [a, b] = self.parts.each_ref().map(Part::word);
        format!("refuses `{a}` together with `{b}`")
    }

    pub(super) fn on_violations(&self, view: TaskView<'_>, violations: &mut Vec<Violation>) {
        if violations.is_empty() && self.parts.iter().all(|part| part.holds(view)) {
            let place = pointer(&self.parts[0].path);
            violations.push(Violation::new(place, self.constraint.clone(), String::new()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> Model {
        let (name, text) = ("gpt-image.json", include_str!("../../../../spec/tests/specs/gpt-image.json"));
        airspec_spec::read(&airspec_spec::Source::new(name, text)).unwrap()
    }

    #[test]
    fn contexts_and_pairs_are_those_of_the_model() {
        let model = model();
        let words: Vec<String> = contexts(&model).into_iter().map(|context| context.word).collect();
        for word in
            ["referenceImages", "base64Data", "dataURI", "PNG", "WEBP", "async", "several", "webhookURL"]
        {
            assert!(words.contains(&word.to_owned()), "{word}: {words:?}");
        }
        let ids: Vec<String> = pairs(&model).into_iter().map(|pair| pair.id).collect();
        for id in ["outputType:ttl", "outputType=URL:outputFormat=PNG"] {
            assert!(ids.contains(&id.to_owned()), "{id}: {ids:?}");
        }
        assert!(!ids.iter().any(|id| id.contains("positivePrompt")), "required parameters have no pair");
    }

    #[test]
    fn a_context_does_not_apply_to_the_parameter_that_makes_it() {
        let model = model();
        let contexts = contexts(&model);
        let applies = |word: &str, id: &str| {
            let context = contexts.iter().find(|context| context.word == word).unwrap();
            context.applies(model.constraint(id).unwrap())
        };
        assert!(applies("referenceImages", "width.maximum") && applies("async", "taskUUID.unique"));
        assert!(!applies("referenceImages", "inputs.referenceImages.items.anyOf"));
        assert!(!applies("referenceImages", "inputs.type"));
        assert!(applies("referenceImages", "inputs.additionalProperties"));
    }
}
