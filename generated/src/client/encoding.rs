//! Answers that a gateway has compressed.

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use std::io::Read;

/// What the client asks for: images and errors in JSON compress well, and every gateway knows it.
pub(super) const ACCEPTED: &str = "gzip, deflate";

/// How a body is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Not, or in a way that the client does not know.
    Plain,
    Gzip,
    Deflate,
}

impl Encoding {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let header = headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        match header.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Self::Gzip,
            "deflate" => Self::Deflate,
            _ => Self::Plain,
        }
    }

    /// The bytes before they were compressed: one more than `limit` at the most.
    pub(super) fn decode(self, body: Vec<u8>, limit: u64) -> std::io::Result<Vec<u8>> {
        let whole = |reader: &mut dyn Read| {
            let mut bytes = Vec::new();
            reader.take(limit.saturating_add(1)).read_to_end(&mut bytes).map(|_| bytes)
        };
        match self {
            Self::Plain => Ok(body),
            Self::Gzip => whole(&mut MultiGzDecoder::new(body.as_slice())),
            // Some servers send it without the frame that the standard asks for.
            Self::Deflate => whole(&mut ZlibDecoder::new(body.as_slice()))
                .or_else(|_| whole(&mut DeflateDecoder::new(body.as_slice()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use std::io::Write as _;

    const TEXT: &[u8] = b"{\"data\":[]}";

    #[test]
    fn compressed_bodies_are_read() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(TEXT).unwrap();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(TEXT).unwrap();
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::default());
        deflate.write_all(TEXT).unwrap();
        for (encoding, body) in [
            ("gzip", gzip.finish().unwrap()),
            ("deflate", zlib.finish().unwrap()),
            ("Deflate", deflate.finish().unwrap()),
            ("identity", TEXT.to_vec()),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_ENCODING, encoding.parse().unwrap());
            assert_eq!(Encoding::of(&headers).decode(body, 1000).unwrap(), TEXT, "{encoding}");
        }
    }

    #[test]
    fn a_bomb_is_not_read_beyond_the_limit() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&vec![0; 10_000_000]).unwrap();
        let body = gzip.finish().unwrap();
        assert_eq!(Encoding::Gzip.decode(body.clone(), 1000).unwrap().len(), 1001);
        assert!(Encoding::Gzip.decode(body[..body.len() - 9].to_vec(), u64::MAX).is_err(), "cut");
    }
}
