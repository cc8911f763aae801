use airspec_models::openai_gpt_image_2::{Request, Required};

fn main() {
    let _ = Request::builder(Required { positive_prompt: "a lighthouse".into(), width: 1024 });
}
