//! `const`.

use crate::literal::plain;
use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

pub(super) fn call(value: &Value, constraint: &TokenStream) -> TokenStream {
    let value = plain(value);
    quote!(.const_(#constraint, #value))
}
