//! `verify`: a document against what the provider published.

use anyhow::Context as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
#[command(after_help = "Exit code: 0 spec and source agree, 1 they differ, 2 they could not be compared.")]
pub(crate) struct Arguments {
    /// Published source: an OpenAPI file, an answer of the schema service, the JSON Schema of a task, or a model page (Markdown or text)
    #[arg(long, value_name = "FILE")]
    source: PathBuf,
    /// Spec to compare; default: the one in spec/models for the same model
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// Root of another workspace
    #[arg(long, value_name = "DIR", hide = true)]
    root: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let source = airspec_spec::import::read(&airspec_spec::read_source(&arguments.source)?)?;
    let path = match &arguments.spec {
        Some(path) => path.clone(),
        None => committed(&source, &arguments.root.clone().unwrap_or_else(crate::root).join("spec/models"))?,
    };
    let spec = airspec_spec::import::read(&airspec_spec::read_source(&path)?)?;
    let slug = path.file_stem().unwrap_or_default().to_string_lossy();
    let list = airspec_spec::verify::allowed_for(&path)?;
    let contradictions = airspec_judge::contradictions(&source);
    let report = airspec_spec::verify::verify(&source, &spec, &slug, &list, contradictions);
    // A closed pipe, such as that of `head`, is not an error.
    let _ = writeln!(std::io::stdout(), "{report}");
    Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The document that is about the model of a source.
fn committed(source: &airspec_spec::facts::Facts, folder: &Path) -> anyhow::Result<PathBuf> {
    let known = known(folder)?;
    let slug = airspec_spec::import::slug(source, &known)
        .with_context(|| format!("{}: contains no model id; select the spec with --spec", source.source))?;
    let path = folder.join(format!("{slug}.json"));
    anyhow::ensure!(
        path.exists(),
        "{}: no spec of {slug} in {}; import it first, or select a spec with --spec",
        source.source,
        folder.display()
    );
    Ok(path)
}

/// The documents of a folder: the name and the provider's id of each.
pub(crate) fn known(folder: &Path) -> anyhow::Result<Vec<(String, Option<String>)>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut known = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.extension().is_some_and(|ending| ending == "json") {
            let slug = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            known.push((slug, airspec_spec::read_file(&path).ok().and_then(|model| model.air)));
        }
    }
    known.sort();
    Ok(known)
}
