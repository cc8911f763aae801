//! Whether two rules, or two schemas, say the same in the same way, wording aside.

use crate::model::{DependentSchema, PatternProperties, PatternProperty, Property, Rule, Schema, equal};

pub(super) fn schema(a: &Schema, b: &Schema) -> bool {
    a.constraints.len() == b.constraints.len()
        && a.rules().zip(b.rules()).all(|(a, b)| rule(a, b))
        && a.properties.len() == b.properties.len()
        && a.properties.iter().all(|one| b.property(&one.name).is_some_and(|other| property(one, other)))
        && option(a.items.as_deref(), b.items.as_deref(), schema)
        && option(a.additional.as_deref(), b.additional.as_deref(), schema)
}

fn property(a: &Property, b: &Property) -> bool {
    a.declared == b.declared && a.required.is_some() == b.required.is_some() && schema(&a.schema, &b.schema)
}

fn option<T: ?Sized>(a: Option<&T>, b: Option<&T>, same: impl Fn(&T, &T) -> bool) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => same(a, b),
        _ => false,
    }
}

fn all(a: &[Schema], b: &[Schema]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| schema(a, b))
}

fn names(a: &[String], b: &[String]) -> bool {
    a.len() == b.len() && a.iter().all(|name| b.contains(name))
}

fn by_pattern(a: &PatternProperties, b: &PatternProperties) -> bool {
    let same = |one: &PatternProperty, other: &PatternProperty| {
        one.pattern == other.pattern && schema(&one.schema, &other.schema)
    };
    a.patterns.len() == b.patterns.len()
        && a.patterns.iter().zip(&b.patterns).all(|(one, other)| same(one, other))
        && option(a.others.as_ref(), b.others.as_ref(), schema)
        // Without a word on the others it makes no difference which names are declared.
        && (a.others.is_none() || names(&a.declared, &b.declared))
}

pub(super) fn rule(a: &Rule, b: &Rule) -> bool {
    match (a, b) {
        (Rule::Type(a), Rule::Type(b)) => a == b,
        (Rule::Const(a), Rule::Const(b)) => equal(a, b),
        (Rule::Enum(a), Rule::Enum(b)) => {
            a.values.len() == b.values.len() && a.values.iter().all(|one| b.contains(&one.value))
        }
        (Rule::Minimum(a), Rule::Minimum(b))
        | (Rule::Maximum(a), Rule::Maximum(b))
        | (Rule::ExclusiveMinimum(a), Rule::ExclusiveMinimum(b))
        | (Rule::ExclusiveMaximum(a), Rule::ExclusiveMaximum(b))
        | (Rule::MultipleOf(a), Rule::MultipleOf(b)) => a == b,
        (Rule::MinLength(a), Rule::MinLength(b))
        | (Rule::MaxLength(a), Rule::MaxLength(b))
        | (Rule::MinItems(a), Rule::MinItems(b))
        | (Rule::MaxItems(a), Rule::MaxItems(b)) => a == b,
        (Rule::Format(a), Rule::Format(b)) => a == b,
        (Rule::Pattern(a), Rule::Pattern(b)) => a.rust == b.rust,
        (Rule::AdditionalProperties(a), Rule::AdditionalProperties(b)) => names(a, b),
        (Rule::DependentRequired(a), Rule::DependentRequired(b)) => a == b,
        (Rule::DependentSchemas(a), Rule::DependentSchemas(b)) => {
            let has = |one: &DependentSchema| {
                b.iter().any(|other| one.trigger == other.trigger && schema(&one.schema, &other.schema))
            };
            a.len() == b.len() && a.iter().all(has)
        }
        (Rule::PrefixItems(a), Rule::PrefixItems(b)) => {
            all(&a.first, &b.first) && option(a.others.as_ref(), b.others.as_ref(), schema)
        }
        (Rule::UnevaluatedProperties(a), Rule::UnevaluatedProperties(b)) => {
            names(&a.names, &b.names) && a.patterns == b.patterns
        }
        (Rule::PatternProperties(a), Rule::PatternProperties(b)) => by_pattern(a, b),
        (Rule::Area(a), Rule::Area(b)) | (Rule::Ratio(a), Rule::Ratio(b)) => super::relations::are_same(a, b),
        (Rule::Image(a), Rule::Image(b)) => a == b,
        (Rule::AllOf(a), Rule::AllOf(b))
        | (Rule::Not(a), Rule::Not(b))
        | (Rule::Contains(a), Rule::Contains(b))
        | (Rule::PropertyNames(a), Rule::PropertyNames(b)) => schema(a, b),
        (Rule::AnyOf(a), Rule::AnyOf(b)) | (Rule::OneOf(a), Rule::OneOf(b)) => all(a, b),
        (Rule::If(a), Rule::If(b)) => {
            schema(&a.condition, &b.condition)
                && option(a.then.as_ref(), b.then.as_ref(), schema)
                && option(a.otherwise.as_ref(), b.otherwise.as_ref(), schema)
        }
        (a, b) => {
            a.keyword() == b.keyword()
                && matches!(a, Rule::Required | Rule::False | Rule::Unique | Rule::UniqueItems)
        }
    }
}
