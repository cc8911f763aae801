//! The HAR file (HTTP Archive 1.2): every exchange of a run, for the tools that read traffic. Values of headers that
//! could be secret are not in it, and of large bodies only the beginning is.

use airspec_spec::text::visible_json;
use airspec_suite::date::timestamp;
use airspec_suite::run::{Exchange, Got, Traffic};
use serde_json::{Value, json};
use std::borrow::Cow;

/// What stands where a secret was.
const HIDDEN: &str = "[redacted]";

/// The text of the archive.
#[must_use]
pub fn text(traffic: &Traffic) -> String {
    let mut sorted: Vec<&Exchange> = traffic.exchanges.iter().collect();
    sorted.sort_by_key(|exchange| exchange.started);
    let mut log = json!({
        "version": "1.2",
        "creator": {"name": "airspec", "version": env!("CARGO_PKG_VERSION")},
    });
    if traffic.more > 0 {
        log["comment"] = Value::from(format!("and {} more exchanges, which are not kept", traffic.more));
    }
    let mut text = format!("{{\"log\":{log}");
    // The bracket at the end of the log: the entries come one by one, as all of them are many.
    text.truncate(text.len() - 1);
    text.push_str(",\"entries\":[");
    for (index, exchange) in sorted.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text += &entry(exchange).to_string();
    }
    text.push_str("]}}\n");
    match visible_json(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(escaped) => escaped,
    }
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
        headers.push(pair("content-type", exchange.media_type));
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
        request["postData"] = json!({"mimeType": exchange.media_type, "text": sent});
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

#[cfg(test)]
mod tests {
    use super::*;
    use airspec_suite::run::{Exchange, Got};
    use std::time::{Duration, SystemTime};

    #[test]
    fn a_file_of_much_traffic_is_small_and_says_what_is_left_out() {
        let mut traffic = Traffic::default();
        for _ in 0..100 {
            // Control characters take six times as much in the file.
            let body = "\u{1}".repeat(1 << 20);
            traffic.add(Exchange {
                started: SystemTime::UNIX_EPOCH,
                duration: Duration::ZERO,
                method: "POST",
                url: "http://h/v1".to_owned(),
                sent: Some(body.clone()),
                media_type: "application/json",
                headers: Vec::new(),
                got: Ok(Got { status: 200, headers: Vec::new(), size: body.len(), body: Some(body) }),
            });
        }
        let file = text(&traffic);
        assert!(traffic.more > 0 && file.contains(&format!("{} more exchanges", traffic.more)));
        assert!(file.len() < 16 << 20, "{}", file.len());
    }
}
