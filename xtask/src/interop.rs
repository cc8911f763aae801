//! `interop`: the official Python SDK against the mock, in a virtual environment that this command makes.
//!
//! Where Python is absent, or packages cannot be had, it says so in one visible line and ends well: the check needs
//! what the machine may not have.

use anyhow::{Context as _, bail};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};

/// The key that the mock is to accept, of no worth anywhere.
const KEY: &str = "interop-key";

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The Python to make the virtual environment with
    #[arg(long, default_value = "python3")]
    python: PathBuf,
    /// Fail where Python or its packages cannot be had, rather than skip
    #[arg(long)]
    required: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let root = crate::root();
    let folder = root.join("conformance/interop");
    let python = match environment(arguments, &root, &folder) {
        Ok(python) => python,
        Err(reason) if arguments.required => return Err(reason),
        Err(reason) => {
            println!("interop skipped: {reason:#}");
            return Ok(ExitCode::SUCCESS);
        }
    };
    crate::build_airspec(&root)?;
    let mut mock = Mock::start(&root)?;
    let url = mock.url()?;
    let status =
        Command::new(python).arg(folder.join("check_sdk.py")).args(["--url", &url, "--key", KEY]).status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The Python of a virtual environment that has exactly the pinned packages.
fn environment(arguments: &Arguments, root: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    let requirements = folder.join("requirements.txt");
    let place = root.join("target/interop");
    let python = place.join("bin/python");
    let stamp = place.join("requirements.txt");
    let wanted = std::fs::read_to_string(&requirements)?;
    if python.exists() && std::fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return Ok(python);
    }
    quiet(Command::new(&arguments.python).args(["-m", "venv", "--clear"]).arg(&place))
        .with_context(|| format!("`{} -m venv` does not work", arguments.python.display()))?;
    let install =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"];
    quiet(Command::new(&python).args(install).arg(&requirements))
        .context("the pinned packages cannot be installed")?;
    std::fs::write(stamp, wanted)?;
    Ok(python)
}

fn quiet(command: &mut Command) -> anyhow::Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        bail!("{}", words.trim().lines().last().unwrap_or("it failed without a word"));
    }
    Ok(())
}

/// A mock that ends with this command.
struct Mock(Child);

impl Mock {
    fn start(root: &Path) -> anyhow::Result<Self> {
        let child = crate::airspec_command(root)
            .args(["mock", "--port", "0", "--one-key"])
            .env("RUNWARE_API_KEY", KEY)
            .stdout(Stdio::piped())
            .spawn()
            .context("the mock does not start")?;
        Ok(Self(child))
    }

    /// The address, which the mock prints first.
    fn url(&mut self) -> anyhow::Result<String> {
        let output = self.0.stdout.take().context("the mock has no output")?;
        let mut lines = BufReader::new(output).lines();
        let first = lines.next().context("the mock said nothing")??;
        // What the mock says of each request is read on, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let url = first.split_whitespace().find(|word| word.starts_with("http://"));
        url.map(str::to_owned).with_context(|| format!("no address in `{first}`"))
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
