//! The requests that everything is measured on: four sizes, each valid, with one fault and with many.

use serde_json::{Value, json};

/// A request to be measured.
pub(crate) struct Sample {
    /// Its size and what is wrong with it, such as `full, one fault`.
    pub(crate) name: String,
    /// The request.
    pub(crate) value: Value,
    /// How many constraints it breaks.
    pub(crate) faults: usize,
}

/// The bytes of a reference image as a data URI.
pub(crate) const IMAGE: usize = 1 << 20;

/// Every sample.
pub(crate) fn samples() -> Vec<Sample> {
    let sizes = [
        ("small", small()),
        ("full", full()),
        ("prompt of 32,000 characters", prompt(32_000)),
        ("16 images of 1 MB", images(16)),
    ];
    let mut samples = Vec::new();
    for (size, valid) in sizes {
        let (one, many) = (one_fault(valid.clone()), many_faults(valid.clone()));
        for (kind, value, faults) in [("valid", valid, 0), ("one fault", one, 1), ("many faults", many, 7)] {
            samples.push(Sample { name: format!("{size}, {kind}"), value, faults });
        }
    }
    samples
}

fn small() -> Value {
    json!({
        "taskType": "imageInference",
        "taskUUID": "5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63",
        "model": "openai:gpt-image@2",
        "positivePrompt": "a lighthouse on a cliff at dawn",
        "width": 1024,
        "height": 1536
    })
}

fn full() -> Value {
    with(
        small(),
        json!({
            "outputType": "base64Data",
            "outputFormat": "WEBP",
            "outputQuality": 80,
            "webhookURL": "https://hooks.example.com/images/done?secret=8f2a&kind=final",
            "deliveryMethod": "async",
            "uploadEndpoint": "https://bucket.s3.example.com/a/b/c.webp?X-Amz-Signature=0123456789abcdef",
            "safety": {"checkContent": true},
            "ttl": 86_400,
            "includeCost": true,
            "inputs": {"referenceImages": [
                "019c42a0-c3ff-7138-be83-ee257abc5331",
                "https://images.example.com/a/lighthouse.png?size=large"
            ]},
            "numberResults": 4,
            "providerSettings": {"openai": {"moderation": "low", "quality": "medium"}}
        }),
    )
}

/// Every eighth character takes more than one byte, so that the number of bytes is not the length.
fn prompt(characters: usize) -> Value {
    let text: String = "a tower — ".chars().cycle().take(characters).collect();
    with(full(), json!({ "positivePrompt": text }))
}

/// A data URI of so many bytes.
pub(crate) fn image(bytes: usize) -> String {
    const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let head = "data:image/png;base64,";
    let body = (head.len()..bytes).map(|at| char::from(BASE64[at * 7 % BASE64.len()]));
    head.chars().chain(body).collect()
}

fn images(count: usize) -> Value {
    with(full(), json!({"inputs": {"referenceImages": vec![image(IMAGE); count]}}))
}

fn one_fault(value: Value) -> Value {
    with(value, json!({"width": 1025}))
}

/// None of them is one that the typed request could not hold.
fn many_faults(value: Value) -> Value {
    let uuid_of_version_1 = "5c2ff0ba-7a4b-1bd1-8b43-6d3a0c6a3c63";
    with(
        value,
        json!({
            "taskUUID": uuid_of_version_1,
            "width": 3856,
            "height": 17,
            "outputQuality": 100,
            "webhookURL": "not a URL",
            "ttl": 59,
            "numberResults": 0
        }),
    )
}

fn with(mut value: Value, members: Value) -> Value {
    if let (Value::Object(value), Value::Object(members)) = (&mut value, members) {
        value.extend(members);
    }
    value
}
