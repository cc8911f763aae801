//! From a spec of your own to a validated request.
//!
//! A spec is a JSON Schema, an OpenAPI document as the provider publishes it, or the answer of its schema service.
//! `lighthouse.json`:
//!
//! ```json
#![doc = include_str!("../examples/lighthouse.json")]
//! ```
//!
//! The macro of `airspec-macros` makes the module while your crate is compiled; `cargo xtask gen --spec FILE --out DIR`
//! writes the same module as a file.
//!
//! ```
//! mod lighthouse {
//!     airspec_macros::model!("examples/lighthouse.json");
//! }
//! use lighthouse::{Light, Request, Required};
//!
//! // 1. Build: ordinary values in, everything that is wrong out.
//! let request = Request::builder(Required { prompt: "a lighthouse at dawn".into() })
//!     .light(Light::Revolving)
//!     .strength(0.35)
//!     .build()?;
//!
//! // 2. Send: exactly the names of the spec, and nothing that was left out.
//! assert_eq!(
//!     serde_json::to_string(&request)?,
//!     r#"{"prompt":"a lighthouse at dawn","light":"revolving","strength":0.35}"#,
//! );
//!
//! // 3. Judge what others send.
//! let violations = Request::from_json(r#"{"prompt": "", "strength": 0.333, "lamp": 1}"#).unwrap_err();
//! let broken: Vec<&str> = violations.iter().map(|violation| &*violation.constraint).collect();
//! assert_eq!(broken, ["additionalProperties", "prompt.minLength", "strength.multipleOf"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
