//! Embeds the documents in `models/`, so that installed binaries know them.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("models");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    paths.retain(|path: &std::path::PathBuf| path.extension().is_some_and(|ending| ending == "json"));
    paths.sort();
    let mut list = String::from("&[");
    for path in &paths {
        let slug = path.file_stem().unwrap_or_default().to_string_lossy();
        let _ = write!(list, "({slug:?}, include_str!({:?})),", path.display().to_string());
    }
    list.push(']');
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("documents.rs");
    fs::write(out, list).expect("the build folder can be written");
}
