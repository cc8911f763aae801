//! The suite as people use it every day: parts of it, known findings, other servers, gateways, and a run that is
//! killed.

mod support;

use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};
use support::{KEY, SPEC, Server, airspec, command, report};

const GATEWAY: &str = "gateway-secret-42";

/// Standard output and standard error.
fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs the suite and expects an exit code.
fn conformance(code: i32, arguments: &[&str]) -> String {
    let seed: &[&str] = if arguments.contains(&"--seed") { &[] } else { &["--seed", "7"] };
    let output = airspec(&[&["conformance"], seed, arguments].concat());
    let text = said(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{text}");
    // Long sentences are wrapped.
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn ids(report: &Value) -> Vec<String> {
    let cases = report["cases"].as_array().unwrap();
    cases.iter().map(|case| case["id"].as_str().unwrap().to_owned()).collect()
}

/// A server that answers every request with a refusal that repeats all of it, and keeps what it got.
fn parrot() -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let sender = sender.clone();
            std::thread::spawn(move || repeat(stream, &sender));
        }
    });
    (url, receiver)
}

fn repeat(mut stream: TcpStream, sender: &std::sync::mpsc::Sender<String>) {
    let mut got = Vec::new();
    let mut buffer = [0; 4096];
    stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    while let Ok(read) = stream.read(&mut buffer) {
        got.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&got);
        if read == 0 || text.contains("\r\n\r\n") && text.trim_end().ends_with(']') {
            break;
        }
    }
    let text = String::from_utf8_lossy(&got).into_owned();
    let body = serde_json::json!({"errors": [{"code": "x", "message": text}]}).to_string();
    let head = format!(
        "HTTP/1.1 400 X\r\nx-echo: {GATEWAY}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all((head + &body).as_bytes());
    let _ = sender.send(text);
}

#[test]
fn the_shards_together_are_the_whole_run_and_each_case_is_in_one() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let whole = place("whole");
    conformance(0, &["--report", &whole]);
    let shards = ["1/3", "2/3", "3/3"];
    let parts: Vec<String> = shards.iter().map(|shard| place(&shard.replace('/', "-"))).collect();
    for (shard, part) in shards.iter().zip(&parts) {
        conformance(0, &["--shard", shard, "--report", part]);
        assert_eq!(report(Path::new(part))["shard"], **shard);
    }
    let merged = place("merged");
    let output = airspec(&["merge", &merged, &parts[0], &parts[1], &parts[2]]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let (whole, merged) = (report(Path::new(&whole)), report(Path::new(&merged)));
    let all = ids(&merged);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "no case twice");
    assert_eq!(all.iter().collect::<BTreeSet<_>>(), ids(&whole).iter().collect::<BTreeSet<_>>());
    assert_eq!(merged["summary"]["cases"], whole["summary"]["cases"]);
    assert_eq!(merged["summary"]["passed"], whole["summary"]["passed"]);
    assert!(merged["shard"].is_null());

    // What is no whole is said, and what does not belong together is refused.
    let output = airspec(&["merge", &place("two"), &parts[0], &parts[1]]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("no report of shard 3/3"), "{}", said(&output));
    let output = airspec(&["merge", &place("twice"), &parts[0], &parts[0]]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("both have the case"), "{}", said(&output));
    let other = place("other");
    let output = airspec(&["conformance", "--seed", "8", "--case", "ttl.type.*", "--report", &other]);
    assert_eq!(output.status.code(), Some(0));
    let output = airspec(&["merge", &place("mixed"), &parts[0], &other]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("cannot be merged: the seeds are 7 and 8"), "{}", said(&output));
    assert!(!Path::new(&place("mixed")).exists(), "nothing is half written");
}

#[test]
fn a_known_finding_is_accepted_until_it_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("deviations.txt").to_str().unwrap().to_owned();
    let out = folder.path().join("report").to_str().unwrap().to_owned();
    let faulty = Server::start(&["--fault", "accept:width.maximum"]);
    let run = |code, url: &str, more: &[&str]| {
        let arguments =
            [&["--target", url, "--case", "width.maximum.*", "--deviations", &list], more].concat();
        conformance(code, &arguments)
    };
    run(2, &faulty.url, &[]);
    let told = run(1, &faulty.url, &["--fix"]);
    assert!(told.contains("deviations.txt, entries: 14"), "{told}");
    let text = std::fs::read_to_string(&list).unwrap();
    assert!(text.lines().count() >= 2 && text.contains("| accepted with HTTP 200"), "{text}");
    std::fs::write(&list, text.replace("to be explained", "ticket 4711")).unwrap();

    run(0, &faulty.url, &["--report", &out]);
    let known = report(Path::new(&out));
    let summary = &known["summary"];
    assert_eq!(summary["deviations"], text.lines().count());
    assert_eq!(summary["failed"], 0);
    let count = |name: &str| summary[name].as_u64().unwrap();
    assert_eq!(count("passed") + count("noted"), count("cases"));
    let accepted: Vec<&Value> =
        known["cases"].as_array().unwrap().iter().filter(|case| !case["deviation"].is_null()).collect();
    assert!(
        accepted.iter().all(|case| case["deviation"] == "ticket 4711" && case["finding"] == "breaks-page")
    );
    assert!(std::fs::read_to_string(folder.path().join("report/report.md")).unwrap().contains("ticket 4711"));

    // The server is corrected: the list must follow.
    let good = Server::start(&[]);
    let told = run(1, &good.url, &["--report", &out]);
    assert!(told.contains("no longer fails: remove it"), "{told}");
    assert_eq!(report(Path::new(&out))["problems"].as_array().unwrap().len(), text.lines().count());
    run(1, &good.url, &["--fix"]);
    assert_eq!(std::fs::read_to_string(&list).unwrap(), "");
    run(0, &good.url, &[]);
}

#[test]
fn a_server_that_remembers_takes_the_same_seed_again() {
    let server = Server::start(&[]);
    for arguments in [&["--shard", "2/5"][..], &["--shard", "2/5"], &["--shard", "2/5", "--alone"]] {
        conformance(0, &[&["--target", &server.url, "--search", "0"], arguments].concat());
    }
}

#[test]
fn two_servers_are_compared() {
    let (good, other) = (Server::start(&[]), Server::start(&["--fault", "accept:width.maximum"]));
    let told = conformance(1, &["--compare", &good.url, &other.url, "--case", "width.m*"]);
    assert!(told.contains("width.maximum.reject.") && told.contains("breaks-page"), "{told}");
    assert!(!told.contains("width.minimum"), "{told}");
    let told = conformance(0, &["--compare", &good.url, &good.url, "--case", "width.m*"]);
    assert!(told.contains("the verdicts on both are the same"), "{told}");
}

#[test]
fn secrets_are_in_no_report_though_the_server_repeats_them() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (url, got) = parrot();
    let header = format!("X-Gateway: {GATEWAY}");
    let told = conformance(
        1,
        &[
            "--target",
            &url,
            "--case",
            "width.*",
            "--search",
            "0",
            "--header",
            &header,
            "--report",
            &place("out"),
            "--har",
            &place("traffic.har"),
        ],
    );
    let request = got.try_iter().next().unwrap();
    assert!(request.to_lowercase().contains(&format!("x-gateway: {GATEWAY}")), "{request}");
    let files = ["out/report.json", "out/junit.xml", "out/report.md", "traffic.har", "out/report.html"];
    let texts = files.map(|file| std::fs::read_to_string(place(file)).unwrap());
    for text in texts.iter().chain([&told]) {
        assert!(!text.contains(KEY) && !text.contains(GATEWAY), "{text}");
    }
    let first = report(&folder.path().join("out"))["cases"][0].clone();
    let curl = first["curl"].as_str().unwrap();
    assert!(
        curl.contains("Bearer ${RUNWARE_API_KEY:-airspec-local}") && curl.contains("x-gateway: ${X_GATEWAY}"),
        "{curl}"
    );
    is_archive(&serde_json::from_str(&texts[3]).unwrap());
}

/// Traffic is written as HAR 1.2 wants it: whatever must be there is there.
fn is_archive(har: &Value) {
    assert_eq!(har["log"]["version"], "1.2");
    let entries = har["log"]["entries"].as_array().unwrap();
    assert!(entries.len() > 10);
    for entry in entries {
        for (part, names) in [
            (
                "request",
                &[
                    "method",
                    "url",
                    "httpVersion",
                    "cookies",
                    "headers",
                    "queryString",
                    "headersSize",
                    "bodySize",
                ][..],
            ),
            (
                "response",
                &[
                    "status",
                    "statusText",
                    "httpVersion",
                    "cookies",
                    "headers",
                    "content",
                    "redirectURL",
                    "headersSize",
                    "bodySize",
                ],
            ),
        ] {
            assert!(names.iter().all(|name| !entry[part][name].is_null()), "{entry}");
        }
        assert!(
            entry["startedDateTime"].as_str().unwrap().ends_with('Z') && entry["timings"]["wait"].is_number()
        );
    }
}

#[test]
fn requests_go_through_a_proxy_when_one_is_named() {
    let (proxy, got) = parrot();
    let proxy = proxy.trim_end_matches("/v1").replace("http://", "http://user:proxy-secret@");
    let target = "http://127.0.0.1:9/v1";
    let told =
        conformance(1, &["--target", target, "--proxy", &proxy, "--case", "width.type.*", "--search", "0"]);
    assert!(!told.contains("proxy-secret"), "{told}");
    let request = got.try_iter().next().unwrap();
    assert!(request.starts_with(&format!("POST {target} HTTP/1.1")), "{request}");
}

#[test]
fn a_rate_is_kept() {
    let server = Server::start(&[]);
    let start = Instant::now();
    conformance(
        0,
        &["--target", &server.url, "--case", "width.maximum.*", "--rate", "5", "--alone", "--search", "0"],
    );
    // Six cases at least, the first of which need not wait.
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
}

#[test]
fn a_level_leaves_out_what_is_stated_less_firmly() {
    let list =
        |level| String::from_utf8(airspec(&["conformance", "--list", "--level", level]).stdout).unwrap();
    assert!(list("badge").lines().all(|line| line.contains("  badge  ")));
    assert!(list("prose").lines().count() > list("badge").lines().count());
    assert!(list("unstated").contains("  unstated  ") && !list("facts").contains("  unstated  "));
    conformance(2, &["--level", "firm"]);
}

#[test]
fn a_server_with_the_rules_of_the_owner_is_correct_and_stricter_than_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let strict = Server::start(&["--spec", SPEC, "--rules", "owner"]);
    let told = conformance(0, &["--spec", SPEC, "--verbose", "--target", &strict.url, "--report", out]);
    let found = report(folder.path());
    assert_eq!(found["summary"]["failed"], 0, "{told}");
    let noted: Vec<&Value> =
        found["cases"].as_array().unwrap().iter().filter(|case| case["verdict"] == "note").collect();
    assert!(!noted.is_empty(), "{told}");
    assert!(noted.iter().all(|case| case["finding"] == "page-wider-than-server"), "{told}");
    assert!(told.contains("the page is wider than the server"), "{told}");

    // The ready list names exactly those.
    let ready = Path::new(env!("CARGO_MANIFEST_DIR")).join("deviations/live-api.txt");
    let ready = ready.to_str().unwrap();
    // Other seeds, as a server remembers the identities of tasks.
    let strictly = ["--spec", SPEC, "--target", &strict.url, "--strict"];
    conformance(1, &[&strictly[..], &["--seed", "8"]].concat());
    conformance(0, &[&strictly[..], &["--deviations", ready, "--seed", "9"]].concat());

    // Expected, they are no findings, and a server that is as wide as the page is found out.
    conformance(0, &[&strictly[..], &["--rules", "owner", "--seed", "10"]].concat());
    let wide = Server::start(&[]);
    let told = conformance(1, &["--target", &wide.url, "--rules", "owner", "--case", "*.area.*"]);
    assert!(told.contains("page-silent") && told.contains("accepted with HTTP 200"), "{told}");
    let own = folder.path().join("rules.json");
    std::fs::write(
        &own,
        r#"{"x-constraints": [{"operation": "area", "parameters": ["width", "hight"], "maximum": 9}]}"#,
    )
    .unwrap();
    let told = conformance(2, &["--rules", own.to_str().unwrap()]);
    assert!(told.contains("did you mean `height`?"), "{told}");
}

#[test]
fn a_search_finds_a_fault_makes_it_small_and_tries_it_first_the_next_time() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let faulty = Server::start(&["--fault", "accept:ttl.minimum"]);
    let run = |code, url: &str, more: &[&str]| {
        let arguments = [&["--target", url, "--report", out], more].concat();
        conformance(code, &arguments)
    };
    let told = run(1, &faulty.url, &["--case", "search.one-fault", "--search", "400"]);
    assert!(told.contains("drawn at random to break ttl.minimum"), "{told}");
    let line = std::fs::read_to_string(folder.path().join("regressions.jsonl")).unwrap();
    assert_eq!(line.lines().count(), 1, "{line}");
    let known: Value = serde_json::from_str(&line).unwrap();
    let names: Vec<&String> = known["task"].as_object().unwrap().keys().collect();
    // Six are required; a seventh is the fault.
    assert_eq!(names.len(), 7, "{line}");
    assert!(names.iter().any(|name| *name == "ttl"), "{line}");

    // One request is enough when it is the right one.
    let told = run(1, &faulty.url, &["--case", "search.one-fault", "--search", "1", "--seed", "99"]);
    assert!(told.contains("drawn at random to break ttl.minimum"), "{told}");
    assert_eq!(report(folder.path())["summary"]["search_requests"], 1);
    assert_eq!(std::fs::read_to_string(folder.path().join("regressions.jsonl")).unwrap(), line);

    // What the cases have found is not found again, and a correct server has nothing to find.
    let told = run(1, &faulty.url, &["--case", "ttl.*", "--case", "search.one-fault"]);
    assert!(!told.contains("drawn at random"), "{told}");
    let good = Server::start(&[]);
    run(0, &good.url, &["--case", "search.*", "--search", "150"]);
}

#[test]
fn a_run_that_is_killed_leaves_a_readable_report() {
    let server = Server::start(&["--network", "latency=60ms"]);
    let mut partial = 0;
    for moment in [0, 20, 150, 900, 1600, 2300] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        let out = folder.path().to_str().unwrap();
        let mut run = command(&["conformance", "--target", &server.url, "--jobs", "2", "--report", out])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let start = Instant::now();
        while !path.exists() && start.elapsed() < Duration::from_secs(30) {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(moment));
        // SIGKILL, where there are signals.
        run.kill().unwrap();
        run.wait().unwrap();
        let report = report(folder.path());
        let done = report["cases"].as_array().unwrap().len() as u64;
        let all = report["summary"]["cases"].as_u64().unwrap();
        assert!(done < all, "{done} of {all} after {moment} ms");
        assert_eq!(report["target"], server.url.as_str());
        partial += u64::from(done > 0);
        let counts = ["passed", "failed", "skipped", "noted"];
        let sum: u64 = counts.iter().map(|name| report["summary"][name].as_u64().unwrap()).sum();
        assert_eq!(sum, done);
    }
    assert!(partial >= 2, "{partial} reports had cases");
}

#[test]
fn the_image_in_the_readme_is_what_the_suite_says() {
    let server = Server::start(&["--spec", SPEC, "--fault", "accept:width.maximum"]);
    let output = airspec(&[
        "conformance",
        "--spec",
        SPEC,
        "--target",
        &server.url,
        "--case",
        "width.m*",
        "--seed",
        "7",
        "--search",
        "0",
    ]);
    let told = said(&output);
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    let (_, image) = readme.split_once("```text\n✗ ").unwrap();
    let (image, _) = image.split_once("```").unwrap();
    assert!(image.lines().count() >= 8, "{image}");
    for line in image.lines() {
        // Addresses and times differ from run to run.
        let (start, _) =
            line.split_once("curl -sS").or_else(|| line.split_once(" requests in ")).unwrap_or((line, ""));
        assert!(told.contains(start), "{line}\n{told}");
    }
}
