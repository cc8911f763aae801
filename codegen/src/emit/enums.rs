//! Enums: closed sets of values.

use crate::docs;
use crate::plan::{Enum, Variant};
use airspec_spec::Schema;
use proc_macro2::{Literal, TokenStream};
use quote::quote;
use serde_json::Value;

pub(super) fn item(one: &Enum<'_>) -> TokenStream {
    let Enum { ident, schema, variants } = one;
    let docs = enum_docs(schema);
    let declared = variants.iter().map(|variant| {
        let (docs, ident) = (variant_docs(variant), &variant.ident);
        quote!(#docs #ident,)
    });
    let idents: Vec<_> = variants.iter().map(|variant| &variant.ident).collect();
    let literals = variants.iter().map(|variant| literal(variant.value));
    let fixed = (variants.len() == 1).then(|| quote!(Default,));
    let default = (variants.len() == 1).then(|| quote!(#[default]));
    quote! {
        #docs
        #[derive(Clone, Copy, Debug, #fixed PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #ident { #default #(#declared)* }

        impl #ident {
            /// Every value, in the order of the spec.
            pub const ALL: &'static [Self] = <Self as Closed>::ALL;
        }

        impl Closed for #ident {
            const ALL: &'static [Self] = &[#(Self::#idents),*];

            #[inline]
            fn literal(self) -> Literal {
                match self { #(Self::#idents => #literals,)* }
            }
        }

        airspec_models::closed!(#ident);
    }
}

fn enum_docs(schema: &Schema) -> TokenStream {
    let title = schema.title.clone().unwrap_or_else(|| schema.name().to_owned());
    let mut parts = vec![format!("{}: the values of `{}`.", title.trim_end_matches('.'), schema.path)];
    parts.extend(
        schema
            .default
            .as_ref()
            .map(|default| format!("When left out the provider takes {}.", airspec_spec::text::literal(default))),
    );
    parts.extend(schema.documentation.as_ref().map(|url| format!("Source: {url}")));
    docs::paragraphs(&parts)
}

fn variant_docs(variant: &Variant<'_>) -> TokenStream {
    let value = airspec_spec::text::literal(variant.value);
    let said = [variant.title, variant.description].into_iter().flatten().collect::<Vec<_>>().join(": ");
    let text = if said.is_empty() { value } else { format!("{value}: {said}") };
    docs::attributes(&text)
}

/// A JSON value as the runtime's `Literal`.
pub(crate) fn literal(value: &Value) -> TokenStream {
    match value {
        Value::Null => quote!(Literal::Null),
        Value::Bool(value) => quote!(Literal::Boolean(#value)),
        Value::String(text) => quote!(Literal::Text(#text)),
        Value::Number(number) => match number.as_i128() {
            Some(integer) => {
                let integer = Literal::i128_unsuffixed(integer);
                quote!(Literal::Integer(#integer))
            }
            None => {
                let float = Literal::f64_unsuffixed(number.as_f64().unwrap_or_default());
                quote!(Literal::Float(#float))
            }
        },
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
