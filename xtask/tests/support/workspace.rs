//! A copy of the workspace, for tests that change and compile it.

use super::forget_package;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A copy of the workspace. It takes dependencies from the workspace's build folder, and is of a version of its own,
/// so that nothing it builds takes the place of what the workspace built.
pub(crate) struct Copy {
    folder: tempfile::TempDir,
    build: PathBuf,
}

impl Copy {
    pub(crate) fn new() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let build = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let copy = Self { folder: tempfile::tempdir().unwrap(), build: fs::canonicalize(build).unwrap() };
        for part in [
            ".cargo",
            "price",
            "spec",
            "codegen",
            "generated",
            "conformance",
            "xtask",
            "Cargo.toml",
            "Cargo.lock",
            "README.md",
        ] {
            super::copy(&root.join(part), &copy.folder.path().join(part));
        }
        let manifest = fs::read_to_string(copy.path("Cargo.toml")).unwrap();
        let version = concat!("version = \"", env!("CARGO_PKG_VERSION"), "\"\nedition");
        assert!(manifest.contains(version));
        let of_its_own = concat!("version = \"", env!("CARGO_PKG_VERSION"), "+changed\"\nedition");
        let manifest = manifest.replace(version, of_its_own);
        // The copy is compiled several times and does little: its own crates need no optimiser.
        let is_own = |line: &&str| line.starts_with("airspec") && line.contains("opt-level");
        assert_eq!(manifest.lines().filter(is_own).count(), 7);
        let quick: Vec<&str> = manifest.lines().filter(|line| !is_own(line)).collect();
        fs::write(copy.path("Cargo.toml"), quick.join("\n")).unwrap();
        copy
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn cargo(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut cargo = Command::new(env!("CARGO"));
        forget_package(&mut cargo);
        cargo
            .args(arguments)
            .current_dir(self.folder.path())
            .env("CARGO_TARGET_DIR", self.path("target"))
            .env("CARGO_BUILD_BUILD_DIR", &self.build);
        cargo
    }

    /// The same with a file as its input.
    pub(crate) fn succeeds_with(&self, arguments: &[&str], input: &Path) -> String {
        let output = self.command(arguments).stdin(fs::File::open(input).unwrap()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn succeeds(&self, arguments: &[&str]) -> String {
        let output = self.cargo(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}
