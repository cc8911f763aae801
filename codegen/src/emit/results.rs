//! What a program needs to know of a result: which fields have its files, its price and its identity.

use airspec_spec::Model;
use airspec_spec::behaviour::Kind;
use airspec_spec::model::{Kinds, Schema};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// The paths of the fields by which the results of a task are told apart.
pub(super) fn identities(model: &Model) -> Vec<&str> {
    let distinct = model.behaviours.iter().filter_map(|behaviour| match &behaviour.kind {
        Kind::Distinct { fields, .. } => Some(fields),
        _ => None,
    });
    distinct.flatten().map(String::as_str).collect()
}

/// For the struct of a result, or of an object in one. `parts` are the fields with structs of their own.
pub(super) fn part(
    ident: &Ident,
    fields: &[(&Ident, &str, &Schema)],
    parts: &[&Ident],
    identities: &[&str],
) -> TokenStream {
    let texts = || fields.iter().filter(|(_, _, schema)| schema.kinds() == Kinds::STRING);
    let files = texts().filter_map(|(field, name, _)| form(name).map(|form| quote!(#form #field)));
    let is_identity = |schema: &Schema| identities.iter().any(|known| *known == schema.path.as_str());
    let identity = texts().find(|(_, _, schema)| is_identity(schema)).map(|(field, ..)| field);
    quote! {
        airspec_models::result_part!(#ident { files: [#(#files),*], identity: [#identity], parts: [#(#parts),*], });
    }
}

/// For the struct of a result.
pub(super) fn item(ident: &Ident, fields: &[(&Ident, &str, &Schema)]) -> TokenStream {
    let is_cost = |name: &str, schema: &Schema| name == "cost" && schema.kinds() == Kinds::NUMBER;
    let cost = fields.iter().find(|(_, name, schema)| is_cost(name, schema)).map(|(field, ..)| field);
    quote!(airspec_models::result_item!(#ident { cost: [#cost], });)
}

/// How a field has the file, as the ending of its name says.
fn form(name: &str) -> Option<Ident> {
    let forms = [("URL", "Url"), ("url", "Url"), ("Base64Data", "Base64"), ("DataURI", "DataUri")];
    forms.into_iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, form)| format_ident!("{form}"))
}
