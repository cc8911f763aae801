//! The program and its mock server as processes, for tests of the program.

use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// The key that the program finds in its environment.
pub(crate) const KEY: &str = "sk-0123456789abcdef";

/// A spec that no release of the provider changes.
#[allow(dead_code, reason = "each test uses a part")]
pub(crate) const SPEC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/tests/specs/gpt-image.json");

pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_airspec"));
    command.args(arguments).env("RUNWARE_API_KEY", KEY).stdin(Stdio::null());
    command
}

#[allow(dead_code, reason = "each test uses a part")]
pub(crate) fn airspec(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// The report in a folder.
#[allow(dead_code, reason = "each test uses a part")]
pub(crate) fn report(folder: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join("report.json")).unwrap()).unwrap()
}

/// A mock server of its own process, ended when dropped.
pub(crate) struct Server {
    process: Child,
    pub(crate) url: String,
}

impl Server {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut process = command(&["mock", "--port", "0", "--quiet"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap().to_owned();
        Self { process, url }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
