//! `patternProperties`, with the `additionalProperties` beside it.

use super::Emitter;
use airspec_spec::model::PatternProperties;
use proc_macro2::TokenStream;
use quote::quote;

impl<'m> Emitter<'_, 'm> {
    pub(super) fn pattern_properties(
        &mut self,
        rule: &'m PatternProperties,
        constraint: &TokenStream,
    ) -> TokenStream {
        let patterns: Vec<TokenStream> = rule
            .patterns
            .iter()
            .map(|one| {
                let pattern = self.pattern_static(&one.pattern);
                let condition = self.condition(&one.schema);
                quote!((&#pattern, #condition))
            })
            .collect();
        let declared = &rule.declared;
        let others = self.optional_condition(rule.others.as_ref());
        quote!(.pattern_properties(#constraint, &[#(#patterns),*], &[#(#declared),*], #others))
    }
}
