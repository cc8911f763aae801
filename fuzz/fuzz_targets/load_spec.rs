//! Any bytes as a spec: the reader answers without panicking and in no time, and what it accepts becomes code that
//! parses.
#![no_main]

use airspec_spec::Source;
use airspec_codegen::{GenerateError, Options, module};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(model) = airspec_spec::read(&Source::new("fuzz.json", text)) else { return };
    let options = Options { made_by: "the fuzzer".to_owned(), spec: "fuzz.json".to_owned() };
    match module(&model, &options) {
        Ok(_) | Err(GenerateError::NotAnObject { .. }) => {}
        Err(error @ GenerateError::NotRust { .. }) => panic!("{error}"),
    }
});
