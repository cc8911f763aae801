//! Whatever a server answers, no secret of a run is in any file or stream that the program writes: not as it is, not in
//! pieces, not encoded. And what no terminal shows is in none of them either.

#[allow(dead_code, reason = "the tests of the redactor use the rest")]
#[path = "../suite/tests/support/leak.rs"]
mod leak;

use leak::{Reader, key, written};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_airspec"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// A request as a server sees it.
struct Heard {
    /// The request line and the headers.
    head: String,
    body: String,
    /// How many came before.
    number: usize,
}

impl Heard {
    /// The value of a header.
    fn header(&self, name: &str) -> &str {
        let line = self.head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}: ")));
        line.map_or("", |line| line[name.len() + 2..].trim())
    }

    fn task_id(&self) -> String {
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_default();
        body[0]["taskUUID"].as_str().unwrap_or_default().to_owned()
    }
}

/// A server that answers with bytes; its address without a path.
fn serve(answer: impl Fn(&Heard) -> Vec<u8> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (answer, number) = (Arc::new(answer), Arc::new(Mutex::new(0)));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (answer, number) = (Arc::clone(&answer), Arc::clone(&number));
            std::thread::spawn(move || {
                let Some(mut heard) = hear(&stream) else { return };
                {
                    let mut number = number.lock().unwrap();
                    heard.number = *number;
                    *number += 1;
                }
                let _ = (&stream).write_all(&answer(&heard));
            });
        }
    });
    address
}

fn hear(stream: &TcpStream) -> Option<Heard> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        (reader.read_line(&mut head).ok()? > 0).then_some(())?;
    }
    let mut heard = Heard { head, body: String::new(), number: 0 };
    let length = heard.header("content-length").parse().unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    heard.body = String::from_utf8_lossy(&body).into_owned();
    Some(heard)
}

/// An answer; further headers each with their line end.
fn answer(status: &str, media: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\nContent-Type: {media}\r\n{headers}\r\n"
    );
    [head.as_bytes(), body.as_bytes()].concat()
}

fn refusal(message: &str) -> Vec<u8> {
    answer("400 Bad Request", "application/json", "", &error(message))
}

fn error(message: &str) -> String {
    format!(
        "{{\"data\":[],\"errors\":[{{\"code\":\"invalidWidth\",\"parameter\":\"width\",\"message\":\"{message}\"}}]}}"
    )
}

/// Runs the suite, with every output that it has, and some arguments more.
fn run(folder: &Path, key: &str, arguments: &[&str]) -> Output {
    fs::write(folder.join("deviations.txt"), "").unwrap();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    command(&["conformance", "--seed", "7", "--search", "2", "--alone", "--timeout", "5"])
        .args(["--case", "width.*", "--case", "outputFormat.*", "--case", "search.*"])
        .args(["--report", &path("report"), "--har", &path("traffic.har")])
        .args(["--deviations", &path("deviations.txt"), "--fix"])
        .args(arguments)
        .env("RUNWARE_API_KEY", key)
        .output()
        .unwrap()
}

/// Everything that was written, each with its name.
fn told(folder: &Path, output: &Output) -> Vec<(String, String)> {
    let mut told = vec![
        ("standard output".to_owned(), String::from_utf8(output.stdout.clone()).unwrap()),
        ("standard error".to_owned(), String::from_utf8(output.stderr.clone()).unwrap()),
    ];
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                told.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    told
}

/// A run has written its files, and none of them gives a secret away.
fn hold_nothing(folder: &Path, output: &Output, secrets: &[&str]) {
    let told = told(folder, output);
    for name in ["report.json", "junit.xml", "report.md", "report.html", "traffic.har", "deviations.txt"] {
        let found = told.iter().find(|(known, _)| known.ends_with(name));
        assert!(found.is_some_and(|(_, text)| !text.is_empty()), "{name}: {}", told[1].1);
    }
    assert!(told.iter().any(|(_, text)| text.contains("[redacted]")));
    let reader = Reader::of(secrets);
    for (name, text) in &told {
        assert_eq!(reader.find(text), None, "of {secrets:?} in {name}");
    }
}

/// An answer with a text in some place of it.
fn placed(random: &mut fastrand::Rng, heard: &Heard, text: &str) -> Vec<u8> {
    let json = "application/json";
    let filler = |length: usize| "p".repeat(length);
    match random.usize(..17) {
        0 => answer(&format!("400 {text}"), json, "", &error("x")),
        1 if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.+%&".contains(&byte)) => {
            answer("400 No", json, &format!("{text}: 1\r\n"), &error("x"))
        }
        1 | 2 => answer("400 No", json, &format!("X-Told: {text}\r\n"), &error("x")),
        3 => answer("500 No", &format!("text/{text}"), "", text),
        4 => answer("422 No", "text/plain", "", &format!("you said {text} and no more")),
        5 => answer("400 No", json, "", &format!("{{\"data\":[],\"{text}\":{{\"{text}\":[\"{text}\"]}}}}")),
        6 => refusal(text),
        7 => answer("400 No", json, "", &error("x").replace("invalidWidth", text)),
        8 => answer("400 No", json, "", &error("x").replace("\"width\"", &format!("[\"{text}\",\"b\"]"))),
        9 => answer("500 No", "text/html", "", &format!("<html><p title='{text}'>{text}</p></html>")),
        10 => {
            let item = format!(
                "{{\"taskType\":\"imageInference\",\"taskUUID\":\"{text}\",\"imageURL\":\"{text}\"}}"
            );
            answer("200 OK", json, "", &format!("{{\"data\":[{item}]}}"))
        }
        11 => {
            let (id, link) = (heard.task_id(), format!("http://127.0.0.1:9/{text}?k={text}"));
            let item =
                format!("{{\"taskType\":\"imageInference\",\"taskUUID\":\"{id}\",\"imageURL\":\"{link}\"}}");
            answer("200 OK", json, "", &format!("{{\"data\":[{item}]}}"))
        }
        // At the borders where texts are cut.
        12 => refusal(&format!("{}{text} tail", filler(random.usize(40..121)))),
        13 => answer("400 No", "text/plain", "", &format!("{}{text} tail", filler(random.usize(4000..4097)))),
        14 if heard.number.is_multiple_of(4) => {
            let before = (64 << 10) - random.usize(..100);
            answer("400 No", "text/plain", "", &format!("{}{text} tail", filler(before)))
        }
        15 if heard.number.is_multiple_of(8) => {
            let before = (1 << 20) - random.usize(..100);
            answer("400 No", "text/plain", "", &format!("bearer {} {text} tail", filler(before)))
        }
        _ => {
            answer("302 Found", json, &format!("Location: /{text}\r\nSet-Cookie: a={text}\r\n"), &error(text))
        }
    }
}

#[test]
fn no_piece_of_a_secret_is_in_any_output_whatever_a_server_answers() {
    for seed in 0..3 {
        let mut random = fastrand::Rng::with_seed(seed);
        let secrets: Vec<String> = (0..3).map(|_| key(&mut random)).collect();
        let known = secrets.clone();
        let random = Mutex::new(random);
        let address = serve(move |heard| {
            let mut random = random.lock().unwrap();
            let secret = &known[random.usize(..known.len())];
            let text = written(&mut random, secret);
            placed(&mut random, heard, &text)
        });
        let folder = tempfile::tempdir().unwrap();
        let [key, header, query] = secrets.as_slice() else { unreachable!("three were made") };
        let arguments =
            ["--target", &format!("{address}/v1?token={query}"), "--header", &format!("X-Gateway: {header}")];
        let output = run(folder.path(), key, &arguments);
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        hold_nothing(folder.path(), &output, &[key, header, query]);
    }
}

#[test]
fn a_key_is_found_behind_escapes_at_borders_in_names_and_in_every_spelling() {
    let key = "k3yAbCdEfGhIjKlMn/pQrSt+vWxYz987";
    let address = serve(|heard| {
        let authorization = heard.header("authorization");
        let key = authorization.strip_prefix("Bearer ").unwrap_or_default();
        let escaped: String = key.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
        let percent: String = key.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let hex: String = key.bytes().map(|byte| format!("{byte:02x}")).collect();
        let plain = |body: String| answer("400 No", "text/plain", "", &body);
        match heard.number % 9 {
            0 => refusal(&escaped),
            1 => refusal(&key.replace('/', "\\/").replace('+', "\\u002B")),
            2 => plain(format!("{}{key} tail", "p".repeat(89))),
            3 => answer(
                "400 No",
                "application/json",
                &format!("{}: 1\r\n", key.replace(['/', '+'], "-")),
                &error("x"),
            ),
            4 => plain(format!("bearer {} {key} tail", "x".repeat((1 << 20) - 39))),
            5 => refusal(&percent),
            6 => refusal(&hex),
            7 => refusal(&key.to_uppercase()),
            // Two parts that are joined where a writer leaves out what XML cannot hold.
            _ => refusal(&format!("{}\\u0001{}", &key[..14], &key[14..])),
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), key, &["--target", &format!("{address}/v1")]);
    assert_eq!(output.status.code(), Some(1));
    hold_nothing(folder.path(), &output, &[key]);
}

#[test]
fn what_stands_between_the_program_and_its_target_is_secret_too() {
    // A proxy that tells what it was told.
    let address = serve(|heard| {
        let authorization = heard.header("proxy-authorization").to_owned();
        refusal(["p@ss99word", "joe:p@ss99word", "p%40ss99word", &authorization][heard.number % 4])
    });
    let folder = tempfile::tempdir().unwrap();
    let proxy = address.replace("http://", "http://joe:p%40ss99word@");
    let output = run(
        folder.path(),
        "Bearer abcdefgh1234",
        &["--target", "http://127.0.0.1:9/v1?a=b&hunter2hunter2", "--proxy", &proxy],
    );
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    hold_nothing(folder.path(), &output, &["p@ss99word", "joe:p@ss99word", "am9lOnBANTk5d29yZA"]);
    // The key without its `Bearer`, and the query of a target.
    let address = serve(|heard| {
        let key = heard.header("authorization").rsplit(' ').next().unwrap_or_default().to_owned();
        refusal(&[key, heard.head.lines().next().unwrap_or_default().to_owned()][heard.number % 2])
    });
    let folder = tempfile::tempdir().unwrap();
    let target = format!("{address}/v1?a=b&hunter2hunter2");
    let output = run(folder.path(), "Bearer abcdefgh1234", &["--target", &target]);
    hold_nothing(folder.path(), &output, &["abcdefgh1234", "hunter2hunter2"]);
}

#[test]
fn two_servers_that_are_compared_do_not_tell_the_secrets_of_each_other() {
    let address = serve(|_| refusal("cannot POST /v1?token=hunter2hunter2 nor swordfish-swordfish"));
    let folder = tempfile::tempdir().unwrap();
    let [a, b] = ["hunter2hunter2", "swordfish-swordfish"].map(|query| format!("{address}/v1?token={query}"));
    let report = folder.path().to_str().unwrap();
    let output =
        command(&["conformance", "--compare", &a, &b, "--case", "width.*", "--report", report]).output();
    let told = told(folder.path(), &output.unwrap());
    assert!(told.len() > 8);
    for (name, text) in told {
        assert!(!text.contains("hunter2") && !text.contains("swordfish"), "{name}");
    }
}

#[test]
fn a_link_that_holds_a_secret_is_followed_and_not_shown() {
    let query = "t0ken-of-the-target";
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = Arc::clone(&asked);
    let address = serve(move |heard| {
        let line = heard.head.lines().next().unwrap_or_default().to_owned();
        if line.starts_with("GET") {
            log.lock().unwrap().push(line);
            return answer("200 OK", "image/jpeg", "", "no image");
        }
        let link = format!("http://{}/f.jpg?token={query}", heard.header("host"));
        let id = heard.task_id();
        let item =
            format!("{{\"taskType\":\"imageInference\",\"taskUUID\":\"{id}\",\"imageURL\":\"{link}\"}}");
        answer("200 OK", "application/json", "", &format!("{{\"data\":[{item}]}}"))
    });
    let folder = tempfile::tempdir().unwrap();
    let output =
        run(folder.path(), "a-key-of-no-interest", &["--target", &format!("{address}/v1?token={query}")]);
    hold_nothing(folder.path(), &output, &[query]);
    let asked = asked.lock().unwrap();
    assert!(asked.iter().any(|line| line.contains(&format!("/f.jpg?token={query}"))), "{asked:?}");
}

/// What a terminal obeys, and what nobody sees.
const HIDDEN: &str = "\u{1b}[31m\u{9b}\u{202e}\u{2066}\u{61c}\u{200e}\u{200b}\u{200d}\u{2060}\u{feff}\u{2028}\u{e0041}\u{ffff}";

fn is_of(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|known| known == extension)
}

fn hide_nothing(told: &[(String, String)]) {
    for (name, text) in told {
        let is_layout = |letter: char| letter == '\n' || letter == '\t' && is_of(name, "html");
        let hidden =
            text.chars().find(|letter| !is_layout(*letter) && airspec_spec::text::is_hidden(*letter));
        assert_eq!(hidden, None, "{name}");
    }
}

#[test]
fn hidden_characters_of_servers_specs_and_file_names_are_shown_as_their_numbers() {
    let escaped = HIDDEN.replace('\u{1b}', "\\u001b");
    let address = serve(move |heard| match heard.number % 4 {
        0 => refusal(&escaped),
        1 => answer("500 No", "text/plain", "", HIDDEN),
        2 => answer("400 No", "application/json", "", &error("x").replace("invalidWidth", &escaped)),
        _ => answer("400 No", "application/json", "", &error("x").replace("invalidWidth", "a\u{202e}b")),
    });
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), "a-key-of-no-interest", &["--target", &format!("{address}/v1")]);
    assert_eq!(output.status.code(), Some(1));
    let told = told(folder.path(), &output);
    hide_nothing(&told);
    for (name, text) in &told {
        let is_count = name.ends_with("badge.json");
        let is_about_answers = !name.ends_with("error") && !is_of(name, "jsonl") && !is_count;
        assert!(!is_about_answers || text.contains("202e"), "{name}");
    }
    let page = told.iter().find(|(name, _)| name.ends_with("junit.xml")).unwrap();
    assert!(page.1.contains(r"\u{ffff}"), "what XML cannot hold is shown, too");

    let spec = serde_json::json!({"type": "object", "properties": {
        "pp": {"type": "string", "title": HIDDEN, "description": HIDDEN, "oneOf": [{"const": format!("a{HIDDEN}")}]}}});
    let file = folder.path().join("s\u{1b}[31m\u{202e}\n.json");
    fs::write(&file, spec.to_string()).unwrap();
    let file = file.to_str().unwrap();
    for arguments in [
        vec!["conformance", "--spec", file, "--list"],
        vec!["validate", "--spec", file, file],
        vec!["validate", "--format", "text", "--spec", file, file],
        vec!["validate", file],
        vec!["validate", "no\u{1b}[31mfile\u{202e}.json"],
        vec!["conformance", "--spec", "no\u{1b}[31mfile\u{202e}.json"],
        vec!["conformance", "--case", "no\u{1b}[31mcase\u{202e}*"],
        vec!["conformance", "--target", "http://a\u{1b}[31m\u{202e}/"],
        vec!["report", "no\u{1b}[31mfile\u{202e}.json"],
        vec!["\u{1b}[31m\u{202e}"],
    ] {
        let output = command(&arguments).output().unwrap();
        let streams = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        assert!(streams.iter().any(|text| !text.is_empty()), "{arguments:?}");
        hide_nothing(&streams.map(|text| (format!("{arguments:?}"), text)));
    }
}

#[test]
fn characters_are_hidden_in_the_same_way_by_the_suite_and_by_the_client() {
    for letter in '\0'..=char::MAX {
        let (one, other) = (airspec_spec::text::is_hidden(letter), airspec_models::shown::is_hidden(letter));
        assert_eq!(one, other, "{letter:?}");
    }
}
