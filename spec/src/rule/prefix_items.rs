//! `prefixItems`: the first items of an array satisfy a schema each.
//!
//! `items` beside it is about the items after those: the two are one rule.

use super::{Keyword, Scope, branch_witnesses, phrase, samples};
use crate::document::{Diagnostic, Member, Node};
use crate::model::{self, Rule, Schema, Witness};
use serde_json::Value;
use std::slice;

pub(super) struct PrefixItems<'a>(pub(super) &'a model::PrefixItems);

/// The rule of `prefixItems` and the `items` beside it.
pub(crate) fn read<'a>(
    member: &Member<'a>,
    items: Option<Node<'a>>,
    scope: &mut dyn Scope<'a>,
) -> Result<Rule, Diagnostic> {
    let first = super::branches(member, scope)?;
    let others = items.map(|node| scope.condition(node, "items"));
    Ok(Rule::PrefixItems(model::PrefixItems { first, others }))
}

impl<'a> Keyword<'a> for PrefixItems<'a> {
    fn name(&self) -> &'static str {
        "prefixItems"
    }

    fn rank(&self) -> u8 {
        10
    }

    fn sentence(&self) -> String {
        let said = |(index, schema): (usize, &Schema)| format!("for item {index}, {}", phrase(schema));
        let mut parts: Vec<String> = self.0.first.iter().enumerate().map(said).collect();
        if let Some(others) = &self.0.others {
            parts.push(format!("for each item after these, {}", phrase(others)));
        }
        format!("must satisfy this: {}", parts.join("; "))
    }

    fn children(&self) -> Vec<&'a Schema> {
        self.0.first.iter().chain(&self.0.others).collect()
    }

    /// What an item is like names no member of the array.
    fn parameters(&self) -> Vec<String> {
        Vec::new()
    }

    /// Arrays up to each item, with values near the rules of that one.
    fn witnesses(&self, _: &Schema) -> Vec<Witness> {
        let mut witnesses = vec![Witness::accept(Vec::<Value>::new(), "no items")];
        let mut before: Vec<Value> = Vec::new();
        for (index, schema) in self.children().into_iter().enumerate() {
            let legal = samples(schema);
            let plain = legal.iter().take(2).map(|value| Witness::accept(value.clone(), "a plain value"));
            witnesses.extend(plain.chain(branch_witnesses(slice::from_ref(schema))).map(|witness| {
                let value = before.iter().cloned().chain([witness.value]).collect();
                Witness { value, about: format!("item {index}: {}", witness.about), ..witness }
            }));
            before.extend(legal.into_iter().next());
        }
        witnesses
    }
}
