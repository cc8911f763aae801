use airspec_models::openai_gpt_image_2::Quality;

fn main() {
    // The provider adds values: a match has room for those to come.
    let _ = match Quality::High {
        Quality::Auto => 0,
        Quality::High => 3,
        Quality::Medium => 2,
        Quality::Low => 1,
    };
}
