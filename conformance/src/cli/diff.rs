//! `airspec diff`: what changed between two specs, and what it means to users.

use super::{End, Failure, show};
use airspec_spec::diff::{self, Effect, Format, Report};
use airspec_spec::text::visible_json;
use airspec_suite::counterexamples;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The old spec: a file, or the slug or AIR id of a model
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The new spec: likewise
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// A spec file or a folder of them in which slugs and AIR ids are looked up; repeatable. Default: the built-in specs
    #[arg(long, value_name = "PATH")]
    spec: Vec<PathBuf>,
    /// Output format: text, markdown or json
    #[arg(long, default_value = "text", value_parser = Format::named)]
    format: Format,
    /// Exit with code 1 if the change is at least this: breaking, compatible (any change of requests) or any (also wording)
    #[arg(long, value_name = "EFFECT", value_parser = Effect::least)]
    fail_on: Option<Effect>,
    /// Number of random values in the search for broken requests, besides values from the specs
    #[arg(long, value_name = "N", default_value_t = 500)]
    values: usize,
    /// Seed of the random values
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Failure> {
    let model = |word: &PathBuf| airspec_spec::to_compare(word, &arguments.spec);
    let (old, new) = (model(&arguments.old)?, model(&arguments.new)?);
    let found = diff::compare(&old, &new);
    let evidence = counterexamples::search(&old, &new, &found, arguments.values, arguments.seed)?;
    let report = Report { diff: &found, evidence: &evidence, step: None };
    let text = report.render(arguments.format);
    show(&if arguments.format == Format::Json { visible_json(&text) } else { text.into() })?;
    let fails = arguments.fail_on.is_some_and(|effect| report.reaches(effect));
    Ok(if fails { End::Violated } else { End::Conforms })
}
