//! What tests share that call cargo on copies.

#[allow(dead_code, reason = "not every test compiles a copy")]
pub(crate) mod workspace;

use std::fs;
use std::path::Path;
use std::process::Command;

/// Takes away what cargo tells tests of their package: build scripts that look at it would run again, here and afterwards.
pub(crate) fn forget_package(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
}

/// Copies a file or a folder to a place whose folder need not be there.
pub(crate) fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
}
