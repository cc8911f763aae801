//! `airspec diff`: what changed between two specs, and what it means to users.

use super::fetch::{Published, built_in};
use super::{End, Failure, machine, show};
use airspec_report::{Annotation, AnnotationFormat, Severity};
use airspec_spec::diff::{self, Effect, Format, Report};
use airspec_spec::import::{self, Known};
use airspec_spec::text::visible_json;
use airspec_spec::{Model, Source};
use airspec_suite::counterexamples;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The old spec: a file, or the slug or AIR id of a model
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The new spec: likewise
    #[arg(value_name = "NEW", required_unless_present = "model", conflicts_with = "model")]
    new: Option<PathBuf>,
    /// Instead of NEW: slug or AIR id of a model. The new spec is what OLD becomes if what the provider publishes is imported
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// A spec file or a folder of them in which slugs and AIR ids are looked up; repeatable. Default: the built-in specs
    #[arg(long, value_name = "PATH")]
    spec: Vec<PathBuf>,
    /// Output format: text, markdown, json, github (annotations for GitHub Actions) or sarif
    #[arg(long, value_name = "FORM", default_value = "text", value_parser = Form::named)]
    format: Form,
    /// Exit with code 1 if the change is at least this: breaking, compatible (any change of requests) or any (also wording)
    #[arg(long, value_name = "EFFECT", value_parser = Effect::least)]
    fail_on: Option<Effect>,
    /// Number of random values in the search for broken requests, besides values from the specs
    #[arg(long, value_name = "N", default_value_t = 500)]
    values: usize,
    /// Seed of the random values
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    published: Published,
}

/// The output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// All that is known.
    Report(Format),
    /// The changes alone.
    Changes(AnnotationFormat),
}

impl Form {
    fn named(word: &str) -> Result<Self, String> {
        match word {
            "github" => Ok(Self::Changes(AnnotationFormat::Github)),
            "sarif" => Ok(Self::Changes(AnnotationFormat::Sarif)),
            _ => Format::named(word)
                .map(Self::Report)
                .map_err(|_| "use text, markdown, json, github or sarif".to_owned()),
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Failure> {
    let model = |word: &PathBuf| {
        let model = airspec_spec::to_compare(word, &arguments.spec, arguments.published.strictness())?;
        super::spec::tell(&model.source, &model.unchecked);
        Ok::<_, Failure>(model)
    };
    let old = model(&arguments.old)?;
    let new = match (&arguments.new, &arguments.model) {
        (Some(new), _) => model(new)?,
        (None, name) => published(arguments, &old, name.as_deref().unwrap_or_default())?,
    };
    let found = diff::compare(&old, &new);
    let evidence = counterexamples::search(&old, &new, &found, arguments.values, arguments.seed)?;
    let report = Report { diff: &found, evidence: &evidence, step: None };
    match arguments.format {
        Form::Report(Format::Json) => show(&visible_json(&report.render(Format::Json)))?,
        Form::Report(format) => show(&report.render(format))?,
        Form::Changes(format) => machine::show(format, &annotations(&found))?,
    }
    let fails = arguments.fail_on.is_some_and(|effect| report.reaches(effect));
    Ok(if fails { End::Violated } else { End::Conforms })
}

/// What the old spec becomes with what the provider publishes.
fn published(arguments: &Arguments, old: &Model, name: &str) -> Result<Model, Failure> {
    let text =
        airspec_spec::source_to_compare(&arguments.old, &arguments.spec, arguments.published.strictness())?;
    let known = std::iter::once((old.slug.clone(), old.air.clone())).chain(built_in());
    let (source, facts) = arguments.published.document(name, &known.collect::<Vec<_>>())?;
    if let (Some(air), Some(found)) = (&old.air, &facts.identity.air)
        && air != found
    {
        return Err(Failure(format!("{} is about `{found}`, {} about `{air}`", source.name(), text.name())));
    }
    let imported = import::import(&facts, &old.slug, &Known { document: Some(&text), ..Known::default() })?;
    Ok(airspec_spec::read_for(&Source::new(source.name(), imported.text), airspec_spec::Purpose::Comparison)?)
}

/// The changes, about the new spec: what is breaking fails where `--fail-on` says so.
fn annotations(found: &diff::Diff) -> Vec<Annotation> {
    let changes = found.changes.iter().map(|change| {
        let path = change.path.to_string();
        let path = if path.is_empty() { "the task".to_owned() } else { format!("`{path}`") };
        Annotation {
            severity: match change.effect {
                Effect::Breaking => Severity::Error,
                Effect::Compatible => Severity::Warning,
                Effect::Documentation => Severity::Note,
            },
            rule: change.effect.word().to_owned(),
            message: format!("{path} {}", change.sentence),
            file: machine::file(&found.new),
            position: None,
            help: None,
        }
    });
    changes.collect()
}
