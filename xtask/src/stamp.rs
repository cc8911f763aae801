//! What the last run of `gen` read and wrote, by content, so that a run in which nothing changed need not generate
//! anything: the output depends on the specs and the generator alone.

use crate::output::{self, Artefact};
use airspec_codegen::in_parallel;
use anyhow::Context as _;
use blake3::Hash;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// What the last run left.
pub(crate) struct Left {
    /// How many files.
    pub(crate) files: usize,
    /// Its warnings, which each run repeats.
    pub(crate) warnings: String,
}

/// The state of a workspace before generating.
pub(crate) struct Stamp {
    file: PathBuf,
    /// Of the generator and of the specs.
    inputs: Hash,
}

impl Stamp {
    /// Reads what the output depends on.
    pub(crate) fn of(root: &Path, specs: &[PathBuf]) -> anyhow::Result<Self> {
        let mut inputs = blake3::Hasher::new();
        inputs.update(generator()?.as_bytes());
        for (path, hash) in specs.iter().zip(hashes(specs)) {
            inputs.update(path.as_os_str().as_encoded_bytes());
            inputs.update(hash.with_context(|| format!("cannot read {}", path.display()))?.as_bytes());
        }
        Ok(Self { file: root.join("target/gen.stamp"), inputs: inputs.finalize() })
    }

    /// What the last run left, if it read the same and all files are as it left them.
    pub(crate) fn current(&self, folder: &Path) -> Option<Left> {
        let text = fs::read_to_string(&self.file).ok()?;
        let mut lines = text.lines();
        if lines.next()? != self.inputs.to_hex().as_str() {
            return None;
        }
        let warnings = serde_json::from_str(lines.next()?).ok()?;
        let lines: Vec<(&str, PathBuf)> = lines
            .map(|line| line.split_once(' ').map(|(hash, path)| (hash, PathBuf::from(path))))
            .collect::<Option<_>>()?;
        let paths: Vec<PathBuf> = lines.iter().map(|(_, path)| path.clone()).collect();
        let same = |((known, _), found): (&(&str, PathBuf), std::io::Result<Hash>)| {
            found.is_ok_and(|found| found.to_hex().as_str() == *known)
        };
        let no_others = output::files_below(folder).ok()?.iter().all(|path| paths.contains(path));
        (no_others && lines.iter().zip(hashes(&paths)).all(same))
            .then_some(Left { files: paths.len(), warnings })
    }

    /// Remembers what was left. That it cannot be is no failure: the next run takes longer.
    pub(crate) fn save(&self, artefacts: &[Artefact], warnings: &str) {
        let line = |artefact: &Artefact| {
            format!("{} {}\n", blake3::hash(artefact.text.as_bytes()).to_hex(), artefact.path.display())
        };
        let warnings = serde_json::Value::from(warnings);
        let head = format!("{}\n{warnings}\n", self.inputs.to_hex());
        let text = head + &in_parallel(artefacts, line).concat();
        let _ = output::write_quietly(&[Artefact { path: self.file.clone(), text }]);
    }
}

/// The generator, which is this program: cargo rebuilds it when anything in it changed.
fn generator() -> anyhow::Result<String> {
    let program = std::env::current_exe()?;
    let about = fs::metadata(&program).with_context(|| program.display().to_string())?;
    let age = about.modified()?.duration_since(UNIX_EPOCH)?;
    Ok(format!("{} {} {}", program.display(), about.len(), age.as_nanos()))
}

fn hashes(paths: &[PathBuf]) -> Vec<std::io::Result<Hash>> {
    in_parallel(paths, |path| fs::read(path).map(|bytes| blake3::hash(&bytes)))
}
