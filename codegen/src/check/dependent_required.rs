//! `dependentRequired`.

use airspec_spec::model::DependentRequired;
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn call(rule: &DependentRequired, constraint: &TokenStream) -> TokenStream {
    let needs = rule.needs.iter().map(|(trigger, needs)| quote!((#trigger, &[#(#needs),*])));
    quote!(.dependent_required(#constraint, &[#(#needs),*]))
}
