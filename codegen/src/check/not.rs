//! `not`.

use super::Emitter;
use airspec_spec::Schema;
use proc_macro2::TokenStream;
use quote::quote;

impl<'m> Emitter<'_, 'm> {
    pub(super) fn not(&mut self, schema: &'m Schema, constraint: &TokenStream) -> TokenStream {
        let condition = self.condition(schema);
        quote!(.not(#constraint, #condition))
    }
}
