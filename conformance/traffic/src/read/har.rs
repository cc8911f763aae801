//! The entries of an HTTP archive, as browsers, mitmproxy and this program write them.

use super::Recorded;
use crate::exchange::{Body, Exchange, Form, Reply};
use airspec_suite::oracle::observation::Loss;
use airspec_suite::run::Secret;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

/// What a body is that is shorter in the archive than it was.
const NOT_WHOLE: &str = "is not whole in the file";

/// One exchange.
#[derive(Debug, Deserialize)]
pub(super) struct Entry {
    request: Request,
    response: Response,
    comment: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    method: String,
    url: String,
    #[serde(default)]
    headers: Vec<Header>,
    post_data: Option<PostData>,
    body_size: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PostData {
    mime_type: Option<String>,
    text: Option<String>,
    #[serde(alias = "_encoding")]
    encoding: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Response {
    status: u16,
    #[serde(default)]
    headers: Vec<Header>,
    content: Option<Content>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    mime_type: Option<String>,
    text: Option<String>,
    encoding: Option<String>,
    size: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct Header {
    name: String,
    value: String,
}

impl From<Entry> for Recorded {
    fn from(entry: Entry) -> Self {
        let Entry { request, response, comment } = entry;
        let find = |headers: &[Header], name: &str| {
            headers
                .iter()
                .find(|header| header.name.eq_ignore_ascii_case(name))
                .map(|header| header.value.clone())
        };
        let answer = match response.status {
            // As browsers write it.
            0 => Err(Loss::Broken(comment.unwrap_or_else(|| "the archive has no answer".to_owned()))),
            status => {
                let content_type = find(&response.headers, "content-type");
                let declared = response.content.as_ref().and_then(|content| content.mime_type.clone());
                let content_type = content_type.or(declared).filter(|media| !media.is_empty());
                Ok(Reply { status, content_type, body: body_of(response.content) })
            }
        };
        let content_type = find(&request.headers, "content-type")
            .or_else(|| request.post_data.as_ref().and_then(|data| data.mime_type.clone()));
        let exchange = Exchange {
            client: find(&request.headers, "user-agent").unwrap_or_default(),
            path: path(&request.url).to_owned(),
            key: find(&request.headers, "authorization").map(Secret::new),
            content_type,
            request: sent(request.post_data, request.body_size),
            method: request.method,
            answer,
            form: Form::Wire,
            is_masked: false,
        };
        Self { exchange, url: Some(request.url), called_by: None }
    }
}

/// The path of a URL.
pub(super) fn path(url: &str) -> &str {
    let rest =
        url.split_once("://").map_or(url, |(_, rest)| rest.find('/').map_or("/", |start| &rest[start..]));
    rest.split(['?', '#']).next().unwrap_or(rest)
}

fn sent(data: Option<PostData>, size: Option<i64>) -> Body {
    let Some(data) = data else {
        return if size.unwrap_or(0) > 0 {
            Body::Unknown("is not in the file")
        } else {
            Body::Whole(Vec::new())
        };
    };
    // A byte that is no UTF-8 cannot be written into an archive.
    if data.text.as_ref().is_some_and(|text| text.contains('\u{fffd}')) {
        return Body::Unknown("is in the file in another form than it was sent");
    }
    whole(data.text.unwrap_or_default(), data.encoding.as_deref(), size)
}

fn body_of(content: Option<Content>) -> Body {
    match content {
        Some(Content { text: Some(text), encoding, size, .. }) => whole(text, encoding.as_deref(), size),
        Some(Content { size: Some(0), .. }) => Body::Whole(Vec::new()),
        Some(_) | None => Body::Unknown("is not in the file"),
    }
}

fn whole(text: String, encoding: Option<&str>, size: Option<i64>) -> Body {
    let bytes = match encoding {
        Some("base64") => match BASE64_STANDARD.decode(&text) {
            Ok(bytes) => bytes,
            Err(_) => return Body::Unknown("is not Base64 in the file"),
        },
        _ => text.into_bytes(),
    };
    if usize::try_from(size.unwrap_or(0)).is_ok_and(|size| size > bytes.len()) {
        return Body::Unknown(NOT_WHOLE);
    }
    Body::Whole(bytes)
}
