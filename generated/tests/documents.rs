//! What the documentation and the manifest promise.

use std::path::{Path, PathBuf};
use std::process::Command;

/// As many characters as rustdoc shows of a line of code without a scroll bar.
const SHOWN: usize = 96;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_line_of_code_in_the_documentation_is_cut() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut long = Vec::new();
    for file in files {
        let mut is_code = false;
        for (number, line) in std::fs::read_to_string(&file).unwrap().lines().enumerate() {
            let line = line.trim_start();
            let Some(text) = line.strip_prefix("//!").or_else(|| line.strip_prefix("///")) else {
                // A file that is included is part of the block around it.
                is_code &= line.starts_with("#![doc");
                continue;
            };
            let text = text.strip_prefix(' ').unwrap_or(text);
            if text.starts_with("```") {
                is_code = !is_code;
            } else if is_code && !text.starts_with("# ") && text.chars().count() > SHOWN {
                long.push(format!("{}:{}", file.display(), number + 1));
            }
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

/// The packages that a program with these features has. Cargo may have to fetch one that the workspace does not build.
fn packages(features: &str) -> String {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args(["tree", "--locked", "--edges", "normal", "--prefix", "none"]);
    cargo.args(["--package", "airspec-models", "--features", features]);
    let output = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_features_choose_the_tls_library_and_the_root_certificates() {
    let has = |tree: &str, package: &str| tree.lines().any(|line| line.starts_with(&format!("{package} v")));
    let base = packages("client-base");
    assert!(has(&base, "reqwest") && !has(&base, "rustls") && !has(&base, "ring"), "{base}");
    let client = packages("client");
    assert!(has(&client, "rustls") && has(&client, "ring") && has(&client, "rustls-platform-verifier"));
    assert!(!has(&client, "webpki-roots") && !has(&client, "aws-lc-rs") && !has(&client, "tungstenite"));
    assert!(has(&packages("webpki-roots"), "webpki-roots"));
    assert!(has(&packages("websocket"), "tungstenite"));
    let plain = packages("openai-gpt-image-2");
    assert!(!has(&plain, "reqwest") && !has(&plain, "flate2") && !has(&plain, "tokio"), "{plain}");
}
