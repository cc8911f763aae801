//! `interop`: the official SDKs against the mock, also through the proxy, the files that it makes before programs that
//! read such files, the emitted documents before the tools that they are for, and the project's own files (workflows,
//! recipes, texts) before their linters, all pinned, in environments that this command makes.
//!
//! Where Python or Node is absent, or packages cannot be had, it says so in one visible line and ends well: the check needs
//! what the machine may not have.

pub(crate) mod documents;
mod lint;
mod machine;
mod media;

use anyhow::{Context as _, bail};
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};

/// The key that the mock is to accept, of no worth anywhere.
pub(crate) const KEY: &str = "interop-key";

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Python for the virtual environment
    #[arg(long, default_value = "python3")]
    python: PathBuf,
    /// Fail if an SDK or a tool is not available, instead of skipping it
    #[arg(long)]
    required: bool,
    /// Test only the emitted documents, of these specs or of those in spec/models
    #[arg(long, value_name = "SPEC", num_args = 0..)]
    documents: Option<Vec<PathBuf>>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let root = crate::root();
    crate::build_airspec(&root)?;
    let mut all_well = true;
    if arguments.documents.is_none() {
        let folder = root.join("conformance/interop");
        let python = environment(&arguments.python, &root, &folder);
        all_well &= with(arguments, "the Python SDK", python, |check| sdk(&root, &check, "http"))?;
        let node = modules(&root, &folder);
        all_well &= with(arguments, "the JavaScript SDK", node, |check| sdk(&root, &check, "ws"))?;
        let programs = media::check(&root, &arguments.python);
        all_well &= with(arguments, "the media files", programs, |check| media::run(&root, check))?;
        let linters = lint::tools(&root, &arguments.python);
        all_well &=
            with(arguments, "the files for other programs", linters, |tools| lint::run(&root, &tools))?;
    }
    let specs = match &arguments.documents {
        Some(specs) if !specs.is_empty() => specs.clone(),
        _ => crate::generate::specs(&root)?,
    };
    let tools = documents::Tools::at(&root, &arguments.python);
    all_well &= with(arguments, "the documents", tools, |tools| {
        let is_well = arguments.documents.is_some() || machine::check(&root, &tools)?;
        Ok(documents::check(&root, &tools, &specs)? && is_well)
    })?;
    Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs a check with what it needs, or says that it cannot be had.
fn with<T>(
    arguments: &Arguments,
    name: &str,
    ready: anyhow::Result<T>,
    check: impl FnOnce(T) -> anyhow::Result<bool>,
) -> anyhow::Result<bool> {
    match ready {
        Ok(ready) => check(ready),
        Err(reason) if arguments.required => Err(reason),
        Err(reason) => {
            println!("interop of {name} skipped: {reason:#}");
            Ok(true)
        }
    }
}

/// Runs an SDK against a mock of its own, and then through the proxy in front of another one, which finds nothing wrong
/// with the answers.
fn sdk(root: &Path, check: &Command, protocol: &str) -> anyhow::Result<bool> {
    let (mut direct, mut behind) = (Mock::start(root, &[])?, Mock::start(root, &[])?);
    let script = match protocol {
        // The proxy gives its URL in a variable.
        "ws" => r#""$@" "ws${AIRSPEC_PROXY_URL#http}" "$AIRSPEC_INTEROP_KEY""#,
        _ => r#""$@" --url "$AIRSPEC_PROXY_URL" --key "$AIRSPEC_INTEROP_KEY""#,
    };
    let mut shell = Command::new("sh");
    shell.args(["-c", script, "sh"]).env("AIRSPEC_PROXY_URL", direct.url_and_body()?.0);
    let mut proxy = crate::airspec_command(root);
    proxy.args(["proxy", "--listen", "127.0.0.1:0", "--fail-on", "server", "--target"]);
    proxy.arg(behind.url_and_body()?.0).args(["--", "sh", "-c", script, "sh"]);
    let mut all_well = true;
    for mut command in [shell, proxy] {
        command.arg(check.get_program()).args(check.get_args()).env("AIRSPEC_INTEROP_KEY", KEY);
        if let Some(folder) = check.get_current_dir() {
            command.current_dir(folder);
        }
        all_well &= command.status()?.success();
    }
    Ok(all_well)
}

/// Node with exactly the pinned packages, about to run the check.
fn modules(root: &Path, folder: &Path) -> anyhow::Result<Command> {
    let place = root.join("target/interop-node");
    node_modules(
        &place,
        folder,
        &["package-lock.json", "package.json", "check_sdk.mjs", "checks.mjs"],
        "ci",
    )?;
    let mut check = Command::new("node");
    check.arg("check_sdk.mjs").current_dir(place);
    Ok(check)
}

/// Puts files into a folder, and the packages beside them that the first file names.
pub(crate) fn node_modules(place: &Path, folder: &Path, files: &[&str], how: &str) -> anyhow::Result<()> {
    std::fs::create_dir_all(place)?;
    for file in files {
        std::fs::copy(folder.join(file), place.join(file))?;
    }
    let stamp = place.join("installed.json");
    let wanted = std::fs::read_to_string(folder.join(files[0]))?;
    if !std::fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        let options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"];
        let options = if how == "ci" { &options[..3] } else { &options[..] };
        quiet(Command::new("npm").arg(how).args(options).current_dir(place))
            .with_context(|| format!("`npm {how}` does not work"))?;
        std::fs::write(stamp, wanted)?;
    }
    Ok(())
}

/// The Python of a virtual environment that has exactly the pinned packages, about to run the check.
fn environment(python: &Path, root: &Path, folder: &Path) -> anyhow::Result<Command> {
    let requirements = folder.join("requirements.txt");
    let python =
        virtual_environment(python, &root.join("target/interop"), &requirements, &["--require-hashes"])?;
    let mut check = Command::new(python);
    check.arg(folder.join("check_sdk.py"));
    Ok(check)
}

/// Makes a virtual environment where there is none with these packages, and gives its Python.
pub(crate) fn virtual_environment(
    with: &Path,
    place: &Path,
    requirements: &Path,
    options: &[&str],
) -> anyhow::Result<PathBuf> {
    let python = place.join("bin/python");
    let stamp = place.join("requirements.txt");
    let wanted = std::fs::read_to_string(requirements)?;
    if python.exists() && std::fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return Ok(python);
    }
    quiet(Command::new(with).args(["-m", "venv", "--clear"]).arg(place))
        .with_context(|| format!("`{} -m venv` does not work", with.display()))?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    quiet(Command::new(&python).args(install).args(options).arg("-r").arg(requirements))
        .context("the pinned packages cannot be installed")?;
    std::fs::write(stamp, wanted)?;
    Ok(python)
}

fn quiet(command: &mut Command) -> anyhow::Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        bail!("{}", words.trim().lines().last().unwrap_or("it failed without a message"));
    }
    Ok(())
}

/// A mock that ends with this command.
pub(crate) struct Mock(Child);

impl Mock {
    pub(crate) fn start(root: &Path, more: &[&OsStr]) -> anyhow::Result<Self> {
        let child = crate::airspec_command(root)
            .args(["mock", "--port", "0", "--one-key"])
            .args(more)
            .env("RUNWARE_API_KEY", KEY)
            .stdout(Stdio::piped())
            .spawn()
            .context("the mock does not start")?;
        Ok(Self(child))
    }

    /// The address, which the mock prints first, and the body of the request that it prints as an example.
    pub(crate) fn url_and_body(&mut self) -> anyhow::Result<(String, String)> {
        let output = self.0.stdout.take().context("the mock has no output")?;
        let mut lines = BufReader::new(output).lines();
        let first = lines.next().context("the mock printed nothing")??;
        let url = first.split_whitespace().find(|word| word.starts_with("http://"));
        let url = url.map(str::to_owned).with_context(|| format!("no URL in `{first}`"))?;
        let example = lines.by_ref().find_map(|line| Some(line.ok()?.split_once(" -d '")?.1.to_owned()));
        let body = example.context("the mock printed no example")?.trim_end_matches('\'').to_owned();
        // What the mock says of each request is read on, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Ok((url, body))
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
