use airspec_models::answers::ImageInferenceResult;

fn main() {
    // Answers gain fields, too.
    let _ = ImageInferenceResult { ..serde_json::from_str("{}").unwrap() };
}
