//! A server that closes the connection at every possible point. No task is sent twice unless the first one is known to
//! be refused, and every task that the server finished is handed on or reported as possibly billed.
#![cfg(feature = "blocking")]

#[allow(dead_code)] // each test binary uses its part
mod support;

use airspec_models::Uuid;
use airspec_models::client::blocking::Client;
use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use support::{answer, client, head_and_body, quick, read, task_of};

const POLL: &str = "getResponse";
const FILE: &[u8] = b"the bytes of the file";

/// What the server does with one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Point {
    /// Closes it without reading, or after the first bytes.
    Unread(usize),
    /// Reads the request, does nothing and closes it.
    Ignored,
    /// Refuses the request for the moment: HTTP 429.
    Refused,
    /// Fails after it did what was asked: HTTP 503.
    Failed,
    /// Does what is asked, and closes after so many bytes of the answer.
    Cut(usize),
    /// Does what is asked, and answers.
    Whole,
}

/// What the server knows of a task.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// How often it was sent, and how often it was refused.
    posts: usize,
    refusals: usize,
    is_taken: bool,
    polls: usize,
}

#[derive(Default)]
struct State {
    tasks: HashMap<String, Known>,
    /// The points of the next connections. Afterwards everything is answered.
    points: Vec<Point>,
}

#[derive(Clone, Default)]
struct Service(Arc<Mutex<State>>);

impl Service {
    fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let service = self.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let _ = service.serve(stream.unwrap());
            }
        });
        url
    }

    fn serve(&self, mut stream: TcpStream) -> Option<()> {
        let point = self.0.lock().unwrap().points.pop().unwrap_or(Point::Whole);
        if let Point::Unread(bytes) = point {
            let _ = stream.read(&mut vec![0; bytes]);
            return None;
        }
        let request = read(&mut stream)?;
        let (status, body) = self.answer(&request, point)?;
        let bytes = answer(status, "", &body, body.len());
        let end = if let Point::Cut(end) = point { end.min(bytes.len()) } else { bytes.len() };
        stream.write_all(&bytes[..end]).ok()
    }

    fn answer(&self, request: &str, point: Point) -> Option<(u16, Vec<u8>)> {
        let (head, body) = head_and_body(request);
        if head.starts_with("GET") {
            return (point != Point::Ignored).then(|| (200, FILE.to_vec()));
        }
        let task: serde_json::Value = serde_json::from_str(body).unwrap();
        let uuid = task[0]["taskUUID"].as_str().unwrap().to_owned();
        let mut state = self.0.lock().unwrap();
        let known = state.tasks.entry(uuid.clone()).or_default();
        let is_poll = task[0]["taskType"] == POLL;
        known.posts += usize::from(!is_poll);
        match point {
            Point::Ignored => return None,
            Point::Refused => {
                known.refusals += usize::from(!is_poll);
                return Some((429, Vec::new()));
            }
            _ => {}
        }
        let result = format!(
            r#"{{"taskType":"imageInference","taskUUID":"{uuid}","imageUUID":"7f4e4a6e-9a3c-4d6c-8a64-000000000001","imageURL":"u"}}"#
        );
        let status = if point == Point::Failed { 503 } else { 200 };
        let is_deferred = task[0]["deliveryMethod"] == "async";
        let items = if !is_poll {
            known.is_taken = true;
            known.polls = if is_deferred { 0 } else { usize::MAX };
            if is_deferred {
                format!(r#"{{"taskType":"imageInference","taskUUID":"{uuid}"}}"#)
            } else {
                result
            }
        } else if !known.is_taken {
            let error = format!(r#"{{"code":"taskNotFound","message":"No.","taskUUID":"{uuid}"}}"#);
            return Some((404, format!(r#"{{"data":[],"errors":[{error}]}}"#).into_bytes()));
        } else if known.polls == usize::MAX {
            // Nothing to poll after an immediate task.
            String::new()
        } else {
            known.polls += 1;
            let status = if known.polls < 2 { "processing" } else { "success" };
            result.replacen('{', &format!(r#"{{"status":"{status}","#), 1)
        };
        if status == 503 {
            return Some((503, b"<html>Bad gateway</html>".to_vec()));
        }
        Some((status, format!(r#"{{"data":[{items}]}}"#).into_bytes()))
    }

    /// Runs a task against these points. Panics if the task was sent twice, or is lost.
    fn run(&self, client: &Client, is_deferred: bool, points: &[Point]) -> bool {
        self.0.lock().unwrap().points = points.iter().rev().copied().collect();
        let task = task_of(Uuid::new_v4(), is_deferred, 1);
        let outcome = client.run(&task);
        let told = format!("{points:?} deferred {is_deferred}: {outcome:?}");
        let known = self.0.lock().unwrap().tasks.get(task.task_uuid.as_str()).copied().unwrap_or_default();
        assert!(known.posts <= known.refusals + 1, "sent twice: {known:?} {told}");
        match outcome {
            Ok(done) => {
                assert!(known.is_taken && done.results.len() == 1 && done.shortfall.is_none(), "{told}");
            }
            Err(error) => {
                assert!(error.may_be_billed() || !known.is_taken, "lost: {told}");
                assert!(!(error.may_be_billed() && error.is_retryable()), "{told}");
                return false;
            }
        }
        true
    }
}

fn start() -> (Service, Client, String) {
    let service = Service::default();
    let url = service.start();
    let client = client(quick(&format!("{url}/v1")).pace(0.0).retries(2));
    (service, client, url)
}

#[test]
fn at_every_point_of_submit_and_poll_no_task_is_lost_or_sent_twice() {
    let (service, client, _) = start();
    let mut results = 0;
    for is_deferred in [false, true] {
        for before in 0..if is_deferred { 3 } else { 1 } {
            let run = |point| {
                let points: Vec<Point> = (0..before).map(|_| Point::Whole).chain([point]).collect();
                usize::from(service.run(&client, is_deferred, &points))
            };
            results += run(Point::Ignored) + run(Point::Refused) + run(Point::Failed);
            results += (0..300).step_by(60).map(|end| run(Point::Unread(end))).sum::<usize>();
            results += (0..330).map(|end| run(Point::Cut(end))).sum::<usize>();
        }
    }
    // All of the deferred tasks but those that the service did not take.
    assert!(results > 990, "{results}");
}

#[test]
fn at_every_point_of_a_download_the_file_is_whole_or_not_there() {
    let (service, client, url) = start();
    let folder = std::env::temp_dir().join(format!("airspec-{}", Uuid::new_v4()));
    std::fs::create_dir(&folder).unwrap();
    let path = folder.join("file.jpg");
    for end in 0..110 {
        service.0.lock().unwrap().points = vec![Point::Cut(end)];
        client.save(&format!("{url}/file.jpg"), &path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), FILE);
        std::fs::remove_file(&path).unwrap();
        service.0.lock().unwrap().points = vec![Point::Cut(end.min(60)); 3];
        let error = client.save(&format!("{url}/file.jpg"), &path).unwrap_err();
        assert!(error.is_download() && error.is_retryable() && !error.may_be_billed(), "{error}");
        assert!(error.to_string().contains(&url), "{error}");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    }
    std::fs::remove_dir(&folder).unwrap();
}

#[test]
fn in_a_thousand_random_runs_no_task_is_lost_or_sent_twice() {
    let seed =
        std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    println!("SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let (service, client, _) = start();
    let mut results = 0;
    for _ in 0..1000 {
        let points: Vec<Point> = (0..random.usize(..6))
            .map(|_| match random.u8(..7) {
                0 => Point::Unread(random.usize(..200)),
                1 => Point::Ignored,
                2 => Point::Refused,
                3 => Point::Failed,
                4 | 5 => Point::Cut(random.usize(..330)),
                _ => Point::Whole,
            })
            .collect();
        results += usize::from(service.run(&client, random.bool(), &points));
    }
    assert!((300..1000).contains(&results), "{results} results with SEED={seed}");
}
