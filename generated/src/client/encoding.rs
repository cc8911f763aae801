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

    /// The bytes before they were compressed, one more than `limit` at the most, and whether these are all. Of a body
    /// that is cut, the beginning can be read.
    pub(super) fn decode(self, body: Vec<u8>, limit: u64) -> (Vec<u8>, bool) {
        let read = |reader: &mut dyn Read| {
            let mut bytes = Vec::new();
            let is_whole = reader.take(limit.saturating_add(1)).read_to_end(&mut bytes).is_ok();
            (bytes, is_whole)
        };
        match self {
            Self::Plain => (body, true),
            Self::Gzip => read(&mut MultiGzDecoder::new(body.as_slice())),
            Self::Deflate => match read(&mut ZlibDecoder::new(body.as_slice())) {
                // Some servers send it without the frame that the standard asks for.
                (bytes, false) if bytes.is_empty() => read(&mut DeflateDecoder::new(body.as_slice())),
                read => read,
            },
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
            assert_eq!(Encoding::of(&headers).decode(body, 1000), (TEXT.to_vec(), true), "{encoding}");
        }
    }

    #[test]
    fn of_a_body_that_is_cut_the_beginning_is_read() {
        let text: Vec<u8> = (0..5000_u32).flat_map(|number| number.to_string().into_bytes()).collect();
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(&text).unwrap();
        let body = gzip.finish().unwrap();
        let (bytes, is_whole) = Encoding::Gzip.decode(body[..body.len() / 2].to_vec(), u64::MAX);
        assert!(!is_whole && !bytes.is_empty() && text.starts_with(&bytes));
    }

    #[test]
    fn a_bomb_is_not_read_beyond_the_limit() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&vec![0; 10_000_000]).unwrap();
        let body = gzip.finish().unwrap();
        assert_eq!(Encoding::Gzip.decode(body, 1000).0.len(), 1001);
    }
}
