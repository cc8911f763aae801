//! How a document writes facts: the order of keywords, values with their descriptions, rules, levels.

use crate::document::Tree;
use crate::facts::{Fact, is_rule};
use crate::import::wording::Found;
use crate::model::Level;

/// The order in which a document states facts.
pub(super) const ORDER: [&str; 17] = [
    "type",
    "const",
    "enum",
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "exclusiveMinimum",
    "maximum",
    "exclusiveMaximum",
    "multipleOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "contains",
];

/// Facts that stand behind the members and the items.
pub(super) const LAST: [&str; 11] = [
    "prefixItems",
    "minItems",
    "maxItems",
    "uniqueItems",
    "patternProperties",
    "propertyNames",
    "unevaluatedProperties",
    "additionalProperties",
    "default",
    "x-value-count",
    "x-unique",
];

/// The values without a description, as JSON; `None` where nothing lacks wording. Values that were never described are
/// not asked for one by one.
pub(super) fn without_words(members: &[(String, Tree)]) -> Option<Vec<String>> {
    let get = |name: &str| members.iter().find(|(keyword, _)| keyword == name).map(|(_, value)| value);
    let branches = get("oneOf").map(Tree::items).unwrap_or_default();
    let (described, bare): (Vec<&Tree>, Vec<&Tree>) = branches
        .iter()
        .filter(|branch| branch.get("const").is_some())
        .partition(|branch| branch.get("description").is_some());
    let values = || bare.iter().filter_map(|branch| branch.get("const")).map(Tree::line).collect();
    match get("description") {
        None => Some(values()),
        Some(_) if !described.is_empty() && !bare.is_empty() => Some(values()),
        Some(_) => None,
    }
}

/// States a fact. A list of values is a `oneOf` of constants, so that each value has a place for its description.
pub(super) fn push(
    members: &mut Vec<(String, Tree)>,
    fact: &Fact,
    old: Option<&Tree>,
    elsewhere: Option<&Found>,
) {
    match fact.keyword.as_str() {
        "enum" => {
            let known = old.and_then(|tree| tree.get("oneOf")).map(Tree::items).unwrap_or_default();
            let branch = |value: &Tree| {
                let same = |branch: &&Tree| branch.get("const").map(Tree::sorted) == Some(value.sorted());
                let known =
                    known.iter().find(same).filter(|branch| branch.get("description").is_some()).cloned();
                let found = || elsewhere.and_then(|found| found.value(value));
                let bare = || Tree::object([("const", value.clone())]);
                known.or_else(found).unwrap_or_else(bare)
            };
            let mut values: Vec<&Tree> = Vec::new();
            for value in fact.value.items() {
                if !values.iter().any(|known| known.sorted() == value.sorted()) {
                    values.push(value);
                }
            }
            members.push(("oneOf".to_owned(), Tree::List(values.into_iter().map(branch).collect())));
        }
        "if" => members.extend(fact.value.members().iter().cloned()),
        keyword => members.push((keyword.to_owned(), fact.value.clone())),
    }
}

/// Rules over the members of an object, each a branch of `allOf`.
pub(super) fn rules(facts: &[Fact], is_object: bool, members: &mut Vec<(String, Tree)>) {
    let mut branches = Vec::new();
    for fact in facts.iter().filter(|fact| is_rule(&fact.keyword)) {
        match fact.keyword.as_str() {
            "allOf" => branches.extend(fact.value.items().to_vec()),
            "x-constraints" => {}
            _ if !is_object => {}
            keyword => {
                let mut branch = if keyword == "if" {
                    fact.value.members().to_vec()
                } else {
                    vec![(keyword.to_owned(), fact.value.clone())]
                };
                if fact.level != Level::Badge {
                    let level = Tree::object([(keyword, Tree::text(fact.level.word()))]);
                    branch.push(("x-levels".to_owned(), level));
                }
                branches.push(Tree::Object(branch));
            }
        }
    }
    let related: Vec<Tree> =
        facts.iter().filter(|fact| fact.keyword == "x-constraints").map(|fact| fact.value.clone()).collect();
    if !related.is_empty() {
        members.push(("x-constraints".to_owned(), Tree::List(related)));
    }
    if let Some(fact) = facts.iter().find(|fact| fact.keyword == "dependentRequired" && !is_object) {
        members.push((fact.keyword.clone(), fact.value.clone()));
    }
    if let Some(fact) = facts.iter().find(|fact| fact.keyword == "dependentSchemas" && !is_object) {
        members.push((fact.keyword.clone(), fact.value.clone()));
    }
    if !branches.is_empty() {
        members.push(("allOf".to_owned(), Tree::List(branches)));
    }
}

/// `x-levels`, in the order that the document has.
pub(super) fn levels(facts: &[Fact], is_object: bool, old: Option<&Tree>, members: &mut Vec<(String, Tree)>) {
    let own = |fact: &&Fact| fact.level != Level::Badge && !(is_object && is_rule(&fact.keyword));
    let keyword = |fact: &Fact| fact.keyword.clone();
    let stated: Vec<(String, Level)> =
        facts.iter().filter(own).map(|fact| (keyword(fact), fact.level)).collect();
    let known = old.and_then(|tree| tree.get("x-levels")).map(Tree::members).unwrap_or_default();
    let rank = |name: &str| {
        let place = known.iter().position(|(known, _)| known == name);
        let all = ORDER.into_iter().chain(LAST);
        (
            place.unwrap_or(usize::MAX),
            all.into_iter().position(|keyword| keyword == name).unwrap_or(usize::MAX),
        )
    };
    let mut stated = stated;
    stated.sort_by_key(|(name, _)| rank(name));
    if !stated.is_empty() {
        let levels = stated.into_iter().map(|(name, level)| (name, Tree::text(level.word())));
        members.push(("x-levels".to_owned(), Tree::object(levels)));
    }
}
