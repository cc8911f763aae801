//! `const`: one value.

use super::{Keyword, Scope};
use crate::document::{Diagnostic, Member, text};
use crate::model::value::parts;
use crate::model::witness::misses_of;
use crate::model::{Rule, Schema, Witness};
use crate::vocabulary::elsewhere;
use serde_json::Value;

pub(super) struct Const<'a>(pub(super) &'a Value);

pub(super) fn read<'a>(member: &Member<'a>, scope: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    let constant = member.value.value()?;
    let is_admitted = scope.admits(member.value, parts(&constant));
    Ok(if is_admitted { vec![Rule::Const(constant)] } else { Vec::new() })
}

impl<'a> Keyword<'a> for Const<'a> {
    fn name(&self) -> &'static str {
        "const"
    }

    fn rank(&self) -> u8 {
        2
    }

    fn sentence(&self) -> String {
        format!("must be {}", text::literal(self.0))
    }

    fn witnesses(&self, schema: &Schema) -> Vec<Witness> {
        let mut witnesses = vec![Witness::accept(self.0.clone(), "the value")];
        witnesses.extend(misses_of(self.0));
        witnesses.push(Witness::reject("", "empty"));
        let known = elsewhere().values.get(schema.name()).into_iter().flatten();
        let others = known.filter(|word| self.0.as_str() != Some(word.as_str()));
        witnesses.extend(others.map(|word| Witness::reject(word.as_str(), format!("`{word}`"))));
        witnesses
    }
}
