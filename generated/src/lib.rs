//! Typed requests and validators for models of the Runware API, generated from the models' specs.
//!
//! ```
//! use airspec_models::openai_gpt_image_2::{Quality, Request, Required};
//!
//! let positive_prompt = "a lighthouse".into();
//! let request = Request::builder(Required { positive_prompt, width: 1024, height: 1536 })
//!     .provider_settings_openai_quality(Quality::High)
//!     .build()?;
//! let json = serde_json::to_string(&request)?;
//! assert!(json.contains(r#""providerSettings":{"openai":{"quality":"high"}}"#));
//!
//! // All violations are reported at once, each with its location, constraint and a hint.
//! let positive_prompt = "a".into();
//! let wrong = Request::builder(Required { positive_prompt, width: 1000, height: 1536 }).build();
//! let violations = wrong.unwrap_err();
//! // /positivePrompt: must have at least 2 characters, found `a`
//! // /width: must be a multiple of 16, found 1000; nearest legal values: 992 and 1008
//! println!("{violations}");
//! assert_eq!(violations.len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Each model is a module behind the cargo feature of its name; [`openai_gpt_image_2`] is on by default. The page
//! [`guide`] shows how to generate a module from your own spec. The page `client` (with the feature `client`)
//! documents how to send requests, billing and retries.
//!
//! [`openai_gpt_image_2`] is the release of 2026-06-07. The live API is likely to take the newest known release, which has
//! no `providerSettings`: the documentation of the module says what replaces it, and which module has that release.
//!
//! # Before a request is sent
//!
//! - [`Size::fit`] returns the size that a model accepts for a ratio and a number of megapixels.
//! - `Reference` (feature `reference`) makes a reference image of a file, bytes or a reader.
//! - `request.estimate()` estimates the [price](Estimate).
//! - `request.advice()` lists the rules of the model's owner that the request does not satisfy. They are not in the
//!   spec, so they are no violations.
//!
//! # Features
//!
//! | feature | content |
//! |---|---|
//! | `openai-gpt-image-2` (default) | GPT Image 2, the release of 2026-06-07 |
//! | `openai-gpt-image-2-2026-10-12` | GPT Image 2, the newest known release: without `providerSettings`, as far as it is known |
//! | `client` | asynchronous client (tokio, rustls with the root certificates of the system) |
//! | `client-base` | the same client without a TLS library, for your own `reqwest::Client` |
//! | `webpki-roots` | the root certificates of Mozilla in place of those of the system; includes `client` |
//! | `blocking` | synchronous client; includes `client` |
//! | `websocket` | connections over WebSocket; includes `client` |
//! | `tracing` | spans and events of the client |
//! | `reference` | reference images from files; the client includes it |
//! | `webhook` | signs webhook URLs, verifies and parses calls |
//! | `patterns` | regular expressions, for specs with patterns that need them |
//! | `image-limits` | limits on the images in a request, for specs that have some |
//!
//! # Decisions
//!
//! - **Required parameters are fields of a struct.** If one is missing, `Request::builder(Required { … })` does not
//!   compile, and the compiler names it. Optional parameters are methods named by their path, with underscores instead
//!   of dots (`provider_settings_openai_quality`): one method call each at any nesting depth; names are stable and
//!   never collide.
//! - **Nested objects have the same form**, for example as items of a list: `new` takes a struct with the required
//!   members; an object without required members has `default()`. A method sets each other member, as in
//!   `Safety::default().check_content(true)`.
//! - **Numbers, prompts and URLs are ordinary Rust values.** `build()` reports invalid values, all at once: a form can
//!   show every mistake, and a type does not change when the provider changes a limit. Identifiers ([`Uuid`]) and
//!   closed sets of values (enums with `ALL`, `FromStr`, `Display`) have their own types.
//! - **An integer has the smallest type of `u32`, `i64` and `u64` that holds every valid value**, or is an [`Integer`]
//!   if it has no limits. **A number is an `f64`**, or a [`Real`] if an `f64` cannot represent every valid value
//!   exactly.
//! - **Constants cannot be set, and the `taskUUID` is a random one** unless you set it.
//! - **Defaults are never sent.** `effective_…` returns the value or the server default.
//! - **[`Valid`] is proof of validation.** It cannot be created without validation and cannot be changed, so a
//!   function that sends requests can require it.
//! - **Requests are strict, answers are not.** Unknown names in a request are violations; in [`answers`] they are kept
//!   in `other`.
//! - **Structs and enums are `#[non_exhaustive]`**, since the provider adds parameters and values. `Required` is not,
//!   since a new required parameter must stop the build.
//!
//! # What validation means
//!
//! - Lengths count Unicode scalar values, not bytes, UTF-16 units or grapheme clusters.
//! - 1024.0 and 1.024e3 are whole numbers, as in JSON Schema, and are sent as 1024.
//! - Steps are exact: 0.07 is a multiple of 0.01. A float has the value of its shortest decimal representation.
//! - `uuid4` is version 4 and the variant of RFC 9562, either case, hyphenated; `uuid` is any version.
//! - A URI follows RFC 3986 and has a scheme.
//! - Text with a duplicate key, with more than 64 nested levels, or that is not JSON has one violation with the id
//!   `json.duplicate`, `json.depth` or `json.syntax`.

#![cfg_attr(docsrs, feature(doc_cfg))]

// Generated modules name the crate as their users do.
extern crate self as airspec_models;

#[doc(hidden)]
pub mod advice;
#[doc(hidden)]
pub mod answer;
#[doc(hidden)]
pub mod check;
#[cfg(feature = "client-base")]
#[cfg_attr(docsrs, doc(cfg(feature = "client")))]
pub mod client;
#[doc(hidden)]
pub mod closed;
#[doc(hidden)]
pub mod decimal;
#[doc(hidden)]
pub mod estimate;
#[doc(hidden)]
pub mod facts;
#[doc(hidden)]
pub mod format;
#[doc(hidden)]
pub mod grid;
pub mod guide;
mod hint;
mod integer;
#[cfg(any(feature = "client-base", feature = "webhook"))]
mod items;
#[doc(hidden)]
pub mod json;
mod length;
#[doc(hidden)]
pub mod literal;
mod mend;
#[rustfmt::skip] // formatted by the generator, the same with every version of rustfmt
mod models;
#[doc(hidden)]
pub mod node;
#[doc(hidden)]
pub mod pointer;
mod raw;
mod real;
#[cfg(feature = "reference")]
mod reference;
#[doc(hidden)]
pub mod result;
#[doc(hidden)]
pub mod shown;
mod sink;
mod size;
#[doc(hidden)]
pub mod task;
mod uuid;
mod violation;
#[cfg(feature = "webhook")]
pub mod webhook;
#[doc(hidden)]
pub mod wire;
mod within;

#[doc(hidden)]
pub use serde;
#[doc(hidden)]
pub use serde_json;

pub use advice::Advice;
pub use answer::{Answer, Fields, OddField};
pub use closed::UnknownValue;
pub use estimate::Estimate;
pub use integer::{Integer, NotWhole};
#[cfg(any(feature = "client-base", feature = "webhook"))]
pub use items::Unfinished;
pub use models::*;
pub use real::Real;
#[cfg(feature = "reference")]
pub use reference::{Reference, ReferenceError};
pub use result::{ResultFile, ResultItem};
pub use sink::{Probe, Sink};
pub use size::Size;
pub use task::{Batch, Valid};
pub use uuid::{InvalidUuid, Uuid};
pub use violation::{Constraint, Violation, Violations};
pub use within::Within;

// The documents also show the client and webhooks.
#[cfg(all(doctest, feature = "client", feature = "webhook", feature = "websocket"))]
#[doc = include_str!("../../README.md")]
#[doc = include_str!("../README.md")]
#[doc = include_str!("../../docs/src/how-to/call-the-api.md")]
struct Documents;
