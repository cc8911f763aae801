//! A folder with the files that documents name, and the programs that their lines call.

use super::provider::Provider;
use super::support::{copy, forget_package};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The parts of the workspace that lines use.
const PARTS: [&str; 10] = [
    "spec/models",
    "spec/history",
    "spec/allowed.json",
    "spec/releases.json",
    "generated/Cargo.toml",
    "generated/src/models.rs",
    "generated/src/models",
    "generated/reference",
    "conformance/deviations",
    "docs/examples",
];

/// Folders in the home of a user.
const FOLDERS: [&str; 3] = [".local/share/bash-completion/completions", ".zfunc", ".config/fish/completions"];

/// What all documents share: the programs, a server that conforms, and the template of their folders.
pub(crate) struct Fixture {
    folder: tempfile::TempDir,
    server: Server,
    provider: Provider,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let programs = folder.path().join("programs");
        fs::create_dir(&programs).unwrap();
        symlink(airspec(), programs.join("airspec")).unwrap();
        // Lines use only `xtask` of cargo; `xtask` uses the programs that are already built.
        script(
            &programs.join("cargo"),
            &format!(
                "case $1 in build) exit ;; xtask) shift ;; *) echo \"cargo $*: not here\" >&2; exit 99 ;; esac\n\
                 case $1 in gen) shift; set -- gen --root . \"$@\" ;; esac\n\
                 exec '{}' \"$@\"\n",
                env!("CARGO_BIN_EXE_xtask")
            ),
        );
        // The tests of an application.
        // Tests of an application send requests.
        let sends = "airspec conformance --no-config --target \"$AIRSPEC_PROXY_URL\" --seed 7 --search 0 \
                     --case 'ttl.minimum.accept.*' >/dev/null";
        script(&programs.join("npm"), &format!("[ -z \"$AIRSPEC_PROXY_URL\" ] || {sends}\n"));
        let mut mock = Command::new(airspec());
        mock.args(["mock", "--port", "0", "--quiet"]).env("RUNWARE_API_KEY", "any");
        let server = Server::start(&mut mock).unwrap();
        let fixture = Self { folder, server, provider: publish() };
        fixture.create_files(&fixture.folder.path().join("template"));
        fixture
    }

    /// Creates the files that lines name but do not create.
    fn create_files(&self, folder: &Path) {
        for part in PARTS {
            copy(&workspace().join(part), &folder.join(part));
        }
        for name in FOLDERS {
            fs::create_dir_all(folder.join(name)).unwrap();
        }
        let add = |from: &str, names: &[&str]| {
            for name in names {
                copy(&workspace().join(from), &folder.join(name));
            }
        };
        add("spec/models/openai-gpt-image-2.json", &["page.md", "FILE"]);
        add("spec/history/openai-gpt-image-2/2026-06-07.json", &["OLD", "old.json"]);
        add("spec/history/openai-gpt-image-2/2026-07-09.json", &["NEW", "new.json"]);
        add("generated/examples/lighthouse.json", &["my-model.json", "models/lighthouse.json"]);
        add("spec/models/openai-gpt-image-2.json", &["models/openai-gpt-image-2.json"]);
        add("docs/examples/answer.json", &["answer.json"]);
        add("docs/examples/request.json", &["request.json"]);
        add("docs/examples/wrong.json", &["wrong.json"]);
        add("docs/ci/deviations.txt", &["deviations.txt", "airspec/deviations.txt"]);
        let one_a_line = ["request.json", "wrong.json"]
            .map(|name| fs::read_to_string(folder.join(name)).unwrap().replace('\n', " ") + "\n");
        fs::write(folder.join("values.jsonl"), one_a_line.concat()).unwrap();
        let (archive, lines) = traffic();
        fs::write(folder.join("traffic.har"), archive).unwrap();
        fs::write(folder.join("traffic.jsonl"), lines).unwrap();
        let certificate = rcgen::generate_simple_self_signed(["gateway.example".to_owned()]).unwrap();
        fs::write(folder.join("ca.pem"), certificate.cert.pem()).unwrap();
        for part in 1..=5 {
            let line = format!(
                "airspec conformance --target {} --seed 7 --shard {part}/5 --report part-{part}",
                self.server.url
            );
            assert!(self.shell(folder, &line).output().unwrap().status.success(), "{line}");
        }
        for name in ["report", "today", "yesterday"] {
            copy(&folder.join("part-1"), &folder.join(name));
        }
    }

    /// A shell that runs a line in the folder, without the environment of the test.
    fn shell(&self, folder: &Path, line: &str) -> Command {
        let programs = self.folder.path().join("programs");
        let mut shell = Command::new("sh");
        shell.args(["-e", "-c", line]).current_dir(folder).stdin(Stdio::null()).env_clear();
        shell.env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", programs.display()));
        shell.env("CARGO", programs.join("cargo")).env("HOME", folder).env("RUNWARE_API_KEY", "any");
        // Where a recipe names them; elsewhere they would be flags.
        let of_recipes = [
            ("AIRSPEC_TARGET", &*self.server.url),
            ("AIRSPEC_MAX_COST", "20"),
            ("AIRSPEC_MODEL", "openai-gpt-image-2"),
        ];
        shell.envs(of_recipes.into_iter().filter(|(name, _)| line.contains(name)));
        shell.env("AIRSPEC_MODELS", "spec/models").env("AIRSPEC_CACHE", "");
        shell
            .env("AIRSPEC_SCHEMA_SERVICE", &self.provider.url)
            .env("AIRSPEC_MODEL_PAGES", &self.provider.url);
        shell.env("CI_NODE_TOTAL", "3").env("CI_PIPELINE_IID", "7").env("GITHUB_STEP_SUMMARY", "summary.md");
        shell.envs(std::env::var_os("CARGO_TARGET_DIR").map(|folder| ("CARGO_TARGET_DIR", folder)));
        shell
    }
}

/// One right exchange, as an HTTP archive and as a line.
fn traffic() -> (String, String) {
    let id = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";
    let request = serde_json::json!([{"taskType": "imageInference", "taskUUID": id, "model": "openai:gpt-image@2",
        "positivePrompt": "a lighthouse", "width": 1024, "height": 1024}]);
    let result = serde_json::json!({"taskType": "imageInference", "taskUUID": id,
        "imageUUID": "7d6b7cba-95ec-4a7a-8c6f-2dd2b4a0c9a1", "imageURL": "https://im.runware.ai/image/a.jpg"});
    let answer = serde_json::json!({"data": [result]});
    let entry = serde_json::json!({"startedDateTime": "2026-11-22T18:30:00Z", "time": 1,
        "request": {"method": "POST", "url": "https://api.runware.ai/v1", "headers": [],
            "postData": {"mimeType": "application/json", "text": request.to_string()}},
        "response": {"status": 200, "headers": [],
            "content": {"mimeType": "application/json", "text": answer.to_string()}}});
    let archive = serde_json::json!({"log": {"version": "1.2", "entries": [entry]}});
    let line = serde_json::json!({"request": request, "status": 200, "answer": answer});
    (archive.to_string(), format!("{line}\n"))
}

/// A server that publishes the built-in spec as the provider would.
fn publish() -> Provider {
    let provider = Provider::start();
    let path = workspace().join("spec/models/openai-gpt-image-2.json");
    let text = fs::read_to_string(path).unwrap();
    let spec: serde_json::Value = serde_json::from_str(&text).unwrap();
    let request = &spec["components"]["schemas"]["RequestBody"]["items"];
    provider
        .json("/resolve/openai%3Agpt-image%402", serde_json::json!({"requestSchema": request}).to_string());
    provider.json("/openai-gpt-image-2/schema.json", text.clone());
    let (air, slug) = (&spec["info"]["x-air-id"], &spec["info"]["x-model-id"]);
    let model = serde_json::json!({"air": air, "slug": slug, "requestSchema": request});
    let map = serde_json::json!({"version": "20260930T0000", "inference": [model]}).to_string();
    provider.json("/registry.json", r#"{"models": {}}"#);
    for release in ["20260930T0000", "latest"] {
        provider.json(&format!("/releases/{release}/schema-map.json"), map.clone());
    }
    provider
}

/// The help of a command, or that of the program.
pub(crate) fn help(command: Option<&str>) -> String {
    let output = Command::new(airspec()).args(command).arg("--help").output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The folder and the server of one document.
pub(crate) struct Sandbox<'a> {
    fixture: &'a Fixture,
    folder: tempfile::TempDir,
    /// Replaces 8080.
    port: String,
    server: Option<Server>,
}

impl<'a> Sandbox<'a> {
    pub(crate) fn new(fixture: &'a Fixture) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(&fixture.folder.path().join("template"), folder.path());
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { fixture, folder, port: free.to_string(), server: None }
    }

    /// Runs a line to its end, which must be with that code.
    pub(crate) fn run(&self, line: &str, code: i32) -> Result<(), String> {
        let line = self.localized(line);
        let output = self.fixture.shell(self.folder.path(), &line).output().unwrap();
        if output.status.code() == Some(code) {
            return Ok(());
        }
        let output_lines = [output.stdout, output.stderr].map(|bytes| last_lines(&bytes)).concat();
        Err(format!("{} instead of code {code}: {line}\n{output_lines}", output.status))
    }

    /// Starts a server, which runs until the next one starts or the document ends.
    pub(crate) fn serve(&mut self, line: &str) -> Result<(), String> {
        self.server = None;
        let line = self.localized(line.trim_end_matches('&'));
        let port = if line.contains("--port") {
            String::new()
        } else if line.contains(" proxy ") {
            format!(" --listen 127.0.0.1:{}", self.port)
        } else {
            format!(" --port {}", self.port)
        };
        let server =
            Server::start(&mut self.fixture.shell(self.folder.path(), &format!("exec {line}{port}")))?;
        self.server = Some(server);
        Ok(())
    }

    /// The line with every URL replaced by one of this machine.
    fn localized(&self, line: &str) -> String {
        let line = line.replace("--port 8080", &format!("--port {}", self.port));
        // The provider's page is not part of this project: the spec takes its place.
        let line = line.replace("--from page", "--from schema");
        let url = regex::Regex::new(r#"(?:https?|wss?)://[^\s'"]+|\bURL(?:_[AB])?\b"#).unwrap();
        let server = |found: &regex::Captures<'_>| {
            let own = self.server.as_ref().filter(|_| found[0].contains("://127.0.0.1:8080"));
            let url = own.unwrap_or(&self.fixture.server).url.clone();
            if found[0].starts_with("ws") { url.replacen("http", "ws", 1) } else { url }
        };
        let line = url.replace_all(&line, server).into_owned();
        assert!(line.split("://").skip(1).all(|rest| rest.starts_with("127.0.0.1:")), "{line}");
        line
    }
}

/// A mock server, ended when dropped.
pub(crate) struct Server {
    process: Child,
    pub(crate) url: String,
}

impl Server {
    /// A server that accepts images that are too wide.
    pub(crate) fn faulty() -> Self {
        let mut mock = Command::new(airspec());
        mock.args(["mock", "--port", "0", "--quiet", "--fault", "accept:width.maximum"]);
        Self::start(mock.env("RUNWARE_API_KEY", "any")).unwrap()
    }

    fn start(command: &mut Command) -> Result<Self, String> {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let Some(url) = line.split_whitespace().find(|word| word.starts_with("http://127.0.0.1:")) else {
            let _ = process.kill();
            let reason = process.wait_with_output().unwrap().stderr;
            return Err(format!("no server: {line}{}", String::from_utf8_lossy(&reason)));
        };
        let url = url.trim_end_matches(',').to_owned();
        // The server prints one line for each request.
        std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
        Ok(Self { process, url })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The last lines of a program's output.
fn last_lines(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(12)..].iter().map(|line| format!("    {line}\n")).collect()
}

pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The program, built as `cargo xtask` builds it.
pub(crate) fn airspec() -> PathBuf {
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

pub(crate) fn script(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
