//! `differential`: generated code against the judge, compiled as one program, on random values for any specs, for
//! random specs, or on the cases of a JSON Schema test suite.
//!
//! The program is a crate in the build folder that holds a module for each schema; it depends on the workspace's
//! crates and leaves the comparing to the conformance crate.

use crate::output::{self, Artefact};
use crate::random_spec;
use airspec_codegen::Options;
use airspec_spec::{Diagnostic, ReadError, Source};
use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Specs to test; default: those in spec/models
    #[arg(value_name = "SPEC", conflicts_with = "suite")]
    specs: Vec<PathBuf>,
    /// Folder of JSON-Schema-Test-Suite files; tests every supported schema with every instance
    #[arg(long, value_name = "DIR")]
    suite: Option<PathBuf>,
    /// Number of random specs to test instead
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "40", conflicts_with_all = ["suite", "specs"])]
    random_specs: Option<usize>,
    /// Number of random values for each spec; default: 100,000, for random specs 2,000
    #[arg(long, value_name = "M")]
    values: Option<usize>,
    /// Seed of the random values and specs
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// A program that is being put together.
#[derive(Default)]
struct Program {
    modules: Vec<(String, String)>,
    rows: String,
}

impl Program {
    /// Adds the module of a model and gives its name.
    fn module(&mut self, model: &airspec_spec::Model) -> anyhow::Result<String> {
        let options = Options { made_by: "cargo xtask differential".into(), spec: model.source.clone() };
        let name = format!("schema_{}", self.modules.len());
        self.modules.push((name.clone(), airspec_codegen::module(model, &options)?.text));
        Ok(name)
    }

    fn artefacts(&self, root: &Path, folder: &Path, call: &str) -> anyhow::Result<Vec<Artefact>> {
        if self.modules.is_empty() {
            bail!("no spec to compare");
        }
        let mut main = String::from("//! Generated code against the judge.\n#![allow(dead_code)]\n\n");
        let mut artefacts = Vec::new();
        for (name, text) in &self.modules {
            main.push_str(&format!("mod {name};\n"));
            artefacts.push(Artefact { path: folder.join(format!("src/{name}.rs")), text: text.clone() });
        }
        let rows = &self.rows;
        main.push_str(&format!(
            "\nfn main() -> std::process::ExitCode {{\n    airspec::differential::{call}(&[\n{rows}    ])\n}}\n"
        ));
        // Each program has a name of its own: cargo takes packages of one name in one build folder for one another.
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
             airspec = {{ path = \"{}\" }}\n\
             airspec-models = {{ path = \"{}\", features = [\"image-limits\", \"patterns\"] }}\n\n[workspace]\n",
            root.join("conformance").display(),
            root.join("generated").display(),
        );
        let lock = fs::read_to_string(root.join("Cargo.lock")).context("cannot read Cargo.lock")?;
        artefacts.push(Artefact { path: folder.join("src/main.rs"), text: main });
        artefacts.push(Artefact { path: folder.join("Cargo.toml"), text: manifest });
        artefacts.push(Artefact { path: folder.join("Cargo.lock"), text: lock });
        Ok(artefacts)
    }
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let root = crate::root();
    let target = crate::target(&root);
    let (program, name, call) = match (&arguments.suite, arguments.random_specs) {
        (Some(suite), _) => (of_suite(suite)?, "suite", "suite"),
        (None, Some(count)) => {
            (of_random(count, arguments.seed, &target.join("random-specs/specs"))?, "random-specs", "main")
        }
        (None, None) => (of_specs(&root, &arguments.specs)?, "differential", "main"),
    };
    let folder = target.join(name);
    let values = arguments.values.unwrap_or(if arguments.random_specs.is_some() { 2_000 } else { 100_000 });
    output::write_quietly(&program.artefacts(&root, &folder, call)?)?;
    let status = crate::cargo()
        .args(["run", "--quiet", "--manifest-path"])
        .arg(folder.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .args(if name == "differential" { &["--release"][..] } else { &[] })
        .arg("--")
        .args([values.to_string(), arguments.seed.to_string()])
        .status()?;
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(2)))
}

/// Random specs, written to files so that a disagreement can be looked at.
fn of_random(count: usize, seed: u64, folder: &Path) -> anyhow::Result<Program> {
    let mut specs = Vec::new();
    let mut texts = (seed.wrapping_mul(1_000_000)..).map(random_spec::text);
    while specs.len() < count {
        let text = texts.next().context("there are seeds enough")?;
        let name = format!("{:03}.json", specs.len());
        match airspec_spec::read(&Source::new(name.as_str(), text.as_str())) {
            Ok(_) => specs.push(Artefact { path: folder.join(name), text }),
            // Two random limits may exclude each other, and a random rule may be one that is not implemented.
            Err(ReadError::Refused(why))
                if why.iter().all(|one| one.message.contains(" excludes ") || is_foreign(one)) => {}
            Err(error) => bail!("a random spec is refused: {error}\n{text}"),
        }
    }
    output::write_quietly(&specs)?;
    of_paths(&specs.into_iter().map(|spec| spec.path).collect::<Vec<_>>())
}

fn of_specs(root: &Path, specs: &[PathBuf]) -> anyhow::Result<Program> {
    if specs.is_empty() { of_paths(&crate::generate::specs(root)?) } else { of_paths(specs) }
}

fn of_paths(specs: &[PathBuf]) -> anyhow::Result<Program> {
    let mut program = Program::default();
    for spec in specs {
        let name = program.module(&airspec_spec::read_file(spec)?)?;
        let path = fs::canonicalize(spec).with_context(|| spec.display().to_string())?;
        let path = path.display().to_string();
        program
            .rows
            .push_str(&format!("        ({path:?}, |text| {name}::Request::from_json(text).map(drop)),\n"));
    }
    Ok(program)
}

/// A module for each schema of the suite that is within the dialect, as the one parameter of a task.
fn of_suite(folder: &Path) -> anyhow::Result<Program> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    paths.sort();
    let mut program = Program::default();
    let mut outside = 0;
    for path in &paths {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let groups: Vec<Value> = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
        let file = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for group in &groups {
            let title = format!("{file}: {}", group["description"].as_str().unwrap_or_default());
            let task = task_of(&group["schema"]);
            match airspec_spec::read(&Source::new(title.clone(), task.to_string())) {
                Ok(model) => {
                    let name = program.module(&model)?;
                    program.rows.push_str(&row(&title, &task, &name, group));
                }
                Err(ReadError::Refused(why)) if why.iter().any(is_foreign) => {
                    outside += 1;
                    let reasons: Vec<&str> = why.iter().map(|one| one.message.as_str()).collect();
                    println!("out of scope: {title}: {}", reasons.join(", "));
                }
                // A schema of the dialect that is refused is no matter of scope.
                Err(error) => bail!("{title}: uses only supported keywords, but is refused: {error}"),
            }
        }
    }
    println!("{} schemas supported, {outside} out of scope", program.modules.len());
    Ok(program)
}

/// A task whose one parameter is of a schema. Pointers in the schema start from it, since it has an id.
fn task_of(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(members) = schema.as_object_mut() {
        members.entry("$id").or_insert(json!("https://example.com/schema"));
    }
    json!({"type": "object", "properties": {"value": schema}, "required": ["value"]})
}

/// Whether a document is refused for a keyword, or a use of one, that the dialect does not have.
fn is_foreign(reason: &Diagnostic) -> bool {
    reason.message.starts_with("unknown keyword") || reason.message.ends_with(" is not implemented")
}

fn row(title: &str, task: &Value, name: &str, group: &Value) -> String {
    let tests = group["tests"].as_array().map(Vec::as_slice).unwrap_or_default();
    let instances: String = tests
        .iter()
        .map(|test| {
            let text = json!({"value": test["data"]}).to_string();
            format!("            ({text:?}, {}),\n", test["valid"])
        })
        .collect();
    let task = task.to_string();
    format!(
        "        ({title:?}, {task:?}, |text| {name}::Request::from_json(text).map(drop), &[\n{instances}        ]),\n"
    )
}
