//! How the client connects: with the caller's HTTP client, through proxies of the environment, with compressed answers,
//! and without a crypto provider for the whole process.

use crate::support::{KEY, Script, answer, answer_with, client, quick, result, task};
use airspec_models::client::{Client, Error};
use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::header::{HeaderMap, HeaderValue};
use std::io::Write as _;

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn compressed(status: u16, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn a_compressed_answer_of_a_gateway_is_read() {
    let task = task();
    let good = gzip(&format!(r#"{{"data":[{}]}}"#, result(&task, 1)));
    let script = Script::start(vec![compressed(200, &good)]).await;
    assert_eq!(client(&script.url).run(&task).await.unwrap().results.len(), 1);
    assert!(script.heard()[0].contains("accept-encoding: gzip, deflate\r\n"));

    let refusal = gzip(r#"{"errors":[{"code":"invalidWidth","message":"No."}]}"#);
    let script = Script::start(vec![compressed(400, &refusal)]).await;
    let error = client(&script.url).run(&task).await.unwrap_err();
    assert_eq!(error.errors()[0].code, "invalidWidth");

    let script = Script::start(vec![compressed(200, &good[..good.len() / 2])]).await;
    let error = client(&script.url).run(&task).await.unwrap_err();
    assert!(matches!(error, Error::Unreadable { .. }) && error.may_be_billed(), "{error}");
}

#[tokio::test]
async fn a_compressed_answer_is_not_read_beyond_the_limit() {
    let bomb = gzip(&format!(r#"{{"data":[],"x":"{}"}}"#, "0".repeat(5_000_000)));
    let script = Script::start(vec![compressed(200, &bomb)]).await;
    let client = Client::new(KEY, quick(&script.url).answer_limit(100_000)).unwrap();
    let error = client.run(&task()).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit: 100_000 }), "{error}");
}

#[tokio::test]
async fn the_callers_own_http_client_sends_tasks_and_fetches_files() {
    let task = task();
    let good = answer(200, &format!(r#"{{"data":[{}]}}"#, result(&task, 1)));
    let script = Script::start(vec![good, answer(200, "a file")]).await;
    let mut headers = HeaderMap::new();
    headers.insert("x-team", HeaderValue::from_static("images"));
    let _ = rustls::crypto::ring::default_provider().install_default();
    let own = reqwest::Client::builder().default_headers(headers).no_proxy().build().unwrap();
    let client = Client::new(KEY, quick(&script.url).http_client(own)).unwrap();
    client.run(&task).await.unwrap();
    let mut file = Vec::new();
    client.download(&script.url).await.unwrap().write_to(&mut file).await.unwrap();
    assert_eq!(file, b"a file");
    let heard = script.heard();
    assert!(heard.iter().all(|request| request.contains("x-team: images")), "{heard:?}");
    assert!(heard[0].contains(KEY) && !heard[1].contains(KEY), "only the endpoint gets the key");
}

/// The environment belongs to the process, so the client runs in a process of its own: this test, started again.
#[test]
fn proxies_of_the_environment_are_used_but_not_for_this_machine() {
    const ASKED: &str = "AIRSPEC_TEST_PROXIED";
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if let Ok(url) = std::env::var(ASKED) {
        let error = runtime.block_on(async {
            let client = Client::new(KEY, quick(&url).plain_http(true).retries(0)).unwrap();
            client.run(&task()).await.unwrap_err()
        });
        println!("answered: {error}");
        return;
    }
    let teapot = answer_with(418, "", r#"{"errors":[{"code":"aTeapot","message":"No."}]}"#);
    let proxy = runtime.block_on(Script::start(vec![teapot]));
    let run = |url: &str, name: &str| {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        let test = "transport::proxies_of_the_environment_are_used_but_not_for_this_machine";
        command.args(["--exact", test, "--nocapture"]).env(ASKED, url);
        for variable in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
            command.env_remove(variable).env_remove(variable.to_lowercase());
        }
        command.env(name, proxy.url.trim_end_matches("/v1"));
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let told = run("http://gateway.invalid/v1", "http_proxy");
    assert!(told.contains("answered: aTeapot"), "{told}");
    let heard = proxy.heard();
    assert!(heard[0].starts_with("POST http://gateway.invalid/v1 "), "{heard:?}");
    let told = run("https://gateway.invalid/v1", "HTTPS_PROXY");
    assert!(told.contains("answered: ") && !told.contains("aTeapot"), "{told}");
    assert!(proxy.heard()[1].starts_with("CONNECT gateway.invalid:443 "), "{:?}", proxy.heard());
    let told = run("http://127.0.0.1:1/v1", "http_proxy");
    assert!(told.contains("answered: "), "{told}");
    assert_eq!(proxy.heard().len(), 2, "this machine is reached directly");
}

/// In a process of its own, since other tests install a provider.
#[test]
fn no_crypto_provider_is_installed_for_the_process() {
    const ASKED: &str = "AIRSPEC_TEST_PROVIDER";
    if std::env::var_os(ASKED).is_some() {
        let client = Client::new(KEY, quick("https://127.0.0.1:1/v1").retries(0)).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(client.run(&task())).unwrap_err();
        assert!(rustls::crypto::CryptoProvider::get_default().is_none());
        println!("none is installed");
        return;
    }
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    let test = "transport::no_crypto_provider_is_installed_for_the_process";
    let output = command.args(["--exact", test, "--nocapture"]).env(ASKED, "1").output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && told.contains("none is installed"), "{told}");
}
