//! A module of several files, or of one: the same items either way.

use crate::{GenerateError, print};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// The items of a module.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    /// Imports and re-exports.
    pub(crate) imports: TokenStream,
    /// What stands in the module itself.
    pub(crate) root: TokenStream,
    pub(crate) inner: Vec<Inner>,
}

/// A module within it.
#[derive(Clone, Debug)]
pub(crate) struct Inner {
    name: &'static str,
    /// Documentation, attributes and visibility.
    declaration: TokenStream,
    items: TokenStream,
}

impl Inner {
    pub(crate) fn new(name: &'static str, declaration: TokenStream, items: TokenStream) -> Self {
        Self { name, declaration, items }
    }
}

impl Files {
    /// The module as one stream of items.
    pub(crate) fn inline(&self) -> TokenStream {
        let Self { imports, root, .. } = self;
        let inner = self.filled().map(|Inner { name, declaration, items }| {
            let ident = format_ident!("{name}");
            quote!(#declaration mod #ident { #items })
        });
        quote!(#imports #root #(#inner)*)
    }

    /// The name and the text of each file of the module's folder.
    pub(crate) fn texts(&self, header: &str, spec: &str) -> Result<Vec<(String, String)>, GenerateError> {
        let Self { imports, root, .. } = self;
        let declared = self.filled().map(|Inner { name, declaration, .. }| {
            let ident = format_ident!("{name}");
            quote!(#declaration mod #ident;)
        });
        let mut texts =
            vec![("mod.rs".to_owned(), text(header, quote!(#(#declared)* #imports #root), spec)?)];
        for Inner { name, items, .. } in self.filled() {
            texts.push((format!("{name}.rs"), text(header, items.clone(), spec)?));
        }
        Ok(texts)
    }

    /// The modules that hold anything.
    fn filled(&self) -> impl Iterator<Item = &Inner> {
        self.inner.iter().filter(|inner| !inner.items.is_empty())
    }
}

/// Items as the text of a file.
pub(crate) fn text(header: &str, items: TokenStream, spec: &str) -> Result<String, GenerateError> {
    let file = syn::parse2(items).map_err(|error| GenerateError::NotRust { spec: spec.to_owned(), error })?;
    Ok(print::file(header, file))
}
