//! The files of the project that other programs read, before those programs or their linters: workflows and the action of
//! GitHub, scripts, the Dockerfile, the recipes for GitLab and Kubernetes, the hooks, the package for the registry; and the
//! spelling of all texts. Nothing is compiled.

use super::virtual_environment;
use anyhow::Context as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder of the pinned programs.
pub(super) fn tools(root: &Path, python: &Path) -> anyhow::Result<PathBuf> {
    let requirements = root.join("conformance/interop/lint/requirements.txt");
    let place = root.join("target/interop-lint");
    let python = virtual_environment(python, &place, &requirements, &["--require-hashes"])?;
    Ok(python.parent().context("Python is in no folder")?.to_owned())
}

/// A program and its arguments; those that end in `/*.EXTENSION` are all such files of the folder.
const CHECKS: [(&str, &[&str]); 10] = [
    ("actionlint", &["-no-color", ".github/workflows/*.yml"]),
    (
        "actionlint",
        &[
            "-no-color",
            "docs/ci/github-action.yml",
            "docs/ci/github-actions.yml",
            "docs/ci/github-follow.yml",
        ],
    ),
    ("check-jsonschema", &["--builtin-schema", "vendor.github-actions", "action.yml"]),
    ("check-jsonschema", &["--builtin-schema", "vendor.gitlab-ci", "docs/ci/gitlab-ci.yml"]),
    ("shellcheck", &[".github/action/*.sh", ".github/release/*.sh", ".ci/run", ".ci/nightly"]),
    ("hadolint", &["--no-color", "Dockerfile"]),
    (
        "kubernetes-validate",
        &["--strict", "--quiet", "docs/ci/kubernetes.yml", "docs/ci/kubernetes-report.yml"],
    ),
    ("pre-commit", &["validate-manifest", ".pre-commit-hooks.yaml"]),
    ("typos", &["--config", "_typos.toml"]),
    // The package has what it is built from, and its manifest is one that the registry takes.
    ("cargo", &PACKAGE),
];

/// Packs the crates that are published.
const PACKAGE: [&str; 10] = [
    "package",
    "--workspace",
    "--exclude",
    "xtask",
    "--exclude",
    "xtask-start",
    "--no-verify",
    "--allow-dirty",
    "--offline",
    "--quiet",
];

/// Runs every check, and tells whether all pass.
pub(super) fn run(root: &Path, tools: &Path) -> anyhow::Result<bool> {
    let mut all_well = true;
    for (program, arguments) in CHECKS {
        let own = tools.join(program);
        let mut command = if own.exists() { Command::new(own) } else { Command::new(program) };
        command.args(expanded(root, arguments)?);
        all_well &= passes(root, tools, program, command)?;
    }
    Ok(all_well & hook(root, tools)?)
}

/// Runs a program in the workspace; what it prints is shown if it fails.
fn passes(root: &Path, tools: &Path, name: &str, mut command: Command) -> anyhow::Result<bool> {
    // actionlint calls the shellcheck that it finds.
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::iter::once(tools.to_owned()).chain(std::env::split_paths(&path));
    let output = command
        .current_dir(root)
        .env("PATH", std::env::join_paths(places)?)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("`{name}` does not start"))?;
    let is_well = output.status.success();
    println!("{}  {name}", if is_well { "ok    " } else { "FAILED" });
    if !is_well {
        print!("{}", String::from_utf8_lossy(&output.stdout));
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(is_well)
}

/// The arguments, with the files in the place of a pattern.
fn expanded(root: &Path, arguments: &[&str]) -> anyhow::Result<Vec<String>> {
    let mut all = Vec::new();
    for argument in arguments {
        let Some((folder, extension)) = argument.split_once("/*.") else {
            all.push((*argument).to_owned());
            continue;
        };
        let files = std::fs::read_dir(root.join(folder)).with_context(|| folder.to_owned())?;
        let names = files.map(|file| Ok(file?.file_name().to_string_lossy().into_owned()));
        let mut names = names.collect::<anyhow::Result<Vec<String>>>()?;
        names.retain(|name| name.ends_with(&format!(".{extension}")));
        names.sort();
        all.extend(names.iter().map(|name| format!("{folder}/{name}")));
    }
    Ok(all)
}

/// The hook of this checkout in a repository that has a request: a right one passes, a wrong one is refused.
fn hook(root: &Path, tools: &Path) -> anyhow::Result<bool> {
    let made = tempfile::tempdir()?;
    let repository = made.path().join("repository");
    std::fs::create_dir(&repository)?;
    // The hooks alone: a whole clone has nothing more that the hook needs.
    let hooks = made.path().join("hooks");
    std::fs::create_dir(&hooks)?;
    std::fs::copy(root.join(".pre-commit-hooks.yaml"), hooks.join(".pre-commit-hooks.yaml"))?;
    for folder in [&repository, &hooks] {
        git(folder, &["init", "--quiet"])?;
    }
    git(&hooks, &["add", "."])?;
    git(&hooks, &["commit", "--quiet", "--message", "hooks"])?;
    let folder = repository.join("airspec/requests");
    std::fs::create_dir_all(&folder)?;
    let mut all_well = true;
    for (example, code) in [("request.json", 0), ("wrong.json", 1)] {
        std::fs::copy(root.join("docs/examples").join(example), folder.join("task.json"))?;
        git(&repository, &["add", "."])?;
        let mut command = Command::new(tools.join("pre-commit"));
        command
            .arg("try-repo")
            .arg(&hooks)
            .args(["airspec-validate", "--all-files"])
            .current_dir(&repository);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let program = crate::built(root, "debug");
        let places = program.parent().map(Path::to_owned).into_iter().chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(places)?).env("PRE_COMMIT_HOME", made.path().join("cache"));
        let output = command.stdin(Stdio::null()).output().context("`pre-commit` does not start")?;
        let is_well = output.status.code() == Some(code);
        println!("{}  the hook on {example}", if is_well { "ok    " } else { "FAILED" });
        if !is_well {
            print!("{}", String::from_utf8_lossy(&output.stdout));
            eprint!("{}", String::from_utf8_lossy(&output.stderr));
        }
        all_well &= is_well;
    }
    Ok(all_well)
}

fn git(folder: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    let identity = ["-c", "user.name=airspec", "-c", "user.email=airspec@localhost"];
    super::quiet(Command::new("git").args(identity).args(arguments).current_dir(folder))
}
