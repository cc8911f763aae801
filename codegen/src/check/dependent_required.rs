//! `dependentRequired`.

use super::Role;
use airspec_spec::model::DependentRequired;
use proc_macro2::TokenStream;
use quote::quote;

/// A condition reports to nobody, and so needs no sentences.
pub(super) fn call(rule: &DependentRequired, constraint: &TokenStream, role: Role<'_>) -> TokenStream {
    let is_silent = matches!(role, Role::Condition);
    let branches = rule.demands().map(|(trigger, demands)| {
        let demands = demands.map(|(name, sentence)| {
            let sentence = if is_silent { "" } else { sentence };
            quote!((#name, #sentence))
        });
        quote!((#trigger, &[#(#demands),*]))
    });
    quote!(.dependent_required(#constraint, &[#(#branches),*]))
}
