//! Typed requests and validators for models of the Runware API.
#![allow(clippy::missing_errors_doc, reason = "functions for generated code")]

// Generated modules name the crate as their users do.
extern crate self as airspec_models;

#[doc(hidden)]
pub mod check;
#[doc(hidden)]
pub mod closed;
#[doc(hidden)]
pub mod decimal;
#[doc(hidden)]
pub mod format;
mod integer;
#[doc(hidden)]
pub mod json;
#[rustfmt::skip] // laid out by the generator, the same with every version of rustfmt
mod models;
#[doc(hidden)]
pub mod node;
#[doc(hidden)]
pub mod pointer;
#[doc(hidden)]
pub mod task;
mod uuid;
mod violation;
#[doc(hidden)]
pub mod wire;

#[doc(hidden)]
pub use serde;
#[doc(hidden)]
pub use serde_json;

pub use closed::UnknownValue;
pub use integer::{Integer, NotWhole};
pub use models::*;
pub use task::{Batch, Valid};
pub use uuid::{InvalidUuid, Uuid};
pub use violation::{Constraint, Probe, Sink, Violation, Violations};

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
