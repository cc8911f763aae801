//! Any bytes as a request: generated code says what the judge says, and neither panics.
#![no_main]

use airspec::differential::{Rounding, compare};
use airspec_judge::Judge;
use airspec_models::openai_gpt_image_2::Request;
use airspec_models::{Batch, serde_json};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static JUDGE: LazyLock<(Judge, Rounding)> = LazyLock::new(|| {
    let (slug, text) = airspec_spec::documents()[0];
    let model = airspec_spec::read(&airspec_spec::Source::new(slug, text)).expect("the workspace's spec is read");
    let judge = Judge::new(&model).expect("the workspace's spec is a JSON Schema");
    (judge, Rounding::of(&model.schema))
});

fuzz_target!(|text: &str| {
    let (judge, rounding) = &*JUDGE;
    let disagreement = compare(judge, |text| Request::from_json(text).map(drop), text);
    let is_excused = || serde_json::from_str(text).is_ok_and(|value| rounding.excuses(&value));
    assert!(disagreement.is_none() || is_excused(), "{disagreement:#?}");
    if let Ok(request) = Request::from_json(text) {
        let again = serde_json::to_string(&request).expect("a request is JSON");
        assert_eq!(Request::from_json(&again).as_ref(), Ok(&request), "{again}");
    }
    let _ = Batch::<Request>::from_json(text);
});
