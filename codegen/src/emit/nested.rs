//! How a nested object is made: from a struct of its required members, or from nothing where there is no such
//! thing, and then by a method for each other parameter.

use super::builder::{argument, required_struct};
use crate::docs;
use crate::names::{Scope, snake};
use crate::plan::{Field, Plan, Struct};
use crate::spelling::rust_type;
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn item(one: &Struct<'_>, plan: &Plan<'_>) -> TokenStream {
    let ident = &one.ident;
    let (required, new) = one.required.as_ref().map_or_else(Default::default, |required| {
        let documented = docs::attributes(&format!(
            "The required members of `{ident}`. If one is missing, the code does not compile."
        ));
        (required_struct(one, plan, required, &documented), constructor(one, plan))
    });
    let mut scope = Scope::with("new default clone");
    let optional = one.fields.iter().filter(|field| field.property.required.is_none());
    let setters: Vec<TokenStream> = optional.map(|field| setter(field, plan, &mut scope)).collect();
    if new.is_empty() && setters.is_empty() {
        return TokenStream::new();
    }
    quote! {
        #required

        impl #ident {
            #new
            #(#setters)*
        }
    }
}

fn constructor(one: &Struct<'_>, plan: &Plan<'_>) -> TokenStream {
    let required = &one.required;
    let names = one.fields.iter().filter(|field| plan.is_caller_supplied(field)).map(|field| &field.ident);
    let fields = one.fields.iter().map(|field| {
        let ident = &field.ident;
        let kind = rust_type(&field.shape, plan);
        match () {
            () if plan.is_caller_supplied(field) => quote!(#ident,),
            () if field.property.required.is_none() => quote!(#ident: None,),
            () => quote!(#ident: #kind::default(),),
        }
    });
    let other = one.other.as_ref().map(|other| quote!(#other: Map::new(),));
    let note = super::builder::long(one.fields.len());
    quote! {
        /// The object with its required members only. Constants are filled in.
        #[must_use]
        #note
        pub fn new(#required { #(#names),* }: #required) -> Self {
            Self { #(#fields)* #other }
        }
    }
}

fn setter(field: &Field<'_>, plan: &Plan<'_>, scope: &mut Scope) -> TokenStream {
    let ident = &field.ident;
    let plain = snake(&field.property.name);
    let name = scope.mint(&[plain.clone(), format!("with_{plain}")]);
    let (argument, value) = argument(&field.shape, plan);
    let docs = docs::attributes(&format!("Sets `{}`.", field.property.schema.path));
    quote! {
        #docs
        #[must_use]
        pub fn #name(mut self, value: #argument) -> Self {
            self.#ident = Some(#value);
            self
        }
    }
}
