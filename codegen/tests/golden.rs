//! The generated code of a small spec, as a person would review it. That it compiles is shown by the macro's tests,
//! which use the same spec.

use airspec_codegen::{Options, module};
use std::path::Path;

#[test]
fn the_module_of_a_small_spec() {
    let model = airspec::read_file(Path::new("macros/tests/tiny.json")).unwrap();
    let options = Options { made_by: "the test".to_owned(), spec: "tiny.json".to_owned() };
    let module = module(&model, &options).unwrap();
    insta::assert_snapshot!(module.text);
}

#[test]
fn every_constraint_has_a_check() {
    let specs = airspec::documents().iter().map(|(slug, text)| airspec::Source::new(*slug, *text));
    let tiny = std::fs::read_to_string("macros/tests/tiny.json").unwrap();
    for source in specs.chain([airspec::Source::new("tiny", tiny)]) {
        let model = airspec::read(&source).unwrap();
        let options = Options { made_by: "the test".to_owned(), spec: source.name().to_owned() };
        let mut checks = module(&model, &options).unwrap().checks;
        let mut constraints: Vec<String> = model.constraints().iter().map(|one| one.id.to_string()).collect();
        checks.sort();
        constraints.sort();
        assert_eq!(checks, constraints);
    }
}

#[test]
fn the_same_spec_gives_the_same_bytes() {
    let model = airspec::read_file(Path::new("macros/tests/tiny.json")).unwrap();
    let options = Options { made_by: "the test".to_owned(), spec: "tiny.json".to_owned() };
    assert_eq!(module(&model, &options).unwrap().text, module(&model, &options).unwrap().text);
}
