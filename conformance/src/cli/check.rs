//! `airspec check`: judges recorded requests and their answers.

use super::traffic::{TrafficArgs, counted};
use super::{End, Failure, Spec, complain, shown};
use airspec_traffic::Watcher;
use airspec_traffic::read::{Layout, ReadError, exchanges};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// HTTP archives (HAR), files of pairs, and, where the name ends in .jsonl or .ndjson, a pair on each line; `-` is
    /// standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    spec: Spec,
    /// Each line of every file is a pair
    #[arg(long)]
    lines: bool,
    /// Path of the API, such as /v1: other requests are left out. Default: requests are recognised by what they hold
    #[arg(long, value_name = "PATH", value_parser = path)]
    endpoint: Option<String>,
    #[command(flatten)]
    traffic: TrafficArgs,
}

fn path(text: &str) -> Result<String, String> {
    if text.starts_with('/') { Ok(text.to_owned()) } else { Err("use a path, such as /v1".to_owned()) }
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Failure> {
    let start = Instant::now();
    arguments.traffic.prepare()?;
    let mut watcher = Watcher::new(arguments.spec.of_traffic()?, arguments.traffic.options());
    let (mut is_whole, mut others) = (true, 0);
    for file in &arguments.files {
        let name = if is_input(file) { "standard input".to_owned() } else { shown(file) };
        match arguments.read(file, &mut watcher) {
            Ok(rest) => {
                others += rest.others;
                if rest.is_cut {
                    complain(&format!("{name}: the last line is not whole and is left out"));
                }
            }
            Err(error) => {
                complain(&format!("{name}: {error}"));
                is_whole = false;
            }
        }
    }
    if others > 0 {
        complain(&format!("{} to other places left out", counted(others, "request")));
    }
    let name = match arguments.files.as_slice() {
        [file] => format!("traffic of {}", shown(file)),
        files => format!("traffic of {} files", files.len()),
    };
    let end = arguments.traffic.finish(&watcher, &name, start.elapsed())?;
    Ok(if is_whole || end == End::Violated { end } else { End::Unjudged })
}

fn is_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

impl Arguments {
    fn read(&self, path: &Path, watcher: &mut Watcher) -> Result<airspec_traffic::read::Rest, ReadError> {
        let ending = path.extension().unwrap_or_default();
        let is_lines = ["jsonl", "ndjson"].iter().any(|lines| ending.eq_ignore_ascii_case(lines));
        let layout = if self.lines || is_lines { Layout::Lines } else { Layout::Document };
        let take = |exchange| drop(watcher.watch(&exchange));
        let endpoint = self.endpoint.as_deref();
        if is_input(path) {
            return exchanges(std::io::stdin().lock(), layout, endpoint, take);
        }
        exchanges(BufReader::new(File::open(path)?), layout, endpoint, take)
    }
}
