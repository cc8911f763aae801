//! The constraints of the spec, as statics that violations name and users can look up.

use crate::docs;
use crate::plan::Plan;
use airspec::Model;
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn module(model: &Model, plan: &Plan<'_>) -> TokenStream {
    let all = model.constraints();
    let idents: Vec<_> = all.iter().map(|constraint| plan.constraint(constraint)).collect();
    let statics = all.iter().zip(&idents).map(|(constraint, ident)| {
        let id = constraint.id.as_str();
        let subject = if constraint.parameter.is_empty() {
            "the task".to_owned()
        } else {
            format!("`{}`", constraint.parameter)
        };
        let docs = docs::attributes(&format!("`{id}`: {subject} {}.", constraint.expected));
        let expected = &constraint.expected;
        let documentation = constraint.documentation.as_deref().unwrap_or_default();
        quote!(#docs pub static #ident: Constraint = Constraint::new(#id, #expected, #documentation);)
    });
    quote! {
        /// Every constraint that a request must satisfy.
        #[allow(dead_code)]
        pub mod constraints {
            use airspec_models::Constraint;

            /// All of them, in the order of the spec.
            pub static ALL: &[&Constraint] = &[#(&#idents),*];

            #(#statics)*
        }
    }
}
