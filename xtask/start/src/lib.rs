//! How programs of this workspace are built and started, without a dependency, so that nothing is compiled before it is
//! known what is needed.
//!
//! Every build is one of the whole workspace, cut down to one program. Cargo chooses the features of a dependency by
//! the packages that are built together: `--package airspec` would give other ones than `cargo test --workspace`, and
//! almost everything would be compiled once more.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// The subcommands of `airspec` that `cargo xtask` passes on.
pub const PASSED_ON: [&str; 14] = [
    "check",
    "config",
    "conformance",
    "faults",
    "fetch",
    "import",
    "mcp",
    "merge",
    "mock",
    "proxy",
    "replay",
    "report",
    "validate",
    "verify",
];

/// The workspace: the one that cargo runs this program in, and where cargo does not run it, the one it was built in.
///
/// A target folder that was copied to another checkout holds programs that were built in the first: they must work on
/// the checkout that they are run in.
#[must_use]
pub fn root() -> PathBuf {
    let built = Path::new(env!("CARGO_MANIFEST_DIR"));
    let run = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let mut folders = run.iter().flat_map(|folder| folder.ancestors()).chain(built.ancestors());
    let workspace = folders.find(|folder| folder.join("xtask/start/Cargo.toml").is_file());
    workspace.unwrap_or(built).to_owned()
}

/// The cargo that runs this program.
///
/// It does not get the variables that describe the package of this program: build scripts that read them would run again,
/// now and later.
#[must_use]
pub fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&name);
        }
    }
    cargo
}

/// Where cargo puts what it builds.
#[must_use]
pub fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

/// A program as a profile builds it.
#[must_use]
pub fn built(root: &Path, profile: &str, program: &str) -> PathBuf {
    target(root).join(profile).join(format!("{program}{}", std::env::consts::EXE_SUFFIX))
}

/// A program as the debug profile builds it; `airspec` works on the documents of the workspace. What the maintainer's
/// commands start may work on a copy, and does not inherit where those documents are.
#[must_use]
pub fn command(root: &Path, program: &str) -> Command {
    const MODELS: &str = "AIRSPEC_MODELS";
    let mut command = Command::new(built(root, "debug", program));
    if program == "airspec" && std::env::var_os(MODELS).is_none() {
        command.env(MODELS, root.join("spec/models"));
    }
    command
}

/// What makes a build one of the whole workspace, and of its tests: the test that is named is built as well, and costs
/// nothing; without one, cargo leaves out the features that tests ask for.
pub const AS_TESTS: [&str; 3] = ["--workspace", "--test", "features"];

/// Builds a program of the workspace, so that it can be run without cargo between: signals then reach it alone.
///
/// # Errors
/// Cargo does not start, or the program does not compile, which cargo has reported.
pub fn build(root: &Path, program: &str) -> io::Result<()> {
    let mut cargo = cargo();
    cargo.args(["build", "--quiet", "--manifest-path"]).arg(root.join("Cargo.toml"));
    let status = cargo.args(AS_TESTS).args(["--bin", program]).stdin(Stdio::null()).status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("the binary `{program}` does not build")))
    }
}

/// The command takes our place, so that whoever ends us ends it, too.
///
/// # Errors
/// The command does not start.
#[cfg(unix)]
pub fn hand_over(mut command: Command) -> io::Result<ExitCode> {
    Err(std::os::unix::process::CommandExt::exec(&mut command))
}

/// Runs the command; its exit code is ours.
///
/// # Errors
/// The command does not start.
#[cfg(not(unix))]
pub fn hand_over(mut command: Command) -> io::Result<ExitCode> {
    let status = command.status()?;
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(2)))
}
