//! No crate is compiled twice because two of the things that are built together ask for other features. Building this
//! test makes a build one of tests: see `xtask_start::AS_TESTS`.

use std::collections::{BTreeMap, BTreeSet};

/// What is compiled with two sets of features, and why.
const TWICE: [(&str, &str); 7] = [
    ("airspec-models", "the tests of `airspec-macros` use it without a client, as a macro's crates do"),
    ("clap", "cargo lists what a crate of these tests would need for its own ones"),
    ("clap_builder", "as `clap`"),
    ("tokio", "as `clap`: the documents of `airspec-models` have programs that need it"),
    ("toml_datetime", "is small, and nothing large stands on it"),
    ("toml_parser", "as `toml_datetime`"),
    ("winnow", "as `toml_datetime`"),
];

#[test]
fn what_runs_in_the_compiler_and_what_runs_in_programs_has_the_same_features() {
    let tree = ["tree", "--workspace", "--locked", "--edges", "normal,build,dev", "--prefix", "none"];
    let mut cargo = xtask_start::cargo();
    cargo.args(tree).args(["--format", "{p}|{f}"]).current_dir(xtask_start::root());
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (package, features) in text.lines().filter_map(|line| line.split_once('|')) {
        found.entry(package).or_default().insert(features.trim_end_matches(" (*)"));
    }
    assert!(found.len() > 200, "{text}");
    let is_excused = |package: &str| TWICE.iter().any(|(name, _)| package.split(' ').next() == Some(name));
    found.retain(|package, features| features.len() > 1 && !is_excused(package));
    assert!(found.is_empty(), "add the features that are missing to xtask/start/Cargo.toml: {found:#?}");
}
