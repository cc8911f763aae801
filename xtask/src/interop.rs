//! `interop`: the official SDKs against the mock, pinned, in environments that this command makes.
//!
//! Where Python or Node is absent, or packages cannot be had, it says so in one visible line and ends well: the check needs
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
    /// Fail where an SDK cannot be had, rather than skip it
    #[arg(long)]
    required: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let root = crate::root();
    let folder = root.join("conformance/interop");
    crate::build_airspec(&root)?;
    let mut all_well = true;
    for (sdk, ready) in
        [("Python", environment(arguments, &root, &folder)), ("JavaScript", modules(&root, &folder))]
    {
        let mut check = match ready {
            Ok(check) => check,
            Err(reason) if arguments.required => return Err(reason),
            Err(reason) => {
                println!("interop of the {sdk} SDK skipped: {reason:#}");
                continue;
            }
        };
        let mut mock = Mock::start(&root)?;
        let url = mock.url()?;
        let status = match sdk {
            "Python" => check.args(["--url", &url, "--key", KEY]).status()?,
            _ => check.args([&url.replacen("http", "ws", 1), KEY]).status()?,
        };
        all_well &= status.success();
    }
    Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Node with exactly the pinned packages, about to run the check.
fn modules(root: &Path, folder: &Path) -> anyhow::Result<Command> {
    const FILES: [&str; 3] = ["package.json", "package-lock.json", "check_sdk.mjs"];
    let place = root.join("target/interop-node");
    let stamp = place.join("installed-lock.json");
    std::fs::create_dir_all(&place)?;
    for file in FILES {
        std::fs::copy(folder.join(file), place.join(file))?;
    }
    let wanted = std::fs::read_to_string(folder.join("package-lock.json"))?;
    if !std::fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        quiet(
            Command::new("npm")
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
                .current_dir(&place),
        )
        .context("`npm ci` does not work")?;
        std::fs::write(stamp, wanted)?;
    }
    let mut check = Command::new("node");
    check.arg("check_sdk.mjs").current_dir(place);
    Ok(check)
}

/// The Python of a virtual environment that has exactly the pinned packages.
fn environment(arguments: &Arguments, root: &Path, folder: &Path) -> anyhow::Result<Command> {
    let requirements = folder.join("requirements.txt");
    let place = root.join("target/interop");
    let python = place.join("bin/python");
    let stamp = place.join("requirements.txt");
    let wanted = std::fs::read_to_string(&requirements)?;
    let check = |python: &Path| {
        let mut check = Command::new(python);
        check.arg(folder.join("check_sdk.py"));
        check
    };
    if python.exists() && std::fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return Ok(check(&python));
    }
    quiet(Command::new(&arguments.python).args(["-m", "venv", "--clear"]).arg(&place))
        .with_context(|| format!("`{} -m venv` does not work", arguments.python.display()))?;
    let install =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"];
    quiet(Command::new(&python).args(install).arg(&requirements))
        .context("the pinned packages cannot be installed")?;
    std::fs::write(stamp, wanted)?;
    Ok(check(&python))
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
