//! The engine behind a `wiremock` server, for tests and the embedded run: one line to start, dropped at the end.
//!
//! It answers as [`Server`](super::Server) does, within the limits of the engine and to the same web pages, but for what
//! wiremock cannot: it buffers bodies whole before they are refused, has no WebSocket, sends a slow body late and whole
//! instead of piece by piece, and has no limits for connections and for time. So the front that listens for a long time
//! is the other one.

use super::answer::Answer;
use super::engine::Engine;
use super::protocol::{ENDPOINT, Incoming, Passage};
use super::state::violations::RequestViolation;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;
use wiremock::{Match, MockServer, Request, Respond, ResponseTemplate};

/// A server that runs while this is held. Each has a free port of its own.
///
/// Answers are those of [`Server`](super::Server), with three exceptions: there is no WebSocket, a body over the limit
/// is read before it is refused, and a body that network conditions make `slow` comes late and whole.
#[derive(Debug)]
pub struct WiremockServer {
    server: MockServer,
    engine: Arc<Engine>,
    worker: JoinHandle<()>,
}

impl WiremockServer {
    /// Starts a server on a free port of the loopback interface.
    pub async fn start(engine: impl Into<Arc<Engine>>) -> Self {
        let engine = engine.into();
        // From the pool a server comes with recording on; a bare one has none and is dropped with its port.
        let server = MockServer::builder().disable_request_recording().start().await;
        let relay = Arc::new(Relay { engine: Arc::clone(&engine), answer: Mutex::default() });
        let dropped = wiremock::Mock::given(Dropping(Arc::clone(&relay)))
            .respond_with_err(|_: &Request| std::io::Error::from(std::io::ErrorKind::ConnectionReset))
            .with_priority(1);
        dropped.mount(&server).await;
        wiremock::Mock::given(wiremock::matchers::any()).respond_with(Answering(relay)).mount(&server).await;
        let worker = tokio::spawn(engine.run_deliveries());
        Self { server, engine, worker }
    }

    /// The full endpoint, such as `http://127.0.0.1:41234/v1`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}{ENDPOINT}", self.server.uri())
    }

    /// What requests broke so far; see [`Engine::violations`].
    #[must_use]
    pub fn violations(&self) -> Vec<RequestViolation> {
        self.engine.violations()
    }

    /// Makes sure that no request broke the spec: the last line of a test.
    ///
    /// # Panics
    /// A request did; the message lists the violations.
    #[track_caller]
    pub fn assert_no_violations(&self) {
        self.engine.assert_no_violations();
    }

    /// What answers.
    #[must_use]
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }
}

impl Drop for WiremockServer {
    fn drop(&mut self) {
        self.worker.abort();
    }
}

/// Hands an answer from the matcher, which runs the engine, to the responder: wiremock closes a connection only for a
/// mock that always does so, which must therefore be chosen by the answer. Requests are handled one at a time.
struct Relay {
    engine: Arc<Engine>,
    answer: Mutex<Option<Answer>>,
}

impl Relay {
    fn answer(&self, request: &Request) -> Answer {
        let request = incoming(request);
        match self.engine.page(&request) {
            Ok(page) => {
                let mut answer = self.engine.answer(&request);
                page.admit(&mut answer);
                answer
            }
            Err(answer) => *answer,
        }
    }
}

struct Dropping(Arc<Relay>);
struct Answering(Arc<Relay>);

impl Match for Dropping {
    fn matches(&self, request: &Request) -> bool {
        let answer = self.0.answer(request);
        let dropped = answer.passage == Passage::Dropped;
        *self.0.answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
        dropped
    }
}

impl Respond for Answering {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let answer = self.0.answer.lock().unwrap_or_else(PoisonError::into_inner).take();
        template(answer.unwrap_or_else(|| self.0.answer(request)))
    }
}

fn incoming(request: &Request) -> Incoming {
    let headers = request.headers.iter();
    Incoming {
        method: request.method.to_string(),
        path: request.url.path().to_owned(),
        headers: headers
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect(),
        body: request.body.clone(),
    }
}

fn template(answer: Answer) -> ResponseTemplate {
    let Answer { status, headers, body, delay, passage, note: _ } = answer;
    let late = match passage {
        Passage::Slow(time) => delay.saturating_add(time),
        Passage::Normal | Passage::Dropped => delay,
    };
    let mut template = ResponseTemplate::new(status).set_body_bytes(body.into_bytes());
    for (name, value) in headers {
        template = template.insert_header(name, value.as_str());
    }
    if late > Duration::ZERO { template.set_delay(late) } else { template }
}
