//! Reads container, size, duration and rates from a file of unknown origin, and whether the file is all there.
//!
//! The bytes may come from anyone. Nothing is decoded, and nothing is allocated that grows with the file: the structure
//! is walked from part to part, each step bounded by the bytes at hand. What is claimed is checked as far as the
//! structure shows it; damage inside the compressed data is not seen.

mod fbx;
mod flac;
mod glb;
mod jpeg;
mod json;
mod mp3;
mod mp4;
mod obj;
mod ogg;
mod ply;
mod png;
mod reader;
mod stl;
mod usdz;
mod wav;
mod webm;
mod webp;

use super::Container;
use reader::{Flaw, Reader, Sides};

/// The longest side that [`probe()`] believes, in pixels: the most that a WebP file can hold.
pub const MAX_PROBED_SIDE: u32 = 16_384;

/// What a file says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// The container, known by its first bytes.
    pub container: Container,
    /// The size of an image or of a video's frames. `None` for sound and models.
    pub image: Option<ImageSize>,
    /// The duration of a video or a sound in milliseconds, rounded to the nearest. `None` for images and models, and
    /// where the file does not say it, as a stream or a fragmented MP4 need not.
    pub milliseconds: Option<u64>,
    /// Frames of a video in 1000 seconds, rounded to the nearest: 24000 for 24 frames per second, 29970 for 30000/1001.
    /// `None` where the file does not say it.
    pub frame_rate: Option<u32>,
    /// The first track of sound.
    pub sound: Option<SoundFormat>,
}

impl Probe {
    /// Width and height in pixels, of what has them.
    #[must_use]
    pub fn size(&self) -> Option<(u32, u32)> {
        self.image.map(|image| (image.width, image.height))
    }
}

/// The size of an image or of a video's frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageSize {
    /// Pixels from left to right, as stored; an orientation or rotation in the metadata is not applied.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

/// The form of a track of sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoundFormat {
    /// Samples per second of each channel. Of Ogg with Opus, which always decodes to 48000, the input sample rate in the
    /// header.
    pub sample_rate: u32,
    /// How many channels there are.
    pub channels: u16,
}

/// Why a file is none that [`probe()`] can vouch for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// The first bytes belong to no container known here; an HTML or JSON error page, perhaps.
    #[error("no file of a known image, video, audio or model format")]
    Unknown,
    /// The file ends before its structure does.
    #[error("{} file cut off after {length} bytes", container.name())]
    Truncated {
        /// What it began as.
        container: Container,
        /// How much of it there is.
        length: usize,
    },
    /// The structure contradicts the format.
    #[error("broken {} file: {problem}", container.name())]
    Malformed {
        /// What it began as.
        container: Container,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A side is longer than [`MAX_PROBED_SIDE`].
    #[error("{} file claims {width} x {height} pixels", container.name())]
    TooLarge {
        /// What it began as.
        container: Container,
        /// The claimed width.
        width: u32,
        /// The claimed height.
        height: u32,
    },
}

/// Reads the headers of a file of any [`Container`], and walks on to its end.
///
/// Beyond what this crate makes, these are read: JPEG in all its processes, PNG with or without interlace, WebP lossy,
/// lossless and extended; MP4 and QuickTime with any codec, whole or in fragments; WebM with any codec; WAV with any
/// codec and of unknown length; MP3 with any bit rate; Ogg with Vorbis; FBX, STL and PLY in text. An MP4 or WebM without
/// a video track is refused. Bytes after the end are allowed where the format has an end, as decoders do.
///
/// Some formats do not tell that their end is missing: an OBJ may be cut behind its first face; STL, FBX and PLY in text
/// within their last words; an MP3 without a frame that counts the others, between two frames; a WebM of unknown length,
/// between two elements; a WAV of unknown length and a FLAC of unknown duration anywhere in their sound; an MP4, before a
/// box that is not needed or in a last box without a length. A binary STL is known by its length, so that a cut one is
/// [`ProbeError::Unknown`].
///
/// # Errors
/// [`ProbeError`] says what the file is not, lacks or overstates.
pub fn probe(bytes: &[u8]) -> Result<Probe, ProbeError> {
    let container = Container::from_magic(bytes).ok_or(ProbeError::Unknown)?;
    let found = read(container, Reader { bytes }).map_err(|flaw| match flaw {
        Flaw::End => ProbeError::Truncated { container, length: bytes.len() },
        Flaw::Nonsense(problem) => ProbeError::Malformed { container, problem },
    })?;
    let malformed = |problem| Err(ProbeError::Malformed { container, problem });
    if let Some((width, height)) = found.sides {
        if width == 0 || height == 0 {
            return malformed("a side of no pixels");
        }
        if width > MAX_PROBED_SIDE || height > MAX_PROBED_SIDE {
            return Err(ProbeError::TooLarge { container, width, height });
        }
    }
    if found.sound.is_some_and(|sound| sound.sample_rate == 0 || sound.channels == 0) {
        return malformed("sound without samples or channels");
    }
    Ok(Probe {
        container,
        image: found.sides.map(|(width, height)| ImageSize { width, height }),
        milliseconds: found.milliseconds,
        frame_rate: found.frame_rate,
        sound: found.sound,
    })
}

fn read(container: Container, file: Reader<'_>) -> Result<Found, Flaw> {
    let image = |sides| Found { sides: Some(sides), ..Found::default() };
    let model = |()| Found::default();
    match container {
        Container::Jpeg => jpeg::read(file).map(image),
        Container::Png => png::read(file).map(image),
        Container::Webp => webp::read(file).map(image),
        Container::Mp4 | Container::Mov => mp4::read(file),
        Container::Webm => webm::read(file),
        Container::Wav => wav::read(file),
        Container::Mp3 => mp3::read(file),
        Container::Flac => flac::read(file),
        Container::Ogg => ogg::read(file),
        Container::Glb => glb::read(file).map(model),
        Container::Fbx => fbx::read(file).map(model),
        Container::Obj => obj::read(file).map(model),
        Container::Stl => stl::read(file).map(model),
        Container::Ply => ply::read(file).map(model),
        Container::Usdz => usdz::read(file).map(model),
    }
}

/// What a format's reader found.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    sides: Option<Sides>,
    milliseconds: Option<u64>,
    frame_rate: Option<u32>,
    sound: Option<SoundFormat>,
}

#[cfg(test)]
mod tests;
