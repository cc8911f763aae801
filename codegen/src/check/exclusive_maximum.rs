//! `exclusiveMaximum`.

use crate::number::decimal;
use bigdecimal::BigDecimal;
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn call(bound: &BigDecimal, constraint: &TokenStream) -> TokenStream {
    let bound = decimal(bound);
    quote!(.exclusive_maximum(#constraint, #bound))
}
