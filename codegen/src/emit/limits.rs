//! Bounds as constants, and what the provider takes when a parameter is left out.

use crate::docs;
use crate::names::{Scope, shouty, snake};
use crate::plan::{Field, Plan, Shape, Struct, Width};
use airspec::rule::Kinds;
use airspec::rule::Rule;
use airspec::{Constraint, Model, Schema};
use bigdecimal::{BigDecimal, ToPrimitive as _};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;

/// The module of bounds.
pub(super) fn module(model: &Model) -> TokenStream {
    let constants: Vec<TokenStream> = constants(model).into_iter().map(|constant| constant.item).collect();
    if constants.is_empty() {
        return TokenStream::new();
    }
    quote! {
        /// The limits of the spec, for those who need them before there is a request: forms, sliders, planning.
        #[allow(dead_code)]
        pub mod limits {
            #(#constants)*
        }
    }
}

/// A bound as a constant.
pub(crate) struct Constant<'a> {
    /// The constraint that states it.
    pub(crate) id: &'a str,
    pub(crate) name: Ident,
    item: TokenStream,
}

/// The constants of a model.
pub(crate) fn constants(model: &Model) -> Vec<Constant<'_>> {
    let mut scope = Scope::default();
    let all = model.task.tree().into_iter();
    all.flat_map(|schema| schema.constraints.iter().map(move |constraint| (schema, constraint)))
        .filter_map(|(schema, constraint)| constant(schema, constraint, &mut scope))
        .collect()
}

fn constant<'a>(schema: &Schema, constraint: &'a Constraint, scope: &mut Scope) -> Option<Constant<'a>> {
    let (kind, value) = match &constraint.rule {
        Rule::Minimum(limit)
        | Rule::Maximum(limit)
        | Rule::ExclusiveMinimum(limit)
        | Rule::ExclusiveMaximum(limit)
        | Rule::MultipleOf(limit) => number(schema, limit),
        Rule::MinLength(limit) | Rule::MaxLength(limit) | Rule::MinItems(limit) | Rule::MaxItems(limit) => {
            Some(count(*limit))
        }
        _ => return None,
    }?;
    let ident = scope.mint(&[shouty(&constraint.id)]);
    let docs = docs::attributes(&format!("`{}` {}.", schema.path, constraint.expected));
    let item = quote!(#docs pub const #ident: #kind = #value;);
    Some(Constant { id: &constraint.id, name: ident, item })
}

fn count(count: u64) -> (TokenStream, TokenStream) {
    let value = Literal::u64_unsuffixed(count);
    (quote!(usize), quote!(#value))
}

fn number(schema: &Schema, number: &BigDecimal) -> Option<(TokenStream, TokenStream)> {
    if Kinds::INTEGER.includes(schema.kinds()) && number.is_integer() {
        let integer = number.to_i128()?;
        let kind = [
            ("u32", 0, i128::from(u32::MAX)),
            ("i64", i128::from(i64::MIN), i128::from(i64::MAX)),
            ("u64", 0, i128::from(u64::MAX)),
        ]
        .into_iter()
        .find(|(_, low, high)| (*low..=*high).contains(&integer))
        .map(|(kind, ..)| format_ident!("{kind}"))?;
        let value = Literal::i128_unsuffixed(integer);
        return Some((quote!(#kind), quote!(#value)));
    }
    let value = Literal::f64_unsuffixed(number.to_f64().filter(|float| float.is_finite())?);
    Some((quote!(f64), quote!(#value)))
}

/// For each parameter with a default, at any depth, the value that holds on the provider's side.
pub(super) fn effective_values(plan: &Plan<'_>) -> TokenStream {
    let all = effective(plan).into_iter().map(|one| one.item);
    quote!(#(#all)*)
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
    collect(plan.request(), plan, &quote!(Some(self)), &mut Scope::default(), &mut found);
    found
}

fn collect<'a>(
    one: &Struct<'a>,
    plan: &Plan<'a>,
    reach: &TokenStream,
    scope: &mut Scope,
    found: &mut Vec<Accessor<'a>>,
) {
    for field in &one.fields {
        let ident = &field.ident;
        let is_required = field.property.required.is_some();
        if let Shape::Struct(index) = field.shape {
            let reach = if is_required {
                quote!(#reach.map(|outer| &outer.#ident))
            } else {
                quote!(#reach.and_then(|outer| outer.#ident.as_ref()))
            };
            collect(&plan.structs[index], plan, &reach, scope, found);
        } else if let Some(Effective { kind, held, value }) = default(field, plan)
            && !is_required
        {
            let name = snake(&field.property.schema.path);
            let name = scope.mint(&[format!("effective_{}", name.trim_start_matches('_'))]);
            let shown =
                airspec::text::literal(field.property.schema.default.as_ref().unwrap_or(&Value::Null));
            let docs = docs::attributes(&format!(
                "What holds for `{}`: the value that is set, else the provider's default {shown}.",
                field.property.schema.path
            ));
            let item = quote! {
                #docs
                #[must_use]
                pub fn #name(&self) -> #kind {
                    #reach.and_then(|outer| outer.#ident #held).unwrap_or(#value)
                }
            };
            found.push(Accessor { path: &field.property.schema.path, name, item });
        }
    }
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
            let variant = one.variants.iter().find(|variant| airspec::rule::equal(variant.value, value))?;
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
            let value = Literal::f64_unsuffixed(number.as_f64()?);
            Some(Effective::copied(quote!(f64), quote!(#value)))
        }
        (Shape::Real, Value::Number(number)) => {
            let value = Literal::f64_unsuffixed(
                number.as_f64().filter(|_| number.as_i128().is_none_or(|whole| whole.abs() < 1 << 53))?,
            );
            Some(Effective::copied(quote!(Real), quote!(Real::from(#value))))
        }
        (Shape::Integer(width), Value::Number(number)) => integer(*width, number),
        _ => None,
    }
}

fn integer(width: Width, number: &serde_json::Number) -> Option<Effective> {
    let value = Literal::i128_unsuffixed(number.as_i128()?);
    let (kind, value) = match width {
        Width::U32 => u32::try_from(number.as_i128()?).ok().map(|_| (quote!(u32), quote!(#value))),
        Width::U64 => number.as_u64().map(|_| (quote!(u64), quote!(#value))),
        Width::I64 => number.as_i64().map(|_| (quote!(i64), quote!(#value))),
        Width::Any => number.as_i64().map(|_| (quote!(Integer), quote!(Integer::from(#value as i64)))),
    }?;
    Some(Effective::copied(kind, value))
}

/// A value that is no list and no object, as a Rust literal that JSON is made from.
fn scalar(value: &Value) -> Option<TokenStream> {
    match value {
        Value::Bool(flag) => Some(quote!(#flag)),
        Value::String(text) => Some(quote!(#text)),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(integer), _) => Some(quote!(#integer)),
            (None, Some(integer)) => Some(quote!(#integer)),
            (None, None) => number.as_f64().map(|float| quote!(#float)),
        },
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
