//! The containers an image comes in, and the names they go by.

/// A file format that a mock server can answer with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Container {
    /// JPEG, baseline, with [`quality`](super::Image::quality) applied; colours at half resolution below 100.
    Jpeg,
    /// PNG, eight bits a channel, no alpha. Lossless: it knows no quality.
    Png,
    /// WebP in its lossless form (`VP8L`), the one with a pure Rust encoder. It knows no quality here, although the
    /// container also has a lossy form that does.
    Webp,
}

impl Container {
    /// Every container.
    pub const ALL: [Self; 3] = [Self::Jpeg, Self::Png, Self::Webp];

    /// The registered media type, for a `Content-Type` header or a data URI.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }

    /// The usual ending of a file name, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
        }
    }

    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Webp => "WebP",
        }
    }

    /// Whether [`render`](super::render) writes it without loss, so that a quality changes nothing.
    #[must_use]
    pub const fn is_lossless(self) -> bool {
        match self {
            Self::Jpeg => false,
            Self::Png | Self::Webp => true,
        }
    }

    /// The container of a media type, in any letter case and whatever its parameters.
    #[must_use]
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        let essence = essence(media_type);
        Self::ALL.into_iter().find(|container| essence.eq_ignore_ascii_case(container.media_type()))
    }

    /// The container of a file name's ending or of a format's name, in any letter case: `jpg`, `JPEG`, `png`, `webp`.
    #[must_use]
    pub fn from_extension(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|container| {
            extension.eq_ignore_ascii_case(container.extension())
                || extension.eq_ignore_ascii_case(container.name())
        })
    }

    /// The container that the first bytes of a file announce; [`probe`](super::probe()) then reads on.
    #[must_use]
    pub fn from_magic(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            _ => None,
        }
    }
}

/// A media type without its parameters: `text/html` of `text/html; charset=utf-8`. Letter case is left to the caller.
#[must_use]
pub fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_container_is_found_by_each_of_its_names() {
        for container in Container::ALL {
            assert_eq!(Container::from_media_type(container.media_type()), Some(container));
            assert_eq!(Container::from_extension(container.extension()), Some(container));
            assert_eq!(Container::from_extension(&container.name().to_lowercase()), Some(container));
        }
    }

    #[test]
    fn a_media_type_may_have_parameters_and_capitals() {
        assert_eq!(Container::from_media_type("Image/PNG; charset=binary"), Some(Container::Png));
        assert_eq!(Container::from_media_type("image/jpg"), None, "not a registered type");
        assert_eq!(Container::from_media_type(""), None);
    }

    #[test]
    fn magic_needs_all_of_its_bytes() {
        assert_eq!(Container::from_magic(b"\xFF\xD8\xFF\xE0"), Some(Container::Jpeg));
        assert_eq!(Container::from_magic(b"\x89PNG\r\n\x1A\n"), Some(Container::Png));
        assert_eq!(Container::from_magic(b"RIFF\x00\x00\x00\x00WEBP"), Some(Container::Webp));
        assert_eq!(Container::from_magic(b"RIFF\x00\x00\x00\x00WAVE"), None);
        assert_eq!(Container::from_magic(b"\x89PNG"), None);
        assert_eq!(Container::from_magic(b""), None);
    }
}
