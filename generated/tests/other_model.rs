//! The client knows no model: a module that the macro makes from a spec of one's own is sent like any other.
#![cfg(feature = "blocking")]

use airspec_models::client::Settings;
use airspec_models::client::blocking::Client;
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

mod lighthouse {
    airspec_macros::model!("examples/lighthouse.json");
}

/// A server that gives one answer; what it was sent.
fn serve(body: &'static str) -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let heard = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut heard = String::new();
        while !heard.ends_with("}]") {
            let mut piece = [0; 4096];
            let count = stream.read(&mut piece).unwrap();
            assert!(count > 0, "{heard}");
            heard.push_str(std::str::from_utf8(&piece[..count]).unwrap());
        }
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        heard
    });
    (url, heard)
}

#[test]
fn results_of_a_model_of_ones_own_are_fields_as_they_come() {
    let (url, heard) = serve(r#"{"data":[{"beam":7,"tower":"red"}]}"#);
    let client = Client::new("a-key", Settings::default().base_url(url)).unwrap();
    let required = lighthouse::Required { prompt: "at dawn".into() };
    let task = lighthouse::Request::builder(required).strength(0.35).build().unwrap();
    let finished = client.run(&task).unwrap();
    assert_eq!(serde_json::to_value(&finished.results).unwrap(), json!([{"beam": 7, "tower": "red"}]));
    let result = &finished.results[0];
    assert_eq!((&result["beam"], result.raw()), (&json!(7), r#"{"beam":7,"tower":"red"}"#));
    assert!(result.odd().is_empty());
    assert!(heard.join().unwrap().ends_with(r#"[{"prompt":"at dawn","strength":0.35}]"#));
}
