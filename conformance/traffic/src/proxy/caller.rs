//! Sends requests of this program's own to a target: for replays.

use super::forward::loss;
use super::upstream::{self, Target, Upstream};
use super::{MAX_BODY, ProxyError, Settings};
use crate::exchange::{Body as Copied, Reply};
use airspec_models::client::retry_after;
use airspec_suite::oracle::observation::Loss;
use airspec_suite::run::{Secret, cause};
use axum::body::Body;
use futures_util::StreamExt as _;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER, USER_AGENT};
use hyper::{Method, Request};
use std::time::{Duration, SystemTime};
use tokio::time::{Instant, sleep, timeout_at};

/// How often a pause is kept that a server asks for, and the first pause where it does not say how long.
const MAX_PAUSES: u32 = 4;
const PAUSE: Duration = Duration::from_secs(1);

/// A server and the connections to it.
#[derive(Debug)]
pub struct Caller {
    target: Target,
    client: Upstream,
    timeout: Duration,
    is_loopback: bool,
}

impl Caller {
    /// Sends to a target. `is_loopback` where it is on this machine, and need not be spared.
    ///
    /// # Errors
    /// Certificates that cannot be used.
    pub fn new(target: Target, settings: &Settings, is_loopback: bool) -> Result<Self, ProxyError> {
        let client = upstream::client(&target, settings)?;
        Ok(Self { target, client, timeout: settings.timeout, is_loopback })
    }

    pub(crate) fn is_loopback(&self) -> bool {
        self.is_loopback
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    pub(crate) fn path(&self) -> &str {
        self.target.path()
    }

    /// Posts a body and reads the whole answer; again where the server asks for a pause that it keeps to within the time of
    /// an answer. Without an answer nothing is sent again: the task may have been carried out.
    pub(crate) async fn post(&self, body: Vec<u8>, key: Option<&Secret>) -> Result<Reply, Loss> {
        let mut pauses = 0;
        loop {
            let (reply, asked) = self.post_once(body.clone(), key).await?;
            let pause = match (reply.status, asked) {
                (429 | 503, Some(asked)) => asked,
                (429, None) => PAUSE * 2_u32.pow(pauses),
                _ => return Ok(reply),
            };
            if pauses == MAX_PAUSES || pause > self.timeout {
                return Ok(reply);
            }
            pauses += 1;
            sleep(pause).await;
        }
    }

    /// Posts a body, and gives the pause that the server asks for.
    async fn post_once(
        &self,
        body: Vec<u8>,
        key: Option<&Secret>,
    ) -> Result<(Reply, Option<Duration>), Loss> {
        let until = Instant::now() + self.timeout;
        let late = |_| Loss::TimedOut(self.timeout);
        let request = self.request(body, key)?;
        let answer = timeout_at(until, self.client.request(request)).await.map_err(late)?;
        let (parts, body) = answer.map_err(|error| loss(&error))?.into_parts();
        let content_type = parts.headers.get(CONTENT_TYPE);
        let content_type = content_type.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let status = parts.status.as_u16();
        let asked = parts.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let asked = asked.and_then(|text| retry_after(text, SystemTime::now()));
        let (mut pieces, mut bytes) = (Body::new(body).into_data_stream(), Vec::new());
        while let Some(piece) = timeout_at(until, pieces.next()).await.map_err(late)? {
            bytes.extend_from_slice(&piece.map_err(|error| Loss::Broken(cause(&error)))?);
            if bytes.len() > MAX_BODY {
                return Err(Loss::TooLarge { status, limit: MAX_BODY });
            }
        }
        Ok((Reply { status, content_type, body: Copied::Whole(bytes) }, asked))
    }

    fn request(&self, body: Vec<u8>, key: Option<&Secret>) -> Result<Request<Body>, Loss> {
        let uri = self.target.shown();
        let request =
            Request::builder().method(Method::POST).uri(uri).header(CONTENT_TYPE, "application/json");
        let mut request = request.header(USER_AGENT, concat!("airspec/", env!("CARGO_PKG_VERSION")));
        if let Some(key) = key {
            let value = HeaderValue::try_from(format!("Bearer {}", key.expose()));
            let mut value = value.map_err(|_| Loss::Refused("the key is no text of a header".to_owned()))?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        request.body(Body::from(body)).map_err(|error| Loss::Refused(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    /// Posts to a server that gives these answers, one a connection; the status of the last one and how many there were.
    async fn post(answers: &'static [&'static str]) -> (u16, usize) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let mut given = 0;
            for head in answers {
                let accepted = tokio::time::timeout(Duration::from_secs(5), listener.accept()).await;
                let Ok(Ok((mut stream, _))) = accepted else { break };
                let read = stream.read(&mut [0; 4096]).await.unwrap();
                assert!(read > 0);
                let text = format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                stream.write_all(text.as_bytes()).await.unwrap();
                given += 1;
            }
            given
        });
        let settings = Settings { timeout: Duration::from_secs(3), ..Settings::default() };
        let caller = Caller::new(Target::new(&url).unwrap(), &settings, true).unwrap();
        let reply = caller.post(b"[]".to_vec(), None).await.unwrap();
        (reply.status, server.await.unwrap())
    }

    #[tokio::test]
    async fn a_pause_that_is_asked_for_is_kept_and_the_request_sent_again_a_few_times() {
        const BUSY: &str = "429 Busy\r\nretry-after: 0";
        assert_eq!(post(&[BUSY, "503 Away\r\nretry-after: 0", "200 OK"]).await, (200, 3));
        assert_eq!(post(&[BUSY, BUSY, BUSY, BUSY, BUSY]).await, (429, 5));
        // A pause that is longer than an answer may take, and one that nobody asks for.
        assert_eq!(post(&["429 Busy\r\nretry-after: 4000"]).await, (429, 1));
        assert_eq!(post(&["503 Away"]).await, (503, 1));
    }
}
