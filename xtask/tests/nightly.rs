//! The nightly job as it runs on a server, from what the provider publishes to the pull request: `.ci/nightly` itself, with
//! a provider on this machine, a repository beside it, and a `gh` that only writes down how it was called.
#![cfg(unix)]

#[allow(dead_code, reason = "each test uses a part")]
#[path = "../../conformance/tests/support/provider.rs"]
mod provider;
mod support;

use provider::{Answer, Provider};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use support::{copy, forget_package};

const PATH: &str = "/openai-gpt-image-2/schema.json";

/// What the job reads and changes.
const PARTS: [&str; 10] = [
    ".ci/nightly",
    "CHANGELOG.md",
    "spec/models",
    "spec/history",
    "spec/allowed.json",
    "spec/wording.json",
    "spec/releases.json",
    "generated/Cargo.toml",
    "generated/src/models.rs",
    "generated/src/models",
];

/// A workspace that is a repository with a remote one, and the programs that the job calls.
struct Workspace {
    folder: tempfile::TempDir,
    provider: Provider,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn script(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

impl Workspace {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for part in PARTS {
            copy(&root().join(part), &at("work").join(part));
        }
        copy(&root().join("generated/reference"), &at("work/generated/reference"));
        copy(&root().join("spec/vocabulary.json"), &at("work/spec/vocabulary.json"));
        fs::write(at("work/.gitignore"), "/target\n").unwrap();
        fs::create_dir(at("programs")).unwrap();
        // Nothing is compiled: the programs are those of this workspace.
        let xtask = env!("CARGO_BIN_EXE_xtask");
        let of_copy = "case $1 in gen) shift; set -- gen --root . \"$@\" ;; esac";
        // The suite itself has tests of its own.
        let short = "case $1 in conformance) set -- \"$@\" --case 'width.*' ;; esac";
        script(
            &at("programs/cargo"),
            &format!("case $1 in build) exit ;; esac\nshift\n{of_copy}\n{short}\nexec '{xtask}' \"$@\""),
        );
        // The file has the number of the open pull request, if there is one.
        let list = "case $2 in list) cat ../open 2>/dev/null; exit 0 ;; esac";
        script(&at("programs/gh"), &format!("{list}\nprintf '%s\\n' \"$@\" > ../called"));
        let workspace = Self { folder, provider: Provider::start() };
        workspace.git(&["init", "--quiet", "--bare", "--initial-branch", "main", "../remote"]);
        workspace.git(&["init", "--quiet", "--initial-branch", "main"]);
        workspace.git(&["add", "--all"]);
        workspace.git(&[
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@localhost",
            "commit",
            "--quiet",
            "--message",
            "before",
        ]);
        workspace.git(&["remote", "add", "origin", "../remote"]);
        workspace.git(&["push", "--quiet", "origin", "main"]);
        workspace
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("work").join(name)
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git").args(arguments).current_dir(self.path("")).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs the job.
    fn run(&self) -> Output {
        let mut job = Command::new("bash");
        forget_package(&mut job);
        let programs = self.folder.path().join("programs");
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
        job.args([".ci/nightly", "openai-gpt-image-2", "schema"])
            .current_dir(self.path(""))
            .stdin(Stdio::null());
        job.env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", programs.display()))
            .env("CARGO", programs.join("cargo"));
        job.env("AIRSPEC_MODELS", "spec/models").env("AIRSPEC_CACHE", "").env("CARGO_TARGET_DIR", target);
        job.env("AIRSPEC_SCHEMA_SERVICE", &self.provider.url).env("AIRSPEC_MODEL_PAGES", &self.provider.url);
        job.output().unwrap()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_nightly_job_goes_from_what_is_published_to_a_pull_request() {
    let workspace = Workspace::new();
    let spec = workspace.path("spec/models/openai-gpt-image-2.json");
    let mut published: Value = serde_json::from_str(&fs::read_to_string(&spec).unwrap()).unwrap();
    workspace.provider.json(PATH, published.to_string());

    let output = workspace.run();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).ends_with("nothing to follow\n"), "{}", text(&output.stdout));
    assert_eq!(workspace.git(&["status", "--porcelain"]), "");

    let task = &mut published["components"]["schemas"]["RequestBody"]["items"]["properties"];
    let before = task["width"]["maximum"].as_u64().unwrap();
    task["width"]["maximum"] = (before - 160).into();
    task["sparkle"] = json!({"type": "boolean", "default": false});
    workspace.provider.json(PATH, published.to_string());
    let output = workspace.run();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));

    is_proposed(&workspace, before);
    is_kept_up_to_date(&workspace);

    // Nothing is pushed, and no pull request is opened, where what is published cannot be read.
    fs::remove_file(workspace.folder.path().join("called")).unwrap();
    workspace.git(&["checkout", "--quiet", "main"]);
    workspace.provider.publish(PATH, Answer::Status(200, "content-type: text/html\r\n", "<html>".to_owned()));
    let output = workspace.run();
    assert!(
        !output.status.success() && text(&output.stderr).contains("HTML instead of JSON"),
        "{}",
        text(&output.stderr)
    );
    assert!(!workspace.folder.path().join("called").exists());
    assert_eq!(workspace.git(&["status", "--porcelain"]), "");
}

/// An open pull request gets the new text, unless a maintainer works on it.
fn is_kept_up_to_date(workspace: &Workspace) {
    let (called, branch) = (workspace.folder.path().join("called"), "spec/openai-gpt-image-2");
    fs::write(workspace.folder.path().join("open"), "7\n").unwrap();
    workspace.git(&["checkout", "--quiet", "main"]);
    assert!(workspace.run().status.success());
    assert!(fs::read_to_string(&called).unwrap().starts_with("pr\nedit\n7\n--body-file\n"));

    let author = ["-c", "user.name=a", "-c", "user.email=a@localhost"];
    workspace.git(&[&author[..], &["commit", "--quiet", "--allow-empty", "--message", "an answer"]].concat());
    workspace.git(&["push", "--quiet", "origin", branch]);
    let pushed = workspace.git(&["rev-parse", &format!("origin/{branch}")]);
    fs::remove_file(&called).unwrap();
    workspace.git(&["checkout", "--quiet", "main"]);
    let output = workspace.run();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(
        text(&output.stdout).ends_with("pull request 7 has commits of a maintainer: nothing is pushed\n")
    );
    assert!(!called.exists());
    assert_eq!(workspace.git(&["rev-parse", &format!("origin/{branch}")]), pushed);
    fs::write(&called, "").unwrap();
    workspace.git(&["checkout", "--quiet", "--force", "main"]);
    workspace.git(&["clean", "--quiet", "-d", "--force"]);
}

/// The branch and the pull request say what changed.
fn is_proposed(workspace: &Workspace, before: u64) {
    let branch = "origin/spec/openai-gpt-image-2";
    let changed = workspace.git(&["diff", "--name-only", "origin/main", branch]);
    for path in [
        "CHANGELOG.md",
        "spec/models/openai-gpt-image-2.json",
        "generated/src/models/openai_gpt_image_2/mod.rs",
    ] {
        assert!(changed.contains(path), "{path}: {changed}");
    }
    let kept =
        workspace.git(&["show", "--format=%s", &format!("{branch}:spec/models/openai-gpt-image-2.json")]);
    let kept: Value = serde_json::from_str(&kept).unwrap();
    let is_day = |text: &str| airspec_spec::release::day(text).is_ok();
    assert!(is_day(kept["info"]["version"].as_str().unwrap()), "{}", kept["info"]["version"]);
    let called = fs::read_to_string(workspace.folder.path().join("called")).unwrap();
    assert!(called.starts_with("pr\ncreate\n--head\nspec/openai-gpt-image-2\n--title\n"), "{called}");
    let body = fs::read_to_string(workspace.path("target/nightly/pull-request.md")).unwrap();
    let limit = format!("`width` had to be at most {before}, now at most {}", before - 160);
    for part in [
        limit.as_str(),
        "## From `old.json`",
        "## Changelog",
        "`sparkle`: title and description needed",
        "Breaking",
    ] {
        assert!(body.contains(part), "{part} is not in:\n{body}");
    }
    let log = workspace.git(&["show", &format!("{branch}:CHANGELOG.md")]);
    assert!(
        log.contains(
            "Breaking: some requests that were valid are now rejected. Changed: `sparkle`, `width`."
        ),
        "{log}"
    );
}
