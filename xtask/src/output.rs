//! Files that are made: written whole or not at all, or compared with what is there.

use anyhow::Context as _;
use similar::TextDiff;
use std::fs;
use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tempfile::NamedTempFile;

/// How the name of a file begins that does not hold its place yet.
const TEMPORARY: &str = ".gen";

/// A file and what it must hold.
#[derive(Debug)]
pub(crate) struct Artefact {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl Artefact {
    fn is_current(&self) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|text| text == self.text)
    }
}

/// Writes what is not current. Every file is complete before the first one takes its place. None is forced to the disk:
/// what a power cut damages, the next run makes again.
pub(crate) fn write(artefacts: &[Artefact], orphans: &[PathBuf]) -> anyhow::Result<ExitCode> {
    for path in write_quietly(artefacts)? {
        println!("wrote {}", path.display());
    }
    for path in orphans {
        match fs::remove_file(path) {
            // Another one was faster.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            removed => removed.with_context(|| format!("cannot remove {}", path.display()))?,
        }
        println!("removed {}", path.display());
        // Remove the folder with its last file.
        let _ = path.parent().map(fs::remove_dir);
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes what is not current, and tells which that was.
pub(crate) fn write_quietly(artefacts: &[Artefact]) -> anyhow::Result<Vec<&Path>> {
    let mut ready = Vec::new();
    for artefact in artefacts.iter().filter(|artefact| !artefact.is_current()) {
        ready.push((stage(artefact)?, artefact.path.as_path()));
    }
    let mut written = Vec::new();
    for (file, path) in ready {
        file.persist(path).with_context(|| format!("cannot replace {}", path.display()))?;
        written.push(path);
    }
    Ok(written)
}

fn stage(artefact: &Artefact) -> anyhow::Result<NamedTempFile> {
    let folder = artefact.path.parent().unwrap_or(Path::new("."));
    let problem = || format!("cannot write {}", artefact.path.display());
    fs::create_dir_all(folder).with_context(problem)?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o644));
    }
    let mut file = builder.prefix(TEMPORARY).tempfile_in(folder).with_context(problem)?;
    file.write_all(artefact.text.as_bytes()).with_context(problem)?;
    Ok(file)
}

/// Whether a file is one that is being written, by this process or another one.
fn is_temporary(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(TEMPORARY))
}

/// Every file below a folder, at any depth, by path; none where there is no folder. Files that others are writing are
/// not listed: who makes one removes it.
pub(crate) fn files_below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop().filter(|folder| folder.exists()) {
        let entries = fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
        for path in entries.flatten().map(|entry| entry.path()).filter(|path| !is_temporary(path)) {
            if path.is_dir() { &mut folders } else { &mut files }.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Names every file that is stale, missing or left over, with a diff.
pub(crate) fn check(artefacts: &[Artefact], orphans: &[PathBuf], command: &str) -> ExitCode {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let colour = !is_set("NO_COLOR") && (is_set("FORCE_COLOR") || std::io::stdout().is_terminal());
    let mut stale = 0;
    for artefact in artefacts.iter().filter(|artefact| !artefact.is_current()) {
        stale += 1;
        match fs::read_to_string(&artefact.path) {
            Ok(text) => {
                println!("stale: {}", artefact.path.display());
                show(&text, &artefact.text, colour);
            }
            Err(_) => println!("missing: {}", artefact.path.display()),
        }
    }
    for path in orphans {
        stale += 1;
        println!("left over: {}", path.display());
    }
    if stale == 0 {
        println!("{}", all_current(artefacts.len()));
        return ExitCode::SUCCESS;
    }
    eprintln!("{stale} generated files are stale; run `{command}` and commit the result");
    ExitCode::FAILURE
}

/// What is said where nothing has to be done.
pub(crate) fn all_current(count: usize) -> String {
    format!("{count} generated files are current")
}

fn show(old: &str, new: &str, colour: bool) {
    let diff = TextDiff::from_lines(old, new);
    let text = diff.unified_diff().context_radius(2).header("committed", "generated").to_string();
    for line in text.lines() {
        let paint = match line.as_bytes().first() {
            Some(b'+') if colour => "\x1b[32m",
            Some(b'-') if colour => "\x1b[31m",
            Some(b'@') if colour => "\x1b[36m",
            _ => "",
        };
        let reset = if paint.is_empty() { "" } else { "\x1b[0m" };
        println!("{paint}{line}{reset}");
    }
}
