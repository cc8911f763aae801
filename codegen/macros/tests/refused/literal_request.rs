use airspec_models::openai_gpt_image_2::Safety;

fn main() {
    // A struct that may gain parameters is not written out, and a match on its values has room for new ones.
    let _ = Safety { check_content: Some(true) };
}
