//! `airspec import` and `airspec verify` as a maintainer runs them. What they say about each kind of source is shown by
//! the tests of the crate `airspec-spec`.

use airspec_codegen::Options;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn airspec(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_airspec")).args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn own(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/tests/sources").join(name);
    path.display().to_string()
}

/// A workspace with documents and nothing else.
fn workspace() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let models = folder.path().join("spec/models");
    fs::create_dir_all(&models).unwrap();
    (folder, models)
}

#[test]
fn a_page_becomes_a_document_that_agrees_with_it_and_that_the_generator_takes() {
    let (_folder, models) = workspace();
    let root = models.to_str().unwrap();
    for name in ["lantern.md", "lantern.txt", "lantern.json", "lantern.service.json"] {
        let source = own(name);
        let output = airspec(&["import", &source, "--out", root]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", text(&output.stderr));
        let output = airspec(&["verify", "--source", &source, "--models", root]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", text(&output.stdout));
        let document = models.join("test-lantern-3.json");
        let model = airspec_spec::read_file(&document).unwrap();
        let options = Options { made_by: "a test".to_owned(), spec: name.to_owned() };
        assert!(airspec_codegen::module(&model, &options).unwrap().text.contains("pub struct Request"));
        fs::remove_file(document).unwrap();
    }
    assert_eq!(fs::read_dir(models).unwrap().count(), 0);
}

#[test]
fn differences_are_a_table_and_exit_code_1() {
    let output = airspec(&["verify", "--source", &own("lantern.md"), "--spec", &own("lantern.json")]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let row = "    87  inputs.flames.maxItems  not stated (this layout cannot state it)  4";
    assert!(
        said.contains(row) && said.ends_with("2 differences, 0 known, 1 contradiction inside the source\n"),
        "{said}"
    );
}

#[test]
fn an_import_of_a_known_model_changes_its_document_and_keeps_what_we_decided() {
    let (folder, models) = workspace();
    let root = models.to_str().unwrap();
    let document = models.join("kite.json");
    fs::write(&document, fs::read_to_string(own("lantern.json")).unwrap().replace("test-lantern-3", "kite"))
        .unwrap();
    let entry = r#"[{"model": "kite", "layout": "markdown", "difference": "seed.maximum", "source": "9223372036854776000",
        "spec": "7", "reason": "Seven is enough."}]"#;
    fs::write(folder.path().join("spec/allowed.json"), entry).unwrap();
    let spec = fs::read_to_string(&document).unwrap();
    assert!(spec.contains("9223372036854776000"));
    fs::write(&document, spec.replace("9223372036854776000", "7")).unwrap();
    let output = airspec(&["import", &own("lantern.md"), "--out", root]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(
        said.contains("about kite") && said.contains("`inputs.flames.maxItems`: is it still `4`?"),
        "{said}"
    );
    assert!(fs::read_to_string(&document).unwrap().contains("\"maximum\": 7"));
    let output = airspec(&["verify", "--source", &own("lantern.md"), "--models", root]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("Seven is enough."));
    fs::write(folder.path().join("spec/allowed.json"), entry.replace("seed.maximum", "seed.minimum"))
        .unwrap();
    let output = airspec(&["verify", "--source", &own("lantern.md"), "--models", root]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("no longer apply"), "{}", text(&output.stdout));
}

#[test]
fn what_is_no_source_is_refused_and_no_file_is_touched() {
    let (folder, models) = workspace();
    let root = models.to_str().unwrap();
    let known = models.join("test-lantern-3.json");
    fs::copy(own("lantern.json"), &known).unwrap();
    let before = fs::read(&known).unwrap();
    let page = fs::read(own("lantern.md")).unwrap();
    let schema = fs::read(own("lantern.json")).unwrap();
    let cases: [(&str, Vec<u8>); 6] = [
        ("page.html", b"<html><body>width</body></html>".to_vec()),
        ("cut.md", page[..page.len() / 2].to_vec()),
        ("cut.json", schema[..schema.len() / 2].to_vec()),
        ("note.txt", b"width, height\n".to_vec()),
        ("long.txt", b"lorem ipsum\n".repeat(50_000_000 / 12)),
        ("binary", vec![0xff; 1000]),
    ];
    for (name, content) in cases {
        let source = folder.path().join(name);
        fs::write(&source, content).unwrap();
        let start = Instant::now();
        let output = airspec(&["import", source.to_str().unwrap(), "--out", root]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{name}: {said}");
        assert!(
            said.contains("error: ") && said.contains("\n  help: ") && said.lines().count() == 2,
            "{said}"
        );
        assert!(
            output.stdout.is_empty() && start.elapsed() < Duration::from_secs(5),
            "{:?}",
            start.elapsed()
        );
        assert_eq!(fs::read_dir(&models).unwrap().count(), 1);
        assert_eq!(fs::read(&known).unwrap(), before);
    }
    let output = airspec(&["verify", "--source", &own("lantern.md"), "--spec", "missing.json"]);
    assert_eq!(output.status.code(), Some(2));
}

/// Runs with a text as what is typed.
fn asked(arguments: &[&str], typed: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_airspec"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    process.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    process.wait_with_output().unwrap()
}

#[test]
fn answers_are_taken_from_a_file_and_from_the_terminal_and_remembered() {
    let (folder, models) = workspace();
    let out = models.to_str().unwrap();
    let wording = folder.path().join("spec/wording.json");
    fs::write(&wording, "{}\n").unwrap();
    let answers = folder.path().join("answers.json");
    fs::write(&answers, r#"{"glow": {"title": "Glow", "description": "How bright."}}"#).unwrap();
    let import = |more: &[&str], typed: &str| {
        let output = asked(&[&["import", &own("lantern.md"), "--out", out], more].concat(), typed);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    let questions = |said: &str| said.lines().filter(|line| line.contains("needed")).count();
    let first = import(&["--answers", answers.to_str().unwrap()], "");
    assert!(
        first.contains("remembered the answers in ")
            && first.contains("`frame.colour`: title and description needed")
    );
    assert!(!first.contains("`glow`: title"), "{first}");
    // An empty line skips a question, the end of the input all that follow.
    let second = import(&["--ask"], "\nWhich lantern.\n");
    assert_eq!(questions(&second), questions(&first) - 1, "{second}");
    let remembered: serde_json::Value = serde_json::from_str(&fs::read_to_string(&wording).unwrap()).unwrap();
    assert_eq!(remembered["glow"]["description"], "How bright.");
    assert_eq!(remembered.as_object().unwrap().len(), 2, "{remembered}");
    // What is remembered is not asked for again, even where the document is lost.
    fs::remove_file(models.join("test-lantern-3.json")).unwrap();
    assert_eq!(questions(&import(&[], "")), questions(&second));
    fs::write(&answers, r#"{"glow": {"descripton": "x"}}"#).unwrap();
    let output =
        airspec(&["import", &own("lantern.md"), "--out", out, "--answers", answers.to_str().unwrap()]);
    let said = text(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("`descripton` is unknown here"), "{said}");
}

#[test]
fn a_second_model_asks_only_what_the_documents_of_others_do_not_say() {
    let page =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/provider-pages/google-nano-banana-2.md");
    if !page.exists() {
        println!("skipped: {} is not there", page.display());
        return;
    }
    let (_folder, models) = workspace();
    let output = airspec(&["import", page.to_str().unwrap(), "--out", models.to_str().unwrap()]);
    let said = text(&output.stdout);
    let count = |words: &str| said.lines().filter(|line| line.contains(words)).count();
    assert!(count(" from openai-gpt-image-2") >= 19, "{said}");
    // What only this model has.
    assert!(count("needed, in your own words") <= 6, "{said}");
}

#[test]
fn the_release_before_is_kept_in_the_history_and_each_is_judged_by_its_day() {
    let (folder, models) = workspace();
    let history = folder.path().join("spec/history");
    fs::create_dir(&history).unwrap();
    let out = models.to_str().unwrap();
    let source = folder.path().join("page.md");
    let page = fs::read_to_string(own("lantern.md")).unwrap();
    let import = |page: &str, day: &str| {
        fs::write(&source, page).unwrap();
        let output = airspec(&["import", source.to_str().unwrap(), "--out", out, "--released", day]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        fs::read_to_string(models.join("test-lantern-3.json")).unwrap()
    };
    let kept = history.join("test-lantern-3/2026-06-07.json");
    let first = import(&page, "2026-06-07");
    assert_eq!(import(&page, "2026-07-09"), first, "the same facts are of the same release");
    assert!(!kept.exists());
    let second = import(&page.replace("- **Max**: `1`\n", "- **Max**: `3`\n"), "2026-07-09");
    assert!(second.contains("\"version\": \"2026-07-09\""));
    assert_eq!(fs::read_to_string(&kept).unwrap(), first);
    let output = airspec(&["import", &own("lantern.md"), "--out", out, "--released", "yesterday"]);
    assert!(text(&output.stderr).contains("use a day such as 2026-10-12"), "{}", text(&output.stderr));
}

#[test]
fn a_request_is_validated_by_the_release_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let task = |more: &str| {
        format!(
            r#"[{{"taskType": "imageInference", "taskUUID": "5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63",
            "model": "openai:gpt-image@2", "positivePrompt": "a lighthouse", "width": 1024, "height": 1024, {more}}}]"#
        )
    };
    let validate = |more: &str, release: &[&str]| {
        let file = folder.path().join("request.json");
        fs::write(&file, task(more)).unwrap();
        airspec(&[&["validate", file.to_str().unwrap()], release].concat()).status.code()
    };
    let old = r#""providerSettings": {"openai": {"quality": "high"}}"#;
    let new = r#""settings": {"quality": "high"}"#;
    assert_eq!(validate(old, &["--release", "2026-06-07"]), Some(0));
    assert_eq!(validate(old, &["--release", "2026-10-12"]), Some(1));
    assert_eq!(validate(new, &["--release", "2026-10-12"]), Some(0));
    assert_eq!(validate(new, &["--release", "2026-06-07"]), Some(1));
    assert_eq!(validate(old, &["--release", "2026-01-01"]), Some(2));
}
