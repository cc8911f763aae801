//! How to generate a module from your own spec and validate a request.
//!
//! A spec is a JSON Schema, an OpenAPI document of the provider, or an answer of its schema service. For example, the
//! file `examples/lighthouse.json`:
//!
//! ```json
#![doc = include_str!("../examples/lighthouse.json")]
//! ```
//!
//! The macro of `airspec-macros` generates the module while your crate is compiled. The path is relative to your
//! Cargo.toml. The macro crate is not on crates.io yet; depend on the same commit of both crates:
//!
//! ```toml
//! [dependencies]
//! airspec-models = { git = "https://github.com/airspec/airspec", rev = "COMMIT" }
//! airspec-macros = { git = "https://github.com/airspec/airspec", rev = "COMMIT" }
//! ```
//!
//! `cargo xtask gen --spec FILE --out DIR` writes the same module to a file.
//!
//! Two kinds of constraints need a feature of `airspec-models`. Without it, the module does not compile, and the compiler
//! names the feature:
//!
//! - `patterns`: a `pattern` that is more than texts and character classes in a row, such as `^[a-z]+(-[a-z]+)*$`. The
//!   feature adds the crate `regex`. Patterns such as `^data:image/[a-z]+;base64,[A-Za-z0-9+/=]+$` do not need it.
//! - `image-limits`: limits on the width, height, area or ratio of images that a request contains. The feature adds
//!   the crates `base64` and `imagesize`.
//!
//! ```
//! mod lighthouse {
//!     airspec_macros::model!("examples/lighthouse.json");
//! }
//! use lighthouse::{Light, Request, Required};
//!
//! // 1. Build a request. `build` reports all violations at once.
//! let request = Request::builder(Required { prompt: "a lighthouse at dawn".into() })
//!     .light(Light::Revolving)
//!     .strength(0.35)
//!     .build()?;
//!
//! // 2. Serialize it: with the names of the spec, and without parameters that are not set.
//! assert_eq!(
//!     serde_json::to_string(&request)?,
//!     r#"{"prompt":"a lighthouse at dawn","light":"revolving","strength":0.35}"#,
//! );
//!
//! // 3. Validate JSON.
//! let json = r#"{"prompt": "", "strength": 0.333, "lamp": 1}"#;
//! let violations = Request::from_json(json).unwrap_err();
//! let violated: Vec<&str> = violations.iter().map(|violation| &*violation.constraint).collect();
//! assert_eq!(violated, ["additionalProperties", "prompt.minLength", "strength.multipleOf"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
