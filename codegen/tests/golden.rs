//! The generated code of a small spec, as a person would review it. That it compiles is shown by the macro's tests,
//! which use the same spec.

use airspec_codegen::{Options, SourceFile, module, modules};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use std::collections::BTreeMap;
use std::path::Path;
use syn::Item;

#[test]
fn the_module_of_a_small_spec() {
    let model = airspec_spec::read_file(Path::new("macros/tests/tiny.json")).unwrap();
    let options = Options { made_by: "the test".to_owned(), spec: "tiny.json".to_owned() };
    let module = module(&model, &options).unwrap();
    insta::assert_snapshot!(module.text);
}

/// The ids in a table of constraints, by the name of the static: rows such as `NAME = "id": "sentence";`.
fn declared(table: TokenStream, names: &mut BTreeMap<String, String>) {
    let tokens: Vec<TokenTree> = table.into_iter().collect();
    for token in &tokens {
        if let TokenTree::Group(block) = token {
            declared(block.stream(), names);
        }
    }
    for row in tokens.windows(3) {
        if let [TokenTree::Ident(name), TokenTree::Punct(_), TokenTree::Literal(id)] = row {
            let id: syn::LitStr = syn::parse_str(&id.to_string()).unwrap();
            names.insert(name.to_string(), id.value());
        }
    }
}

/// The constraints that code names, as often as it does: `constraints::NAME`.
fn named(code: TokenStream, names: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = code.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => named(group.stream(), names),
            TokenTree::Ident(ident) if ident == "constraints" => {
                names.extend(tokens.get(index + 3).map(ToString::to_string));
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// The ids of the constraints that the files of a model check, read from the text of the files.
fn checked(files: &[SourceFile]) -> Vec<String> {
    let (mut ids, mut names) = (BTreeMap::new(), Vec::new());
    for file in files {
        let parsed = syn::parse_file(&file.text).unwrap_or_else(|error| panic!("{}: {error}", file.path));
        for item in parsed.items {
            match item {
                Item::Macro(table) if file.path.ends_with("/constraints.rs") => {
                    declared(table.mac.tokens, &mut ids);
                }
                Item::Use(_) => {}
                item => named(item.to_token_stream(), &mut names),
            }
        }
    }
    names.iter().map(|name| ids[name].clone()).collect()
}

#[test]
fn every_constraint_is_checked_once_in_the_files_that_are_written() {
    let specs = airspec_spec::documents().iter().map(|(slug, text)| airspec_spec::Source::new(*slug, *text));
    let tiny = std::fs::read_to_string("macros/tests/tiny.json").unwrap();
    let odd = std::fs::read_to_string("macros/tests/odd.json").unwrap();
    let more = [airspec_spec::Source::new("tiny", tiny), airspec_spec::Source::new("odd", odd)];
    for source in specs.chain(more) {
        let model = airspec_spec::read(&source).unwrap();
        let options = Options { made_by: "the test".to_owned(), spec: source.name().to_owned() };
        let mut constraints: Vec<String> = model.constraints().iter().map(|one| one.id.to_string()).collect();
        let mut checks = checked(&modules(&[(model, options.clone())], &options).unwrap());
        checks.sort();
        constraints.sort();
        assert_eq!(checks, constraints);
    }
}

#[test]
fn the_same_spec_gives_the_same_bytes() {
    let model = airspec_spec::read_file(Path::new("macros/tests/tiny.json")).unwrap();
    let options = Options { made_by: "the test".to_owned(), spec: "tiny.json".to_owned() };
    assert_eq!(module(&model, &options).unwrap().text, module(&model, &options).unwrap().text);
}
