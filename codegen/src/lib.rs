//! From the spec's model to Rust: typed requests and their checks.
//!
//! The phases, each a type that only the one before can make:
//!
//! 1. [`airspec_spec::Model`]: the spec, understood.
//! 2. `Plan` (module `plan`): a Rust type for every schema, every name minted once.
//! 3. Tokens (modules `emit` and `check`): the items of a module.
//! 4. [`Module`] or [`SourceFile`]s: the text of a file, laid out.
//!
//! Nothing here reads or writes files; the same emitter serves the command line, the macro and build scripts. A build
//! script of a crate that depends on `airspec-models`:
//!
//! ```no_run
//! use std::path::Path;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     println!("cargo::rerun-if-changed=lighthouse.json");
//!     let model = airspec_spec::read_file(Path::new("lighthouse.json"))?;
//!     let options = airspec_codegen::Options { made_by: "build.rs".into(), spec: "lighthouse.json".into() };
//!     let module = airspec_codegen::module(&model, &options)?;
//!     let out = Path::new(&std::env::var("OUT_DIR")?).join("lighthouse.rs");
//!     std::fs::write(out, module.text)?;
//!     Ok(())
//! }
//! // In the crate: mod lighthouse { include!(concat!(env!("OUT_DIR"), "/lighthouse.rs")); }
//! ```

mod api;
mod check;
mod docs;
mod emit;
mod explain;
mod facts;
mod files;
mod imports;
mod literal;
mod migration;
mod names;
mod number;
mod parallel;
mod plan;
mod print;
mod releases;
mod shared;
mod spelling;
mod step;
mod surface;
pub mod view;

pub use explain::{Page, Unknown, explain};
pub use migration::migration;
pub use names::{module_name, type_name};
pub use parallel::in_parallel;
pub use step::step;

use airspec_spec::Model;
use airspec_spec::model::Kinds;
use plan::Plan;
use proc_macro2::TokenStream;
use shared::Shared;

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
}

/// A file of a crate that holds several models.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Its path below the folder of the modules: `openai_gpt_image_2/mod.rs`, `shared.rs`.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// The module of a model, as a file that stands alone.
///
/// # Errors
/// A model whose task is not an object.
pub fn module(model: &Model, options: &Options) -> Result<Module, GenerateError> {
    let items = items(model)?;
    let text = files::text(&emit::header(model, options), items, &model.source)?;
    Ok(Module { name: module_name(&model.slug), text })
}

/// The items of a model's module, for macros.
///
/// # Errors
/// A model whose task is not an object.
pub fn items(model: &Model) -> Result<TokenStream, GenerateError> {
    checked(model)?;
    Ok(emit::lone_module(model, &Plan::new(model)).inline())
}

/// The files of several models that live in one crate, a folder for each: types that they have in common are written
/// once, in the module `shared`, and what they answer in the module `answers`; these two come last.
///
/// # Errors
/// A model whose task is not an object.
pub fn modules(models: &[(Model, Options)], all: &Options) -> Result<Vec<SourceFile>, GenerateError> {
    for (model, _) in models {
        checked(model)?;
    }
    let answers = emit::answers::of(models.iter().map(|(model, _)| model));
    // Tokens stay on the thread that made them, so that each thread plans for itself.
    let shared = Shared::among(in_parallel(models, |(model, _)| shared::types(&Plan::new(model))));
    let shared = shared.with_results(answers.results);
    let answers = [answers.items, emit::answers::error()].into_iter().collect();
    let write = |(model, options): &(Model, Options)| folder(model, &shared, options);
    let folders: Vec<_> = in_parallel(models, write).into_iter().collect::<Result<_, _>>()?;
    let mut files: Vec<SourceFile> = folders.into_iter().flatten().collect();
    let plans = models.iter().map(|(model, _)| Plan::new(model));
    let common = [("answers.rs", emit::answers(&answers)), ("shared.rs", emit::shared_types(plans, &shared))];
    for (path, items) in common {
        let text = files::text(&emit::common_header(all), items, &all.spec)?;
        files.push(SourceFile { path: path.to_owned(), text });
    }
    Ok(files)
}

/// The features of `airspec-models` that the module of a model needs.
#[must_use]
pub fn features(model: &Model) -> Vec<&'static str> {
    check::features(model, &Plan::new(model))
}

fn checked(model: &Model) -> Result<(), GenerateError> {
    if model.task.kinds() == Kinds::OBJECT {
        Ok(())
    } else {
        Err(GenerateError::NotAnObject { spec: model.source.clone() })
    }
}

/// The files of a model's module.
fn folder(model: &Model, shared: &Shared, options: &Options) -> Result<Vec<SourceFile>, GenerateError> {
    let name = module_name(&model.slug);
    let module = emit::module(model, &Plan::new(model), shared);
    let texts = module.texts(&emit::header(model, options), &model.source)?;
    let file = |(file, text)| SourceFile { path: format!("{name}/{file}"), text };
    Ok(texts.into_iter().map(file).collect())
}

/// The file that lists the modules of the crate, each behind the feature of its slug.
#[must_use]
pub fn index(models: &[Model], options: &Options) -> String {
    let mut text = emit::common_header(options);
    text.push_str("//! One module for each model, behind the cargo feature of its name.\n");
    for model in models {
        let (slug, name) = (&model.slug, module_name(&model.slug));
        let docs: String = emit::about(model, &releases::notes(model, models))
            .iter()
            .map(|line| format!("/// {line}").trim_end().to_owned() + "\n")
            .collect();
        text.push_str(&format!("\n{docs}#[cfg(feature = \"{slug}\")]\npub mod {name};\n"));
    }
    text.push_str(COMMON);
    text.push_str(REGISTRY);
    for model in models {
        let (slug, name) = (&model.slug, module_name(&model.slug));
        text.push_str(&format!("    #[cfg(feature = \"{slug}\")]\n    (\"{slug}\", |text| {name}::Request::from_json(text).map(drop)),\n"));
    }
    text.push_str("];\n");
    text
}

/// The modules that belong to all models.
const COMMON: &str = "
/// Answers of the API, parsed leniently: results and errors.
pub mod answers;

/// Types that several models share. Their modules re-export them.
pub mod shared;
";

/// What the index says about [`index`]'s table of models.
const REGISTRY: &str = "
/// Validates the JSON text of one task.
pub type FromJson = fn(&str) -> Result<(), crate::Violations>;

/// The compiled models: the slug, and the validator of the JSON text of a task.
pub static MODELS: &[(&str, FromJson)] = &[
";
