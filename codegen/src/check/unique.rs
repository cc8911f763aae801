//! `x-unique`: the runtime compares the tasks of a batch; a task says which member it is, and names the constraint.

use crate::plan::Plan;
use airspec_spec::Model;
use proc_macro2::TokenStream;
use quote::quote;

/// The member and the constraint; an empty name where no member must differ.
pub(crate) fn pair(model: &Model, plan: &Plan<'_>) -> TokenStream {
    match model.unique() {
        Some(constraint) => {
            let (name, ident) = (constraint.parameter.as_str(), plan.constraint(constraint));
            quote!((#name, &constraints::#ident))
        }
        None => quote!(("", &airspec_models::check::CONDITION)),
    }
}
