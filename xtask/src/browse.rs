//! `browse`: the pages of a report in a real browser, used as a person would and looked at by an accessibility checker.
//!
//! Where Chromium or Node is absent, or packages cannot be had, it says so in one visible line and ends well: the check
//! needs what the machine may not have.

use crate::interop::{Mock, node_modules};
use anyhow::{Context as _, ensure};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// The names of the Chromium program.
const PROGRAMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// So many faults make the page of the kill matrix; more only take longer.
const FAULTS: usize = 8;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Path of Chromium; default: the installed one
    #[arg(long, value_name = "PROGRAM")]
    browser: Option<PathBuf>,
    /// Fail if the browser or its packages are not available, instead of skipping the check
    #[arg(long)]
    required: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let root = crate::root();
    match ready(arguments, &root) {
        Ok((browser, modules)) => check(&root, &browser, &modules),
        Err(reason) if arguments.required => Err(reason),
        Err(reason) => {
            println!("browser test skipped: {reason:#}");
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The browser, and the folder of the pinned packages.
fn ready(arguments: &Arguments, root: &Path) -> anyhow::Result<(PathBuf, PathBuf)> {
    let found = arguments.browser.clone().or_else(find);
    let browser = found.context("Chromium is not installed; see --browser")?;
    let modules = root.join("target/interop-browser");
    let folder = root.join("conformance/interop/browser");
    node_modules(&modules, &folder, &["package.json", "check_pages.mjs", "../checks.mjs"], "install")?;
    Ok((browser, modules))
}

fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let places = std::env::split_paths(&path).flat_map(|folder| PROGRAMS.map(|name| folder.join(name)));
    places.into_iter().find(|place| place.is_file())
}

/// Makes the pages of a run with findings, of two runs compared, of a kill matrix and of several models, and opens them,
/// and the image in the README.
fn check(root: &Path, browser: &Path, modules: &Path) -> anyhow::Result<ExitCode> {
    crate::build_airspec(root)?;
    let screenshots = root.join("target/screenshots");
    std::fs::create_dir_all(&screenshots)?;
    let made = tempfile::tempdir()?;
    let place = |name: &str| made.path().join(name);
    let faults = some_faults(root)?;
    let flags: Vec<&OsStr> =
        faults.iter().flat_map(|fault| ["--fault", fault.as_str()]).map(OsStr::new).collect();
    let mut mock = Mock::start(root, &flags)?;
    let (url, _) = mock.url_and_body()?;
    let (run, sound, kills, models) = (place("run"), place("sound"), place("kills"), place("models"));
    let conformance = ["conformance", "--seed", "7", "--search", "0", "--report"].map(OsStr::new);
    airspec(root, &[&conformance[..], &[run.as_ref(), "--target".as_ref(), url.as_ref()]].concat(), &[1])?;
    airspec(root, &[&conformance[..], &[sound.as_ref()]].concat(), &[0])?;
    let compared = place("compared.html");
    let against =
        [run.as_os_str(), "--against".as_ref(), sound.as_ref(), "--out".as_ref(), compared.as_ref()];
    airspec(root, &[&["report".as_ref()], &against[..]].concat(), &[0])?;
    let trial = ["faults", "--seed", "7", "--seeds", "1", "--report"].map(OsStr::new);
    // A fault that nothing finds has its place on the page, too.
    airspec(root, &[&trial[..], &[kills.as_ref()], &flags[..]].concat(), &[0, 1])?;
    let specs = ["spec/models", "generated/examples"].map(|folder| root.join(folder));
    let two = ["--case", "*.maximum.*", "--spec"].map(OsStr::new);
    let two = [&two[..], &[specs[0].as_os_str(), "--spec".as_ref(), specs[1].as_os_str()]].concat();
    airspec(root, &[&conformance[..], &[models.as_os_str()], &two[..]].concat(), &[0])?;
    let status = Command::new("node")
        .arg("check_pages.mjs")
        .args([browser, &screenshots, &root.join("docs/terminal.svg"), &run.join("report.html"), &compared])
        .args([kills.join("faults.html"), models.join("report.html")])
        .current_dir(modules)
        .stdin(Stdio::null())
        .status()?;
    println!("screenshots: {}", screenshots.display());
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Faults of all kinds.
fn some_faults(root: &Path) -> anyhow::Result<Vec<String>> {
    let output = crate::airspec_command(root).args(["mock", "--list-faults"]).output()?;
    let text = String::from_utf8(output.stdout)?;
    let ids: Vec<&str> = text.lines().filter_map(|line| line.split_whitespace().next()).collect();
    ensure!(ids.len() >= FAULTS, "the mock lists {} faults", ids.len());
    Ok(ids.iter().step_by(ids.len().div_ceil(FAULTS)).map(|id| (*id).to_owned()).collect())
}

/// Runs a command of `airspec` that must end with one of these codes.
fn airspec(root: &Path, arguments: &[&OsStr], codes: &[i32]) -> anyhow::Result<()> {
    let output =
        crate::airspec_command(root).args(arguments).env("RUNWARE_API_KEY", crate::interop::KEY).output()?;
    let words = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.code().is_some_and(|code| codes.contains(&code)),
        "`airspec {arguments:?}` ended with {}: {words}",
        output.status
    );
    Ok(())
}
