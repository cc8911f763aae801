//! `additionalProperties: false`: a call on the members of an object.

use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn call(names: &TokenStream, constraint: &TokenStream) -> TokenStream {
    quote!(.additional_properties(#constraint, #names))
}
