//! `unevaluatedProperties: false`.

use super::Emitter;
use airspec_spec::model::UnevaluatedProperties;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

impl Emitter<'_, '_> {
    pub(super) fn unevaluated_properties(
        &mut self,
        known: &UnevaluatedProperties,
        constraint: &TokenStream,
    ) -> TokenStream {
        let patterns: Vec<Ident> =
            known.patterns.iter().map(|pattern| self.pattern_static(pattern)).collect();
        let names = &known.names;
        quote!(.unevaluated_properties(#constraint, &[#(#names),*], &[#(&#patterns),*]))
    }
}
