//! `multipleOf`.

use crate::number::decimal;
use bigdecimal::BigDecimal;
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn call(step: &BigDecimal, constraint: &TokenStream) -> TokenStream {
    let step = decimal(step);
    quote!(.multiple_of(#constraint, #step))
}
