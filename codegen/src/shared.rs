//! What several models have in common, written once: types that are the same in two models or more.
//!
//! Two types are the same when they have the same name and, documentation aside, would be written alike, down to the
//! types of their members. The modules of the models re-export them, so that users need not know.

use crate::plan::{Enum, Plan, Shape, Struct};
use crate::spelling::rust_type;
use airspec_spec::Model;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use std::collections::{BTreeMap, BTreeSet};

/// The names of the types that are shared, with what makes each one what it is.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    types: BTreeMap<String, String>,
    /// The slug of a model, and the struct of its results in the module `answers`.
    results: BTreeMap<String, String>,
    /// Whether that struct is in the model's own module `results` instead.
    is_alone: bool,
}

impl Shared {
    /// The types that at least two of the plans have in common, given the types of each.
    pub(crate) fn among(plans: Vec<Vec<Type>>) -> Self {
        let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
        let mut parts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for plan in plans {
            for (name, shape, needs) in plan {
                *counts.entry((name.clone(), shape)).or_default() += 1;
                parts.entry(name).or_default().extend(needs);
            }
        }
        let mut types: BTreeMap<String, String> =
            counts.into_iter().filter(|(_, count)| *count > 1).map(|(key, _)| key).collect();
        // A struct is the same only if its members' types are.
        loop {
            let odd =
                types.keys().find(|name| parts[*name].iter().any(|part| !types.contains_key(part))).cloned();
            match odd {
                Some(name) => types.remove(&name),
                None => return Self { types, ..Self::default() },
            };
        }
    }

    /// With the structs of results.
    pub(crate) fn with_results(self, results: BTreeMap<String, String>) -> Self {
        Self { results, ..self }
    }

    /// Nothing that is shared: a module that stands alone, with the struct of its results.
    pub(crate) fn alone(results: BTreeMap<String, String>) -> Self {
        Self { results, is_alone: true, ..Self::default() }
    }

    /// The type of a model's results: fields as they come where there is no struct for them.
    pub(crate) fn result(&self, model: &Model) -> TokenStream {
        match self.results.get(&model.slug) {
            Some(name) => {
                let ident = format_ident!("{name}");
                if self.is_alone { quote!(results::#ident) } else { quote!(airspec_models::answers::#ident) }
            }
            None => quote!(airspec_models::Fields),
        }
    }

    pub(crate) fn has_struct(&self, one: &Struct<'_>, plan: &Plan<'_>) -> bool {
        self.types.get(&one.ident.to_string()) == Some(&struct_shape(one, plan))
            && needs(one, plan).iter().all(|name| self.has(name, plan))
    }

    /// Whether the type of this name in the plan is the shared one.
    fn has(&self, name: &str, plan: &Plan<'_>) -> bool {
        plan.enums.iter().any(|one| one.ident == name && self.has_enum(one))
            || plan.structs.iter().any(|one| one.ident == name && self.has_struct(one, plan))
    }

    pub(crate) fn has_enum(&self, one: &Enum<'_>) -> bool {
        self.types.get(&one.ident.to_string()) == Some(&enum_shape(one))
    }
}

/// A type: its name, what it is, the generated types that it needs.
pub(crate) type Type = (String, String, Vec<String>);

/// Every type of a plan but the request.
pub(crate) fn types(plan: &Plan<'_>) -> Vec<Type> {
    let enums = plan.enums.iter().map(|one| (one.ident.to_string(), enum_shape(one), Vec::new()));
    let nested = plan.structs.iter().take(plan.structs.len() - 1);
    let structs = nested.map(|one| (one.ident.to_string(), struct_shape(one, plan), needs(one, plan)));
    enums.chain(structs).collect()
}

fn enum_shape(one: &Enum<'_>) -> String {
    let variants: Vec<String> =
        one.variants.iter().map(|variant| format!("{} = {}", variant.ident, variant.value)).collect();
    format!("enum {} {{ {} }}", one.schema.path, variants.join(", "))
}

fn struct_shape(one: &Struct<'_>, plan: &Plan<'_>) -> String {
    let fields: Vec<String> = one
        .fields
        .iter()
        .map(|field| {
            let (name, required) = (&field.property.name, field.property.required.is_some());
            format!("{} {name:?} {required} {}", field.ident, rust_type(&field.shape, plan))
        })
        .collect();
    let (path, open, required) = (&one.schema.path, one.other.is_some(), &one.required);
    format!("struct {path} {{ {}; open {open}; required {required:?} }}", fields.join(", "))
}

fn needs(one: &Struct<'_>, plan: &Plan<'_>) -> Vec<String> {
    fn named(shape: &Shape, plan: &Plan<'_>) -> Option<String> {
        match shape {
            Shape::Struct(index) => Some(plan.structs[*index].ident.to_string()),
            Shape::Enum(index) => Some(plan.enums[*index].ident.to_string()),
            Shape::List(item) => named(item, plan),
            Shape::Text
            | Shape::Uuid
            | Shape::Integer(_)
            | Shape::Number
            | Shape::Real
            | Shape::Boolean
            | Shape::Json => None,
        }
    }
    one.fields.iter().filter_map(|field| named(&field.shape, plan)).collect()
}
