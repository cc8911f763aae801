//! `allOf`.

use super::{Emitter, Role};
use airspec_spec::Schema;
use proc_macro2::TokenStream;
use quote::quote;

impl<'m> Emitter<'_, 'm> {
    pub(super) fn all_of(
        &mut self,
        schema: &'m Schema,
        constraint: &TokenStream,
        role: Role<'_>,
    ) -> TokenStream {
        let consequence = self.consequence(schema, role);
        quote!(.all_of(#constraint, #consequence))
    }
}
