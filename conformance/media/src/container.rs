//! The containers that a file comes in, and the names they go by.

mod magic;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Medium {
    /// A still image.
    Image,
    /// Moving images, with or without sound.
    Video,
    /// Sound alone.
    Audio,
    /// A three-dimensional model.
    Model,
}

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
    /// MP4 (ISO/IEC 14496-14). Made with JPEG frames (`mp4v`, object type 0x6C).
    Mp4,
    /// QuickTime. Made with JPEG frames (`jpeg`).
    Mov,
    /// WebM: Matroska with the document type `webm`. Made with VP8 frames of one colour.
    Webm,
    /// WAV: RIFF with PCM of 16 bits.
    Wav,
    /// MPEG-1 or MPEG-2 audio, layer III.
    Mp3,
    /// FLAC in its own container, not in Ogg.
    Flac,
    /// Ogg. Made with Opus; Vorbis is read too.
    Ogg,
    /// glTF 2.0 in its binary form.
    Glb,
    /// FBX. Made in its binary form, version 7.4; the text form is read too.
    Fbx,
    /// Wavefront OBJ.
    Obj,
    /// STL. Made in its binary form; the text form is read too.
    Stl,
    /// PLY. Made as `binary_little_endian`; all three forms are read.
    Ply,
    /// USDZ: an uncompressed ZIP archive with a USD file.
    Usdz,
}

impl Container {
    /// Every container.
    pub const ALL: [Self; 16] = [
        Self::Jpeg,
        Self::Png,
        Self::Webp,
        Self::Mp4,
        Self::Mov,
        Self::Webm,
        Self::Wav,
        Self::Mp3,
        Self::Flac,
        Self::Ogg,
        Self::Glb,
        Self::Fbx,
        Self::Obj,
        Self::Stl,
        Self::Ply,
        Self::Usdz,
    ];

    /// Every container of a medium.
    pub fn of(medium: Medium) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |container| container.medium() == medium)
    }

    /// What a file of this container holds.
    #[must_use]
    pub const fn medium(self) -> Medium {
        match self {
            Self::Jpeg | Self::Png | Self::Webp => Medium::Image,
            Self::Mp4 | Self::Mov | Self::Webm => Medium::Video,
            Self::Wav | Self::Mp3 | Self::Flac | Self::Ogg => Medium::Audio,
            Self::Glb | Self::Fbx | Self::Obj | Self::Stl | Self::Ply | Self::Usdz => Medium::Model,
        }
    }

    /// Whether this crate can write a valid file of it. Today it can for each; a caller asks nevertheless, and tests
    /// nothing of a container that it cannot get a file of.
    #[must_use]
    pub const fn can_be_made(self) -> bool {
        match self.medium() {
            Medium::Image | Medium::Video | Medium::Audio | Medium::Model => true,
        }
    }

    /// The media type for a `Content-Type` header or a data URI. Registered, except that of WAV (the common name is
    /// older than the registration) and PLY; FBX has none and is a stream of octets.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Mp4 => "video/mp4",
            Self::Mov => "video/quicktime",
            Self::Webm => "video/webm",
            Self::Wav => "audio/wav",
            Self::Mp3 => "audio/mpeg",
            Self::Flac => "audio/flac",
            Self::Ogg => "audio/ogg",
            Self::Glb => "model/gltf-binary",
            Self::Fbx => OCTETS,
            Self::Obj => "model/obj",
            Self::Stl => "model/stl",
            Self::Ply => "model/ply",
            Self::Usdz => "model/vnd.usdz+zip",
        }
    }

    /// Other media types in use for the same format.
    const fn other_media_types(self) -> &'static [&'static str] {
        match self {
            Self::Wav => &["audio/vnd.wave", "audio/wave", "audio/x-wav"],
            Self::Flac => &["audio/x-flac"],
            _ => &[],
        }
    }

    /// The usual extension of a file name, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Mp4 => "mp4",
            Self::Mov => "mov",
            Self::Webm => "webm",
            Self::Wav => "wav",
            Self::Mp3 => "mp3",
            Self::Flac => "flac",
            Self::Ogg => "ogg",
            Self::Glb => "glb",
            Self::Fbx => "fbx",
            Self::Obj => "obj",
            Self::Stl => "stl",
            Self::Ply => "ply",
            Self::Usdz => "usdz",
        }
    }

    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Webp => "WebP",
            Self::Mp4 => "MP4",
            Self::Mov => "MOV",
            Self::Webm => "WebM",
            Self::Wav => "WAV",
            Self::Mp3 => "MP3",
            Self::Flac => "FLAC",
            Self::Ogg => "Ogg",
            Self::Glb => "GLB",
            Self::Fbx => "FBX",
            Self::Obj => "OBJ",
            Self::Stl => "STL",
            Self::Ply => "PLY",
            Self::Usdz => "USDZ",
        }
    }

    /// Whether [`render`](super::render) has no use for a quality: it writes the image without loss, or writes no
    /// image.
    #[must_use]
    pub const fn is_lossless(self) -> bool {
        !matches!(self, Self::Jpeg)
    }

    /// The container of a media type, in any letter case and whatever its parameters. `application/octet-stream` is
    /// that of any file, and so names none, not even [`Fbx`](Self::Fbx).
    #[must_use]
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        let essence = essence(media_type);
        Self::ALL.into_iter().filter(|container| container.media_type() != OCTETS).find(|container| {
            let mut others = container.other_media_types().iter();
            essence.eq_ignore_ascii_case(container.media_type())
                || others.any(|other| essence.eq_ignore_ascii_case(other))
        })
    }

    /// The container of a file name's extension or of a format's name, in any letter case: `jpg`, `JPEG`, `mp4`.
    #[must_use]
    pub fn from_extension(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|container| {
            extension.eq_ignore_ascii_case(container.extension())
                || extension.eq_ignore_ascii_case(container.name())
        })
    }

    /// The container that the first bytes of a file announce; [`probe`](super::probe()) then reads on.
    ///
    /// OBJ has no signature: its first statement is looked at. A binary STL has none either: it is known by its
    /// length, so `bytes` must be the whole file.
    #[must_use]
    pub fn from_magic(bytes: &[u8]) -> Option<Self> {
        magic::container(bytes)
    }

    /// This container if it is of the medium, else the first one of the medium.
    pub(crate) fn or_first_of(self, medium: Medium) -> Self {
        if self.medium() == medium {
            return self;
        }
        match medium {
            Medium::Image => Self::Jpeg,
            Medium::Video => Self::Mp4,
            Medium::Audio => Self::Wav,
            Medium::Model => Self::Glb,
        }
    }
}

/// The media type of any file.
const OCTETS: &str = "application/octet-stream";

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
            let expected = (container != Container::Fbx).then_some(container);
            assert_eq!(Container::from_media_type(container.media_type()), expected);
            assert_eq!(Container::from_extension(container.extension()), Some(container));
            assert_eq!(Container::from_extension(&container.name().to_lowercase()), Some(container));
        }
    }

    #[test]
    fn a_media_type_may_have_parameters_and_capitals() {
        assert_eq!(Container::from_media_type("Image/PNG; charset=binary"), Some(Container::Png));
        assert_eq!(Container::from_media_type("audio/ogg; codecs=opus"), Some(Container::Ogg));
        assert_eq!(Container::from_media_type("image/jpg"), None, "not a registered type");
        assert_eq!(Container::from_media_type(""), None);
    }

    #[test]
    fn each_name_of_wav_is_known() {
        for media_type in ["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"] {
            assert_eq!(Container::from_media_type(media_type), Some(Container::Wav), "{media_type}");
        }
    }

    #[test]
    fn each_medium_has_containers_and_each_container_one_medium() {
        let media = [Medium::Image, Medium::Video, Medium::Audio, Medium::Model];
        let listed: Vec<Container> = media.into_iter().flat_map(Container::of).collect();
        assert_eq!(listed, Container::ALL);
        for medium in media {
            let first = Container::of(medium).next().unwrap();
            let other = Container::ALL.into_iter().find(|container| container.medium() != medium).unwrap();
            assert_eq!(other.or_first_of(medium), first);
            assert_eq!(first.or_first_of(medium), first);
        }
    }
}
