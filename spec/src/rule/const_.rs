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
        let near = self.0.as_str().map(near_ids).unwrap_or_default();
        witnesses.extend(near.into_iter().map(|id| {
            let about = format!("`{id}`");
            Witness::reject(id, about)
        }));
        witnesses
    }
}

/// Ids that name another model, or this one in another form: an id is a maker, a name and a version, as in `maker:name@2`.
fn near_ids(id: &str) -> Vec<String> {
    let Some((maker, (name, version))) =
        id.split_once(':').and_then(|(maker, rest)| Some((maker, rest.split_once('@')?)))
    else {
        return Vec::new();
    };
    let mut versions =
        vec![format!("{version}.5"), format!("{version}.0"), format!("v{version}"), "latest".to_owned()];
    if let Ok(number) = version.parse::<u32>() {
        versions.extend([number.saturating_sub(1), number + 1].map(|number| number.to_string()));
    }
    let mut ids: Vec<String> = versions.iter().map(|version| format!("{maker}:{name}@{version}")).collect();
    ids.extend([
        format!("{maker}:{name}"),
        format!("{maker}:{name}@"),
        format!("{name}@{version}"),
        format!("{name}-{version}"),
        format!("{maker}-{name}-{version}"),
        format!("{maker}:{name}-{version}"),
        format!("{maker}/{name}@{version}"),
        format!("{maker}:{name}-mini@{version}"),
        format!("{maker}:another@{version}"),
        format!("another:{name}@{version}"),
    ]);
    ids
}
