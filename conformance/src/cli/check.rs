//! `airspec check`: judges recorded requests and their answers.

use super::traffic::{FetchArgs, TrafficArgs, counted};
use super::{End, Failure, Spec, complain, shown};
use airspec_traffic::read::{Layout, ReadError, pieces};
use airspec_traffic::{Piece, Watcher};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    spec: Spec,
    #[command(flatten)]
    traffic: TrafficArgs,
    #[command(flatten)]
    fetch: FetchArgs,
}

/// Recorded traffic.
#[derive(Debug, clap::Args)]
pub(super) struct Files {
    /// HTTP archives (HAR), files of pairs, and, where the name ends in .jsonl or .ndjson, a pair on each line; `-` is
    /// standard input
    #[arg(required = true, value_name = "FILE")]
    recorded: Vec<PathBuf>,
    /// Each line of every file is a pair
    #[arg(long)]
    lines: bool,
    /// Path of the API, such as /v1: other requests are left out. Default: requests are recognised by what they hold
    #[arg(long, value_name = "PATH", value_parser = path)]
    endpoint: Option<String>,
}

fn path(text: &str) -> Result<String, String> {
    if text.starts_with('/') { Ok(text.to_owned()) } else { Err("use a path, such as /v1".to_owned()) }
}

pub(super) fn run(arguments: &Arguments) -> Result<End, Failure> {
    let start = Instant::now();
    arguments.traffic.prepare()?;
    let fetcher = arguments.fetch.fetcher(None, None)?;
    let mut watcher = Watcher::new(arguments.spec.of_traffic()?, arguments.traffic.options());
    let is_whole = arguments.files.read(|piece| drop(watcher.take(&piece)));
    watcher.close();
    if let Some(fetcher) = fetcher {
        let fetched = fetcher.all(watcher.awaited_links()).map_err(|error| Failure(error.to_string()))?;
        for fetched in fetched {
            drop(watcher.fetched(fetched));
        }
    }
    let name = format!("traffic of {}", arguments.files.name());
    let end = arguments.traffic.finish(&watcher, &name, start.elapsed())?;
    Ok(if is_whole || end == End::Violated { end } else { End::Unjudged })
}

fn is_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

impl Files {
    /// For the heading of a report.
    pub(super) fn name(&self) -> String {
        match self.recorded.as_slice() {
            [file] => shown(file),
            files => format!("{} files", files.len()),
        }
    }

    /// Reads all files; false where one could not be read to its end, which is said.
    pub(super) fn read(&self, mut take: impl FnMut(Piece)) -> bool {
        let (mut is_whole, mut others) = (true, 0);
        for file in &self.recorded {
            let name = if is_input(file) { "standard input".to_owned() } else { shown(file) };
            match self.read_one(file, &mut take) {
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
        is_whole
    }

    fn read_one(
        &self,
        path: &Path,
        take: &mut impl FnMut(Piece),
    ) -> Result<airspec_traffic::read::Rest, ReadError> {
        let ending = path.extension().unwrap_or_default();
        let is_lines = ["jsonl", "ndjson"].iter().any(|lines| ending.eq_ignore_ascii_case(lines));
        let layout = if self.lines || is_lines { Layout::Lines } else { Layout::Document };
        let endpoint = self.endpoint.as_deref();
        if is_input(path) {
            return pieces(std::io::stdin().lock(), layout, endpoint, take);
        }
        pieces(BufReader::new(File::open(path)?), layout, endpoint, take)
    }
}
