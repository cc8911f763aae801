//! `fuzz`: the fuzz targets, through cargo-fuzz. They are a workspace of their own, in `fuzz/`.

use crate::output::{self, Artefact};
use crate::random_spec;
use anyhow::{Context as _, bail};
use clap::builder::{PossibleValue, PossibleValuesParser};
use std::fs;
use std::path::Path;
use std::process::{ExitCode, Stdio};

/// A fuzz target.
#[derive(Debug)]
struct Target {
    /// Its file in `fuzz/fuzz_targets`, and its name in `fuzz/Cargo.toml`.
    name: &'static str,
    /// What it tries, for the command line.
    about: &'static str,
    /// Folders of the workspace whose files, `.json` and `.txt`, the corpus starts with.
    seeds: &'static [&'static str],
    /// How many random specs the corpus starts with as well.
    random_specs: u64,
}

/// Every target.
const TARGETS: [Target; 5] = [
    Target {
        name: "load_spec",
        about: "Any text as a spec: the reader, the generator and the judges",
        seeds: &["spec/models", "codegen/macros/tests"],
        random_specs: 200,
    },
    Target {
        name: "parse_request",
        about: "Any text as a request: generated code against the judge",
        seeds: &["fuzz/seeds/parse_request"],
        random_specs: 0,
    },
    Target {
        name: "answers",
        about: "Any bytes as an answer: the oracle of the suite",
        seeds: &["fuzz/seeds/answers"],
        random_specs: 0,
    },
    Target {
        name: "webhook",
        about: "Any bytes as a webhook call: unsigned calls are rejected",
        seeds: &["fuzz/seeds/webhook"],
        random_specs: 0,
    },
    Target {
        name: "redact",
        about: "Any text that contains a key: no part of the key is left",
        seeds: &["fuzz/seeds/redact"],
        random_specs: 0,
    },
];

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Target to fuzz; default: all, one after another
    #[arg(value_parser = names())]
    target: Option<String>,
    /// Minutes for each target
    #[arg(long, value_name = "N", default_value_t = 10)]
    minutes: u64,
}

fn names() -> PossibleValuesParser {
    TARGETS.iter().map(|target| PossibleValue::new(target.name).help(target.about)).collect::<Vec<_>>().into()
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let version =
        crate::cargo().args(["fuzz", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !version.is_ok_and(|status| status.success()) {
        bail!(
            "cargo-fuzz is missing\n  help: run `cargo install cargo-fuzz --locked`; the stable toolchain is sufficient"
        );
    }
    let folder = crate::root().join("fuzz");
    let is_wanted = |target: &&Target| arguments.target.as_ref().is_none_or(|name| name == target.name);
    for target in TARGETS.iter().filter(is_wanted) {
        let code = fuzz(target, &folder, arguments.minutes)?;
        if code != ExitCode::SUCCESS {
            return Ok(code);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn fuzz(target: &Target, folder: &Path, minutes: u64) -> anyhow::Result<ExitCode> {
    let name = target.name;
    let corpus = folder.join("corpus").join(name);
    fs::create_dir_all(&corpus).with_context(|| format!("cannot create {}", corpus.display()))?;
    output::write_quietly(&seeds(target, &corpus)?)?;
    let words = folder.join(format!("{name}.dict"));
    let words = words.exists().then(|| format!("-dict={}", words.display()));
    // No sanitizer: there is no unsafe code to watch, and none needs a nightly compiler.
    let status = crate::cargo()
        .current_dir(folder)
        .args(["fuzz", "run", "--fuzz-dir", ".", "--sanitizer", "none", name, "--"])
        .arg(format!("-max_total_time={}", minutes * 60))
        .args(words)
        .args(["-timeout=10", "-rss_limit_mb=2048", "-max_len=20000", "-print_final_stats=1"])
        .status()?;
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(2)))
}

/// What the corpus starts with.
fn seeds(target: &Target, corpus: &Path) -> anyhow::Result<Vec<Artefact>> {
    let mut seeds = Vec::new();
    for source in target.seeds {
        let source = crate::root().join(source);
        let entries = fs::read_dir(&source).with_context(|| format!("cannot list {}", source.display()))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.extension().is_some_and(|ending| ending == "json" || ending == "txt") {
                let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
                let name = path.file_name().unwrap_or_default();
                seeds.push(Artefact { path: corpus.join(name), text });
            }
        }
    }
    seeds.extend((0..target.random_specs).map(|seed| Artefact {
        path: corpus.join(format!("random-{seed}.json")),
        text: random_spec::text(seed),
    }));
    Ok(seeds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_target_is_listed_declared_and_written_and_has_seeds() {
        let folder = crate::root().join("fuzz");
        let listed: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
        let entries = fs::read_dir(folder.join("fuzz_targets")).unwrap();
        let stem = |path: std::path::PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
        let written: BTreeSet<String> = entries.flatten().map(|entry| stem(entry.path())).collect();
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let paths = manifest.lines().filter_map(|line| line.strip_prefix("path = \"fuzz_targets/"));
        let declared: BTreeSet<String> =
            paths.map(|path| path.trim_end_matches('"').trim_end_matches(".rs").to_owned()).collect();
        assert_eq!(listed, written);
        assert_eq!(listed, declared);
        for target in &TARGETS {
            assert!(!seeds(target, Path::new("corpus")).unwrap().is_empty(), "{}", target.name);
        }
    }
}
