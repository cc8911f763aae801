//! What the spec says of a model beside its constraints, as a function of the runtime's builder: sizes, grids of numbers,
//! rules of the model's owner and prices.

use crate::imports::{imports, used};
use crate::number::{decimal, float, integer, range};
use airspec_spec::Model;
use airspec_spec::behaviour::Kind;
use airspec_spec::model::{Edge, Kinds, Operation, Relation, Rule, Schema};
use airspec_spec::price::prices;
use proc_macro2::TokenStream;
use quote::quote;

/// What the function uses of the runtime.
const RUNTIME: &[(&str, &[&str])] =
    &[("decimal", &["Decimal", "Range"]), ("facts", &["Facts", "Operation"]), ("grid", &["Grid"])];

/// The items of the module.
pub(super) fn items(model: &Model) -> TokenStream {
    let size = size(model);
    let grids = model.task.tree().into_iter().filter_map(grid);
    let constraints = model.task.constraints.iter().filter_map(|constraint| {
        let relation = constraint.rule.relation()?;
        let (id, arguments) = (&*constraint.id, relation_arguments(relation));
        Some(quote!(.constraint(#id, #arguments)))
    });
    let rules = model.owner_rules.iter().map(|rule| {
        let arguments = relation_arguments(rule);
        quote!(.owner_rule(#arguments))
    });
    let prices = price_calls(model);
    let items = quote! {
        /// Sizes, legal numbers, rules of the model's owner and prices.
        pub(super) fn facts() -> Facts {
            Facts::default() #size #(#grids)* #(#constraints)* #(#rules)* #prices
        }
    };
    let imports = imports(&used(items.clone()), RUNTIME);
    quote!(#imports #items)
}

fn size(model: &Model) -> Option<TokenStream> {
    model.behaviours.iter().find_map(|behaviour| match &behaviour.kind {
        Kind::Size { width, height } => Some(quote!(.size(#width, #height))),
        _ => None,
    })
}

/// The range and the step of a parameter. A range without one of its ends is left out: no number is then the nearest.
fn grid(schema: &Schema) -> Option<TokenStream> {
    let mut calls = TokenStream::new();
    let mut path = None;
    for constraint in &schema.constraints {
        let call = match &constraint.rule {
            Rule::MultipleOf(step) => {
                let step = decimal(step);
                quote!(.multiple_of(#step))
            }
            rule => match rule.bound() {
                Some(bound) if bound.edge == Edge::Minimum => {
                    let value = decimal(bound.value);
                    quote!(.minimum(#value))
                }
                Some(bound) if bound.edge == Edge::Maximum => {
                    let value = decimal(bound.value);
                    quote!(.maximum(#value))
                }
                Some(_) => return None,
                None => continue,
            },
        };
        calls.extend(call);
        path = constraint.id.rsplit_once('.').map(|(path, _)| path);
    }
    let path = path?;
    let kind = if Kinds::INTEGER.includes(schema.kinds()) { quote!(integer) } else { quote!(number) };
    let default = schema.default.as_ref().and_then(|default| u32::try_from(default.as_u64()?).ok());
    let default = default.map(|default| integer(default.into())).map(|default| quote!(.default(#default)));
    Some(quote!(.grid(Grid::#kind(#path) #calls #default)))
}

fn relation_arguments(relation: &Relation) -> TokenStream {
    let operation = match relation.operation {
        Operation::Area => quote!(Operation::Area),
        Operation::Ratio => quote!(Operation::Ratio),
    };
    let ([a, b], range) = (&relation.parameters, range(relation.minimum.as_ref(), relation.maximum.as_ref()));
    quote!(#operation, [#a, #b], #range)
}

/// The price examples, and the parameter that sets most of the price.
fn price_calls(model: &Model) -> TokenStream {
    let prices = prices(model);
    let tier = prices.tier.as_deref().map(|path| {
        let default = model.task.at(path).and_then(|schema| schema.default.as_ref()?.as_str());
        let default = option(default.map(|default| quote!(#default)));
        quote!(.tier(#path, #default))
    });
    let examples = prices.examples.iter().map(|example| {
        let size = option(example.size.map(|(width, height)| {
            let (width, height) = (integer(width.into()), integer(height.into()));
            quote!((#width, #height))
        }));
        let tier = option(example.tier.as_deref().map(|tier| quote!(#tier)));
        let usd = float(example.usd);
        quote!(.price(#size, #tier, #usd))
    });
    quote!(#tier #(#examples)*)
}

fn option(value: Option<TokenStream>) -> TokenStream {
    value.map_or_else(|| quote!(None), |value| quote!(Some(#value)))
}
