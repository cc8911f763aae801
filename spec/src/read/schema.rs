//! JSON Schema to [`Schema`]: every keyword of the dialect, and an error for every other.

use super::{Reader, identifier, keyword};
use crate::diagnostic::Diagnostic;
use crate::model::{Constraint, Level, Property, Schema};
use crate::rule::closed::Closed;
use crate::rule::composite::If;
use crate::rule::dependent::Dependent;
use crate::rule::format::Format;
use crate::rule::items::Items;
use crate::rule::kind::Kinds;
use crate::rule::length::Length;
use crate::rule::literal::Enum;
use crate::rule::pattern::Pattern;
use crate::rule::range::{Edge, Range};
use crate::rule::relation::Relation;
use crate::rule::{End, Rule};
use crate::source::{Member, Node};
use crate::text;
use bigdecimal::{BigDecimal, Zero as _};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Longer sentences, those of long lists and tables, are cut.
const SENTENCE: usize = 600;

/// Where a schema stands: in the model, in the document, in a request.
#[derive(Clone, Default)]
pub(super) struct Place {
    /// Dotted path of the parameter.
    path: String,
    /// JSON pointer within the task's schema.
    location: String,
    /// Steps into a request.
    depth: usize,
    /// A condition inside a composite rule: its parts are no constraints of their own.
    inner: bool,
    /// Documentation of the parameter.
    documentation: Option<String>,
}

impl Place {
    pub(super) fn task(documentation: Option<String>) -> Self {
        Self { documentation, ..Self::default() }
    }

    fn member(&self, name: &str) -> Self {
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        Self {
            path,
            location: format!("{}/properties/{}", self.location, escape(name)),
            depth: self.depth + 1,
            inner: self.inner,
            // A parameter has a place of its own on the page.
            documentation: None,
        }
    }

    /// What is in a list or under a name that nobody declares: documented with the parameter that holds it.
    fn child(&self, keyword: &str, name: &str) -> Self {
        Self {
            location: format!("{}/{keyword}", self.location),
            documentation: self.documentation.clone(),
            ..self.member(name)
        }
    }

    fn condition(&self, keyword: &str) -> Self {
        Self {
            path: String::new(),
            location: format!("{}/{keyword}", self.location),
            inner: true,
            ..self.clone()
        }
    }
}

/// A name as a segment of a JSON pointer.
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The members of a schema that need each other, set aside while the others are read.
#[derive(Default)]
struct Pending<'a> {
    properties: Vec<Member<'a>>,
    required: Vec<String>,
    condition: Option<Node<'a>>,
    then: Option<Node<'a>>,
    otherwise: Option<Node<'a>>,
    closed: Option<Node<'a>>,
    additional: Option<Node<'a>>,
}

impl<'a> Reader<'a> {
    /// Reads a schema and all below it. Errors are kept; what could be read is returned.
    pub(super) fn schema(&mut self, node: Node<'a>, place: &Place) -> Schema {
        let mut schema = Schema {
            path: place.path.clone(),
            documentation: place.documentation.clone(),
            ..Schema::default()
        };
        if !self.admits(node, 1) {
            return schema;
        }
        if node.kind() == "a boolean" {
            if node.boolean() == Ok(false) {
                self.add(&mut schema, place, Rule::Never, "", Level::Badge);
            }
            return schema;
        }
        let Some(members) = self.keep(node.members()) else { return schema };
        let levels = self.levels(&members);
        let mut place = place.clone();
        self.annotations(&members, &mut schema, &mut place);
        let mut pending = Pending::default();
        for member in &members {
            let rules = self.keyword(member, &mut pending, &mut schema, &place);
            for rule in self.keep(rules).unwrap_or_default() {
                let (location, level) = level_of(&levels, member, &rule);
                self.add(&mut schema, &place, rule, &location, level);
            }
        }
        self.object(&pending, &mut schema, &place, &levels);
        self.conditional(&pending, &mut schema, &place);
        self.lift_all_of(&members, &mut schema, &place);
        schema.constraints.sort_by_key(|constraint| constraint.rule.rank());
        self.contradictions(node, &schema);
        if !place.inner {
            self.undeclared(node, &schema);
        }
        schema
    }

    fn levels(&mut self, members: &[Member<'a>]) -> BTreeMap<String, Level> {
        let mut levels = BTreeMap::new();
        let Some(member) = members.iter().find(|member| member.key == "x-levels") else { return levels };
        for entry in self.keep(member.value.members()).unwrap_or_default() {
            let level = self.level(entry.value);
            levels.insert(entry.key, level);
        }
        levels
    }

    fn annotations(&mut self, members: &[Member<'a>], schema: &mut Schema, place: &mut Place) {
        for Member { key, value, .. } in members {
            match key.as_str() {
                "$comment" => drop(self.keep(value.string())),
                "$id" => drop(self.keep(identifier::id(*value))),
                "$schema" => drop(self.keep(identifier::dialect(*value))),
                "deprecated" | "readOnly" | "writeOnly" => drop(self.keep(value.boolean())),
                "examples" => drop(self.keep(value.items())),
                "x-value-count" => drop(self.keep(value.count())),
                "title" => schema.title = self.keep(value.string()),
                "description" => schema.description = self.keep(value.string()),
                "default" => schema.default = self.keep(value.value()),
                "externalDocs" => {
                    let url =
                        self.keep(value.members()).unwrap_or_default().into_iter().find(|m| m.key == "url");
                    place.documentation = url.and_then(|url| self.keep(url.value.string()));
                }
                _ => {}
            }
        }
        if place.documentation.is_none() {
            place.documentation = self.anchor(&place.path);
        }
        schema.documentation.clone_from(&place.documentation);
    }

    /// The rules that one keyword states. Keywords that need others are set aside in `pending`.
    fn keyword(
        &mut self,
        member: &Member<'a>,
        pending: &mut Pending<'a>,
        schema: &mut Schema,
        place: &Place,
    ) -> Result<Vec<Rule>, Diagnostic> {
        let value = member.value;
        let rule = match member.key.as_str() {
            "type" => Rule::Type(Kinds::read(value)?),
            "const" => {
                let constant = value.value()?;
                if !self.admits(value, parts(&constant)) {
                    return Ok(Vec::new());
                }
                Rule::Const(constant)
            }
            "enum" => {
                let values = Enum::read(value)?;
                if !self.admits(value, values.values.iter().map(|one| parts(&one.value)).sum()) {
                    return Ok(Vec::new());
                }
                Rule::Enum(values)
            }
            "minimum" => Rule::Range(Range { edge: Edge::Minimum, bound: value.decimal()? }),
            "maximum" => Rule::Range(Range { edge: Edge::Maximum, bound: value.decimal()? }),
            "exclusiveMinimum" => {
                Rule::Range(Range { edge: Edge::ExclusiveMinimum, bound: value.decimal()? })
            }
            "exclusiveMaximum" => {
                Rule::Range(Range { edge: Edge::ExclusiveMaximum, bound: value.decimal()? })
            }
            "multipleOf" => Rule::MultipleOf(read_step(value)?),
            "minLength" => Rule::Length(Length { end: End::Min, count: value.count()? }),
            "maxLength" => Rule::Length(Length { end: End::Max, count: value.count()? }),
            "minItems" => Rule::Items(Items { end: End::Min, count: value.count()? }),
            "maxItems" => Rule::Items(Items { end: End::Max, count: value.count()? }),
            "format" => Rule::Format(Format::read(value)?),
            "pattern" => match self.pattern(value)? {
                Some(pattern) => Rule::Pattern(pattern),
                None => return Ok(Vec::new()),
            },
            "dependentRequired" => {
                let dependent = Dependent::read(value)?;
                if !self.admits(value, dependent.needs.iter().map(|(_, needs)| 1 + needs.len()).sum()) {
                    return Ok(Vec::new());
                }
                Rule::Dependent(dependent)
            }
            "not" => Rule::Not(Box::new(self.schema(value, &place.condition("not")))),
            "contains" => Rule::Contains(Box::new(self.schema(value, &place.condition("contains")))),
            "anyOf" => Rule::AnyOf(self.branches(value, place, "anyOf")?),
            "oneOf" => match Enum::read_documented(value) {
                Some(values)
                    if !self.admits(value, values.values.iter().map(|one| parts(&one.value)).sum()) =>
                {
                    return Ok(Vec::new());
                }
                Some(values) => Rule::Enum(values),
                None => Rule::OneOf(self.branches(value, place, "oneOf")?),
            },
            "x-unique" => {
                let is_asked = value.boolean()?;
                if place.inner || place.depth != 1 {
                    let help = "it compares whole tasks: put it on a parameter of the task itself";
                    return Err(member.error("`x-unique` on what is no parameter of the task", help));
                }
                return Ok(if is_asked { vec![Rule::Unique] } else { Vec::new() });
            }
            "x-constraints" => {
                let items = value.items()?;
                let items = if self.admits(value, items.len()) { items } else { Vec::new() };
                return items.into_iter().map(|item| Relation::read(item).map(Rule::Relation)).collect();
            }
            "items" => {
                schema.items = Some(Box::new(self.schema(value, &place.child("items", "items"))));
                return Ok(Vec::new());
            }
            other => {
                self.set_aside(other, member, pending)?;
                return Ok(Vec::new());
            }
        };
        Ok(vec![rule])
    }

    /// A pattern, which is compiled once however often it is given; none where the document has too many.
    fn pattern(&mut self, node: Node<'a>) -> Result<Option<Pattern>, Diagnostic> {
        let ecma = node.string()?;
        if let Some(known) = self.patterns.get(&ecma) {
            return Ok(Some(known.clone()));
        }
        if !self.admits(node, 0) {
            return Ok(None);
        }
        // The time to compile one is that of reading many schemas.
        let (pattern, parts) = Pattern::read(node)?;
        if !self.admits(node, parts) {
            return Ok(None);
        }
        self.patterns.insert(ecma, pattern.clone());
        Ok(Some(pattern))
    }

    fn set_aside(
        &mut self,
        keyword: &str,
        member: &Member<'a>,
        pending: &mut Pending<'a>,
    ) -> Result<(), Diagnostic> {
        let value = member.value;
        match keyword {
            "properties" => pending.properties = value.members()?,
            "required" => {
                let items = value.items()?;
                if self.admits(value, items.len()) {
                    pending.required = text::distinct(&items)?;
                }
            }
            "additionalProperties" if value.kind() == "a boolean" => {
                if !value.boolean()? {
                    pending.closed = Some(value);
                }
            }
            "additionalProperties" => pending.additional = Some(value),
            "if" => pending.condition = Some(value),
            "then" => pending.then = Some(value),
            "else" => pending.otherwise = Some(value),
            "allOf" | "x-levels" => {}
            annotation if keyword::ANNOTATIONS.contains(&annotation) => {}
            unknown => {
                // A document with that many errors is nothing that a better word would mend.
                let is_early = self.errors.len() < 100;
                self.report(keyword::unknown(unknown, member, is_early));
            }
        }
        Ok(())
    }

    fn branches(&mut self, node: Node<'a>, place: &Place, keyword: &str) -> Result<Vec<Schema>, Diagnostic> {
        let branches = node.items()?;
        if branches.is_empty() {
            return Err(without_branch(node, keyword));
        }
        Ok(branches.into_iter().map(|branch| self.schema(branch, &place.condition(keyword))).collect())
    }

    fn object(
        &mut self,
        pending: &Pending<'a>,
        schema: &mut Schema,
        place: &Place,
        levels: &BTreeMap<String, Level>,
    ) {
        for member in &pending.properties {
            if !self.admits(member.value, 0) {
                break;
            }
            if text::is_long(&member.key) {
                let (message, help) = text::long_name(&member.key);
                self.report(member.error(message, help));
                continue;
            }
            let child = self.schema(member.value, &place.member(&member.key));
            schema.properties.push(Property {
                name: member.key.clone(),
                declared: true,
                required: None,
                schema: child,
            });
        }
        if pending.closed.is_some() {
            let names = schema.properties.iter().map(|property| property.name.clone()).collect();
            let level = levels.get("additionalProperties").copied().unwrap_or(Level::Badge);
            self.add(schema, place, Rule::Closed(Closed { names }), "/additionalProperties", level);
        }
        if let Some(node) = pending.additional {
            schema.additional = Some(Box::new(self.schema(node, &place.child("additionalProperties", "*"))));
        }
        let declared: HashMap<&str, Node<'a>> =
            pending.properties.iter().map(|member| (member.key.as_str(), member.value)).collect();
        for name in &pending.required {
            if !declared.contains_key(name.as_str()) {
                let path = place.member(name).path;
                let child = Schema { path, documentation: place.documentation.clone(), ..Schema::default() };
                schema.properties.push(Property {
                    name: name.clone(),
                    declared: false,
                    required: None,
                    schema: child,
                });
            }
        }
        let required: HashSet<&str> = pending.required.iter().map(String::as_str).collect();
        for property in &mut schema.properties {
            if !required.contains(property.name.as_str()) {
                continue;
            }
            let declared = declared.get(property.name.as_str());
            let level = declared.map_or(Level::Badge, |value| self.required_level(*value));
            let child = Place {
                documentation: property.schema.documentation.clone(),
                ..place.member(&property.name)
            };
            let location = format!("{}/required", place.location);
            let required = self.constraint(&child, Rule::Required, location, level, place.depth);
            property.required = Some(Constraint { member: Some(property.name.clone()), ..required });
        }
    }

    fn required_level(&mut self, property: Node<'a>) -> Level {
        let members = property.members().unwrap_or_default();
        self.levels(&members).get("required").copied().unwrap_or(Level::Badge)
    }

    fn conditional(&mut self, pending: &Pending<'a>, schema: &mut Schema, place: &Place) {
        // Also what has no effect is read, for its errors.
        let condition = pending.condition.map(|node| self.schema(node, &place.condition("if")));
        let then = pending.then.map(|node| self.schema(node, &place.condition("then")));
        let otherwise = pending.otherwise.map(|node| self.schema(node, &place.condition("else")));
        let branches = [("then", pending.then), ("else", pending.otherwise)];
        let Some(condition) = condition else {
            for (keyword, node) in branches {
                if let Some(node) = node {
                    let message = format!("`{keyword}` without `if` has no effect");
                    self.report(node.error(message, "add `if` or remove it").into_warning());
                }
            }
            return;
        };
        if let (Some(node), true) = (pending.condition, then.is_none() && otherwise.is_none()) {
            let message = "`if` without `then` or `else` has no effect";
            self.report(node.error(message, "add one of them or remove it").into_warning());
            return;
        }
        let rule = If { condition, then, otherwise };
        self.add(schema, place, Rule::If(Box::new(rule)), "/if", Level::Badge);
    }

    /// A branch of `allOf` that holds rules only is the same as these rules one level up.
    fn lift_all_of(&mut self, members: &[Member<'a>], schema: &mut Schema, place: &Place) {
        let Some(member) = members.iter().find(|member| member.key == "allOf") else { return };
        let branches = self.keep(member.value.items());
        if branches.as_ref().is_some_and(Vec::is_empty) {
            self.report(without_branch(member.value, "allOf"));
        }
        for (index, branch) in branches.unwrap_or_default().into_iter().enumerate() {
            let location = format!("{}/allOf/{index}", place.location);
            let lifted = self.schema(
                branch,
                &Place { path: String::new(), location: location.clone(), inner: true, ..place.clone() },
            );
            let only_rules = lifted.properties.is_empty()
                && lifted.items.is_none()
                && lifted.additional.is_none()
                && lifted.rules().all(Rule::is_composite);
            if only_rules {
                let levels = branch.members().map(|members| self.levels(&members)).unwrap_or_default();
                for Constraint { rule, location, .. } in lifted.constraints {
                    let level = levels.get(rule.keyword()).copied().unwrap_or(Level::Badge);
                    let constraint = self.constraint(place, rule, location, level, place.depth);
                    schema.constraints.push(constraint);
                }
            } else {
                let constraint = self.constraint(
                    place,
                    Rule::AllOf(Box::new(lifted)),
                    location,
                    Level::Badge,
                    place.depth,
                );
                schema.constraints.push(constraint);
            }
        }
    }

    fn add(&mut self, schema: &mut Schema, place: &Place, rule: Rule, keyword: &str, level: Level) {
        let location = format!("{}{keyword}", place.location);
        let constraint = self.constraint(place, rule, location, level, place.depth);
        schema.constraints.push(constraint);
    }

    fn constraint(
        &mut self,
        place: &Place,
        rule: Rule,
        location: String,
        level: Level,
        depth: usize,
    ) -> Constraint {
        let id = if place.inner { String::new() } else { self.mint(&place.path, &rule) };
        let expected = text::shorten(&rule.sentence(), SENTENCE);
        let documentation = place.documentation.clone();
        Constraint {
            id,
            member: None,
            parameter: place.path.clone(),
            level,
            rule,
            location,
            depth,
            expected,
            documentation,
        }
    }

    fn contradictions(&mut self, node: Node<'a>, schema: &Schema) {
        if let Some(message) = contradiction(schema) {
            self.report(node.error(message, "correct one of the two: as it stands nothing would be legal"));
        }
    }
}

/// How many values a value is made of, itself included.
fn parts(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(parts).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(parts).sum::<usize>(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 1,
    }
}

fn without_branch(node: Node<'_>, keyword: &str) -> Diagnostic {
    node.error(format!("`{keyword}` without a branch"), "add a branch or remove the keyword")
}

/// The place of the keyword and the level of what it states.
fn level_of(levels: &BTreeMap<String, Level>, member: &Member<'_>, rule: &Rule) -> (String, Level) {
    let named = levels.get(rule.keyword()).or_else(|| levels.get(&member.key));
    (format!("/{}", member.key), named.copied().unwrap_or(Level::Badge))
}

fn read_step(node: Node<'_>) -> Result<BigDecimal, Diagnostic> {
    let step = node.decimal()?;
    if step <= BigDecimal::zero() {
        return Err(node.error("a step must be greater than 0", "write a positive `multipleOf`"));
    }
    Ok(step)
}

/// Two limits of one value that exclude each other.
fn contradiction(schema: &Schema) -> Option<String> {
    let ranges: Vec<&Range> = schema
        .rules()
        .filter_map(|rule| match rule {
            Rule::Range(range) => Some(range),
            _ => None,
        })
        .collect();
    for low in ranges.iter().filter(|range| range.edge.is_lower()) {
        for high in ranges.iter().filter(|range| !range.edge.is_lower()) {
            let touching = low.edge == Edge::Minimum && high.edge == Edge::Maximum;
            if low.bound > high.bound || low.bound == high.bound && !touching {
                let (low_bound, high_bound) = (low.bound.to_plain_string(), high.bound.to_plain_string());
                return Some(format!(
                    "`{}` {low_bound} excludes `{}` {high_bound}",
                    low.edge.keyword(),
                    high.edge.keyword()
                ));
            }
        }
    }
    let (mut lengths, mut items) = ([None, None], [None, None]);
    for rule in schema.rules() {
        match rule {
            Rule::Length(length) => lengths[length.end as usize] = Some(length.count),
            Rule::Items(count) => items[count.end as usize] = Some(count.count),
            _ => {}
        }
    }
    for (name, ends) in [("Length", lengths), ("Items", items)] {
        if let [Some(min), Some(max)] = ends
            && min > max
        {
            return Some(format!("`min{name}` {min} excludes `max{name}` {max}"));
        }
    }
    None
}
