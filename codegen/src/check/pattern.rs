//! `pattern`: each one a static that is compiled when it is first used.

use super::Emitter;
use airspec::rule::Pattern;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

impl Emitter<'_, '_> {
    pub(super) fn pattern(&mut self, pattern: &Pattern, reference: &TokenStream) -> TokenStream {
        let text = &pattern.rust;
        let known = self.checks.patterns.iter().position(|known| known == text);
        let index = known.unwrap_or_else(|| {
            self.checks.patterns.push(text.clone());
            let index = self.checks.patterns.len() - 1;
            let ident = format_ident!("PATTERN_{index}");
            self.checks
                .statics
                .push(quote!(static #ident: Pattern = Pattern::new(|| check::pattern::compile(#text));));
            index
        });
        let ident = format_ident!("PATTERN_{index}");
        quote!(check::pattern(node, at, out, #reference, &#ident);)
    }
}
