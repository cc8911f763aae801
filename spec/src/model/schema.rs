//! The tree of schemas that a task is.

use super::{Constraint, Kinds, ParameterPath, Rule};
use serde_json::Value;

/// One JSON Schema of the task's tree.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// Dotted path of the parameter; empty for the task, `items` for the items of an array.
    pub path: ParameterPath,
    /// Name for people.
    pub title: Option<String>,
    /// Prose.
    pub description: Option<String>,
    /// The documented default: never sent.
    pub default: Option<Value>,
    /// The page and anchor that document the parameter.
    pub documentation: Option<String>,
    /// What the value itself must satisfy, in the order of checking.
    pub constraints: Vec<Constraint>,
    /// The members of an object, in the order of the document.
    pub properties: Vec<Property>,
    /// The schema of every item of an array.
    pub items: Option<Box<Schema>>,
    /// The schema of members that are not declared, where it is one.
    pub additional: Option<Box<Schema>>,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Property {
    /// The name on the wire.
    pub name: String,
    /// Whether `properties` declares it, or only `required` names it.
    pub declared: bool,
    /// The constraint that it be present.
    pub required: Option<Constraint>,
    /// What its value must be.
    pub schema: Schema,
}

impl Schema {
    /// The last part of the path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.last()
    }

    /// The JSON types that the value may have.
    #[must_use]
    pub fn kinds(&self) -> Kinds {
        self.rules()
            .find_map(|rule| match rule {
                Rule::Type(kinds) => Some(*kinds),
                _ => None,
            })
            .unwrap_or(Kinds::ANY)
    }

    /// The rules on the value itself.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.constraints.iter().map(|constraint| &constraint.rule)
    }

    /// Whether undeclared names are refused.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.rules().any(|rule| matches!(rule, Rule::AdditionalProperties(_)))
    }

    /// The member of that name.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// Whether `properties` has that name.
    #[must_use]
    pub fn declares(&self, name: &str) -> bool {
        self.property(name).is_some_and(|property| property.declared)
    }

    /// The schema at a dotted path below this one; `items` steps into an array.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Schema> {
        if path.is_empty() {
            return Some(self);
        }
        let mut schema = self;
        for name in path.split('.') {
            schema = match (schema.property(name), &schema.items) {
                (Some(property), _) => &property.schema,
                (None, Some(items)) if name == "items" => items,
                _ => return None,
            };
        }
        Some(schema)
    }

    /// The same, to be changed.
    pub(crate) fn at_mut(&mut self, path: &str) -> Option<&mut Schema> {
        let mut schema = self;
        for name in path.split('.').filter(|name| !name.is_empty()) {
            let place = schema.properties.iter().position(|property| property.name == name);
            schema = match (place, name) {
                (Some(place), _) => &mut schema.properties[place].schema,
                (None, "items") => schema.items.as_deref_mut()?,
                _ => return None,
            };
        }
        Some(schema)
    }

    /// This schema and every one below it that a request can reach, parents first.
    #[must_use]
    pub fn tree(&self) -> Vec<&Schema> {
        let mut all = vec![self];
        let children = self.properties.iter().map(|property| &property.schema);
        for child in children.chain(self.items.as_deref()).chain(self.additional.as_deref()) {
            all.extend(child.tree());
        }
        all
    }

    /// Every constraint of this tree, in the order of the document.
    #[must_use]
    pub fn all_constraints(&self) -> Vec<&Constraint> {
        let mut all = Vec::new();
        self.collect_constraints(&mut all);
        all
    }

    fn collect_constraints<'s>(&'s self, all: &mut Vec<&'s Constraint>) {
        all.extend(&self.constraints);
        for property in &self.properties {
            all.extend(&property.required);
            property.schema.collect_constraints(all);
        }
        for child in self.items.iter().chain(&self.additional) {
            child.collect_constraints(all);
        }
    }
}
