//! `not`.

use super::Emitter;
use airspec_spec::Schema;
use proc_macro2::TokenStream;
use quote::quote;

impl<'m> Emitter<'_, 'm> {
    /// `excluded` is the member that it speaks of, where it speaks of no other.
    pub(super) fn not(
        &mut self,
        schema: &'m Schema,
        excluded: Option<&str>,
        constraint: &TokenStream,
    ) -> TokenStream {
        let condition = self.condition(schema);
        match excluded {
            Some(name) => quote!(.not_member(#constraint, #name, #condition)),
            None => quote!(.not(#constraint, #condition)),
        }
    }
}
