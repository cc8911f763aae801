//! `import`: a document under `spec/models` from what the provider published.

use crate::output::{self, Artefact};
use airspec_codegen::Options;
use airspec_spec::Source;
use airspec_spec::facts::Remark;
use airspec_spec::import::Imported;
use anyhow::Context as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// As many remarks of one kind are shown.
const SHOWN: usize = 200;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Published source: an OpenAPI file, an answer of the schema service, the JSON Schema of a task, or a model page (Markdown or text)
    #[arg(value_name = "FILE")]
    source: PathBuf,
    /// Folder of the document; default: spec/models
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Root of another workspace
    #[arg(long, value_name = "DIR", hide = true)]
    root: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let source = airspec_spec::read_source(&arguments.source)?;
    let facts = airspec_spec::import::read(&source)?;
    let models = arguments.root.clone().unwrap_or_else(crate::root).join("spec/models");
    let folder = arguments.out.clone().unwrap_or(models);
    let known = crate::verify::known(&folder)?;
    let slug = airspec_spec::import::slug(&facts, &known).with_context(|| {
        format!("{}: contains no model id; add the AIR id or the URL of the page", source.name())
    })?;
    let path = folder.join(format!("{slug}.json"));
    let old = path.exists().then(|| airspec_spec::read_source(&path)).transpose()?;
    let decided = airspec_spec::verify::allowed_for(&path)?;
    let imported = airspec_spec::import::import(&facts, &slug, old.as_ref(), &decided)?;
    accepted(&imported)?;
    let artefact = Artefact { path, text: imported.text.clone() };
    let written = !output::write_quietly(std::slice::from_ref(&artefact))?.is_empty();
    println!("{}: {}, about {slug}", source.name(), facts.layout);
    print_remarks(source.name(), &imported, &facts.unread);
    println!("{} {}", if written { "wrote" } else { "nothing to change in" }, artefact.path.display());
    if written && arguments.out.is_none() {
        println!("next: review `git diff`, answer the questions in the document, then run `cargo xtask gen`");
    }
    Ok(ExitCode::SUCCESS)
}

/// What the generator does not accept is no document.
fn accepted(imported: &Imported) -> anyhow::Result<()> {
    let name = format!("{}.json", imported.slug);
    let model = airspec_spec::read(&Source::new(name.as_str(), imported.text.as_str()))?;
    for warning in &model.warnings {
        eprintln!("{warning}");
    }
    airspec_codegen::module(&model, &Options { made_by: "cargo xtask import".to_owned(), spec: name })?;
    Ok(())
}

fn print_remarks(source: &str, imported: &Imported, unread: &[Remark]) {
    let parts = [
        ("changes", imported.changes.as_slice()),
        ("questions (answer them in the document)", imported.questions.as_slice()),
        ("not understood and left out", unread),
    ];
    for (title, remarks) in parts.into_iter().filter(|(_, remarks)| !remarks.is_empty()) {
        println!("\n{title}:");
        for remark in remarks.iter().take(SHOWN) {
            println!(
                "  {}:{}: {}",
                Path::new(source).display(),
                remark.line,
                airspec_spec::text::shorten(&remark.text, 200)
            );
        }
        if remarks.len() > SHOWN {
            println!("  and {} more", remarks.len() - SHOWN);
        }
    }
    println!();
}
