//! `format`.

use airspec_spec::model::Format;
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn call(format: Format, constraint: &TokenStream) -> TokenStream {
    let format = match format {
        Format::Uuid => quote!(Uuid),
        Format::Uuid4 => quote!(Uuid4),
        Format::Uri => quote!(Uri),
    };
    quote!(.format(#constraint, Format::#format))
}
