//! The names that generated code has for the parameters of a model: what users of the crate write.

use crate::emit::builder::setters;
use crate::plan::{Plan, Struct};
use crate::spelling::rust_type;
use proc_macro2::TokenStream;
use std::collections::BTreeMap;

/// What users write for each parameter, by its dotted path.
#[derive(Debug, Default)]
pub(crate) struct Api {
    pub(crate) fields: BTreeMap<String, Field>,
    pub(crate) setters: BTreeMap<String, Setter>,
    /// The required parameters, with their field of `Required`.
    pub(crate) asked: BTreeMap<String, String>,
}

/// A field of a struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// Type and field, such as `Request::width`.
    pub(crate) name: String,
    /// Its type, such as `Option<u32>`.
    pub(crate) kind: String,
}

/// A method of the builder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setter {
    pub(crate) name: String,
    /// The type of what it takes.
    pub(crate) argument: String,
}

impl Api {
    pub(crate) fn of(plan: &Plan<'_>) -> Self {
        let mut api = Self::default();
        for one in &plan.structs {
            api.add(one, plan);
        }
        for setter in setters(plan) {
            let (name, argument) = (setter.name.to_string(), type_text(&setter.argument));
            api.setters.insert(setter.path.to_owned(), Setter { name, argument });
        }
        for field in plan.request().fields.iter().filter(|field| plan.is_caller_supplied(field)) {
            api.asked.insert(field.property.schema.path.to_string(), field.ident.to_string());
        }
        api
    }

    fn add(&mut self, one: &Struct<'_>, plan: &Plan<'_>) {
        for field in &one.fields {
            let kind = type_text(&rust_type(&field.shape, plan));
            let is_required = field.property.required.is_some();
            let kind = if is_required { kind } else { format!("Option<{kind}>") };
            let name = format!("{}::{}", one.ident, field.ident);
            self.fields.insert(field.property.schema.path.to_string(), Field { name, kind });
        }
    }
}

/// A type as it is written.
pub(crate) fn type_text(tokens: &TokenStream) -> String {
    let printed = printed(&quote::quote!(type T = #tokens;));
    let text = printed.split_once('=').map_or(printed.as_str(), |(_, rest)| rest);
    text.trim().trim_end_matches(';').to_owned()
}

/// Items as they are laid out, on one line.
pub(crate) fn printed(tokens: &TokenStream) -> String {
    let text = match syn::parse2::<syn::File>(tokens.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(_) => tokens.to_string(),
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
