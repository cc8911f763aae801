//! Any bytes as a request: generated code says what the judge says, and neither panics.
#![no_main]

use airspec_conformance::agree::compare;
use airspec_conformance::judge::Judge;
use airspec_models::openai_gpt_image_2::Request;
use airspec_models::{Batch, serde_json};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static JUDGE: LazyLock<Judge> = LazyLock::new(|| {
    let (slug, text) = airspec::documents()[0];
    let model = airspec::read(&airspec::Source::new(slug, text)).expect("the workspace's spec is read");
    Judge::new(&model).expect("the workspace's spec is a JSON Schema")
});

fuzz_target!(|text: &str| {
    let disagreement = compare(&JUDGE, |text| Request::from_json(text).map(drop), text);
    assert!(disagreement.is_none(), "{disagreement:#?}");
    if let Ok(request) = Request::from_json(text) {
        let again = serde_json::to_string(&request).expect("a request is JSON");
        assert_eq!(Request::from_json(&again).as_ref(), Ok(&request), "{again}");
    }
    let _ = Batch::<Request>::from_json(text);
});
