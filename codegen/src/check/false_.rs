//! The schema `false`.

use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn call(constraint: &TokenStream) -> TokenStream {
    quote!(.false_(#constraint))
}
