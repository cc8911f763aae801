use airspec_models::Valid;
use airspec_models::openai_gpt_image_2::{Request, Required};

fn main() {
    let request = Request::builder(Required { positive_prompt: "".into(), width: 1, height: 1 }).build_unchecked();
    let _: Valid<Request> = Valid(request);
}
