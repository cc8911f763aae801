//! Servers that misbehave on the wire: each gives a finding within the time-out, and none a hang or a crash.

use super::client::Client;
use super::{Limit, Record, Response, Run, RunError, Secret, Settings, Target, run};
use crate::case::{Case, Expect};
use crate::oracle::fixture::{ID, case, model, task};
use crate::oracle::{Oracle, Skip, Verdict};
use airspec_spec::Level;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What a server does with a connection once it has read some of the request.
#[derive(Clone, Copy, Debug)]
enum Manner {
    Hang,
    Reset,
    Close,
    NotHttp,
    /// HTTP with this status and body.
    Say(u16, &'static [u8]),
    /// The same with a `Retry-After`.
    Ask(u16, &'static str),
    /// Ten megabytes that are no JSON.
    Garbage,
    /// Bytes for as long as someone reads.
    Endless,
    /// A byte now and then.
    Trickle,
    /// Less than was promised.
    CutOff,
    /// Headers without end.
    Headers,
}

async fn behave(mut stream: TcpStream, manner: Manner) -> std::io::Result<()> {
    let mut request = [0; 1024];
    let _ = stream.read(&mut request).await?;
    let head = |length: usize| format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
    match manner {
        Manner::Hang => tokio::time::sleep(Duration::from_secs(60)).await,
        // Unread bytes make closing a reset.
        Manner::Reset => stream.set_zero_linger()?,
        Manner::Close => {}
        Manner::NotHttp => stream.write_all(b"SSH-2.0-OpenSSH_9.9\r\n").await?,
        Manner::Say(status, body) => {
            let head =
                format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            stream.write_all(&[head.as_bytes(), body].concat()).await?;
            stream.shutdown().await?;
        }
        Manner::Ask(status, pause) => {
            let head = format!(
                "HTTP/1.1 {status} X\r\nretry-after: {pause}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).await?;
            stream.shutdown().await?;
        }
        Manner::Garbage => {
            stream.write_all(head(10 << 20).as_bytes()).await?;
            stream.write_all(&vec![b'#'; 10 << 20]).await?;
        }
        Manner::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
            loop {
                stream.write_all(&[b'['; 8192]).await?;
            }
        }
        Manner::Trickle => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
            loop {
                stream.write_all(b" ").await?;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Manner::CutOff => stream.write_all(&[head(100).as_bytes(), b"{\"data\":"].concat()).await?,
        Manner::Headers => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
            loop {
                stream.write_all(format!("x: {}\r\n", "y".repeat(8000)).as_bytes()).await?;
            }
        }
    }
    Ok(())
}

/// A server whose connections go by these manners, in turn, the last one for good.
async fn server(manners: &'static [Manner]) -> String {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let turn = AtomicUsize::new(0);
    tokio::spawn(async move {
        while let Ok((stream, _)) = socket.accept().await {
            let manner = manners[turn.fetch_add(1, Ordering::Relaxed).min(manners.len() - 1)];
            tokio::spawn(behave(stream, manner));
        }
    });
    format!("http://{address}/v1")
}

fn cases(count: usize) -> Vec<Case> {
    let accept = |_| case("wide.maximum", "wide", Level::Badge, Expect::Accept, json!([task(json!({}))]));
    let mut cases: Vec<Case> = (0..count).map(accept).collect();
    let refused = Expect::Reject(vec!["wide.maximum".to_owned()]);
    cases.push(case("wide.maximum", "wide", Level::Badge, refused, json!([task(json!({"wide": 80}))])));
    cases
}

fn settings() -> Settings {
    Settings {
        timeout: Duration::from_millis(400),
        body_limit: 1 << 20,
        pace: 0.01,
        callback: Duration::from_millis(50),
        ..Settings::default()
    }
}

async fn send(url: &str, cases: &[Case], settings: Settings) -> Result<Run, RunError> {
    let oracle = oracle();
    let target = Target::new(url, Some(Secret::new("very-secret")), Limit::Loopback).unwrap();
    let started = Instant::now();
    let run = run(oracle, cases, &target, &settings, |_| {}, std::future::pending()).await;
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    run
}

async fn records(manners: &'static [Manner]) -> Vec<Record> {
    send(&server(manners).await, &cases(1), settings()).await.unwrap().records
}

fn oracle() -> Arc<Oracle> {
    Arc::new(Oracle::new(&model()).unwrap())
}

#[tokio::test]
async fn whatever_a_server_does_has_a_verdict() {
    let silent = ["no complete answer", "broke off"];
    for (manners, words) in [
        (&[Manner::Hang][..], "no complete answer within 0.4 s"),
        (&[Manner::Reset], "broke off"),
        (&[Manner::Close], "broke off"),
        (&[Manner::NotHttp], "broke off"),
        (&[Manner::Garbage], "larger than 1048576 bytes"),
        (&[Manner::Endless], "larger than 1048576 bytes"),
        (&[Manner::Trickle], "no complete answer within 0.4 s"),
        (&[Manner::CutOff], "broke off"),
        (&[Manner::Headers], "broke off"),
        (&[Manner::Say(200, b"<!doctype html><p>Welcome")], "no JSON"),
        (&[Manner::Say(200, b"\xC3\x28 \xFF")], "not UTF-8 at byte 0"),
        (&[Manner::Say(200, b"")], "nothing but white space"),
        (&[Manner::Say(204, b"")], "nothing but white space"),
        (&[Manner::Say(502, b"Bad Gateway")], "HTTP 502"),
    ] {
        for record in records(manners).await {
            let expected = if silent.iter().any(|silent| words.starts_with(silent)) {
                Verdict::NoAnswer
            } else {
                Verdict::Fail
            };
            assert_eq!(record.verdict, expected, "{manners:?}: {}", record.detail);
            assert!(record.detail.contains(words), "{manners:?}: {}", record.detail);
        }
    }
}

#[tokio::test]
async fn a_body_of_deep_brackets_is_no_crash() {
    const DEEP: &[u8] = &[b'['; 200_000];
    let records = records(&[Manner::Say(200, DEEP)]).await;
    assert!(records.iter().all(|record| record.verdict == Verdict::Fail));
}

#[tokio::test]
async fn a_server_that_never_answers_is_left_alone_after_a_while() {
    let run = send(&server(&[Manner::Hang]).await, &cases(40), settings()).await.unwrap();
    assert!(
        run.ended.as_ref().unwrap().contains("8 requests in a row without a usable answer"),
        "{:?}",
        run.ended
    );
    let count = |verdict| run.records.iter().filter(|record| record.verdict == verdict).count();
    assert_eq!(run.records.len(), 41);
    let (silent, skipped) = (count(Verdict::NoAnswer), count(Verdict::Skip));
    assert!(silent >= 2 && silent + skipped == 41 && skipped >= 20, "{silent} without an answer");
}

#[tokio::test]
async fn a_target_that_turns_everything_away_cannot_be_judged() {
    for status in [301, 302, 303, 307, 308, 401, 402, 404, 405, 429] {
        let say: &'static [Manner] = Box::leak(Box::new([Manner::Say(status, b"{\"errors\":[]}")]));
        let error = send(&server(say).await, &cases(40), settings()).await.unwrap_err();
        assert!(error.to_string().contains(&format!("answers HTTP {status} to everything")), "{error}");
        let error = send(&server(say).await, &cases(0), settings()).await.unwrap_err();
        assert!(matches!(error, RunError::TurnedAway { .. }), "one case is everything, too");
    }
}

#[tokio::test]
async fn one_refusal_of_the_key_is_a_finding_and_not_the_end() {
    let say = &[Manner::Say(200, b"{\"data\":[]}"), Manner::Say(401, b"{\"errors\":[]}")];
    let run = send(&server(say).await, &cases(40), settings()).await.unwrap();
    assert!(run.records.iter().all(|record| record.verdict == Verdict::Fail));
}

#[tokio::test]
async fn a_task_whose_id_an_earlier_run_took_is_sent_with_another_one() {
    let taken = br#"{"errors":[{"code":"conflictTicket","message":"taken","parameter":"ticket"}]}"#;
    let body = br#"{"data":[{"thing":"a","fileURL":"http://127.0.0.1:1/a.jpg"}]}"#;
    let say: &'static [Manner] = Box::leak(Box::new([Manner::Say(400, taken), Manner::Say(200, body)]));
    let run = send(&server(say).await, &cases(1)[..1], settings()).await.unwrap();
    let id = |body: &serde_json::Value| body[0]["ticket"].as_str().unwrap().to_owned();
    let sent = run.records[0].request.as_ref().unwrap().whole.as_deref().unwrap();
    assert_ne!(id(&serde_json::from_str(sent).unwrap()), id(&cases(1)[0].body));
    let always: &'static [Manner] = Box::leak(Box::new([Manner::Say(400, taken)]));
    let run = send(&server(always).await, &cases(1)[..1], settings()).await.unwrap();
    assert_eq!(run.records[0].verdict, Verdict::Fail);
    assert_eq!(run.requests, 2, "once more, and no more");
}

#[tokio::test]
async fn a_request_that_came_too_fast_is_sent_again() {
    let body = br#"{"data":[{"ticket":"1b4e28ba-2fa1-41d2-883f-0016d3cca427","thing":"a","fileURL":"http://127.0.0.1:1/a.jpg"}]}"#;
    assert!(String::from_utf8_lossy(body).contains(ID));
    let say: &'static [Manner] =
        Box::leak(Box::new([Manner::Say(429, b""), Manner::Say(429, b""), Manner::Say(200, body)]));
    let run = send(&server(say).await, &cases(1)[..1], settings()).await.unwrap();
    assert_eq!(run.records[0].verdict, Verdict::Pass, "{}", run.records[0].detail);
    assert_eq!(run.requests, 3);
}

#[tokio::test]
async fn a_pause_that_a_server_asks_for_is_kept_unless_it_is_too_long() {
    let body = br#"{"data":[{"ticket":"1b4e28ba-2fa1-41d2-883f-0016d3cca427","thing":"a","fileURL":"http://127.0.0.1:1/a.jpg"}]}"#;
    let patient = Settings { timeout: Duration::from_secs(2), ..settings() };
    for status in [429, 503] {
        let say: &'static [Manner] = Box::leak(Box::new([Manner::Ask(status, "1"), Manner::Say(200, body)]));
        let start = Instant::now();
        let run = send(&server(say).await, &cases(1)[..1], patient.clone()).await.unwrap();
        assert_eq!(run.records[0].verdict, Verdict::Pass, "{}", run.records[0].detail);
        assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
        assert_eq!(run.requests, 2);
    }
    // Nobody waits for an hour: the answer stands as it is.
    let say: &'static [Manner] = &[Manner::Ask(503, "3600"), Manner::Say(200, b"{}")];
    let run = send(&server(say).await, &cases(1)[..1], patient).await.unwrap();
    assert_eq!((run.records[0].verdict, run.requests), (Verdict::Fail, 1));
}

#[tokio::test]
async fn a_lost_answer_is_tried_again_unless_it_would_be_billed_twice() {
    let body = br#"{"data":[{"ticket":"1b4e28ba-2fa1-41d2-883f-0016d3cca427","thing":"a","fileURL":"http://127.0.0.1:1/a.jpg"}]}"#;
    let taken = Manner::Say(200, body);
    for lost in [Manner::Hang, Manner::Close, Manner::Reset, Manner::Say(502, b""), Manner::Say(504, b"")] {
        let twice: &'static [Manner] = Box::leak(Box::new([taken, lost, lost, taken]));
        let run = send(&server(twice).await, &cases(2)[..2], settings()).await.unwrap();
        assert_eq!((run.records[1].verdict, run.requests), (Verdict::Pass, 4), "{lost:?}");
        let run = spend(&server(twice).await, &cases(2)[..2], Limit::Usd(9.0), &settings()).await;
        let is_silent = !matches!(lost, Manner::Say(..));
        let verdict = if is_silent { Verdict::NoAnswer } else { Verdict::Fail };
        assert_eq!((run.records[1].verdict, run.requests), (verdict, 2), "{lost:?}");
    }
}

#[tokio::test]
async fn a_target_that_hangs_from_the_first_is_asked_twice_and_one_that_is_not_there_once() {
    let hang: &'static [Manner] = &[Manner::Hang];
    let run = send(&server(hang).await, &cases(0), settings()).await.unwrap();
    assert_eq!(run.requests, 2);
    let start = Instant::now();
    let patient = Settings { pace: 1.0, ..settings() };
    assert!(send("http://127.0.0.1:1/v1", &cases(0), patient).await.is_err());
    assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
}

#[tokio::test]
async fn pauses_that_were_kept_are_counted() {
    let body = br#"{"data":[{"ticket":"1b4e28ba-2fa1-41d2-883f-0016d3cca427","thing":"a","fileURL":"http://127.0.0.1:1/a.jpg"}]}"#;
    let say: &'static [Manner] =
        Box::leak(Box::new([Manner::Ask(429, "1"), Manner::Ask(503, "0"), Manner::Say(200, body)]));
    let patient = Settings { timeout: Duration::from_secs(2), ..settings() };
    let run = send(&server(say).await, &cases(1)[..1], patient).await.unwrap();
    assert_eq!(run.records[0].verdict, Verdict::Pass, "{}", run.records[0].detail);
    assert_eq!((run.throttled.answers, run.throttled.waited), (2, Duration::from_secs(1)));
}

#[tokio::test]
async fn a_download_is_tried_again_and_tells_a_bad_link_from_a_lost_answer() {
    let image = Manner::Say(200, b"no image, but a file");
    for (manners, is_there, is_lost) in [
        (&[image][..], true, false),
        (&[Manner::Say(502, b""), Manner::Close, image], true, false),
        (&[Manner::Ask(429, "0"), Manner::Ask(503, "0"), image], true, false),
        (&[Manner::Say(503, b"")], false, true),
        (&[Manner::Close], false, true),
        (&[Manner::Hang], false, true),
        (&[Manner::Say(404, b"")], false, false),
        (&[Manner::Say(500, b""), image], false, false),
    ] {
        let url = server(Box::leak(manners.into())).await;
        let client = Client::new(&oracle(), target(&url, Limit::Loopback), settings()).unwrap();
        let file = client.download(&url).await;
        assert_eq!((file.content.is_ok(), file.is_lost), (is_there, is_lost), "{manners:?}: {file:?}");
    }
    // Nothing listens there: a bad link, unless it is the target itself.
    let away = "http://127.0.0.1:1/a.jpg";
    for (at, is_lost) in [("http://127.0.0.1:2/v1", false), ("http://127.0.0.1:1/v1", true)] {
        let client = Client::new(&oracle(), target(at, Limit::Loopback), settings()).unwrap();
        assert_eq!(client.download(away).await.is_lost, is_lost, "{at}");
    }
}

#[tokio::test]
async fn nobody_there_is_told_at_once() {
    let error = send("http://127.0.0.1:1/v1", &cases(40), settings()).await.unwrap_err();
    assert!(matches!(error, RunError::Unreachable { .. }), "{error}");
    assert_eq!(error.to_string().lines().count(), 1);
}

#[tokio::test]
async fn a_run_that_is_stopped_keeps_what_it_has() {
    let oracle = oracle();
    let target =
        Target::new(&server(&[Manner::Say(200, b"{}"), Manner::Hang]).await, None, Limit::Loopback).unwrap();
    let settings = Settings { timeout: Duration::from_secs(60), ..settings() };
    let stop = tokio::time::sleep(Duration::from_millis(300));
    let run = run(oracle, &cases(3), &target, &settings, |_| {}, stop).await.unwrap();
    assert!(run.interrupted);
    assert_eq!(run.records.len(), 1);
}

#[tokio::test]
async fn a_key_that_a_server_repeats_is_not_kept() {
    let say = &[Manner::Say(400, br#"{"errors":[{"code":"very-secret","message":"Bearer very-secret"}]}"#)];
    let run = send(&server(say).await, &cases(1), settings()).await.unwrap();
    let text = format!("{:?}", run.records);
    assert!(!text.contains("very-secret") && text.contains("[redacted]"), "{text}");
    assert!(matches!(&run.records[0].response, Some(Response::Answer { status: 400, .. })));
}

fn target(url: &str, limit: Limit) -> Target {
    Target::new(url, None, limit).unwrap()
}

async fn spend(url: &str, cases: &[Case], limit: Limit, settings: &Settings) -> Run {
    let oracle = oracle();
    run(oracle, cases, &target(url, limit), settings, |_| {}, std::future::pending()).await.unwrap()
}

/// What a task of these cases may cost: the spec names no price.
const BOUND: f64 = 0.07;

#[tokio::test]
async fn a_target_that_answers_once_and_is_away_then_is_given_up() {
    let refused: &[u8] = br#"{"errors":[{"code":"invalidWide","message":"no"}]}"#;
    let first = Manner::Say(400, Box::leak(refused.into()));
    for manner in [Manner::Hang, Manner::Close, Manner::Say(503, b""), Manner::Ask(503, "0")] {
        let manners: &'static [Manner] = Box::leak(Box::new([first, manner]));
        let settings = Settings { timeout: Duration::from_millis(100), ..settings() };
        let run = send(&server(manners).await, &cases(300), settings).await.unwrap();
        assert!(run.ended.is_some() && !run.interrupted, "{manner:?}");
        assert_eq!(run.records.len(), 301, "{manner:?}");
        assert!(run.requests < 60, "{manner:?}: {} requests", run.requests);
        let last = run.records.last().unwrap();
        assert_eq!(last.verdict, Verdict::Skip);
        assert!(last.detail.contains("8 requests in a row"), "{}", last.detail);
    }
}

#[tokio::test]
async fn a_run_ends_at_its_deadline_and_tells_what_was_not_tried() {
    let say: &'static [Manner] = &[Manner::Say(200, b"{}"), Manner::Say(200, b"{}"), Manner::Hang];
    let settings = Settings {
        timeout: Duration::from_secs(30),
        deadline: Some(super::Deadline::after(Duration::from_millis(300))),
        ..settings()
    };
    let run = send(&server(say).await, &cases(40), settings).await.unwrap();
    assert_eq!(run.records.len(), 41);
    assert!(run.ended.as_ref().unwrap().contains("deadline of 0.3 s"), "{:?}", run.ended);
    let skipped = run.records.iter().filter(|record| record.verdict == Verdict::Skip);
    assert_eq!(skipped.filter(|record| record.detail.contains("deadline")).count(), 39);
}

#[tokio::test]
async fn what_is_under_way_when_a_run_is_stopped_counts_in_full() {
    let oracle = oracle();
    let url = server(&[Manner::Say(200, b"{}"), Manner::Hang]).await;
    let settings = Settings { timeout: Duration::from_secs(60), jobs: 3, ..settings() };
    let stop = tokio::time::sleep(Duration::from_millis(300));
    let target = target(&url, Limit::Usd(10.0));
    let run = run(oracle, &cases(9), &target, &settings, |_| {}, stop).await.unwrap();
    assert!(run.interrupted && run.requests == 4, "{}", run.requests);
    assert!((run.spent.to_f64() - 4.0 * BOUND).abs() < 1e-9, "{}", run.spent);
    assert!(run.remarks.iter().any(|remark| remark.starts_with("3 requests ended without an answer")));
}

#[tokio::test]
async fn every_attempt_of_a_request_is_reserved_by_itself() {
    let url = server(&[Manner::Ask(503, "0")]).await;
    let run = spend(&url, &cases(1)[..1], Limit::Usd(2.5 * BOUND), &settings()).await;
    assert_eq!(run.requests, 2, "a third might have cost too much");
    assert!((run.spent.to_f64() - 2.0 * BOUND).abs() < 1e-9, "{}", run.spent);
}

#[tokio::test]
async fn five_acceptances_end_a_free_run_whatever_they_cost_and_lost_answers_do_not() {
    let free: &[u8] = br#"{"data":[{"thing":"a","cost":0}]}"#;
    let free = Manner::Say(200, Box::leak(free.into()));
    for (manner, words) in
        [(free, "HTTP 200 with a result"), (Manner::Say(504, b""), "HTTP 504 that is no refusal")]
    {
        let url = server(Box::leak(Box::new([manner]))).await;
        let settings = Settings { jobs: 1, ..settings() };
        let run = spend(&url, &cases(9), Limit::Free, &settings).await;
        assert_eq!(run.requests, 5, "{manner:?}");
        let last = &run.records[9];
        assert!(last.detail.contains(words), "{}", last.detail);
        assert_eq!((last.verdict, last.skip), (Verdict::Skip, Some(Skip::NotTried)));
        assert!((run.spent.to_f64() - 5.0 * BOUND).abs() < 1e-9, "{manner:?}: {}", run.spent);
    }
    let (url, settings) = (server(&[Manner::Close]).await, Settings { jobs: 1, ..settings() });
    let run = spend(&url, &cases(4), Limit::Free, &settings).await;
    assert_eq!(run.requests, 5, "what may be billed is not tried again");
    assert!(run.records.iter().all(|record| !record.detail.contains("did not refuse")));
    assert!((run.spent.to_f64() - 5.0 * BOUND).abs() < 1e-9, "{}", run.spent);
}
