//! `anyOf`: at least one of several schemas holds.

use super::{Keyword, Scope, branch_witnesses, branches, phrase};
use crate::document::{Diagnostic, Member, text};
use crate::model::{Property, Rule, Schema, Witness};

pub(super) struct AnyOf<'a>(pub(super) &'a [Schema]);

pub(super) fn read<'a>(member: &Member<'a>, scope: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    Ok(vec![Rule::AnyOf(branches(member, scope)?)])
}

impl<'a> Keyword<'a> for AnyOf<'a> {
    fn name(&self) -> &'static str {
        "anyOf"
    }

    fn rank(&self) -> u8 {
        14
    }

    fn sentence(&self) -> String {
        let single = |branch: &Schema| match branch.constraints.as_slice() {
            [only] if branch.properties.is_empty() && branch.items.is_none() => Some(only.rule.sentence()),
            _ => None,
        };
        let demands: Option<Vec<String>> = self.0.iter().map(single).collect();
        if let Some(demands) = demands.filter(|demands| demands.len() > 1) {
            return text::list(&demands, "or");
        }
        let names: Option<Vec<String>> = self.0.iter().map(only_required).collect();
        if let Some(names) = names.filter(|names| names.len() > 1) {
            return format!("must have at least one of {}", text::list(&text::ticked(&names), "and"));
        }
        if let Some(table) = table(self.0) {
            return format!("must have values of which {table}");
        }
        let forms: Vec<String> = self.0.iter().map(phrase).collect();
        match forms.as_slice() {
            [] => "must satisfy one of no alternatives".to_owned(),
            [one] => format!("must satisfy this: {one}"),
            many => format!("must satisfy at least one of these: {}", many.join("; ")),
        }
    }

    fn condition(&self, _: &str) -> String {
        table(self.0).unwrap_or_else(|| alternatives(self.0))
    }

    fn is_composite(&self) -> bool {
        true
    }

    fn children(&self) -> Vec<&'a Schema> {
        self.0.iter().collect()
    }

    fn witnesses(&self, _: &Schema) -> Vec<Witness> {
        branch_witnesses(self.0)
    }
}

/// A table of allowed combinations, where every branch gives constants to the same members.
pub(super) fn table(branches: &[Schema]) -> Option<String> {
    let row = |branch: &Schema| -> Option<(Vec<String>, Vec<String>)> {
        let plain =
            branch.constraints.is_empty() && branch.properties.iter().all(|property| property.declared);
        let cell = |property: &Property| match property.schema.constraints.as_slice() {
            [only] => match &only.rule {
                Rule::Const(value) => Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
                _ => None,
            },
            _ => None,
        };
        let cells: Option<Vec<String>> = branch.properties.iter().map(cell).collect();
        let names = branch.properties.iter().map(|property| property.name.clone()).collect();
        plain.then_some((names, cells?))
    };
    let rows: Option<Vec<_>> = branches.iter().map(row).collect();
    let rows = rows
        .filter(|rows| rows.len() > 1 && rows[0].0.len() > 1 && rows.iter().all(|row| row.0 == rows[0].0))?;
    let cells: Vec<String> = rows.iter().map(|row| row.1.join(" × ")).collect();
    Some(format!("{} is one of {}", text::ticked(&rows[0].0).join(" × "), cells.join(", ")))
}

/// Schemas as alternatives in words.
pub(super) fn alternatives(branches: &[Schema]) -> String {
    let forms: Vec<String> = branches.iter().map(phrase).collect();
    if forms.len() == 1 { forms[0].clone() } else { format!("({})", text::list(&forms, "or")) }
}

/// The one name that a schema requires, where it does nothing else.
pub(super) fn only_required(schema: &Schema) -> Option<String> {
    match schema.properties.as_slice() {
        [property] if !property.declared && schema.constraints.is_empty() => Some(property.name.clone()),
        _ => None,
    }
}
