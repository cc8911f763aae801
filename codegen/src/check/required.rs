//! `required`: the call is that of a member of an object.

use proc_macro2::TokenStream;
use quote::quote;

/// The call for a member, and for what its value must be.
pub(super) fn call(member: &TokenStream, constraint: &TokenStream, check: &TokenStream) -> TokenStream {
    quote!(.required(#member, #constraint, #check))
}

/// The same within a condition, which does not report what is missing.
pub(super) fn condition(name: &str, check: &TokenStream) -> TokenStream {
    quote!(.given(#name, #check))
}

/// The same within a consequence, which reports what is missing.
pub(super) fn demanded(name: &str, constraint: &TokenStream, check: &TokenStream) -> TokenStream {
    quote!(.demanded(#name, #constraint, #check))
}
