//! The constraints of the spec, as a table of statics that violations name and users can look up.

use crate::docs;
use crate::plan::Plan;
use airspec_spec::{Constraint, Model};
use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

pub(super) fn declaration(model: &Model) -> TokenStream {
    let parts = [Some("Every constraint that a request must satisfy.".to_owned()), docs::unchecked(model)];
    let docs = docs::paragraphs(&parts.into_iter().flatten().collect::<Vec<_>>());
    quote!(#docs pub)
}

/// The table: a block for each page that documents constraints, a row for each constraint.
pub(super) fn items(model: &Model, plan: &Plan<'_>) -> TokenStream {
    let all = model.constraints();
    let blocks = all.chunk_by(|one, next| one.documentation == next.documentation).map(|block| {
        let page = block.first().and_then(|one| one.documentation.as_deref()).unwrap_or_default();
        let rows = block.iter().map(|constraint| row(constraint, plan));
        quote!(#page { #(#rows)* })
    });
    quote!(airspec_models::constraints! { #(#blocks)* })
}

fn row(constraint: &Constraint, plan: &Plan<'_>) -> TokenStream {
    let (id, expected) = (constraint.id.as_str(), &constraint.expected);
    let ident = plan.constraint(constraint);
    // The runtime makes the documentation of the two, unless they hold what Markdown would take for its own.
    let about = format!("`{id}`: {expected}.");
    let safe = docs::lines(&about).join(" ");
    let about = (safe != about).then(|| quote!(, #safe));
    quote!(#ident = #id: #expected #about;)
}

/// The names of the statics that a table declares.
pub(crate) fn names(table: TokenStream) -> Vec<String> {
    let blocks = table.into_iter().filter_map(|token| match token {
        TokenTree::Group(block) => Some(block.stream().into_iter().collect::<Vec<_>>()),
        _ => None,
    });
    let is_end = |token: &TokenTree| matches!(token, TokenTree::Punct(sign) if sign.as_char() == ';');
    let names = |block: Vec<TokenTree>| -> Vec<String> {
        let rows = block.split(is_end).filter_map(<[TokenTree]>::first);
        rows.map(ToString::to_string).collect()
    };
    blocks.flat_map(names).collect()
}
