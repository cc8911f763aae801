//! What a program needs to know of a result: which field has its file, its price and its identity.

use super::answers;
use airspec_spec::Model;
use airspec_spec::behaviour::Kind;
use airspec_spec::model::{Kinds, Schema};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeMap;

/// For each struct of results, once, its fields. `structs` has the name of the struct by the slug of the model.
pub(crate) fn items(models: &[&Model], structs: &BTreeMap<String, String>) -> TokenStream {
    let mut known: Vec<&str> = Vec::new();
    let mut items = TokenStream::new();
    for model in models {
        let (Some(name), Some(result)) = (structs.get(&model.slug), &model.result) else { continue };
        if !known.contains(&name.as_str()) {
            known.push(name);
            items.extend(item(name, result, model));
        }
    }
    items
}

fn item(name: &str, result: &Schema, model: &Model) -> TokenStream {
    let properties = result.properties.iter();
    let fields = properties.zip(answers::idents(result));
    let fields: Vec<(&str, Ident, &Schema)> =
        fields.map(|(property, ident)| (property.name.as_str(), ident, &property.schema)).collect();
    let files = fields.iter().filter(|(_, _, schema)| schema.kinds() == Kinds::STRING);
    let files = files.filter_map(|(name, field, _)| form(name).map(|form| quote!(#form #field)));
    let is_cost = |name: &str, schema: &Schema| name == "cost" && schema.kinds() == Kinds::NUMBER;
    let cost = fields.iter().find(|(name, _, schema)| is_cost(name, schema)).map(|(_, field, _)| field);
    let distinct: Vec<&String> = model
        .behaviours
        .iter()
        .filter_map(|behaviour| match &behaviour.kind {
            Kind::Distinct { fields, .. } => Some(fields),
            _ => None,
        })
        .flatten()
        .collect();
    let is_identity = |name: &str, schema: &Schema| {
        schema.kinds() == Kinds::STRING && distinct.iter().any(|known| *known == name)
    };
    let identity = fields.iter().find(|(name, _, schema)| is_identity(name, schema));
    let identity = identity.map(|(_, field, _)| field);
    let ident = format_ident!("{name}");
    quote! {
        airspec_models::result_item!(#ident {
            files: [#(#files),*],
            cost: [#cost],
            identity: [#identity],
        });
    }
}

/// How a field has the file, as the ending of its name says.
fn form(name: &str) -> Option<Ident> {
    let forms = [("URL", "Url"), ("Base64Data", "Base64"), ("DataURI", "DataUri")];
    forms.into_iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, form)| format_ident!("{form}"))
}
