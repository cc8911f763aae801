//! Files arrive whole or not at all.

use crate::gpt_image::{OutputFormat, Request};
use crate::support::{KEY, Script, answer, answer_with, client, cut, quick, required, under};
use airspec_media::{Container, probe};
use airspec_models::client::{Class, Client, Error, Settings};
use std::path::Path;
use std::time::Duration;

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn an_image_is_saved_in_place_of_what_is_there() {
    let mock = under("").await;
    let client = client(&mock.url());
    let task = Request::builder(required()).output_format(OutputFormat::Png).build().unwrap();
    let link = client.run(&task).await.unwrap().results.remove(0).image_url.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("barn.png");
    std::fs::write(&path, "old").unwrap();
    let mut told = Vec::new();
    let size = client.save_with(&link, &path, |read, all| told.push((read, all))).await.unwrap();
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!((told.last(), bytes.len() as u64), (Some(&(size, Some(size))), size));
    let found = probe(&bytes).unwrap();
    assert_eq!((found.container, found.size()), (Container::Png, Some((64, 32))));
    assert_eq!(names(folder.path()), ["barn.png"], "nothing else is left");
    let mut download = client.download(&link).await.unwrap();
    assert_eq!((download.size(), download.media_type()), (Some(size), Some("image/png")));
    let mut read = Vec::new();
    while let Some(chunk) = download.chunk().await.unwrap() {
        read.extend(chunk);
    }
    assert_eq!(read, bytes);
}

#[tokio::test]
async fn a_file_that_is_cut_is_fetched_again_and_never_half_in_place() {
    let half = answer(200, "0123456789")[..60].to_vec();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let script = Script::start(vec![cut(), half.clone(), answer(503, ""), answer(200, "0123456789")]).await;
    assert_eq!(client("http://127.0.0.1:1/v1").save(&script.url, &path).await.unwrap(), 10);
    assert_eq!(std::fs::read(&path).unwrap(), b"0123456789");
    std::fs::write(&path, "old").unwrap();
    let script = Script::start(vec![half]).await;
    let error = client("http://127.0.0.1:1/v1").save(&script.url, &path).await.unwrap_err();
    assert!(
        matches!(&error, Error::Download(cause) if matches!(**cause, Error::ConnectionLost(_))),
        "{error}"
    );
    assert_eq!((script.heard().len(), error.may_be_billed(), error.is_retryable()), (4, false, true));
    assert!(error.is_download(), "{error}");
    assert_eq!(
        (std::fs::read(&path).unwrap(), names(folder.path())),
        (b"old".to_vec(), vec!["a".to_owned()])
    );
}

#[tokio::test]
async fn more_than_the_limit_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let chunked =
        b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n".to_vec();
    for bytes in [answer(200, "0123456789"), chunked] {
        let script = Script::start(vec![bytes]).await;
        let small = Client::new(KEY, quick("http://127.0.0.1:1/v1").file_limit(9)).unwrap();
        let error = small.save(&script.url, folder.path().join("a")).await.unwrap_err();
        assert!(error.to_string().contains("limit of 9 bytes") && script.heard().len() == 1, "{error}");
        assert!(!error.is_retryable() && !error.may_be_billed(), "{error}");
        let enough = Client::new(KEY, quick("http://127.0.0.1:1/v1").file_limit(10)).unwrap();
        assert_eq!(enough.save(&script.url, folder.path().join("b")).await.unwrap(), 10);
    }
    assert_eq!(names(folder.path()), ["b"]);
}

#[tokio::test]
async fn a_download_that_is_no_longer_waited_for_leaves_nothing() {
    let mut endless = answer(200, "");
    endless = String::from_utf8(endless).unwrap().replace("content-length: 0", "content-length: 1000").into();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        let mut open = Vec::new();
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            crate::support::read(&mut stream).await.unwrap();
            tokio::io::AsyncWriteExt::write_all(&mut stream, &endless).await.unwrap();
            open.push(stream);
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let client = client("http://127.0.0.1:1/v1");
    let saving = client.save(&url, &path);
    assert!(tokio::time::timeout(Duration::from_millis(300), saving).await.is_err());
    assert!(names(folder.path()).is_empty(), "{:?}", names(folder.path()));
    let impatient = quick("http://127.0.0.1:1/v1").timeout(Duration::from_millis(100)).retries(1);
    let error = Client::new(KEY, impatient).unwrap().save(&url, &path).await.unwrap_err();
    assert!(
        error.class() == Class::Timeout && !error.may_be_billed() && names(folder.path()).is_empty(),
        "{error}"
    );
    serving.abort();
}

#[tokio::test]
async fn what_is_no_file_is_told_without_the_query_of_its_address() {
    let client = client("http://127.0.0.1:1/v1");
    let script = Script::start(vec![answer(404, "gone")]).await;
    let error = client.download(&format!("{}?signature=hunter2", script.url)).await.unwrap_err();
    assert!(error.class() == Class::NotFound && !error.to_string().contains("hunter2"), "{error}");
    for address in ["", "image.jpg", "file:///etc/passwd", "data:,x"] {
        let error = client.download(address).await.unwrap_err();
        assert!(matches!(error, Error::File { status: None, .. }), "{address}: {error}");
    }
    let folder = tempfile::tempdir().unwrap();
    let script = Script::start(vec![answer(200, "x")]).await;
    let error = client.save(&script.url, folder.path().join("no/such/folder")).await.unwrap_err();
    assert!(matches!(error, Error::Write { .. }) && error.class() == Class::Local, "{error}");
}

#[tokio::test]
async fn a_file_may_be_elsewhere_but_not_for_ever() {
    let file = Script::start(vec![answer(200, "0123456789")]).await;
    let moved = Script::start(vec![answer_with(302, &format!("location: {}\r\n", file.url), "")]).await;
    let circle = Script::start(vec![answer_with(302, "location: /v1\r\n", "")]).await;
    let client = client("http://127.0.0.1:1/v1");
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(client.save(&moved.url, folder.path().join("a")).await.unwrap(), 10);
    let error = client.save(&circle.url, folder.path().join("b")).await.unwrap_err();
    assert!(error.to_string().contains("too many redirects"), "{error}");
}

#[tokio::test]
async fn an_empty_file_replaces_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    std::fs::write(&path, "old").unwrap();
    let chunked = b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n".to_vec();
    let until_closed = b"HTTP/1.1 200 X\r\nconnection: close\r\n\r\n".to_vec();
    for empty in [answer(200, ""), chunked, until_closed] {
        let script = Script::start(vec![empty]).await;
        let error = client("http://127.0.0.1:1/v1").save(&script.url, &path).await.unwrap_err();
        assert!(error.to_string().contains("empty") && script.heard().len() == 4, "{error}");
        assert_eq!(
            (std::fs::read(&path).unwrap(), names(folder.path())),
            (b"old".to_vec(), vec!["a".to_owned()])
        );
    }
    let script = Script::start(vec![answer(200, ""), answer(200, "new")]).await;
    assert_eq!(client("http://127.0.0.1:1/v1").save(&script.url, &path).await.unwrap(), 3);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_is_never_written_through_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (folder.path().join("a"), folder.path().join("other"));
    std::fs::write(&other, "mine").unwrap();
    std::os::unix::fs::symlink(&other, &path).unwrap();
    let script = Script::start(vec![answer(200, "0123456789")]).await;
    client("http://127.0.0.1:1/v1").save(&script.url, &path).await.unwrap();
    assert_eq!(std::fs::read(&other).unwrap(), b"mine");
    assert!(std::fs::symlink_metadata(&path).unwrap().is_file(), "the link itself was replaced");
    assert_eq!(names(folder.path()), ["a", "other"]);
}

/// A client of a service on another machine, which is never asked.
fn far() -> Settings {
    quick("https://api.example/v1").retries(0)
}

#[tokio::test]
async fn a_service_elsewhere_does_not_send_the_client_to_this_machine() {
    let here = Script::start(vec![answer(200, "secret of this machine")]).await;
    let port = here.url.rsplit(':').next().unwrap();
    let guarded = Client::new(KEY, far()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for host in [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "127.1",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "[fe80::1]",
        "[fd00::1]",
        "224.0.0.1",
        "LOCALHOST.",
        "metadata.google.internal",
    ] {
        let link = format!("http://{host}:{port}");
        let error = guarded.save(&link, folder.path().join("a")).await.unwrap_err();
        assert!(matches!(error, Error::File { status: None, .. }), "{link}: {error}");
        assert!(error.to_string().contains("allow_private") && !error.may_be_billed(), "{link}: {error}");
        assert!(guarded.download(&link.replace("http:", "https:")).await.is_err());
    }
    assert!(here.heard().is_empty() && names(folder.path()).is_empty());
    let allowed = Client::new(KEY, far().allow_private(true)).unwrap();
    assert_eq!(allowed.save(&here.url, folder.path().join("a")).await.unwrap(), 22);
    assert!(!here.heard()[0].to_lowercase().contains("authorization"));
}

#[tokio::test]
async fn a_redirect_of_a_service_elsewhere_does_not_lead_to_this_machine_either() {
    let here = Script::start(vec![answer(200, "secret of this machine")]).await;
    // The way to the internet, and so to any name: a proxy, which itself may be here.
    for target in
        [here.url.clone(), here.url.replace("127.0.0.1", "localhost"), "http://[::ffff:a00:1]/".to_owned()]
    {
        for status in [301, 302, 303, 307, 308] {
            let moved = answer_with(status, &format!("location: {target}\r\n"), "");
            let again = answer_with(302, "location: http://files.example/b?token=2\r\n", "");
            let proxy = Script::start(vec![again, moved, answer(200, "not asked for")]).await;
            let settings = far().proxy(proxy.url.trim_end_matches("/v1"));
            let client = Client::new(KEY, settings).unwrap();
            let error = client.download("http://files.example/a?token=1").await.unwrap_err();
            assert!(error.to_string().contains("allow_private"), "{status} {target}: {error}");
            assert_eq!(proxy.heard().len(), 2, "the file and its first redirect");
            assert!(
                proxy.heard().iter().all(|text| !text.to_lowercase().contains("referer")),
                "{:?}",
                proxy.heard()
            );
        }
    }
    assert!(here.heard().is_empty());
}

#[tokio::test]
async fn a_file_that_is_not_there_yet_is_asked_for_again_and_a_part_of_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let part = |range: &str| answer_with(206, &format!("content-range: {range}\r\n"), "0123");
    for (answers, expected) in [
        (vec![answer(404, ""), answer(200, "0123")], Ok(4)),
        (vec![answer(206, "0123")], Ok(4)),
        (vec![part("bytes 0-3/4")], Ok(4)),
        (vec![part("bytes 0-3/9")], Err(Some(206))),
        (vec![part("bytes 4-7/8")], Err(Some(206))),
    ] {
        let script = Script::start(answers).await;
        let saved = client("http://127.0.0.1:1/v1").save(&script.url, folder.path().join("a")).await;
        assert_eq!(saved.map_err(|error| error.status()), expected);
    }
}
