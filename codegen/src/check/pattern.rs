//! `pattern`: each one is a static, a shape where it can be one, else a text that is compiled when it is first used.

mod shape;

use super::Emitter;
use airspec_spec::model::Pattern;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

impl Emitter<'_, '_> {
    pub(super) fn pattern(&mut self, pattern: &Pattern, constraint: &TokenStream) -> TokenStream {
        let ident = self.pattern_static(pattern);
        quote!(.pattern(#constraint, &#ident))
    }

    /// The static of a pattern.
    pub(super) fn pattern_static(&mut self, pattern: &Pattern) -> Ident {
        let known = self.patterns.iter().position(|known| *known == pattern.rust);
        let index = known.unwrap_or_else(|| {
            self.patterns.push(pattern.rust.clone());
            self.patterns.len() - 1
        });
        format_ident!("PATTERN_{index}")
    }

    /// The statics of all patterns.
    pub(super) fn patterns(&self) -> TokenStream {
        let statics = self.patterns.iter().enumerate().map(|(index, text)| {
            let ident = format_ident!("PATTERN_{index}");
            let pattern = match shape::of(text) {
                Some(rows) => quote!(Pattern::Shape(&[#(&[#(#rows),*]),*])),
                None => quote!(Pattern::Expression(Expression::new(#text))),
            };
            quote!(static #ident: Pattern = #pattern;)
        });
        quote!(#(#statics)*)
    }
}
