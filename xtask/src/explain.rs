//! `explain`: a page about one constraint, behaviour or parameter.

use airspec_spec::{Catalogue, Model};
use anyhow::{Context as _, bail};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

/// The model that is explained where none is named.
const DEFAULT_MODEL: &str = "openai-gpt-image-2";

#[derive(Debug, clap::Args)]
#[command(after_help = "Exit code: 0 success, 2 the spec has nothing of this name.")]
pub(crate) struct Arguments {
    /// A constraint (`width.maximum`), a behaviour (`width.size`) or a parameter (`width`)
    #[arg(value_name = "ID|PATH")]
    name: String,
    /// A spec file, or a folder with a spec file for each model; repeatable. Default: spec/models
    #[arg(long, value_name = "PATH")]
    spec: Vec<PathBuf>,
    /// Slug or AIR id of the model. Default: the only one of --spec, or GPT Image 2
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let root = crate::root();
    let models = [root.join("spec/models")];
    let specs = if arguments.spec.is_empty() { &models[..] } else { &arguments.spec };
    let catalogue = Catalogue::read(specs)?;
    let model = match (&arguments.model, catalogue.models()) {
        (Some(name), _) => catalogue.named(name)?,
        (None, [only]) => only,
        (None, _) if arguments.spec.is_empty() => catalogue.named(DEFAULT_MODEL)?,
        (None, several) => bail!("--spec has {} models: choose one with --model", several.len()),
    };
    let page = airspec_codegen::explain(model, &arguments.name)?;
    let mut text = page.text;
    text.push_str("\nCases\n");
    text.push_str(&cases(&root, specs, model, &page.subjects)?);
    crate::show(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// The cases of constraints and behaviours, which the binary `airspec` derives.
fn cases(root: &Path, specs: &[PathBuf], model: &Model, subjects: &[String]) -> anyhow::Result<String> {
    const NONE: &str = "  none\n";
    if subjects.is_empty() {
        return Ok(NONE.to_owned());
    }
    crate::build_airspec(root)?;
    let output = crate::airspec_command(root)
        .args(["conformance", "--list", "--seed", "1", "--model", &model.slug])
        .args(specs.iter().flat_map(|spec| [Path::new("--spec"), spec]))
        .stderr(Stdio::inherit())
        .output()
        .context("`airspec conformance` does not start")?;
    anyhow::ensure!(output.status.success(), "`airspec conformance` could not list the cases");
    let list = String::from_utf8_lossy(&output.stdout);
    let is_mine = |line: &&str| {
        let sides = ["accept", "reject", "behave"];
        subjects.iter().any(|subject| {
            let rest = line.strip_prefix(subject.as_str()).and_then(|rest| rest.strip_prefix('.'));
            rest.is_some_and(|rest| {
                sides.iter().any(|side| rest.strip_prefix(side).is_some_and(|rest| rest.starts_with('.')))
            })
        })
    };
    let lines: String = list.lines().filter(is_mine).map(|line| format!("  {line}\n")).collect();
    Ok(if lines.is_empty() { NONE.to_owned() } else { lines })
}
