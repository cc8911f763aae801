//! `maxLength`.

use crate::number::integer;
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn call(count: u64, constraint: &TokenStream) -> TokenStream {
    let count = integer(count.into());
    quote!(.max_length(#constraint, #count))
}
