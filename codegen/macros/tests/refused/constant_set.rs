use airspec_models::openai_gpt_image_2::{Request, Required, TaskType};

fn main() {
    let required = Required { positive_prompt: "a lighthouse".into(), width: 1024, height: 1024 };
    let _ = Request::builder(required.clone()).task_type(TaskType::ImageInference);
    let mut request = Request::builder(required).build_unchecked();
    request.task_type = TaskType::ImageInference;
}
