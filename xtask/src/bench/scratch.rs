//! Programs that are made to be measured, each a crate of its own.

use anyhow::ensure;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A crate with a program.
pub(super) struct Scratch {
    pub(super) folder: PathBuf,
}

impl Scratch {
    /// Writes the crate: its dependencies, and its `main.rs`.
    pub(super) fn new(folder: PathBuf, dependencies: &str, main: &str) -> anyhow::Result<Self> {
        fs::create_dir_all(folder.join("src"))?;
        let manifest = format!(
            "[package]\nname = \"contestant\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n\n\
             [profile.release]\nstrip = true\n\n[workspace]\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        fs::write(folder.join("src/main.rs"), main)?;
        Ok(Self { folder })
    }

    /// Its program, as `cargo build --release` makes it.
    pub(super) fn program(&self) -> PathBuf {
        self.folder.join(format!("target/release/contestant{}", std::env::consts::EXE_SUFFIX))
    }

    /// The size of the program in megabytes.
    pub(super) fn megabytes(&self) -> anyhow::Result<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a size for a table")]
        Ok(fs::metadata(self.program())?.len() as f64 / 1e6)
    }

    pub(super) fn cargo(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let status = self.command(arguments).arg("--quiet").status()?;
        ensure!(status.success(), "cargo {arguments:?} fails in {}", self.folder.display());
        Ok(())
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut cargo = crate::cargo();
        cargo
            .current_dir(&self.folder)
            .args(arguments)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .env("CARGO_INCREMENTAL", "0")
            .stdin(Stdio::null());
        cargo
    }
}

/// A dependency on the crate of a checkout.
pub(super) fn models(root: &Path, rest: &str) -> String {
    format!("airspec-models = {{ path = '{}'{rest} }}", root.join("generated").display())
}
