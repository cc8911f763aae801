//! Completeness is asserted: constraints = checks emitted = constraints with cases on both sides; behaviours =
//! behaviours with a case.

use airspec_judge::Judge;
use airspec_spec::{Model, Source};
use airspec_suite::case::{self, Cases, Expect};
use std::collections::BTreeSet;

fn model(slug: &str) -> Model {
    let (_, text) =
        airspec_spec::documents().iter().find(|(name, _)| *name == slug).expect("the model is embedded");
    airspec_spec::read(&Source::new(slug, *text)).expect("the model is a spec")
}

fn subjects(cases: &Cases, word: &str) -> BTreeSet<String> {
    let of_word = cases.cases.iter().filter(|case| case.expect.word() == word);
    let of_word = of_word.filter(|case| !case.subject.starts_with("protocol."));
    let alone = of_word.filter(|case| !matches!(&case.expect, Expect::Reject(broken) if broken.len() > 1));
    alone.map(|case| case.subject.clone()).collect()
}

#[test]
fn every_constraint_has_a_case_on_either_side_and_every_behaviour_has_a_case() {
    for (slug, _) in airspec_spec::documents() {
        let model = model(slug);
        let cases = case::derive(&model, 1).unwrap();
        let constraints: BTreeSet<String> =
            model.constraints().iter().map(|one| one.id.to_string()).collect();
        let behaviours: BTreeSet<String> = model.behaviours.iter().map(|one| one.id.clone()).collect();
        // A side without a case is proved to have none.
        assert!(cases.gaps.iter().all(|gap| gap.reason.starts_with("proved: ")), "{:?}", cases.gaps);
        for side in ["accept", "reject"] {
            let gaps = cases.gaps.iter().filter(|gap| gap.side == side);
            let without: BTreeSet<String> = gaps.map(|gap| gap.constraint.clone()).collect();
            assert_eq!(&subjects(&cases, side) | &without, constraints, "{side}");
        }
        assert_eq!(subjects(&cases, "behave"), behaviours);
    }
}

#[test]
fn ids_are_unique_and_the_same_seed_gives_the_same_cases() {
    let model = model("openai-gpt-image-2");
    let (one, two) = (case::derive(&model, 7).unwrap(), case::derive(&model, 7).unwrap());
    let ids: BTreeSet<&str> = one.cases.iter().map(|case| case.id.as_str()).collect();
    assert_eq!(ids.len(), one.cases.len());
    assert!(one.cases.iter().zip(&two.cases).all(|(a, b)| a.id == b.id && a.body == b.body));
}

/// The judge on the page's own words: requests written by hand, not derived.
#[test]
fn the_judge_knows_the_page() {
    let page = include_str!("../../spec/tests/specs/gpt-image.json");
    let model = airspec_spec::read(&airspec_spec::Source::new("gpt-image.json", page)).unwrap();
    let judge = Judge::new(&model).unwrap();
    let base = serde_json::json!({
        "taskType": "imageInference", "taskUUID": "5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63",
        "model": "openai:gpt-image@2", "positivePrompt": "hello", "width": 16, "height": 3840,
    });
    assert_eq!(judge.task(&base), []);
    for (name, value, id) in [
        ("width", serde_json::json!(0), "width.minimum"),
        ("height", serde_json::json!(3856), "height.maximum"),
        ("width", serde_json::json!(100), "width.multipleOf"),
        ("outputQuality", serde_json::json!(100), "outputQuality.maximum"),
        ("numberResults", serde_json::json!(0), "numberResults.minimum"),
        ("ttl", serde_json::json!(59), "ttl.minimum"),
        ("positivePrompt", serde_json::json!("x"), "positivePrompt.minLength"),
        ("outputFormat", serde_json::json!("TIFF"), "outputFormat.enum"),
        ("taskUUID", serde_json::json!("019c42a0-c3ff-7138-be83-ee257abc5331"), "taskUUID.format"),
        ("webhookURL", serde_json::json!("example.com"), "webhookURL.format"),
        ("inputs", serde_json::json!({"referenceImages": []}), "inputs.referenceImages.minItems"),
        (
            "inputs",
            serde_json::json!({"referenceImages": ["two words"]}),
            "inputs.referenceImages.items.anyOf",
        ),
        ("referenceImages", serde_json::json!(["https://a.b/c"]), "additionalProperties"),
    ] {
        let mut task = base.clone();
        task[name] = value.clone();
        let found: Vec<String> = judge.task(&task).into_iter().map(|one| one.constraint).collect();
        assert_eq!(found, [id], "{name}: {value}");
    }
}

/// The list of cases, for people: what changes here changes what servers are asked.
#[test]
fn the_case_list() {
    let cases = case::derive(&model("openai-gpt-image-2"), 1).unwrap();
    let lines: Vec<String> = cases.cases.iter().map(|case| format!("{:8} {}", case.level, case.id)).collect();
    insta::assert_snapshot!(lines.join("\n"));
}
