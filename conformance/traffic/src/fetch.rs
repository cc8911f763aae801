//! Downloads of this program's own, beside the path: the files that results point to, where nobody else's download of them
//! passes.
//!
//! Links are the server's, and lead where it wants. They are followed by `https`, or to this machine where the server is on
//! it; never into the network around this machine, unless that is allowed. No key is sent. Each file has a bound on bytes
//! and time, and few are under way at a time.

use crate::exchange::MAX_BODY;
use airspec_suite::oracle::file::Content;
use airspec_suite::oracle::observation::Loss;
use airspec_suite::run::{Reader, Route, RunError, Version};
use futures_util::StreamExt as _;
use futures_util::stream::poll_fn;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::mpsc;

/// So many downloads are under way at a time.
const AT_ONCE: usize = 4;
/// So many links wait to be followed; of more, the files are not looked at.
const MAX_WAITING: usize = 10_000;
/// How long a file may take.
const TIME: Duration = Duration::from_secs(60);
/// How often a file is asked for, and the pause before it is asked for again: a link that was just made can be unknown for
/// a moment.
const ATTEMPTS: usize = 3;
const PAUSE: Duration = Duration::from_secs(1);

/// Which links are followed, and how.
#[derive(Clone, Debug, Default)]
pub struct Fetching {
    /// The endpoint of the server whose answers name the links, where it is known: it may lead to itself.
    pub target: Option<String>,
    /// Whether links may lead to addresses that are not of the open internet.
    pub allow_private: bool,
    /// Certificates and proxies.
    pub route: Route,
    /// How long a file may take; a minute where it is not said.
    pub time: Option<Duration>,
    /// How many bytes a file may have; 32 MiB where it is not said.
    pub bytes: Option<usize>,
}

/// Downloads files.
#[derive(Debug)]
pub struct Fetcher {
    reader: Reader,
    /// Whether links are followed as soon as they are named: then a file that is not there is the server's fault.
    is_live: bool,
    bytes: usize,
}

/// A link that was followed.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The link, as it was named.
    pub link: String,
    /// The file.
    pub file: Result<FetchedFile, Unfetched>,
}

/// A file that came.
#[derive(Clone, Debug)]
pub struct FetchedFile {
    /// The media type that its server claims.
    pub media: Option<String>,
    /// What it is.
    pub content: Content,
}

/// Why there is no file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfetched {
    /// The server that named the link answers it with this status, each time.
    Refused(u16),
    /// Nothing is known of the file, for this reason.
    Unknown(String),
}

impl Fetcher {
    /// Follows links so.
    ///
    /// # Errors
    /// A target that is no URL; connections that cannot be set up.
    pub fn new(fetching: Fetching) -> Result<Self, RunError> {
        let Fetching { target, allow_private, route, time, bytes } = fetching;
        let reader = Reader::new(route, time.unwrap_or(TIME))?.guarded(target.as_deref(), allow_private)?;
        Ok(Self { reader, is_live: target.is_some(), bytes: bytes.unwrap_or(MAX_BODY) })
    }

    /// Follows links, a few at a time.
    ///
    /// # Errors
    /// The system's, where nothing can run beside this thread.
    pub fn all(&self, links: Vec<String>) -> std::io::Result<Vec<Fetched>> {
        let runtime = runtime()?;
        let fetched = futures_util::stream::iter(links).map(|link| self.get(link));
        Ok(runtime.block_on(fetched.buffer_unordered(AT_ONCE).collect()))
    }

    async fn get(&self, link: String) -> Fetched {
        let mut file = self.try_get(&link).await;
        for _ in 1..ATTEMPTS {
            match &file {
                Err((_, true)) => {}
                Ok(_) | Err((_, false)) => break,
            }
            tokio::time::sleep(PAUSE).await;
            file = self.try_get(&link).await;
        }
        Fetched { link, file: file.map_err(|(reason, _)| reason) }
    }

    /// Follows a link once; where there is no file, tells whether there may be one a moment later.
    async fn try_get(&self, link: &str) -> Result<FetchedFile, (Unfetched, bool)> {
        let page = self.reader.get(link, &Version::default(), self.bytes).await;
        let page = page.map_err(|loss| {
            let (reason, is_passing) = describe(&loss, self.bytes);
            (Unfetched::Unknown(reason), is_passing)
        })?;
        match page.status {
            200 => Ok(FetchedFile { media: page.media, content: Content::of(&page.body) }),
            // Of a server that is busy nothing is known; and the link of a record can be over.
            429 | 500..=599 => Err((Unfetched::Unknown(format!("HTTP {}", page.status)), true)),
            status if self.is_live => Err((Unfetched::Refused(status), true)),
            status => Err((Unfetched::Unknown(format!("HTTP {status}")), false)),
        }
    }

    /// Follows links on a thread of its own, and hands on what it finds.
    pub(crate) fn start(
        self,
        deliver: impl Fn(Fetched) + Send + 'static,
    ) -> std::io::Result<(Links, JoinHandle<()>)> {
        let (links, mut waiting) = mpsc::channel(MAX_WAITING);
        let runtime = runtime()?;
        let thread = std::thread::Builder::new().name("fetch".to_owned()).spawn(move || {
            let links = poll_fn(|context| waiting.poll_recv(context));
            let fetched = links.map(|link| self.get(link)).buffer_unordered(AT_ONCE);
            runtime.block_on(fetched.for_each(|fetched| {
                deliver(fetched);
                std::future::ready(())
            }));
        })?;
        Ok((Links(links), thread))
    }
}

/// Links that wait to be followed.
#[derive(Debug)]
pub(crate) struct Links(mpsc::Sender<String>);

impl Links {
    /// Adds a link, where there is room for it.
    pub(crate) fn add(&self, link: &str) {
        // Where there is none, its file counts as not looked at.
        let _ = self.0.try_send(link.to_owned());
    }
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// Why nothing is known of a file, without its link, and whether that may pass.
fn describe(loss: &Loss, limit: usize) -> (String, bool) {
    match loss {
        Loss::TimedOut(_) => ("it did not come in time".to_owned(), false),
        Loss::TooLarge { .. } | Loss::Exhausted { .. } => (format!("it has more than {limit} bytes"), false),
        Loss::Unreachable(_) | Loss::Broken(_) | Loss::Crowded(_) => {
            ("the connection failed".to_owned(), true)
        }
        Loss::Refused(_) => {
            let reason = "its link is not followed: only https to the open internet is, and this machine if the \
                target is on it (--allow-private)";
            (reason.to_owned(), false)
        }
    }
}
