//! `gen`: the generated files of the workspace, or one module from a spec outside it.

use crate::output::{self, Artefact};
use crate::stamp::Stamp;
use airspec_codegen::{Options, in_parallel, view};
use airspec_spec::text::visible;
use airspec_spec::vocabulary::Vocabulary;
use airspec_spec::{Model, Strictness};
use anyhow::Context as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const COMMAND: &str = "cargo xtask gen";

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Change nothing; exit with code 1 and show a diff if a generated file is stale
    #[arg(long)]
    check: bool,
    /// Spec outside the workspace
    #[arg(long, value_name = "FILE", requires = "out")]
    spec: Option<PathBuf>,
    /// Output folder for the module of --spec
    #[arg(long, value_name = "DIR", requires = "spec")]
    out: Option<PathBuf>,
    /// Read a --spec with keywords that are outside the dialect: these are not checked, and listed
    #[arg(long, requires = "spec")]
    lenient: bool,
    /// Root of another workspace
    #[arg(long, value_name = "DIR", hide = true)]
    root: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if let (Some(spec), Some(out)) = (&arguments.spec, &arguments.out) {
        return finish(arguments, &[outside(spec, out, arguments.strictness())?], &[]);
    }
    let root = arguments.root.clone().unwrap_or_else(crate::root);
    let specs = specs(&root)?;
    let folder = root.join("generated/src/models");
    let list = Some(root.join("spec/releases.json")).filter(|list| list.exists());
    let read = [specs.as_slice(), &history(&root), list.as_slice()].concat();
    let stamp = Stamp::of(&root, &read)?;
    if let Some(left) = stamp.current(&folder) {
        eprint!("{}", left.warnings);
        if arguments.check {
            println!("{}", output::all_current(left.files));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let models = in_parallel(&specs, |spec| airspec_spec::read_file(spec));
    let models: Vec<Model> = models.into_iter().collect::<Result<_, _>>()?;
    let warnings: String = models.iter().map(warnings).collect();
    eprint!("{warnings}");
    let releases = released(&root)?.into_iter().map(|path| Ok((read_release(&path)?, path)));
    let releases = releases.collect::<anyhow::Result<Vec<_>>>()?;
    let artefacts = workspace(&root, &specs, models, releases)?;
    let mut left_over = orphans(&folder, &artefacts)?;
    left_over.extend(orphans(&root.join("generated/reference"), &artefacts)?);
    let code = finish(arguments, &artefacts, &left_over)?;
    if code == ExitCode::SUCCESS {
        stamp.save(&artefacts, &warnings);
    }
    Ok(code)
}

fn finish(arguments: &Arguments, artefacts: &[Artefact], orphans: &[PathBuf]) -> anyhow::Result<ExitCode> {
    if arguments.check {
        Ok(output::check(artefacts, orphans, COMMAND))
    } else {
        output::write(artefacts, orphans)
    }
}

impl Arguments {
    fn strictness(&self) -> Strictness {
        if self.lenient { Strictness::Lenient } else { Strictness::Strict }
    }
}

/// What must be known of a document: warnings, and what is not checked, which the code lists, too.
fn warnings(model: &Model) -> String {
    const SHOWN: usize = 20;
    let name = visible(&model.source);
    let mut text: String = model.warnings.iter().map(|warning| format!("{warning}\n")).collect();
    let count = model.unchecked.len();
    if count > 0 {
        text.push_str(&format!("{name}: keywords outside the dialect that are not checked: {count}\n"));
    }
    text.extend(model.unchecked.iter().take(SHOWN).map(|one| format!("{name}: {one}\n")));
    if count > SHOWN {
        text.push_str(&format!("{name}: and {} more\n", count - SHOWN));
    }
    text
}

fn read(path: &Path, strictness: Strictness) -> anyhow::Result<Model> {
    let model = airspec_spec::read_file_with(path, strictness)?;
    eprint!("{}", warnings(&model));
    Ok(model)
}

/// One module from a spec anywhere.
fn outside(spec: &Path, out: &Path, strictness: Strictness) -> anyhow::Result<Artefact> {
    let model = read(spec, strictness)?;
    let name = spec.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let options = Options { made_by: format!("{COMMAND} --spec"), spec: name };
    let module = airspec_codegen::module(&model, &options)?;
    Ok(Artefact { path: out.join(format!("{}.rs", module.name)), text: module.text })
}

/// The documents of the workspace, by name.
pub(crate) fn specs(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let folder = root.join("spec/models");
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    paths.sort();
    Ok(paths)
}

/// The releases that are modules of their own, beside that of the model's document: those that `spec/releases.json` lists.
/// Their names end with the day.
fn released(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let list = root.join("spec/releases.json");
    if !list.exists() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(&list)?;
    let names: Vec<String> = serde_json::from_str(&text)
        .with_context(|| format!("{}: use a list of texts such as \"SLUG/2026-10-12\"", list.display()))?;
    let path = |name: &String| root.join("spec/history").join(format!("{name}.json"));
    Ok(names.iter().map(path).collect())
}

fn read_release(path: &Path) -> anyhow::Result<Model> {
    let mut release = airspec_spec::read_file(path)?;
    let day = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    release.slug = format!("{}-{day}", release.slug);
    Ok(release)
}

/// Everything in the workspace that is made from `spec/models` and `spec/history`.
fn workspace(
    root: &Path,
    paths: &[PathBuf],
    models: Vec<Model>,
    releases: Vec<(Model, PathBuf)>,
) -> anyhow::Result<Vec<Artefact>> {
    let generated = root.join("generated");
    let options = |spec: String| Options { made_by: COMMAND.to_owned(), spec };
    let shown = |path: &PathBuf| path.strip_prefix(root).unwrap_or(path).display().to_string();
    let of_models = models.len();
    let documents = models.into_iter().zip(paths.iter().cloned());
    let documents = documents.chain(releases);
    let models: Vec<(Model, Options)> =
        documents.map(|(model, path)| (model, options(shown(&path)))).collect();
    let all = options("spec/models".to_owned());
    let folder = generated.join("src/models");
    let mut artefacts: Vec<Artefact> = airspec_codegen::modules(&models, &all)?
        .into_iter()
        .map(|file| Artefact { path: folder.join(file.path), text: file.text })
        .collect();
    let models: Vec<Model> = models.into_iter().map(|(model, _)| model).collect();
    let views = |model: &Model| views(&generated.join("reference").join(&model.slug), model);
    artefacts.extend(in_parallel(&models[..of_models], views).into_iter().flatten());
    artefacts.push(Artefact {
        path: generated.join("src/models.rs"),
        text: airspec_codegen::index(&models, &all),
    });
    artefacts.push(vocabulary(root, &models[..of_models])?);
    artefacts.push(features(&generated.join("Cargo.toml"), &models)?);
    Ok(artefacts)
}

/// What other tools and readers take: a plain JSON Schema, an OpenAPI document, a reference page.
fn views(folder: &Path, model: &Model) -> [Artefact; 3] {
    let json = |value: &serde_json::Value| format!("{value:#}\n");
    [
        Artefact { path: folder.join("schema.json"), text: json(&view::json_schema(model)) },
        Artefact { path: folder.join("openapi.json"), text: json(&view::openapi(model)) },
        Artefact { path: folder.join("README.md"), text: view::reference(model) },
    ]
}

/// The words of all documents: the models, and their other releases.
fn vocabulary(root: &Path, models: &[Model]) -> anyhow::Result<Artefact> {
    let releases =
        history(root).iter().map(|path| airspec_spec::read_file(path)).collect::<Result<Vec<_>, _>>()?;
    let words = Vocabulary::of(models.iter().chain(&releases));
    let text = format!("{:#}\n", serde_json::to_value(words)?);
    Ok(Artefact { path: root.join("spec/vocabulary.json"), text })
}

/// The documents of other releases, by model and day.
fn history(root: &Path) -> Vec<PathBuf> {
    let below =
        |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> =
        below(&root.join("spec/history")).flat_map(|folder| below(&folder).collect::<Vec<_>>()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    paths.sort();
    paths
}

/// The manifest with a feature for each model, which brings what its checks need; the first model, or GPT Image 2, is on
/// by default.
fn features(manifest: &Path, models: &[Model]) -> anyhow::Result<Artefact> {
    const START: &str = "# @generated by `cargo xtask gen`: a feature for each model\n";
    const END: &str = "# @end";
    let text = fs::read_to_string(manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
    let marks = text.split_once(START).and_then(|(head, rest)| Some((head, rest.split_once(END)?.1)));
    let (head, tail) = marks
        .with_context(|| format!("{}: the marks around the features are missing", manifest.display()))?;
    let slugs: Vec<&str> = models.iter().map(|model| model.slug.as_str()).collect();
    let default = slugs.iter().find(|slug| **slug == "openai-gpt-image-2").or(slugs.first());
    let default = default.map(|slug| format!("\"{slug}\"")).unwrap_or_default();
    let list: String = models
        .iter()
        .map(|model| format!("{} = {:?}\n", model.slug, airspec_codegen::features(model)))
        .collect();
    let text = format!("{head}{START}default = [{default}]\n{list}{END}{tail}");
    Ok(Artefact { path: manifest.to_owned(), text })
}

/// Files below a folder of generated ones that no spec gives any more.
fn orphans(folder: &Path, artefacts: &[Artefact]) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths = output::files_below(folder)?;
    paths.retain(|path| !artefacts.iter().any(|artefact| artefact.path == *path));
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_generates_at_the_same_time_keeps_the_files_that_are_being_written() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("generated/src/models");
        let artefact = |number: usize| Artefact {
            path: folder.join(format!("model_{number}.rs")),
            text: format!("// {number}\n").repeat(1000),
        };
        let artefacts: Vec<Artefact> = (0..20).map(artefact).collect();
        output::write(&artefacts, &[]).unwrap();
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let (folder, artefacts) = (&folder, &artefacts);
                scope.spawn(move || {
                    for _ in 0..30 {
                        // One that is not current, so that it is written by everybody.
                        fs::write(folder.join(format!("model_{writer}.rs")), "").unwrap();
                        fs::write(folder.join("left_over.rs"), "").unwrap();
                        let orphans = orphans(folder, artefacts).unwrap();
                        output::write(artefacts, &orphans).unwrap();
                    }
                });
            }
        });
        output::write(&artefacts, &orphans(&folder, &artefacts).unwrap()).unwrap();
        let names: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(names.len(), artefacts.len(), "{names:?}");
        assert!(
            artefacts.iter().all(|artefact| fs::read_to_string(&artefact.path).unwrap() == artefact.text)
        );
    }
}
