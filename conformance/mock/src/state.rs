//! What a mock remembers from one request to the next. Each store bounds itself, and none knows the engine.

pub(crate) mod files;
pub(crate) mod limits;
pub(crate) mod sessions;
pub(crate) mod tasks;
