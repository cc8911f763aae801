//! Downloads: the files that results point to. Links are the target's, and what they lead to can be anyone's.

use super::super::fetch::{Got, Kind, Limits, fetch, header};
use super::super::room;
use super::Client;
use crate::oracle::excerpt;
use crate::oracle::file::{Content, File};
use crate::oracle::observation::Loss;
use crate::protocol::Form;
use airspec_media::essence;
use airspec_models::client::retry_after;
use reqwest::Url;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use std::time::{Instant, SystemTime};

/// How often a file may be moved.
const MAX_REDIRECTS: usize = 3;
/// The longest address of a file, in bytes; no server takes a longer one.
const LONGEST_ADDRESS: usize = 8192;

/// Why there is no file.
struct Missing {
    /// To stand after "the file".
    reason: String,
    /// Whether no answer came, or one that says to ask later.
    is_lost: bool,
}

impl Missing {
    /// A file that cannot be had.
    fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_lost: false }
    }
}

impl Client {
    /// Downloads a file that the target points to. The key stays at home: the address can be anyone's.
    pub(in crate::run) async fn download(&self, address: &str) -> File {
        let raw = self.links.raw(address);
        let (media, content, is_lost) = match self.follow(raw.as_deref().unwrap_or(address)).await {
            Ok((media, content)) => (media, Ok(content), false),
            Err(Missing { reason, is_lost }) => (None, Err(self.redactor.clean(&reason)), is_lost),
        };
        let address = (address.len() <= LONGEST_ADDRESS).then(|| address.to_owned());
        File { form: Form::Link, address, media, content, is_lost }
    }

    /// The file at an address or wherever it was moved, with its media type.
    async fn follow(&self, address: &str) -> Result<(Option<String>, Content), Missing> {
        if address.len() > LONGEST_ADDRESS {
            let length = address.len();
            return Err(Missing::new(format!("has an address of {length} bytes, which no server takes")));
        }
        let no_link = || Missing::new("has an address that is no link");
        let mut url = Url::parse(address).map_err(|_| no_link())?;
        for _ in 0..=MAX_REDIRECTS {
            if !matches!(url.scheme(), "http" | "https") {
                return Err(no_link());
            }
            let got = self.get_patiently(&url).await?;
            let moved = matches!(got.status, 301 | 302 | 303 | 307 | 308);
            let location = got.headers.get(LOCATION).filter(|_| moved).and_then(|place| place.to_str().ok());
            let next = location.and_then(|place| url.join(place).ok());
            let content = (next.is_none() && got.status == 200).then(|| Content::of(&got.body));
            room::give_back(got.body.len());
            match (next, content) {
                (Some(next), _) => url = next,
                (None, Some(content)) => {
                    let media = media_type(&got.headers).map(|media| self.redactor.clean(&media));
                    return Ok((media, content));
                }
                (None, None) => {
                    let reason = self.failed(&url, &format!("HTTP {}", got.status));
                    return Err(Missing { reason, is_lost: is_passing(got.status) });
                }
            }
        }
        Err(Missing::new(self.failed(&url, &format!("moved more than {MAX_REDIRECTS} times"))))
    }

    /// Why the file of a link cannot be had, to stand after "the file".
    fn failed(&self, url: &Url, reason: &str) -> String {
        format!("cannot be downloaded from `{}`: {reason}", excerpt(&self.redactor.clean(url.as_str())))
    }

    /// One step of a download; again where the answer is lost or passing, as clients of the API do.
    async fn get_patiently(&self, url: &Url) -> Result<Got, Missing> {
        let (mut attempt, retries) = (0, self.settings.retries);
        loop {
            let got = self.get(url).await;
            let is_over = match &got {
                Err(missing) => !missing.is_lost,
                // A link that was just made can be unknown for a moment.
                Ok(got) => !is_passing(got.status) && got.status != 404,
            };
            let asked = got.as_ref().ok().and_then(|got| header(&got.headers, RETRY_AFTER));
            let asked = asked.and_then(|text| retry_after(&text, SystemTime::now()));
            let pause = asked.unwrap_or_else(|| self.default_pause());
            if is_over || attempt == retries || pause > self.settings.timeout {
                return got;
            }
            if let Ok(got) = &got {
                room::give_back(got.body.len());
                if got.status == 429 || got.status == 503 && asked.is_some() {
                    self.pace.count(pause);
                }
            }
            attempt += 1;
            tokio::time::sleep(pause).await;
        }
    }

    /// One request of a download.
    async fn get(&self, url: &Url) -> Result<Got, Missing> {
        if let Some(reason) = self.guard.refuses(url) {
            return Err(Missing::new(reason));
        }
        let is_own = self.guard.is_own(url);
        let agent = if is_own { &self.endpoint } else { &self.files };
        let client = agent
            .client(url, &self.settings.route)
            .map_err(|reason| Missing::new(self.failed(url, &reason)))?;
        let start = (SystemTime::now(), Instant::now());
        let limits =
            Limits { time: self.settings.timeout, bytes: self.settings.file_limit, kind: Kind::File };
        let got = fetch(client.get(url.clone()).header(ACCEPT_ENCODING, "identity"), limits).await;
        self.note(start, "GET", url.as_str(), None, &got);
        got.map_err(|loss| Missing {
            is_lost: match &loss {
                Loss::TimedOut(_) | Loss::Broken(_) => true,
                // A link to where nothing listens is a bad link, unless it is the target itself that is away.
                Loss::Unreachable(_) => is_own,
                Loss::TooLarge { .. } | Loss::Exhausted { .. } | Loss::Refused(_) | Loss::Crowded(_) => false,
            },
            reason: self.failed(url, &loss.to_string()),
        })
    }
}

/// Whether a status tells of a server that is busy or away for now.
fn is_passing(status: u16) -> bool {
    matches!(status, 429 | 502 | 503 | 504)
}

/// The media type of a file, in the words of its server only where it is one: the server can be anyone's, and a report
/// tells the target what it says.
fn media_type(headers: &HeaderMap) -> Option<String> {
    let text = header(headers, CONTENT_TYPE)?;
    let is_mark = |byte: u8| byte.is_ascii_alphanumeric() || b"/+-.".contains(&byte);
    let essence = essence(&text);
    let is_type = essence.len() <= 80 && essence.matches('/').count() == 1 && essence.bytes().all(is_mark);
    Some(if is_type { essence.to_owned() } else { "something that is no media type".to_owned() })
}
