//! `propertyNames`: the name of every member satisfies a schema.

use super::{Keyword, Scope, branch_witnesses, minimal, phrase, samples};
use crate::document::{Diagnostic, Member};
use crate::model::{Rule, Schema, Witness};
use serde_json::Value;
use std::slice;

pub(super) struct PropertyNames<'a>(pub(super) &'a Schema);

#[allow(clippy::unnecessary_wraps)] // all readers have one signature
pub(super) fn read<'a>(member: &Member<'a>, scope: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    Ok(vec![Rule::PropertyNames(Box::new(scope.condition(member.value, "propertyNames")))])
}

impl<'a> Keyword<'a> for PropertyNames<'a> {
    fn name(&self) -> &'static str {
        "propertyNames"
    }

    fn rank(&self) -> u8 {
        11
    }

    fn sentence(&self) -> String {
        format!("must have only names of which this is true: {}", phrase(self.0))
    }

    fn children(&self) -> Vec<&'a Schema> {
        vec![self.0]
    }

    fn witnesses(&self, schema: &Schema) -> Vec<Witness> {
        let plain = minimal(schema);
        let value = schema.additional.as_deref().and_then(|other| samples(other).into_iter().next());
        let value = value.unwrap_or(Value::from(1));
        let mut witnesses = vec![Witness::accept(plain.clone(), "the required members alone")];
        for witness in branch_witnesses(slice::from_ref(self.0)) {
            let Value::String(name) = witness.value else { continue };
            let mut object = plain.clone();
            object.insert(name, value.clone());
            let about = format!("a name: {}", witness.about);
            witnesses.push(Witness { value: Value::Object(object), about, ..witness });
        }
        witnesses
    }

    /// What a name is like names no member of the object.
    fn parameters(&self) -> Vec<String> {
        Vec::new()
    }
}
