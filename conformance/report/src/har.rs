//! The HAR file (HTTP Archive 1.2): every exchange of a run, for the tools that read traffic. Values of headers that
//! could be secret are not in it, and of large bodies only the beginning is.

use airspec_suite::date::timestamp;
use airspec_suite::run::{Exchange, Got};
use serde_json::{Value, json};

/// What stands where a secret was.
const HIDDEN: &str = "[redacted]";

/// The text of the archive.
#[must_use]
pub fn text(traffic: &[Exchange]) -> String {
    let mut sorted: Vec<&Exchange> = traffic.iter().collect();
    sorted.sort_by_key(|exchange| exchange.started);
    let entries: Vec<Value> = sorted.into_iter().map(entry).collect();
    let name = json!({"name": "airspec", "version": env!("CARGO_PKG_VERSION")});
    let mut text = json!({"log": {"version": "1.2", "creator": name, "entries": entries}}).to_string();
    text.push('\n');
    text
}

fn entry(exchange: &Exchange) -> Value {
    let time = exchange.duration.as_secs_f64() * 1000.0;
    let mut entry = json!({
        "startedDateTime": timestamp(exchange.started),
        "time": time,
        "request": request(exchange),
        "response": response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": time, "receive": 0},
    });
    if let Err(reason) = &exchange.got {
        entry["comment"] = Value::from(reason.clone());
    }
    entry
}

fn request(exchange: &Exchange) -> Value {
    let mut headers = Vec::new();
    if exchange.sent.is_some() {
        headers.push(pair("authorization", HIDDEN));
        headers.push(pair("content-type", "application/json"));
    }
    headers.extend(exchange.headers.iter().map(|name| pair(name, HIDDEN)));
    let query = exchange.url.split_once('?').map(|(_, query)| query.split('#').next().unwrap_or_default());
    let query: Vec<Value> = query
        .into_iter()
        .flat_map(|query| query.split('&'))
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').map_or_else(|| pair(part, ""), |(name, value)| pair(name, value)))
        .collect();
    let mut request = json!({
        "method": exchange.method,
        "url": exchange.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers,
        "queryString": query,
        "headersSize": -1,
        "bodySize": exchange.sent.as_ref().map_or(0, String::len),
    });
    if let Some(sent) = &exchange.sent {
        request["postData"] = json!({"mimeType": "application/json", "text": sent});
    }
    request
}

/// Status 0 says that nothing came back, as browsers write it.
fn response(exchange: &Exchange) -> Value {
    let nothing = Got { status: 0, headers: Vec::new(), body: None, size: 0 };
    let got = exchange.got.as_ref().unwrap_or(&nothing);
    let find =
        |name: &str| got.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let mut content = json!({"size": got.size, "mimeType": find("content-type").unwrap_or_default()});
    if let Some(body) = &got.body {
        content["text"] = Value::from(body.clone());
        if body.len() < got.size {
            content["comment"] = Value::from("the beginning of the body");
        }
    }
    let is_secret = |name: &str| matches!(name, "set-cookie" | "authorization" | "proxy-authenticate");
    let headers = got.headers.iter();
    let headers: Vec<Value> =
        headers.map(|(name, value)| pair(name, if is_secret(name) { HIDDEN } else { value })).collect();
    json!({
        "status": got.status,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers,
        "content": content,
        "redirectURL": find("location").unwrap_or_default(),
        "headersSize": -1,
        "bodySize": got.size,
    })
}

fn pair(name: &str, value: &str) -> Value {
    json!({"name": name, "value": value})
}
