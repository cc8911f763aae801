//! Clips: small video files of an exact size, duration and frame rate.
//!
//! A clip shows one image from its first frame to its last: what it is measured by is its container. MP4 and QuickTime
//! hold JPEG frames, all of which are one run of bytes; WebM holds VP8 frames of one colour, all but the first of a
//! cluster repeating the one before. There is no sound.

mod mp4;
mod vp8;
mod webm;

use super::{Container, Medium, drawn_size};

/// The longest clip that [`render_clip`] makes, in milliseconds.
pub const MAX_CLIP_MILLISECONDS: u32 = 120_000;

/// The highest frame rate that [`render_clip`] makes, in frames per second.
pub const MAX_FRAMES_PER_SECOND: u32 = 120;

/// All that a clip's bytes depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Clip<'a> {
    /// Pixels from left to right, within the bounds of [`drawn_size`].
    pub width: u32,
    /// Pixels from top to bottom, within the bounds of [`drawn_size`].
    pub height: u32,
    /// The container of the file; one that is not of [`Medium::Video`] is taken for MP4.
    pub container: Container,
    /// The duration in milliseconds, 1 to [`MAX_CLIP_MILLISECONDS`]; a value outside is brought to the nearest bound.
    pub milliseconds: u32,
    /// Frames per second, 1 to [`MAX_FRAMES_PER_SECOND`]; a value outside is brought to the nearest bound.
    pub frames_per_second: u32,
    /// Chooses what is shown, together with the prompt.
    pub seed: i64,
    /// Any text. Shown as [`Image::prompt`](super::Image::prompt) is; in WebM it is part of the title.
    pub prompt: &'a str,
    /// A word or two, shown as [`Image::caption`](super::Image::caption) is; in WebM it is part of the title.
    pub caption: &'a str,
}

impl Clip<'_> {
    /// How many frames begin within the duration.
    fn frames(&self) -> u32 {
        (self.milliseconds * self.frames_per_second).div_ceil(1000)
    }
}

/// Makes a video file.
///
/// Width, height, duration and frame rate are exactly as asked for. If the duration is no whole number of frames, the
/// last frame is shown for a shorter time; a clip shorter than one frame cannot state its rate in MP4 and MOV.
///
/// The size of the file: one JPEG image and four bytes for each frame, or for WebM 50 bytes and a bit for every thousand
/// pixels of each frame. Ten seconds of 1920 x 1080 pixels at 24 frames per second take less than 60 kB.
#[must_use]
pub fn render_clip(clip: &Clip<'_>) -> Vec<u8> {
    let (width, height) = drawn_size(clip.width, clip.height);
    let clip = Clip {
        width,
        height,
        container: clip.container.or_first_of(Medium::Video),
        milliseconds: clip.milliseconds.clamp(1, MAX_CLIP_MILLISECONDS),
        frames_per_second: clip.frames_per_second.clamp(1, MAX_FRAMES_PER_SECOND),
        ..*clip
    };
    match clip.container {
        Container::Webm => webm::file(&clip),
        Container::Mov => mp4::file(&clip, mp4::Dialect::QuickTime),
        _ => mp4::file(&clip, mp4::Dialect::Mp4),
    }
}

#[cfg(test)]
mod tests;
