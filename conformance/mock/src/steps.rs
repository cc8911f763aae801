//! The steps from a request to an answer, as functions on explicit inputs.

pub(crate) mod respond;
pub(crate) mod results;
