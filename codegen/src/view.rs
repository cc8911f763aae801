//! Other views of a model: for tools that know neither Rust nor our dialect, and for readers.

mod openapi;
mod portable;
mod reference;

pub use openapi::openapi;
pub use portable::json_schema;
pub use reference::reference;
