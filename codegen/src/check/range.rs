//! `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, and decimals in code.

use airspec::rule::{Bound, Edge};
use bigdecimal::{BigDecimal, ToPrimitive as _};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

pub(super) fn call(range: Bound<'_>, reference: &TokenStream) -> TokenStream {
    let name = match range.edge {
        Edge::Minimum => "minimum",
        Edge::Maximum => "maximum",
        Edge::ExclusiveMinimum => "exclusive_minimum",
        Edge::ExclusiveMaximum => "exclusive_maximum",
    };
    let (name, bound) = (format_ident!("{name}"), decimal(range.value));
    quote!(check::#name(node, at, out, #reference, #bound);)
}

/// An exact decimal: mantissa and power of ten. Whole numbers keep a power of zero, which is the quickest to check.
pub(super) fn decimal(number: &BigDecimal) -> TokenStream {
    let whole = number.with_scale(0);
    let (mantissa, exponent) = match whole.to_i128().filter(|_| number.is_integer()) {
        Some(integer) => (integer, 0),
        None => {
            let (mantissa, scale) = number.normalized().into_bigint_and_exponent();
            (mantissa.to_i128().expect("the reader limits the digits"), -scale)
        }
    };
    let (mantissa, exponent) = (Literal::i128_unsuffixed(mantissa), Literal::i64_unsuffixed(exponent));
    quote!(Decimal::new(#mantissa, #exponent))
}
