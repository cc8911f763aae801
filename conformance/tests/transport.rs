//! What stands between the suite and a server: lost answers, pauses that are asked for, compression, redirects, proxies.
//! None of it is the server's breach.

#[path = "support/gateway.rs"]
mod gateway;
mod support;

use flate2::Compression;
use flate2::write::GzEncoder;
use gateway::{Act, Gateway, Heard, Reply};
use serde_json::Value;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;
use support::{Server, airspec, command, report};

/// Standard output and standard error.
fn printed(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs some cases through a gateway and expects an exit code; comes with what was printed, and what the gateway heard.
fn run(
    code: i32,
    arguments: &[&str],
    act: impl Fn(&Heard) -> Act + Send + Sync + 'static,
) -> (String, Vec<Heard>) {
    let mock = Server::start(&[]);
    let gateway = Gateway::start(&mock.url, act);
    let fixed = ["conformance", "--seed", "7", "--search", "0", "--target", &gateway.url];
    let output = airspec(&[&fixed[..], arguments].concat());
    let text = printed(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{text}");
    (text.split_whitespace().collect::<Vec<_>>().join(" "), gateway.heard())
}

fn compress(reply: &mut Reply) {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&reply.body).unwrap();
    reply.body = encoder.finish().unwrap();
    reply.headers += "content-encoding: gzip\r\n";
}

#[test]
fn a_gateway_that_compresses_all_the_same_is_read() {
    let cases = ["--case", "width.m*", "--case", "outputFormat.*", "--case", "deliveryMethod.delivery.*"];
    let (_, heard) = run(0, &cases, |_| Act::Change(compress));
    assert!(heard.iter().any(Heard::is_download) && heard.iter().any(Heard::is_poll));
    assert!(heard.iter().all(|heard| heard.header("accept-encoding") == "identity"), "{:?}", heard[0].head);
    let unread = |_: &Heard| Act::Change(|reply| reply.headers += "content-encoding: br\r\n");
    let (text, _) = run(2, &["--case", "width.*"], unread);
    assert!(text.contains("has the content encoding `br`, which was not asked for"), "{text}");
}

#[test]
fn answers_that_get_lost_are_no_breach() {
    let cases =
        ["--alone", "--case", "width.*", "--case", "outputFormat.*", "--case", "deliveryMethod.delivery.*"];
    // Every fourth request, when it is sent for the first time.
    let is_lost = |heard: &Heard| heard.is_new && heard.number % 4 == 1;
    let (text, heard) = run(0, &cases, move |heard| if is_lost(heard) { Act::Close } else { Act::Pass });
    assert!(heard.iter().filter(|heard| heard.is_task()).count() > 40, "{text}");
    run(0, &cases, move |heard| if is_lost(heard) { Act::Say(Reply::of(502, "")) } else { Act::Pass });
    let hang = Duration::from_secs(9);
    let cases = ["--case", "outputFormat.enum.*", "--alone", "--timeout", "1"];
    run(0, &cases, move |heard| if is_lost(heard) { Act::Hang(hang) } else { Act::Pass });
}

#[test]
fn pauses_are_kept_by_polls_and_downloads_too() {
    let pause = |heard: &Heard| match heard.number {
        0 => Act::Say(Reply::of(429, "retry-after: 1\r\n")),
        1 => Act::Close,
        2 => Act::Say(Reply::of(502, "")),
        _ => Act::Pass,
    };
    let (_, heard) = run(0, &["--case", "deliveryMethod.delivery.*"], move |heard| {
        if heard.is_poll() { pause(heard) } else { Act::Pass }
    });
    assert!(heard.iter().filter(|heard| heard.is_poll()).count() >= 4);
    // One bad answer for each link.
    let (_, heard) = run(0, &["--case", "outputFormat.container.*"], |heard| match heard.number {
        number if heard.is_download() && number % 2 == 0 => Act::Say(Reply::of(502, "")),
        _ => Act::Pass,
    });
    assert!(heard.iter().filter(|heard| heard.is_download()).count() >= 4);
}

#[test]
fn polling_ends_when_it_was_told_to() {
    let processing = |reply: &mut Reply| {
        reply.body =
            String::from_utf8_lossy(&reply.body).replace("\"success\"", "\"processing\"").into_bytes();
    };
    let start = std::time::Instant::now();
    let cases = ["--case", "deliveryMethod.delivery.behave.async", "--polling", "0.5"];
    run(1, &cases, move |heard| if heard.is_poll() { Act::Change(processing) } else { Act::Pass });
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn a_redirect_of_the_endpoint_is_one_line_and_is_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let other = Gateway::start("127.0.0.1:1", |_| Act::Close);
        let location = format!("location: {}?token=hunter2hunter2\r\n", other.url);
        let (text, heard) = run(2, &[], move |_| Act::Say(Reply::of(status, &location)));
        let words = format!(
            "answers HTTP {status} to everything: it redirects to {0}, which is not followed; give --target {0}",
            other.url
        );
        assert!(text.contains(&words) && !text.contains("hunter2"), "{text}");
        assert!(heard.len() < 40 && other.heard().is_empty(), "the key stays here");
    }
}

#[test]
fn proxies_of_the_environment_are_used_when_that_is_asked_for() {
    let mock = Server::start(&[]);
    let gateway = Gateway::start(&mock.url, |_| Act::Pass);
    let address = gateway.url.trim_end_matches("/v1").replace("http://", "http://joe:hunter2hunter2@");
    let run = |target: &str, arguments: &[&str], none: &str| {
        let fixed =
            ["conformance", "--seed", "7", "--search", "0", "--case", "width.maximum.*", "--target", target];
        let mut command = command(&[&fixed[..], arguments].concat());
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy", "all_proxy", "no_proxy"] {
            command.env_remove(name);
        }
        let output = command.env("http_proxy", &address).env("NO_PROXY", none).output().unwrap();
        let text = printed(&output);
        assert!(!text.contains("hunter2"), "{text}");
        (output.status.code(), text)
    };
    let (code, text) = run("http://127.0.0.1:9/v1", &["--proxy", "env"], "example.com");
    assert_eq!(code, Some(0), "{text}");
    let heard = gateway.heard();
    assert!(heard[0].head.starts_with("POST http://127.0.0.1:9/v1 HTTP/1.1"), "{}", heard[0].head);
    assert!(!heard[0].header("proxy-authorization").is_empty());
    // Not without the flag, and not for a host that needs no proxy.
    for (arguments, none) in [(&[][..], ""), (&["--proxy", "env"], "127.0.0.1")] {
        let (code, text) = run(&mock.url, arguments, none);
        assert_eq!(code, Some(0), "{text}");
    }
    assert_eq!(gateway.heard().len(), heard.len());
}

#[test]
fn a_curl_line_runs_without_a_key_on_this_machine() {
    let folder = tempfile::tempdir().unwrap();
    let mock = Server::start(&["--any-key", "--fault", "accept:width.maximum"]);
    let mut command =
        command(&["conformance", "--target", &mock.url, "--case", "width.maximum.*", "--search", "0"]);
    command.args(["--report", folder.path().to_str().unwrap()]).env_remove("RUNWARE_API_KEY");
    assert_eq!(command.output().unwrap().status.code(), Some(1));
    let report = report(folder.path());
    let wrong = report["cases"].as_array().unwrap().iter().find(|case| case["verdict"] == "fail").unwrap();
    let line = wrong["curl"].as_str().unwrap();
    if Command::new("curl").arg("--version").output().is_err() {
        return;
    }
    let shell = Command::new("sh").args(["-uc", line]).env_remove("RUNWARE_API_KEY").output().unwrap();
    let answer: Value = serde_json::from_slice(&shell.stdout).unwrap_or_default();
    assert!(answer["data"].is_array() && !answer.to_string().contains("ApiKey"), "{line}: {answer}");
}

#[test]
fn a_model_that_answers_later_only_does_not_conflict_with_itself() {
    let folder = tempfile::tempdir().unwrap();
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/tests/specs/gpt-image.json");
    let mut document: Value = serde_json::from_slice(&std::fs::read(models).unwrap()).unwrap();
    let way = &mut document["components"]["schemas"]["RequestBody"]["items"]["properties"]["deliveryMethod"];
    way["oneOf"].as_array_mut().unwrap().remove(0);
    way["default"] = "async".into();
    let path = folder.path().join("later.json");
    std::fs::write(&path, document.to_string()).unwrap();
    let path = path.to_str().unwrap();
    let server = Server::start(&["--spec", path]);
    // Another seed, and the same one again, on a server that remembers; of some ids there is only one, such as nil.
    let runs = [
        ("7", "taskUUID.*"),
        ("8", "taskUUID.type.*"),
        ("8", "taskUUID.required.*"),
        ("7", "taskUUID.type.*"),
    ];
    for (seed, about) in runs {
        let arguments = ["conformance", "--alone", "--target", &server.url, "--spec", path, "--search", "0"];
        let output =
            airspec(&[&arguments[..], &["--seed", seed, "--case", about, "--case", "width.*"]].concat());
        let text = printed(&output);
        assert!(output.status.code() == Some(0) && !text.contains("conflict"), "{seed} {about}: {text}");
    }
}
