//! Names: one case converter, and scopes that cannot mint the same identifier twice.

use heck::{ToShoutySnakeCase as _, ToSnakeCase as _, ToUpperCamelCase as _};
use proc_macro2::Ident;
use quote::format_ident;
use std::collections::HashSet;

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
    if name.chars().all(|character| character == '_') {
        otherwise.clone_into(&mut name);
    }
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        name.insert(0, if otherwise.starts_with(char::is_uppercase) { 'V' } else { '_' });
    }
    if syn::parse_str::<Ident>(&name).is_err() {
        name.push('_');
    }
    name
}

/// A set of names in which each is given out once.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    taken: HashSet<String>,
}

impl Scope {
    /// A scope in which some names are taken from the start.
    pub(crate) fn with(taken: &[&str]) -> Self {
        Self { taken: taken.iter().map(|name| (*name).to_owned()).collect() }
    }

    /// The first of the candidates that is free, or the last one with a number.
    pub(crate) fn mint(&mut self, candidates: &[String]) -> Ident {
        let last = candidates.last().expect("a name has at least one candidate");
        let mut name =
            candidates.iter().find(|candidate| !self.taken.contains(*candidate)).unwrap_or(last).clone();
        let mut number = 2;
        while self.taken.contains(&name) {
            name = format!("{last}{number}");
            number += 1;
        }
        self.taken.insert(name.clone());
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
        assert_eq!((type_name("Self").as_str(), type_name("DPM++ 2M").as_str()), ("Self_", "DpmPlusPlus2m"));
    }

    #[test]
    fn a_scope_never_gives_a_name_twice() {
        let mut scope = Scope::with(&["Request"]);
        let names: Vec<String> =
            (0..3).map(|_| scope.mint(&["Request".into(), "TaskRequest".into()]).to_string()).collect();
        assert_eq!(names, ["TaskRequest", "TaskRequest2", "TaskRequest3"]);
    }
}
