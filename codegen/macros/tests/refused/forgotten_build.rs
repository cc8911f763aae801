#![deny(unused_must_use)]
use airspec_models::openai_gpt_image_2::{Request, Required, Safety};

fn main() {
    let required = Required { positive_prompt: "a lighthouse".into(), width: 1024, height: 1024 };
    Request::builder(required).include_cost(true);
    // Methods give the value back; they do not change it where it is.
    let safety = Safety::default();
    safety.check_content(true);
}
