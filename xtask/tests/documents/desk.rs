//! A folder with the files that documents name, and the programs that their lines call.

use super::support::{copy, forget_package};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What lines see of the workspace.
const PARTS: [&str; 9] = [
    "spec/models",
    "spec/history",
    "spec/allowed.json",
    "generated/Cargo.toml",
    "generated/src/models.rs",
    "generated/src/models",
    "generated/reference",
    "conformance/deviations",
    "docs/examples",
];

/// What a user of a shell has at home.
const FOLDERS: [&str; 3] = [".local/share/bash-completion/completions", ".zfunc", ".config/fish/completions"];

/// What all documents share: the programs, a server that conforms, and the folder that each gets a copy of.
pub(crate) struct Stage {
    folder: tempfile::TempDir,
    server: Server,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let programs = folder.path().join("programs");
        fs::create_dir(&programs).unwrap();
        symlink(airspec(), programs.join("airspec")).unwrap();
        // Of cargo, the documents' lines need `xtask`, and `xtask` needs what is built already.
        script(
            &programs.join("cargo"),
            &format!(
                "case $1 in build) exit ;; xtask) shift ;; *) echo \"cargo $*: not here\" >&2; exit 99 ;; esac\n\
                 case $1 in gen | import | verify) task=$1; shift; set -- \"$task\" --root . \"$@\" ;; esac\n\
                 exec '{}' \"$@\"\n",
                env!("CARGO_BIN_EXE_xtask")
            ),
        );
        // Whatever is fetched is the spec, as the provider would publish it.
        script(
            &programs.join("curl"),
            "while [ $# -gt 0 ]; do [ \"$1\" = --output ] && cp FILE \"$2\"; shift; done\n",
        );
        let server = Server::start(Command::new(airspec()).args(["mock", "--port", "0", "--quiet"])).unwrap();
        let stage = Self { folder, server };
        stage.furnish(&stage.folder.path().join("desk"));
        stage
    }

    /// The files that lines name and do not make.
    fn furnish(&self, desk: &Path) {
        for part in PARTS {
            copy(&workspace().join(part), &desk.join(part));
        }
        for folder in FOLDERS {
            fs::create_dir_all(desk.join(folder)).unwrap();
        }
        let give = |from: &str, names: &[&str]| {
            for name in names {
                copy(&workspace().join(from), &desk.join(name));
            }
        };
        give("spec/models/openai-gpt-image-2.json", &["page.md", "FILE"]);
        give("spec/history/2026-06-07.json", &["OLD", "old.json"]);
        give("spec/history/2026-07-09.json", &["NEW", "new.json"]);
        give("generated/examples/lighthouse.json", &["my-model.json"]);
        give("docs/examples/request.json", &["request.json"]);
        give("docs/examples/wrong.json", &["wrong.json"]);
        give("docs/ci/deviations.txt", &["deviations.txt", "airspec/deviations.txt"]);
        let one_a_line = ["request.json", "wrong.json"]
            .map(|name| fs::read_to_string(desk.join(name)).unwrap().replace('\n', " ") + "\n");
        fs::write(desk.join("values.jsonl"), one_a_line.concat()).unwrap();
        let certificate = rcgen::generate_simple_self_signed(["gateway.example".to_owned()]).unwrap();
        fs::write(desk.join("ca.pem"), certificate.cert.pem()).unwrap();
        for part in 1..=5 {
            let line = format!(
                "airspec conformance --target {} --seed 7 --shard {part}/5 --report part-{part}",
                self.server.url
            );
            assert!(self.shell(desk, &line).output().unwrap().status.success(), "{line}");
        }
        for name in ["report", "today", "yesterday"] {
            copy(&desk.join("part-1"), &desk.join(name));
        }
    }

    /// A shell that is about to run a line and sees nothing of ours but the desk.
    fn shell(&self, desk: &Path, line: &str) -> Command {
        let programs = self.folder.path().join("programs");
        let mut shell = Command::new("sh");
        shell.args(["-e", "-c", line]).current_dir(desk).stdin(Stdio::null()).env_clear();
        shell.env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", programs.display()));
        shell.env("CARGO", programs.join("cargo")).env("HOME", desk).env("RUNWARE_API_KEY", "any");
        shell.env("AIRSPEC_TARGET", &self.server.url).env("AIRSPEC_MAX_COST", "20");
        shell.env("CI_NODE_TOTAL", "3").env("CI_PIPELINE_IID", "7").env("GITHUB_STEP_SUMMARY", "summary.md");
        shell.envs(std::env::var_os("CARGO_TARGET_DIR").map(|folder| ("CARGO_TARGET_DIR", folder)));
        shell
    }
}

/// The help of a command, or that of the program.
pub(crate) fn help(command: Option<&str>) -> String {
    let output = Command::new(airspec()).args(command).arg("--help").output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The folder and the server of one document.
pub(crate) struct Desk<'a> {
    stage: &'a Stage,
    folder: tempfile::TempDir,
    /// In the place of 8080.
    port: String,
    server: Option<Server>,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(stage: &'a Stage) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(&stage.folder.path().join("desk"), folder.path());
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { stage, folder, port: free.to_string(), server: None }
    }

    /// Runs a line to its end, which must be with that code.
    pub(crate) fn run(&self, line: &str, code: i32) -> Result<(), String> {
        let line = self.at_home(line);
        let output = self.stage.shell(self.folder.path(), &line).output().unwrap();
        if output.status.code() == Some(code) {
            return Ok(());
        }
        let said = [output.stdout, output.stderr].map(|said| last_lines(&said)).concat();
        Err(format!("{} in the place of code {code}: {line}\n{said}", output.status))
    }

    /// Starts a server, which runs until the next one starts or the document ends.
    pub(crate) fn serve(&mut self, line: &str) -> Result<(), String> {
        self.server = None;
        let line = self.at_home(line.trim_end_matches('&'));
        let port = if line.contains("--port") { String::new() } else { format!(" --port {}", self.port) };
        let server = Server::start(&mut self.stage.shell(self.folder.path(), &format!("exec {line}{port}")))?;
        self.server = Some(server);
        Ok(())
    }

    /// The line with addresses of this machine alone.
    fn at_home(&self, line: &str) -> String {
        let line = line.replace("--port 8080", &format!("--port {}", self.port));
        let address = regex::Regex::new(r#"https?://[^\s'"]+|\bURL(?:_[AB])?\b"#).unwrap();
        let server = |found: &regex::Captures<'_>| {
            let own = self.server.as_ref().filter(|_| found[0].starts_with("http://127.0.0.1:8080"));
            own.unwrap_or(&self.stage.server).url.clone()
        };
        let line = address.replace_all(&line, server).into_owned();
        assert!(line.split("://").skip(1).all(|rest| rest.starts_with("127.0.0.1:")), "{line}");
        line
    }
}

/// A mock server, ended when dropped.
struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn start(command: &mut Command) -> Result<Self, String> {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let Some(url) = line.split_whitespace().find(|word| word.starts_with("http://127.0.0.1:")) else {
            let _ = process.kill();
            let reason = process.wait_with_output().unwrap().stderr;
            return Err(format!("no server: {line}{}", String::from_utf8_lossy(&reason)));
        };
        let url = url.trim_end_matches(',').to_owned();
        // It goes on to say a line for each request.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Ok(Self { process, url })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a program said in the end.
fn last_lines(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let lines: Vec<&str> = said.lines().collect();
    lines[lines.len().saturating_sub(12)..].iter().map(|line| format!("    {line}\n")).collect()
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The program, built as `cargo xtask` builds it.
fn airspec() -> PathBuf {
    static BUILT: std::sync::Once = std::sync::Once::new();
    BUILT.call_once(|| {
        let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"));
        forget_package(&mut xtask);
        let request = workspace().join("docs/examples/request.json");
        assert!(xtask.arg("validate").arg(request).stdout(Stdio::null()).status().unwrap().success());
    });
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
    target.join("debug/airspec")
}

fn script(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
