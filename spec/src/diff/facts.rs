//! What is known of a value: the schemas that it satisfies and those that it does not.

use super::languages::{self, Answer};
use super::numbers::Numbers;
use crate::admits;
use crate::model::{
    Constraint, ConstraintId, Count, End, Format, JsonPointer, Kinds, Level, ParameterPath, Property, Rule,
    Schema,
};
use bigdecimal::BigDecimal;
use serde_json::{Map, Value};

/// Schemas that a value satisfies, and schemas that it does not.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts<'a> {
    pub(super) holds: Vec<&'a Schema>,
    pub(super) fails: Vec<&'a Schema>,
    /// Alternatives that have been looked into.
    pub(super) resolved: Vec<&'a Rule>,
}

impl<'a> Facts<'a> {
    pub(super) fn of(schema: &'a Schema) -> Self {
        Self::default().and(schema)
    }

    /// The same, and the value satisfies one schema more.
    pub(super) fn and(&self, schema: &'a Schema) -> Self {
        let mut facts = self.clone();
        facts.add(schema);
        facts
    }

    /// The same, and the value does not satisfy the schema.
    pub(super) fn but_not(&self, schema: &'a Schema) -> Self {
        let mut facts = self.clone();
        facts.exclude(schema);
        facts
    }

    fn add(&mut self, schema: &'a Schema) {
        self.holds.push(schema);
        for rule in schema.rules() {
            match rule {
                Rule::AllOf(inner) => self.add(inner),
                Rule::Not(inner) => self.exclude(inner),
                _ => {}
            }
        }
    }

    fn exclude(&mut self, schema: &'a Schema) {
        match only_rule(schema) {
            Some(Rule::Not(inner)) => self.add(inner),
            Some(Rule::AnyOf(branches)) => branches.iter().for_each(|branch| self.exclude(branch)),
            _ => self.fails.push(schema),
        }
    }

    /// What is known of a member, where the object has it; none where it cannot.
    pub(super) fn property(&self, name: &str) -> Option<Self> {
        let mut facts = Self::default();
        for schema in &self.holds {
            match (schema.property(name), &schema.additional) {
                (Some(property), _) if property.declared => facts.add(&property.schema),
                (_, Some(additional)) => facts.add(additional),
                _ if closes(schema, Some(name)) => return None,
                _ => {}
            }
        }
        for schema in &self.fails {
            // The member is there, so that what fails is what is said of its value.
            if let ([property], []) = (schema.properties.as_slice(), schema.constraints.as_slice())
                && property.name == name
                && property.declared
                && schema.additional.is_none()
                && schema.items.is_none()
                && self.is_object()
            {
                facts.exclude(&property.schema);
            }
        }
        Some(facts)
    }

    /// What is known of each item of an array.
    pub(super) fn items(&self) -> Self {
        let mut facts = Self::default();
        for items in self.holds.iter().filter_map(|schema| schema.items.as_deref()) {
            facts.add(items);
        }
        for failed in &self.fails {
            if let Some(Rule::Contains(inner)) = only_rule(failed) {
                facts.exclude(inner);
            }
        }
        facts
    }

    /// What is known of a member that no schema declares; none where there can be no such member.
    pub(super) fn stranger(&self) -> Option<Self> {
        let mut facts = Self::default();
        for schema in &self.holds {
            match &schema.additional {
                Some(additional) => facts.add(additional),
                None if closes(schema, None) => return None,
                None => {}
            }
        }
        Some(facts)
    }

    /// The names that some schema declares.
    pub(super) fn names(&self) -> Vec<&'a str> {
        let mut names = Vec::new();
        for property in self.holds.iter().flat_map(|schema| &schema.properties) {
            if !names.contains(&property.name.as_str()) {
                names.push(property.name.as_str());
            }
        }
        names
    }

    pub(super) fn is_closed(&self) -> bool {
        self.holds.iter().any(|schema| closes(schema, None))
    }

    /// Whether the value is an object and nothing else.
    pub(super) fn is_object(&self) -> bool {
        self.profile().kinds == Kinds::OBJECT.bits()
    }

    pub(super) fn rules(&self) -> impl Iterator<Item = &'a Rule> {
        self.holds.iter().flat_map(|schema| schema.rules())
    }

    /// What the facts come to for each JSON type.
    pub(super) fn profile(&self) -> Profile<'a> {
        Profile::of(self)
    }
}

/// Whether the rules of a schema leave no room for a member of that name, or of any that none of them names.
fn closes(schema: &Schema, name: Option<&str>) -> bool {
    schema.rules().any(|rule| match rule {
        Rule::AdditionalProperties(_) => true,
        Rule::UnevaluatedProperties(known) => {
            name.map_or(known.patterns.is_empty(), |name| !known.knows(name))
        }
        _ => false,
    })
}

/// The one rule of a schema that states nothing else.
fn only_rule(schema: &Schema) -> Option<&Rule> {
    match schema.constraints.as_slice() {
        [only] if schema.properties.is_empty() && schema.items.is_none() && schema.additional.is_none() => {
            Some(&only.rule)
        }
        _ => None,
    }
}

/// An object that has one member, whatever else.
pub(super) fn object_having(name: &str) -> Schema {
    Schema { constraints: vec![unnamed(Rule::Type(Kinds::OBJECT))], ..having(name) }
}

/// Values of some types, whatever else.
pub(super) fn of_kind(kinds: Kinds) -> Schema {
    only(Rule::Type(kinds))
}

/// A schema of one rule.
pub(super) fn only(rule: Rule) -> Schema {
    Schema { constraints: vec![unnamed(rule)], ..Schema::default() }
}

/// A constraint that no document states.
fn unnamed(rule: Rule) -> Constraint {
    Constraint {
        id: ConstraintId::default(),
        parameter: ParameterPath::task(),
        member: None,
        level: Level::Unstated,
        expected: rule.sentence(),
        rule,
        location: JsonPointer::default(),
        depth: 0,
        documentation: None,
    }
}

/// A schema that demands one member and nothing else.
pub(super) fn having(name: &str) -> Schema {
    let required = Constraint { member: Some(name.to_owned()), ..unnamed(Rule::Required) };
    Schema {
        properties: vec![Property {
            name: name.to_owned(),
            declared: false,
            required: Some(required),
            schema: Schema::default(),
        }],
        ..Schema::default()
    }
}

const UUID: &str = r"\A[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\z";
const UUID4: &str =
    r"\A[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}\z";

const FRACTION: u8 = 8;
const WHOLE: u8 = 4;

/// The types with `number` as what it holds: whole numbers, and those with a fraction.
pub(super) fn spread(kinds: Kinds) -> u8 {
    let bits = kinds.bits();
    if bits & Kinds::NUMBER.bits() == 0 { bits } else { bits | WHOLE | FRACTION }
}

/// A number of characters or items.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    pub(super) least: u64,
    pub(super) most: Option<u64>,
}

impl Span {
    fn narrow(&mut self, Count { end, count }: Count) {
        match end {
            End::Min => self.least = self.least.max(count),
            End::Max => self.most = Some(self.most.map_or(count, |most| most.min(count))),
        }
    }

    fn is_empty(self) -> bool {
        self.most.is_some_and(|most| most < self.least)
    }

    /// The texts of such a length, as a pattern; none where it would be a long one.
    fn pattern(self) -> Option<String> {
        const MAX_COUNT: u64 = 100;
        let Self { least, most } = self;
        if most.unwrap_or(least) > MAX_COUNT || least == 0 && most.is_none() {
            return None;
        }
        let most = most.map_or_else(String::new, |most| most.max(least).to_string());
        Some(format!(r"\A(?s:.){{{least},{most}}}\z"))
    }

    pub(super) fn is_within(self, Count { end, count }: Count) -> bool {
        match end {
            End::Min => self.least >= count,
            End::Max => self.most.is_some_and(|most| most <= count),
        }
    }
}

/// What is left of each JSON type.
#[derive(Debug)]
pub(super) struct Profile<'a> {
    /// The types that are possible, as spread by [`spread`].
    pub(super) kinds: u8,
    /// All possible values, where they can be listed.
    pub(super) values: Option<Vec<Value>>,
    pub(super) numbers: Numbers,
    pub(super) length: Span,
    pub(super) items: Span,
    pub(super) formats: Vec<Format>,
    pub(super) patterns: Vec<&'a str>,
}

impl<'a> Profile<'a> {
    fn of(facts: &Facts<'a>) -> Self {
        let mut profile = Self {
            kinds: spread(Kinds::ANY),
            values: None,
            numbers: Numbers::default(),
            length: Span::default(),
            items: Span::default(),
            formats: Vec::new(),
            patterns: Vec::new(),
        };
        let mut listed: Option<Vec<Value>> = None;
        for rule in facts.rules() {
            if let Some(bound) = rule.bound() {
                profile.numbers.within(bound);
            }
            if let Some(count) = rule.length() {
                profile.length.narrow(count);
            }
            if let Some(count) = rule.items() {
                profile.items.narrow(count);
            }
            match rule {
                Rule::Type(kinds) => profile.kinds &= spread(*kinds),
                Rule::False => profile.kinds = 0,
                Rule::MultipleOf(step) => profile.numbers.multiples(step),
                Rule::Format(format) => profile.formats.push(*format),
                Rule::Pattern(pattern) => profile.patterns.push(&pattern.rust),
                Rule::Contains(_) => profile.items.narrow(Count { end: End::Min, count: 1 }),
                Rule::Const(value) => {
                    listed.get_or_insert_with(|| vec![value.clone()]);
                }
                Rule::Enum(list) => {
                    listed.get_or_insert_with(|| list.values.iter().map(|one| one.value.clone()).collect());
                }
                _ => {}
            }
        }
        facts.fails.iter().filter_map(|failed| only_rule(failed)).for_each(|rule| profile.deny(rule));
        if profile.formats.iter().any(|format| matches!(format, Format::Uuid | Format::Uuid4)) {
            profile.length.narrow(Count { end: End::Min, count: 36 });
            profile.length.narrow(Count { end: End::Max, count: 36 });
        }
        profile.empty_kinds();
        profile.values = listed.or_else(|| profile.list(facts)).map(|values| {
            let possible = |value: &Value| {
                facts.holds.iter().all(|schema| admits::schema(schema, value) != Some(false))
                    && facts.fails.iter().all(|schema| admits::schema(schema, value) != Some(true))
            };
            values.into_iter().filter(possible).collect()
        });
        if profile.values.as_ref().is_some_and(Vec::is_empty) {
            profile.kinds = 0;
        }
        profile
    }

    /// What is left where a rule does not hold: values of the types that the rule is about, on its other side.
    fn deny(&mut self, rule: &Rule) {
        if let Rule::Type(kinds) = rule {
            self.kinds &= !spread(*kinds);
        }
        if let Some(bound) = rule.bound() {
            self.kinds &= spread(Kinds::NUMBER);
            self.numbers.within(bound.opposite());
        }
        for (count, kinds, span) in
            [(rule.length(), Kinds::STRING, &mut self.length), (rule.items(), Kinds::ARRAY, &mut self.items)]
        {
            let Some(Count { end, count }) = count else { continue };
            self.kinds &= kinds.bits();
            match (end, count.checked_sub(1)) {
                (End::Min, Some(most)) => span.narrow(Count { end: End::Max, count: most }),
                // Nothing has fewer than none.
                (End::Min, None) => self.kinds = 0,
                (End::Max, _) => span.narrow(Count { end: End::Min, count: count.saturating_add(1) }),
            }
        }
        if let Rule::Contains(_) = rule {
            self.kinds &= Kinds::ARRAY.bits();
        }
    }

    /// Takes out the types of which nothing is left.
    fn empty_kinds(&mut self) {
        if self.kinds & FRACTION == 0 {
            self.numbers.whole();
        } else if self.numbers.is_whole() {
            self.kinds &= !FRACTION;
        }
        self.numbers.snap();
        if self.numbers.is_empty() {
            self.kinds &= !(WHOLE | FRACTION);
        }
        if self.length.is_empty() {
            self.kinds &= !Kinds::STRING.bits();
        }
        if self.items.is_empty() {
            self.kinds &= !Kinds::ARRAY.bits();
        }
    }

    /// Every value, where there are few.
    fn list(&self, facts: &Facts<'_>) -> Option<Vec<Value>> {
        let mut values = Vec::new();
        if self.has(Kinds::NULL) {
            values.push(Value::Null);
        }
        if self.has(Kinds::BOOLEAN) {
            values.extend([Value::from(false), Value::from(true)]);
        }
        if self.has(Kinds::NUMBER) {
            values.extend(self.numbers.list()?);
        }
        if self.has(Kinds::STRING) {
            (self.length.most == Some(0)).then(|| values.push(Value::from("")))?;
        }
        if self.has(Kinds::ARRAY) {
            (self.items.most == Some(0)).then(|| values.push(Value::Array(Vec::new())))?;
        }
        if self.has(Kinds::OBJECT) {
            let is_bare = facts.is_closed() && facts.names().is_empty();
            is_bare.then(|| values.push(Value::Object(Map::new())))?;
        }
        Some(values)
    }

    /// The least and the greatest number, each where there is one.
    pub(super) fn limits(&self) -> (Option<BigDecimal>, Option<BigDecimal>) {
        match (&self.values, self.ends()) {
            (Some(_), None) => (None, None),
            (_, Some((low, high))) => (Some(low), Some(high)),
            (None, None) => self.numbers.limits(),
        }
    }

    /// The least and the greatest number that is possible.
    pub(super) fn ends(&self) -> Option<(BigDecimal, BigDecimal)> {
        match &self.values {
            None => self.numbers.ends().map(|(low, high)| (low.clone(), high.clone())),
            Some(values) => {
                let numbers: Vec<BigDecimal> = values.iter().filter_map(crate::model::exact).collect();
                Some((numbers.iter().min()?.clone(), numbers.iter().max()?.clone()))
            }
        }
    }

    /// Whether every text that is possible matches a pattern.
    pub(super) fn matches(&self, goal: &str) -> bool {
        let known = self.texts();
        !known.is_empty()
            && (known.iter().any(|one| one == goal) || languages::compare(&known, goal) == Answer::Within)
    }

    /// Patterns that every text that is possible matches: its own, and those of its formats and of its length.
    pub(super) fn texts(&self) -> Vec<String> {
        let of_format = |format: &Format| match format {
            Format::Uuid => Some(UUID.to_owned()),
            Format::Uuid4 => Some(UUID4.to_owned()),
            Format::Uri => None,
        };
        let own = self.patterns.iter().map(|pattern| (*pattern).to_owned());
        own.chain(self.formats.iter().filter_map(of_format)).chain(self.length.pattern()).collect()
    }

    /// Whether values of one of the types are possible; whole numbers are numbers.
    pub(super) fn has(&self, kinds: Kinds) -> bool {
        self.kinds & spread(kinds) != 0
    }
}
