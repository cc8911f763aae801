//! Which web pages may use the mock: those of this machine, and those that the settings name.
//!
//! A browser lets every page send requests to this machine. It says in `Origin` which page asks, and in `Host` the name
//! that the page used, which may be a name of the page's own that its name server points here (DNS rebinding). Programs
//! that are no browsers send no `Origin`. A page that is let in may read the answers (CORS).

use crate::address;
use crate::answer::{Answer, Body};
use crate::problem::Problem;
use crate::protocol::{Incoming, JSON};
use crate::settings::Settings;
use axum::http::uri::Authority;
use reqwest::Url;
use std::net::IpAddr;

/// How many characters of a list of headers are repeated to a page that asks for leave to send them.
const HEADERS: usize = 1024;

/// The pages and names that are let in besides those of this machine.
#[derive(Debug)]
pub(crate) struct Sites {
    origins: Vec<String>,
    hosts: Vec<String>,
}

/// The page that sent a request; `None` for what is no browser.
#[derive(Debug)]
pub(crate) struct Page(Option<String>);

impl Sites {
    pub(crate) fn of(settings: &Settings) -> Self {
        let named = |url: &String| Url::parse(url).ok()?.host_str().map(str::to_lowercase);
        Self {
            origins: settings.allow_origins.iter().filter_map(|origin| address::origin(origin)).collect(),
            hosts: settings.allow_origins.iter().chain(&settings.public_url).filter_map(named).collect(),
        }
    }

    /// The page that sent a request, or the answer to one that may not, or that only asks whether it may.
    pub(crate) fn page(&self, request: &Incoming, empty_data: bool) -> Result<Page, Box<Answer>> {
        let all = |name: &'static str| request.headers.iter().filter(move |(known, _)| known == name);
        if all("host").any(|(_, host)| !self.lets_host(host)) {
            let text = "The Host header names another machine, as it does when a web page uses a name of its own for \
                        this one. Use localhost or 127.0.0.1, or start the mock with --allow-origin ORIGIN.";
            return Err(foreign("forbiddenHost", text, empty_data));
        }
        if all("origin").any(|(_, origin)| !self.lets_origin(origin)) {
            let text = "A web page of another origin may not use this mock, unless it is started with --allow-origin \
                        ORIGIN.";
            return Err(foreign("forbiddenOrigin", text, empty_data));
        }
        let page = Page(all("origin").next().and_then(|(_, origin)| address::origin(origin)));
        let asks = request.method == "OPTIONS" && request.header("access-control-request-method").is_some();
        if asks && page.0.is_some() { Err(Box::new(page.leave(request))) } else { Ok(page) }
    }

    fn lets_host(&self, host: &str) -> bool {
        let Ok(authority) = host.parse::<Authority>() else { return false };
        let name = authority.host().to_lowercase();
        !host.contains('@') && (is_local(&name) || self.hosts.contains(&name))
    }

    fn lets_origin(&self, origin: &str) -> bool {
        let Some(origin) = address::origin(origin) else { return false };
        let is_local = || Url::parse(&origin).is_ok_and(|url| url.host_str().is_some_and(is_local));
        self.origins.contains(&origin) || is_local()
    }
}

/// `localhost` and the names below it, which browsers never look up, 127.0.0.0/8 and `[::1]`.
fn is_local(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost"
        || host.ends_with(".localhost")
        || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

fn foreign(code: &str, text: &str, empty_data: bool) -> Box<Answer> {
    let mut answer = Answer::refusal(&Problem::new(403, code, text), empty_data);
    answer.note.route = "(another site)";
    Box::new(answer)
}

impl Page {
    /// Lets the page read the answer.
    pub(crate) fn admit(&self, answer: &mut Answer) {
        if let Some(origin) = &self.0 {
            answer.headers.push(("access-control-allow-origin", origin.clone()));
            answer.headers.push(("access-control-expose-headers", "retry-after".to_owned()));
            answer.headers.push(("vary", "origin".to_owned()));
        }
    }

    /// The answer to a page that asks what it may send.
    fn leave(&self, request: &Incoming) -> Answer {
        let is_list = |list: &&str| {
            list.len() <= HEADERS
                && list.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_, ".contains(&byte))
        };
        let headers = request.header("access-control-request-headers").filter(is_list);
        let mut answer = Answer::new(204, JSON, Body::Ready(Vec::new()))
            .with("access-control-allow-methods", "GET, HEAD, POST")
            .with("access-control-allow-headers", headers.unwrap_or("authorization, content-type"))
            .with("access-control-max-age", "600");
        if request.header("access-control-request-private-network").is_some() {
            answer.headers.push(("access-control-allow-private-network", "true".to_owned()));
        }
        answer.note.route = "(preflight)";
        self.admit(&mut answer);
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sites(origins: &[&str], public_url: Option<&str>) -> Sites {
        Sites::of(&Settings {
            allow_origins: origins.iter().map(|&origin| origin.to_owned()).collect(),
            public_url: public_url.map(str::to_owned),
            ..Settings::default()
        })
    }

    #[test]
    fn names_of_this_machine_are_let_in_and_no_others() {
        let sites = sites(&[], None);
        let near = [
            "localhost",
            "LocalHost:8080",
            "localhost.:1",
            "a.localhost",
            "127.0.0.1",
            "127.9.8.7:80",
            "[::1]",
            "[::1]:8080",
            "[::ffff:127.0.0.1]:1",
        ];
        let far = [
            "evil.example",
            "localhost.evil.example",
            "evillocalhost",
            "127.0.0.1.evil.example",
            "127.0.0.1@evil.example",
            "evil@127.0.0.1",
            "0.0.0.0:8080",
            "10.0.0.1",
            "[::2]",
            "",
            " ",
            "localhost/x",
            "localhost evil",
        ];
        assert!(near.iter().all(|host| sites.lets_host(host)));
        for host in far {
            assert!(!sites.lets_host(host), "{host}");
        }
    }

    #[test]
    fn an_origin_is_one_of_this_machine_or_of_the_settings() {
        let sites = sites(&["https://App.example", "http://mock:8080/"], Some("https://proxy.example/x"));
        let near = ["http://localhost:3000", "https://[::1]", "https://app.example", "http://mock:8080"];
        let far = [
            "null",
            "",
            "https://evil.example",
            "http://app.example",
            "https://app.example:8443",
            "https://app.example.evil.example",
            "http://mock:8081",
            "https://proxy.example",
            "file://localhost",
            "http://localhost@evil.example",
            "http://localhost/path",
            "chrome-extension://localhost",
        ];
        assert!(near.iter().all(|origin| sites.lets_origin(origin)));
        for origin in far {
            assert!(!sites.lets_origin(origin), "{origin}");
        }
        assert!(
            ["app.example", "mock:8080", "mock", "proxy.example"].iter().all(|host| sites.lets_host(host))
        );
    }
}
