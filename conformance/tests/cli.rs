//! The program as a user meets it: exit codes, and one line on standard error.

use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};

fn airspec(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_airspec"))
        .args(arguments)
        .env_remove("RUNWARE_API_KEY")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Exit code 2, and one line that says this; what is wrong with a spec has a second one that helps.
fn cannot_run(arguments: &[&str], words: &str) {
    let output = airspec(arguments);
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    // What is wrong with a spec comes with a line of help.
    assert_eq!(errors.lines().filter(|line| !line.starts_with("  help: ")).count(), 1, "{errors}");
    assert!(errors.starts_with("airspec: ") && errors.contains(words), "{errors}");
    assert!(output.stdout.is_empty());
}

#[test]
fn what_cannot_run_says_so_in_one_line() {
    cannot_run(&["conformance", "--target", "http://127.0.0.1:1"], "cannot be reached");
    cannot_run(
        &["conformance", "--target", "https://api.runware.ai/v1"],
        "no key for api.runware.ai: set RUNWARE_API_KEY",
    );
    cannot_run(&["conformance", "--target", "nonsense"], "give the full endpoint");
    cannot_run(&["conformance", "--case", "nothing.*"], "--case matches none");
    cannot_run(&["conformance", "--case", "width"], "did you mean 'width.*'?");
    cannot_run(&["conformance", "--deviations", "/nowhere.txt"], "there is no such file; --fix creates it");
    cannot_run(&["validate"], "arguments were not provided: <VALUES>...; see --help");
    cannot_run(&["conformance", "--spec", "/nowhere.json"], "/nowhere.json");
    cannot_run(&["mock", "--port", "1", "--spec", "/nowhere.json"], "/nowhere.json");
}

#[test]
fn what_could_not_be_written_in_the_end_is_told_before_anything_is_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let target = format!("http://{}/v1", listener.local_addr().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing/file").to_str().unwrap().to_owned();
    let file = folder.path().join("file").to_str().unwrap().to_owned();
    std::fs::write(&file, "").unwrap();
    let run = |more: &[&str], words: &str| {
        cannot_run(&[&["conformance", "--target", target.as_str()], more].concat(), words);
    };
    run(&["--har", &missing], "missing/file: ");
    run(&["--deviations", &missing, "--fix"], "missing/file: ");
    run(&["--report", &missing.replace("missing", "file")], "file/file: ");
    run(&["--report", &file], "file: is a file, and must be a folder");
    assert!(listener.accept().is_err(), "a request was sent");
}

#[test]
fn a_mock_that_cannot_start_says_so_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let with = |toml: &str, words: &str| {
        let path = folder.path().join("settings.toml");
        std::fs::write(&path, toml).unwrap();
        cannot_run(&["mock", "--port", "0", "--settings", path.to_str().unwrap()], words);
    };
    with("seed = \"x\"", "settings.toml: line 1, column 8: invalid type");
    with("pace =", "settings.toml: line 1");
    with("colour = 1", "unknown field `colour`, expected one of `seed`");
    with("mixed-status = 42", "`mixed-status` must be an HTTP status");
    with("[network]\nrain = 1", "network conditions have no `rain`");
    with("faults = [\"x\"]", "no fault `x`; --list-faults lists them");
    with("[codes]\n\"a.b\" = \"c\"", "the constraint `a.b`");
    cannot_run(&["mock", "--fault", "accept:width.maximun"], "did you mean `accept:width.maximum`?");
    cannot_run(&["mock", "--port", "x"], "invalid value 'x' for '--port <N>'");
    cannot_run(&["mock", "--port", "99999"], "99999 is not in 0..=65535");
    cannot_run(&["mock", "--seed", "-1"], "unexpected argument '-1'");
    cannot_run(&["mock", "--netwrk", "drop"], "a similar argument exists: '--network'");
    cannot_run(&["mock", "--network", "latency=5"], "the network condition `latency` must be a time");
    cannot_run(&["mock", "--weather", "latency=5"], "the network condition `latency` must be a time");
    with("[weather]\nrain = 1", "network conditions have no `rain`");
    cannot_run(&["mock", "--settings", "/nowhere.toml"], "/nowhere.toml: cannot be read");
    cannot_run(&["mock", "--one-key"], "RUNWARE_API_KEY, which is not set");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    cannot_run(&["mock", "--port", &port], "--port 0 selects a free port");
}

#[cfg(unix)]
#[test]
fn a_mock_ends_well_when_it_is_interrupted_as_soon_as_it_has_said_where_it_is() {
    use std::io::BufRead as _;
    for signal in ["-INT", "-TERM"] {
        let mut mock = Command::new(env!("CARGO_BIN_EXE_airspec"))
            .args(["mock", "--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        std::io::BufReader::new(mock.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
        assert!(first.starts_with("mock server at http://127.0.0.1:"), "{first}");
        Command::new("kill").args([signal, &mock.id().to_string()]).status().unwrap();
        assert_eq!(mock.wait().unwrap().code(), Some(0), "{signal}");
    }
}

#[test]
fn a_bad_spec_is_refused_before_any_value_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let task = |schema: &str| format!("{{\"type\": \"object\",\n\"properties\": {{\"a\": {schema}}}}}");
    let refuse = |name: &str, content: &str, place: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let path = path.to_str().unwrap();
        cannot_run(&["validate", "--spec", path, "-"], &format!("{path}:{place}: error: "));
    };
    refuse("empty.json", "", "1:1");
    refuse("truncated.json", &task("{}")[..30], "2:11");
    refuse("cycle.json", &task("{\"$ref\": \"#\"}"), "2:30");
    refuse("bounds.json", &task("{\"minimum\": 2, \"maximum\": 1}"), "2:21");
    refuse("unknown.json", &task("{\"minLenght\": 2}"), "2:22");
    refuse("pattern.json", &task("{\"pattern\": \"a)\"}"), "2:33");
    refuse("step.json", &task("{\"multipleOf\": 1e-400}"), "2:36");
    refuse(
        "groups.json",
        &task(&format!("{{\"pattern\": \"{}{}\"}}", "(".repeat(200), ")".repeat(200))),
        "2:33",
    );
    refuse("name.json", &task("{\"$id\": \"::\"}"), "2:29");
    refuse("type.json", "{\"properties\": {}}", "1:1");
    refuse("deep.json", &task(&("{\"not\": ".repeat(40) + "{}" + &"}".repeat(40))), "2:261");
    let large = folder.path().join("large.json");
    std::fs::File::create(&large).unwrap().set_len(100 << 20).unwrap();
    cannot_run(
        &["validate", "--spec", large.to_str().unwrap(), "-"],
        "104857600 bytes are too much for a spec",
    );
}

#[test]
fn a_target_that_costs_money_is_refused_with_a_key_too() {
    let output = Command::new(env!("CARGO_BIN_EXE_airspec"))
        .args(["conformance", "--target", "https://api.runware.ai/v1"])
        .env("RUNWARE_API_KEY", "hunter2hunter2")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let errors = text(&output.stderr);
    assert!(errors.contains("is not this machine") && !errors.contains("hunter2"), "{errors}");
}

#[test]
fn wrong_arguments_are_code_2_and_help_is_code_0() {
    assert_eq!(airspec(&["conformance", "--jobs", "0"]).status.code(), Some(2));
    assert_eq!(airspec(&["conformance", "--timeout", "-1"]).status.code(), Some(2));
    assert_eq!(airspec(&["unknown"]).status.code(), Some(2));
    assert_eq!(airspec(&["--help"]).status.code(), Some(0));
    assert_eq!(airspec(&["conformance", "--help"]).status.code(), Some(0));
}

#[test]
fn a_list_sends_nothing_and_is_the_same_for_the_same_seed() {
    let list = |seed: &str| airspec(&["conformance", "--list", "--seed", seed]).stdout;
    let first = list("1");
    assert_eq!(first, list("1"));
    assert!(text(&first).lines().count() > 100);
    assert!(text(&first).lines().next().unwrap().contains("accept"));
}

#[test]
fn the_embedded_mock_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().to_str().unwrap();
    let output = airspec(&["conformance", "--seed", "7", "--report", report]);
    let table = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}{table}", text(&output.stderr));
    assert_eq!(table.lines().last().unwrap(), "conforms", "{table}");
    assert!(table.lines().count() < 40, "{table}");
    assert!(table.lines().all(|line| line.chars().count() <= 100));
    let report: Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("report.json")).unwrap()).unwrap();
    assert_eq!(report["target"], "mock");
    assert_eq!(report["summary"]["failed"], 0);
    assert_eq!(
        report["summary"]["cases"].as_u64(),
        report["cases"].as_array().map(|cases| cases.len() as u64)
    );
    assert!(folder.path().join("junit.xml").exists());
}

/// Repeats the head of a request, the key in it, wherever an answer has room for text.
fn repeat(mut stream: TcpStream) -> std::io::Result<()> {
    let mut text = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let read = stream.read(&mut piece)?;
        text.extend(&piece[..read]);
        let seen = String::from_utf8_lossy(&text).into_owned();
        let head = seen.split("\r\n\r\n").next().unwrap_or_default();
        let length = head
            .to_lowercase()
            .split("content-length: ")
            .nth(1)
            .and_then(|rest| rest.lines().next()?.parse().ok());
        if read == 0 || seen.len() >= head.len() + 4 + length.unwrap_or(usize::MAX / 2) {
            let key = head.lines().find_map(|line| line.split("Bearer ").nth(1)).unwrap_or_default();
            let body = serde_json::json!({
                "data": [{"taskUUID": key, key: head}],
                "errors": [{"code": key, "message": head, "parameter": key, "taskUUID": key}, head],
            });
            let body = body.to_string();
            let start = format!(
                "HTTP/1.1 400 {key}\r\ncontent-type: text/{key}\r\nx-key: {key}\r\nconnection: close\r\n"
            );
            return stream
                .write_all(format!("{start}content-length: {}\r\n\r\n{body}", body.len()).as_bytes());
        }
    }
}

#[test]
fn no_part_of_the_key_is_in_any_report_whatever_the_server_repeats() {
    const KEY: &str = "sk-0123456789abcdef";
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = repeat(stream);
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_airspec"))
        .args(["conformance", "--target", &format!("http://{address}/v1?key={KEY}")])
        .args(["--case", "taskUUID.*", "--case", "width.*", "--report", folder.path().to_str().unwrap()])
        .env("RUNWARE_API_KEY", KEY)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let mut told = vec![text(&output.stdout).to_owned(), text(&output.stderr).to_owned()];
    for name in ["report.json", "junit.xml", "report.html"] {
        told.push(std::fs::read_to_string(folder.path().join(name)).unwrap());
    }
    assert!(told[2].contains("[redacted]") && told[3].contains("<testcase"));
    for part in ["0123456789", "6789abcdef", "sk-01"] {
        assert!(told.iter().all(|told| !told.contains(part)), "{part} is told");
    }
}

#[test]
fn a_pattern_chooses_cases() {
    let output = airspec(&["conformance", "--verbose", "--case", "width.*", "--case", "height.maximum.*"]);
    let table = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{table}");
    assert!(table.contains("width.maximum") && table.contains("height.maximum"));
    assert!(!table.contains("height.minimum") && !table.contains("ttl"));
}

fn diff(old: &str, new: &str, more: &[&str]) -> Output {
    let history = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/history/openai-gpt-image-2");
    let [old, new] = [old, new].map(|date| format!("{history}/{date}.json"));
    airspec(&[&["diff", &old, &new, "--values", "20"], more].concat())
}

#[test]
fn diff_ends_with_the_code_that_ci_asked_for() {
    let code = |old: &str, new: &str, more: &[&str]| diff(old, new, more).status.code();
    let (first, second, third) = ("2026-06-07", "2026-07-09", "2026-07-30");
    assert_eq!(code(first, second, &[]), Some(0));
    assert_eq!(code(second, third, &[]), Some(0));
    assert_eq!(code(first, second, &["--fail-on", "breaking"]), Some(0));
    assert_eq!(code(first, second, &["--fail-on", "compatible"]), Some(1));
    assert_eq!(code(second, third, &["--fail-on", "breaking"]), Some(1));
    assert_eq!(code(first, first, &["--fail-on", "any"]), Some(0));
    assert_eq!(code(first, second, &["--fail-on", "nonsense"]), Some(2));
    cannot_run(&["diff", "/nowhere.json", "/nowhere.json"], "/nowhere.json");
}

#[test]
fn diff_shows_the_request_that_fails_now_in_every_format() {
    let (old, new) = ("2026-07-09", "2026-07-30");
    let shown = diff(old, new, &[]);
    let text_shown = text(&shown.stdout);
    for words in [
        "breaking: some valid requests or expected answers change\n",
        "\nBreaking for clients that send requests:\n  `watermark` is gone\n",
        "`watermark` moved to `advancedFeatures.watermark` (the same name `watermark`",
        "\nA request that was valid and is now invalid:\n  [{",
        "\n  -> /watermark: is not a known name here",
    ] {
        assert!(text_shown.contains(words), "{words}\n{text_shown}");
    }
    let markdown = diff(old, new, &["--format", "markdown"]);
    let shown = text(&markdown.stdout);
    assert!(
        shown.starts_with("## `")
            && shown.contains("### Breaking for clients that send requests\n\n- `watermark` is gone\n"),
        "{shown}"
    );
    let report: Value = serde_json::from_slice(&diff(old, new, &["--format", "json"]).stdout).unwrap();
    assert_eq!(report["verdict"], serde_json::json!({"effect": "breaking", "confirmed": true}));
    assert!(report["evidence"]["requests"]["witnesses"][0]["value"].get("watermark").is_some());
}

#[test]
fn a_request_is_judged_for_people_and_for_programs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("request.json");
    let request = "{\n  \"taskType\": \"imageInference\",\n  \"witdh\": 10\n}\n";
    std::fs::write(&path, request).unwrap();
    let path = path.to_str().unwrap();
    let output = airspec(&["validate", "--format", "text", path]);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stdout);
    assert!(
        told.contains(&format!("{path}:3:3: witdh is not a known name here, did you mean `width`?")),
        "{told}"
    );
    assert!(told.contains("3 |   \"witdh\": 10\n  |   ^^^^^^^\n"), "{told}");
    // So is a program, unless it asks.
    assert_eq!(airspec(&["validate", path]).stdout, output.stdout);
    let one_a_line = folder.path().join("values.jsonl");
    std::fs::write(&one_a_line, "{\"witdh\": 10}\n\n{}\n").unwrap();
    let verdicts = |arguments: &[&str]| -> Vec<Value> {
        let output = airspec(arguments);
        assert_eq!(output.status.code(), Some(1));
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let lines = verdicts(&["validate", one_a_line.to_str().unwrap()]);
    assert_eq!([&lines[0]["line"], &lines[1]["line"]], [1, 3]);
    assert_eq!(lines[0]["violations"][0]["pointer"], "/witdh");
    let lines = verdicts(&["validate", "--format", "lines", path]);
    assert_eq!(lines.len(), 1, "one verdict a value");
    assert_eq!(lines[0]["violations"][0]["pointer"], "/witdh");
    let lines = verdicts(&["validate", "--lines", "--format", "lines", path]);
    assert_eq!(lines.len(), 4, "one verdict a line");
    assert_eq!(lines[0]["violations"][0]["constraint"], "json.syntax");
    cannot_run(&["validate", "--format", "text", "/nowhere.json"], "/nowhere.json: cannot be read");
}

#[test]
fn several_files_are_judged_and_the_worst_is_the_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples");
    let good = docs.join("request.json").to_str().unwrap().to_owned();
    let place = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (bad, batch) = (place("bad.json", "{}"), place("batch.json", "[{}, 1]"));
    let (empty, none) = (place("empty.json", " \n"), place("none.jsonl", "\n\n"));
    let missing = folder.path().join("missing.json").to_str().unwrap().to_owned();
    for (files, code) in [
        (&[&good, &good][..], 0),
        (&[&good, &bad], 1),
        (&[&batch, &good], 1),
        (&[&empty, &good], 2),
        (&[&none], 2),
        (&[&missing, &bad, &good], 2),
    ] {
        for format in [&[][..], &["--format", "text"], &["--format", "lines"]] {
            let files: Vec<&str> = files.iter().map(|file| file.as_str()).collect();
            let output = airspec(&[&["validate"], format, &files].concat());
            assert_eq!(output.status.code(), Some(code), "{files:?} {format:?}");
            let said = text(&output.stderr);
            assert_eq!(said.lines().count(), usize::from(code == 2), "{said}");
            assert!(
                code < 2 || said.contains("cannot be read") || said.contains("contains no value"),
                "{said}"
            );
        }
    }
    // What could be judged is told.
    let output = airspec(&["validate", "--format", "lines", &missing, &bad, &good]);
    let lines: Vec<Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), &lines[0]["file"], &lines[1]["valid"]), (2, &bad.into(), &true.into()));
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let help = airspec(&["--help"]);
    let help = text(&help.stdout);
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let names: Vec<&str> = list
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(names.len() > 8, "{help}");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = airspec(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0));
        let script = text(&output.stdout);
        assert!(names.iter().all(|name| script.contains(name)), "{shell}");
    }
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("man/man1");
    assert_eq!(airspec(&["man", "--out", out.to_str().unwrap()]).status.code(), Some(0));
    for name in names.into_iter().filter(|name| *name != "help") {
        let page = std::fs::read_to_string(out.join(format!("airspec-{name}.1"))).unwrap();
        assert!(page.contains(".SH NAME") && page.contains(".SH OPTIONS"), "{name}: {page}");
        assert!(
            page.contains(&format!("airspec\\-{name}")) || page.contains(&format!("airspec {name}")),
            "{page}"
        );
    }
    assert!(std::fs::read_to_string(out.join("airspec.1")).unwrap().contains("SUBCOMMANDS"));
}

#[test]
fn a_page_is_made_of_what_was_saved() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (one, other, page) = (place("one"), place("other"), place("differences.html"));
    let only = ["conformance", "--seed", "7", "--case", "*.count.*", "--report"];
    for out in [&one, &other] {
        assert_eq!(airspec(&[&only[..], &[out]].concat()).status.code(), Some(0));
    }
    let made = std::fs::read_to_string(place("one/report.html")).unwrap();
    std::fs::remove_file(place("one/report.html")).unwrap();
    assert_eq!(airspec(&["report", &one]).status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(place("one/report.html")).unwrap(), made, "the same page");
    assert_eq!(airspec(&["report", &one, "--against", &other, "--out", &page]).status.code(), Some(0));
    assert!(std::fs::read_to_string(&page).unwrap().contains("<b>0</b> differ"));
    std::fs::write(&page, "{\"faults\": []}").unwrap();
    cannot_run(&["report", &page], "is no report of this version");
    cannot_run(&["report", &place("nothing")], "nothing: ");
    let kills = r#"{"seed":1,"false_alarms":[],"summary":{"faults":0,"killed":0,"noted":0,"survived":0,"duration_ms":1},"faults":[]}"#;
    std::fs::write(place("faults.json"), kills).unwrap();
    for kills in ["faults.json", ""] {
        assert_eq!(airspec(&["report", &place(kills)]).status.code(), Some(0), "the file or its folder");
    }
    assert!(std::fs::read_to_string(place("faults.html")).unwrap().contains("Every fault is found"));
    cannot_run(&["report", &place("faults.json"), "--against", &one], "--against compares two runs");
    cannot_run(&["report", &one, "--against", &place("faults.json")], "--against needs the report of a run");
}

#[test]
fn the_book_shows_what_the_program_says() {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let output = Command::new(env!("CARGO_BIN_EXE_airspec"))
        .args(["validate", "--format", "text", "wrong.json"])
        .args(["--spec", concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/tests/specs/gpt-image.json")])
        .current_dir(docs.join("examples"))
        .output()
        .unwrap();
    let book = std::fs::read_to_string(docs.join("src/how-to/check-a-request.md")).unwrap();
    assert!(book.contains(&format!("```text\n{}```", text(&output.stdout))), "{}", text(&output.stdout));
}

/// As in an empty container: the mock's webhooks to this machine need no TLS.
#[test]
fn webhooks_by_http_are_delivered_without_root_certificates() {
    let output = Command::new(env!("CARGO_BIN_EXE_airspec"))
        .args(["conformance", "--case", "webhookURL.webhook.*", "--seed", "7", "--search", "0"])
        .env_remove("RUNWARE_API_KEY")
        .env("SSL_CERT_FILE", "/nowhere")
        .env("SSL_CERT_DIR", "/nowhere")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).contains(" passed, 0 failed"), "{}", text(&output.stdout));
}
