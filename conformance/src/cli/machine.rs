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
    pub(super) fn show(self, document: &Document) -> Result<(), Failure> {
        match self {
            Self::Text => Ok(()),
            Self::Github => show(AnnotationFormat::Github, &document.annotations()),
        }
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
