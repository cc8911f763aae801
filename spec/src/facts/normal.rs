//! The normal form of a fact's value: facts that say the same have the same normal form.

use crate::document::Tree;

/// Keywords that carry no fact within a rule.
const WORDS: [&str; 8] =
    ["title", "description", "externalDocs", "$id", "$comment", "examples", "x-levels", "x-order"];

/// A value of a keyword without wording and without order where order means nothing.
#[must_use]
pub fn normal(keyword: &str, value: &Tree) -> Tree {
    match keyword {
        "type" => match set(value.sorted()) {
            Tree::List(mut kinds) if kinds.len() == 1 => kinds.remove(0),
            kinds => kinds,
        },
        "enum" | "required" => set(value.sorted()),
        "dependentRequired" => {
            Tree::object(value.members().iter().map(|(name, needs)| (name.clone(), set(needs.clone()))))
                .sorted()
        }
        "dependentSchemas" | "patternProperties" => {
            Tree::object(value.members().iter().map(|(name, part)| (name.clone(), schema(part)))).sorted()
        }
        "if" if value.get("if").is_some() => {
            Tree::object(value.members().iter().map(|(name, part)| (name.clone(), schema(part)))).sorted()
        }
        "anyOf" | "oneOf" | "allOf" => branches(value),
        // The order of the items is what it is about.
        "prefixItems" => Tree::List(value.items().iter().map(schema).collect()),
        "not" | "contains" | "propertyNames" | "additionalProperties" | "if" => schema(value),
        _ => value.sorted(),
    }
}

fn schema(value: &Tree) -> Tree {
    let mut members: Vec<(String, Tree)> = Vec::new();
    for (keyword, part) in value.members() {
        match keyword.as_str() {
            word if WORDS.contains(&word) => {}
            "properties" | "patternProperties" => {
                let properties = part.members().iter().map(|(name, part)| (name.clone(), schema(part)));
                members.push((keyword.clone(), Tree::object(properties)));
            }
            "items" | "then" | "else" => members.push((keyword.clone(), schema(part))),
            _ => members.push((keyword.clone(), normal(keyword, part))),
        }
    }
    if !matches!(value, Tree::Object(_)) {
        return value.sorted();
    }
    lone_branch(join_required(members))
}

/// `allOf` of names that are required is one list of names.
fn join_required(mut members: Vec<(String, Tree)>) -> Vec<(String, Tree)> {
    let is_names = |branch: &Tree| matches!(branch.members(), [(keyword, _)] if keyword == "required");
    let Some(index) = members.iter().position(|(keyword, branches)| {
        keyword == "allOf" && !branches.items().is_empty() && branches.items().iter().all(is_names)
    }) else {
        return members;
    };
    let (_, branches) = members.remove(index);
    let mut names: Vec<Tree> = branches
        .items()
        .iter()
        .flat_map(|branch| branch.get("required").map(Tree::items).unwrap_or_default().to_vec())
        .collect();
    if let Some(index) = members.iter().position(|(keyword, _)| keyword == "required") {
        names.extend(members.remove(index).1.items().to_vec());
    }
    members.push(("required".to_owned(), set(Tree::List(names))));
    members
}

/// A schema that is one branch of one list is that branch.
fn lone_branch(members: Vec<(String, Tree)>) -> Tree {
    if let [(keyword, Tree::List(branches))] = members.as_slice()
        && matches!(keyword.as_str(), "allOf" | "anyOf" | "oneOf")
        && let [only] = branches.as_slice()
    {
        return only.clone();
    }
    Tree::Object(members).sorted()
}

fn branches(value: &Tree) -> Tree {
    let mut branches: Vec<Tree> = value.items().iter().map(schema).collect();
    branches.sort_by_key(Tree::line);
    Tree::List(branches)
}

/// A value of a keyword without the wording in it, otherwise as it is.
#[must_use]
pub fn without_words(keyword: &str, value: &Tree) -> Tree {
    match (keyword, value) {
        ("const" | "default" | "enum", _) => value.clone(),
        ("properties" | "patternProperties" | "dependentSchemas" | "if", Tree::Object(members))
            if keyword != "if" || value.get("if").is_some() =>
        {
            Tree::object(members.iter().map(|(name, part)| (name.clone(), without_words("schema", part))))
        }
        (_, Tree::Object(members)) => Tree::object(
            members
                .iter()
                .filter(|(name, _)| !WORDS.contains(&name.as_str()))
                .map(|(name, part)| (name.clone(), without_words(name, part))),
        ),
        (_, Tree::List(items)) => {
            Tree::List(items.iter().map(|item| without_words("schema", item)).collect())
        }
        _ => value.clone(),
    }
}

/// A list in which order and repetition mean nothing.
fn set(value: Tree) -> Tree {
    match value {
        Tree::List(mut items) => {
            items.sort_by_key(Tree::line);
            items.dedup();
            Tree::List(items)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(keyword: &str, a: &str, b: &str) -> bool {
        normal(keyword, &Tree::parse(a).unwrap()) == normal(keyword, &Tree::parse(b).unwrap())
    }

    #[test]
    fn wording_and_order_make_no_difference() {
        assert!(same("type", r#"["string", "integer"]"#, r#"["integer", "string"]"#));
        assert!(same("type", r#"["string"]"#, r#""string""#));
        assert!(same("minimum", "1.0", "1"));
        assert!(same("not", r#"{"title": "x", "required": ["a", "b"]}"#, r#"{"required": ["b", "a"]}"#));
        assert!(same(
            "not",
            r#"{"allOf": [{"required": ["a"]}, {"required": ["b"]}]}"#,
            r#"{"required": ["b", "a"]}"#
        ));
        assert!(same(
            "oneOf",
            r#"[{"properties": {"w": {"const": 1}}, "title": "one"}, {"required": ["b"]}]"#,
            r#"[{"required": ["b"]}, {"properties": {"w": {"const": 1.0}}}]"#
        ));
        assert!(same("dependentRequired", r#"{"a": ["b"], "b": ["a"]}"#, r#"{"b": ["a"], "a": ["b"]}"#));
    }

    #[test]
    fn words_are_taken_out_of_schemas_and_left_in_names_and_values() {
        let rule = r#"{"not": {"description": "d", "properties": {"title": {"const": "t", "title": "x"}}}}"#;
        let bare = r#"{"not":{"properties":{"title":{"const":"t"}}}}"#;
        assert_eq!(without_words("not", &Tree::parse(rule).unwrap()).line(), bare);
        let table = r#"[{"title": "1K", "properties": {"width": {"const": 1}}}]"#;
        assert_eq!(
            without_words("oneOf", &Tree::parse(table).unwrap()).line(),
            r#"[{"properties":{"width":{"const":1}}}]"#
        );
    }

    #[test]
    fn facts_that_differ_stay_different() {
        assert!(!same("not", r#"{"required": ["a"]}"#, r#"{"required": ["a", "b"]}"#));
        assert!(!same(
            "not",
            r#"{"allOf": [{"required": ["a"]}, {"required": ["b"]}]}"#,
            r#"{"allOf": [{"required": ["c"]}, {"required": ["b"]}]}"#
        ));
        assert!(!same("const", r#"["a", "b"]"#, r#"["b", "a"]"#));
        assert!(!same("minimum", "1", "10"));
        assert!(!same("anyOf", r#"[{"required": ["title"]}]"#, r#"[{"properties": {"title": {}}}]"#));
    }
}
