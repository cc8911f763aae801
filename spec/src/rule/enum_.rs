//! `enum`: a closed set of values, with the documentation of each value where there is one.

use super::{Keyword, Scope};
use crate::document::{Diagnostic, Member, Node, text};
use crate::model::value::{parts, repeated};
use crate::model::witness::misses_of;
use crate::model::{self, EnumValue, Rule, Schema, Side, Witness};
use crate::vocabulary::tempting;

pub(super) struct Enum<'a>(pub(super) &'a model::Enum);

pub(super) fn read<'a>(member: &Member<'a>, scope: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    let mut values: Vec<EnumValue> = Vec::new();
    for item in member.value.items()? {
        values.push(EnumValue { value: item.value()?, title: None, description: None });
    }
    let mut repeated = repeated(values.iter().map(|one| &one.value)).into_iter();
    values.retain(|_| !repeated.next().unwrap_or_default());
    Ok(rule(member.value, model::Enum { values }, scope))
}

/// The rule of these values, unless they are more than a document may have.
pub(super) fn rule<'a>(node: Node<'a>, list: model::Enum, scope: &mut dyn Scope<'a>) -> Vec<Rule> {
    let parts = list.values.iter().map(|one| parts(&one.value)).sum();
    if scope.admits(node, parts) { vec![Rule::Enum(list)] } else { Vec::new() }
}

/// The documented form, a `oneOf` of constants. `None` where the branches are anything but different constants.
pub(super) fn read_documented(node: Node<'_>) -> Option<model::Enum> {
    let mut values: Vec<EnumValue> = Vec::new();
    for branch in node.items().ok()? {
        let mut value = None;
        let (mut title, mut description) = (None, None);
        for member in branch.members().ok()? {
            match member.key.as_str() {
                "const" => value = Some(member.value.value().ok()?),
                "title" => title = Some(member.value.string().ok()?),
                "description" => description = Some(member.value.string().ok()?),
                _ => return None,
            }
        }
        values.push(EnumValue { value: value?, title, description });
    }
    let is_list = !values.is_empty() && !repeated(values.iter().map(|one| &one.value)).contains(&true);
    is_list.then_some(model::Enum { values })
}

impl<'a> Keyword<'a> for Enum<'a> {
    fn name(&self) -> &'static str {
        "enum"
    }

    fn rank(&self) -> u8 {
        3
    }

    fn sentence(&self) -> String {
        let words: Vec<String> = self.0.values.iter().map(|known| text::literal(&known.value)).collect();
        match words.len() {
            0 => "must be one of no values".to_owned(),
            1 => format!("must be {}", words[0]),
            _ => format!("must be one of {}", words.join(", ")),
        }
    }

    /// Each value, and what is nearly one of them.
    fn witnesses(&self, schema: &Schema) -> Vec<Witness> {
        let mut witnesses: Vec<Witness> = self
            .0
            .values
            .iter()
            .map(|one| Witness::accept(one.value.clone(), text::literal(&one.value)))
            .collect();
        // Long lists are of a kind: near misses of a few values tell as much as those of all.
        for one in self.0.values.iter().take(4) {
            witnesses.extend(misses_of(&one.value));
        }
        witnesses.push(Witness::reject("", "empty"));
        let named = schema.description.as_deref().map(words_in_ticks).unwrap_or_default();
        for word in named.iter().map(String::as_str).chain(tempting(schema.name())) {
            witnesses.push(Witness::reject(word, format!("`{word}`")));
        }
        let texts = self.0.values.iter().filter_map(|one| one.value.as_str());
        witnesses.extend(texts.flat_map(variants));
        witnesses.retain(|witness| witness.side == Side::Accept || !self.0.contains(&witness.value));
        witnesses
    }
}

/// Letter case and blanks that near misses do not have.
fn variants(value: &str) -> [Witness; 3] {
    let title = text::capitalised(&value.to_lowercase());
    let reject =
        |text: String, about| Witness::reject(text, format!("`{}` {about}", text::shorten(value, 30)));
    [
        reject(title, "in title case"),
        reject(format!(" {value} "), "between spaces"),
        reject(format!("{value}\t"), "before a tab"),
    ]
}

/// The words that a description sets in backticks.
fn words_in_ticks(text: &str) -> Vec<String> {
    let text = text.replace("\\`", "`");
    text.split('`').skip(1).step_by(2).filter(|word| word.len() < 30).map(str::to_owned).collect()
}
