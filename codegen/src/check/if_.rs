//! `if` with `then` and `else`.

use super::{Emitter, Role};
use airspec_spec::model::{If, Schema};
use proc_macro2::TokenStream;
use quote::quote;

impl<'m> Emitter<'_, 'm> {
    pub(super) fn if_(&mut self, rule: &'m If, constraint: &TokenStream, role: Role<'_>) -> TokenStream {
        let mut branch = |schema: &'m Option<Schema>| match schema {
            Some(schema) => self.consequence(schema, role),
            None => quote!(|_| {}),
        };
        let (then, otherwise) = (branch(&rule.then), branch(&rule.otherwise));
        let condition = self.condition(&rule.condition);
        quote!(.if_(#constraint, #condition, #then, #otherwise))
    }
}
