//! JSON values of a spec in code.

use crate::number::{float, integer};
use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;
use std::mem::discriminant;

/// A value as the runtime takes it: a Rust literal where there is one, else the runtime's `Literal`.
pub(crate) fn plain(value: &Value) -> TokenStream {
    match value {
        Value::Bool(flag) => quote!(#flag),
        Value::String(text) => quote!(#text),
        Value::Number(number) => match number.as_i128() {
            Some(whole) => integer(whole),
            None => float(number.as_f64().unwrap_or_default()),
        },
        Value::Null | Value::Array(_) | Value::Object(_) => literal(value),
    }
}

/// Several values as the items of one array.
pub(crate) fn list(values: &[&Value]) -> Vec<TokenStream> {
    let kind = |value: &Value| (discriminant(value), value.is_f64());
    let is_uniform = values.windows(2).all(|pair| kind(pair[0]) == kind(pair[1]));
    values.iter().map(|value| if is_uniform { plain(value) } else { literal(value) }).collect()
}

/// A value as the runtime's `Literal`.
fn literal(value: &Value) -> TokenStream {
    match value {
        Value::Null => quote!(Literal::Null),
        Value::Bool(_) => wrapped(&quote!(Boolean), value),
        Value::String(_) => wrapped(&quote!(Text), value),
        Value::Number(number) if number.as_i128().is_some() => wrapped(&quote!(Integer), value),
        Value::Number(_) => wrapped(&quote!(Float), value),
        Value::Array(items) => {
            let items = items.iter().map(literal);
            quote!(Literal::List(&[#(#items),*]))
        }
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| {
                let value = literal(value);
                quote!((#name, #value))
            });
            quote!(Literal::Object(&[#(#members),*]))
        }
    }
}

fn wrapped(variant: &TokenStream, value: &Value) -> TokenStream {
    let value = plain(value);
    quote!(Literal::#variant(#value))
}
