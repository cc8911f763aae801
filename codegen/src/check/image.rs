//! `x-constraints` about the images of a parameter.

use crate::number::range;
use airspec_spec::model::{ImageRange, Measure};
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn call(image: &ImageRange, constraint: &TokenStream) -> TokenStream {
    let measure = match image.measure {
        Measure::Width => quote!(Width),
        Measure::Height => quote!(Height),
        Measure::Area => quote!(Area),
        Measure::Ratio => quote!(Ratio),
    };
    let range = range(image.minimum.as_ref(), image.maximum.as_ref());
    quote!(.image(#constraint, Measure::#measure, #range))
}
