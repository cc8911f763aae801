//! The program under limited address space, and clients that take as much as they can.

use crate::support::{post, task, uuid};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What the documentation promises, in kB.
const BOUND: u64 = 300_000;
/// Address space in kB: threads and allocators take more of it than of memory.
const SPACE: u64 = 1_500_000;

/// A mock that may not take more.
struct Program {
    child: Child,
    address: String,
}

impl Program {
    fn start() -> Self {
        let command = format!("ulimit -v {SPACE}; exec \"$0\" mock --port 0 --quiet");
        let mut child = Command::new("sh")
            .args(["-c", &command, env!("CARGO_BIN_EXE_airspec")])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).unwrap().split("/v1").next().unwrap().to_owned();
        Self { child, address }
    }

    /// The most memory that it ever had, in kB.
    fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("it is still up");
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// A connection that gives up soon what the mock does not take.
    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_write_timeout(Some(Duration::from_millis(300))).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    /// A connection that has sent the head of a request, and as much of its body as the mock takes.
    fn send(&self, length: usize, body: &[u8]) -> TcpStream {
        sent(self.connect(), length, body)
    }

    fn ask(&self, body: &[u8]) -> String {
        let mut said = Vec::new();
        let stream = self.connect();
        stream.set_write_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut stream = sent(stream, body.len(), body);
        let _ = stream.read_to_end(&mut said);
        String::from_utf8_lossy(&said).into_owned()
    }

    /// A WebSocket that has said who it is.
    fn socket(&self) -> TcpStream {
        let mut stream = self.connect();
        let head = "GET /v1 HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
                    sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        let mut said = [0; 4096];
        let _ = stream.read(&mut said);
        let auth = json!([{"taskType": "authentication", "apiKey": "sk-0123456789"}]).to_string();
        stream.write_all(&frame(0x81, auth.len(), auth.as_bytes())).unwrap();
        let _ = stream.read(&mut said);
        stream
    }
}

fn sent(mut stream: TcpStream, length: usize, body: &[u8]) -> TcpStream {
    let head = format!(
        "POST /v1 HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer sk-0123456789\r\ncontent-type: \
         application/json\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
    );
    // The mock may well have refused it by then.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
    stream
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The start of a frame that is said to have so many bytes; masked with zeros.
fn frame(kind: u8, length: usize, bytes: &[u8]) -> Vec<u8> {
    let mut frame = vec![kind, 0x80 | 127];
    frame.extend(u64::try_from(length).unwrap().to_be_bytes());
    frame.extend([0; 4]);
    frame.extend(bytes);
    frame
}

/// Bodies that are taken whole: values, tasks and errors without end, and a text that a reader copies twice.
fn send_large_bodies(program: &Program) {
    let many = format!("[{}{{}}]", "{},".repeat(8_000_000));
    assert!(program.ask(many.as_bytes()).contains("tooManyValues"));
    assert!(program.ask(many[many.len() - 300_001..].replacen("},", "[", 1).as_bytes()).len() < 1_000);
    let names: String = (0..15_000).map(|n| format!(",\"{n}\":0")).collect();
    let unknown = format!("[{{\"taskType\":\"imageInference\"{names}}}]");
    for _ in 0..3 {
        assert!(program.ask(unknown.as_bytes()).contains("moreErrors"));
    }
    // A large text with escapes, which a reader copies twice.
    let prompt = format!("[{{\"positivePrompt\":\"{}\"}}]", "\\u0061".repeat(5_500_000));
    assert!(program.ask(prompt.as_bytes()).contains("HTTP/1.1 400"));
}

/// Bodies that do not end, over HTTP and over sockets, and heads that do not end.
fn leave_requests_open(program: &Program) -> Vec<TcpStream> {
    let part = vec![b' '; 6 << 20];
    let mut held: Vec<TcpStream> = (0..12).map(|_| program.send(30 << 20, &part)).collect();
    for _ in 0..12 {
        let mut socket = program.socket();
        let _ = socket.write_all(&frame(0x81, 30 << 20, &part));
        held.push(socket);
    }
    // Heads that do not end.
    for _ in 0..150 {
        let mut stream = program.connect();
        let _ = stream.write_all(format!("GET /v1 HTTP/1.1\r\nx: {}", "x".repeat(30_000)).as_bytes());
        held.push(stream);
    }
    held
}

/// Answers that nobody reads: images, and pongs.
fn leave_answers_unread(program: &Program) -> Vec<TcpStream> {
    let large = json!({"outputType": "base64Data", "numberResults": 20, "width": 2048, "height": 2048, "outputFormat": "PNG"});
    let mut held = Vec::new();
    for number in 0..4 {
        let body = json!([task(number, &large)]).to_string();
        held.push(program.send(body.len(), body.as_bytes()));
        let mut socket = program.socket();
        let body = json!([task(100 + number, &large)]).to_string();
        let _ = socket.write_all(&frame(0x81, body.len(), body.as_bytes()));
        held.push(socket);
    }
    let pings = frame(0x89, 0, b"").repeat(4_000);
    let (mut socket, until) = (program.socket(), Instant::now() + Duration::from_secs(2));
    while Instant::now() < until && socket.write_all(&pings).is_ok() {}
    held.push(socket);
    held
}

/// Sessions, tasks and deliveries that stay behind.
fn leave_tasks_behind(program: &Program) {
    for number in 0..40 {
        let changes = json!({
            "deliveryMethod": "async", "numberResults": 20, "webhookURL": "http://127.0.0.1:9/x",
            "positivePrompt": "\u{1F600}".repeat(400),
        });
        let tasks: Vec<Value> = (0..20).map(|n| task(1_000 + 100 * number + n, &changes)).collect();
        let body = json!(tasks).to_string();
        let mut socket = program.socket();
        let _ = socket.write_all(&frame(0x81, body.len(), body.as_bytes()));
    }
}

/// Everything at once: each kind of waste while the ones before it are still held.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_client_takes_more_memory_than_is_promised() {
    let program = Program::start();
    send_large_bodies(&program);
    let held = [leave_requests_open(&program), leave_answers_unread(&program)];
    leave_tasks_behind(&program);
    tokio::time::sleep(Duration::from_secs(1)).await;
    drop(held);

    let peak = program.peak();
    assert!(peak < BOUND, "{peak} kB");
    let url = format!("http://{}/v1", program.address);
    let body = json!([task(9_999, &json!({}))]);
    let answer = tokio::time::timeout(Duration::from_secs(60), post(&url, &body));
    let (status, answer) = answer.await.expect("an answer");
    assert_eq!((status, &answer["data"][0]["taskUUID"]), (200, &json!(uuid(9_999))));
    println!("at most {peak} kB");
}
