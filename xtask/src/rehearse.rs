//! `rehearse`: a change of the built-in spec, tried in a copy of the workspace, with all of its tests.
//!
//! The copy is a git repository of its own: `git diff` there shows what a change of the spec touches. Tests that state
//! facts of the spec are snapshots, which one command renews; all others must pass as they are.

mod later;

use crate::snapshots;
use anyhow::Context as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

/// The document that is changed.
const DOCUMENT: &str = "spec/models/openai-gpt-image-2.json";

/// Where real pages are, on machines that have them.
const PAGES: &str = "../shared/provider-pages";

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Published source to import in a round of its own; repeatable. Default: a later release, made from the built-in spec,
    /// and one round with the Markdown pages in ../shared, where they are there
    #[arg(value_name = "FILE")]
    sources: Vec<PathBuf>,
    /// Folder of the copies
    #[arg(long, value_name = "DIR", default_value = "target/rehearsal")]
    folder: PathBuf,
}

/// One round: a name, and what is imported.
struct Round {
    name: String,
    sources: Vec<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let root = crate::root();
    let folder = root.join(&arguments.folder);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    // Every copy is in the same place, so that only what changed is compiled again.
    let copy = folder.join("workspace");
    let mut has_failed = false;
    for round in rounds(arguments, &root, &folder)? {
        let start = Instant::now();
        println!("\n== {} ==", round.name);
        make_copy(&root, &copy)?;
        import(&root, &copy, &round.sources)?;
        snapshots::renew(&copy)?;
        git(&copy, &["diff", "--stat"])?;
        let failed = failing_tests(&copy)?;
        for name in &failed {
            println!("failed: {name}");
        }
        let count = match failed.len() {
            0 => "all tests pass".to_owned(),
            1 => "1 test fails".to_owned(),
            count => format!("{count} tests fail"),
        };
        println!(
            "{}: {count}, after {} s; see `git diff` in {}",
            round.name,
            start.elapsed().as_secs(),
            copy.display()
        );
        has_failed |= !failed.is_empty();
    }
    Ok(if has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn rounds(arguments: &Arguments, root: &Path, folder: &Path) -> anyhow::Result<Vec<Round>> {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if !arguments.sources.is_empty() {
        let round = |path: &PathBuf| Ok(Round { name: name(path), sources: vec![fs::canonicalize(path)?] });
        return arguments.sources.iter().map(round).collect();
    }
    let text = fs::read_to_string(root.join(DOCUMENT))?;
    let later = folder.join("later.json");
    fs::write(&later, later::release(&text)?)?;
    let mut rounds = vec![Round { name: "a later release".to_owned(), sources: vec![later] }];
    let pages = root.join(PAGES);
    let mut sources: Vec<PathBuf> =
        fs::read_dir(&pages).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    sources.retain(|path| path.extension().is_some_and(|ending| ending == "md") && name(path) != "README.md");
    sources.sort();
    if sources.is_empty() {
        println!("skipped: the provider's pages, which are not in {}", pages.display());
    } else {
        rounds.push(Round { name: "the provider's pages".to_owned(), sources });
    }
    Ok(rounds)
}

/// The files of the workspace that git knows or would take, in a repository of their own with one commit.
fn make_copy(root: &Path, copy: &Path) -> anyhow::Result<()> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .context("git does not start")?;
    anyhow::ensure!(listed.status.success(), "{} is no git repository", root.display());
    let listed = String::from_utf8(listed.stdout).context("a file name is not UTF-8")?;
    let names: Vec<&str> = listed.split('\0').filter(|name| root.join(name).is_file()).collect();
    // What an earlier round left; the build folder stays.
    if copy.join(".git").exists() {
        git(copy, &["clean", "--quiet", "-d", "--force"])?;
        for name in tracked(copy)? {
            let _ = fs::remove_file(copy.join(name));
        }
        fs::remove_dir_all(copy.join(".git"))?;
    }
    for name in &names {
        let (from, to) = (root.join(name), copy.join(name));
        fs::create_dir_all(to.parent().unwrap_or(copy))?;
        fs::copy(&from, &to).with_context(|| format!("cannot copy {name}"))?;
        // Cargo compiles by age: what did not change is as old as it was.
        let age = fs::metadata(&from)?.modified()?;
        fs::File::options().write(true).open(&to)?.set_modified(age)?;
    }
    git(copy, &["init", "--quiet"])?;
    git(copy, &["add", "--all"])?;
    git(
        copy,
        &[
            "-c",
            "user.name=rehearsal",
            "-c",
            "user.email=rehearsal@localhost",
            "commit",
            "--quiet",
            "-m",
            "before",
        ],
    )
}

fn tracked(copy: &Path) -> anyhow::Result<Vec<String>> {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(copy).output()?;
    Ok(String::from_utf8(listed.stdout)?
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect())
}

fn git(copy: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    let status = Command::new("git").args(arguments).current_dir(copy).env("GIT_PAGER", "cat").status()?;
    anyhow::ensure!(status.success(), "`git {}` failed in {}", arguments.join(" "), copy.display());
    Ok(())
}

/// Takes the sources over, and generates what follows from them.
fn import(root: &Path, copy: &Path, sources: &[PathBuf]) -> anyhow::Result<()> {
    crate::build_airspec(root)?;
    for source in sources {
        let mut import = crate::airspec_command(root);
        import.arg("import").arg(source).arg("--out").arg(copy.join("spec/models"));
        anyhow::ensure!(import.status()?.success(), "{} cannot be imported", source.display());
    }
    let status = Command::new(std::env::current_exe()?).args(["gen", "--root"]).arg(copy).status()?;
    anyhow::ensure!(status.success(), "`gen` failed in {}", copy.display());
    Ok(())
}

/// Runs all tests, and returns the names of those that fail.
fn failing_tests(copy: &Path) -> anyhow::Result<Vec<String>> {
    let output = snapshots::cargo(copy)
        .args(["test", "--workspace", "--no-fail-fast"])
        .stderr(Stdio::inherit())
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    fs::write(copy.join("target/rehearsal.log"), text.as_bytes())?;
    let mut failed: Vec<String> = failures(&text);
    anyhow::ensure!(
        output.status.success() || !failed.is_empty(),
        "the tests do not build; the messages of cargo are above"
    );
    failed.sort();
    Ok(failed)
}

/// The tests that a log of `cargo test` says have failed.
fn failures(log: &str) -> Vec<String> {
    let failed = |line: &str| line.strip_prefix("test ")?.strip_suffix(" ... FAILED").map(str::to_owned);
    log.lines().filter_map(failed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_tells_which_tests_have_failed() {
        let log = "running 3 tests\ntest a::b ... ok\ntest c ... FAILED\ntest d - should panic ... FAILED\n\nfailures:\n    c\n";
        assert_eq!(failures(log), ["c", "d - should panic"]);
    }
}
