//! Names: one case converter, and scopes that cannot mint the same identifier twice.

use heck::{ToShoutySnakeCase as _, ToSnakeCase as _, ToUpperCamelCase as _};
use proc_macro2::Ident;
use quote::format_ident;
use std::collections::HashMap;

/// Longer identifiers are cut: rustdoc makes a file of each.
const MAX_LENGTH: usize = 100;

/// The module of a model: its slug in snake case.
#[must_use]
pub fn module_name(slug: &str) -> String {
    identifier(&slug.to_snake_case(), "model")
}

/// A name as a Rust type's.
#[must_use]
pub fn type_name(name: &str) -> String {
    identifier(&readable(name).to_upper_camel_case(), "Value")
}

/// A name as a field's or function's.
#[must_use]
pub(crate) fn snake(name: &str) -> String {
    identifier(&readable(name).to_snake_case(), "value")
}

/// A name as a constant's.
#[must_use]
pub(crate) fn shouty(name: &str) -> String {
    identifier(&readable(name).to_shouty_snake_case(), "VALUE")
}

/// Signs that carry meaning in values (`DPM++`, `0.5K`, `-1`) as words; all others separate words.
fn readable(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let is_digit = |index: usize| characters.get(index).is_some_and(char::is_ascii_digit);
    let mut text = String::new();
    for (index, character) in characters.iter().enumerate() {
        match character {
            '+' => text.push_str(" plus "),
            '-' if index == 0 => text.push_str("minus "),
            '.' if index > 0 && is_digit(index - 1) && is_digit(index + 1) => text.push_str(" point "),
            '.' => text.push(' '),
            other => text.push(*other),
        }
    }
    text
}

/// The text as an identifier that Rust accepts: ASCII, no digit first, no keyword.
fn identifier(text: &str, otherwise: &str) -> String {
    let mut name: String =
        text.chars().filter(|character| character.is_ascii_alphanumeric() || *character == '_').collect();
    name.truncate(MAX_LENGTH);
    if name.chars().all(|character| character == '_') {
        otherwise.clone_into(&mut name);
    }
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        name.insert(0, if otherwise.starts_with(char::is_uppercase) { 'V' } else { '_' });
    }
    // `gen` is a keyword since the edition of 2024, which syn does not know.
    if syn::parse_str::<Ident>(&name).is_err() || name == "gen" {
        // The one keyword in upper camel case is `Self`, and a type's name does not end in an underscore.
        name.push_str(if name == "Self" { otherwise } else { "_" });
    }
    name
}

/// A set of names in which each is given out once.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    /// The names that are taken, each with the last number that was added to it.
    taken: HashMap<String, usize>,
}

impl Scope {
    /// A scope in which some names, given with spaces between, are taken from the start.
    pub(crate) fn with(taken: &str) -> Self {
        Self { taken: taken.split_whitespace().map(|name| (name.to_owned(), 1)).collect() }
    }

    /// The first of the candidates that is free, or the last one with a number.
    pub(crate) fn mint(&mut self, candidates: &[String]) -> Ident {
        let last = candidates.last().expect("a name has at least one candidate");
        let free = candidates.iter().find(|candidate| !self.taken.contains_key(*candidate));
        let mut name = free.unwrap_or(last).clone();
        while self.taken.contains_key(&name) {
            let number = self.taken.entry(last.clone()).or_insert(1);
            *number += 1;
            name = format!("{last}{number}");
        }
        self.taken.insert(name.clone(), 1);
        format_ident!("{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_as_a_person_would_write_them() {
        assert_eq!(snake("taskUUID"), "task_uuid");
        assert_eq!(snake("CFGScale"), "cfg_scale");
        assert_eq!(snake("providerSettings.openai.quality"), "provider_settings_openai_quality");
        assert_eq!(type_name("imageInference"), "ImageInference");
        assert_eq!(type_name("openai:gpt-image@2"), "OpenaiGptImage2");
        assert_eq!(shouty("width.maxLength"), "WIDTH_MAX_LENGTH");
    }

    #[test]
    fn names_that_rust_cannot_have_become_ones_it_can() {
        assert_eq!(
            (snake("type").as_str(), snake("self").as_str(), snake("1st").as_str()),
            ("type_", "self_", "_1st")
        );
        assert_eq!(
            (snake("日本").as_str(), type_name("0.5K").as_str(), type_name("-1").as_str()),
            ("value", "V0Point5k", "Minus1")
        );
        assert_eq!(
            (type_name("Self").as_str(), type_name("DPM++ 2M").as_str()),
            ("SelfValue", "DpmPlusPlus2m")
        );
    }

    #[test]
    fn a_scope_never_gives_a_name_twice() {
        let mut scope = Scope::with("Request");
        let names: Vec<String> =
            (0..3).map(|_| scope.mint(&["Request".into(), "TaskRequest".into()]).to_string()).collect();
        assert_eq!(names, ["TaskRequest", "TaskRequest2", "TaskRequest3"]);
    }
}
