//! The crate as an integrator uses it.

use airspec_models::openai_gpt_image_2::{OutputType, Quality, Request, Required, constraints, limits};
use airspec_models::{Batch, Uuid, Violations};
use serde_json::{Value, json};

fn required() -> Required {
    Required { positive_prompt: "a lighthouse at dawn".into(), width: 1024, height: 1024 }
}

fn ids(violations: &Violations) -> Vec<(String, String)> {
    violations.iter().map(|one| (one.pointer.clone(), one.constraint.to_string())).collect()
}

#[test]
fn a_request_is_sent_with_exactly_the_names_and_values_that_were_set() {
    let uuid: Uuid = "5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63".parse().unwrap();
    let request = Request::builder(required())
        .task_uuid(uuid)
        .provider_settings_openai_quality(Quality::High)
        .inputs_reference_images(["https://example.com/a.png"])
        .ttl(3600)
        .build()
        .unwrap();
    let expected = json!({
        "taskType": "imageInference",
        "taskUUID": "5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63",
        "model": "openai:gpt-image@2",
        "positivePrompt": "a lighthouse at dawn",
        "width": 1024,
        "height": 1024,
        "ttl": 3600,
        "inputs": {"referenceImages": ["https://example.com/a.png"]},
        "providerSettings": {"openai": {"quality": "high"}},
    });
    assert_eq!(serde_json::to_value(&request).unwrap(), expected);
    let text = serde_json::to_string(&request).unwrap();
    assert_eq!(Request::from_json(&text).unwrap(), request);
    assert_eq!(request.effective_output_type(), OutputType::Url);
    assert_eq!(request.effective_provider_settings_openai_quality(), Quality::High);
}

#[test]
fn build_tells_everything_that_is_wrong() {
    let highest = limits::HEIGHT_MAXIMUM;
    let height = highest + limits::HEIGHT_MULTIPLE_OF;
    let positive_prompt = "x".repeat(limits::POSITIVE_PROMPT_MIN_LENGTH - 1);
    let violations = Request::builder(Required { positive_prompt, width: limits::WIDTH_MINIMUM - 1, height })
        .webhook_url("not a uri")
        .number_results(limits::NUMBER_RESULTS_MAXIMUM + 1)
        .inputs_reference_images(vec!["https://a.b/c"; limits::INPUTS_REFERENCE_IMAGES_MAX_ITEMS + 1])
        .build()
        .unwrap_err();
    let found = ids(&violations);
    for (pointer, id) in [
        ("/webhookURL", "webhookURL.format"),
        ("/inputs/referenceImages", "inputs.referenceImages.maxItems"),
        ("/numberResults", "numberResults.maximum"),
        ("/positivePrompt", "positivePrompt.minLength"),
        ("/width", "width.minimum"),
        ("/width", "width.multipleOf"),
        ("/height", "height.maximum"),
    ] {
        assert!(found.contains(&(pointer.to_owned(), id.to_owned())), "{id} in {violations}");
    }
    assert_eq!(found.len(), 7, "{violations}");
    let message = violations.iter().find(|one| one.constraint == constraints::HEIGHT_MAXIMUM.id).unwrap();
    let expected =
        format!("/height: must be at most {highest}, found {height}; nearest legal value: {highest}");
    assert_eq!(message.to_string(), expected);
    assert_eq!(message.documentation, "https://runware.ai/docs/models/openai-gpt-image-2#request-height");
}

#[test]
fn from_json_tells_of_wrong_types_unknown_and_missing_names_at_once() {
    let text = json!({
        "taskType": "imageInference", "taskUUID": 7, "model": "openai:gpt-image@2", "positivePrompt": "hello",
        "width": "1024", "safety": {"checkContents": true}, "ttl": null, "providerSettings": [], "seed": 1,
    });
    let violations = Request::from_json(&text.to_string()).unwrap_err();
    let mut found = ids(&violations);
    // Rules over several parameters are not what this is about.
    found.retain(|(_, id)| !id.contains('+'));
    found.sort();
    let expected = [
        ("/height", "height.required"),
        ("/providerSettings", "providerSettings.type"),
        ("/safety/checkContents", "safety.additionalProperties"),
        ("/seed", "additionalProperties"),
        ("/taskUUID", "taskUUID.type"),
        ("/ttl", "ttl.type"),
        ("/width", "width.type"),
    ]
    .map(|(pointer, id)| (pointer.to_owned(), id.to_owned()));
    assert_eq!(found, expected);
    assert!(violations.to_string().contains("did you mean `checkContent`?"), "{violations}");
}

#[test]
fn whole_numbers_may_be_spelt_as_floats() {
    let text = r#"{"taskType": "imageInference", "taskUUID": "5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63",
        "model": "openai:gpt-image@2", "positivePrompt": "hello", "width": 1024.0, "height": 1.024e3, "ttl": 1e30}"#;
    let request = Request::from_json(text).unwrap();
    assert_eq!((request.width, request.height), (1024, 1024));
    assert_eq!(serde_json::to_value(&request).unwrap()["ttl"], json!(1e30));
}

#[test]
fn hostile_text_gives_violations() {
    let valid = serde_json::to_string(&Request::builder(required()).build().unwrap()).unwrap();
    let texts = [
        String::new(),
        "nonsense".into(),
        "[1]".into(),
        valid[..valid.len() - 1].into(),
        valid.replacen("\"width\":1024", "\"width\":1024,\"width\":1024", 1),
        valid.replace("1024", "1e999"),
        valid.replace("a lighthouse", "\\ud800"),
        "[".repeat(100_000),
        format!("{{\"a\":{}1{}}}", "[".repeat(100), "]".repeat(100)),
    ];
    for text in texts {
        assert!(!Request::from_json(&text).unwrap_err().is_empty(), "{}", &text[..text.len().min(80)]);
    }
    assert_eq!(
        ids(&Request::from_json("[\"imageInference\"]").unwrap_err()),
        [(String::new(), "type".to_owned())]
    );
}

#[test]
fn a_batch_refuses_an_identity_used_twice_whatever_its_case() {
    let one = serde_json::to_value(Request::builder(required()).build().unwrap()).unwrap();
    let mut two = one.clone();
    two["taskUUID"] = Value::from(one["taskUUID"].as_str().unwrap().to_uppercase());
    let violations = Batch::<Request>::from_json(&json!([one, two]).to_string()).unwrap_err();
    assert_eq!(ids(&violations), [("/1/taskUUID".to_owned(), "taskUUID.unique".to_owned())]);
}

/// One violation of every rule of this model, in the words that users read.
#[test]
fn the_messages_of_every_rule() {
    let text = json!({
        "taskType": "imageinference", "taskUUID": "019c42a0-c3ff-7138-be83-ee257abc5331", "model": 1,
        "positivePrompt": "x".repeat(32_001), "width": 3841, "height": 8, "widht": 1024, "outputFormat": "JPEG",
        "webhookURL": "example.com/hook", "ttl": 59.5, "inputs": {"referenceImages": ["two words", {}]},
        "safety": {"checkContent": "yes"}, "providerSettings": {"openai": {"quality": null}}, "numberResults": 1e3,
    });
    let violations = Request::from_json(&text.to_string()).unwrap_err();
    insta::assert_snapshot!(violations);
}

#[test]
fn a_name_that_stands_deeper_is_suggested_with_its_path() {
    let text = r#"{"positivePrompt":"a lighthouse","quality":"high","reference_images":[]}"#;
    let violations = Request::from_json(text).unwrap_err().to_string();
    for (name, path) in
        [("quality", "providerSettings.openai.quality"), ("reference_images", "inputs.referenceImages")]
    {
        let line = format!("/{name}: is not a known name here, did you mean `{path}`?");
        assert!(violations.contains(&line), "{violations}");
    }
}
