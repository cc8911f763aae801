//! What is valid is checked without asking for memory.

#[path = "../benches/corpus/mod.rs"]
mod corpus;

use allocation_counter::measure;
use gpt_image::Request;

/// A document that no release of the provider changes.
mod gpt_image {
    airspec_macros::model!("../spec/tests/specs/gpt-image.json");
}

#[test]
fn a_valid_request_is_checked_without_an_allocation() {
    for sample in corpus::samples() {
        let mut request: Request = serde_json::from_value(sample.value).unwrap();
        // Text that is no URI is left to a pattern.
        if let Some(images) = request.inputs.as_mut().and_then(|inputs| inputs.reference_images.as_mut()) {
            images[0] = "iVBORw0KGgo=".repeat(1_000);
        }
        let mut is_violated = request.validate().is_err();
        let seen = measure(|| is_violated |= request.validate().is_err());
        assert_eq!(is_violated, sample.faults > 0, "{}", sample.name);
        assert_eq!(seen.count_total > 0, is_violated, "{}: {seen:?}", sample.name);
    }
}
