//! The images that the mock server answers with: real files of the right container and size, drawn instead of
//! generated.
//!
//! An image is a soft gradient with a few translucent shapes, drawn from its seed and prompt, and a panel that says
//! in words what was asked for. The same [`Image`] gives the same bytes on every machine: nothing here depends on
//! time, on the processor, or on a library of transcendental functions. Painting walks spans, not pixels, so that it
//! is quick in a build without optimisation; encoding is not, so optimise the encoders' packages in development
//! builds too.
//!
//! [`probe()`] is the other direction: it reads container and size from a file that some server sent. It shares
//! nothing with the encoders, so that it can judge them.
//!
//! This module knows no server, no cache and no parameter: whoever asks for an image says all of it. The forward
//! transform of the JPEG encoder is based in part on the work of the Independent JPEG Group.

mod canvas;
mod coarse;
mod container;
mod encode;
mod font;
mod panel;
mod probe;
mod psf;
mod random;
mod scene;
mod shape;

pub use coarse::coarseness;
pub use container::{Container, essence};
pub use probe::{MAX_PROBED_SIDE, Probe, ProbeError, probe};

/// The longest side that [`render`] draws, in pixels: an image of this size takes 192 MiB before it is encoded.
pub const MAX_SIDE: u32 = 8192;

/// All that an image shows, and so all that its bytes depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Image<'a> {
    /// Pixels from left to right, 1 to [`MAX_SIDE`]; a value outside is brought to the nearest bound.
    pub width: u32,
    /// Pixels from top to bottom, 1 to [`MAX_SIDE`]; a value outside is brought to the nearest bound.
    pub height: u32,
    /// The container of the file.
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
    let image = Image {
        width: image.width.clamp(1, MAX_SIDE),
        height: image.height.clamp(1, MAX_SIDE),
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
