//! `fuzz`: the fuzz targets, through cargo-fuzz. They are a workspace of their own, in `fuzz/`.

use crate::output::{self, Artefact};
use crate::random_spec;
use anyhow::{Context as _, bail};
use clap::ValueEnum as _;
use std::fs;
use std::path::Path;
use std::process::{ExitCode, Stdio};

/// Random specs that the corpus starts with, beside the committed ones.
const SPECS: u64 = 200;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What to fuzz; without it, everything in turn
    #[arg(value_enum)]
    target: Option<Target>,
    /// How long, for each target
    #[arg(long, value_name = "N", default_value_t = 10)]
    minutes: u64,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
enum Target {
    /// Any text as a spec: the reader and the generator
    LoadSpec,
    /// Any text as a request: generated code against the judge
    ParseRequest,
    /// Any bytes as a call to a webhook: what is not signed is not believed
    Webhook,
}

impl Target {
    fn name(self) -> &'static str {
        match self {
            Self::LoadSpec => "load_spec",
            Self::ParseRequest => "parse_request",
            Self::Webhook => "webhook",
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let version =
        crate::cargo().args(["fuzz", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !version.is_ok_and(|status| status.success()) {
        bail!(
            "cargo-fuzz is missing\n  help: run `cargo install cargo-fuzz --locked`; the stable toolchain will do"
        );
    }
    let folder = crate::root().join("fuzz");
    let targets = arguments.target.map_or(Target::value_variants().to_vec(), |target| vec![target]);
    for target in targets {
        let code = fuzz(target, &folder, arguments.minutes)?;
        if code != ExitCode::SUCCESS {
            return Ok(code);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn fuzz(target: Target, folder: &Path, minutes: u64) -> anyhow::Result<ExitCode> {
    let name = target.name();
    let corpus = folder.join("corpus").join(name);
    fs::create_dir_all(&corpus).with_context(|| format!("cannot create {}", corpus.display()))?;
    output::write_quietly(&seeds(target, folder, &corpus)?)?;
    // No sanitizer: there is no unsafe code to watch, and none needs a nightly compiler.
    let status = crate::cargo()
        .current_dir(folder)
        .args(["fuzz", "run", "--fuzz-dir", ".", "--sanitizer", "none", name, "--"])
        .arg(format!("-max_total_time={}", minutes * 60))
        .arg(format!("-dict={}", folder.join(format!("{name}.dict")).display()))
        .args(["-timeout=10", "-rss_limit_mb=2048", "-max_len=20000", "-print_final_stats=1"])
        .status()?;
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(2)))
}

/// What the corpus starts with.
fn seeds(target: Target, folder: &Path, corpus: &Path) -> anyhow::Result<Vec<Artefact>> {
    let mut seeds = Vec::new();
    let sources = match target {
        Target::LoadSpec => vec![folder.join("../spec/models"), folder.join("../codegen/macros/tests")],
        Target::ParseRequest => vec![folder.join("seeds/parse_request")],
        Target::Webhook => vec![folder.join("seeds/webhook")],
    };
    for source in sources {
        let entries = fs::read_dir(&source).with_context(|| format!("cannot list {}", source.display()))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.extension().is_some_and(|ending| ending == "json") {
                let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
                let name = path.file_name().unwrap_or_default();
                seeds.push(Artefact { path: corpus.join(name), text });
            }
        }
    }
    if matches!(target, Target::LoadSpec) {
        seeds.extend((0..SPECS).map(|seed| Artefact {
            path: corpus.join(format!("random-{seed}.json")),
            text: random_spec::text(seed),
        }));
    }
    Ok(seeds)
}
