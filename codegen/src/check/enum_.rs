//! `enum`.

use crate::literal::list;
use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

pub(super) fn call<'v>(values: impl Iterator<Item = &'v Value>, constraint: &TokenStream) -> TokenStream {
    let values = list(&values.collect::<Vec<_>>());
    if values.is_empty() {
        return quote!(.enum_(#constraint, &[Literal::Null; 0]));
    }
    quote!(.enum_(#constraint, &[#(#values),*]))
}
