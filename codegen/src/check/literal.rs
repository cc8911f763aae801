//! `const` and `enum`.

use crate::emit::literal;
use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

pub(super) fn call<'v>(values: impl Iterator<Item = &'v Value>, reference: &TokenStream) -> TokenStream {
    let values = values.map(literal);
    quote!(check::one_of_values(node, at, out, #reference, &[#(#values),*]);)
}
