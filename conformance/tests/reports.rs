//! What the files of a run say about the run itself, and lists of deviations with patterns.

mod support;

use serde_json::Value;
use std::path::Path;
use support::{Server, airspec, report};

fn conformance(code: i32, arguments: &[&str]) -> String {
    let output = airspec(&[&["conformance", "--seed", "7", "--search", "0"], arguments].concat());
    let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {told}");
    told
}

#[test]
fn a_report_says_when_how_and_with_which_spec_it_was_made_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let server = Server::start(&[]);
    let target = format!("{}?token=top-secret-token", server.url);
    let run = |shard: &str, out: &str| {
        let header = "X-Gateway: yes";
        conformance(
            0,
            &["--target", &target, "--case=ttl.*", "--header", header, "--shard", shard, "--report", out],
        )
    };
    let (one, two, merged) = (place("one"), place("two"), place("merged"));
    run("1/2", &one);
    run("2/2", &two);
    let run = report(Path::new(&one))["runs"][0].clone();
    let started = run["started"].as_str().unwrap();
    let shape: String =
        started.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000Z");
    assert!(run["duration_ms"].as_u64().unwrap() > 0);
    assert_eq!(run["tool_version"], env!("CARGO_PKG_VERSION"));
    assert_eq!((&run["model"], &run["air"]), (&"openai-gpt-image-2".into(), &"openai:gpt-image@2".into()));
    let spec =
        airspec_spec::read(&airspec_spec::Source::new("spec", airspec_spec::documents()[0].1)).unwrap();
    let version = spec.version.unwrap();
    assert_eq!(run["spec_version"], version);
    let words: Vec<&str> = run["command"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let shown = format!("{}?[redacted]", server.url);
    let expected =
        ["airspec", "conformance", "--seed", "7", "--search", "0", "--target", &shown, "--case=ttl.*"];
    assert_eq!(words[..9], expected);
    assert_eq!(words[9..], ["--header", "X-Gateway:[redacted]", "--shard", "1/2", "--report", &one]);

    let page = std::fs::read_to_string(place("one/report.html")).unwrap();
    for words in [
        "openai:gpt-image@2",
        &format!("spec <b>{version}</b>"),
        "--header 'X-Gateway:[redacted]' --shard 1/2",
        &started[..10],
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("top-secret"));

    assert_eq!(airspec(&["merge", &merged, &one, &two]).status.code(), Some(0));
    let merged = report(Path::new(&merged));
    assert_eq!(merged["runs"].as_array().unwrap().len(), 2);
    assert_eq!(merged["runs"][0], run);
}

#[test]
fn a_pattern_accepts_a_whole_kind_of_findings_until_they_are_gone() {
    let folder = tempfile::tempdir().unwrap();
    let faulty = Server::start(&["--fault", "accept:width.maximum"]);
    let good = Server::start(&[]);
    let json = r#"[{"case": "width.*.reject.*", "until": "2099-12-31", "message": "accepted with HTTP", "reason": "ticket 1"}]"#;
    let lines = "# known\nwidth.*.reject.* | 2099-12-31 | accepted with HTTP | ticket 1\n";
    for (name, text) in [("list.json", json), ("list.txt", lines)] {
        let list = folder.path().join(name).to_str().unwrap().to_owned();
        std::fs::write(&list, text).unwrap();
        let run = |code, url: &str, more: &[&str]| {
            let some = ["--target", url, "--case", "width.*", "--deviations", &list];
            conformance(code, &[&some[..], more].concat())
        };
        run(0, &faulty.url, &[]);
        let told = run(0, &faulty.url, &["--fix"]);
        assert!(told.contains("entries: 1"), "{told}");
        assert!(std::fs::read_to_string(&list).unwrap().contains("width.*.reject.*"), "it is still of use");
        let told = run(1, &good.url, &["--fix"]);
        assert!(told.contains("matches no case that fails with `accepted with HTTP`"), "{told}");
        assert!(!std::fs::read_to_string(&list).unwrap().contains("width"), "nothing fails any more");
        run(0, &good.url, &[]);
    }
    let list = folder.path().join("bad.json");
    std::fs::write(&list, "[{\"case\": \"a\"}]").unwrap();
    let told = conformance(2, &["--deviations", list.to_str().unwrap()]);
    assert!(told.contains("bad.json: entry 1 (`a`): \"until\" is a required property"), "{told}");
}
