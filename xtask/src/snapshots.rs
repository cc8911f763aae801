//! `snapshots`: renews the snapshots of all tests, after a change of the spec or of what is printed.
//!
//! Only the programs with snapshots are built and run. `git diff` then shows what the change means.

use anyhow::Context as _;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(_: &Arguments) -> anyhow::Result<ExitCode> {
    renew(&crate::root())?;
    println!("the snapshots are current; review `git diff`");
    Ok(ExitCode::SUCCESS)
}

/// The test whose snapshots are the compiler's messages, beside the programs that it refuses.
const REFUSED: &str = "model";

/// Cargo for a workspace that need not be ours.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut cargo = crate::cargo();
    cargo.current_dir(root).env_remove("CARGO_TARGET_DIR");
    cargo
}

/// Renews the snapshots of a workspace.
pub(crate) fn renew(root: &Path) -> anyhow::Result<()> {
    let mut cargo = if root == crate::root() { crate::cargo() } else { cargo(root) };
    cargo.current_dir(root).args(["test", "--workspace", "--quiet", "--no-fail-fast"]).args(targets(root)?);
    // What fails for another reason is not about snapshots, and shows when the tests are run.
    let status = cargo.env("INSTA_UPDATE", "always").env("TRYBUILD", "overwrite").status()?;
    anyhow::ensure!(status.code().is_some(), "the tests with snapshots were ended");
    Ok(())
}

/// The flags of cargo that select the test programs with snapshots: `--lib` for those beside the code, `--test NAME` for
/// those in `tests`.
fn targets(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut flags = BTreeSet::from([vec!["--test".to_owned(), REFUSED.to_owned()]]);
    for file in snapshots(root)? {
        let folder = file.parent().and_then(Path::parent).unwrap_or(Path::new(""));
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if folder.ends_with("tests") {
            // A file is named after its program and its test.
            let program = name.split("__").next().unwrap_or_default();
            flags.insert(vec!["--test".to_owned(), program.to_owned()]);
        } else {
            flags.insert(vec!["--lib".to_owned()]);
        }
    }
    Ok(flags.into_iter().flatten().collect())
}

/// The snapshots that git knows or would take.
fn snapshots(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.snap"])
        .current_dir(root)
        .output()
        .context("git does not start")?;
    anyhow::ensure!(listed.status.success(), "{} is no git repository", root.display());
    let names = String::from_utf8(listed.stdout).context("a file name is not UTF-8")?;
    Ok(names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_snapshot_is_of_a_program_that_is_there() {
        let root = crate::root();
        let flags = targets(&root).unwrap();
        let programs: Vec<&String> = flags.iter().filter(|flag| !flag.starts_with("--")).collect();
        assert!(programs.len() > 3 && flags.contains(&"--lib".to_owned()), "{flags:?}");
        for file in snapshots(&root)
            .unwrap()
            .iter()
            .filter(|file| file.parent().is_some_and(|folder| folder.ends_with("tests/snapshots")))
        {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let program = root.join(file).with_file_name("..").join(name.split("__").next().unwrap());
            let is_there = program.with_extension("rs").exists() || program.join("main.rs").exists();
            assert!(is_there, "{} is left over: no program {}", file.display(), program.display());
        }
    }
}
