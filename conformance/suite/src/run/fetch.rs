//! One HTTP exchange with a bound on everything: time, bytes on the wire, bytes once they are decoded, room.

use super::RunError;
use super::guard::Guard;
use super::room::{self, NoRoom};
use super::route::Route;
use crate::oracle::observation::{Loss, MAX_VALUES};
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Response, Url};
use std::error::Error;
use std::io::Read;
use std::sync::OnceLock;
use std::time::Duration;
use tokio::time::Instant;

/// What a JSON value takes in memory beside its text, in bytes: an object with one member, which is the worst.
const NODE: usize = 704;
/// So many bytes are decoded at a time.
const PIECE: usize = 64 << 10;

/// An HTTP client for each scheme.
#[derive(Debug)]
pub(super) struct Agent {
    /// Checks the addresses of names; without it all are as good.
    guard: Option<Guard>,
    /// For `http`: needs no certificates, and so works where there are none.
    plain: reqwest::Client,
    /// For `https`.
    secure: OnceLock<Result<reqwest::Client, String>>,
}

impl Agent {
    pub(super) fn new(guard: Option<Guard>, route: &Route) -> Result<Self, RunError> {
        let plain = route.applied(Self::builder(guard.as_ref()).tls_certs_only(Vec::new()), false).build();
        let plain = plain.map_err(|error| RunError::Start(cause(&error)))?;
        Ok(Self { guard, plain, secure: OnceLock::new() })
    }

    /// No proxy of the environment stands between the runner and its target, only one that was asked for; and no
    /// redirect is followed unseen.
    fn builder(guard: Option<&Guard>) -> reqwest::ClientBuilder {
        let name = concat!("airspec/", env!("CARGO_PKG_VERSION"));
        let builder = reqwest::Client::builder().no_proxy().redirect(Policy::none()).user_agent(name);
        match guard {
            Some(guard) => builder.dns_resolver(guard.resolver()),
            None => builder,
        }
    }

    pub(super) fn client(&self, url: &Url, route: &Route) -> Result<&reqwest::Client, String> {
        if url.scheme() == "http" {
            return Ok(&self.plain);
        }
        let build =
            || route.applied(Self::builder(self.guard.as_ref()), true).build().map_err(|error| cause(&error));
        self.secure.get_or_init(build).as_ref().map_err(Clone::clone)
    }
}

/// An answer before it is read.
pub(super) struct Got {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// Decoded, where it came compressed.
    pub(super) body: Vec<u8>,
}

/// What is read, which decides what it takes in memory and what is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text, which is kept beside the JSON values that are made of it.
    Answer,
    /// Bytes, which are looked at and dropped.
    File,
}

/// The bounds of an exchange, from connection to last byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) time: Duration,
    /// Of the body, and of what it is once it is decoded.
    pub(super) bytes: usize,
    pub(super) kind: Kind,
}

/// One exchange. Waiting for room does not count as time of the exchange.
pub(super) async fn fetch(request: RequestBuilder, limits: Limits) -> Result<Got, Loss> {
    let late = |_| Loss::TimedOut(limits.time);
    let deadline = Instant::now() + limits.time;
    let sent = tokio::time::timeout_at(deadline, request.send()).await.map_err(late)?;
    read(sent.map_err(loss)?, deadline, limits).await
}

/// What is left of an exchange once its answer has begun.
pub(super) async fn read(mut response: Response, mut deadline: Instant, limits: Limits) -> Result<Got, Loss> {
    let late = |_| Loss::TimedOut(limits.time);
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let coding = Coding::of(status, &headers)?;
    let mut body = Body::new(status, limits);
    while let Some(chunk) =
        tokio::time::timeout_at(deadline, response.chunk()).await.map_err(late)?.map_err(loss)?
    {
        if limits.kind == Kind::File {
            room::fetch(chunk.len()).map_err(Loss::Refused)?;
        }
        deadline += body.add(&chunk).await?;
    }
    let body = match coding {
        Some(coding) if !body.bytes.is_empty() => body.decoded(coding).await?,
        _ => body,
    };
    Ok(Got { status, headers, body: body.kept().await? })
}

/// A part of an answer that is there already, once there is room for it.
pub(super) async fn held(bytes: &[u8], status: u16, limits: Limits) -> Result<Vec<u8>, Loss> {
    let mut body = Body::new(status, limits);
    body.add(bytes).await?;
    body.kept().await
}

/// A body as it comes in, with the room that it takes, which is given back unless the body is kept.
struct Body {
    bytes: Vec<u8>,
    status: u16,
    limits: Limits,
}

impl Body {
    fn new(status: u16, limits: Limits) -> Self {
        Self { bytes: Vec::new(), status, limits }
    }

    /// How much room a byte takes: the values of an answer hold its texts once more.
    fn copies(&self) -> usize {
        if self.limits.kind == Kind::Answer { 2 } else { 1 }
    }

    fn no_room(&self, reason: NoRoom) -> Loss {
        match reason {
            NoRoom::Exhausted => Loss::Exhausted { status: self.status, limit: room::HALL },
            NoRoom::Crowded => Loss::Crowded(self.status),
        }
    }

    /// Adds a piece, and tells how long it waited for room.
    async fn add(&mut self, piece: &[u8]) -> Result<Duration, Loss> {
        let limit = self.limits.bytes;
        if self.bytes.len() + piece.len() > limit {
            return Err(Loss::TooLarge { status: self.status, limit });
        }
        let waited = room::take(self.copies() * piece.len()).await.map_err(|reason| self.no_room(reason))?;
        grow(&mut self.bytes, piece.len());
        self.bytes.extend_from_slice(piece);
        Ok(waited)
    }

    /// What it is without its compression, within the same limit: a few bytes can stand for very many.
    async fn decoded(self, coding: Coding) -> Result<Self, Loss> {
        let mut plain = Self::new(self.status, self.limits);
        let mut decoder = coding.decoder(&self.bytes);
        let mut piece = vec![0; PIECE];
        loop {
            let read = decoder.read(&mut piece).map_err(|error| {
                Loss::Refused(format!(
                    "the answer (HTTP {}) is announced as {} and cannot be decoded: {error}",
                    self.status,
                    coding.name()
                ))
            })?;
            if read == 0 {
                break;
            }
            plain.add(&piece[..read]).await?;
        }
        drop(decoder);
        Ok(plain)
    }

    /// The bytes, once there is room for the values of an answer.
    async fn kept(self) -> Result<Vec<u8>, Loss> {
        if self.limits.kind == Kind::Answer {
            room::take(NODE * values(&self.bytes)).await.map_err(|reason| self.no_room(reason))?;
        }
        Ok(self.keep())
    }

    /// The bytes; whoever takes them gives the room back.
    fn keep(mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        room::give_back(self.copies() * self.bytes.len());
    }
}

/// A compression that is read although none is asked for: gateways compress whatever a client says.
#[derive(Clone, Copy, Debug)]
enum Coding {
    Gzip,
    Deflate,
}

impl Coding {
    /// What an answer announces, if anything; `Err` for what is not read.
    fn of(status: u16, headers: &HeaderMap) -> Result<Option<Self>, Loss> {
        let all = headers.get_all(CONTENT_ENCODING).iter();
        let text: Vec<String> =
            all.map(|value| String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase()).collect();
        let text = text.join(",");
        let names = text.split(',').map(str::trim);
        let names: Vec<&str> = names.filter(|name| !matches!(*name, "" | "identity")).collect();
        match names.as_slice() {
            [] => Ok(None),
            ["gzip" | "x-gzip"] => Ok(Some(Self::Gzip)),
            ["deflate"] => Ok(Some(Self::Deflate)),
            others => Err(Loss::Refused(format!(
                "the answer (HTTP {status}) has the content encoding `{}`, which was not asked for and is not read",
                crate::oracle::excerpt(&others.join(", "))
            ))),
        }
    }

    /// What an answer with this header announces.
    fn of_header(encoding: &str) -> Result<Option<Self>, Loss> {
        let value = reqwest::header::HeaderValue::try_from(encoding);
        let value = value.map_err(|_| Loss::Refused("the content encoding is no text".to_owned()))?;
        Self::of(200, &HeaderMap::from_iter([(CONTENT_ENCODING, value)]))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }

    fn decoder(self, bytes: &[u8]) -> Box<dyn Read + Send + '_> {
        match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(bytes)),
            // The standard means zlib, and some servers send the bare stream.
            Self::Deflate if is_zlib(bytes) => Box::new(ZlibDecoder::new(bytes)),
            Self::Deflate => Box::new(DeflateDecoder::new(bytes)),
        }
    }
}

/// A body without the compression that its `Content-Encoding` announces; none where it cannot be read, or is more than
/// `limit` bytes.
#[must_use]
pub fn decompressed(encoding: &str, bytes: Vec<u8>, limit: usize) -> Option<Vec<u8>> {
    let Some(coding) = Coding::of_header(encoding).ok()? else { return Some(bytes) };
    let mut plain = Vec::new();
    let read = coding.decoder(&bytes).take(limit as u64 + 1).read_to_end(&mut plain).ok()?;
    (read <= limit).then_some(plain)
}

/// Whether bytes begin like a zlib stream.
fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [first, second, ..]
        if first & 0x0F == 8 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0)
}

/// Makes room for more bytes, without the doubling that would take twice what is needed.
fn grow(body: &mut Vec<u8>, more: usize) {
    const LEAST: usize = 16 << 10;
    const MAX_GROWTH: usize = 4 << 20;
    if body.capacity() - body.len() < more {
        body.reserve_exact(more.max((body.len() / 4).clamp(LEAST, MAX_GROWTH)));
    }
}

/// How many values a text can have, if it is JSON: each but the first is behind a comma or an opening bracket.
fn values(text: &[u8]) -> usize {
    // A loop, because a dev build takes the iterator's parts from crates that are not optimised.
    let (mut count, mut at) = (0, 0);
    while at < text.len() && count < MAX_VALUES {
        count += usize::from(matches!(text[at], b',' | b'[' | b'{'));
        at += 1;
    }
    count
}

/// A header's value as text.
pub(super) fn header(headers: &HeaderMap, name: reqwest::header::HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

#[allow(clippy::needless_pass_by_value)] // the shape of `map_err`
pub(super) fn loss(error: reqwest::Error) -> Loss {
    if error.is_connect() { Loss::Unreachable(cause(&error)) } else { Loss::Broken(cause(&error)) }
}

/// The innermost reason of an error: the outer ones repeat the URL, which can hold a secret.
#[must_use]
pub fn cause(error: &dyn Error) -> String {
    let mut reason = error;
    while let Some(inner) = reason.source() {
        reason = inner;
    }
    reason.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use std::io::Write as _;

    fn body(bytes: Vec<u8>, limit: usize) -> Body {
        let limits = Limits { time: Duration::ZERO, bytes: limit, kind: Kind::Answer };
        Body { bytes, ..Body::new(200, limits) }
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[tokio::test]
    async fn what_is_compressed_is_read_as_it_was() {
        let text = b"{\"data\":[]}".repeat(20_000);
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(&text).unwrap();
        let mut bare = DeflateEncoder::new(Vec::new(), Compression::fast());
        bare.write_all(&text).unwrap();
        for (coding, bytes) in [
            (Coding::Gzip, gzip(&text)),
            (Coding::Deflate, zlib.finish().unwrap()),
            (Coding::Deflate, bare.finish().unwrap()),
        ] {
            assert_eq!(body(bytes, 1 << 20).decoded(coding).await.unwrap().keep(), text);
        }
        let twice = [gzip(&text), gzip(&text)].concat();
        assert_eq!(body(twice, 1 << 20).decoded(Coding::Gzip).await.unwrap().keep().len(), 2 * text.len());
    }

    #[tokio::test]
    async fn a_bomb_and_a_lie_are_losses() {
        let bomb = gzip(&vec![b' '; 64 << 20]);
        assert!(bomb.len() < 1 << 20);
        let loss = body(bomb, 1 << 20).decoded(Coding::Gzip).await.err().unwrap();
        assert_eq!(loss, Loss::TooLarge { status: 200, limit: 1 << 20 });
        let mut cut = gzip(b"{}");
        cut.truncate(cut.len() - 3);
        for lie in [b"{\"data\":[]}".to_vec(), cut] {
            let loss = body(lie, 1 << 20).decoded(Coding::Gzip).await.err().unwrap().to_string();
            assert!(loss.contains("announced as gzip and cannot be decoded"), "{loss}");
        }
    }

    #[test]
    fn an_encoding_that_is_not_read_is_named() {
        let of = |value: &'static str| {
            Coding::of(200, &HeaderMap::from_iter([(CONTENT_ENCODING, value.parse().unwrap())]))
        };
        assert!(matches!(of("identity"), Ok(None)) && matches!(of(""), Ok(None)));
        assert!(
            matches!(of("GZIP"), Ok(Some(Coding::Gzip)))
                && matches!(of("deflate"), Ok(Some(Coding::Deflate)))
        );
        for odd in ["br", "gzip, gzip", "zstd"] {
            assert!(of(odd).unwrap_err().to_string().contains(&format!("content encoding `{odd}`")));
        }
    }
}
