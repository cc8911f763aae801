//! `diff`: what changed between two specs, what it means on the wire and to the generated crate.
//!
//! The comparison is the spec's, what broke is searched for by the binary `airspec`, which has the judges, and what the
//! crate's users must know comes from the generator.

use airspec_spec::diff::{self, Effect, Evidence, Format, Report, Subject};
use airspec_spec::text::visible_json;
use airspec_spec::{Model, Strictness};
use anyhow::Context as _;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit code: 0 success, 1 the change is at least what --fail-on says, 2 the specs could not be compared."
)]
pub(crate) struct Arguments {
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
    /// Output format: text, markdown or json
    #[arg(long, default_value = "text", value_parser = Format::named)]
    format: Format,
    /// Exit with code 1 if the change is at least this: breaking, compatible (any change of requests) or any (also wording)
    #[arg(long, value_name = "EFFECT", value_parser = Effect::least)]
    fail_on: Option<Effect>,
    /// Print only what users of the generated crate must change, as Markdown
    #[arg(long, conflicts_with = "format")]
    migration: bool,
    /// Number of random values in the search for broken requests, besides values from the specs
    #[arg(long, value_name = "N", default_value_t = 500)]
    values: usize,
    /// Seed of the random values
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let model = |word: &Path| airspec_spec::to_compare(word, &arguments.spec, Strictness::Strict);
    let old = model(&arguments.old)?;
    let folder = tempfile::tempdir()?;
    let imported =
        arguments.model.as_deref().map(|name| import(arguments, &old, name, folder.path())).transpose()?;
    let path = arguments.new.as_deref().or(imported.as_deref()).context("name the new spec")?;
    let new = model(path)?;
    let found = diff::compare(&old, &new);
    let evidence = search(&arguments.old, path, &arguments.spec, arguments.values, arguments.seed)?;
    let report = Report { diff: &found, evidence: &evidence, step: None };
    if arguments.migration {
        crate::show(&migration(&old, &new, &report)?)?;
    } else {
        let step = airspec_codegen::step(&old, &new, report.verdict(Subject::Request).effect)?;
        let report = Report { step: Some(&step), ..report };
        let text = report.render(arguments.format);
        crate::show(&if arguments.format == Format::Json { visible_json(&text) } else { text.into() })?;
    }
    let fails = arguments.fail_on.is_some_and(|effect| report.reaches(effect));
    Ok(if fails { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The file that the old spec becomes in a folder with what the provider publishes.
fn import(arguments: &Arguments, old: &Model, name: &str, folder: &Path) -> anyhow::Result<PathBuf> {
    // In a folder of its own, which has no list of known differences beside it.
    let models = folder.join("spec/models");
    std::fs::create_dir_all(&models)?;
    let path = models.join(format!("{}.json", old.slug));
    let text = airspec_spec::source_to_compare(&arguments.old, &arguments.spec, Strictness::Strict)?;
    std::fs::write(&path, text.text())?;
    let root = crate::root();
    crate::build_airspec(&root)?;
    let mut import = crate::airspec_command(&root);
    import.args(["import", "--model", name, "--out"]).arg(&models).stdout(Stdio::null());
    anyhow::ensure!(import.status()?.success(), "there is no new spec");
    let files = std::fs::read_dir(&models)?.count();
    anyhow::ensure!(files == 1, "{} is not about `{name}`", arguments.old.display());
    Ok(path)
}

/// What the binary finds that the new spec breaks.
pub(crate) fn search(
    old: &Path,
    new: &Path,
    specs: &[PathBuf],
    values: usize,
    seed: u64,
) -> anyhow::Result<Evidence> {
    let root = crate::root();
    crate::build_airspec(&root)?;
    let output = crate::airspec_command(&root)
        .arg("diff")
        .args([old, new])
        .args(["--format", "json", "--values", &values.to_string()])
        .args(["--seed", &seed.to_string()])
        .args(specs.iter().flat_map(|spec| [Path::new("--spec"), spec]))
        .stderr(Stdio::inherit())
        .output()
        .context("`airspec diff` does not start")?;
    anyhow::ensure!(output.status.success(), "`airspec diff` could not search for broken requests");
    let report: serde_json::Value =
        serde_json::from_slice(&output.stdout).context("`airspec diff` printed no report")?;
    serde_json::from_value(report["evidence"].clone()).context("the report of `airspec diff` has no evidence")
}

/// What users of the generated crate must change, as Markdown.
pub(crate) fn migration(old: &Model, new: &Model, report: &Report<'_>) -> anyhow::Result<String> {
    let name = |model: &Model| {
        let file = Path::new(&model.source).file_name().unwrap_or_default().to_string_lossy().into_owned();
        airspec_spec::text::shorten(&file, 200).replace('`', "'")
    };
    let notes = airspec_codegen::migration(old, new, report.diff)?;
    let notes =
        if notes.is_empty() { "Users of the crate need to change nothing.\n".to_owned() } else { notes };
    Ok(format!("## From `{}` to `{}`\n\n{notes}", name(old), name(new)))
}
