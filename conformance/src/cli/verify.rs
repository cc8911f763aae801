//! `airspec verify`: a spec against what the provider published.

use super::documents::{self, Found};
use super::fetch::Published;
use super::{End, Failure, show};
use airspec_spec::{import, verify};
use std::path::PathBuf;

/// Compare facts, not wording, and report where the source contradicts itself.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Published source: an OpenAPI file, an answer of the schema service, the JSON Schema of a task, or a model page (Markdown or text)
    #[arg(long, value_name = "FILE", required_unless_present = "model", conflicts_with = "model")]
    source: Option<PathBuf>,
    /// Slug or AIR id of a model, whose document the provider is asked for
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Spec to compare, instead of the built-in one
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// Folder of the specs, instead of the built-in ones
    #[arg(long, value_name = "DIR", env = documents::FOLDER, hide_env = true)]
    models: Option<PathBuf>,
    #[command(flatten)]
    published: Published,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Failure> {
    let known = match &arguments.models {
        Some(folder) => documents::known(folder)?,
        None => super::fetch::built_in(),
    };
    let (_, source) =
        arguments.published.file_or_model(arguments.source.as_deref(), arguments.model.as_deref(), &known)?;
    let found = match &arguments.spec {
        Some(path) => {
            let slug = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            Found { slug, source: airspec_spec::read_source(path)?, path: Some(path.clone()) }
        }
        None => documents::about(&source, arguments.models.as_deref())?,
    };
    let allowed = match &found.path {
        Some(path) => verify::allowed_for(path)?,
        None => verify::built_in(),
    };
    let spec = import::read(&found.source.with(arguments.published.strictness()))?;
    super::spec::tell(&spec.source, &spec.unchecked);
    let contradictions = airspec_judge::contradictions(&source);
    let report = verify::verify(&source, &spec, &found.slug, &allowed, contradictions);
    show(&format!("{report}\n"))?;
    Ok(if report.is_clean() { End::Conforms } else { End::Violated })
}
