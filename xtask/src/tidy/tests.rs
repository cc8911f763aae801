//! A checkout that is in order, and each kind of disorder, planted.

use super::{crates, documents, modules, problems, rules, sizes};
use crate::root;
use serde_json::json;
use std::path::Path;

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[test]
fn this_checkout_is_tidy() {
    let problems = problems(&root()).unwrap();
    let lines: Vec<String> =
        problems.iter().map(|problem| format!("{}: {}", problem.place, problem.text)).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

#[test]
fn a_planted_arrow_is_found() {
    let package = |name: &str, dependencies: &[(&str, Option<&str>)]| {
        let list: Vec<_> =
            dependencies.iter().map(|(name, kind)| json!({"name": name, "kind": kind})).collect();
        json!({"name": name, "dependencies": list})
    };
    let metadata = |spec: &[(&str, Option<&str>)]| json!({"packages": [package("airspec-spec", spec), package("airspec-suite", &[("airspec-spec", None), ("serde", None)])]});
    assert_eq!(crates::arrows(&metadata(&[("serde", None), ("airspec-suite", Some("dev"))])), []);
    let planted = crates::arrows(&metadata(&[("airspec-suite", None)]));
    assert_eq!(planted.len(), 1);
    assert!(planted[0].text.starts_with("depends on airspec-suite"), "{planted:?}");
    let stranger = crates::arrows(&json!({"packages": [package("airspec-extra", &[])]}));
    assert_eq!(stranger[0].place, "airspec-extra");
}

#[test]
fn a_dependency_without_a_reason_is_found() {
    let manifest = |reason: &str| {
        format!("[workspace.dependencies]\na = {{ path = \"a\" }}\n\n{reason}serde = \"1\"\n[profile.dev]\n")
    };
    assert_eq!(crates::reasons(&manifest("# Derives reports.\n")), []);
    assert_eq!(crates::reasons(&manifest("")).len(), 1);
}

#[test]
fn a_planted_circle_is_found_whichever_way_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let src = folder.path();
    write(src, "lib.rs", "mod a;\nmod b;\nmod c;\n");
    write(src, "a.rs", "use crate::b::Thing;\n");
    write(src, "b.rs", "//! See crate::a.\n#[cfg(test)]\nmod tests {\n    use crate::a;\n}\n");
    write(src, "c/inner.rs", "use super::super::a;\n");
    assert_eq!(modules::circles(&modules::arrows(src).unwrap()), Vec::<Vec<String>>::new());
    for planted in [
        "use crate::a::Other;\n",
        "fn f() { crate::a::g() }\n",
        "use crate::{a::Other, d};\n",
        "use super::a;\n",
    ] {
        write(src, "b.rs", planted);
        assert_eq!(modules::circles(&modules::arrows(src).unwrap()), [["a", "b"]], "{planted}");
    }
    write(src, "b.rs", "use crate::c::inner;\n");
    assert_eq!(modules::circles(&modules::arrows(src).unwrap()), [["a", "b", "c"]]);
}

#[test]
fn a_missing_rule_file_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for place in ["spec/src/rule", "codegen/src/check", "generated/src/check"] {
        write(root, &format!("{place}/minimum.rs"), "");
    }
    write(root, "spec/src/rule/minimum/edge.rs", "");
    assert_eq!(rules::check(root).unwrap(), [], "a folder of a keyword's own is no rule");
    write(root, "spec/src/rule/maximum.rs", "");
    let places: Vec<String> = rules::check(root).unwrap().into_iter().map(|problem| problem.place).collect();
    assert_eq!(places, ["codegen/src/check/maximum.rs", "generated/src/check/maximum.rs"]);
}

#[test]
fn long_files_and_functions_are_found() {
    let function = |lines: usize| {
        format!(
            "impl A {{\n    pub(crate) fn long(&self) {{\n{}    }}\n}}\n",
            "        a();\n".repeat(lines - 2)
        )
    };
    assert_eq!(sizes::of_file("a.rs", &function(60)), []);
    let found = sizes::of_file("a.rs", &function(61));
    assert_eq!((found.len(), found[0].place.as_str()), (1, "a.rs::long"));
    assert_eq!(sizes::of_file("a.rs", &"\n".repeat(500)), []);
    assert_eq!(sizes::of_file("a.rs", &"\n".repeat(501)).len(), 1);
}

#[test]
fn a_command_of_the_readme_that_ci_does_not_run_is_found() {
    let readme = "```sh\ncargo xtask conformance\ncargo test --workspace    # everything\n```\n";
    let script = "step cargo xtask conformance </dev/null\nstep cargo test --workspace\n";
    assert_eq!(documents::commands(readme, script), []);
    assert_eq!(
        documents::commands(readme, "# step cargo test --workspace\nstep cargo xtask conformance\n").len(),
        1
    );
    assert_eq!(documents::commands("", script).len(), 2);
}

#[test]
fn words_of_another_trade_are_found_outside_of_code() {
    let of = |text: &str| {
        let problems = super::words::words("a.md", text);
        problems.into_iter().map(|problem| format!("{}: {}", problem.place, problem.text)).collect::<Vec<_>>()
    };
    assert_eq!(
        of("The purse is full.\nIt is made\nanew."),
        ["a.md:1: `purse`: write budget", "a.md:3: `anew`: write again"]
    );
    assert!(of("`purse` is a name.\n```text\nthe purse\n```\nTo amend, in renewal.").is_empty());
    assert_eq!(
        of("It works. What it missed is in the table."),
        ["a.md:1: `What` as the subject of a sentence: name who or what acts"]
    );
    assert_eq!(of("Who has no key runs the mock.").len(), 1);
    assert!(of("What would change? A list.\n## What is not judged\n| What to add |").is_empty());
}
