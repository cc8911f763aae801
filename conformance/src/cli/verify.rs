//! `airspec verify`: a spec against what the provider published.

use super::documents::{self, Found};
use super::fetch::Published;
use super::{End, Failure, machine, show};
use airspec_report::{Annotation, AnnotationFormat, Severity};
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
    /// Output format
    #[arg(long, value_name = "FORM", value_enum, default_value = "text")]
    format: Format,
    #[command(flatten)]
    published: Published,
}

/// The output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Tables for people
    Text,
    /// Annotations for GitHub Actions
    Github,
    /// SARIF 2.1.0
    Sarif,
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
    match arguments.format {
        Format::Text => show(&format!("{report}\n"))?,
        Format::Github => machine::show(AnnotationFormat::Github, &annotations(&report))?,
        Format::Sarif => machine::show(AnnotationFormat::Sarif, &annotations(&report))?,
    }
    Ok(if report.is_clean() { End::Conforms } else { End::Violated })
}

/// Differences and entries that no longer apply fail; contradictions of the source and lines that were not understood do not.
fn annotations(report: &verify::Report) -> Vec<Annotation> {
    let at = |severity, rule: &str, line: Option<usize>, message: String| Annotation {
        severity,
        rule: rule.to_owned(),
        message,
        file: machine::file(&report.source),
        position: line.map(|line| (line.max(1), 1)),
        help: None,
    };
    let differences = report.differences.iter().map(|one| {
        let message = format!("{}: the source says {}, the spec says {}", one.id, one.source, one.spec);
        at(Severity::Error, &one.id, Some(one.line), message)
    });
    let stale = report.stale.iter().map(|one| {
        let message = format!("{}: an entry of allowed.json that no longer applies", one.difference);
        Annotation {
            file: machine::file(&report.spec),
            ..at(Severity::Error, &one.difference, None, message)
        }
    });
    let contradictions = report.contradictions.iter().map(|(statement, lines)| {
        at(
            Severity::Warning,
            "contradiction",
            lines.first().copied(),
            format!("the source contradicts itself: {statement}"),
        )
    });
    let unread = report.unread.iter().map(|remark| {
        at(Severity::Note, "not-understood", Some(remark.line), format!("not understood: {}", remark.text))
    });
    differences.chain(stale).chain(contradictions).chain(unread).collect()
}
