//! Every file and page that the provider published becomes Rust as it is: in the crate of all models, and as modules that
//! stand alone; and what it recorded is read by the types. Without the published files the test is skipped.

mod support;

use airspec_judge::Judge;
use airspec_spec::Model;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::workspace::Copy;

/// A folder of published files, each with its name; nothing where it is not there.
fn published(folder: &str, ending: &str) -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(folder);
    let Ok(entries) = fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|own| own == ending) && !path.ends_with("README.md"));
    files.sort();
    files.into_iter().map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), path)).collect()
}

fn xtask(arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A program of modules that stand alone, one from the macro, which reads recorded requests and results and prints what
/// it finds, a line of JSON for each.
fn program(modules: &[(String, PathBuf)], by_macro: &Path) -> String {
    let mut program = String::from("//! Published models.\n#![deny(warnings, missing_docs)]\n\n");
    for (name, path) in modules {
        let _ = write!(program, "/// A model.\n#[path = {:?}]\npub mod {name};\n", text(path));
    }
    let _ = write!(
        program,
        "/// A model.\npub mod by_macro {{ airspec_macros::model!({:?}); }}\n{READ}",
        text(by_macro)
    );
    program.push_str(
        "fn main() {\n    for line in std::io::stdin().lines() {\n        let line = line.unwrap();\n",
    );
    program.push_str("        let (name, rest) = line.split_once('\\t').unwrap();\n        match name {\n");
    for (name, _) in modules {
        let _ = writeln!(program, "            {name:?} => read::<{name}::Request>(rest),");
    }
    program + "            _ => read::<by_macro::Request>(rest),\n        }\n    }\n}\n"
}

const READ: &str = r#"
use airspec_models::serde_json::{Value, json};
use airspec_models::{Answer, ResultItem, task::Task};

fn read<T: Task>(line: &str) {
    let (request, result) = line.split_once('\t').unwrap();
    let request: Result<T, _> = airspec_models::serde_json::from_str(request);
    let found = T::Answer::read(result.to_owned());
    let odd: Vec<&str> = found.odd().iter().map(|field| field.name.as_str()).collect();
    let whole: Value = airspec_models::serde_json::from_str(found.raw()).unwrap();
    println!("{}", json!({
        "parses": request.is_ok(), "odd": odd, "raw": whole, "files": found.files().len(),
        "identity": found.identity(), "type": std::any::type_name::<T::Answer>(),
    }));
}

"#;

/// The recorded requests and results of the models, each with a `taskUUID`, which the records leave out.
fn recorded() -> Vec<(String, Value, Value)> {
    let mut recorded = Vec::new();
    for (slug, path) in published("provider-examples", "json") {
        let file: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        for example in file["examples"].as_array().unwrap() {
            let with_identity = |value: &Value| {
                let mut value = value.clone();
                value["taskUUID"] = "7c1d5d3e-52c1-4a52-9d18-6a52d2b4f001".into();
                value
            };
            let (request, response) = (&example["request"], &example["response"]);
            recorded.push((slug.clone(), with_identity(request), with_identity(response)));
        }
    }
    recorded
}

/// The fields of a result that are not as documented.
fn wrong(model: &Model, result: &Value) -> BTreeSet<String> {
    let judge = Judge::new(&model.of_results().unwrap()).unwrap();
    let first = |pointer: &str| pointer.split('/').nth(1).unwrap_or_default().to_owned();
    judge.task(result).iter().map(|violation| first(&violation.pointer)).collect()
}

#[test]
fn every_published_file_and_page_compiles_and_reads_what_was_recorded() {
    let files = published("provider-schemas", "json");
    if files.is_empty() {
        return;
    }
    let copy = Copy::new();
    let (root, models) = (copy.path(""), copy.path("spec/models"));
    for (slug, path) in &files {
        fs::copy(path, copy.path(&format!("spec/models/{slug}.json"))).unwrap();
    }
    for (_, page) in published("provider-pages", "md") {
        xtask(&["import", text(&page), "--out", text(&models)]);
    }
    xtask(&["gen", "--root", text(&root)]);
    let strict = ["--all-features", "--lib", "--", "--deny", "warnings", "--deny", "missing_docs"];
    copy.succeeds(&[&["rustc", "--quiet", "--package", "airspec-models"][..], &strict].concat());

    let lone = copy.path("lone");
    let imported = ["google-nano-banana-2", "google-nano-banana-pro"];
    let imported = imported.map(|slug| (slug.to_owned(), copy.path(&format!("spec/models/{slug}.json"))));
    let all: Vec<&(String, PathBuf)> = files.iter().chain(&imported).collect();
    for (_, path) in &all {
        xtask(&["gen", "--spec", text(path), "--out", text(&lone)]);
    }
    let name = |slug: &str| slug.replace('-', "_");
    let modules: Vec<(String, PathBuf)> =
        all.iter().map(|(slug, _)| (name(slug), lone.join(format!("{}.rs", name(slug))))).collect();
    let by_macro = &files.iter().find(|(slug, _)| slug == "tripo-v3-1").unwrap().1;
    fs::write(copy.path("generated/examples/published.rs"), program(&modules, by_macro)).unwrap();

    let recorded = recorded();
    let lines: String = recorded
        .iter()
        .map(|(slug, request, result)| format!("{}\t{request}\t{result}\n", name(slug)))
        .collect();
    let input = copy.path("recorded");
    fs::write(&input, lines).unwrap();
    let run = ["run", "--quiet", "--package", "airspec-models", "--all-features", "--example", "published"];
    let output = copy.succeeds_with(&run, &input);
    let found: Vec<Value> = output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(found.len(), recorded.len());
    for ((slug, request, result), found) in recorded.iter().zip(&found) {
        let path = &files.iter().find(|(known, _)| known == slug).unwrap().1;
        let model = airspec_spec::read_file(path).unwrap();
        if Judge::new(&model).unwrap().is_valid(request) {
            assert_eq!(found["parses"], true, "{slug}: {request}");
        }
        assert_eq!(&found["raw"], result, "{slug}");
        let odd = found["odd"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned());
        assert!(odd.collect::<BTreeSet<_>>().is_subset(&wrong(&model, result)), "{slug}: {found}");
        assert!(found["files"].as_u64().unwrap() > 0, "{slug}: {found}");
        let own = ["imageUUID", "videoUUID", "audioUUID"].map(|name| &result[name]);
        let identity =
            own.into_iter().chain([&result["outputs"]["files"][0]["uuid"]]).find(|id| id.is_string());
        assert_eq!(&found["identity"], identity.unwrap_or(&Value::Null), "{slug}: {found}");
        assert!(!found["type"].as_str().unwrap().ends_with("::Fields"), "{slug}: {found}");
    }
}
