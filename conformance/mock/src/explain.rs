//! From violations to the error objects of the platform.

use super::problem::Problem;
use super::protocol::name;
use airspec_judge::Violation;
use airspec_spec::rule::Rule;
use airspec_spec::text::capitalised;
use airspec_spec::{Constraint, Model, Schema};
use bigdecimal::BigDecimal;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};

/// The settings give a code to a constraint of that id, and the model has none.
#[derive(Debug)]
pub(crate) struct UnknownConstraint(pub(crate) String);

/// The error of each constraint of a model.
#[derive(Debug)]
pub(crate) struct Explainer {
    explained: HashMap<String, Explained>,
    /// What an error tells of each parameter, by its path: type and documentation.
    parameters: HashMap<String, Map<String, Value>>,
}

/// The error of one violation.
#[derive(Clone, Debug)]
pub(crate) struct Explanation {
    /// The id of the constraint.
    pub(crate) constraint: String,
    pub(crate) code: String,
    /// The parameters at fault.
    pub(crate) parameters: Vec<String>,
    /// What stands behind their names.
    text: String,
    /// What does not depend on the task.
    rest: Map<String, Value>,
}

#[derive(Debug)]
struct Explained {
    /// Its turn in the order in which the platform checks.
    turn: Turn,
    code: Code,
    /// The code that the settings give it.
    renamed: Option<String>,
    /// The parameters at fault below the value that is judged, where the rule spans several.
    members: Vec<String>,
    expected: String,
    /// The parameter that holds the rule, where the rule is reported by its demands.
    holder: Option<String>,
    /// What does not depend on the task: type, limits, values, documentation.
    rest: Map<String, Value>,
}

/// The platform checks unknown names first, then missing ones, then the prompt, then values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Unknown,
    Missing,
    Prompt,
    Value,
}

/// How the code of an error begins; the parameter in capitals follows.
#[derive(Clone, Copy, Debug)]
enum Code {
    UnsupportedParameter,
    Missing,
    Unsupported,
    Invalid,
    Conflict,
}

impl Code {
    fn of(rule: &Rule) -> Self {
        match rule {
            Rule::AdditionalProperties(_) | Rule::False => Self::UnsupportedParameter,
            Rule::Required | Rule::DependentRequired(_) => Self::Missing,
            Rule::Const(_) | Rule::Enum(_) => Self::Unsupported,
            Rule::Unique => Self::Conflict,
            Rule::Type(_)
            | Rule::Minimum(_)
            | Rule::Maximum(_)
            | Rule::ExclusiveMinimum(_)
            | Rule::ExclusiveMaximum(_)
            | Rule::MultipleOf(_)
            | Rule::MinLength(_)
            | Rule::MaxLength(_)
            | Rule::Format(_)
            | Rule::Pattern(_)
            | Rule::MinItems(_)
            | Rule::MaxItems(_)
            | Rule::UniqueItems
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
            | Rule::Image(_) => Self::Invalid,
        }
    }

    fn word(self, parameters: &[String]) -> String {
        let start = match self {
            Self::UnsupportedParameter => return "unsupportedParameter".to_owned(),
            Self::Missing => "missing",
            Self::Unsupported => "unsupported",
            Self::Invalid => "invalid",
            Self::Conflict => "conflict",
        };
        let named: String = parameters.iter().flat_map(|path| path.split('.')).map(capitalised).collect();
        if named.is_empty() { format!("{start}Task") } else { format!("{start}{named}") }
    }
}

impl Explainer {
    /// `codes` are the codes of constraints, by id, that are not the usual ones.
    pub(crate) fn of(
        model: &Model,
        prompt: Option<&str>,
        codes: &BTreeMap<String, String>,
    ) -> Result<Self, UnknownConstraint> {
        let mut explained: HashMap<String, Explained> = model
            .constraints()
            .into_iter()
            .map(|constraint| (constraint.id.to_string(), Explained::of(model, constraint, prompt)))
            .collect();
        for (id, code) in codes {
            let Some(explained) = explained.get_mut(id) else {
                return Err(UnknownConstraint(airspec_spec::text::shorten(id, 80)));
            };
            explained.renamed = Some(code.clone());
        }
        let about = |schema: &Schema| (schema.path.without_items().to_string(), about(schema));
        let parameters = model.task.tree().into_iter().rev().map(about).collect();
        Ok(Self { explained, parameters })
    }

    /// What is wrong with a task, in the platform's order, as far as there is room.
    pub(crate) fn explain(&self, task: &Value, violations: &[Violation], most: usize) -> Vec<Explanation> {
        let turn = |violation: &&Violation| {
            self.explained.get(violation.constraint.as_str()).map_or(Turn::Value, |explained| explained.turn)
        };
        let mut ordered: Vec<&Violation> = violations.iter().collect();
        ordered.sort_by_key(turn);
        ordered.into_iter().take(most).map(|violation| self.explanation(task, violation)).collect()
    }

    fn explanation(&self, task: &Value, violation: &Violation) -> Explanation {
        let constraint = violation.constraint.clone();
        let Some(explained) = self.explained.get(&constraint) else {
            return Explanation {
                constraint,
                code: "invalidTask".to_owned(),
                parameters: Vec::new(),
                text: "breaks a rule of the spec that has no name".to_owned(),
                rest: Map::new(),
            };
        };
        let place = dotted(task, &violation.pointer);
        if explained.holder.as_ref().is_some_and(|holder| *holder != place) {
            return self.demand(explained, place, task, violation);
        }
        let parameters: Vec<String> = if explained.members.is_empty() {
            Some(place).filter(|place| !place.is_empty()).into_iter().collect()
        } else {
            explained.members.iter().map(|member| join(&place, member)).collect()
        };
        Explanation {
            constraint,
            code: explained.renamed.clone().unwrap_or_else(|| explained.code.word(&parameters)),
            parameters,
            text: explained.text().to_owned(),
            rest: explained.rest.clone(),
        }
    }

    /// The error of a demand that a rule of an object around the parameter makes under a condition.
    fn demand(
        &self,
        explained: &Explained,
        place: String,
        task: &Value,
        violation: &Violation,
    ) -> Explanation {
        let is_missing = task.pointer(&violation.pointer).is_none();
        let code = if is_missing { Code::Missing } else { explained.code };
        let rest = self.parameters.get(&place).cloned().unwrap_or_default();
        let parameters = vec![place];
        Explanation {
            constraint: violation.constraint.clone(),
            code: explained.renamed.clone().unwrap_or_else(|| code.word(&parameters)),
            parameters,
            text: violation.message.clone(),
            rest,
        }
    }
}

impl Explanation {
    /// The error of the platform.
    pub(crate) fn into_problem(self) -> Problem {
        let subject = airspec_spec::text::list(&airspec_spec::text::ticked(&self.parameters), "and");
        let subject = if subject.is_empty() { "The task".to_owned() } else { subject };
        let text = airspec_spec::text::said_of(&subject, &self.text);
        let mut problem = Problem::new(400, &self.code, format!("{text}."));
        problem.object.extend(self.rest);
        match self.parameters.as_slice() {
            [] => problem,
            [one] => problem.with(name::PARAMETER, one.as_str()),
            many => problem.with(name::PARAMETER, many),
        }
    }
}

impl Explained {
    fn of(model: &Model, constraint: &Constraint, prompt: Option<&str>) -> Self {
        let turn = match &constraint.rule {
            Rule::AdditionalProperties(_) => Turn::Unknown,
            Rule::Required => Turn::Missing,
            _ if Some(constraint.parameter.as_str()) == prompt => Turn::Prompt,
            _ => Turn::Value,
        };
        let members = members(&constraint.rule);
        Self {
            turn,
            code: Code::of(&constraint.rule),
            renamed: None,
            expected: constraint.expected.clone(),
            holder: constraint
                .rule
                .is_reported_below()
                .then(|| constraint.parameter.without_items().to_string()),
            rest: rest(model, constraint, &members),
            members,
        }
    }

    fn text(&self) -> &str {
        match self.code {
            Code::UnsupportedParameter => "is not a parameter of this model here",
            Code::Missing | Code::Unsupported | Code::Invalid | Code::Conflict => &self.expected,
        }
    }
}

/// The members of an object that a rule speaks of, where it is a rule about members.
fn members(rule: &Rule) -> Vec<String> {
    let mut names = Vec::new();
    match rule {
        Rule::Area(relation) | Rule::Ratio(relation) => names.extend(relation.parameters.iter().cloned()),
        Rule::DependentRequired(dependent) => names = dependent.names(),
        Rule::DependentSchemas(_) => names = rule.parameters(),
        Rule::Contains(_) | Rule::PrefixItems(_) | Rule::PatternProperties(_) | Rule::PropertyNames(_) => {}
        rule => rule.children().into_iter().for_each(|branch| collect(branch, "", &mut names)),
    }
    names
}

/// The paths of the innermost members that a condition speaks of, each once.
fn collect(schema: &Schema, path: &str, names: &mut Vec<String>) {
    for property in &schema.properties {
        let path = join(path, &property.name);
        let before = names.len();
        collect(&property.schema, &path, names);
        if names.len() == before && property.schema.properties.is_empty() && !names.contains(&path) {
            names.push(path);
        }
    }
    for rule in schema.rules() {
        for member in members(rule) {
            let path = join(path, &member);
            if !names.contains(&path) {
                names.push(path);
            }
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// A JSON pointer into a task as a dotted path; places in arrays are left out.
fn dotted(task: &Value, pointer: &str) -> String {
    let mut value = Some(task);
    let mut path = String::new();
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        value = match value {
            Some(Value::Array(items)) => step.parse().ok().and_then(|index: usize| items.get(index)),
            holder => {
                path = join(&path, &airspec_spec::text::shorten(&step, 80));
                holder.and_then(|holder| holder.get(&step))
            }
        };
    }
    path
}

/// Type, limits, values and documentation of the parameter that a constraint is about.
fn rest(model: &Model, constraint: &Constraint, members: &[String]) -> Map<String, Value> {
    let mut rest = Map::new();
    if let Some(schema) = model.task.at(&constraint.parameter) {
        let kinds = if members.is_empty() {
            type_of(schema)
        } else {
            let mut kinds: Vec<String> =
                members.iter().filter_map(|member| schema.at(member)).map(type_of).collect();
            kinds.sort();
            kinds.dedup();
            kinds.join("|")
        };
        if !kinds.is_empty() && !matches!(constraint.rule, Rule::AdditionalProperties(_)) {
            rest.insert(name::TYPE.into(), kinds.into());
        }
        if !matches!(constraint.rule, Rule::Required) {
            limits(schema, &constraint.rule, &mut rest);
        }
    }
    if let Some(documentation) = &constraint.documentation {
        rest.insert(name::DOCUMENTATION.into(), documentation.as_str().into());
    }
    rest
}

/// Type and documentation of a parameter.
fn about(schema: &Schema) -> Map<String, Value> {
    let kinds = Some(type_of(schema)).filter(|kinds| !kinds.is_empty());
    let told = [(name::TYPE, kinds), (name::DOCUMENTATION, schema.documentation.clone())];
    told.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect()
}

/// `integer`, `string[]`, `integer|array`.
fn type_of(schema: &Schema) -> String {
    let names = schema.kinds().names();
    match (&schema.items, names.as_slice()) {
        (Some(items), ["array"]) => format!("{}[]", type_of(items)),
        (_, names) if names.len() > 3 => String::new(),
        (_, names) => names.join("|"),
    }
}

fn limits(schema: &Schema, broken: &Rule, rest: &mut Map<String, Value>) {
    let counted = broken.length().or(broken.items()).is_some();
    for rule in schema.rules() {
        let (name, value) = match rule {
            Rule::Minimum(bound) | Rule::ExclusiveMinimum(bound) => (name::MIN, number(bound)),
            Rule::Maximum(bound) | Rule::ExclusiveMaximum(bound) => (name::MAX, number(bound)),
            Rule::MultipleOf(step) => (name::MULTIPLIER, number(step)),
            Rule::MinLength(count) | Rule::MinItems(count) if counted => (name::MIN, json!(count)),
            Rule::MaxLength(count) | Rule::MaxItems(count) if counted => (name::MAX, json!(count)),
            Rule::Enum(values) => {
                (name::ALLOWED, values.values.iter().map(|known| known.value.clone()).collect())
            }
            Rule::Const(value) => (name::ALLOWED, json!([value])),
            _ => continue,
        };
        rest.insert(name.to_owned(), value);
    }
    if let Some(relation) = broken.relation() {
        for (name, bound) in [(name::MIN, &relation.minimum), (name::MAX, &relation.maximum)] {
            if let Some(bound) = bound {
                rest.insert(name.to_owned(), number(bound));
            }
        }
    }
}

/// The decimal as a JSON number, or as text where no JSON number of ours can hold it.
fn number(decimal: &BigDecimal) -> Value {
    let text = decimal.to_plain_string();
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use airspec_judge::Judge;

    fn problems(spec: &str, task: &Value) -> Vec<Value> {
        let model = airspec_spec::read(&airspec_spec::Source::new("tiny.json", spec)).unwrap();
        let violations = Judge::new(&model).unwrap().task(task);
        let explainer = Explainer::of(&model, Some("prompt"), &BTreeMap::new()).unwrap();
        let problems = explainer.explain(task, &violations, usize::MAX);
        problems
            .into_iter()
            .map(|explanation| {
                let mut problem = explanation.into_problem().of_task(task);
                problem.object.remove(name::MESSAGE);
                Value::Object(problem.object)
            })
            .collect()
    }

    #[test]
    fn a_rule_over_several_parameters_names_them_all_or_the_one_that_is_missing() {
        let spec = r#"{"type": "object", "properties": {
            "width": {"type": "integer"}, "height": {"type": "integer"}, "ratio": {"type": "string"},
            "seed": {"type": "integer"}
        },
        "dependentRequired": {"width": ["height"], "height": ["width"]},
        "not": {"required": ["ratio", "seed"]},
        "x-constraints": [{"operation": "area", "parameters": ["width", "height"], "minimum": 100, "maximum": 400}]}"#;
        assert_eq!(
            problems(spec, &json!({"width": 5, "height": 5})),
            [json!({"code": "invalidWidthHeight", "parameter": ["width", "height"], "type": "integer",
                "min": 100, "max": 400})]
        );
        assert_eq!(
            problems(spec, &json!({"width": 5})),
            [json!({"code": "missingHeight", "parameter": "height", "type": "integer"})]
        );
        assert_eq!(
            problems(spec, &json!({"ratio": "1:1", "seed": 1})),
            [json!({"code": "invalidRatioSeed", "parameter": ["ratio", "seed"], "type": "integer|string"})]
        );
    }

    #[test]
    fn errors_come_in_the_order_of_the_platform() {
        let spec = r#"{"type": "object", "properties": {
            "width": {"type": "integer", "maximum": 9}, "prompt": {"type": "string", "minLength": 2},
            "model": {"type": "string"}
        }, "required": ["model"], "additionalProperties": false}"#;
        let found = problems(spec, &json!({"width": 10, "prompt": "x", "a/b": 1}));
        let codes: Vec<&str> = found.iter().filter_map(|problem| problem["code"].as_str()).collect();
        assert_eq!(codes, ["unsupportedParameter", "missingModel", "invalidPrompt", "invalidWidth"]);
        assert_eq!(found[0]["parameter"], "a/b");
    }

    #[test]
    fn a_limit_with_many_digits_keeps_them() {
        let exact = number(&"0.1".parse().unwrap());
        assert_eq!(exact.to_string(), "0.1");
        assert_eq!(number(&"16383".parse().unwrap()), json!(16383));
    }
}
