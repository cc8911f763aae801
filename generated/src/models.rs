//! scratch
pub mod openai_gpt_image_2;
