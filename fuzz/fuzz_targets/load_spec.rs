//! Any bytes as a spec: the reader answers without panicking and in no time, and what it accepts becomes code that
//! parses, and judges of requests and of answers.
#![no_main]

use airspec_spec::Source;
use airspec_codegen::{Options, module};
use airspec_suite::oracle::Oracle;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(model) = airspec_spec::read(&Source::new("fuzz.json", text)) else { return };
    let options = Options { made_by: "the fuzzer".to_owned(), spec: "fuzz.json".to_owned() };
    module(&model, &options).expect("what is read becomes code");
    Oracle::new(&model).expect("what is read becomes a judge");
});
