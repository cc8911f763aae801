//! `explain`: a page about one constraint, behaviour or parameter.

use anyhow::Context as _;
use std::path::PathBuf;
use std::process::{ExitCode, Stdio};

#[derive(Debug, clap::Args)]
#[command(after_help = "Exit code: 0 success, 2 the spec has nothing of this name.")]
pub(crate) struct Arguments {
    /// A constraint (`width.maximum`), a behaviour (`width.size`) or a parameter (`width`)
    #[arg(value_name = "ID|PATH")]
    name: String,
    /// Spec to read; default: GPT Image 2
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let root = crate::root();
    let spec = arguments.spec.clone().unwrap_or_else(|| root.join("spec/models/openai-gpt-image-2.json"));
    let model = airspec_spec::read_file(&spec)?;
    let page = airspec_codegen::explain(&model, &arguments.name)?;
    let mut text = page.text;
    text.push_str("\nCases\n");
    text.push_str(&cases(&root, &spec, &page.subjects)?);
    crate::show(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// The cases of constraints and behaviours, which the binary `airspec` derives.
fn cases(root: &std::path::Path, spec: &std::path::Path, subjects: &[String]) -> anyhow::Result<String> {
    const NONE: &str = "  none\n";
    if subjects.is_empty() {
        return Ok(NONE.to_owned());
    }
    crate::build_airspec(root)?;
    let output = crate::airspec_command(root)
        .args(["conformance", "--list", "--seed", "1", "--spec"])
        .arg(spec)
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
