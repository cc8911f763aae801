//! `uniqueItems`.

use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn call(constraint: &TokenStream) -> TokenStream {
    quote!(.unique_items(#constraint))
}
