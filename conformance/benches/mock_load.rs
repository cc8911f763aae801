//! How fast the long-running mock is, and how much memory it keeps: valid and invalid requests over 64 connections.
//!
//! `cargo bench -p airspec --bench mock_load -- 1000000` sends so many requests of each kind; an address before
//! the number, such as `http://127.0.0.1:8080/v1`, measures the server there instead. `left 100000` behind a URL opens so
//! many connections, leaves them without a request, and sends one request at the end. The client
//! shares the machine and the process with the server, and is as plain as can be so as not to be what is measured. Both
//! have threads of their own, so that the processor time of each is known: it says what the rate would be where the
//! machine has nothing else to do.

use airspec_mock::{Engine, Server, Settings};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};

const CONNECTIONS: u32 = 64;
const REQUESTS: usize = 100_000;
/// So many connections are left at a time.
const WAVE: usize = 10_000;

/// The names of the threads of either side.
const SERVER: &str = "mock";
const CLIENT: &str = "client";

fn main() {
    let asked = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let given =
        std::env::args().skip(1).find_map(|argument| Some(argument.strip_prefix("http://")?.to_owned()));
    let (server, client) = (runtime(SERVER), runtime(CLIENT));
    let place = given.unwrap_or_else(|| server.block_on(serve()));
    if std::env::args().any(|argument| argument == "left") {
        return client.block_on(leave(&place, asked.unwrap_or(REQUESTS)));
    }
    client.block_on(measure(&place, asked.unwrap_or(REQUESTS)));
}

fn runtime(name: &str) -> Runtime {
    Builder::new_multi_thread().worker_threads(2).thread_name(name).enable_all().build().expect("a runtime")
}

async fn serve() -> String {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/models/openai-gpt-image-2.json");
    let model = airspec_spec::read_file(&spec).expect("the spec is read");
    let engine = Engine::new(model, Settings::default()).expect("the spec can be mocked");
    let server = Server::bind(engine, "127.0.0.1:0".parse().expect("an address")).await.expect("a free port");
    let address = server.url().trim_start_matches("http://").to_owned();
    tokio::spawn(server.run(std::future::pending(), |_| {}));
    address
}

async fn measure(address: &str, requests: usize) {
    println!("{CONNECTIONS} connections, {requests} requests of each kind, {} at the start", resident());
    for (name, width, method) in [
        ("valid", 1024, "sync"),
        ("invalid", 1023, "sync"),
        ("deferred", 1024, "async"),
        ("valid again", 1024, "sync"),
    ] {
        let (started, before) = (Instant::now(), (processor(SERVER), processor(CLIENT)));
        let mut clients = Vec::new();
        for client in 0..CONNECTIONS {
            clients.push(tokio::spawn(talk(
                address.to_owned(),
                client,
                requests / CONNECTIONS as usize,
                width,
                method,
            )));
        }
        let mut times = Times::default();
        for client in clients {
            times.merge(&client.await.expect("a client does not panic"));
        }
        let took = started.elapsed();
        let each = |now: Duration, before: Duration| {
            now.saturating_sub(before).as_secs_f64() * 1e6 / per_second(times.count(), Duration::from_secs(1))
        };
        println!(
            "{name:12} {:>8.0} requests/s, p50 {:>6.2} ms, p99 {:>6.2} ms, processor {:>5.1} µs a request and {:>5.1} µs \
             of the client, {} resident",
            per_second(times.count(), took),
            times.below(50),
            times.below(99),
            each(processor(SERVER), before.0),
            each(processor(CLIENT), before.1),
            resident(),
        );
    }
}

/// Opens connections and sends nothing by them, as many at a time as the system allows this process; then sends a request.
/// Each wave has a source address of its own, for which the system has ports enough.
async fn leave(place: &str, connections: usize) {
    let address: std::net::SocketAddr =
        place.split('/').next().and_then(|address| address.parse().ok()).expect("an IP address and a port");
    let started = Instant::now();
    let (mut opened, mut refused, mut most) = (0, 0, 0);
    let mut wave = 0_u8;
    while opened + refused < connections {
        wave += 1;
        let source = std::net::SocketAddr::from(([127, 0, 1, wave], 0));
        let mut left = Vec::new();
        for _ in 0..WAVE.min(connections - opened - refused) {
            let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
            socket.bind(source).expect("an address of this machine");
            match tokio::time::timeout(Duration::from_secs(10), socket.connect(address)).await {
                Ok(Ok(stream)) => left.push(stream),
                Ok(Err(_)) | Err(_) => refused += 1,
            }
        }
        opened += left.len();
        most = most.max(left.len());
    }
    let took = started.elapsed().as_secs_f64();
    println!("{opened} connections opened and left, {refused} refused, {most} at a time, in {took:.1} s");
    let answered = Instant::now();
    talk(place.to_owned(), 99, 1, 1024, "sync").await;
    println!("a request after that is answered within {:.1} ms", answered.elapsed().as_secs_f64() * 1e3);
}

/// How often each time was taken, in steps of 20 µs, so that counting takes no more memory the longer it goes on.
struct Times(Vec<u64>);

impl Times {
    const STEPS: usize = 100_000;

    fn add(&mut self, time: Duration) {
        let step = usize::try_from(time.as_micros() / 20).unwrap_or(usize::MAX);
        self.0[step.min(Self::STEPS - 1)] += 1;
    }

    fn merge(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own += other;
        }
    }

    fn count(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The time, in milliseconds, that so many per cent stayed below.
    fn below(&self, percent: u64) -> f64 {
        let mut left = self.count() * percent / 100;
        let step = self.0.iter().take_while(|count| {
            left.checked_sub(**count).is_some_and(|rest| {
                left = rest;
                true
            })
        });
        f64::from(u32::try_from(step.count() + 1).unwrap_or(u32::MAX)) * 0.02
    }
}

impl Default for Times {
    fn default() -> Self {
        Self(vec![0; Self::STEPS])
    }
}

async fn talk(place: String, client: u32, requests: usize, width: u32, method: &str) -> Times {
    let (address, path) = place.split_once('/').unwrap_or((&place, ""));
    let mut stream = TcpStream::connect(address).await.expect("the mock listens");
    let mut times = Times::default();
    let mut answer = vec![0; 16 << 10];
    for number in 0..requests {
        let body = format!(
            "[{{\"taskType\":\"imageInference\",\"taskUUID\":\"{:08x}-0000-4000-8000-{:012x}\",\
             \"model\":\"openai:gpt-image@2\",\"positivePrompt\":\"a lighthouse on a cliff\",\"width\":{width},\
             \"height\":1024,\"outputFormat\":\"PNG\",\"includeCost\":true,\"numberResults\":1,\
             \"deliveryMethod\":\"{method}\",\"providerSettings\":{{\"openai\":{{\"quality\":\"low\"}}}}}}]",
            client * 16 + u32::from(method == "async"),
            number
        );
        let request = format!(
            "POST /{path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer key\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        let started = Instant::now();
        stream.write_all(request.as_bytes()).await.expect("the mock reads");
        receive(&mut stream, &mut answer).await;
        times.add(started.elapsed());
    }
    times
}

/// Reads one answer to its end.
async fn receive(stream: &mut TcpStream, answer: &mut [u8]) {
    let mut length = 0;
    loop {
        let read = stream.read(&mut answer[length..]).await.expect("the mock answers");
        assert!(read > 0, "the mock closed the connection");
        length += read;
        let text = String::from_utf8_lossy(&answer[..length]);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let head = head.to_ascii_lowercase();
        let expected = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        let is_whole = match expected {
            Some(length) => body.len() >= length,
            None => !head.contains("transfer-encoding: chunked") || body.ends_with("0\r\n\r\n"),
        };
        if is_whole {
            return;
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "a rate for people")]
fn per_second(count: u64, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

/// The processor time that the threads of that name have taken so far.
fn processor(name: &str) -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let stats = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("stat")).ok());
    let own = stats.filter(|stat| stat.contains(&format!("({name})")));
    // Fields 14 and 15, user and system time in hundredths of a second, of which the name is the second.
    let hundredths = own.map(|stat| {
        let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ').skip(11).take(2);
        fields.filter_map(|field| field.parse::<u64>().ok()).sum::<u64>()
    });
    Duration::from_millis(hundredths.sum::<u64>() * 10)
}

/// The resident memory of this process.
fn resident() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.map_or_else(|| "unknown".to_owned(), |size| size.trim().to_owned())
}
