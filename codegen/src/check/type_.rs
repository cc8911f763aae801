//! `type`.

use airspec_spec::model::Kinds;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

pub(super) fn call(kinds: Kinds, constraint: &TokenStream) -> TokenStream {
    let mut names = kinds.names().into_iter().map(|name| format_ident!("{}", name.to_uppercase()));
    let first = names.next().expect("a set of types is never empty");
    let more = names.map(|name| quote!(.or(Kinds::#name)));
    quote!(.type_(#constraint, Kinds::#first #(#more)*))
}
