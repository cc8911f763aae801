//! What every page has: the head with its policy, style and script, and the frame around the content.

use super::markup::Html;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::digest::{SHA256, digest};

pub(crate) const STYLE: &str = include_str!("page.css");
pub(crate) const SCRIPT: &str = include_str!("page.js");

pub(super) fn page(title: &str, mut html: Html, body: impl Fn(&mut Html)) -> String {
    let (style, script) = (hash(STYLE), hash(SCRIPT));
    let policy = format!(
        "default-src 'none'; base-uri 'none'; form-action 'none'; style-src '{style}'; script-src '{script}'"
    );
    html.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .raw("<meta http-equiv=\"Content-Security-Policy\"")
        .attribute("content", &policy)
        .raw(">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .raw("<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n")
        .element("<title>", title, "</title>\n<style>")
        .raw(STYLE)
        .raw("</style>\n</head>\n<body>\n<a class=\"jump\" href=\"#main\">Skip to the content</a>\n<main id=\"main\">\n");
    body(&mut html);
    html.raw("</main>\n<footer>Made by airspec ")
        .raw(env!("CARGO_PKG_VERSION"))
        .raw(". Secrets are redacted, long texts are shortened.</footer>\n<script>")
        .raw(SCRIPT)
        .raw("</script>\n</body>\n</html>\n");
    html.finish()
}

/// The name under which a policy lets exactly this text run.
fn hash(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(digest(&SHA256, text.as_bytes())))
}
