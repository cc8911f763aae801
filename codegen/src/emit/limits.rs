//! Bounds as constants.

use crate::docs;
use crate::names::{Scope, shouty};
use crate::number::{float, integer};
use airspec_spec::model::{Constraint, Kinds, Model, Rule, Schema};
use bigdecimal::{BigDecimal, ToPrimitive as _};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

pub(super) fn declaration() -> TokenStream {
    let docs = docs::attributes(
        "The limits of the spec, for forms, sliders and planning, before there is a request.",
    );
    quote!(#docs #[allow(dead_code, reason = "which ones are used is for users to decide")] pub)
}

/// The bounds.
pub(super) fn items(model: &Model) -> TokenStream {
    let constants = constants(model).into_iter().map(|constant| constant.item);
    quote!(#(#constants)*)
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
    let rule = &constraint.rule;
    let (kind, value) = match (rule, rule.bound(), rule.length().or(rule.items())) {
        (Rule::MultipleOf(step), ..) => number(schema, step),
        (_, Some(bound), _) => number(schema, bound.value),
        (_, _, Some(count)) => Some((quote!(usize), integer(count.count.into()))),
        _ => None,
    }?;
    let ident = scope.mint(&[shouty(&constraint.id)]);
    let docs = docs::attributes(&format!("`{}` {}.", schema.path, constraint.expected));
    let item = quote!(#docs pub const #ident: #kind = #value;);
    Some(Constant { id: &constraint.id, name: ident, item })
}

fn number(schema: &Schema, number: &BigDecimal) -> Option<(TokenStream, TokenStream)> {
    if Kinds::INTEGER.includes(schema.kinds()) && number.is_integer() {
        let whole = number.to_i128()?;
        let kind = [
            ("u32", 0, i128::from(u32::MAX)),
            ("i64", i128::from(i64::MIN), i128::from(i64::MAX)),
            ("u64", 0, i128::from(u64::MAX)),
        ]
        .into_iter()
        .find(|(_, low, high)| (*low..=*high).contains(&whole))
        .map(|(kind, ..)| format_ident!("{kind}"))?;
        return Some((quote!(#kind), integer(whole)));
    }
    let value = number.to_f64().filter(|value| value.is_finite())?;
    Some((quote!(f64), float(value)))
}
