//! A Rust type for every schema, and a name for everything, decided before anything is written.

use crate::docs;
use crate::names::{Scope, shouty, snake, type_name};
use airspec_spec::model::{Bound, Constraint, Format, Kinds, Model, Property, Rule, Schema};
use bigdecimal::ToPrimitive as _;
use proc_macro2::Ident;
use serde_json::Value;
use std::collections::HashMap;

/// The Rust type that holds the values of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A generated struct, by its place in the plan.
    Struct(usize),
    /// A generated enum, by its place in the plan.
    Enum(usize),
    /// `String`
    Text,
    /// `Uuid`
    Uuid,
    /// An integer type that holds the whole range.
    Integer(Width),
    /// `f64`
    Number,
    /// A number of any size.
    Real,
    /// `bool`
    Boolean,
    /// `Vec`
    List(Box<Shape>),
    /// `serde_json::Value`: values that no Rust type describes.
    Json,
}

/// Integer types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    U32,
    U64,
    I64,
    /// Without a bound.
    Any,
}

/// A struct to be written.
#[derive(Debug)]
pub(crate) struct Struct<'a> {
    pub(crate) ident: Ident,
    pub(crate) schema: &'a Schema,
    pub(crate) fields: Vec<Field<'a>>,
    /// Keeps members that are not declared.
    pub(crate) other: Option<Ident>,
    /// The struct of its required members, if it has any.
    pub(crate) required: Option<Ident>,
}

/// A field of a struct, for one parameter.
#[derive(Debug)]
pub(crate) struct Field<'a> {
    pub(crate) ident: Ident,
    pub(crate) property: &'a Property,
    pub(crate) shape: Shape,
}

/// An enum to be written.
#[derive(Debug)]
pub(crate) struct Enum<'a> {
    pub(crate) ident: Ident,
    pub(crate) schema: &'a Schema,
    pub(crate) variants: Vec<Variant<'a>>,
}

/// A variant of an enum, for one value.
#[derive(Debug)]
pub(crate) struct Variant<'a> {
    pub(crate) ident: Ident,
    pub(crate) value: &'a Value,
    pub(crate) title: Option<&'a str>,
    pub(crate) description: Option<&'a str>,
}

/// Everything that will be written; the request is the last struct.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) structs: Vec<Struct<'a>>,
    pub(crate) enums: Vec<Enum<'a>>,
    /// The static of each constraint, by id.
    constraints: HashMap<&'a str, Ident>,
    types: Scope,
    /// The parameter that identifies tasks, for which a random UUID is generated.
    identity: Option<&'a str>,
    /// What the spec states and nothing checks, for the documentation.
    pub(crate) unchecked: Option<String>,
}

/// Types that every module has of its own or imports, and what Rust has in scope everywhere: a type of one of these
/// names would hide what generated code or its users mean.
const RESERVED: &str = "Request Required RequestBuilder \
    AsNode At Closed Deserialize Integer Key Literal Map Node Object Probe Real Serialize Task Uuid Valid Value Violations \
    Option Some None Result Ok Err Vec String Box ToString ToOwned Clone Copy Send Sync Sized Drop Fn FnMut FnOnce \
    AsyncFn AsyncFnMut AsyncFnOnce Iterator IntoIterator Extend DoubleEndedIterator ExactSizeIterator FromIterator \
    Default From Into TryFrom TryInto AsRef AsMut PartialEq Eq PartialOrd Ord Debug Hash Future IntoFuture";

impl<'a> Plan<'a> {
    pub(crate) fn new(model: &'a Model) -> Self {
        let mut constants = Scope::with("ALL");
        let constraints = model
            .constraints()
            .into_iter()
            .map(|constraint| {
                (constraint.id.as_str(), constants.mint(&[shouty(&constraint.id.replace('+', "."))]))
            })
            .collect();
        let mut plan = Self {
            structs: Vec::new(),
            enums: Vec::new(),
            constraints,
            unchecked: docs::unchecked(model),
            types: Scope::with(RESERVED),
            identity: model.unique().map(|constraint| constraint.parameter.as_str()),
        };
        plan.object(&model.task, quote::format_ident!("Request"));
        plan
    }

    /// The request itself.
    pub(crate) fn request(&self) -> &Struct<'a> {
        self.structs.last().expect("the request is always planned")
    }

    /// The struct and the field that hold a struct, or a list of it.
    pub(crate) fn holder(&self, one: &Struct<'_>) -> Option<(&Struct<'a>, &Field<'a>)> {
        let holds = |shape: &Shape| {
            let mut shape = shape;
            while let Shape::List(item) = shape {
                shape = item;
            }
            matches!(shape, Shape::Struct(index) if self.structs[*index].ident == one.ident)
        };
        self.structs.iter().find_map(|holder| {
            let field = holder.fields.iter().find(|field| holds(&field.shape));
            field.map(|field| (holder, field))
        })
    }

    /// The name of the constraint's static.
    pub(crate) fn constraint(&self, constraint: &Constraint) -> &Ident {
        &self.constraints[constraint.id.as_str()]
    }

    /// Whether the type keeps JSON as it came, which the quick reading does not look into.
    pub(crate) fn keeps_json(&self) -> bool {
        fn is_json(shape: &Shape) -> bool {
            match shape {
                Shape::Json => true,
                Shape::List(item) => is_json(item),
                Shape::Struct(_)
                | Shape::Enum(_)
                | Shape::Text
                | Shape::Uuid
                | Shape::Integer(_)
                | Shape::Number
                | Shape::Real
                | Shape::Boolean => false,
            }
        }
        self.structs
            .iter()
            .any(|one| one.other.is_some() || one.fields.iter().any(|field| is_json(&field.shape)))
    }

    fn object(&mut self, schema: &'a Schema, ident: Ident) -> usize {
        let mut scope = Scope::default();
        let mut fields = Vec::new();
        for property in &schema.properties {
            let ident = scope.mint(&[snake(&property.name)]);
            let shape = self.shape(&property.schema);
            fields.push(Field { ident, property, shape });
        }
        let other = (!schema.is_closed()).then(|| scope.mint(&["other".to_owned()]));
        let required = match () {
            () if ident == "Request" => Some(quote::format_ident!("Required")),
            () if fields.iter().any(|field| self.is_caller_supplied(field)) => {
                Some(self.types.mint(&[format!("{ident}Required")]))
            }
            () => None,
        };
        self.structs.push(Struct { ident, schema, fields, other, required });
        self.structs.len() - 1
    }

    /// Whether the parameter has one legal value only.
    pub(crate) fn is_constant(&self, field: &Field<'_>) -> bool {
        matches!(field.shape, Shape::Enum(index) if self.enums[index].variants.len() == 1)
    }

    /// Whether the parameter is the task's identity, which is generated.
    pub(crate) fn is_generated(&self, field: &Field<'_>) -> bool {
        field.shape == Shape::Uuid && self.identity == Some(field.property.schema.path.as_str())
    }

    /// Whether the caller must give the parameter: it is required, no constant, and no identity that can be generated.
    pub(crate) fn is_caller_supplied(&self, field: &Field<'_>) -> bool {
        field.property.required.is_some() && !self.is_constant(field) && !self.is_generated(field)
    }

    fn shape(&mut self, schema: &'a Schema) -> Shape {
        if let Some(variants) = variants(schema) {
            let ident = self.type_ident(schema);
            self.enums.push(Enum { ident, schema, variants });
            return Shape::Enum(self.enums.len() - 1);
        }
        let kinds = schema.kinds();
        if kinds == Kinds::OBJECT && (!schema.properties.is_empty() || schema.is_closed()) {
            let ident = self.type_ident(schema);
            return Shape::Struct(self.object(schema, ident));
        }
        match kinds {
            Kinds::STRING
                if schema.rules().any(|rule| matches!(rule, Rule::Format(Format::Uuid | Format::Uuid4))) =>
            {
                Shape::Uuid
            }
            Kinds::STRING => Shape::Text,
            Kinds::BOOLEAN => Shape::Boolean,
            Kinds::NUMBER if is_exact(schema) => Shape::Number,
            Kinds::NUMBER => Shape::Real,
            Kinds::INTEGER => Shape::Integer(width(schema)),
            Kinds::ARRAY => {
                Shape::List(Box::new(schema.items.as_deref().map_or(Shape::Json, |items| self.shape(items))))
            }
            _ => Shape::Json,
        }
    }

    /// The last part of the path, with more of the path where that is taken.
    fn type_ident(&mut self, schema: &Schema) -> Ident {
        let parts: Vec<&str> =
            schema.path.split('.').filter(|part| *part != "items" && *part != "*").collect();
        let item = schema.name() == "items" && schema.kinds() == Kinds::OBJECT;
        let candidates: Vec<String> = (0..parts.len().max(1))
            .rev()
            .map(|start| {
                let name = type_name(&parts[start.min(parts.len())..].join(" "));
                if item { format!("{name}Item") } else { name }
            })
            .collect();
        self.types.mint(&candidates)
    }
}

/// The variants of a schema that is a closed set of strings, numbers and booleans.
fn variants(schema: &Schema) -> Option<Vec<Variant<'_>>> {
    let kinds = schema.kinds();
    let listed: Vec<(&Value, Option<&str>, Option<&str>)> = schema.rules().find_map(|rule| match rule {
        Rule::Const(value) => Some(vec![(value, None, None)]),
        Rule::Enum(values) => Some(
            values
                .values
                .iter()
                .map(|one| (&one.value, one.title.as_deref(), one.description.as_deref()))
                .collect(),
        ),
        _ => None,
    })?;
    let scalar = |value: &Value| matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_));
    if listed.is_empty() || !listed.iter().all(|(value, ..)| scalar(value) && kinds.admit(value)) {
        return None;
    }
    let mut scope = Scope::default();
    let variant = |(value, title, description): (&'_ Value, _, _)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let ident = scope.mint(&[type_name(&text)]);
        (ident, title, description)
    };
    let names: Vec<_> = listed.iter().copied().map(variant).collect();
    Some(
        names
            .into_iter()
            .zip(listed)
            .map(|((ident, title, description), (value, ..))| Variant { ident, value, title, description })
            .collect(),
    )
}

/// Whether an `f64` represents all whole numbers within the limits exactly.
fn is_exact(schema: &Schema) -> bool {
    const LIMIT: i128 = 1 << 53;
    let within = |end: &Bound<'_>| end.value.to_i128().is_some_and(|value| value.abs() < LIMIT);
    let ends: Vec<Bound<'_>> = schema.rules().filter_map(Rule::bound).filter(within).collect();
    ends.iter().any(|end| end.edge.is_lower()) && ends.iter().any(|end| !end.edge.is_lower())
}

/// The smallest common integer type that holds every legal value.
fn width(schema: &Schema) -> Width {
    let (mut low, mut high) = (None, None);
    for bound in schema.rules().filter_map(Rule::bound) {
        let end = if bound.edge.is_lower() { &mut low } else { &mut high };
        *end = bound.value.to_i128();
    }
    match (low, high) {
        (Some(low), Some(high)) if low >= 0 && high <= i128::from(u32::MAX) => Width::U32,
        (Some(low), Some(high)) if low >= i128::from(i64::MIN) && high <= i128::from(i64::MAX) => Width::I64,
        (Some(low), Some(high)) if low >= 0 && high <= i128::from(u64::MAX) => Width::U64,
        _ => Width::Any,
    }
}
