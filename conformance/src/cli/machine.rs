//! Findings on standard output for other programs: annotations of GitHub Actions, and SARIF.

use super::{Failure, show_raw};
use airspec_report::{Annotation, AnnotationFormat, Document, annotations};

/// What a run prints of its findings; `--report` writes report.sarif.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Findings {
    /// A table for people
    Text,
    /// The table, and annotations for GitHub Actions
    Github,
}

impl Findings {
    /// The table, which has texts of the server: none of them is a command to GitHub.
    pub(super) fn show(self, table: &str, document: &Document) -> Result<(), Failure> {
        if self == Self::Text {
            return super::show(table);
        }
        let token = uuid::Uuid::new_v4();
        super::show(&format!("::stop-commands::{token}\n{table}\n::{token}::\n"))?;
        // The built-in spec is no file of the project that is tested.
        let list = document.annotations().into_iter().map(|one| Annotation { file: None, ..one });
        show(AnnotationFormat::Github, &list.collect::<Vec<_>>())
    }
}

/// The findings, and nothing else.
pub(super) fn show(format: AnnotationFormat, list: &[Annotation]) -> Result<(), Failure> {
    show_raw(&annotations(format, list))
}

/// The name of a file as programs know it: a path with slashes.
pub(super) fn file(name: &str) -> Option<String> {
    let name = name.strip_prefix("./").unwrap_or(name);
    (name != "standard input").then(|| if cfg!(windows) { name.replace('\\', "/") } else { name.to_owned() })
}
