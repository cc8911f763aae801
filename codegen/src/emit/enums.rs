//! Enums: closed sets of values.

use crate::docs;
use crate::literal::plain;
use crate::plan::{Enum, Variant};
use airspec_spec::Schema;
use proc_macro2::TokenStream;
use quote::quote;

/// An enum, each variant with the value that it stands for; the runtime's macro makes the rest of it.
pub(super) fn item(one: &Enum<'_>) -> TokenStream {
    let Enum { ident, schema, variants } = one;
    let docs = enum_docs(schema);
    let is_constant = variants.len() == 1;
    let derive = is_constant.then(|| quote!(#[derive(Default)]));
    let default = is_constant.then(|| quote!(#[default]));
    let variants = variants.iter().map(|variant| {
        let (docs, ident, value) = (variant_docs(variant), &variant.ident, plain(variant.value));
        quote!(#docs #default #ident = #value,)
    });
    quote! {
        airspec_models::closed! {
            #docs
            #derive
            pub enum #ident { #(#variants)* }
        }
    }
}

fn enum_docs(schema: &Schema) -> TokenStream {
    let title = schema.title.clone().unwrap_or_else(|| schema.name().to_owned());
    let mut summary = format!("{}: the values of `{}`.", title.trim_end_matches('.'), schema.path);
    if let Some(default) = &schema.default {
        summary.push_str(&format!(" Server default: {}.", airspec_spec::text::literal(default)));
    }
    let source = schema.documentation.as_ref().map(|url| format!("Source: {url}"));
    docs::paragraphs(&[summary, source.unwrap_or_default()])
}

fn variant_docs(variant: &Variant<'_>) -> TokenStream {
    let value = airspec_spec::text::literal(variant.value);
    let said = [variant.title, variant.description].into_iter().flatten().collect::<Vec<_>>().join(": ");
    let text = if said.is_empty() { value } else { format!("{value}: {said}") };
    docs::attributes(&text)
}
