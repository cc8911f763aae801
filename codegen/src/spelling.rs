//! How the types of a plan are spelled in Rust.

use crate::plan::{Plan, Shape, Width};
use proc_macro2::TokenStream;
use quote::quote;

/// The Rust type of a shape.
pub(crate) fn rust_type(shape: &Shape, plan: &Plan<'_>) -> TokenStream {
    match shape {
        Shape::Struct(index) => {
            let ident = &plan.structs[*index].ident;
            quote!(#ident)
        }
        Shape::Enum(index) => {
            let ident = &plan.enums[*index].ident;
            quote!(#ident)
        }
        Shape::Text => quote!(String),
        Shape::Uuid => quote!(Uuid),
        Shape::Integer(Width::U32) => quote!(u32),
        Shape::Integer(Width::U64) => quote!(u64),
        Shape::Integer(Width::I64) => quote!(i64),
        Shape::Integer(Width::Any) => quote!(Integer),
        Shape::Number => quote!(f64),
        Shape::Real => quote!(Real),
        Shape::Boolean => quote!(bool),
        Shape::List(item) => {
            let item = rust_type(item, plan);
            quote!(Vec<#item>)
        }
        Shape::Json => quote!(Value),
    }
}
