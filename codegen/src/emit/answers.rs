//! What the API answers: results and errors, read leniently. Fields that this release does not know are kept, since
//! answers grow, and odd ones are listed; what a result must be is checked by the conformance suite, not by the type.

use super::results;
use crate::docs;
use crate::names::{Scope, snake, type_name};
use airspec_spec::model::{Kinds, Model, Property, Rule, Schema};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeMap;

/// The structs of all models' results.
pub(crate) struct Answers {
    /// Each struct once.
    pub(crate) items: TokenStream,
    /// The slug of a model, and the name of the struct of its results.
    pub(crate) results: BTreeMap<String, String>,
}

/// The structs of all models' results, each once.
pub(crate) fn of<'m>(models: impl Iterator<Item = &'m Model>) -> Answers {
    let mut structs = Structs::new();
    let mut results = BTreeMap::new();
    for model in models {
        if let Some(result) = &model.result {
            structs.identities = results::identities(model);
            let name = structs.result(&result_name(model), result).to_string();
            results.insert(model.slug.clone(), name);
        }
    }
    let items = structs.items;
    Answers { items: quote!(#(#items)*), results }
}

/// The struct of errors: one for all models, since the client reads it without knowing the model.
pub(crate) fn error() -> TokenStream {
    item(&format_ident!("ApiError"), &airspec_spec::error_fields(), &mut |_, schema| Structs::plain(schema))
}

pub(super) fn declaration() -> TokenStream {
    let docs = docs::attributes("The results of a task.");
    quote!(#docs #[allow(dead_code, reason = "which fields are read is for users to decide")] pub)
}

/// The structs so far.
struct Structs<'m> {
    scope: Scope,
    /// The wanted name, the fields and the name of each struct.
    known: Vec<(String, Vec<String>, Ident)>,
    items: Vec<TokenStream>,
    /// The paths of the fields that tell the results of the present model apart.
    identities: Vec<&'m str>,
}

impl Structs<'_> {
    fn new() -> Self {
        let scope = Scope::with("Map Value Integer ApiError");
        Self { scope, known: Vec::new(), items: Vec::new(), identities: Vec::new() }
    }

    /// The struct of a result.
    fn result(&mut self, name: &str, schema: &Schema) -> Ident {
        let count = self.known.len();
        let ident = self.add(name, schema);
        if self.known.len() > count {
            let idents = idents(schema);
            self.items.push(results::item(&ident, &fields(&idents, schema)));
        }
        ident
    }

    /// The struct of an object, after those of the objects in it.
    fn add(&mut self, name: &str, schema: &Schema) -> Ident {
        let kinds: Vec<Type> = schema.properties.iter().map(|property| self.kind(name, property)).collect();
        let shape = schema.properties.iter().zip(&kinds).map(|(property, kind)| {
            format!("{} {} {}", property.name, property.required.is_some(), kind.tokens)
        });
        let shape: Vec<String> = shape.collect();
        if let Some((.., ident)) =
            self.known.iter().find(|(other, known, _)| other == name && *known == shape)
        {
            return ident.clone();
        }
        let ident = self.scope.mint(&[name.to_owned()]);
        let idents = idents(schema);
        let parts = idents.iter().zip(&kinds).filter(|(_, kind)| kind.is_part).map(|(ident, _)| ident);
        let part =
            results::part(&ident, &fields(&idents, schema), &parts.collect::<Vec<_>>(), &self.identities);
        let mut kinds = kinds.into_iter();
        let item = item(&ident, schema, &mut |_, schema| kinds.next().unwrap_or_else(|| Self::plain(schema)));
        self.items.extend([item, part]);
        self.known.push((name.to_owned(), shape, ident.clone()));
        ident
    }

    /// The type of a field of a struct. An object with fields has a struct of its own.
    fn kind(&mut self, holder: &str, property: &Property) -> Type {
        let name = format!("{holder}{}", type_name(&property.name));
        self.kind_of(&name, &property.schema)
    }

    fn kind_of(&mut self, name: &str, schema: &Schema) -> Type {
        match (schema.kinds(), &schema.items) {
            (Kinds::OBJECT, _) if !schema.properties.is_empty() => {
                let ident = self.add(name, schema);
                Type { tokens: quote!(#ident), is_part: true, is_object: true }
            }
            (Kinds::ARRAY, Some(items)) => {
                let Type { tokens, is_part, .. } = self.kind_of(name, items);
                Type { tokens: quote!(Vec<#tokens>), is_part, is_object: false }
            }
            _ => Self::plain(schema),
        }
    }

    /// Closed sets and formats are plain text here, since new values may come.
    fn plain(schema: &Schema) -> Type {
        let tokens = match schema.kinds() {
            Kinds::STRING => quote!(String),
            Kinds::BOOLEAN => quote!(bool),
            Kinds::INTEGER => quote!(Integer),
            Kinds::NUMBER => quote!(f64),
            _ => quote!(Value),
        };
        Type { tokens, is_part: false, is_object: false }
    }
}

/// The type of a field.
struct Type {
    tokens: TokenStream,
    /// Whether it is a struct of its own, or a list of such.
    is_part: bool,
    /// Whether it is a struct, which has no default.
    is_object: bool,
}

/// The fields of a struct, each with its name in the answer.
fn fields<'a>(idents: &'a [Ident], schema: &'a Schema) -> Vec<(&'a Ident, &'a str, &'a Schema)> {
    let fields = idents.iter().zip(&schema.properties);
    fields.map(|(ident, property)| (ident, property.name.as_str(), &property.schema)).collect()
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

/// A struct, given the type of each of its fields.
fn item(ident: &Ident, schema: &Schema, kind: &mut dyn FnMut(&str, &Schema) -> Type) -> TokenStream {
    let title = schema.title.clone().unwrap_or_else(|| ident.to_string());
    let docs = docs::paragraphs(&[
        format!("{}.", title.trim_end_matches('.')),
        schema.description.clone().unwrap_or_default(),
    ]);
    let idents = idents(schema);
    let kinds: Vec<Type> =
        schema.properties.iter().map(|property| kind(&property.name, &property.schema)).collect();
    let of = || idents.iter().zip(&schema.properties).zip(&kinds);
    let fields = of().map(|((ident, property), kind)| field(ident, property, kind));
    let table = of().map(|((ident, property), kind)| {
        let name = &property.name;
        match property.required {
            Some(_) if kind.is_object => quote!(expected #ident: #name,),
            Some(_) => quote!(required #ident: #name,),
            None => quote!(optional #ident: #name,),
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
fn idents(schema: &Schema) -> Vec<Ident> {
    let mut scope = Scope::with("other item");
    schema.properties.iter().map(|property| scope.mint(&[snake(&property.name)])).collect()
}

fn field(ident: &Ident, property: &Property, kind: &Type) -> TokenStream {
    let (name, tokens) = (&property.name, &kind.tokens);
    let (kind, note) = match property.required {
        Some(_) if !kind.is_object => (tokens.clone(), "Empty if the answer has none."),
        Some(_) | None => (quote!(Option<#tokens>), ""),
    };
    let docs = docs::paragraphs(&[
        format!("`{name}`."),
        property.schema.description.clone().unwrap_or_default(),
        note.to_owned(),
    ]);
    quote!(#docs pub #ident: #kind,)
}
