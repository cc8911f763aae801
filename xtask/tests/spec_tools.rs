//! `cargo xtask diff`, `gen --spec` and `explain` as a maintainer meets them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).args(arguments).output().unwrap()
}

fn history(date: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../spec/history/openai-gpt-image-2/{date}.json"))
}

fn diff(old: &str, new: &str, more: &[&str]) -> Output {
    let (old, new) = (history(old), history(new));
    xtask(&[&["diff", old.to_str().unwrap(), new.to_str().unwrap(), "--values", "20"], more].concat())
}

fn shown(output: &Output) -> String {
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_comparison_tells_of_the_wire_and_of_the_crate_apart() {
    let output = diff("2026-09-03", "2026-09-30", &["--fail-on", "breaking"]);
    assert_eq!(output.status.code(), Some(1));
    let text = shown(&output);
    for words in [
        "\nBreaking for clients that send requests:\n  `providerSettings` is gone\n",
        "\nCompatible:\n  `width` is no longer required\n",
        "`providerSettings.openai.quality` moved to `settings.quality`",
        "\nA request that was valid and is now invalid:\n  [{",
        "\nThe generated crate: a major step\n",
        "`Request::width` is `Option<u32>`; it was `u32`",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    let json: serde_json::Value =
        serde_json::from_slice(&diff("2026-09-03", "2026-09-30", &["--format", "json"]).stdout).unwrap();
    assert_eq!((&json["verdict"]["effect"], &json["step"]["step"]), (&"breaking".into(), &"major".into()));
}

#[test]
fn migration_notes_are_for_users_of_the_crate() {
    let text = shown(&diff("2026-07-09", "2026-07-30", &["--migration"]));
    let line = "- Instead of `.watermark(…)` call `.advanced_features_watermark(…)`.\n";
    assert!(
        text.starts_with("## From `2026-07-09.json` to `2026-07-30.json`\n") && text.contains(line),
        "{text}"
    );
    let text = shown(&diff("2026-06-07", "2026-06-07", &["--migration"]));
    assert!(text.ends_with("\nUsers of the crate need to change nothing.\n"), "{text}");
}

#[test]
fn every_version_gives_a_crate() {
    for entry in std::fs::read_dir(history("x").parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        let out = tempfile::tempdir().unwrap();
        let output = xtask(&["gen", "--spec", path.to_str().unwrap(), "--out", out.path().to_str().unwrap()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(out.path().join("openai_gpt_image_2.rs").exists());
    }
}

#[test]
fn a_page_has_the_cases_and_an_unknown_name_is_code_2_with_a_suggestion() {
    let text = shown(&xtask(&["explain", "width.maximum"]));
    assert!(text.starts_with("width.maximum\n") && text.contains("limits::WIDTH_MAXIMUM"), "{text}");
    assert!(text.contains("\nCases\n  width.maximum.accept.at-the-maximum"), "{text}");
    assert!(text.contains("  width.maximum.reject.one-step-beyond-the-maximum-on-the-grid"), "{text}");
    let unknown = xtask(&["explain", "widht.maximum"]);
    let said = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert_eq!(unknown.status.code(), Some(2));
    assert!(unknown.stdout.is_empty() && said.contains("did you mean `width.maximum`?"), "{said}");
    let missing = xtask(&["diff", "/nowhere.json", "/nowhere.json"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("/nowhere.json: error: cannot be read"));
}

#[test]
fn what_was_made_of_a_model_goes_with_its_document() {
    let root = tempfile::tempdir().unwrap();
    let place = |path: &str| root.path().join(path);
    for folder in ["spec/models", "generated/src/models"] {
        std::fs::create_dir_all(place(folder)).unwrap();
    }
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::copy(workspace.join("generated/Cargo.toml"), place("generated/Cargo.toml")).unwrap();
    for slug in ["first", "second"] {
        let spec = workspace.join("generated/examples/lighthouse.json");
        std::fs::copy(spec, place(&format!("spec/models/{slug}.json"))).unwrap();
    }
    let generate = |more: &[&str]| {
        let root = root.path().to_str().unwrap();
        let output = xtask(&[&["gen", "--root", root], more].concat());
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(generate(&[]).0, Some(0));
    assert!(place("generated/reference/second/README.md").exists());
    std::fs::remove_file(place("spec/models/second.json")).unwrap();
    let (code, output) = generate(&["--check"]);
    let left_over = |file: &str| output.contains(&format!("left over: {}", place(file).display()));
    assert_eq!(code, Some(1), "{output}");
    assert!(left_over("generated/src/models/second/mod.rs"), "{output}");
    assert!(left_over("generated/src/models/second/rules.rs"), "{output}");
    assert!(left_over("generated/reference/second/README.md"), "{output}");
    assert_eq!(generate(&[]).0, Some(0));
    assert!(!place("generated/reference/second").exists() && !place("generated/src/models/second").exists());
    assert_eq!(generate(&["--check"]).0, Some(0));
}

#[cfg(unix)]
#[test]
fn who_ends_the_command_of_a_server_ends_the_server() {
    use std::io::{BufRead as _, BufReader, Read as _};
    let mut mock = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["mock", "--port", "0"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(mock.stdout.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    assert!(line.starts_with("mock server at "), "{line}");
    mock.kill().unwrap();
    mock.wait().unwrap();
    // The other end of the pipe is closed.
    said.read_to_string(&mut line).unwrap();
}
