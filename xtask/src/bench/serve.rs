//! The mock beside Prism, and the suite against the mock: programs of their own, under the same load.

use super::process::{Server, memory};
use super::table::{OWN, Table, Unit};
use anyhow::Context as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How many requests each server gets.
pub(super) struct Load {
    pub(super) own: usize,
    pub(super) prism: usize,
}

/// Measures our mock, and Prism where it can be had.
pub(super) fn measure(root: &Path, program: &Path, load: &Load, table: &mut Table) -> anyhow::Result<()> {
    let client = client(root)?;
    let own = Loaded { group: "mock", who: OWN, port: free_port()?, path: "/v1", requests: load.own };
    let mut command = Command::new(program);
    command.args(["mock", "--quiet", "--port", &own.port.to_string()]);
    own.measure(&mut command, &client, table)?;
    let openapi = openapi(root);
    match crate::interop::documents::Tools::at(root, Path::new("python3")) {
        Ok(tools) => {
            let prism =
                Loaded { group: "mock", who: "Prism", port: free_port()?, path: "/", requests: load.prism };
            let mut command = prism_command(&tools, "mock", prism.port);
            prism.measure(command.arg(openapi), &client, table)?;
        }
        Err(reason) => table.skipped.push(format!("Prism: {reason:#}")),
    }
    Ok(())
}

/// The document that Prism works by.
pub(super) fn openapi(root: &Path) -> std::path::PathBuf {
    root.join("generated/reference/openai-gpt-image-2/openapi.json")
}

/// Prism with one of its commands, which the document follows.
pub(super) fn prism_command(tools: &crate::interop::documents::Tools, command: &str, port: u16) -> Command {
    let mut prism = Command::new("node");
    prism.arg(tools.modules().join("node_modules/@stoplight/prism-cli/dist/index.js")).args([
        command,
        "--host",
        "127.0.0.1",
        "--port",
        &port.to_string(),
    ]);
    prism
}

/// Builds the load generator and gives its path.
pub(super) fn client(root: &Path) -> anyhow::Result<std::path::PathBuf> {
    let output = crate::cargo()
        .current_dir(root)
        .args(["bench", "--quiet", "--no-run", "--message-format", "json", "-p", "airspec"])
        .args(["--bench", "mock_load"])
        .stderr(Stdio::inherit())
        .output()?;
    let lines = String::from_utf8(output.stdout)?;
    let made = lines.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let program = made.filter_map(|line| line["executable"].as_str().map(Into::into)).next_back();
    program.context("the load generator does not build")
}

pub(super) fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// A server under load.
pub(super) struct Loaded<'a> {
    pub(super) group: &'a str,
    pub(super) who: &'a str,
    pub(super) port: u16,
    pub(super) path: &'a str,
    /// Of each kind.
    pub(super) requests: usize,
}

impl Loaded<'_> {
    /// Starts the server, loads it and ends it.
    pub(super) fn measure(
        &self,
        command: &mut Command,
        client: &Path,
        table: &mut Table,
    ) -> anyhow::Result<()> {
        let start = Instant::now();
        let server = start_server(command, self.port, self.path)?;
        let took = start.elapsed().as_secs_f64() * 1e9;
        table.add(self.group, "start until the first answer", self.who, took, Unit::Nanoseconds);
        self.load(client, table)?;
        if let Some(most) = memory(&server.0, "VmHWM:") {
            table.add(self.group, "most memory", self.who, most / 1e6, Unit::Megabytes);
        }
        Ok(())
    }

    /// Loads a server that runs.
    pub(super) fn load(&self, client: &Path, table: &mut Table) -> anyhow::Result<()> {
        let Self { group, who, port, path, requests } = self;
        let output = Command::new(client)
            .args([&format!("http://127.0.0.1:{port}{path}"), &requests.to_string()])
            .stderr(Stdio::inherit())
            .stdout(Stdio::piped())
            .spawn()?;
        let lines = BufReader::new(output.stdout.context("no output")?).lines();
        for line in lines {
            let line = line?;
            let Some((kind, [rate, half, most])) = figures(&line) else { continue };
            table.add(group, &format!("{kind} requests"), who, rate, Unit::PerSecond);
            table.add(group, &format!("{kind}, p50"), who, half * 1e6, Unit::Nanoseconds);
            table.add(group, &format!("{kind}, p99"), who, most * 1e6, Unit::Nanoseconds);
        }
        Ok(())
    }
}

/// Starts a server and waits for its first answer.
pub(super) fn start_server(command: &mut Command, port: u16, path: &str) -> anyhow::Result<Server> {
    let who = command.get_program().display().to_string();
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let server = Server(child.with_context(|| format!("{who} does not start"))?);
    await_answer(port, path).with_context(|| format!("{who} does not answer"))?;
    Ok(server)
}

/// `valid  43897 requests/s, p50 1.20 ms, p99 4.84 ms, …`
fn figures(line: &str) -> Option<(&str, [f64; 3])> {
    let (kind, rest) = line.split_at_checked(12)?;
    let mut numbers = rest.split([' ', ',']).filter_map(|word| word.parse::<f64>().ok());
    Some((kind.trim(), [numbers.next()?, numbers.next()?, numbers.next()?]))
}

/// Asks until something is answered, whatever it is.
pub(super) fn await_answer(port: u16, path: &str) -> anyhow::Result<()> {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        match ask(port, path) {
            Ok(true) => return Ok(()),
            Err(error) if Instant::now() > end => return Err(error.into()),
            _ => std::thread::sleep(Duration::from_millis(2)),
        }
    }
}

fn ask(port: u16, path: &str) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]"
    );
    stream.write_all(request.as_bytes())?;
    Ok(stream.read(&mut [0; 64])? > 0)
}
