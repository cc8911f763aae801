//! Specs that `cargo xtask gen --spec` refuses: one clear message, exit code 2, nothing written. What is said about each
//! kind of mistake is shown by the tests of the spec's reader.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

fn refuse(name: &str, content: &[u8], place: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (spec, out) = (folder.path().join(name), folder.path().join("out"));
    std::fs::write(&spec, content).unwrap();
    refuse_file(&spec, &out, place);
}

fn refuse_file(spec: &Path, out: &Path, place: &str) {
    let start = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["gen", "--spec"])
        .arg(spec)
        .arg("--out")
        .arg(out)
        .output();
    let output = output.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(&format!("{}:{place}error: ", spec.display())), "{said}");
    assert!(said.contains("\n  help: ") && said.lines().count() == 2, "{said}");
    assert!(output.stdout.is_empty() && !out.exists());
    // It takes some hundredths of a second; the rest is room for a busy machine.
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn a_bad_spec_is_refused_at_its_place_and_nothing_is_written() {
    let task =
        |schema: &str| format!("{{\"type\": \"object\",\n\"properties\": {{\"a\": {schema}}}}}").into_bytes();
    refuse("empty.json", b"", "1:1: ");
    refuse("truncated.json", &task("{}")[..30], "2:11: ");
    refuse("cycle.json", &task("{\"$ref\": \"#\"}"), "2:30: ");
    refuse("bounds.json", &task("{\"minimum\": 2, \"maximum\": 1}"), "2:21: ");
    refuse("unknown.json", &task("{\"minLenght\": 2}"), "2:22: ");
    refuse("pattern.json", &task("{\"pattern\": \"(a{1000}){1000}\"}"), "2:33: ");
    refuse("deep.json", ("{\"not\":".repeat(10_000) + "{}" + &"}".repeat(10_000)).as_bytes(), "1:225: ");
    refuse("step.json", &task("{\"multipleOf\": 1e-400}"), "2:36: ");
    let groups = format!("{{\"pattern\": \"{}a{}\"}}", "(".repeat(200), ")".repeat(200));
    refuse("groups.json", &task(&groups), "2:33: ");
    refuse("type.json", b"{\"properties\": {}}", "1:1: ");
    refuse("latin.json", b"{\"title\": \"caf\xe9\"}", "1:15: ");
    let members: Vec<String> = (0..100_000).map(|index| format!("\"p{index}\": {{}}")).collect();
    let wide = format!("{{\"type\": \"object\", \"properties\": {{{}}}}}", members.join(","));
    refuse("wide.json", wide.as_bytes(), "1:58922: ");
}

#[test]
fn what_is_no_spec_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let large = folder.path().join("large.json");
    std::fs::File::create(&large).unwrap().set_len(100 << 20).unwrap();
    for path in [large.as_path(), folder.path(), &folder.path().join("missing.json")] {
        refuse_file(path, &folder.path().join("out"), " ");
    }
}
