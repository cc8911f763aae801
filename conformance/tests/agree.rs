//! The judges agree: generated code and `jsonschema` say the same about every request.

use airspec::differential::{Rounding, compare, tally};
use airspec_judge::Judge;
use airspec_models::openai_gpt_image_2::Request;
use airspec_spec::{Model, Source};
use airspec_suite::random;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn model(slug: &str) -> Model {
    let document = airspec_spec::documents().iter().find(|(name, _)| *name == slug).map(|(_, text)| *text);
    // A module of a release is named after the model and the day.
    let released = || {
        let mut releases = airspec_spec::release::releases().iter();
        releases.find(|one| format!("{}-{}", one.slug, one.day) == slug).map(|one| one.text)
    };
    let text = document.or_else(released).expect("the model is embedded");
    airspec_spec::read(&Source::new(slug, text)).expect("the model is a spec")
}

#[test]
fn generated_code_and_the_judge_say_the_same_of_random_requests_and_of_every_case() {
    for (slug, from_json) in airspec_models::MODELS {
        let tally = tally(&model(slug), *from_json, 4000, 11);
        assert!(tally.disagreements.is_empty(), "{slug}: {:#?}", tally.disagreements);
        assert!(
            tally.valid * 20 > tally.values,
            "too few of the values are valid: {} of {}",
            tally.valid,
            tally.values
        );
    }
}

#[test]
fn only_floats_beyond_what_a_float_tells_apart_excuse_a_disagreement_over_a_step() {
    let model = model("openai-gpt-image-2");
    let (judge, rounding) = (Judge::new(&model).unwrap(), Rounding::of(&model.schema));
    let excused = |width: &str| {
        let text = format!("{{\"width\": {width}}}");
        let differ = compare(&judge, |text| Request::from_json(text).map(drop), &text).is_some();
        (differ, rounding.excuses(&serde_json::from_str(&text).unwrap()))
    };
    assert_eq!(excused("90071992547409931.024e1"), (true, true));
    for width in ["17", "1000.5", "1e3", "9007199254740991.0", "9007199254740993", "-1e15"] {
        assert_eq!(excused(width), (false, false), "{width}");
    }
}

proptest! {
    /// The third judge, `validate` on a struct, against the other two on what the struct sends.
    #[test]
    fn validate_on_a_struct_says_what_the_judge_says_of_its_json(value in random::plausible(&model("openai-gpt-image-2"))) {
        let model = model("openai-gpt-image-2");
        let judge = Judge::new(&model).unwrap();
        if let Ok(request) = serde_json::from_value::<Request>(value) {
            let sent = serde_json::to_value(&request).unwrap();
            let found = request.validate().err().unwrap_or_default().into_vec().into_iter();
            let found: BTreeSet<_> = found.map(|one| (one.pointer, one.constraint.into_owned())).collect();
            let judged = judge.task(&sent).into_iter();
            let judged: BTreeSet<_> = judged.map(|one| (one.pointer, one.constraint)).collect();
            prop_assert_eq!(found, judged);
        }
    }
}
