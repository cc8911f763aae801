//! `x-constraints`: area and ratio.

use super::range::decimal;
use airspec::rule::{Operation, Relation};
use bigdecimal::BigDecimal;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

pub(super) fn call(relation: &Relation, reference: &TokenStream) -> TokenStream {
    let name = format_ident!(
        "{}",
        match relation.operation {
            Operation::Area => "area",
            Operation::Ratio => "ratio",
        }
    );
    let [a, b] = &relation.parameters;
    let end = |bound: &Option<BigDecimal>| match bound {
        Some(bound) => {
            let bound = decimal(bound);
            quote!(Some(#bound))
        }
        None => quote!(None),
    };
    let (minimum, maximum) = (end(&relation.minimum), end(&relation.maximum));
    quote!(check::#name(node, at, out, #reference, (#a, #b), #minimum, #maximum);)
}
