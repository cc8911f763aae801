//! From the spec's model to Rust: typed requests and their checks.
//!
//! The phases, each a type that only the one before can make:
//!
//! 1. [`airspec::Model`]: the spec, understood.
//! 2. `Plan` (module `plan`): a Rust type for every schema, every name minted once.
//! 3. Tokens (modules `emit` and `check`): the items of a module.
//! 4. [`Module`]: the text of a file, laid out.
//!
//! Nothing here reads or writes files; the same [`module`] serves the command line, the macro and build scripts.

mod check;
mod docs;
mod emit;
mod names;
mod plan;
mod print;

pub use names::{module_name, type_name};

use airspec::Model;
use proc_macro2::TokenStream;

/// What the generated code is for, which decides how it says what it is.
#[derive(Clone, Debug)]
pub struct Options {
    /// The command or macro that makes the code, for the header.
    pub made_by: String,
    /// The spec's name, for the header.
    pub spec: String,
}

/// Why a model cannot become Rust.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// A request is an object of parameters.
    #[error(
        "{spec}: a task must be `type: object` to become a request; wrap the schema as a parameter of one"
    )]
    NotAnObject {
        /// The document.
        spec: String,
    },
    /// Our own mistake: what was emitted is no Rust.
    #[error("{spec}: the generated code does not parse: {error}; please report this with the spec")]
    NotRust {
        /// The document.
        spec: String,
        /// The parser's reason.
        error: syn::Error,
    },
}

/// A generated module.
#[derive(Clone, Debug)]
pub struct Module {
    /// The module's name.
    pub name: String,
    /// The text of the file.
    pub text: String,
    /// The ids of the constraints for which a check was emitted.
    pub checks: Vec<String>,
}

/// The module of a model, as a file.
///
/// # Errors
/// A model whose task is not an object.
pub fn module(model: &Model, options: &Options) -> Result<Module, GenerateError> {
    let (items, checks) = emitted(model)?;
    let file =
        syn::parse2(items).map_err(|error| GenerateError::NotRust { spec: model.source.clone(), error })?;
    let text = print::file(&emit::header(model, options), &file);
    Ok(Module { name: module_name(&model.slug), text, checks })
}

/// The items of a model's module, for macros.
///
/// # Errors
/// A model whose task is not an object.
pub fn items(model: &Model) -> Result<TokenStream, GenerateError> {
    emitted(model).map(|(items, _)| items)
}

fn emitted(model: &Model) -> Result<(TokenStream, Vec<String>), GenerateError> {
    if model.task.kinds() != airspec::rule::kind::Kinds::OBJECT {
        return Err(GenerateError::NotAnObject { spec: model.source.clone() });
    }
    let plan = plan::Plan::new(model);
    let mut checks = check::Checks::default();
    let items = emit::module(model, &plan, &mut checks);
    Ok((items, checks.into_ids()))
}
