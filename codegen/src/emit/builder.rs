//! The builder: required parameters in one struct, every other one a method named by its path.

use super::structs::can_default;
use crate::docs;
use crate::facts::setter_docs;
use crate::names::{Scope, snake};
use crate::plan::{Plan, Shape, Struct, Width};
use crate::spelling::rust_type;
use airspec_spec::Model;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::collections::HashMap;

pub(super) fn items(model: &Model, plan: &Plan<'_>) -> TokenStream {
    let request = plan.request();
    let about = docs::attributes(
        "The required parameters of a request. If one is missing, the code does not compile.",
    );
    let required = required_struct(request, plan, &format_ident!("Required"), &about);
    let about = docs::paragraphs(&[
        format!("Builds a request for {}.", model.title),
        "Each method is named by the path of its parameter, dots as underscores, and takes ordinary values. `build` \
         reports all violations at once."
            .to_owned(),
    ]);
    let start = start(request, plan);
    let setters = setters(plan);
    let hints = hints(&setters);
    let setters = setters.into_iter().map(|setter| setter.item);
    let items = quote! {
        #required

        #about
        #[derive(Clone, Debug)]
        #[must_use = "a builder does nothing until `build` is called"]
        pub struct RequestBuilder { pub(super) request: Request }

        impl Request { #start }

        impl RequestBuilder { #(#setters)* }

        #hints
    };
    let imports = super::inner_imports(&items, plan);
    quote!(#imports #items)
}

/// Methods that are named by the last word of a path alone. They work, and the compiler names the whole path.
fn hints(setters: &[Setter<'_>]) -> Option<TokenStream> {
    let short = |setter: &Setter<'_>| setter.path.rsplit_once('.').map(|(_, name)| snake(name));
    let mut counts: HashMap<String, usize> = HashMap::new();
    // Names that mean something else.
    let taken = ["build", "build_unchecked", "clone"].map(str::to_owned);
    let taken = taken.into_iter().chain(setters.iter().map(|setter| setter.name.to_string()));
    for name in taken.chain(setters.iter().filter_map(short)) {
        *counts.entry(name).or_default() += 1;
    }
    let hints: Vec<TokenStream> = setters
        .iter()
        .filter_map(|setter| Some((setter, short(setter).filter(|short| counts[short] == 1)?)))
        .map(|(setter, short)| {
            let (Setter { path, name, argument, .. }, short) = (setter, format_ident!("{short}"));
            let note = format!("use `{name}`: the parameter is `{path}`");
            quote! {
                #[doc(hidden)]
                #[deprecated(note = #note)]
                pub fn #short(self, value: #argument) -> Self { self.#name(value) }
            }
        })
        .collect();
    (!hints.is_empty()).then(|| {
        quote! {
            impl RequestBuilder { #(#hints)* }
        }
    })
}

/// The function that starts a request.
fn start(request: &Struct<'_>, plan: &Plan<'_>) -> TokenStream {
    let asked: Vec<&Ident> = request
        .fields
        .iter()
        .filter(|field| plan.is_caller_supplied(field))
        .map(|field| &field.ident)
        .collect();
    let filled = request.fields.iter().map(|field| {
        let ident = &field.ident;
        match () {
            () if field.property.required.is_none() => quote!(#ident: None,),
            () if plan.is_caller_supplied(field) => quote!(#ident,),
            () if plan.is_generated(field) => quote!(#ident: Uuid::new_v4(),),
            () => {
                let kind = rust_type(&field.shape, plan);
                quote!(#ident: #kind::default(),)
            }
        }
    });
    let other = request.other.as_ref().map(|other| quote!(#other: Map::new(),));
    let note = long(request.fields.len());
    let required = if asked.is_empty() { quote!(_) } else { quote!(Required { #(#asked),* }) };
    quote! {
        /// Starts a request. Constants are filled in; the task's UUID is a random one unless it is set.
        #note
        pub fn builder(#required: Required) -> RequestBuilder {
            RequestBuilder { request: Request { #(#filled)* #other } }
        }
    }
}

/// For a function that takes a line for each parameter of an object with many.
pub(crate) fn long(lines: usize) -> Option<TokenStream> {
    /// As many lines as clippy takes for too many, less those around the parameters.
    const MANY: usize = 94;
    (lines > MANY).then(|| quote!(#[allow(clippy::too_many_lines, reason = "a line for each parameter")]))
}

/// The struct of the required members of an object.
pub(super) fn required_struct(
    one: &Struct<'_>,
    plan: &Plan<'_>,
    ident: &Ident,
    about: &TokenStream,
) -> TokenStream {
    let fields = one.fields.iter().filter(|field| plan.is_caller_supplied(field)).map(|field| {
        let (ident, kind) = (&field.ident, rust_type(&field.shape, plan));
        let docs = setter_docs(field, &one.ident.to_string(), "See");
        quote!(#docs pub #ident: #kind,)
    });
    quote! {
        #about
        #[derive(Clone, Debug, PartialEq)]
        pub struct #ident { #(#fields)* }
    }
}

/// A method of the builder.
pub(crate) struct Setter<'a> {
    /// The parameter that it sets.
    pub(crate) path: &'a str,
    pub(crate) name: Ident,
    /// The type of what it takes.
    pub(crate) argument: TokenStream,
    item: TokenStream,
}

/// The methods of the builder, one for each parameter that can be set.
pub(crate) fn setters<'a>(plan: &Plan<'a>) -> Vec<Setter<'a>> {
    let mut setters = Vec::new();
    collect(plan.request(), plan, &[], &mut Scope::with("build build_unchecked clone"), &mut setters);
    setters
}

fn collect<'a>(
    one: &Struct<'a>,
    plan: &Plan<'a>,
    above: &[TokenStream],
    scope: &mut Scope,
    out: &mut Vec<Setter<'a>>,
) {
    for field in &one.fields {
        if plan.is_constant(field) && field.property.required.is_some() {
            continue;
        }
        let ident = &field.ident;
        let name = scope.mint(&[snake(&field.property.schema.path)]);
        let docs = setter_docs(field, &one.ident.to_string(), "Sets");
        let (argument, value) = argument(&field.shape, plan);
        // Found by its last word as well, unless that is all that its name has.
        let alias = (!above.is_empty()).then(|| snake(&field.property.name));
        let alias = alias.filter(|alias| name != alias.as_str());
        let alias = alias.map(|alias| quote!(#[doc(alias = #alias)]));
        let value = if field.property.required.is_some() { value } else { quote!(Some(#value)) };
        let item = quote! {
            #docs
            #alias
            pub fn #name(mut self, value: #argument) -> Self {
                self.request #(#above)*.#ident = #value;
                self
            }
        };
        out.push(Setter { path: &field.property.schema.path, name, argument, item });
        if let Shape::Struct(index) = field.shape
            && can_default(&plan.structs[index], plan)
        {
            let step = if field.property.required.is_some() {
                quote!(.#ident)
            } else {
                quote!(.#ident.get_or_insert_default())
            };
            let above: Vec<TokenStream> = above.iter().cloned().chain([step]).collect();
            collect(&plan.structs[index], plan, &above, scope, out);
        }
    }
}

/// What a method takes, and how the field is made of it.
pub(super) fn argument(shape: &Shape, plan: &Plan<'_>) -> (TokenStream, TokenStream) {
    let kind = rust_type(shape, plan);
    match shape {
        Shape::Text | Shape::Json | Shape::Real | Shape::Integer(Width::Any) => {
            (quote!(impl Into<#kind>), quote!(value.into()))
        }
        Shape::List(item) => match item.as_ref() {
            Shape::Text | Shape::Json | Shape::Real | Shape::Integer(Width::Any) => {
                let item = rust_type(item, plan);
                (
                    quote!(impl IntoIterator<Item = impl Into<#item>>),
                    quote!(value.into_iter().map(Into::into).collect()),
                )
            }
            item => {
                let item = rust_type(item, plan);
                (quote!(impl IntoIterator<Item = #item>), quote!(value.into_iter().collect()))
            }
        },
        Shape::Struct(_)
        | Shape::Enum(_)
        | Shape::Uuid
        | Shape::Integer(Width::U32 | Width::U64 | Width::I64)
        | Shape::Number
        | Shape::Boolean => (kind, quote!(value)),
    }
}
