#![allow(clippy::needless_pass_by_value)] // what `json!` makes is passed on

use super::*;
use crate::{Body, Form};
use serde_json::json;

fn read(text: &str, layout: Layout, path: Option<&str>) -> (Vec<Exchange>, Result<Rest, ReadError>) {
    let mut all = Vec::new();
    let rest = exchanges(text.as_bytes(), layout, path, |exchange| all.push(exchange));
    (all, rest)
}

fn text(body: &Body) -> &str {
    match body {
        Body::Whole(bytes) => std::str::from_utf8(bytes).unwrap(),
        Body::Unknown(reason) => reason,
    }
}

fn entry(request: serde_json::Value, response: serde_json::Value) -> serde_json::Value {
    json!({"startedDateTime": "x", "time": 1, "request": request, "response": response, "cache": {}})
}

#[test]
fn an_archive_has_bodies_as_texts_and_in_base64() {
    let request = |url: &str, text: &str| {
        json!({"method": "POST", "url": url, "headers": [{"name": "User-Agent", "value": "app/1"},
            {"name": "Authorization", "value": "Bearer k"}], "bodySize": text.len(),
            "postData": {"mimeType": "application/json", "text": text}})
    };
    let got = |content: serde_json::Value| json!({"status": 200, "headers": [], "content": content});
    let tasks = r#"[{"taskType":"x"}]"#;
    let mut cut = request("https://h/v1", tasks);
    cut["bodySize"] = json!(1000);
    let entries = [
        entry(
            request("https://h/v1?q", tasks),
            got(json!({"size": 2, "mimeType": "application/json", "text": "{}"})),
        ),
        entry(request("https://h/v1", tasks), got(json!({"size": 2, "text": "e30=", "encoding": "base64"}))),
        entry(request("https://h/v1", tasks), got(json!({"size": 9, "text": "{}"}))),
        entry(cut, got(json!({"size": 2, "text": "{}"}))),
        entry(request("https://other/log", "{}"), got(json!({"size": 2, "text": "{}"}))),
        entry(request("https://h/v1", tasks), json!({"status": 0, "headers": [], "content": {}})),
    ];
    let file = json!({"log": {"version": "1.2", "creator": {}, "entries": entries}}).to_string();
    let (all, rest) = read(&file, Layout::Document, None);
    assert_eq!(rest.unwrap(), Rest { is_cut: false, others: 1 });
    let first = &all[0];
    assert_eq!((first.client.as_str(), first.path.as_str(), first.form), ("app/1", "/v1", Form::Wire));
    assert_eq!(first.key.as_ref().unwrap().expose(), "Bearer k");
    assert_eq!(text(&first.request), tasks);
    let bodies: Vec<&str> =
        all.iter().map(|one| one.answer.as_ref().map_or("lost", |reply| text(&reply.body))).collect();
    assert_eq!(bodies, ["{}", "{}", "is not whole in the file", "{}", "lost"]);
    assert_eq!(text(&all[3].request), "is not whole in the file");
    let (none, rest) = read(&file, Layout::Document, Some("/v2/"));
    assert_eq!((none.len(), rest.unwrap().others), (0, 6));
}

#[test]
fn a_task_with_its_result_becomes_an_exchange_with_an_identifier() {
    let file = json!({"model": "m", "examples": [{"id": "a", "request": {"taskType": "x"}, "response": {"imageURL": "u"}}]});
    let (all, rest) = read(&file.to_string(), Layout::Document, None);
    rest.unwrap();
    let value = |body: &Body| serde_json::from_str::<serde_json::Value>(text(body)).unwrap();
    let (request, answer) = (value(&all[0].request), value(&all[0].answer.as_ref().unwrap().body));
    assert_eq!(all[0].form, Form::Record);
    assert!(request[0]["taskUUID"].is_string() && request[0]["taskUUID"] == answer["data"][0]["taskUUID"]);
    // An exchange is taken as it is, whatever its texts are.
    let line = r#"{"request": "no JSON", "status": 400, "answer": {"errors": [1.50]}}"#;
    let (all, rest) = read(line, Layout::Document, Some("/v1"));
    rest.unwrap();
    assert_eq!(text(&all[0].request), "no JSON");
    assert_eq!(text(&all[0].answer.as_ref().unwrap().body), r#"{"errors": [1.50]}"#);
}

#[test]
fn a_last_line_that_is_not_whole_is_told_and_any_other_is_an_error() {
    let line = r#"{"request":[{"taskType":"x"}],"status":200,"answer":{"data":[]}}"#;
    for end in 1..line.len() {
        let (all, rest) = read(&format!("{line}\n\n{}", &line[..end]), Layout::Lines, None);
        assert_eq!((all.len(), rest.unwrap().is_cut), (1, true), "{end}");
    }
    let (all, rest) = read(&format!("{line}\n{line}"), Layout::Lines, None);
    assert_eq!((all.len(), rest.unwrap().is_cut), (2, false));
    for bad in [format!("{line}\n{{\"a\n{line}\n"), format!("{line}\n{{}}\n"), format!("{line}\n7\n")] {
        let (all, rest) = read(&bad, Layout::Lines, None);
        let error = rest.unwrap_err().to_string();
        assert!(all.len() == 1 && error.starts_with("line 2 is no exchange"), "{error}");
    }
}

#[test]
fn what_is_no_traffic_is_told() {
    for (bad, told) in [
        ("", "is neither"),
        ("7", "is neither"),
        ("{\"a\": 1}", "it has none of `log`"),
        ("{\"log\": {\"entries\": []}}", "contains no exchange"),
        ("{\"log\": {\"entries\": [{}]}}", "missing field `request`"),
        ("[]", "contains no exchange"),
        ("{\"log\": {}} x", "trailing characters"),
    ] {
        let error = read(bad, Layout::Document, None).1.unwrap_err().to_string();
        assert!(error.contains(told), "{bad}: {error}");
    }
}

#[test]
fn an_exchange_without_end_is_not_read_to_its_end() {
    let endless = std::io::BufReader::new(std::io::Read::chain(
        &b"[{\"request\": \""[..],
        std::io::repeat(b'x').take(4 * MAX_BYTES as u64),
    ));
    let error = exchanges(endless, Layout::Document, None, |_| {}).unwrap_err();
    assert!(matches!(error, ReadError::TooLarge(None)), "{error}");
    let endless = std::io::BufReader::new(std::io::repeat(b'x').take(4 * MAX_BYTES as u64));
    let error = exchanges(endless, Layout::Lines, None, |_| {}).unwrap_err();
    assert_eq!(error.to_string(), "an exchange has more than 64 MiB (line 1)");
}
