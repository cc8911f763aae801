//! What generated code imports: of all that a module may use, what it does use, so that no import is idle.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};
use std::collections::BTreeSet;

/// The imports from modules of the runtime, each with the names that may be wanted.
pub(crate) fn imports(used: &BTreeSet<String>, known: &[(&str, &[&str])]) -> TokenStream {
    let lines = known.iter().map(|(module, names)| {
        let names: Vec<Ident> =
            names.iter().filter(|name| used.contains(**name)).map(|name| format_ident!("{name}")).collect();
        let path = (!module.is_empty()).then(|| {
            let module = format_ident!("{module}");
            quote!(::#module)
        });
        import(&quote!(airspec_models #path), &names.iter().collect::<Vec<_>>())
    });
    lines.collect()
}

/// The import of some names from one module, in the order of the alphabet.
pub(crate) fn import(module: &TokenStream, names: &[&Ident]) -> TokenStream {
    let mut names = names.to_vec();
    names.sort();
    match names.as_slice() {
        [] => TokenStream::new(),
        [name] => quote!(use #module::#name;),
        names => quote!(use #module::{#(#names),*};),
    }
}

/// The names by which items are reached: identifiers that are not parts of a longer path.
pub(crate) fn used(tokens: TokenStream) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    collect(tokens, &mut names);
    names
}

fn collect(tokens: TokenStream, names: &mut BTreeSet<String>) {
    // How many colons came last: after two, an identifier is part of a path.
    let mut colons = 0;
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ':' => {
                colons += 1;
                continue;
            }
            TokenTree::Ident(ident) if colons < 2 => drop(names.insert(ident.to_string())),
            TokenTree::Group(group) => collect(group.stream(), names),
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
        colons = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_used_by_its_name_is_imported() {
        let items = quote!(
            struct A {
                b: Integer,
                c: Mode,
            }
            fn f() -> Mode {
                Mode::Uuid
            }
        );
        let imports = imports(&used(items), &[("", &["Integer", "Uuid"]), ("node", &["Object"])]);
        assert_eq!(
            imports.to_string(),
            quote!(
                use airspec_models::Integer;
            )
            .to_string()
        );
    }
}
