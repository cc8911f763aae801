//! Sources for tests.

#![allow(dead_code)] // each test binary uses its part

use airspec_spec::Source;
use airspec_spec::verify::Difference;
use std::io::Write as _;
use std::path::Path;

/// The workspace, which the crates of these tests are in.
fn root() -> &'static Path {
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    folders.find(|folder| folder.join("spec/tests").is_dir()).unwrap()
}

/// A source of our own.
pub(crate) fn source(name: &str) -> Source {
    airspec_spec::read_source(&root().join("spec/tests/sources").join(name)).unwrap()
}

/// A real source, which is not part of this repository.
pub(crate) fn shared(path: &str) -> Option<Source> {
    let path = root().join("../shared").join(path);
    if path.exists() {
        return Some(airspec_spec::read_source(&path).unwrap());
    }
    // Past the capture of output, so that it is seen.
    let _ = writeln!(std::io::stderr(), "skipped: {} is not there", path.display());
    None
}

/// Every real source that is there.
pub(crate) fn real() -> Vec<Source> {
    let names = [
        "provider-schemas/bfl-flux-2-klein-9b.json",
        "provider-schemas/google-nano-banana-2-lite.json",
        "provider-schemas/meta-muse-image.json",
        "provider-schemas/openai-gpt-image-2-5-flare.json",
        "provider-pages/openai-gpt-image-2.md",
        "provider-pages/google-nano-banana-pro.md",
        "spec-source/openai-gpt-image-2.page.txt",
    ];
    names.into_iter().filter_map(shared).collect()
}

/// The ids of differences.
pub(crate) fn ids(differences: &[Difference]) -> Vec<String> {
    differences.iter().map(|difference| difference.id.clone()).collect()
}
