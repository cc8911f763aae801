//! JSON Schema to [`Schema`]: every keyword of the dialect, and an error for every other.

use super::{Reader, contradiction, identifier, image, keyword};
use crate::document::{Diagnostic, Member, Node, Severity, text};
use crate::model::{
    Constraint, ConstraintId, ImageRange, JsonPointer, Level, ParameterPath, Pattern, Property, Rule, Schema,
};
use crate::rule::{self, Additional, Scope};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Longer sentences, those of long lists and tables, are cut.
const SENTENCE: usize = 600;

/// Where a schema stands: in the model, in the document, in a request.
#[derive(Clone, Default)]
pub(super) struct Place {
    /// The parameter.
    path: ParameterPath,
    /// The place within the task's schema.
    location: JsonPointer,
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
        Self {
            path: self.path.join(name),
            location: self.location.join("properties").join(name),
            depth: self.depth + 1,
            inner: self.inner,
            // A parameter has a place of its own on the page.
            documentation: None,
        }
    }

    /// What is in a list or under a name that nobody declares: documented with the parameter that holds it.
    fn child(&self, keyword: &str, name: &str) -> Self {
        Self {
            location: self.location.join(keyword),
            documentation: self.documentation.clone(),
            ..self.member(name)
        }
    }

    fn condition(&self, keyword: &str) -> Self {
        Self {
            path: ParameterPath::task(),
            location: self.location.then(&format!("/{keyword}")),
            inner: true,
            ..self.clone()
        }
    }
}

/// The members of a schema that need each other, set aside while the others are read.
#[derive(Default)]
struct Pending<'a> {
    properties: Vec<Member<'a>>,
    required: Vec<String>,
    condition: Option<Node<'a>>,
    then: Option<Node<'a>>,
    otherwise: Option<Node<'a>>,
    additional: Option<Additional<'a>>,
    patterns: Option<Member<'a>>,
    unevaluated: Option<Member<'a>>,
    items: Option<Node<'a>>,
    prefix_items: Option<Member<'a>>,
}

/// A keyword of a schema that is being read.
struct Standing<'r, 'a> {
    reader: &'r mut Reader<'a>,
    place: &'r Place,
}

impl<'a> Scope<'a> for Standing<'_, 'a> {
    fn condition(&mut self, node: Node<'a>, keyword: &str) -> Schema {
        self.reader.schema(node, &self.place.condition(keyword))
    }

    fn admits(&mut self, node: Node<'a>, parts: usize) -> bool {
        self.reader.admits(node, parts)
    }

    fn image(
        &mut self,
        node: Node<'a>,
        (parameter, range, is_of_each): (ParameterPath, ImageRange, bool),
    ) -> Result<(), Diagnostic> {
        let Place { path, location, inner, .. } = self.place;
        if *inner {
            let help = "state the rule outside of conditions and of `allOf`";
            return Err(node.outside(node.error("a rule about images within a condition", help)));
        }
        self.reader.images.push(image::Stated {
            node,
            parameter: path.join(&parameter),
            range,
            is_of_each,
            level: Level::Badge,
            location: location.join("x-constraints"),
        });
        Ok(())
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.reader.report(diagnostic);
    }

    fn is_parameter_of_task(&self) -> bool {
        !self.place.inner && self.place.depth == 1
    }

    fn patterns(&mut self) -> &mut HashMap<String, Pattern> {
        &mut self.reader.patterns
    }
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
        if let Some(rules) = rule::read_boolean(node) {
            for rule in self.keep(rules).unwrap_or_default() {
                self.add(&mut schema, place, rule, "", Level::Badge);
            }
            return schema;
        }
        let Some(members) = self.keep(node.members()) else { return schema };
        let levels = self.levels(&members);
        let mut place = place.clone();
        self.annotations(&members, &mut schema, &mut place);
        let mut pending = Pending::default();
        let images = self.images.len();
        for member in &members {
            let rules = self.keyword(member, &mut pending, &place);
            for rule in self.keep(rules).unwrap_or_default() {
                let (location, level) = level_of(&levels, member, &rule);
                self.add(&mut schema, &place, rule, &location, level);
            }
        }
        self.image_levels(images, &levels);
        self.array(&pending, &mut schema, &place, &levels);
        self.object(&pending, &mut schema, &place, &levels);
        self.unevaluated(&pending, node, &mut schema, &place, &levels);
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
        place: &Place,
    ) -> Result<Vec<Rule>, Diagnostic> {
        if let Some(read) = rule::reader(&member.key) {
            return read(member, &mut Standing { reader: self, place });
        }
        self.set_aside(member, pending, place)?;
        Ok(Vec::new())
    }

    fn set_aside(
        &mut self,
        member: &Member<'a>,
        pending: &mut Pending<'a>,
        place: &Place,
    ) -> Result<(), Diagnostic> {
        let value = member.value;
        match member.key.as_str() {
            "properties" => pending.properties = value.members()?,
            "required" => {
                pending.required = rule::read_required(member, &mut Standing { reader: self, place })?;
            }
            "items" => pending.items = Some(value),
            "prefixItems" => pending.prefix_items = Some(member.clone()),
            "unevaluatedProperties" => pending.unevaluated = Some(member.clone()),
            "patternProperties" => pending.patterns = Some(member.clone()),
            "additionalProperties" => pending.additional = Some(rule::read_additional_properties(member)?),
            "if" => pending.condition = Some(value),
            "then" => pending.then = Some(value),
            "else" => pending.otherwise = Some(value),
            "allOf" | "x-levels" => {}
            definitions if keyword::DEFINITIONS.contains(&definitions) => self.definitions(value),
            annotation if keyword::ANNOTATIONS.contains(&annotation) => {}
            unknown => {
                // A document with that many errors is nothing that a better message would fix.
                let is_early = self.errors.len() < 100;
                self.report(keyword::unknown(unknown, member, is_early));
            }
        }
        Ok(())
    }

    /// What the items of an array are.
    fn array(
        &mut self,
        pending: &Pending<'a>,
        schema: &mut Schema,
        place: &Place,
        levels: &BTreeMap<String, Level>,
    ) {
        if let Some(member) = &pending.prefix_items {
            let mut scope = Standing { reader: self, place };
            let rule = rule::read_prefix_items(member, pending.items, &mut scope);
            if let Some(rule) = self.keep(rule) {
                let level = levels.get("prefixItems").copied().unwrap_or(Level::Badge);
                self.add(schema, place, rule, "/prefixItems", level);
            }
        } else if let Some(items) = pending.items {
            schema.items = Some(Box::new(self.schema(items, &place.child("items", "items"))));
        }
    }

    /// Schemas that are kept for references. Read where they are used, they are read here for their errors alone.
    fn definitions(&mut self, node: Node<'a>) {
        let (ids, images, parts) = (std::mem::take(&mut self.ids), self.images.len(), self.parts);
        for Member { value, .. } in self.keep(node.members()).unwrap_or_default() {
            let known = self.errors.len();
            self.schema(value, &Place::default());
            let found = self.errors.split_off(known);
            self.errors.extend(found.into_iter().filter(|one| one.severity == Severity::Error));
        }
        self.images.truncate(images);
        (self.ids, self.parts) = (ids, parts);
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
        self.additional(pending, schema, place, levels);
        self.required(pending, schema, place);
    }

    /// What members may be that nothing declares.
    fn additional(
        &mut self,
        pending: &Pending<'a>,
        schema: &mut Schema,
        place: &Place,
        levels: &BTreeMap<String, Level>,
    ) {
        let level = |keyword: &str| levels.get(keyword).copied().unwrap_or(Level::Badge);
        if let Some(member) = &pending.patterns {
            let mut scope = Standing { reader: self, place };
            let rule =
                rule::read_pattern_properties(member, &schema.properties, pending.additional, &mut scope);
            if let Some(rule) = self.keep(rule).flatten() {
                self.add(schema, place, rule, "/patternProperties", level("patternProperties"));
                return;
            }
        }
        if let Some(Additional::Closed(_)) = pending.additional {
            let names = schema.properties.iter().map(|property| property.name.clone()).collect();
            let rule = Rule::AdditionalProperties(names);
            self.add(schema, place, rule, "/additionalProperties", level("additionalProperties"));
        }
        if let Some(Additional::Schema(node)) = pending.additional {
            schema.additional = Some(Box::new(self.schema(node, &place.child("additionalProperties", "*"))));
        }
    }

    /// That an object has no members but those that the schema and its `allOf` know.
    fn unevaluated(
        &mut self,
        pending: &Pending<'a>,
        node: Node<'a>,
        schema: &mut Schema,
        place: &Place,
        levels: &BTreeMap<String, Level>,
    ) {
        let Some(member) = &pending.unevaluated else { return };
        let mut scope = Standing { reader: self, place };
        let rule = rule::read_unevaluated_properties(member, node, &mut scope);
        if let Some(rule) = self.keep(rule).flatten() {
            let level = levels.get("unevaluatedProperties").copied().unwrap_or(Level::Badge);
            self.add(schema, place, rule, "/unevaluatedProperties", level);
        }
    }

    /// Marks the members that are required; those that nothing declares become members, too.
    fn required(&mut self, pending: &Pending<'a>, schema: &mut Schema, place: &Place) {
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
            let location = place.location.join("required");
            let required = self.constraint(&child, Rule::Required, location, level, place.depth);
            property.required = Some(Constraint { member: Some(property.name.clone()), ..required });
        }
    }

    fn required_level(&mut self, property: Node<'a>) -> Level {
        let members = property.members().unwrap_or_default();
        self.levels(&members).get("required").copied().unwrap_or(Level::Badge)
    }

    fn conditional(&mut self, pending: &Pending<'a>, schema: &mut Schema, place: &Place) {
        let mut scope = Standing { reader: self, place };
        let rule = rule::read_if(pending.condition, pending.then, pending.otherwise, &mut scope);
        if let Some(rule) = rule {
            self.add(schema, place, rule, "/if", Level::Badge);
        }
    }

    /// A branch of `allOf` that holds rules only is the same as these rules one level up.
    fn lift_all_of(&mut self, members: &[Member<'a>], schema: &mut Schema, place: &Place) {
        let Some(member) = members.iter().find(|member| member.key == "allOf") else { return };
        let branches = rule::read_all_of(member, &mut Standing { reader: self, place });
        let branches = self.keep(branches).unwrap_or_default();
        for (index, (branch, lifted)) in branches.into_iter().enumerate() {
            let location = place.location.join("allOf").join(&index.to_string());
            if rule::is_lifted(&lifted) {
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
        let location = place.location.then(keyword);
        let constraint = self.constraint(place, rule, location, level, place.depth);
        schema.constraints.push(constraint);
    }

    fn constraint(
        &mut self,
        place: &Place,
        mut rule: Rule,
        location: JsonPointer,
        level: Level,
        depth: usize,
    ) -> Constraint {
        // A condition inside another is worded with that one.
        if !place.inner {
            rule::word(&mut rule);
        }
        let id = if place.inner { ConstraintId::default() } else { self.mint(&place.path, &rule) };
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
        if let Some(message) = contradiction::of(schema) {
            self.report(node.error(message, "correct one of the two: as it stands nothing would be legal"));
        }
    }
}

/// The place of the keyword and the level of what it states.
fn level_of(levels: &BTreeMap<String, Level>, member: &Member<'_>, rule: &Rule) -> (String, Level) {
    let named = levels.get(rule.keyword()).or_else(|| levels.get(&member.key));
    (format!("/{}", member.key), named.copied().unwrap_or(Level::Badge))
}
