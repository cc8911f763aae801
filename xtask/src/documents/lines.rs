//! The commands of the documents: which lines there are, and what a line runs.

use std::path::{Path, PathBuf};

/// A command and the document that it stands in.
pub(crate) struct Line {
    pub(crate) document: String,
    pub(crate) text: String,
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The Markdown files that people read: those of the root, of each crate, and of `docs/`; and the one for agents.
pub(crate) fn documents() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![(workspace(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let is_ours =
                !name.starts_with('.') && !["target", "node_modules", "book"].contains(&name.as_str());
            if path.is_dir() && is_ours && depth < 4 {
                folders.push((path, depth + 1));
            } else if path.extension().is_some_and(|extension| extension == "md") || name == "llms.txt" {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn name(path: &Path) -> String {
    path.strip_prefix(workspace()).unwrap_or(path).display().to_string()
}

/// The lines of the blocks marked `sh`, continued lines joined.
pub(crate) fn shell_lines(document: &str, text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut is_shell = false;
    let mut begun = String::new();
    for line in text.lines() {
        match line.trim() {
            "```sh" => is_shell = true,
            "```" => is_shell = false,
            line if is_shell && !line.is_empty() => match line.strip_suffix('\\') {
                Some(part) => begun += part,
                None => {
                    let text = std::mem::take(&mut begun) + line;
                    lines.push(Line { document: document.to_owned(), text });
                }
            },
            _ => {}
        }
    }
    lines
}

/// The commands of a line: parts between `|`, `||`, `&&` and `;`, without redirections and settings of variables.
pub(crate) fn commands(line: &Line) -> Vec<Vec<String>> {
    let words = shlex::split(&line.text).unwrap_or_else(|| panic!("{}: {}", line.document, line.text));
    let mut commands = vec![Vec::new()];
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "|" | "||" | "&&" | ";" => commands.push(Vec::new()),
            ">" | ">>" | "<" => drop(words.next()),
            "&" => {}
            _ => commands.last_mut().unwrap().push(word),
        }
    }
    let is_setting = |word: &str| {
        word.split_once('=')
            .is_some_and(|(name, _)| name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_'))
    };
    for command in &mut commands {
        let settings = command.iter().take_while(|word| is_setting(word)).count();
        command.drain(..settings);
    }
    commands.retain(|command| !command.is_empty());
    commands
}
