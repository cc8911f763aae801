//! What the API answers: results and errors, read leniently. Fields that this release does not know are kept, since
//! answers grow, and odd ones are listed; what a result must be is checked by the conformance suite, not by the type.

use crate::docs;
use crate::names::{Scope, snake, type_name};
use airspec_spec::model::{Kinds, Model, Property, Rule, Schema};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use std::collections::BTreeMap;

/// The structs of all models' answers.
pub(crate) struct Answers {
    /// Each struct once.
    pub(crate) items: TokenStream,
    /// The slug of a model, and the name of the struct of its results.
    pub(crate) results: BTreeMap<String, String>,
}

/// The structs of all models' answers, each once.
pub(crate) fn of<'m>(models: impl Iterator<Item = &'m Model> + Clone) -> Answers {
    let mut scope = Scope::with("Map Value Integer");
    let mut known: Vec<(String, Vec<String>, Ident)> = Vec::new();
    let mut items = Vec::new();
    let mut struct_of = |name: String, schema: &Schema| {
        let fields = schema.properties.iter().map(|property| {
            format!("{} {} {}", property.name, property.required.is_some(), kind(&property.schema))
        });
        let fields: Vec<String> = fields.collect();
        if let Some((.., ident)) = known.iter().find(|(other, shape, _)| *other == name && *shape == fields) {
            return ident.clone();
        }
        let ident = scope.mint(std::slice::from_ref(&name));
        items.push(item(&ident, schema));
        known.push((name, fields, ident.clone()));
        ident
    };
    let mut results = BTreeMap::new();
    for model in models.clone() {
        if let Some(result) = &model.result {
            results.insert(model.slug.clone(), struct_of(result_name(model), result).to_string());
        }
    }
    for error in models.filter_map(|model| model.error.as_ref()) {
        struct_of("ApiError".to_owned(), error);
    }
    Answers { items: quote!(#(#items)*), results }
}

/// The name of a model's result: that of its task.
fn result_name(model: &Model) -> String {
    let task = model.result.as_ref().and_then(|result| result.property("taskType"));
    let word = task.and_then(|property| {
        property.schema.rules().find_map(|rule| match rule {
            Rule::Const(value) => value.as_str(),
            _ => None,
        })
    });
    format!("{}Result", type_name(word.unwrap_or("task")))
}

fn item(ident: &Ident, schema: &Schema) -> TokenStream {
    let title = schema.title.clone().unwrap_or_else(|| ident.to_string());
    let docs = docs::paragraphs(&[
        format!("{}.", title.trim_end_matches('.')),
        schema.description.clone().unwrap_or_default(),
    ]);
    let idents = idents(schema);
    let fields = idents.iter().zip(&schema.properties).map(|(ident, property)| field(ident, property));
    let table = idents.iter().zip(&schema.properties).map(|(ident, property)| {
        let name = &property.name;
        if property.required.is_some() {
            quote!(required #ident: #name,)
        } else {
            quote!(optional #ident: #name,)
        }
    });
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct #ident {
            #(#fields)*
            /// Fields that this release does not know.
            pub other: Map<String, Value>,
            item: airspec_models::answer::Item,
        }

        airspec_models::answer!(#ident { #(#table)* });
    }
}

/// The names of the fields, in the order of the properties.
pub(super) fn idents(schema: &Schema) -> Vec<Ident> {
    let mut scope = Scope::with("other item");
    schema.properties.iter().map(|property| scope.mint(&[snake(&property.name)])).collect()
}

fn field(ident: &Ident, property: &Property) -> TokenStream {
    let name = &property.name;
    let kind = kind(&property.schema);
    let (kind, note) = match property.required {
        Some(_) => (kind, "Empty if the answer has none."),
        None => (quote!(Option<#kind>), ""),
    };
    let docs = docs::paragraphs(&[
        format!("`{name}`."),
        property.schema.description.clone().unwrap_or_default(),
        note.to_owned(),
    ]);
    quote!(#docs pub #ident: #kind,)
}

/// The type of a field: closed sets and formats are plain text here, since new values may come.
fn kind(schema: &Schema) -> TokenStream {
    match schema.kinds() {
        Kinds::STRING => quote!(String),
        Kinds::BOOLEAN => quote!(bool),
        Kinds::INTEGER => quote!(Integer),
        Kinds::NUMBER => quote!(f64),
        _ => quote!(Value),
    }
}
