//! The file of a result: where it is, and what its bytes are. Downloading is the runner's.
//!
//! The bytes themselves are not kept: a case can have twenty large files, and a server may send more than that. What the
//! oracle asks of a file is known once it has been read.

use crate::parameter::{at, effective};
use crate::protocol::Form;
use airspec_media::{Probe, ProbeError, coarseness, probe};
use airspec_spec::Model;
use airspec_spec::behaviour::Kind;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, SHA256_OUTPUT_LEN, digest};
use serde_json::{Map, Value};

/// A file as it was handed over.
#[derive(Clone, Debug)]
pub struct File {
    /// How.
    pub form: Form,
    /// The link, where there is one.
    pub address: Option<String>,
    /// The media type that the server claims: the header of a download, the head of a data URI.
    pub media: Option<String>,
    /// What is in it, or why it could not be had, to stand after "the file".
    pub content: Result<Content, String>,
    /// Whether its download ended without an answer, or with one that says to ask later, however often it was tried.
    pub is_lost: bool,
}

/// What bytes are, without them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    /// How many there are.
    pub length: usize,
    /// What they are, or why they are no file that is known.
    pub file: Result<Probe, ProbeError>,
    /// How coarsely the image is kept, by the header of a lossy file.
    pub coarseness: Option<u32>,
    /// SHA-256: tells whether others are the same.
    digest: [u8; SHA256_OUTPUT_LEN],
}

impl Content {
    /// Looks at bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut sum = [0; SHA256_OUTPUT_LEN];
        sum.copy_from_slice(digest(&SHA256, bytes).as_ref());
        Self { length: bytes.len(), file: probe(bytes), coarseness: coarseness(bytes), digest: sum }
    }
}

impl File {
    /// A file whose bytes stand in the answer.
    #[must_use]
    pub fn inline(form: Form, text: &str) -> Self {
        let (media, content) = match form {
            Form::DataUri => data_uri(text),
            Form::Base64 | Form::Link => (None, base64(text)),
        };
        Self { form, address: None, media, content, is_lost: false }
    }

    /// A file that could not be had.
    #[must_use]
    pub fn missing(form: Form, reason: impl Into<String>) -> Self {
        Self { form, address: None, media: None, content: Err(reason.into()), is_lost: false }
    }
}

/// Base64 of RFC 4648 with its padding, and nothing else.
fn base64(text: &str) -> Result<Content, String> {
    match STANDARD.decode(text) {
        Ok(bytes) if bytes.is_empty() => Err("is empty".to_owned()),
        Ok(bytes) => Ok(Content::of(&bytes)),
        Err(error) => Err(format!("is not Base64 with padding: {error}")),
    }
}

fn data_uri(text: &str) -> (Option<String>, Result<Content, String>) {
    let Some((head, data)) = text.strip_prefix("data:").and_then(|rest| rest.split_once(',')) else {
        return (None, Err("is no data URI (`data:<media type>;base64,<data>`)".to_owned()));
    };
    match head.strip_suffix(";base64") {
        Some(media) => (Some(media.to_owned()), base64(data)),
        None => (Some(head.to_owned()), Err("is in a data URI without `;base64`".to_owned())),
    }
}

/// Where the file of a result is: its form and its text, taken from the field that the task asked for, or else from
/// any field that can hold a file, so that a file in the wrong field is still looked at.
#[must_use]
pub fn place<'a>(model: &Model, task: &Value, result: &'a Map<String, Value>) -> Option<(Form, &'a str)> {
    model.behaviours.iter().find_map(|behaviour| {
        let Kind::Select { parameter, fields } = &behaviour.kind else { return None };
        let asked = effective(model, task, parameter).and_then(Value::as_str);
        let wanted = asked.and_then(|value| fields.get(value));
        let others = fields.values().filter(|field| Some(*field) != wanted);
        wanted.into_iter().chain(others).find_map(|field| {
            let text = at(result, field)?.as_str()?;
            Some((Form::of_field(field).unwrap_or_else(|| Form::of_text(text)), text))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_needs_its_padding_its_alphabet_and_some_bytes() {
        let bytes = |text: &str| File::inline(Form::Base64, text).content;
        assert_eq!(bytes("/+8="), Ok(Content::of(&[0xFF, 0xEF])));
        for bad in ["/+8", "_-8=", "/+8=\n", "", "/+8==", "data:image/png;base64,/+8="] {
            assert!(bytes(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_data_uri_names_its_media_type_and_is_base64() {
        let file = File::inline(Form::DataUri, "data:image/png;base64,/+8=");
        let content = Ok(Content::of(&[0xFF, 0xEF]));
        assert_eq!((file.media.as_deref(), file.content), (Some("image/png"), content));
        for bad in ["data:image/png,/+8=", "data:image/png;base64,", "image/png;base64,/+8=", "/+8="] {
            assert!(File::inline(Form::DataUri, bad).content.is_err(), "{bad:?}");
        }
    }
}
