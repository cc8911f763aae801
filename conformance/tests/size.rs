//! What a server can do to the machine that the suite runs on: memory, the size of what is written, and where requests
//! go. Linux tells the peak memory of a process, and so the tests of memory run there.

#[allow(dead_code, reason = "tests of other kinds use the rest")]
mod support;

use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use support::command;

/// The promise: the peak memory of a run, in kB, whatever a server sends.
const MAX_MEMORY: u64 = 300 << 10;

/// A request that a server got.
struct Request {
    method: String,
    /// The path, or what a proxy is asked for.
    place: String,
    body: Vec<u8>,
}

/// A server that answers with what a function writes; it notes what it was asked for.
#[derive(Clone)]
struct Server {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(
        answer: impl Fn(&Server, &Request, &mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self { address: listener.local_addr().unwrap().to_string(), asked: Arc::default() };
        let (answer, own) = (Arc::new(answer), server.clone());
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let (answer, own) = (Arc::clone(&answer), own.clone());
                std::thread::spawn(move || {
                    let request = read(&mut stream)?;
                    own.asked.lock().unwrap().push(format!("{} {}", request.method, request.place));
                    answer(&own, &request, &mut stream)
                });
            }
        });
        server
    }

    fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    fn asked(&self, words: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| asked.contains(words)).count()
    }
}

fn read(stream: &mut TcpStream) -> std::io::Result<Request> {
    let (mut got, mut buffer) = (Vec::new(), [0; 16 << 10]);
    loop {
        let count = stream.read(&mut buffer)?;
        got.extend_from_slice(&buffer[..count]);
        let head = got.windows(4).position(|end| end == b"\r\n\r\n");
        let Some(end) = head.filter(|_| count > 0) else {
            if count == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            continue;
        };
        let text = String::from_utf8_lossy(&got[..end]).to_lowercase();
        let length = text.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
        if got.len() >= end + 4 + length.unwrap_or(0) {
            let first = String::from_utf8_lossy(&got[..end]).lines().next().unwrap_or_default().to_owned();
            let mut words = first.split(' ').map(str::to_owned);
            let (method, place) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            return Ok(Request { method, place, body: got[end + 4..].to_vec() });
        }
    }
}

fn say(stream: &mut TcpStream, status: u16, more: &str, body: &[u8]) -> std::io::Result<()> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {length}\r\n{more}\r\n"
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)
}

/// So many results for each task of a request, each with a link.
fn results(body: &[u8], count: usize, link: impl Fn(usize) -> String) -> Value {
    let tasks: Value = serde_json::from_slice(body).unwrap_or_default();
    let tasks = tasks.as_array().cloned().unwrap_or_default();
    let item = |task: &Value, number: usize| {
        json!({
            "taskType": "imageInference", "taskUUID": task["taskUUID"], "imageURL": link(number),
            "imageUUID": format!("6d4b1b1e-2c5d-4a8f-9a57-{number:012}"),
        })
    };
    let items = |task| (0..count).map(move |number| item(task, number));
    json!({"data": tasks.iter().flat_map(items).collect::<Vec<_>>()})
}

/// The words of a shell that run the program with limits: an address space in kB, and a longest file in blocks of 512
/// bytes, beyond which writing fails as on a full disk.
fn limited(limits: &str, arguments: &[&str]) -> std::process::Command {
    let mut program = std::process::Command::new("sh");
    let script = format!("trap '' XFSZ; {limits}; exec \"$0\" \"$@\"");
    program.args(["-c", &script, env!("CARGO_BIN_EXE_airspec")]).args(arguments);
    program.env("RUNWARE_API_KEY", support::KEY).stdin(Stdio::null());
    program
}

/// Everything that a run wrote, in bytes.
fn written(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let size = |entry: std::fs::DirEntry| match entry.path() {
        path if path.is_dir() => written(&path),
        path => path.metadata().unwrap().len(),
    };
    entries.map(size).sum()
}

/// What a run came to.
struct Ran {
    code: Option<i32>,
    output: u64,
    peak: u64,
    said: String,
}

/// Runs the suite in an address space of 1.5 GB, most of which threads reserve and never touch, and watches its memory.
#[cfg(target_os = "linux")]
fn watched(server: &Server, more: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (url, report, har) = (server.url(), place("report"), place("t.har"));
    let fixed = ["conformance", "--target", &url, "--seed", "7", "--search", "0", "--timeout", "20"];
    let files = ["--report", &report, "--har", &har];
    let (out, err) = (place("stdout"), place("stderr"));
    let mut run = limited("ulimit -v 1572864", &[&fixed[..], &files, more].concat())
        .stdout(std::fs::File::create(&out).unwrap())
        .stderr(std::fs::File::create(&err).unwrap())
        .spawn()
        .unwrap();
    let mut peak = 0;
    let code = loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", run.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak = peak.max(now.unwrap_or(0));
        if let Some(status) = run.try_wait().unwrap() {
            break status.code();
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    };
    let said = std::fs::read_to_string(err).unwrap();
    Ran { code, output: written(folder.path()), peak, said }
}

/// An answer of at most 31 MB that begins and ends so, with a text between that is repeated.
fn repeated(start: &str, text: &[u8], end: &str) -> Vec<u8> {
    let mut answer = start.as_bytes().to_vec();
    while answer.len() + text.len() + end.len() < 31_000_000 {
        answer.extend_from_slice(text);
    }
    answer.extend_from_slice(end.as_bytes());
    answer
}

#[cfg(target_os = "linux")]
#[test]
fn memory_is_bounded_whatever_a_server_answers() {
    let error = r#"{"data":[],"errors":[{"code":"x","message":"y","z":["#;
    let answers = [
        ("empty lists", repeated(error, b"[],", "[]]}]}")),
        ("small objects", repeated(error, br#"{"":{"":0}},"#, "0]}]}")),
        ("one long text", repeated(r#"{"errors":[{"code":"x","message":""#, b"ponmlkjihgfedcba", r#""}]}"#)),
        ("escapes", repeated(r#"{"errors":[{"code":"x","message":""#, br"\u0001", r#""}]}"#)),
        ("long keys", repeated(r#"{"errors":[{""#, b"0123456789abcdef", r#"":nul}]}"#)),
        ("errors", repeated(r#"{"data":[],"errors":["#, b"{},", "{}]}")),
        ("no text", repeated("", b"\xFF\xFE\xC3", "")),
        ("deep", repeated("", b"[", "")),
    ];
    for (name, mut answer) in answers {
        // What is escaped is looked at layer by layer, which takes its time: one case, and the end of what is read.
        let cases = if name == "escapes" { "width.maximum.reject.far*" } else { "width.maximum.reject.*" };
        if name == "long keys" {
            answer.truncate(8_000_000);
        }
        let server = Server::start(move |_, _, stream| say(stream, 400, "", &answer));
        // As many as are under way at a time.
        let ran = watched(&server, &["--alone", "--case", cases]);
        assert_eq!(ran.code, Some(1), "{name}: {}", ran.said);
        assert!(ran.peak > 20_000 && ran.peak < MAX_MEMORY, "{name}: {} kB", ran.peak);
        assert!(ran.output < 4_000_000, "{name}: {} bytes were written", ran.output);
        println!("{name}: {} MB of memory, {} kB written", ran.peak >> 10, ran.output >> 10);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn memory_is_bounded_whatever_results_weigh() {
    let large = Server::start(|own, request, stream| {
        if request.method == "GET" {
            return say(stream, 200, "", &vec![0; 60_000_000]);
        }
        let link = |number| format!("http://{}/file/{number}.jpg", own.address);
        say(stream, 200, "", results(&request.body, 120, link).to_string().as_bytes())
    });
    let ran = watched(&large, &["--case", "outputFormat.*behave*", "--alone"]);
    assert_eq!(ran.code, Some(1), "{}", ran.said);
    assert!(ran.peak < MAX_MEMORY, "{} kB", ran.peak);
    let (posts, downloads) = (large.asked("POST "), large.asked("GET "));
    assert!(downloads > 0 && downloads <= posts, "one result each is asked for: {downloads} of {posts}");
    println!("files of 60 MB: {} MB of memory, {downloads} downloads of {posts} requests", ran.peak >> 10);

    // Base64 in the answers themselves, as many as fit.
    let inline = Server::start(|_, request, stream| {
        let text = "A".repeat(1_500_000);
        let mut answer = results(&request.body, 19, |_| String::new());
        for item in answer["data"].as_array_mut().into_iter().flatten() {
            item["imageBase64Data"] = Value::from(text.as_str());
        }
        say(stream, 200, "", answer.to_string().as_bytes())
    });
    let ran = watched(&inline, &["--case", "width.maximum.accept.*", "--alone"]);
    assert_eq!(ran.code, Some(1), "{}", ran.said);
    assert!(ran.peak < MAX_MEMORY, "{} kB", ran.peak);
    assert!(ran.output < 16_000_000, "{} bytes were written", ran.output);
    println!("answers of 28 MB: {} MB of memory, {} kB written", ran.peak >> 10, ran.output >> 10);
}

/// An answer that is hostile by chance: deep or wide, of long texts or many short ones, that are results or errors.
fn hostile(random: &mut fastrand::Rng, scale: usize, tasks: &Value) -> Value {
    let odd = ["x", "\u{1}", "\u{1F4A5}", "|", "`", "<b>", "\\", "\"", "\u{202E}", " and 7 more"];
    let text =
        |random: &mut fastrand::Rng| odd[random.usize(..odd.len())].repeat(random.usize(..=scale * 20));
    let item = |random: &mut fastrand::Rng| {
        let mut item = serde_json::Map::new();
        for name in ["code", "message", "parameter", "taskUUID", "imageUUID", "imageURL", "status", "cost"] {
            if random.bool() {
                item.insert(name.to_owned(), Value::from(text(random)));
            }
        }
        for _ in 0..random.usize(..=scale) {
            item.insert(text(random), Value::from(random.u32(..)));
        }
        if random.bool() {
            item.insert("taskUUID".to_owned(), tasks[0]["taskUUID"].clone());
        }
        Value::Object(item)
    };
    let list = |random: &mut fastrand::Rng| -> Value {
        let same = item(random);
        (0..random.usize(..=scale * 4))
            .map(|_| if random.bool() { same.clone() } else { item(random) })
            .collect()
    };
    match random.u8(..4) {
        0 => json!({"data": list(random)}),
        1 => json!({"errors": list(random)}),
        2 => json!({"data": list(random), "errors": list(random)}),
        _ => list(random),
    }
}

#[test]
fn what_is_written_does_not_grow_with_what_is_answered() {
    for seed in 0..2 {
        let outputs: Vec<u64> = [5, 20]
            .into_iter()
            .map(|scale| {
                let turn = Mutex::new(fastrand::Rng::with_seed(seed));
                let server = Server::start(move |_, request, stream| {
                    let mut random = turn.lock().unwrap().fork();
                    let status = [200, 200, 400, 400, 500][random.usize(..5)];
                    let tasks = serde_json::from_slice(&request.body).unwrap_or_default();
                    say(stream, status, "", hostile(&mut random, scale, &tasks).to_string().as_bytes())
                });
                let folder = tempfile::tempdir().unwrap();
                let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
                let output =
                    command(&["conformance", "--target", &server.url(), "--seed", "7", "--search", "0"])
                        .args([
                            "--case",
                            "width.m*",
                            "--case",
                            "numberResults.*.behave.*",
                            "--case",
                            "outputType.*",
                        ])
                        .args(["--report", &place("report"), "--timeout", "10"])
                        .output()
                        .unwrap();
                assert!(
                    matches!(output.status.code(), Some(0 | 1)),
                    "{}",
                    String::from_utf8_lossy(&output.stderr)
                );
                let cases =
                    support::report(&folder.path().join("report"))["cases"].as_array().unwrap().clone();
                for case in &cases {
                    let detail = case["detail"].as_str().unwrap();
                    assert!(detail.len() < 20_000, "seed {seed}: a detail of {} bytes", detail.len());
                }
                let size = written(folder.path()) + output.stdout.len() as u64;
                // Bodies are kept up to 4 KiB, which escapes make larger, and are in three files.
                assert!(
                    size < 120_000 * cases.len() as u64,
                    "seed {seed}: {size} bytes for {} cases",
                    cases.len()
                );
                size
            })
            .collect();
        println!("seed {seed}: {outputs:?} bytes written");
    }
}

#[test]
fn a_target_elsewhere_does_not_send_the_suite_into_the_network_around_it() {
    // The proxy is all servers at once.
    let start = || {
        // The tasks whose files are moved: a poll names its task by the id alone.
        let moved = std::sync::Mutex::new(std::collections::HashSet::new());
        Server::start(move |_, request, stream| {
            let inner = "http://169.254.169.254/latest/meta-data/";
            match request.place.as_str() {
                _ if request.method == "POST" => {
                    let task: Value = serde_json::from_slice(&request.body).unwrap_or_default();
                    let id = task[0]["taskUUID"].to_string();
                    let mut moved = moved.lock().unwrap();
                    if task[0]["outputFormat"] == "PNG" {
                        moved.insert(id.clone());
                    }
                    let link = if moved.contains(&id) { "http://files.example.com/moved" } else { inner };
                    let mut answer = results(&request.body, 1, |_| link.to_owned());
                    answer["data"][0]["status"] = "success".into();
                    say(stream, 200, "", answer.to_string().as_bytes())
                }
                "http://files.example.com/moved" => say(stream, 302, &format!("location: {inner}\r\n"), b""),
                _ => say(stream, 200, "", b"AKIA-INTERNAL-SECRET"),
            }
        })
    };
    let run = |proxy: &Server, more: &[&str]| {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let output = command(&["conformance", "--target", "http://api.example.com/v1", "--max-cost", "5"])
            .args(["--search", "0", "--alone", "--case", "outputFormat.container.behave.*", "--seed", "7"])
            .args(["--proxy", &format!("http://{}", proxy.address), "--report", &place("report")])
            .args(["--har", &place("t.har"), "--polling", "1"])
            .args(more)
            .output()
            .unwrap();
        let har = std::fs::read_to_string(folder.path().join("t.har")).unwrap();
        let report = std::fs::read_to_string(folder.path().join("report/report.json")).unwrap();
        let text = har + &report + &String::from_utf8_lossy(&output.stdout);
        assert!(!text.contains("AKIA-INTERNAL"), "what others answer is not kept");
        report
    };
    let proxy = start();
    let report = run(&proxy, &[]);
    assert!(proxy.asked("GET http://files.example.com/moved") > 0);
    assert_eq!(proxy.asked("169.254"), 0, "{:?}", proxy.asked.lock().unwrap());
    let words = "it links to 169.254.169.254, a link-local address; --allow-private to follow";
    assert!(report.matches(words).count() >= 2, "{report}");
    let proxy = start();
    let report = run(&proxy, &["--allow-private"]);
    assert!(proxy.asked("GET http://169.254.169.254/") >= 2);
    assert!(!report.contains(words));
}

#[test]
fn what_others_answer_is_not_kept_and_what_the_target_answers_is() {
    let other =
        Server::start(|_, _, stream| say(stream, 404, "x-inner: AKIA-HEADER\r\n", b"AKIA-INTERNAL-SECRET"));
    let place = other.address.clone();
    let target = Server::start(move |own, request, stream| {
        if request.method == "GET" {
            let moved = format!("location: http://{place}/b\r\n");
            return if request.place == "/own" {
                say(stream, 404, "", b"OWN-REASON")
            } else {
                say(stream, 302, &moved, b"")
            };
        }
        let task: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let link = match task[0]["outputFormat"].as_str() {
            Some("PNG") => format!("http://{place}/latest/meta-data/"),
            Some("WEBP") => format!("http://{}/moved", own.address),
            _ => format!("http://{}/own", own.address),
        };
        say(stream, 200, "", results(&request.body, 1, |_| link.clone()).to_string().as_bytes())
    });
    let folder = tempfile::tempdir().unwrap();
    let har = folder.path().join("t.har");
    let output =
        command(&["conformance", "--target", &target.url(), "--search", "0", "--alone", "--seed", "7"])
            .args(["--case", "outputFormat.container.behave.*", "--har", har.to_str().unwrap()])
            .args(["--report", folder.path().to_str().unwrap()])
            .output()
            .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(
        other.asked("GET /latest") > 0 && other.asked("GET /b") > 0,
        "this machine is followed on this machine"
    );
    let text = std::fs::read_to_string(har).unwrap();
    assert!(text.contains("OWN-REASON"), "{text}");
    for entry in std::fs::read_dir(folder.path()).unwrap().flatten() {
        let text = std::fs::read_to_string(entry.path()).unwrap();
        assert!(!text.contains("AKIA"), "{}", entry.path().display());
    }
}

#[cfg(unix)]
#[test]
fn a_disk_that_is_full_leaves_the_table_and_no_temporary_file() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (report, har) = (place("report"), place("t.har"));
    for (files, words) in [(["--report", report.as_str()], "/report."), (["--har", har.as_str()], "t.har: ")]
    {
        let cases = ["--case", "width*", "--case", "height*", "--case", "output*", "--alone"];
        let run = ["conformance", "--search", "0", "--seed", "7"];
        // 100 kB; the report that is written before anything is sent is smaller.
        let output = limited("ulimit -f 200", &[&run[..], &cases, &files].concat()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        let last = said.lines().last().unwrap_or_default();
        assert!(
            last.starts_with("airspec: ") && last.contains(words) && last.contains("too large"),
            "{said}"
        );
        let table = String::from_utf8_lossy(&output.stdout);
        assert!(table.contains("passed") && table.contains("width "), "{table}");
    }
    let left: Vec<_> = walk(folder.path());
    assert!(left.iter().all(|name| !name.contains(".part")), "{left:?}");
}

fn walk(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    entries
        .flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path.display().to_string()] })
        .collect()
}
