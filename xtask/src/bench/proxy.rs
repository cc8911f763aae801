//! The proxy in front of the mock, beside none, mitmproxy and Prism's proxy; and its memory under a long load.

use super::process::{Server, memory};
use super::serve::{Loaded, client, free_port, openapi, prism_command, start_server};
use super::table::{OWN, Table, Unit};
use anyhow::Context as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How many requests of each kind each proxy gets.
pub(super) struct Load {
    pub(super) own: usize,
    pub(super) others: usize,
}

/// Requests of the long load, of each of four kinds, and connections that are left.
const LONG: usize = 250_000;
const LEFT: usize = 100_000;
/// How often the memory is looked at.
const SAMPLE: Duration = Duration::from_millis(500);

const GROUP: &str = "proxy";

/// Measures the mock without a proxy, and behind each.
pub(super) fn measure(root: &Path, program: &Path, load: &Load, table: &mut Table) -> anyhow::Result<()> {
    let client = client(root)?;
    let (mock, behind) = mock(program)?;
    let target = format!("http://127.0.0.1:{behind}/v1");
    let on = |who, port, path, requests| Loaded { group: GROUP, who, port, path, requests };
    on("no proxy", behind, "/v1", load.own).load(&client, table)?;
    let own = on(OWN, free_port()?, "/v1", load.own);
    own.measure(&mut proxy(program, own.port, &target), &client, table)?;
    let python = crate::interop::virtual_environment(
        Path::new("python3"),
        &crate::target(root).join("bench/mitmproxy"),
        &root.join("conformance/benches/peers/mitmproxy.txt"),
        &[],
    );
    match python {
        Ok(python) => {
            let other = on("mitmproxy", free_port()?, "/v1", load.others);
            let mode = format!("reverse:http://127.0.0.1:{behind}");
            let mut command = Command::new(python.with_file_name("mitmdump"));
            command.args(["--quiet", "--listen-host", "127.0.0.1", "--listen-port", &other.port.to_string()]);
            other.measure(command.args(["--mode", &mode]), &client, table)?;
        }
        Err(reason) => table.skipped.push(format!("mitmproxy: {reason:#}")),
    }
    match crate::interop::documents::Tools::at(root, Path::new("python3")) {
        Ok(tools) => {
            let other = on("Prism", free_port()?, "/", load.others);
            let mut command = prism_command(&tools, "proxy", other.port);
            other.measure(command.arg(openapi(root)).arg(&target), &client, table)?;
        }
        Err(reason) => table.skipped.push(format!("Prism: {reason:#}")),
    }
    drop(mock);
    Ok(())
}

/// A million requests, and connections that are opened and left: what memory the proxy has meanwhile.
pub(super) fn endure(root: &Path, program: &Path, table: &mut Table) -> anyhow::Result<()> {
    let client = client(root)?;
    let (mock, behind) = mock(program)?;
    let port = free_port()?;
    let place = format!("http://127.0.0.1:{port}/v1");
    let server =
        start_server(&mut proxy(program, port, &format!("http://127.0.0.1:{behind}/v1")), port, "/v1")?;
    let samples = sampled(&server, Command::new(&client).args([&place, &LONG.to_string()]))?;
    let megabytes = |samples: &[f64]| samples.iter().copied().fold(0.0, f64::max) / 1e6;
    for (what, part) in [
        ("most memory, first fifth of a million requests", &samples[..samples.len().div_ceil(5)]),
        ("most memory, last fifth of a million requests", &samples[samples.len() * 4 / 5..]),
    ] {
        table.add("proxy under a long load", what, OWN, megabytes(part), Unit::Megabytes);
    }
    let samples = sampled(&server, Command::new(&client).args([&place, "left", &LEFT.to_string()]))?;
    let what = format!("most memory, {LEFT} connections opened and left");
    table.add("proxy under a long load", &what, OWN, megabytes(&samples), Unit::Megabytes);
    drop(mock);
    Ok(())
}

/// Runs a client to its end, and gives the memory of a server meanwhile, in bytes.
fn sampled(server: &Server, client: &mut Command) -> anyhow::Result<Vec<f64>> {
    let mut client = client.stdin(Stdio::null()).stdout(std::io::stderr()).spawn()?;
    let mut samples = Vec::new();
    let status = loop {
        samples.extend(memory(&server.0, "VmRSS:"));
        if let Some(status) = client.try_wait()? {
            break status;
        }
        std::thread::sleep(SAMPLE);
    };
    anyhow::ensure!(status.success(), "the client of the proxy failed");
    (!samples.is_empty()).then_some(samples).context("the system does not say how much memory a program has")
}

/// A mock and its port.
fn mock(program: &Path) -> anyhow::Result<(Server, u16)> {
    let port = free_port()?;
    let mut command = Command::new(program);
    Ok((start_server(command.args(["mock", "--quiet", "--port", &port.to_string()]), port, "/v1")?, port))
}

fn proxy(program: &Path, port: u16, target: &str) -> Command {
    let mut command = Command::new(program);
    command.args(["proxy", "--quiet", "--listen", &format!("127.0.0.1:{port}"), "--target", target]);
    command
}
