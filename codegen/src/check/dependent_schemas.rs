//! `dependentSchemas`.

use super::{Emitter, Role};
use airspec_spec::model::DependentSchema;
use proc_macro2::TokenStream;
use quote::quote;

impl<'m> Emitter<'_, 'm> {
    pub(super) fn dependent_schemas(
        &mut self,
        branches: &'m [DependentSchema],
        constraint: &TokenStream,
        role: Role<'_>,
    ) -> TokenStream {
        let branches = branches.iter().map(|one| {
            let (trigger, condition) = (&one.trigger, self.consequence(&one.schema, role));
            quote!((#trigger, #condition))
        });
        quote!(.dependent_schemas(#constraint, &[#(#branches),*]))
    }
}
