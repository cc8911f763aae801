//! Files of every modality, made small and probed: images, videos, sounds and three-dimensional models.
//!
//! **Made**, to be the answers of a mock server: real files of the right container, size, duration and rates, drawn
//! instead of generated. The same description gives the same bytes on every machine: nothing here depends on time, on
//! the processor, or on a library of transcendental functions.
//!
//! | What | Function | Containers | What it shows |
//! |---|---|---|---|
//! | [`Image`] | [`render`] | JPEG, PNG, WebP | a soft gradient, shapes, and a panel that says what was asked for |
//! | [`Clip`] | [`render_clip`] | MP4, MOV | the same image as long as asked, in JPEG frames; no sound |
//! | | | WebM | one colour, in VP8 frames; no sound |
//! | [`Sound`] | [`render_sound`] | WAV, FLAC, MP3, Ogg (Opus) | a quiet tone, quiet steps, silence, silence |
//! | [`Mesh`] | [`render_mesh`] | GLB, FBX, OBJ, STL, PLY, USDZ | a box without material |
//!
//! Not made: video with sound or with another codec (H.264 has no small encoder in Rust), sound with more than two
//! channels, AAC, glTF as text, models with materials or animation.
//!
//! **Probed**: [`probe()`] reads container, size, duration and rates of a file that some server sent. It shares nothing
//! with the writers, so that it can judge them.
//!
//! Units: pixels, milliseconds, samples per second of each channel. A [`Clip`] has frames per second, a [`Probe`] frames
//! in 1000 seconds.
//!
//! This crate knows no server, no cache and no parameter: the caller says all of it. Painting walks spans, not pixels,
//! so that it is quick in a build without optimisation; encoding is not, so optimise the encoders' packages in
//! development builds too. The forward transform of the JPEG encoder is based in part on the work of the Independent
//! JPEG Group.

mod audio;
mod canvas;
mod coarse;
mod container;
mod encode;
mod font;
mod model;
mod panel;
mod probe;
mod psf;
mod random;
mod scene;
mod shape;
mod video;

pub use audio::{MAX_SOUND_MILLISECONDS, SAMPLE_RATES, Sound, render_sound};
pub use coarse::coarseness;
pub use container::{Container, Medium, essence};
pub use model::{Mesh, render_mesh};
pub use probe::{ImageSize, MAX_PROBED_SIDE, Probe, ProbeError, SoundFormat, probe};
pub use video::{Clip, MAX_CLIP_MILLISECONDS, MAX_FRAMES_PER_SECOND, render_clip};

/// The longest side that [`render`] draws, in pixels: a WebP file has none that is longer.
pub const MAX_SIDE: u32 = 16_383;

/// The largest area that [`render`] draws, in pixels: an image of it takes 192 MiB before it is encoded.
pub const MAX_AREA: u32 = 8192 * 8192;

/// The size that is drawn where this one is asked for: no side is less than 1 or more than [`MAX_SIDE`], and where the
/// area would be more than [`MAX_AREA`], the height is less.
#[must_use]
pub fn drawn_size(width: u32, height: u32) -> (u32, u32) {
    let width = width.clamp(1, MAX_SIDE);
    (width, height.clamp(1, MAX_SIDE).min(MAX_AREA / width))
}

/// All that an image shows, and so all that its bytes depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Image<'a> {
    /// Pixels from left to right, within the bounds of [`drawn_size`].
    pub width: u32,
    /// Pixels from top to bottom, within the bounds of [`drawn_size`].
    pub height: u32,
    /// The container of the file; one that is not of [`Medium::Image`] is taken for JPEG.
    pub container: Container,
    /// How well the encoder keeps the image, 1 to 100; a value outside is brought to the nearest bound. Only JPEG
    /// has such a quality: the bytes of a [lossless](Container::is_lossless) container do not depend on it.
    pub quality: u8,
    /// Chooses colours and shapes, together with the prompt.
    pub seed: i64,
    /// Any text. Shown wrapped and shortened; characters outside the font (Latin with its accents) appear as boxes.
    pub prompt: &'a str,
    /// A word or two to show beside the size, such as the quality that the request asked of the model, or which of
    /// several results this is. Nothing is shown for an empty one.
    pub caption: &'a str,
}

/// Draws and encodes an image.
///
/// The file is exactly as large as [`Image::width`] and [`Image::height`] say. Images with no room for the
/// text leave it out, from the prompt up: the size goes last. The raw image of three bytes per pixel is held in
/// memory until this returns, so a server renders only a few large ones at a time.
#[must_use]
pub fn render(image: &Image<'_>) -> Vec<u8> {
    let (width, height) = drawn_size(image.width, image.height);
    let image = Image {
        width,
        height,
        container: image.container.or_first_of(Medium::Image),
        quality: image.quality.clamp(1, 100),
        ..*image
    };
    let panel = panel::Panel::of(&image);
    let mut scene = scene::Scene::of(&image);
    scene.shapes.extend(panel.as_ref().map(panel::Panel::shape));

    let mut canvas = canvas::Canvas::new(image.width, image.height);
    canvas.paint(&scene);
    if let Some(panel) = &panel {
        panel.write(&mut canvas);
    }
    encode::encode(&canvas, image.container, image.quality)
}

#[cfg(test)]
mod tests;
