//! `items`: a check for each item of an array.

use super::{Emitter, Role};
use crate::plan::Shape;
use airspec_spec::Schema;
use proc_macro2::TokenStream;
use quote::quote;

impl<'m> Emitter<'_, 'm> {
    pub(super) fn items(&mut self, schema: &'m Schema, shape: Option<&Shape>, role: Role) -> TokenStream {
        let Some(items) = schema.items.as_deref() else { return TokenStream::new() };
        match role {
            Role::Parameter => {
                let item = match shape {
                    Some(Shape::List(item)) => Some(item.as_ref()),
                    _ => None,
                };
                let function = self.function(items, item);
                function.map(|function| quote!(check::each(node, at, out, #function);)).unwrap_or_default()
            }
            Role::Condition => {
                let body = self.body(items, None, role, None);
                if body.is_empty() {
                    body
                } else {
                    quote!(check::each(node, at, out, |node, at, out| { #body });)
                }
            }
        }
    }
}
