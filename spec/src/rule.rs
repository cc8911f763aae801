//! The keywords, one module each: how it is read, the sentence that says it, and values that show it.
//!
//! What a keyword holds is a variant of [`Rule`]. `codegen/src/check` emits and `generated/src/check` runs the same
//! keywords under the same file names. Code that does not care what a rule means asks the rule: [`Rule::children`],
//! [`Rule::parameters`], [`Rule::sentence`].

mod additional_properties;
mod all_of;
mod any_of;
mod area;
mod const_;
mod contains;
mod dependent_required;
mod dependent_schemas;
mod enum_;
mod exclusive_maximum;
mod exclusive_minimum;
mod false_;
mod format;
mod if_;
mod image;
mod max_items;
mod max_length;
mod maximum;
mod min_items;
mod min_length;
mod minimum;
mod multiple_of;
mod not;
mod one_of;
mod pattern;
mod pattern_properties;
mod prefix_items;
mod property_names;
mod ratio;
mod required;
mod type_;
mod unevaluated_properties;
mod unique;
mod unique_items;

pub use crate::model::number::{Bound, Count, Edge, End};
pub use crate::model::relation::{Operation, Relation};
pub use crate::model::rule::{
    DependentRequired, DependentSchema, Enum, EnumValue, Format, If, Pattern, PatternProperties,
    PatternProperty, PrefixItems, Rule, UnevaluatedProperties,
};
pub use crate::model::value::{equal, exact};
pub use crate::model::{Kinds, Side, Witness};

pub(crate) use additional_properties::{Additional, read as read_additional_properties};
pub(crate) use all_of::{is_lifted, read as read_all_of};
pub(crate) use false_::read as read_boolean;
pub(crate) use if_::consequence::word;
pub(crate) use if_::read as read_if;
pub use pattern::translate;
pub(crate) use pattern_properties::read as read_pattern_properties;
pub(crate) use prefix_items::read as read_prefix_items;
pub(crate) use required::read as read_required;
pub(crate) use unevaluated_properties::read as read_unevaluated_properties;

use crate::arrays::{has_unique_items, repeated_item};
use crate::document::{Diagnostic, Member, Node};
use crate::model::number::middle;
use crate::model::relation::Stated;
use crate::model::{Constraint, ImageRange, ParameterPath, Schema};
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap, HashSet};

/// What a keyword knows of its rule.
trait Keyword<'a> {
    /// The word that ends the constraint's id: the keyword that states the rule.
    fn name(&self) -> &'static str;

    /// The order in which the rules on one value are checked and reported.
    fn rank(&self) -> u8;

    /// The sentence that says the rule, to stand after the name of the value.
    fn sentence(&self) -> String;

    /// The rule as a condition on a subject: "`width` is at most 3840".
    fn condition(&self, subject: &str) -> String {
        statement(subject, &self.sentence())
    }

    /// Whether the rule ties several parameters (or alternatives) together, rather than one value to a limit.
    fn is_composite(&self) -> bool {
        false
    }

    /// The schemas that the rule is made of.
    fn children(&self) -> Vec<&'a Schema> {
        Vec::new()
    }

    /// The dotted names that the rule ties together, with repetitions.
    fn parameters(&self) -> Vec<String> {
        let mut names = Vec::new();
        for schema in self.children() {
            mention(schema, &ParameterPath::task(), &mut names);
        }
        names
    }

    /// Values on both sides of the rule; none for a rule over several parameters, which whole tasks show.
    fn witnesses(&self, _schema: &Schema) -> Vec<Witness> {
        Vec::new()
    }
}

/// What the reading of a keyword asks of whoever reads the document.
pub(crate) trait Scope<'a> {
    /// Reads a schema inside a rule: a condition, whose parts are no constraints of their own.
    fn condition(&mut self, node: Node<'a>, keyword: &str) -> Schema;

    /// Counts parts of the document; false where it has too many, and the rule is to be left out.
    fn admits(&mut self, node: Node<'a>, parts: usize) -> bool;

    /// Keeps a rule about the images of another parameter, and whether it is said to hold for each of a list.
    fn image(&mut self, node: Node<'a>, rule: (ParameterPath, ImageRange, bool)) -> Result<(), Diagnostic>;

    /// Keeps a diagnostic.
    fn report(&mut self, diagnostic: Diagnostic);

    /// Whether the schema is that of a parameter of the task itself.
    fn is_parameter_of_task(&self) -> bool;

    /// The patterns that have been compiled, by their text.
    fn patterns(&mut self) -> &mut HashMap<String, Pattern>;
}

/// Reads the rules that one member of a schema states.
pub(crate) type Read = for<'a> fn(&Member<'a>, &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic>;

/// The keywords that need no other member of their schema, with their readers.
const READERS: [(&str, Read); 24] = [
    ("type", type_::read),
    ("const", const_::read),
    ("enum", enum_::read),
    ("minimum", minimum::read),
    ("maximum", maximum::read),
    ("exclusiveMinimum", exclusive_minimum::read),
    ("exclusiveMaximum", exclusive_maximum::read),
    ("multipleOf", multiple_of::read),
    ("minLength", min_length::read),
    ("maxLength", max_length::read),
    ("format", format::read),
    ("pattern", pattern::read),
    ("minItems", min_items::read),
    ("maxItems", max_items::read),
    ("uniqueItems", unique_items::read),
    ("dependentRequired", dependent_required::read),
    ("dependentSchemas", dependent_schemas::read),
    ("anyOf", any_of::read),
    ("oneOf", one_of::read),
    ("not", not::read),
    ("contains", contains::read),
    ("propertyNames", property_names::read),
    ("x-constraints", read_relations),
    ("x-unique", unique::read),
];

/// The keywords that have a reader.
pub(crate) fn keywords() -> impl Iterator<Item = &'static str> {
    READERS.into_iter().map(|(keyword, _)| keyword)
}

/// The reader of a keyword, where it is one of those.
pub(crate) fn reader(keyword: &str) -> Option<Read> {
    READERS.iter().find(|(known, _)| *known == keyword).map(|(_, read)| *read)
}

/// `x-constraints`: each item is the area or the ratio of two parameters, or a rule about the images of one.
fn read_relations<'a>(member: &Member<'a>, scope: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    let items = member.value.items()?;
    let items = if scope.admits(member.value, items.len()) { items } else { Vec::new() };
    let mut rules = Vec::new();
    for item in items {
        let stated = Stated::read(item)?;
        if stated.is_about_images() {
            scope.image(item, stated.image()?)?;
        } else {
            rules.push(stated.relation()?.into());
        }
    }
    Ok(rules)
}

/// The schemas in a keyword's list.
fn branches<'a>(member: &Member<'a>, scope: &mut dyn Scope<'a>) -> Result<Vec<Schema>, Diagnostic> {
    let branches = some_branches(member)?;
    Ok(branches.into_iter().map(|branch| scope.condition(branch, &member.key)).collect())
}

fn some_branches<'a>(member: &Member<'a>) -> Result<Vec<Node<'a>>, Diagnostic> {
    let branches = member.value.items()?;
    if branches.is_empty() {
        let message = format!("`{}` without a branch", member.key);
        return Err(member.value.error(message, "add a branch or remove the keyword"));
    }
    Ok(branches)
}

impl Rule {
    /// Asks the rule's keyword.
    fn ask<'a, T>(&'a self, question: impl FnOnce(&dyn Keyword<'a>) -> T) -> T {
        match self {
            Self::Type(kinds) => question(&type_::Type(*kinds)),
            Self::Required => question(&required::Required),
            Self::Const(value) => question(&const_::Const(value)),
            Self::Enum(list) => question(&enum_::Enum(list)),
            Self::False => question(&false_::False),
            Self::Minimum(bound) => question(&minimum::Minimum(bound)),
            Self::Maximum(bound) => question(&maximum::Maximum(bound)),
            Self::ExclusiveMinimum(bound) => question(&exclusive_minimum::ExclusiveMinimum(bound)),
            Self::ExclusiveMaximum(bound) => question(&exclusive_maximum::ExclusiveMaximum(bound)),
            Self::MultipleOf(step) => question(&multiple_of::MultipleOf(step)),
            Self::MinLength(count) => question(&min_length::MinLength(*count)),
            Self::MaxLength(count) => question(&max_length::MaxLength(*count)),
            Self::Format(format) => question(&format::Format(*format)),
            Self::Pattern(pattern) => question(&pattern::Pattern(pattern)),
            Self::MinItems(count) => question(&min_items::MinItems(*count)),
            Self::MaxItems(count) => question(&max_items::MaxItems(*count)),
            Self::UniqueItems => question(&unique_items::UniqueItems),
            Self::AdditionalProperties(names) => {
                question(&additional_properties::AdditionalProperties(names))
            }
            Self::DependentRequired(needs) => question(&dependent_required::DependentRequired(needs)),
            Self::DependentSchemas(branches) => question(&dependent_schemas::DependentSchemas(branches)),
            Self::AllOf(schema) => question(&all_of::AllOf(schema)),
            Self::AnyOf(branches) => question(&any_of::AnyOf(branches)),
            Self::OneOf(branches) => question(&one_of::OneOf(branches)),
            Self::Not(schema) => question(&not::Not(schema)),
            Self::If(rule) => question(&if_::If(rule)),
            Self::Contains(schema) => question(&contains::Contains(schema)),
            Self::PrefixItems(rule) => question(&prefix_items::PrefixItems(rule)),
            Self::PatternProperties(rule) => question(&pattern_properties::PatternProperties(rule)),
            Self::UnevaluatedProperties(known) => {
                question(&unevaluated_properties::UnevaluatedProperties(known))
            }
            Self::PropertyNames(schema) => question(&property_names::PropertyNames(schema)),
            Self::Area(relation) => question(&area::Area(relation)),
            Self::Ratio(relation) => question(&ratio::Ratio(relation)),
            Self::Image(range) => question(&image::Image(range)),
            Self::Unique => question(&unique::Unique),
        }
    }

    /// The word that ends the constraint's id: the keyword that states the rule.
    #[must_use]
    pub fn keyword(&self) -> &'static str {
        self.ask(|keyword| keyword.name())
    }

    /// The sentence that says the rule, to stand after the name of the value: "must be at most 3840".
    #[must_use]
    pub fn sentence(&self) -> String {
        self.ask(|keyword| keyword.sentence())
    }

    /// Whether the rule ties several parameters (or alternatives) together, rather than one value to a limit.
    #[must_use]
    pub fn is_composite(&self) -> bool {
        self.ask(|keyword| keyword.is_composite())
    }

    /// What must hold by the rule, perhaps under a condition: each demand in these is reported where it fails, with
    /// its own sentence.
    #[must_use]
    pub fn consequences(&self) -> Vec<&Schema> {
        match self {
            Self::If(rule) => rule.then.iter().chain(&rule.otherwise).collect(),
            Self::DependentSchemas(branches) => branches.iter().map(|one| &one.schema).collect(),
            Self::AllOf(schema) => vec![schema],
            _ => Vec::new(),
        }
    }

    /// Whether the rule is reported by its demands.
    #[must_use]
    pub fn has_consequences(&self) -> bool {
        matches!(self, Self::If(_) | Self::DependentSchemas(_) | Self::DependentRequired(_) | Self::AllOf(_))
    }

    /// The order in which the rules on one value are checked and reported.
    pub(crate) fn rank(&self) -> u8 {
        self.ask(|keyword| keyword.rank())
    }

    /// The schemas that the rule is made of.
    #[must_use]
    pub fn children(&self) -> Vec<&Schema> {
        self.ask(|keyword| keyword.children())
    }

    /// The dotted names of the members that the rule ties together, relative to the object that holds it: each once,
    /// without those that only lead to others.
    #[must_use]
    pub fn parameters(&self) -> Vec<String> {
        let mut names = self.ask(|keyword| keyword.parameters());
        let all: BTreeSet<String> = names.iter().cloned().collect();
        names.retain(|name| !leads_on(name, &all));
        let mut seen = HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names
    }

    /// The values that the rule names for one of these members: its constants and lists.
    #[must_use]
    pub fn values_of(&self, name: &str) -> Vec<Value> {
        let mut values = Vec::new();
        for schema in self.children() {
            schema.collect_values(name, &mut values);
        }
        values
    }
}

impl Constraint {
    /// The paths of the parameters that the rule ties together.
    #[must_use]
    pub fn parameters(&self) -> Vec<ParameterPath> {
        self.rule.parameters().iter().map(|name| self.parameter.join(name)).collect()
    }
}

impl Schema {
    /// What the schema and the rules in it say of one member.
    pub(crate) fn collect_conditions<'s>(&'s self, name: &str, conditions: &mut Vec<&'s Constraint>) {
        conditions.extend(self.at(name).into_iter().flat_map(|schema| &schema.constraints));
        for inner in self.rules().flat_map(Rule::children) {
            inner.collect_conditions(name, conditions);
        }
    }

    fn collect_values(&self, name: &str, values: &mut Vec<Value>) {
        if let Some(schema) = self.at(name) {
            for rule in schema.rules() {
                match rule {
                    Rule::Const(value) => values.push(value.clone()),
                    Rule::Enum(list) => values.extend(list.values.iter().map(|one| one.value.clone())),
                    _ => {}
                }
            }
        }
        for rule in self.rules() {
            for inner in rule.children() {
                inner.collect_values(name, values);
            }
        }
    }
}

/// Whether another of the names continues this one.
fn leads_on(name: &str, all: &BTreeSet<String>) -> bool {
    let start = format!("{name}.");
    all.range(start.clone()..).next().is_some_and(|next| next.starts_with(&start))
}

fn mention(schema: &Schema, prefix: &ParameterPath, names: &mut Vec<String>) {
    for property in &schema.properties {
        let path = prefix.join(&property.name);
        names.push(path.to_string());
        mention(&property.schema, &path, names);
    }
    for rule in schema.rules() {
        for name in rule.parameters() {
            names.push(prefix.join(&name).into());
        }
    }
}

/// A schema as a condition in words: "`settings.background` is `transparent` and `width` is given".
#[must_use]
pub fn phrase(schema: &Schema) -> String {
    phrase_at(schema, &ParameterPath::task())
}

/// The same of the value at a path.
fn phrase_at(schema: &Schema, path: &ParameterPath) -> String {
    let mut parts = Vec::new();
    collect(schema, path, &mut parts);
    if parts.is_empty() { "anything holds".to_owned() } else { parts.join(" and ") }
}

fn collect(schema: &Schema, name: &ParameterPath, parts: &mut Vec<String>) {
    let subject = if name.is_empty() { "it".to_owned() } else { format!("`{name}`") };
    for rule in schema.rules() {
        parts.push(rule.ask(|keyword| keyword.condition(&subject)));
    }
    for property in &schema.properties {
        let path = name.join(&property.name);
        let before = parts.len();
        collect(&property.schema, &path, parts);
        if property.required.is_some() && parts.len() == before {
            parts.push(format!("`{path}` is given"));
        }
    }
    if let Some(items) = &schema.items {
        parts.push(format!("for each item of {subject}, {}", phrase(items)));
    }
    if let Some(additional) = &schema.additional {
        parts.push(format!("for each other member, {}", phrase(additional)));
    }
}

/// A demand as a statement: "must be a UUID" becomes "it is a UUID".
fn statement(subject: &str, sentence: &str) -> String {
    for (demand, state) in
        [("must be ", "is "), ("must have ", "has "), ("must match ", "matches "), ("must not ", "does not ")]
    {
        if let Some(rest) = sentence.strip_prefix(demand) {
            return format!("{subject} {state}{rest}");
        }
    }
    format!("{subject} {sentence}")
}

/// What is legal or not for one of the alternatives, for a judge to sort.
pub(crate) fn branch_witnesses(branches: &[Schema]) -> Vec<Witness> {
    let mut witnesses: Vec<Witness> = Vec::new();
    for (index, branch) in branches.iter().enumerate() {
        for constraint in &branch.constraints {
            for mut witness in proposals(constraint, branch) {
                // Two patterns both propose a match: the branch number distinguishes them.
                if witnesses.iter().any(|known| known.about == witness.about && known.value != witness.value)
                {
                    witness.about = format!("{}, alternative {}", witness.about, index + 1);
                }
                witnesses.push(witness);
            }
        }
    }
    witnesses.push(Witness::reject("two words", "two words"));
    witnesses.push(Witness::reject("", "empty"));
    witnesses
}

/// "item" or "items".
fn noun(count: u64, one: &str) -> String {
    if count == 1 { one.to_owned() } else { format!("{one}s") }
}

/// Makes arrays of so many items: all equal, or all different where the schema demands it. None where no item is known.
fn array_of(schema: &Schema) -> Option<impl Fn(usize) -> Value + use<>> {
    let first = schema.items.as_deref().map(samples).unwrap_or_default().into_iter().next()?;
    let differ = has_unique_items(schema);
    Some(move |length| Value::Array(repeated_item(&first, length, differ)))
}

/// The proposals for one constraint on the value of a schema: guesses made near the edges of one rule. Whether a value
/// really breaks that rule and no other is for a judge to say.
#[must_use]
pub fn proposals(constraint: &Constraint, schema: &Schema) -> Vec<Witness> {
    constraint.rule.ask(|keyword| keyword.witnesses(schema))
}

/// Values that are likely to be legal for a schema, the plainest first. Several, so that whoever needs one or more
/// can pick; none of them is promised to be legal.
#[must_use]
pub fn samples(schema: &Schema) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::new();
    if schema.rules().any(|rule| rule.bound().is_some() || matches!(rule, Rule::MultipleOf(_))) {
        values.push(middle(schema));
    }
    for constraint in &schema.constraints {
        let proposals = proposals(constraint, schema);
        let accepted =
            proposals.into_iter().filter(|witness| witness.side == Side::Accept && witness.level.is_none());
        values.extend(accepted.map(|witness| witness.value));
    }
    let kinds = schema.kinds();
    let plain: [Value; 6] = [
        Value::from("a lighthouse at dawn"),
        Value::from(1),
        Value::from(true),
        Value::from(0.5),
        Value::Object(minimal(schema)),
        Value::Array(Vec::new()),
    ];
    let is_text = schema.rules().all(|rule| matches!(rule, Rule::Type(_)) || rule.length().is_some());
    if is_text && kinds == Kinds::STRING {
        values.insert(0, plain[0].clone());
    }
    values.extend(plain.into_iter().filter(|value| kinds.admit(value)));
    values
}

/// An object with its required members alone.
fn minimal(schema: &Schema) -> Map<String, Value> {
    let required = schema.properties.iter().filter(|property| property.required.is_some());
    required
        .filter_map(|property| Some((property.name.clone(), samples(&property.schema).into_iter().next()?)))
        .collect()
}
