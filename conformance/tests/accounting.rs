//! Money as an accounting property: against a server that keeps its own bill and answers as it likes, through stops,
//! kills and resumes, the true bill never exceeds the limit, and never what the report says.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "amounts of a few USD in millionths"
)]

#[path = "accounting/mood.rs"]
mod mood;

use airspec_report::{Document, Heading};
use airspec_suite::case::{Case, derive};
use airspec_suite::cost::Costs;
use airspec_suite::oracle::{Oracle, Verdict};
use airspec_suite::run::journal::{FILE_NAME, Header, Journal, Past};
use airspec_suite::run::{Budget, Limit, Run, Settings, Target, Usd, run};
use mood::{MOODS, Mood};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::io::Write as _;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A process that is started inherits the locks of this one until it runs its own program.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A server with its own bill.
struct Shop {
    costs: Costs,
    books: Mutex<Books>,
    /// How many requests came.
    requests: watch::Sender<usize>,
}

struct Books {
    random: fastrand::Rng,
    moods: Vec<Mood>,
    /// In millionths of USD.
    bill: u64,
    /// What became of each request, for whoever looks at a failure.
    log: Vec<(Mood, u64, usize)>,
    /// The ids of tasks that were sent since the last look.
    sent: HashSet<String>,
    /// The ids of tasks that were ever carried out.
    executed: HashSet<String>,
}

impl Shop {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn requests(&self) -> usize {
        *self.requests.borrow()
    }

    fn bill(&self) -> f64 {
        self.books().bill as f64 / 1e6
    }

    /// Opens a shop on this machine, in the runtime that this is called in.
    async fn open(costs: Costs, seed: u64, moods: Vec<Mood>) -> (Arc<Self>, String) {
        let books = Books {
            random: fastrand::Rng::with_seed(seed),
            moods,
            bill: 0,
            log: Vec::new(),
            sent: HashSet::new(),
            executed: HashSet::new(),
        };
        let shop = Arc::new(Self { costs, books: Mutex::new(books), requests: watch::Sender::new(0) });
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", socket.local_addr().unwrap());
        let serving = Arc::clone(&shop);
        tokio::spawn(async move {
            while let Ok((stream, _)) = socket.accept().await {
                let shop = Arc::clone(&serving);
                tokio::spawn(async move {
                    let _ = shop.serve(stream).await;
                });
            }
        });
        (shop, url)
    }

    async fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let Some(body) = body(&mut stream).await? else { return Ok(()) };
        let (mood, answer) = self.decide(&body);
        self.requests.send_modify(|requests| *requests += 1);
        match mood {
            Mood::Reset => return Ok(()),
            Mood::Hang => tokio::time::sleep(Duration::from_secs(20)).await,
            Mood::Half => stream.write_all(&answer.as_bytes()[..answer.len() - 3]).await?,
            _ => stream.write_all(answer.as_bytes()).await?,
        }
        stream.shutdown().await
    }

    /// Carries a request out, or not, and writes it on the bill before anybody is told.
    fn decide(&self, body: &Value) -> (Mood, String) {
        let mut books = self.books();
        let moods = books.moods.len();
        let choice = books.random.usize(..moods);
        let mood = books.moods[choice];
        let tasks = self.costs.tasks(body);
        let id = |task: &Value| task["taskUUID"].as_str().unwrap_or_default().to_owned();
        books.sent.extend(tasks.iter().map(|task| id(task)));
        // Asking for results costs nothing.
        let is_poll = tasks.iter().any(|task| task["taskType"] == "getResponse");
        let tasks: Vec<_> = tasks.into_iter().filter(|task| task["taskType"] != "authentication").collect();
        let is_executed = !is_poll && !matches!(mood, Mood::Refuse | Mood::Busy | Mood::AwayForNow);
        let (mut items, before) = (Vec::new(), books.bill);
        for task in tasks.iter().filter(|_| is_executed) {
            let images = self.costs.images(task).min(1000) as u64;
            let (bound, estimate) = (self.costs.bound_of(task) * 1e6, self.costs.usd(task) * 1e6);
            // A price that is reported as it is is one that can be believed.
            let share = books.random.f64() * 0.7 + 0.3;
            let each = ((estimate + (bound - estimate) * books.random.f64()) * share) as u64 / images;
            let price = each * images;
            books.bill += price;
            books.executed.insert(id(task));
            for _ in 0..images {
                let mut item =
                    json!({"taskType": task["taskType"], "taskUUID": id(task), "imageUUID": id(task)});
                match mood {
                    Mood::NoPrice => {}
                    Mood::OddPrice => {
                        let odd = [json!(0), json!(-1), json!("0.1"), json!(null), json!(1e-9), json!([])];
                        let choice = books.random.usize(..odd.len());
                        item["cost"] = odd[choice].clone();
                    }
                    _ => item["cost"] = json!(each as f64 / 1e6),
                }
                items.push(item);
            }
        }
        let billed = books.bill - before;
        books.log.push((mood, billed, tasks.len()));
        let errors: Vec<Value> = tasks
            .iter()
            .map(|task| json!({"code": "invalidWidth", "message": "no", "taskUUID": id(task)}))
            .collect();
        let refusal = json!({"data": [], "errors": errors}).to_string();
        let (status, body) = mood.says(&items, refusal);
        let answer = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nretry-after: 0\r\nconnection: close\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        (mood, answer)
    }
}

/// The JSON body of the request on a connection; nothing where it does not come whole.
async fn body(stream: &mut TcpStream) -> std::io::Result<Option<Value>> {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 16 << 10];
    loop {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Ok(None);
        }
        bytes.extend_from_slice(&buffer[..count]);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if bytes.len() - end - 4 >= length.unwrap_or(0) {
            return Ok(serde_json::from_slice(&bytes[end + 4..]).ok());
        }
    }
}

/// What all histories share.
struct World {
    oracle: Arc<Oracle>,
    pool: Vec<Case>,
}

impl World {
    fn new() -> Self {
        let (name, text) = ("gpt-image.json", include_str!("../../spec/tests/specs/gpt-image.json"));
        let model = airspec_spec::read(&airspec_spec::Source::new(name, text)).unwrap();
        let pool = derive(&model, 7).unwrap().cases;
        let oracle = Arc::new(Oracle::new(&model).unwrap());
        // What is refused by everybody for its size alone would fill the histories with requests that are never sent.
        let costs = Costs::new(&model);
        // And what is about the id is not told apart by it.
        let is_wanted = |case: &Case| costs.bound(&case.body) < 2.0 && case.parameter != "taskUUID";
        let pool = pool.into_iter().filter(is_wanted).collect();
        Self { oracle, pool }
    }
}

/// How a part of a run ends: by itself, or some time after so many requests.
#[derive(Clone, Copy, Debug)]
enum End {
    Whole,
    Stop(usize, Duration),
    Kill(usize, Duration),
}

/// One history: a run in several parts, of which a report says what it can.
struct History<'a> {
    world: &'a World,
    shop: Arc<Shop>,
    random: fastrand::Rng,
    target: Target,
    limit: Limit,
    cases: Vec<Case>,
    header: Header,
    /// The verdicts of the report on disk.
    saved: BTreeMap<String, Verdict>,
    saved_spent: Usd,
}

impl History<'_> {
    fn part(&mut self, folder: &Path, into: Option<&Path>, is_first: bool, end: End) {
        let listed: HashSet<&str> = self.saved.keys().map(String::as_str).collect();
        let done: HashSet<&str> = self
            .saved
            .iter()
            .filter(|(_, verdict)| **verdict != Verdict::Skip)
            .map(|(id, _)| id.as_str())
            .collect();
        let spending = |past: &Past| (past.spent().max(self.saved_spent), past.held(&listed, &done));
        let (journal, past) = if is_first {
            (Journal::create(folder, &self.header).unwrap(), Past::default())
        } else {
            Journal::resume(folder, into, &self.header, spending).unwrap()
        };
        let (spent, held) = spending(&past);
        let budget = Budget::new(self.world.oracle.model(), self.limit).after(spent, past.acceptances());
        let settings = Settings {
            jobs: self.random.usize(1..=6),
            timeout: Duration::from_millis(60),
            polling: Duration::from_millis(40),
            callback: Duration::ZERO,
            pace: 0.001,
            retries: self.random.u32(0..=2),
            budget: Some(Arc::new(budget.journaled(journal))),
            ..Settings::default()
        };
        let is_open = |case: &&Case| !done.contains(case.id.as_str()) && !held.contains(&case.id);
        let open: Vec<Case> = self.cases.iter().filter(is_open).cloned().collect();
        let unlisted: HashSet<String> = {
            let books = self.shop.books();
            let id = |case: &Case| case.body[0]["taskUUID"].as_str().unwrap_or_default().to_owned();
            let unlisted = self.cases.iter().filter(|case| !listed.contains(case.id.as_str())).map(id);
            unlisted.filter(|id| !id.is_empty() && books.executed.contains(id)).collect()
        };
        self.shop.books().sent.clear();
        let (ended, finished) = drive(self.world, &self.shop, &open, &self.target, &settings, end);
        drop(settings);
        let again: Vec<String> = self.shop.books().sent.intersection(&unlisted).cloned().collect();
        assert!(again.is_empty(), "sent again although it may be billed: {again:?}");
        match ended {
            Some(run) => {
                self.saved.extend(run.records.iter().map(|record| (record.id.clone(), record.verdict)));
                self.saved_spent = run.spent;
                let bill = self.shop.bill();
                assert!(bill <= run.spent.to_f64() + 1e-9, "billed {bill}, reported {}", run.spent);
                check_report(&run);
            }
            // The report on the disk is behind the run.
            None => {
                let kept = self.random.usize(..=finished.len());
                self.saved.extend(finished.into_iter().take(kept));
            }
        }
    }
}

/// Runs some cases until the end that is wanted; nothing where that is a kill, then with what was finished.
fn drive(
    world: &World,
    shop: &Shop,
    cases: &[Case],
    target: &Target,
    settings: &Settings,
    end: End,
) -> (Option<Run>, Vec<(String, Verdict)>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut finished = Vec::new();
    let mut came = shop.requests.subscribe();
    let before = shop.requests();
    let mut after = async |requests: usize, delay: Duration| {
        let _ = came.wait_for(|came| *came >= before + requests).await;
        tokio::time::sleep(delay).await;
    };
    let ended = runtime.block_on(async {
        type Moment<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;
        let (stop, killed): (Moment<'_>, Moment<'_>) = match end {
            End::Whole => (Box::pin(std::future::pending()), Box::pin(std::future::pending())),
            End::Stop(requests, delay) => {
                (Box::pin(after(requests, delay)), Box::pin(std::future::pending()))
            }
            End::Kill(requests, delay) => {
                (Box::pin(std::future::pending()), Box::pin(after(requests, delay)))
            }
        };
        let note = |event: airspec_suite::run::Event<'_>| {
            let record = event.record();
            finished.push((record.id.clone(), record.verdict));
        };
        tokio::select! {
            run = run(Arc::clone(&world.oracle), cases, target, settings, note, stop) => run.ok(),
            () = killed => None,
        }
    });
    // Nothing that was under way goes on, as when the process is gone.
    drop(runtime);
    (ended, finished)
}

fn check_report(run: &Run) {
    let heading = Heading { spent: run.spent, remarks: run.remarks.clone(), ..Heading::default() };
    let text = serde_json::to_string(&Document::of(&heading, &[])).unwrap();
    let read: Value = serde_json::from_str(&text).unwrap();
    assert!(read["summary"]["spent_usd"].as_f64().is_some_and(f64::is_finite), "{text}");
}

fn history(world: &World, servers: &tokio::runtime::Handle, seed: u64) -> usize {
    let mut random = fastrand::Rng::with_seed(seed);
    let moods = (0..random.usize(1..=5)).map(|_| MOODS[random.usize(..MOODS.len())]).chain([Mood::Honest]);
    let costs = Costs::new(world.oracle.model());
    let (shop, url) = servers.block_on(Shop::open(costs, seed, moods.collect()));
    let usd = [0.7, 1.5, 4.0, 10.0][random.usize(..4)];
    let limit = if seed.is_multiple_of(8) { Limit::Free } else { Limit::Usd(usd) };
    let cases = (0..12).map(|_| world.pool[random.usize(..world.pool.len())].clone());
    let cases: BTreeMap<String, Case> = cases.map(|case| (case.id.clone(), case)).collect();
    let header = Header { target: url.clone(), model: "m".to_owned(), seed };
    let mut history = History {
        world,
        shop: Arc::clone(&shop),
        target: Target::new(&url, None, limit).unwrap(),
        limit,
        cases: cases.into_values().collect(),
        header,
        saved: BTreeMap::new(),
        saved_spent: Usd::ZERO,
        random,
    };
    let root = tempfile::tempdir().unwrap();
    let mut folder = root.path().join("0");
    std::fs::create_dir(&folder).unwrap();
    for part in 0..history.random.usize(2..=5) {
        let (requests, delay) =
            (history.random.usize(1..9), Duration::from_micros(history.random.u64(..3000)));
        let kill = End::Kill(requests, delay);
        let end = [End::Whole, End::Stop(requests, delay), kill, kill][history.random.usize(..4)];
        let into = (part > 0 && history.random.u8(..4) == 0).then(|| root.path().join(part.to_string()));
        if let Some(into) = &into {
            std::fs::create_dir(into).unwrap();
        }
        history.part(&folder, into.as_deref(), part == 0, end);
        // Until something was sent the run still belongs to the folder from which it went on.
        folder = into.unwrap_or(folder);
        if matches!(end, End::Kill(..)) && history.random.bool() {
            tear(&folder, &mut history.random);
        }
        let (bill, counted) = (shop.bill(), Past::read(&folder).unwrap().spent());
        let log = || {
            let journal = std::fs::read_to_string(folder.join(FILE_NAME)).unwrap();
            format!("seed {seed}, part {part}, {end:?}: {:?}\n{journal}", shop.books().log)
        };
        assert!(bill <= counted.to_f64() + 1e-9, "billed {bill}, counted {counted}, {}", log());
        if let Limit::Usd(limit) = limit {
            assert!(bill <= limit + 1e-9, "billed {bill} of {limit}, {}", log());
        }
    }
    shop.requests()
}

/// A line of which a kill lets only the beginning through: the request was not sent.
fn tear(folder: &Path, random: &mut fastrand::Rng) {
    let line = br#"{"sent":{"request":99999,"usd":0.5,"cases":["width.minimum.accept.lowest"]}}"#;
    let mut file = std::fs::OpenOptions::new().append(true).open(folder.join(FILE_NAME)).unwrap();
    file.write_all(&line[..random.usize(1..line.len())]).unwrap();
}

#[test]
fn the_true_bill_never_exceeds_the_limit_nor_the_reported_sum() {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let start = Instant::now();
    let world = World::new();
    let servers = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (next, requests) = (AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= 200 {
                        return;
                    }
                    let sent = history(&world, servers.handle(), seed);
                    requests.fetch_add(sent as u64, Ordering::Relaxed);
                }
            });
        }
    });
    let requests = requests.into_inner();
    println!("200 histories, {requests} requests, {:?}", start.elapsed());
    assert!(requests > 600, "{requests} requests tell nothing");
    servers.shutdown_background();
}

#[test]
#[cfg(unix)]
fn a_process_that_is_killed_or_interrupted_spends_no_more_than_the_limit() {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let servers = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let world = World::new();
    std::thread::scope(|scope| {
        for seed in 0..5 {
            let (world, servers) = (&world, servers.handle());
            scope.spawn(move || process(world, servers, seed));
        }
    });
    servers.shutdown_background();
}

/// A history with the program itself and real signals.
#[cfg(unix)]
fn process(world: &World, servers: &tokio::runtime::Handle, seed: u64) {
    let moods = vec![Mood::Honest, Mood::Honest, Mood::Hang, Mood::Refuse, Mood::Half];
    let costs = Costs::new(world.oracle.model());
    let (shop, url) = servers.block_on(Shop::open(costs, seed, moods));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let common = ["conformance", "--target", &url, "--max-cost", "1.5", "--report", path, "--search", "0"];
    let spec = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/tests/specs/gpt-image.json");
    let rest = [
        "--spec",
        spec,
        "--alone",
        "--case",
        "width.*",
        "--case",
        "height.*",
        "--timeout",
        "0.3",
        "--jobs",
        "3",
    ];
    for part in 0..3 {
        let again: &[&str] = if part == 0 { &["--seed", "7"] } else { &["--resume", path] };
        let mut process = std::process::Command::new(env!("CARGO_BIN_EXE_airspec"))
            .args([&common[..], &rest, again].concat())
            .env("RUNWARE_API_KEY", "sk-0123456789abcdef")
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let until = shop.requests() + 2 + usize::try_from(seed).unwrap();
        while part < 2 && shop.requests() < until && process.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(2));
        }
        match (part, (seed + part) % 2) {
            (0..2, 0) => process.kill().unwrap(),
            (0..2, _) => {
                for _ in 0..10 {
                    let id = process.id().to_string();
                    let _ = std::process::Command::new("kill").args(["-INT", &id]).output();
                }
            }
            _ => {}
        }
        process.wait().unwrap();
    }
    let report = std::fs::read(folder.path().join("report.json")).unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    let spent = report["summary"]["spent_usd"].as_f64().unwrap();
    let bill = shop.bill();
    assert!(bill > 0.0 && bill <= spent + 1e-9, "billed {bill}, reported {spent}");
    assert!(bill <= 1.5 + 1e-9, "billed {bill} of 1.5");
}
