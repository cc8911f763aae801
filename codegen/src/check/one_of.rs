//! `oneOf`.

use super::Emitter;
use airspec_spec::Schema;
use proc_macro2::TokenStream;
use quote::quote;

impl<'m> Emitter<'_, 'm> {
    pub(super) fn one_of(&mut self, branches: &'m [Schema], constraint: &TokenStream) -> TokenStream {
        let conditions = branches.iter().map(|branch| self.condition(branch));
        quote!(.one_of(#constraint, &[#(#conditions),*]))
    }
}
