//! `cargo xtask import` and `cargo xtask verify` as a maintainer runs them. What they say about each kind of source is
//! shown by the tests of the crate `airspec`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).args(arguments).output().unwrap()
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
    let (folder, models) = workspace();
    let root = folder.path().to_str().unwrap();
    for name in ["lantern.md", "lantern.txt", "lantern.json", "lantern.service.json"] {
        let source = own(name);
        let output = xtask(&["import", &source, "--root", root]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", text(&output.stderr));
        let output = xtask(&["verify", "--source", &source, "--root", root]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", text(&output.stdout));
        let document = models.join("test-lantern-3.json");
        let out = folder.path().join("out");
        let output = xtask(&["gen", "--spec", document.to_str().unwrap(), "--out", out.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", text(&output.stderr));
        assert!(out.join("test_lantern_3.rs").exists());
        fs::remove_file(document).unwrap();
    }
    assert_eq!(fs::read_dir(models).unwrap().count(), 0);
}

#[test]
fn differences_are_a_table_and_exit_code_1() {
    let output = xtask(&["verify", "--source", &own("lantern.md"), "--spec", &own("lantern.json")]);
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
    let root = folder.path().to_str().unwrap();
    let document = models.join("kite.json");
    fs::write(&document, fs::read_to_string(own("lantern.json")).unwrap().replace("test-lantern-3", "kite"))
        .unwrap();
    let entry = r#"[{"model": "kite", "layout": "markdown", "difference": "seed.maximum", "source": "9223372036854776000",
        "spec": "7", "reason": "Seven is enough."}]"#;
    fs::write(folder.path().join("spec/allowed.json"), entry).unwrap();
    let spec = fs::read_to_string(&document).unwrap();
    assert!(spec.contains("9223372036854776000"));
    fs::write(&document, spec.replace("9223372036854776000", "7")).unwrap();
    let output = xtask(&["import", &own("lantern.md"), "--root", root]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(
        said.contains("about kite") && said.contains("`inputs.flames.maxItems`: is it still `4`?"),
        "{said}"
    );
    assert!(fs::read_to_string(&document).unwrap().contains("\"maximum\": 7"));
    let output = xtask(&["verify", "--source", &own("lantern.md"), "--root", root]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("Seven is enough."));
    fs::write(folder.path().join("spec/allowed.json"), entry.replace("seed.maximum", "seed.minimum"))
        .unwrap();
    let output = xtask(&["verify", "--source", &own("lantern.md"), "--root", root]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("no longer apply"), "{}", text(&output.stdout));
}

#[test]
fn what_is_no_source_is_refused_and_no_file_is_touched() {
    let (folder, models) = workspace();
    let root = folder.path().to_str().unwrap();
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
        let output = xtask(&["import", source.to_str().unwrap(), "--root", root]);
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
    let output = xtask(&["verify", "--source", &own("lantern.md"), "--spec", "missing.json"]);
    assert_eq!(output.status.code(), Some(2));
}
