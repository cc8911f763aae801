//! `allOf`, `anyOf`, `oneOf`, `not`, `if` and `contains`: rules made of conditions.

use super::{Emitter, Role};
use airspec_spec::Schema;
use airspec_spec::rule::Rule;
use proc_macro2::TokenStream;
use quote::quote;

impl<'m> Emitter<'_, 'm> {
    pub(super) fn composite(&mut self, rule: &'m Rule, reference: &TokenStream) -> TokenStream {
        match rule {
            Rule::AllOf(schema) => {
                let condition = self.condition(schema);
                quote!(check::all_of(node, at, out, #reference, #condition);)
            }
            Rule::Not(schema) => {
                let condition = self.condition(schema);
                quote!(check::not(node, at, out, #reference, #condition);)
            }
            Rule::Contains(schema) => {
                let condition = self.condition(schema);
                quote!(check::contains(node, at, out, #reference, #condition);)
            }
            Rule::AnyOf(branches) => {
                let conditions = branches.iter().map(|branch| self.condition(branch));
                quote!(check::any_of(node, at, out, #reference, &[#(#conditions),*]);)
            }
            Rule::OneOf(branches) => {
                let conditions = branches.iter().map(|branch| self.condition(branch));
                quote!(check::one_of(node, at, out, #reference, &[#(#conditions),*]);)
            }
            Rule::If(rule) => {
                let free = quote!(|_, _| {});
                let condition = self.condition(&rule.condition);
                let then = rule.then.as_ref().map_or_else(|| free.clone(), |then| self.condition(then));
                let otherwise = rule
                    .otherwise
                    .as_ref()
                    .map_or_else(|| free.clone(), |otherwise| self.condition(otherwise));
                quote!(check::implies(node, at, out, #reference, #condition, #then, #otherwise);)
            }
            other => unreachable!("`{}` is not made of conditions", other.keyword()),
        }
    }

    /// A schema as a function that reports to a probe.
    fn condition(&mut self, schema: &'m Schema) -> TokenStream {
        let body = self.body(schema, None, Role::Condition, None);
        if body.is_empty() {
            return quote!(|_, _| {});
        }
        quote!(|node, out| { let at = &At::Root; #body })
    }
}
