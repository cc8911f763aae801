#![deny(deprecated)]
use airspec_models::openai_gpt_image_2::{Quality, Request, Required};

fn main() {
    // The compiler names the method with the whole path.
    let required = Required { positive_prompt: "a lighthouse".into(), width: 1024, height: 1024 };
    let _ = Request::builder(required).quality(Quality::High);
}
