//! Reference images from files, bytes and readers, as the `data:` URIs that a request takes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// A reference image as a `data:` URI.
///
/// ```no_run
/// use airspec_models::Reference;
/// use airspec_models::openai_gpt_image_2::{Inputs, Request, Required};
///
/// let positive_prompt = "add a boat".into();
/// let request = Request::builder(Required { positive_prompt, width: 1024, height: 1024 })
///     .inputs(Inputs::default().reference_images([Reference::from_path("harbour.png")?]))
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The content decides the type, not the name of the file: PNG, JPEG or WebP. An image of more than
/// [`Reference::LIMIT`] bytes is refused before it is encoded. Reading blocks: in async code, read the file first and
/// use [`from_bytes`](Self::from_bytes). URLs and UUIDs of images need no conversion: pass them as texts.
#[derive(Clone, PartialEq, Eq)]
pub struct Reference {
    uri: String,
    media_type: &'static str,
}

/// An image cannot be a reference image.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// The file or the reader cannot be read.
    #[error("cannot read {source_name}: {reason}")]
    Read {
        /// The path, or `the image` for a reader.
        source_name: String,
        /// The reason of the operating system.
        reason: String,
    },
    /// The image is too large.
    #[error("the image has more than {limit} bytes: make it smaller, or upload it and pass its URL")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The image has another type.
    #[error("the image is {found}, and not PNG, JPEG or WebP")]
    Type {
        /// The type in words.
        found: &'static str,
    },
}

/// The same text as `Display`, so that a `main` that returns the error prints a sentence.
impl fmt::Debug for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Reference {
    /// The largest image, in bytes. Its `data:` URI has at most 20,971,520 characters, the limit of the API of the owner
    /// of GPT Image. The spec of the model states no limit.
    pub const LIMIT: u64 = 15_728_622;

    /// Reads an image file.
    ///
    /// # Errors
    /// The file cannot be read, is too large, or is not PNG, JPEG or WebP.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, ReferenceError> {
        let path = path.as_ref();
        let unread = |error: std::io::Error| ReferenceError::Read {
            source_name: path.display().to_string(),
            reason: error.to_string(),
        };
        let file = File::open(path).map_err(unread)?;
        if file.metadata().map_err(unread)?.len() > Self::LIMIT {
            return Err(ReferenceError::TooLarge { limit: Self::LIMIT });
        }
        Self::read(file).map_err(unread)?
    }

    /// Reads an image to the end of a reader, but not beyond [`Self::LIMIT`].
    ///
    /// # Errors
    /// The reader fails, or the image is too large or not PNG, JPEG or WebP.
    pub fn from_reader(reader: impl Read) -> Result<Self, ReferenceError> {
        Self::read(reader).map_err(|error| ReferenceError::Read {
            source_name: "the image".to_owned(),
            reason: error.to_string(),
        })?
    }

    /// The image with these bytes.
    ///
    /// # Errors
    /// The image is too large or not PNG, JPEG or WebP.
    pub fn from_bytes(bytes: impl AsRef<[u8]>) -> Result<Self, ReferenceError> {
        let bytes = bytes.as_ref();
        if bytes.len() as u64 > Self::LIMIT {
            return Err(ReferenceError::TooLarge { limit: Self::LIMIT });
        }
        let media_type = media_type(bytes).map_err(|found| ReferenceError::Type { found })?;
        let mut uri = format!("data:{media_type};base64,");
        uri.reserve_exact(bytes.len().div_ceil(3) * 4);
        STANDARD.encode_string(bytes, &mut uri);
        Ok(Self { uri, media_type })
    }

    fn read(reader: impl Read) -> std::io::Result<Result<Self, ReferenceError>> {
        let mut bytes = Vec::new();
        reader.take(Self::LIMIT + 1).read_to_end(&mut bytes)?;
        Ok(Self::from_bytes(bytes))
    }

    /// The `data:` URI.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.uri
    }

    /// The media type, such as `image/png`.
    #[must_use]
    pub fn media_type(&self) -> &'static str {
        self.media_type
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.uri
    }
}

/// Without the bytes.
impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reference({}, {} characters)", self.media_type, self.uri.len())
    }
}

/// The media type of an image by its first bytes, or what else it is.
fn media_type(bytes: &[u8]) -> Result<&'static str, &'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Ok("image/png"),
        [0xFF, 0xD8, 0xFF, ..] => Ok("image/jpeg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok("image/webp"),
        [] => Err("empty"),
        [b'G', b'I', b'F', b'8', ..] => Err("GIF"),
        [b'B', b'M', ..] => Err("BMP"),
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => Err("TIFF"),
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', ..] => Err("AVIF"),
        [_, _, _, _, b'f', b't', b'y', b'p', b'h', b'e', ..] => Err("HEIC"),
        [b'<', b's', b'v', b'g', ..] | [b'<', b'?', b'x', b'm', b'l', ..] => Err("SVG or another XML file"),
        _ => Err("of an unknown type"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n-";

    #[test]
    fn the_content_decides_the_type() {
        let webp = b"RIFF\0\0\0\0WEBPVP8 ";
        for (bytes, start) in [
            (PNG, "data:image/png;base64,iVBORw0KGgot"),
            (b"\xff\xd8\xff\xe0", "data:image/jpeg;base64,/9j/4A=="),
            (webp, "data:image/webp;base64,UklGRg"),
        ] {
            assert!(Reference::from_bytes(bytes).unwrap().as_str().starts_with(start));
        }
        for (bytes, found) in [
            (&b""[..], "empty"),
            (b"GIF89a", "GIF"),
            (b"\0\0\0\x20ftypavif", "AVIF"),
            (b"a cat", "of an unknown type"),
        ] {
            assert_eq!(Reference::from_bytes(bytes), Err(ReferenceError::Type { found }));
        }
    }

    #[test]
    fn a_large_image_is_refused_before_it_is_encoded() {
        struct Endless(u64);
        impl Read for Endless {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                self.0 += buffer.len() as u64;
                buffer.fill(0);
                Ok(buffer.len())
            }
        }
        let mut reader = Endless(0);
        let refused = Err(ReferenceError::TooLarge { limit: 15_728_622 });
        assert_eq!(Reference::from_reader(&mut reader), refused);
        assert!(reader.0 <= 15_728_623, "it is read no further");
        assert_eq!(Reference::from_bytes(vec![0; 15_728_623]), refused);
        let mut largest = vec![0; 15_728_622];
        largest[..3].copy_from_slice(b"\xff\xd8\xff");
        let characters = Reference::from_bytes(largest).unwrap().as_str().len();
        assert!((20_971_517..=20_971_520).contains(&characters), "{characters}");
    }

    #[test]
    fn a_file_is_read_by_its_content_and_not_by_its_name() {
        let folder = std::env::temp_dir().join(format!("airspec-reference-{}", crate::Uuid::new_v4()));
        std::fs::create_dir(&folder).unwrap();
        let path = folder.join("cat.jpg");
        std::fs::write(&path, PNG).unwrap();
        let reference = Reference::from_path(&path).unwrap();
        assert_eq!(reference.media_type(), "image/png");
        assert_eq!(format!("{reference:?}"), "Reference(image/png, 34 characters)");
        let sparse = File::create(folder.join("large.png")).unwrap();
        sparse.set_len(15_728_623).unwrap();
        let error = Reference::from_path(folder.join("large.png")).unwrap_err();
        assert_eq!(error, ReferenceError::TooLarge { limit: 15_728_622 });
        std::fs::remove_dir_all(&folder).unwrap();
        let error = Reference::from_path(&path).unwrap_err().to_string();
        assert!(error.starts_with("cannot read ") && error.contains("cat.jpg"), "{error}");
    }
}
