//! What traffic consists of beside exchanges: downloads of files, and calls of webhooks.

use crate::exchange::{Body, Exchange, Reply};
use hyper::Uri;

/// One piece of traffic.
#[derive(Clone, Debug)]
pub enum Piece {
    /// A request to the API.
    Exchange(Box<Exchange>),
    /// A file.
    Download(Download),
    /// A call of the application's webhook.
    Call(WebhookCall),
}

/// A file that was downloaded with HTTP 200, to its end.
#[derive(Clone, Debug)]
pub struct Download {
    /// Its absolute URL.
    pub url: String,
    /// What came.
    pub reply: Reply,
}

/// A request that an application got at the URL of its webhook.
#[derive(Clone, Debug)]
pub struct WebhookCall {
    /// `POST`.
    pub method: String,
    /// Path and query, as they were called.
    pub place: String,
    /// The media type that it claims.
    pub content_type: Option<String>,
    /// What was sent.
    pub body: Body,
    /// The status that the application answered with, where it did.
    pub status: Option<u16>,
    /// Whether texts and files are [masked](crate::masked).
    pub is_masked: bool,
}

impl WebhookCall {
    /// Whether the application has taken it: then it is not sent again.
    pub(crate) fn is_taken(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// A URL in the one form that it is compared in: scheme and host in small letters, no default port, no fragment.
pub(crate) fn place(url: &str) -> Option<String> {
    let uri: Uri = url.split('#').next()?.parse().ok()?;
    let scheme = uri.scheme_str()?.to_ascii_lowercase();
    let default = match scheme.as_str() {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let port = uri.port_u16().unwrap_or(default);
    Some(format!("{scheme}://{}:{port}{}", uri.host()?.to_ascii_lowercase(), called(&uri)))
}

/// Path and query of a URL, as a server sees them.
pub(crate) fn called(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |place| place.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_has_one_form() {
        let form = "https://im.example:443/A/b.jpg?x=%2f";
        for url in [
            "https://im.example/A/b.jpg?x=%2f",
            "HTTPS://IM.example:443/A/b.jpg?x=%2f",
            "https://im.example/A/b.jpg?x=%2f#part",
        ] {
            assert_eq!(place(url).as_deref(), Some(form), "{url}");
        }
        assert_ne!(place("https://im.example/a/b.jpg?x=%2f").as_deref(), Some(form));
        for bad in ["", "/a", "ftp://h/a", "data:image/png;base64,AAAA", "https://h/a b"] {
            assert_eq!(place(bad), None, "{bad}");
        }
    }
}
