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
    let port = free_port()?;
    let mut own = Command::new(program);
    own.args(["mock", "--quiet", "--port", &port.to_string()]);
    server(&mut own, OWN, port, "/v1", load.own, &client, table)?;
    let openapi = root.join("generated/reference/openai-gpt-image-2/openapi.json");
    match crate::interop::documents::Tools::at(root, Path::new("python3")) {
        Ok(tools) => {
            let port = free_port()?;
            let mut prism = Command::new("node");
            prism
                .arg(tools.modules().join("node_modules/@stoplight/prism-cli/dist/index.js"))
                .args(["mock", "--host", "127.0.0.1", "--port", &port.to_string()])
                .arg(openapi);
            server(&mut prism, "Prism", port, "/", load.prism, &client, table)?;
        }
        Err(reason) => table.skipped.push(format!("Prism: {reason:#}")),
    }
    Ok(())
}

/// Builds the load generator and gives its path.
fn client(root: &Path) -> anyhow::Result<std::path::PathBuf> {
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

fn server(
    command: &mut Command,
    who: &str,
    port: u16,
    path: &str,
    requests: usize,
    client: &Path,
    table: &mut Table,
) -> anyhow::Result<()> {
    let start = Instant::now();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("{who} does not start"))?;
    let server = Server(child);
    await_answer(port, path).with_context(|| format!("{who} does not answer"))?;
    table.add(
        "mock",
        "start until the first answer",
        who,
        start.elapsed().as_secs_f64() * 1e9,
        Unit::Nanoseconds,
    );
    let output = Command::new(client)
        .args([&format!("http://127.0.0.1:{port}{path}"), &requests.to_string()])
        .stderr(Stdio::inherit())
        .stdout(Stdio::piped())
        .spawn()?;
    let lines = BufReader::new(output.stdout.context("no output")?).lines();
    for line in lines {
        let line = line?;
        let Some((kind, [rate, half, most])) = figures(&line) else { continue };
        table.add("mock", &format!("{kind} requests"), who, rate, Unit::PerSecond);
        table.add("mock", &format!("{kind}, p50"), who, half * 1e6, Unit::Nanoseconds);
        table.add("mock", &format!("{kind}, p99"), who, most * 1e6, Unit::Nanoseconds);
    }
    if let Some(most) = memory(&server.0, "VmHWM:") {
        table.add("mock", "most memory", who, most / 1e6, Unit::Megabytes);
    }
    Ok(())
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
