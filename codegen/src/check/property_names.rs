//! `propertyNames`.

use super::Emitter;
use airspec_spec::Schema;
use proc_macro2::TokenStream;
use quote::quote;

impl<'m> Emitter<'_, 'm> {
    pub(super) fn property_names(&mut self, schema: &'m Schema, constraint: &TokenStream) -> TokenStream {
        let condition = self.condition(schema);
        quote!(.property_names(#constraint, #condition))
    }
}
