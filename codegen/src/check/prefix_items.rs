//! `prefixItems`, with the `items` beside it.

use super::Emitter;
use airspec_spec::model::PrefixItems;
use proc_macro2::TokenStream;
use quote::quote;

impl<'m> Emitter<'_, 'm> {
    pub(super) fn prefix_items(&mut self, rule: &'m PrefixItems, constraint: &TokenStream) -> TokenStream {
        let first: Vec<TokenStream> = rule.first.iter().map(|schema| self.condition(schema)).collect();
        let others = self.optional_condition(rule.others.as_ref());
        quote!(.prefix_items(#constraint, &[#(#first),*], #others))
    }
}
