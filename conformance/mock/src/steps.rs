//! The four steps from a request to an answer: admit, judge, execute, respond.
//!
//! They are functions on explicit inputs. None knows the engine that chains them, and none knows deliberate faults.

pub(crate) mod admit;
pub(crate) mod execute;
pub(crate) mod judge;
pub(crate) mod odd;
pub(crate) mod plan;
pub(crate) mod platform;
pub(crate) mod poll;
pub(crate) mod respond;
pub(crate) mod results;
pub(crate) mod sites;
