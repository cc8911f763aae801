//! `airspec verify`: a spec against what the provider published.

use super::{End, Failure, show};
use airspec_spec::Source;
use airspec_spec::{import, verify};
use std::path::PathBuf;

/// Compare facts, not wording, and report where the source contradicts itself.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Published source: an OpenAPI file, an answer of the schema service, the JSON Schema of a task, or a model page (Markdown or text)
    #[arg(long, value_name = "FILE")]
    source: PathBuf,
    /// Spec to compare, instead of the built-in one
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Failure> {
    let source = import::read(&airspec_spec::read_source(&arguments.source)?)?;
    let (slug, spec, known) = match &arguments.spec {
        Some(path) => {
            let slug = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            (slug, import::read(&airspec_spec::read_source(path)?)?, verify::allowed_for(path)?)
        }
        None => {
            let (slug, text) = built_in(&source)?;
            (slug.to_owned(), import::read(&Source::new(format!("{slug}.json"), text))?, verify::built_in())
        }
    };
    let contradictions = airspec_judge::contradictions(&source);
    let report = verify::verify(&source, &spec, &slug, &known, contradictions);
    show(&format!("{report}\n"))?;
    Ok(if report.is_clean() { End::Conforms } else { End::Violated })
}

/// The document that is about the model of a source.
fn built_in(source: &airspec_spec::facts::Facts) -> Result<(&'static str, &'static str), Failure> {
    let air =
        |text: &str| airspec_spec::read(&Source::new("document", text)).ok().and_then(|model| model.air);
    let documents = airspec_spec::documents();
    let known: Vec<_> = documents.iter().map(|(slug, text)| ((*slug).to_owned(), air(text))).collect();
    let slug = import::slug(source, &known);
    let found = documents.iter().find(|(known, _)| slug.as_deref() == Some(*known)).copied();
    found.ok_or_else(|| {
        Failure(format!("{}: no spec of this model is built in; select the spec with --spec", source.source))
    })
}
