//! Files of results: looked at where their download passes, or where the judge makes it.

use crate::support::{ID, Running, client, model, specs, task};
use crate::{mock, post};
use airspec_mock::Mock;
use airspec_traffic::proxy::{Recorder, Settings};
use airspec_traffic::read::{Layout, pieces};
use airspec_traffic::{Fetched, Fetcher, Fetching, Mask, Options, Scope, Unfetched, Watcher};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const KEY: &str = "k-0123456789";
/// Faults of files, and the behaviour that the suite finds each under.
const FAULTS: [(&str, &str); 6] = [
    ("answer:outputFormat.container:wrong", "outputFormat.container"),
    ("answer:outputFormat.container:disguised", "outputFormat.container"),
    ("answer:outputFormat.container:media", "outputFormat.container"),
    ("answer:outputFormat.container:ending", "outputFormat.container"),
    ("answer:width+height.size:wider", "width+height.size"),
    ("answer:width+height.size:turned", "width+height.size"),
];

/// Sends a task through the proxy and gives the link of its result.
async fn link(proxy: &Running, more: Value) -> String {
    let answer = post(&proxy.url, &json!([task(more)])).bearer_auth(KEY).send().await.unwrap();
    let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    let link = answer["data"][0]["imageURL"].as_str();
    link.unwrap_or_else(|| panic!("no link: {answer}")).to_owned()
}

/// Downloads what a link leads to by way of the proxy.
async fn download(proxy: &Running, server: &Mock, link: &str) -> Vec<u8> {
    let origin = |url: &str| url.trim_end_matches("/v1").to_owned();
    assert!(link.starts_with(&origin(&server.url())), "{link}");
    let near = link.replacen(&origin(&server.url()), &origin(&proxy.url), 1);
    let file = client().get(near).send().await.unwrap();
    assert_eq!(file.status(), 200, "{link}");
    file.bytes().await.unwrap().to_vec()
}

fn wrong(watcher: &Watcher) -> BTreeSet<String> {
    let records = watcher.summary().records(0, watcher.specs().model(0));
    let failing = records.into_iter().filter(|one| one.verdict == airspec_suite::oracle::Verdict::Fail);
    failing.map(|one| one.subject).collect()
}

fn fetcher(server: &Mock) -> Fetcher {
    Fetcher::new(Fetching { target: Some(server.url()), ..Fetching::default() }).unwrap()
}

fn watcher() -> Watcher {
    Watcher::new(specs(Scope::All), Options::default())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_file_is_found_where_it_passes_or_is_fetched_and_left_out_by_name_elsewhere() {
    let wide = || json!({"width": 1024, "height": 1536});
    for (fault, subject) in FAULTS {
        let server = mock(Some(fault)).await;
        let passing = Running::start(&server.url(), Settings::default(), None).await;
        let named = link(&passing, wide()).await;
        download(&passing, &server, &named).await;
        let judged = passing.finish().await.watcher;
        assert_eq!(wrong(&judged), BTreeSet::from([subject.to_owned()]), "{fault}");
        let count = judged.summary().files_of(0);
        assert_eq!((count.named, count.seen, count.wrong), (1, 1, 1), "{fault}");

        let elsewhere = Running::start(&server.url(), Settings::default(), None).await;
        link(&elsewhere, wide()).await;
        let judged = elsewhere.finish().await.watcher;
        assert!(wrong(&judged).is_empty(), "{fault}: {:?}", wrong(&judged));
        let (count, depends) = judged.summary().unseen(0, &model()).unwrap();
        assert_eq!((count, depends.contains(&subject.to_owned())), (1, true), "{fault}: {depends:?}");
        let records = judged.summary().records(0, judged.specs().model(0));
        let record = records.iter().find(|one| one.subject == subject).unwrap();
        assert_eq!(record.verdict, airspec_suite::oracle::Verdict::Skip, "{fault}");
        assert_eq!(record.detail, "the files of 1 results were not looked at", "{fault}");

        let (settings, fetcher) = (Settings::default(), Some(fetcher(&server)));
        let fetching = Running::fetching(&server.url(), settings, watcher(), None, fetcher, |_| {}).await;
        link(&fetching, wide()).await;
        let judged = fetching.finish().await.watcher;
        assert_eq!(wrong(&judged), BTreeSet::from([subject.to_owned()]), "{fault}, fetched");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_file_passes_unchanged_shows_its_behaviours_and_is_counted_once() {
    let server = mock(None).await;
    let proxy = Running::start(&server.url(), Settings::default(), None).await;
    let mut task = json!({"outputFormat": "PNG"});
    let named = link(&proxy, task.clone()).await;
    let direct = client().get(&named).send().await.unwrap().bytes().await.unwrap();
    for _ in 0..2 {
        assert_eq!(download(&proxy, &server, &named).await, direct);
    }
    // Files of the other forms stand in the answer.
    task["taskUUID"] = json!("5f0d1c1e-9a56-4c5e-8a39-6f1d2b7c9e00");
    for form in ["base64Data", "dataURI"] {
        task["outputType"] = json!(form);
        post(&proxy.url, &json!([crate::task(task.clone())])).bearer_auth(KEY).send().await.unwrap();
        task["taskUUID"] = json!("5f0d1c1e-9a56-4c5e-8a39-6f1d2b7c9e01");
    }
    let judged = proxy.finish().await.watcher;
    assert!(wrong(&judged).is_empty(), "{:?}", judged.summary().causes);
    let count = judged.summary().files_of(0);
    assert_eq!((count.named, count.seen, count.wrong), (3, 3, 0));
    assert_eq!(judged.summary().unseen(0, &model()), None);
    let records = judged.summary().records(0, judged.specs().model(0));
    for subject in ["outputFormat.container", "width+height.size"] {
        let record = records.iter().find(|one| one.subject == subject).unwrap();
        assert_eq!(record.verdict, airspec_suite::oracle::Verdict::Pass, "{subject}");
        assert_eq!(record.detail, "3 exchanges", "{subject}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_shows_bodies_has_the_files_and_a_masked_one_says_that_it_has_none() {
    let server = mock(Some("answer:width+height.size:taller")).await;
    let folder = tempfile::tempdir().unwrap();
    for (mask, name) in [(Mask::Off, "whole.jsonl"), (Mask::On, "masked.jsonl")] {
        let path = folder.path().join(name);
        let recorder = Recorder::open(&path, mask).unwrap();
        let proxy = Running::start(&server.url(), Settings::default(), Some(recorder)).await;
        let named = link(&proxy, json!({})).await;
        download(&proxy, &server, &named).await;
        proxy.finish().await;
        let text = std::fs::read_to_string(&path).unwrap();
        let mut again = watcher();
        pieces(text.as_bytes(), Layout::Lines, None, |piece| drop(again.take(&piece))).unwrap();
        let count = again.summary().files_of(0);
        match mask {
            Mask::Off => {
                assert_eq!(wrong(&again), BTreeSet::from(["width+height.size".to_owned()]));
                assert_eq!((count.named, count.seen), (1, 1));
            }
            Mask::On => {
                assert!(wrong(&again).is_empty() && !text.contains(&named), "{text}");
                assert_eq!((count.named, count.seen), (1, 0));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_link_is_in_what_is_told_of_a_file() {
    let server = mock(Some("answer:outputFormat.container:ending")).await;
    let proxy = Running::start(&server.url(), Settings::default(), None).await;
    let named = link(&proxy, json!({})).await;
    download(&proxy, &server, &named).await;
    let judged = proxy.finish().await.watcher;
    let name = named.rsplit('/').next().unwrap().split('.').next().unwrap().to_owned();
    let told = format!("{:?} {:?}", judged.summary().causes, judged.summary().records(0, &model()));
    assert!(told.contains("which does not end in .jpg") && !told.contains(&name), "{name}: {told}");
    assert!(!told.contains("lighthouse") && told.contains(ID), "{told}");
}

/// A server that answers each connection so, and then goes on as `more` says.
async fn server(head: &'static str, more: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/a.jpg", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut bytes = [0; 4096];
                let read = stream.read(&mut bytes).await.unwrap();
                let request = String::from_utf8_lossy(&bytes[..read]).to_ascii_lowercase();
                assert!(!request.contains("authorization") && !request.contains("cookie"), "{request}");
                let _ = stream.write_all(head.as_bytes()).await;
                while more == "endless" && stream.write_all(&[7; 4096]).await.is_ok() {}
                if more == "hang" {
                    std::future::pending::<()>().await;
                }
            });
        }
    });
    url
}

async fn fetch(fetching: Fetching, link: String) -> Result<(), Unfetched> {
    let fetcher = Fetcher::new(fetching).unwrap();
    let all = tokio::task::spawn_blocking(move || fetcher.all(vec![link]).unwrap()).await.unwrap();
    let [Fetched { file, .. }] = all.as_slice() else { panic!("{all:?}") };
    file.clone().map(|_| ())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fetch_has_limits_on_bytes_and_time_and_on_where_it_goes() {
    let limits = |target: Option<&str>, allow_private| Fetching {
        target: target.map(str::to_owned),
        allow_private,
        time: Some(Duration::from_millis(500)),
        bytes: Some(100_000),
        ..Fetching::default()
    };
    let near = Some("http://127.0.0.1:9/v1");
    let unknown = |reason: &str| Err(Unfetched::Unknown(reason.to_owned()));
    let started = Instant::now();
    for (head, more, expected) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc", "", Ok(())),
        ("HTTP/1.1 200 OK\r\n\r\n", "endless", unknown("it has more than 100000 bytes")),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n",
            "endless",
            unknown("it has more than 100000 bytes"),
        ),
        ("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc", "hang", unknown("it did not come in time")),
        ("", "hang", unknown("it did not come in time")),
    ] {
        let url = server(head, more).await;
        assert_eq!(fetch(limits(near, false), url).await, expected, "{head:?} {more}");
    }
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    // Of a record, a link may be over; of a server that runs, it may not.
    let gone = server("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", "").await;
    assert_eq!(fetch(limits(near, false), gone.clone()).await, Err(Unfetched::Refused(404)));
    assert_eq!(fetch(limits(None, true), gone).await, unknown("HTTP 404"));
    // Where links lead that are not followed; nothing is connected to.
    let moved =
        server("HTTP/1.1 302 Found\r\nlocation: http://10.0.0.1/\r\ncontent-length: 0\r\n\r\n", "").await;
    let far = Some("https://api.example.com/v1");
    for (target, allow_private, link) in [
        (far, false, "http://93.184.216.34/a.jpg"),
        (far, false, "http://127.0.0.1:9/a.jpg"),
        (far, false, "https://10.0.0.1/a.jpg"),
        (far, false, "https://169.254.169.254/latest"),
        (near, false, "http://93.184.216.34/a.jpg"),
        (near, false, "http://10.0.0.1/a.jpg"),
        (near, false, &*moved),
        (None, false, "http://127.0.0.1:9/a.jpg"),
        (None, true, "http://93.184.216.34/a.jpg"),
    ] {
        match fetch(limits(target, allow_private), link.to_owned()).await {
            Err(Unfetched::Unknown(reason)) if reason.starts_with("its link is not followed") => {}
            other => panic!("{target:?} {link}: {other:?}"),
        }
    }
}
