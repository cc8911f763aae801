//! Typed requests and validators for models of the Runware API, generated from the models' specs.
//!
//! ```
//! use airspec_models::openai_gpt_image_2::{Quality, Request, Required};
//!
//! let request = Request::builder(Required { positive_prompt: "a lighthouse".into(), width: 1024, height: 1536 })
//!     .provider_settings_openai_quality(Quality::High)
//!     .build()?;
//! assert!(serde_json::to_string(&request)?.contains(r#""providerSettings":{"openai":{"quality":"high"}}"#));
//!
//! // Everything that is wrong is told at once, with the place, the constraint and what to do.
//! let wrong = Request::builder(Required { positive_prompt: "a".into(), width: 1000, height: 1536 }).build();
//! assert_eq!(
//!     wrong.unwrap_err().to_string(),
//!     "/positivePrompt: must have at least 2 characters, found `a`\n\
//!      /width: must be a multiple of 16, found 1000",
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Each model is a module behind the cargo feature of its name; [`openai_gpt_image_2`] is on by default. The page
//! [`guide`] leads from a spec of your own to a validated request.
//!
//! # Decisions, for the person who writes a request
//!
//! - **Required parameters are fields of a struct.** `Request::builder(Required { … })` does not compile when one is
//!   forgotten, and names it. Optional ones are methods named by their path, dots as underscores
//!   (`provider_settings_openai_quality`): one call each however deep they nest, the same name for as long as the
//!   parameter lives, and never in each other's way.
//! - **A nested object is made the same way** where it is needed as a value, in a list above all: `new` takes a struct
//!   of what it cannot do without, a method sets each other member, and one that can do without anything starts from
//!   `default()`, as in `Safety::default().check_content(true)`.
//! - **Numbers, prompts and URLs are ordinary Rust values.** What is wrong with them is told by `build()`, all at
//!   once: a form can show every mistake, and a bound that the provider relaxes does not change a type. Identities
//!   ([`Uuid`]) and closed sets (enums with `ALL`, `FromStr`, `Display`) are types of their own.
//! - **An integer has the smallest type of `u32`, `i64` and `u64` that holds every legal value**; without bounds it is an
//!   [`Integer`], since any whole number is legal then. **A number is an `f64`**, or a [`Real`] where numbers are legal that
//!   an `f64` does not tell apart.
//! - **Constants cannot be set, and a task's UUID is a random one** unless it is given.
//! - **Defaults are never sent.** An omitted parameter stays omitted; `effective_…` tells what then holds.
//! - **[`Valid`] is proof.** It cannot be made without validation and cannot be changed, so that a function that sends
//!   requests can demand it.
//! - **Requests are strict, answers are not.** Unknown names in a request are violations; in [`answers`] they are
//!   kept in `other`.
//! - **Structs and enums are `#[non_exhaustive]`**, since the provider adds parameters and values; `Required` is not,
//!   since a new required parameter should stop the build.
//!
//! # Features
//!
//! Each model has a feature of its name. `client` adds the module of that name, which sends requests, `blocking` the same for programs
//! that are not asynchronous, `webhook` the module that reads what the service posts to you.
//!
//! # What validation means
//!
//! - Lengths count Unicode scalar values: not bytes, not UTF-16 units, not what a person sees as one character.
//! - 1024.0 and 1.024e3 are whole numbers, as JSON Schema has it, and are sent on as 1024.
//! - Steps are exact: 0.07 is a multiple of 0.01. A float counts as the shortest decimal that reads back as it.
//! - `uuid4` is version 4 and the variant of RFC 9562, either case, hyphenated; `uuid` is any version.
//! - A URI follows RFC 3986 and has a scheme.
//! - Text with a key given twice, nested more than 64 levels deep or otherwise no JSON gives one violation with the
//!   id `json.duplicate`, `json.depth` or `json.syntax`.

// Generated modules name the crate as their users do.
extern crate self as airspec_models;

#[doc(hidden)]
pub mod check;
#[cfg(feature = "client")]
pub mod client;
#[doc(hidden)]
pub mod closed;
#[doc(hidden)]
pub mod decimal;
#[doc(hidden)]
pub mod format;
pub mod guide;
mod integer;
#[doc(hidden)]
pub mod json;
mod length;
#[doc(hidden)]
pub mod literal;
#[rustfmt::skip] // laid out by the generator, the same with every version of rustfmt
mod models;
#[doc(hidden)]
pub mod node;
#[doc(hidden)]
pub mod pointer;
mod real;
#[doc(hidden)]
pub mod shown;
#[doc(hidden)]
pub mod task;
mod uuid;
mod violation;
#[cfg(feature = "webhook")]
pub mod webhook;
#[doc(hidden)]
pub mod wire;

#[doc(hidden)]
pub use serde;
#[doc(hidden)]
pub use serde_json;

pub use closed::UnknownValue;
pub use integer::{Integer, NotWhole};
pub use models::*;
pub use real::Real;
pub use task::{Batch, Valid};
pub use uuid::{InvalidUuid, Uuid};
pub use violation::{Constraint, Probe, Sink, Violation, Violations};

// The README shows the client too.
#[cfg(all(doctest, feature = "client"))]
#[doc = include_str!("../../README.md")]
struct Readme;
