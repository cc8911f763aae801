//! `airspec proxy` as a process: its findings, its record after a violent end, and a command that it runs.
#![allow(clippy::needless_pass_by_value)] // what `json!` makes is passed on

mod support;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Output, Stdio};
use std::sync::Arc;
use support::{KEY, SPEC, Server, airspec, command, report};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

const ID: &str = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";

/// A proxy of its own process, ended when dropped.
struct Proxy {
    process: Child,
    output: BufReader<ChildStdout>,
    url: String,
}

impl Proxy {
    fn start(target: &str, arguments: &[&str]) -> Self {
        let mut process = command(&["proxy", "--target", target, "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let url = line.split([' ', ',']).find(|word| word.starts_with("http://")).unwrap().to_owned();
        Self { process, output, url }
    }

    /// Asks it to end, as Ctrl-C does, and gives what it printed and its exit code.
    #[cfg(unix)]
    fn stop(mut self) -> (String, Option<i32>) {
        let id = self.process.id().to_string();
        assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        let mut text = String::new();
        self.output.read_to_string(&mut text).unwrap();
        (text, self.process.wait().unwrap().code())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn task(more: Value) -> Value {
    let mut task = json!({"taskType": "imageInference", "taskUUID": ID, "model": "openai:gpt-image@2",
        "positivePrompt": "a secret lighthouse at night", "width": 1024, "height": 1024});
    task.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!([task])
}

fn post(url: &str, body: &Value) -> u16 {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().tls_certs_only(Vec::new()).build().unwrap();
        let request = client.post(url).bearer_auth(KEY).header("user-agent", "app/1.0");
        let request = request.header("content-type", "application/json").body(body.to_string());
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        answer.bytes().await.unwrap();
        status
    })
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[cfg(unix)]
#[test]
fn findings_come_as_they_are_found_and_the_report_at_the_end() {
    let mock = Server::start(&["--fault", "accept:width.maximum"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("traffic.jsonl");
    let (folder, file) = (folder.path().to_str().unwrap(), file.to_str().unwrap());
    let proxy = Proxy::start(&mock.url, &["--report", folder, "--record", file]);
    assert_eq!(post(&proxy.url, &task(json!({}))), 200);
    let (id, other) = (ID.replace('1', "2"), ID.replace('1', "3"));
    assert_eq!(post(&proxy.url, &task(json!({"width": 16_000, "taskUUID": id}))), 200);
    assert_eq!(post(&proxy.url, &task(json!({"width": 16_000, "taskUUID": other}))), 200);
    let (text, code) = proxy.stop();
    assert_eq!(code, Some(1), "{text}");
    assert_eq!(
        text.matches("exchange 2, client app/1.0, width.maximum: /0/width: must be").count(),
        1,
        "{text}"
    );
    assert_eq!(
        text.matches("exchange 2, breaks-page, width.maximum: accepted with HTTP 200").count(),
        1,
        "{text}"
    );
    assert!(!text.contains("exchange 3"), "a cause is told once as it comes: {text}");
    assert!(text.contains("breaks-page, 2 answers: accepted against `maximum`"), "{text}");
    assert!(
        text.contains("3 exchanges, 3 answers judged: 2 answers wrong, 2 requests broke the spec"),
        "{text}"
    );
    let saved = report(Path::new(folder));
    assert_eq!(saved["summary"]["outcome"], "does-not-conform");
    assert_eq!(saved["clients"][0]["client"], "app/1.0");
    // The record comes to the same.
    let output = airspec(&["check", file]);
    let again = told(&output);
    assert!(
        output.status.code() == Some(1) && again.contains("2 answers: accepted against `maximum`"),
        "{again}"
    );
    let all = std::fs::read_to_string(file).unwrap() + &saved.to_string() + &text;
    assert!(!all.contains(KEY) && !all.contains("lighthouse"), "{all}");
}

#[test]
fn what_was_recorded_can_be_read_after_a_violent_end() {
    let mock = Server::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("traffic.jsonl");
    let path = file.to_str().unwrap();
    let mut lines = 0;
    for round in 0..3 {
        let mut proxy = Proxy::start(&mock.url, &["--quiet", "--record", path]);
        for number in 0..20 {
            let id = format!("1b4e28ba-2fa1-41d2-883f-0016d3cc{round:02}{number:02}");
            assert_eq!(post(&proxy.url, &task(json!({"taskUUID": id}))), 200);
        }
        // SIGKILL, in the middle of whatever it does.
        proxy.process.kill().unwrap();
        proxy.process.wait().unwrap();
        let output = airspec(&["check", path]);
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        let now = std::fs::read_to_string(&file).unwrap().lines().count();
        assert!(now > lines && now <= 20 * (round + 1), "{now}");
        lines = now;
        // Half a line, as a machine that loses its power may leave it, is no harm either.
        let text = std::fs::read_to_string(&file).unwrap() + "{\"request\":[{\"a";
        std::fs::write(&file, text).unwrap();
    }
}

#[test]
fn a_command_is_run_with_the_url_of_the_proxy_and_ends_it() {
    let mock = Server::start(&["--spec", SPEC]);
    let proxy = |script: &str| {
        let flags = ["proxy", "--spec", SPEC, "--target", &mock.url, "--listen", "127.0.0.1:0"];
        airspec(&[&flags[..], &["--", "sh", "-c", script]].concat())
    };
    let program = env!("CARGO_BIN_EXE_airspec");
    let sends = format!(
        "{program} conformance --spec {SPEC} --target $AIRSPEC_PROXY_URL --seed 7 --search 0 --case 'width.maximum.accept.*'"
    );
    let output = proxy(&sends);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(told(&output).contains("0 answers wrong"), "{}", told(&output));
    // A command that sends nothing has shown nothing.
    let output = proxy("case $AIRSPEC_PROXY_URL in http://127.0.0.1:*/v1) exit 0;; esac; exit 1");
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("nothing was judged"), "{}", told(&output));
    assert!(told(&output).contains("no answer was judged: does the command send"), "{}", told(&output));
    let output = proxy("exit 3");
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("the command failed: exit status: 3"), "{}", told(&output));
}

/// A server over TLS that gives the same answer to everything, and the authority that vouches for it, as PEM.
fn secure(body: String) -> (u16, String) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![certificate.der().clone()], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (port, ready) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            port.send(listener.local_addr().unwrap().port()).unwrap();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let _ = stream.read(&mut [0; 16_384]).await;
                let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";
                let answer = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
    });
    (ready.recv().unwrap(), authority.pem())
}

#[cfg(unix)]
#[test]
fn a_target_over_tls_is_trusted_by_the_file_of_certificates_alone() {
    let result = json!({"taskType": "imageInference", "taskUUID": ID,
        "imageUUID": "7d6b7cba-95ec-4a7a-8c6f-2dd2b4a0c9a1", "imageURL": "https://im.runware.ai/image/a.jpg"});
    let (port, pem) = secure(json!({"data": [result]}).to_string());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, pem).unwrap();
    let url = format!("https://localhost:{port}/v1");
    let trusting = Proxy::start(&url, &["--ca-file", file.to_str().unwrap()]);
    assert_eq!(post(&trusting.url, &task(json!({}))), 200);
    let (text, code) = trusting.stop();
    assert!(code == Some(0) && text.contains("1 exchange, 1 answer judged: 0 answers wrong"), "{text}");
    let other = Proxy::start(&url, &[]);
    assert_eq!(post(&other.url, &task(json!({}))), 502);
    let (text, code) = other.stop();
    assert!(code == Some(0) && text.contains("left out: no answer: no connection: "), "{text}");
}

#[cfg(unix)]
#[test]
fn requests_are_held_and_answered_and_the_amount_spent_is_printed() {
    // The prices are those of a spec that no release changes.
    let mock = Server::start(&["--spec", SPEC]);
    let proxy = Proxy::start(&mock.url, &["--spec", SPEC, "--enforce", "--budget", "0.5", "--warn-header"]);
    assert_eq!(post(&proxy.url, &task(json!({"width": 16_000}))), 400);
    // The upper bound of one request has room, that of eight results has none.
    assert_eq!(post(&proxy.url, &task(json!({"numberResults": 8, "includeCost": true}))), 402);
    assert_eq!(post(&proxy.url, &task(json!({"includeCost": true}))), 200);
    let (text, code) = proxy.stop();
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("0.211 USD of the limit of 0.500 USD spent, 1 request not forwarded for it"),
        "{text}"
    );
    assert!(text.contains("1 answer judged: 0 answers wrong"), "{text}");
}

#[test]
fn what_keeps_a_proxy_from_starting_is_told_in_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().to_str().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let url = "http://127.0.0.1:1/v1";
    for (arguments, told_of) in [
        (&["--target", "nowhere"][..], "target: "),
        (&["--target", "http://me:hunter2@h/v1"], "has a user name"),
        (&["--target", url, "--record", folder], folder),
        (&["--target", "https://h/v1", "--ca-file", "/no/such.pem"], "/no/such.pem"),
        (&["--target", url, "--listen", &taken], "cannot listen on"),
        (&["--target", url, "--listen", "here"], "--listen"),
        (&["--target", url, "--budget", "much"], "use an amount in USD"),
        (&[], "--target"),
    ] {
        let output = airspec(&[&["proxy"], arguments].concat());
        let text = told(&output);
        assert_eq!((output.status.code(), text.lines().count()), (Some(2), 1), "{text}");
        assert!(text.contains(told_of) && !text.contains("hunter2"), "{told_of}: {text}");
    }
}
