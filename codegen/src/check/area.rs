//! `x-constraints` with the operation `area`.

use crate::number::range;
use airspec_spec::model::Relation;
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn call(relation: &Relation, constraint: &TokenStream) -> TokenStream {
    let ([a, b], range) = (&relation.parameters, range(relation.minimum.as_ref(), relation.maximum.as_ref()));
    quote!(.area(#constraint, [#a, #b], #range))
}
