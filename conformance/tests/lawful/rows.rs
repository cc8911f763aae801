//! The table: what is changed, and what the suite must make of it.

use crate::json::{self, Style, USUAL};
use crate::proxy::{Answer, Change, Framing, Kind, PLAIN, Request, Step};
use airspec_mock::{Settings, Wrapping};
use serde_json::{Value, json};
use std::time::Duration;

/// One way to change every answer.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// What the mock behind the gateway does otherwise.
    pub(crate) mock: fn(&mut Settings),
    pub(crate) change: Change,
    /// Whether several cases share a request, as they do for the program.
    pub(crate) is_packed: bool,
    pub(crate) expected: Expected,
}

/// What the suite must make of a change.
#[allow(dead_code, reason = "which ones are in use changes with the suite")]
#[derive(Clone, Copy)]
pub(crate) enum Expected {
    /// Sources state it, or HTTP and JSON give it no meaning: neither findings nor notes.
    Nothing,
    /// No source states it and none rules it out: no findings.
    Notes,
    /// Sources rule it out: findings about these subjects and no others.
    Findings { source: &'static str, subjects: &'static [&'static str] },
    /// Lawful, and not tried: it would end the run or make every case a finding.
    Off { until: &'static str },
}

const ROW: Row = Row { name: "", mock: |_| {}, change: PLAIN, is_packed: false, expected: Expected::Nothing };

/// A row that changes how answers are written.
const fn framed(name: &'static str, framing: Framing) -> Row {
    Row { name, change: Change { framing, ..PLAIN }, ..ROW }
}

/// A row that changes answers.
const fn answered(name: &'static str, answer: fn(&Request, &mut Answer)) -> Row {
    Row { name, change: Change { answer, ..PLAIN }, ..ROW }
}

/// A row that changes what becomes of requests.
const fn requested(name: &'static str, request: fn(&mut Request) -> Step) -> Row {
    Row { name, change: Change { request, ..PLAIN }, ..ROW }
}

/// What the page says of names and values in capitals, and of fields that were not asked for, is in the spec of the
/// model; what other sources say is quoted.
pub(crate) const ROWS: &[Row] = &[
    Row { name: "nothing changed", ..ROW },
    Row { name: "nothing changed, packed", is_packed: true, ..ROW },
    // HTTP.
    framed("chunked bodies", Framing::Chunked),
    framed("chunks with extensions and a trailer", Framing::Trailer),
    framed("HTTP/1.0 answers, closed connections", Framing::Http10),
    framed("connections closed after each answer", Framing::Closing),
    framed("answers that end with their connection", Framing::UntilClose),
    framed("102 and 103 before the answer", Framing::EarlyHints),
    framed("no reason in the status line", Framing::NoReason),
    answered("names of headers in capitals", |_, answer| answer.spelling = str::to_uppercase),
    answered("names of headers in title case", |_, answer| answer.spelling = title_case),
    answered("more headers, cookies and Server-Timing", more_headers),
    Row { name: "answers after 50 ms", change: Change { delay: Duration::from_millis(50), ..PLAIN }, ..ROW },
    Row {
        change: Change { request: lower_case_bearer, ..PLAIN },
        name: "the key behind `bearer` in small letters",
        ..ROW
    },
    Row { expected: Expected::Nothing, ..answered("gzip, unless the request rules it out", gzip) },
    // Media types.
    answered("charset in the media type", |_, answer| {
        set_json_type(answer, "application/json; charset=utf-8");
    }),
    answered("`Application/JSON`", |_, answer| set_json_type(answer, "Application/JSON;Charset=\"UTF-8\"")),
    answered("errors as `application/problem+json`", |_, answer| {
        if answer.status >= 400 {
            set_json_type(answer, "application/problem+json");
        }
    }),
    answered("answers without a media type", |request, answer| {
        if request.kind != Kind::File {
            answer.headers.retain(|(name, _)| name != "content-type");
        }
    }),
    answered("media types of files in capitals, with a parameter", |request, answer| {
        let kind = answer.headers.iter().find(|(name, _)| name == "content-type");
        let shouted = kind.map(|(_, value)| format!("{}; q=1", value.to_uppercase()));
        if let Some(shouted) = shouted.filter(|_| request.kind == Kind::File) {
            answer.set("content-type", &shouted);
        }
    }),
    // JSON.
    answered("members in reversed order", |_, answer| {
        json::restyle(answer, Style { reversed: true, ..USUAL });
    }),
    answered("numbers with exponents", |_, answer| {
        json::restyle(answer, Style { number: json::exponent, ..USUAL });
    }),
    answered("integers as `1024.0`", |_, answer| {
        json::restyle(answer, Style { number: json::decimal, ..USUAL });
    }),
    answered("texts in `\\u` escapes", |_, answer| json::restyle(answer, Style { escaped: true, ..USUAL })),
    answered("pretty-printed, with blanks around", |_, answer| {
        json::rewrite(answer, |value| format!("\r\n\t {value:#}\r\n \n"));
    }),
    // The envelope.
    Row {
        is_packed: true,
        ..answered("more keys in the envelope", |_, answer| json::edit(answer, more_keys))
    },
    Row {
        is_packed: true,
        ..answered("`errors: []` beside results", |_, answer| {
            json::edit(answer, |value| beside(value, json!([])));
        })
    },
    Row {
        expected: Expected::Notes,
        ..answered("`errors: null` beside results", |_, answer| {
            json::edit(answer, |value| beside(value, Value::Null));
        })
    },
    Row {
        expected: Expected::Notes,
        is_packed: true,
        ..answered("`errors: null` beside results, packed", |_, answer| {
            json::edit(answer, |value| beside(value, Value::Null));
        })
    },
    Row { name: "no `data` beside `errors`", mock: |mock| mock.empty_data = false, is_packed: true, ..ROW },
    Row {
        expected: Expected::Notes,
        ..answered("`data: null` beside `errors`", |_, answer| {
            json::edit(answer, |value| {
                if value.get("data").is_some_and(|data| data.as_array().is_some_and(Vec::is_empty)) {
                    value["data"] = Value::Null;
                }
            });
        })
    },
    // "Order of results is not promised: match on `taskUUID`."
    Row {
        is_packed: true,
        ..answered("results and errors in reversed order", |_, answer| {
            json::edit(answer, |value| {
                for list in ["data", "errors"] {
                    value
                        .get_mut(list)
                        .and_then(Value::as_array_mut)
                        .into_iter()
                        .for_each(|list| list.reverse());
                }
            });
        })
    },
    // Status.
    answered("422 in place of 400", |_, answer| {
        if answer.status == 400 {
            answer.status = 422;
        }
    }),
    Row { name: "mixed batches with 400", mock: |mock| mock.mixed_status = 400, ..ROW },
    Row {
        name: "mixed batches with 400, packed",
        mock: |mock| mock.mixed_status = 400,
        is_packed: true,
        ..ROW
    },
    Row { name: "mixed batches with 207", mock: |mock| mock.mixed_status = 207, is_packed: true, ..ROW },
    Row {
        expected: Expected::Notes,
        ..answered("202 for an acknowledgement", |request, answer| {
            let is_deferred = || String::from_utf8_lossy(&request.body).contains(r#""async""#);
            if request.kind == Kind::Post && answer.status == 200 && is_deferred() {
                answer.status = 202;
            }
        })
    },
    // Errors.
    answered("more keys in errors", |_, answer| json::each(answer, "errors", more_keys)),
    answered("`parameter` as a list", |_, answer| {
        json::each(answer, "errors", |error| {
            if let Some(parameter) = error.get_mut("parameter").filter(|parameter| parameter.is_string()) {
                *parameter = Value::Array(vec![parameter.take()]);
            }
        });
    }),
    // Required of an error are `code` and `message`.
    Row {
        expected: Expected::Findings {
            source: "\"one batch may return some items in data and some in errors, joined by taskUUID\"",
            subjects: &["which task of the batch"],
        },
        ..answered("errors without `taskUUID`", |_, answer| {
            json::each(answer, "errors", |error| {
                error.as_object_mut().map(|error| error.remove("taskUUID"));
            });
        })
    },
    // Results.
    answered("image identifiers in capitals", |_, answer| {
        json::each(answer, "data", |item| shout(item, "imageUUID"));
    }),
    Row {
        expected: Expected::Findings {
            source: "the page: every result carries the identifier of its task (also `facts`: `taskUUID` (echo))",
            subjects: &["taskUUID.echo"],
        },
        ..answered("task identifiers in capitals", |_, answer| {
            json::each(answer, "data", |item| shout(item, "taskUUID"));
        })
    },
    Row {
        expected: Expected::Findings {
            source: "\"closed object on paper; recorded live answers have undeclared fields: a client keeps what it \
                     can read, a suite reports it\"",
            subjects: &["result.additionalProperties"],
        },
        ..answered("more keys in results", |_, answer| json::each(answer, "data", more_keys))
    },
    Row {
        name: "`cost` without being asked for",
        mock: |mock| mock.unasked = vec!["cost".to_owned()],
        expected: Expected::Findings {
            source: "the page: a result has its price exactly when the price was asked for (other samples differ)",
            subjects: &["includeCost.flag"],
        },
        ..ROW
    },
    // "Items that are not finished may carry other fields and other words: only `success` and `error` end it."
    answered("`queued` in place of `processing`, with `progress`", |request, answer| {
        if request.kind == Kind::Poll {
            json::each(answer, "data", |item| {
                if item["status"] == "processing" {
                    item["status"] = "queued".into();
                    item["progress"] = 40.into();
                }
            });
        }
    }),
    // Links and webhooks.
    Row {
        expected: Expected::Nothing,
        ..requested("one 502 on each link", |request| first(request, Kind::File, 502, &[]))
    },
    requested("one 404 on each link", |request| first(request, Kind::File, 404, &[])),
    requested("links that lead to other links", |request| match request.target.strip_suffix("?moved=1") {
        Some(target) => {
            request.target = target.to_owned();
            Step::Forward
        }
        None if request.kind == Kind::File => {
            Step::Answer(Answer::new(307, &[("location", &format!("{}?moved=1", request.target))], ""))
        }
        None => Step::Forward,
    }),
    Row { name: "webhooks with an envelope", mock: |mock| mock.webhook_body = Wrapping::Data, ..ROW },
    Row {
        change: Change { request: webhook_type, hooks: true, ..PLAIN },
        name: "webhooks of `Application/JSON` with a charset",
        ..ROW
    },
    Row {
        name: "webhooks delivered twice",
        change: Change { request: webhook_twice, hooks: true, ..PLAIN },
        expected: Expected::Findings {
            source: "the page: one POST for every finished result; \"a call that is not answered 2xx within about 5 s \
                     is sent again\", and this one was answered",
            subjects: &["webhookURL.webhook"],
        },
        ..ROW
    },
    // Rate.
    Row {
        expected: Expected::Nothing,
        ..requested("429 with `Retry-After: 1` on the first poll", |request| {
            first(request, Kind::Poll, 429, &[("retry-after", "1")])
        })
    },
    Row { is_packed: true, ..requested("429 with `Retry-After` on every fifth post", throttle) },
    Row {
        is_packed: true,
        ..requested("503 with `Retry-After` as a date on every seventh post", |request| {
            if request.number.is_multiple_of(7) {
                first(request, Kind::Post, 503, &[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")])
            } else {
                Step::Forward
            }
        })
    },
];

/// An answer of the gateway's own to the first of equal requests of a kind.
fn first(request: &Request, kind: Kind, status: u16, headers: &[(&str, &str)]) -> Step {
    if request.kind == kind && request.times == 1 {
        Step::Answer(Answer::new(status, headers, ""))
    } else {
        Step::Forward
    }
}

/// A limit on the rate as platforms have it: what was put off is let through.
fn throttle(request: &mut Request) -> Step {
    let errors = r#"{"errors":[{"code":"rateLimitExceeded","message":"Too many requests."}]}"#;
    if request.kind == Kind::Post && request.number.is_multiple_of(5) && request.times == 1 {
        let headers = [("content-type", "application/json"), ("retry-after", "0")];
        return Step::Answer(Answer::new(429, &headers, errors));
    }
    Step::Forward
}

fn lower_case_bearer(request: &mut Request) -> Step {
    if let Some(key) = request.header("authorization").and_then(|value| value.strip_prefix("Bearer ")) {
        let value = format!("bearer {key}");
        request.set("authorization", &value);
    }
    Step::Forward
}

fn webhook_type(request: &mut Request) -> Step {
    if request.kind == Kind::Hook && request.header("content-type") == Some("application/json") {
        request.set("content-type", "Application/JSON ; charset=UTF-8");
    }
    Step::Forward
}

fn webhook_twice(request: &mut Request) -> Step {
    let is_webhook = request.kind == Kind::Hook && request.header("content-type") == Some("application/json");
    if is_webhook { Step::Twice } else { Step::Forward }
}

fn title_case(name: &str) -> String {
    let word = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}

fn more_headers(_: &Request, answer: &mut Answer) {
    for (name, value) in [
        ("server-timing", "edge;dur=3.1, origin;desc=\"a, b\";dur=40"),
        ("set-cookie", "route=a1; Path=/; HttpOnly"),
        ("set-cookie", "lang=en"),
        ("via", "1.1 edge-7"),
        ("x-request-id", "c0ffee"),
        ("alt-svc", "h3=\":443\"; ma=86400"),
        ("strict-transport-security", "max-age=31536000"),
        ("www-authenticate", "bearer"),
        ("x-empty", ""),
    ] {
        answer.headers.push((name.to_owned(), value.to_owned()));
    }
}

fn gzip(request: &Request, answer: &mut Answer) {
    if !request.header("accept-encoding").is_some_and(|accepted| accepted.contains("identity")) {
        answer.body = json::gzip(&answer.body);
        answer.set("content-encoding", "gzip");
    }
}

/// Sets the media type of an answer that is JSON.
fn set_json_type(answer: &mut Answer, value: &str) {
    let is_json = |(name, value): &(String, String)| name == "content-type" && value == "application/json";
    if answer.headers.iter().any(is_json) {
        answer.set("content-type", value);
    }
}

fn more_keys(object: &mut Value) {
    if object.is_object() {
        object["requestId"] = "c0ffee".into();
        object["x-meta"] = json!({"region": "eu", "hops": [1, 2], "previous": null});
    }
}

/// Gives `errors` that value where there are none.
fn beside(envelope: &mut Value, errors: Value) {
    if envelope.get("errors").is_none() && envelope.is_object() {
        envelope["errors"] = errors;
    }
}

fn shout(item: &mut Value, field: &str) {
    if let Some(Value::String(text)) = item.get_mut(field) {
        *text = text.to_uppercase();
    }
}
