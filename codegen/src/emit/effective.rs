//! What the server takes when a parameter is left out: never sent, returned by a method of its own.

use crate::docs;
use crate::names::{Scope, snake};
use crate::number::{float, integer};
use crate::plan::{Field, Plan, Shape, Struct, Width};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::Value;

/// For each parameter with a default, at any depth, a function that gives the value that holds.
pub(super) fn items(plan: &Plan<'_>) -> TokenStream {
    let all: Vec<TokenStream> = effective(plan).into_iter().map(|one| one.item).collect();
    if all.is_empty() { TokenStream::new() } else { quote!(impl Request { #(#all)* }) }
}

/// The function that gives the effective value of each parameter that has one.
pub(crate) fn accessors<'a>(plan: &Plan<'a>) -> Vec<(&'a str, Ident)> {
    effective(plan).into_iter().map(|one| (one.path, one.name)).collect()
}

/// A function that gives an effective value.
struct Accessor<'a> {
    path: &'a str,
    name: Ident,
    item: TokenStream,
}

fn effective<'a>(plan: &Plan<'a>) -> Vec<Accessor<'a>> {
    let mut found = Vec::new();
    collect(plan.request(), plan, &[], &mut Scope::default(), &mut found);
    found
}

/// The way to an object within the request: the fields, and whether each is always there.
type Step<'p> = (&'p Ident, bool);

fn collect<'a>(
    one: &Struct<'a>,
    plan: &Plan<'a>,
    above: &[Step<'_>],
    scope: &mut Scope,
    found: &mut Vec<Accessor<'a>>,
) {
    for field in &one.fields {
        let is_required = field.property.required.is_some();
        if let Shape::Struct(index) = field.shape {
            let above: Vec<Step<'_>> = above.iter().copied().chain([(&field.ident, is_required)]).collect();
            collect(&plan.structs[index], plan, &above, scope, found);
        } else if let Some(effective) = default(field, plan).filter(|_| !is_required) {
            found.push(accessor(field, effective, above, scope));
        }
    }
}

fn accessor<'a>(
    field: &Field<'a>,
    Effective { kind, held, value }: Effective,
    above: &[Step<'_>],
    scope: &mut Scope,
) -> Accessor<'a> {
    let schema = &field.property.schema;
    let name = snake(&schema.path);
    let name = scope.mint(&[format!("effective_{}", name.trim_start_matches('_'))]);
    let shown = airspec_spec::text::literal(schema.default.as_ref().unwrap_or(&Value::Null));
    let docs = docs::attributes(&format!("The value of `{}`, or the server default {shown}.", schema.path));
    let reached = reached(above, &field.ident, &held);
    let item = quote! {
        #docs
        #[must_use]
        pub fn #name(&self) -> #kind { #reached.unwrap_or(#value) }
    };
    Accessor { path: &schema.path, name, item }
}

/// The optional value of a field that may lie within objects that may be absent.
fn reached(above: &[Step<'_>], field: &Ident, held: &TokenStream) -> TokenStream {
    let Some(first) = above.iter().position(|(_, is_required)| !is_required) else {
        let path = above.iter().map(|(ident, _)| ident);
        return quote!(self.#(#path.)*#field #held);
    };
    let path = above[..=first].iter().map(|(ident, _)| ident);
    let steps = above[first + 1..].iter().map(|(ident, is_required)| {
        if *is_required {
            quote!(.map(|outer| &outer.#ident))
        } else {
            quote!(.and_then(|outer| outer.#ident.as_ref()))
        }
    });
    quote!(self #(.#path)*.as_ref() #(#steps)*.and_then(|outer| outer.#field #held))
}

/// What an accessor gives: its type, how it looks at the value that is set, and the default.
struct Effective {
    kind: TokenStream,
    held: TokenStream,
    value: TokenStream,
}

impl Effective {
    fn copied(kind: TokenStream, value: TokenStream) -> Self {
        Self { kind, held: TokenStream::new(), value }
    }
}

/// The default as a Rust value, where the type is a plain one.
fn default(field: &Field<'_>, plan: &Plan<'_>) -> Option<Effective> {
    let default = field.property.schema.default.as_ref()?;
    match (&field.shape, default) {
        (Shape::Enum(index), value) => {
            let one = &plan.enums[*index];
            let variant =
                one.variants.iter().find(|variant| airspec_spec::model::equal(variant.value, value))?;
            let (kind, variant) = (&one.ident, &variant.ident);
            Some(Effective::copied(quote!(#kind), quote!(#kind::#variant)))
        }
        (Shape::Boolean, Value::Bool(value)) => Some(Effective::copied(quote!(bool), quote!(#value))),
        (Shape::Text, Value::String(text)) => {
            Some(Effective { kind: quote!(&str), held: quote!(.as_deref()), value: quote!(#text) })
        }
        (Shape::Json, value) => {
            let value = scalar(value)?;
            Some(Effective {
                kind: quote!(Value),
                held: quote!(.clone()),
                value: quote!(Value::from(#value)),
            })
        }
        (Shape::Number, Value::Number(number)) => {
            let value = float(number.as_f64()?);
            Some(Effective::copied(quote!(f64), value))
        }
        (Shape::Real, Value::Number(number)) => {
            let is_exact = number.as_i128().is_none_or(|whole| whole.abs() < 1 << 53);
            let value = float(number.as_f64().filter(|_| is_exact)?);
            Some(Effective::copied(quote!(Real), quote!(Real::from(#value))))
        }
        (Shape::Integer(width), Value::Number(number)) => whole(*width, number),
        _ => None,
    }
}

fn whole(width: Width, number: &serde_json::Number) -> Option<Effective> {
    let number = number.as_i128()?;
    let value = integer(number);
    let small = i32::try_from(number).is_ok();
    let (kind, value) = match width {
        Width::U32 => u32::try_from(number).ok().map(|_| (quote!(u32), value)),
        Width::U64 => u64::try_from(number).ok().map(|_| (quote!(u64), value)),
        Width::I64 => i64::try_from(number).ok().map(|_| (quote!(i64), value)),
        Width::Any if small => Some((quote!(Integer), quote!(Integer::from(#value)))),
        Width::Any => {
            i64::try_from(number).ok().map(|number| (quote!(Integer), quote!(Integer::from(#number))))
        }
    }?;
    Some(Effective::copied(kind, value))
}

/// A value that is no list and no object, as a Rust literal that JSON is made from.
fn scalar(value: &Value) -> Option<TokenStream> {
    match value {
        Value::Bool(flag) => Some(quote!(#flag)),
        Value::String(text) => Some(quote!(#text)),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) if i32::try_from(whole).is_ok() => Some(integer(whole.into())),
            (Some(whole), _) => Some(quote!(#whole)),
            (None, Some(whole)) => Some(quote!(#whole)),
            (None, None) => number.as_f64().map(float),
        },
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
