//! Embeds the documents in `models/` and `history/`, so that installed binaries know them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));
    let written = "the build folder can be written";
    let mut models = String::from("&[");
    for path in listed(&here.join("models")) {
        let _ = write!(models, "({:?}, include_str!({:?})),", stem(&path), path.display().to_string());
    }
    fs::write(out.join("documents.rs"), models + "]").expect(written);
    let mut releases = String::from("&[");
    for folder in listed(&here.join("history")) {
        for path in listed(&folder) {
            let _ = write!(
                releases,
                "Release {{ slug: {:?}, day: {:?}, text: include_str!({:?}) }},",
                stem(&folder),
                stem(&path),
                path.display().to_string()
            );
        }
    }
    fs::write(out.join("releases.rs"), releases + "]").expect(written);
}

/// The documents and folders of a folder, by name.
fn listed(folder: &Path) -> Vec<PathBuf> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> = entries
        .filter(|path| path.is_dir() || path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    paths.sort();
    paths
}

/// A name without its ending, which a slug can hold a dot before.
fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    name.strip_suffix(".json").unwrap_or(&name).to_owned()
}
