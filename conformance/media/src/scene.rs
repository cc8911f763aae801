//! What an image shows before anything is written on it: a slope of colours and the shapes above it, all drawn from
//! the seed in fractions of the image, so that one seed looks alike at every size.

use super::{
    Image,
    random::Random,
    shape::{FULL, Rgb, Shape, coarse, fine, mix, whole},
};

/// The drawing, ready for the canvas.
pub(super) struct Scene {
    /// The colours of the background from one corner to the opposite one.
    pub(super) slope: [Rgb; 4],
    /// Which corners those are.
    pub(super) lean: Lean,
    /// From the lowest to the uppermost; a canvas takes at most 64.
    pub(super) shapes: Vec<Shape>,
}

/// Which way the background runs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lean {
    /// From the top left to the bottom right.
    Down,
    /// From the bottom left to the top right.
    Up,
}

/// Colours that go together, dark to light.
const PALETTES: [[Rgb; 4]; 10] = [
    [[0x1D, 0x1B, 0x4B], [0x7B, 0x2C, 0x94], [0xF0, 0x55, 0x78], [0xFF, 0xC8, 0x7E]],
    [[0x05, 0x24, 0x3B], [0x0E, 0x62, 0xA6], [0x28, 0xBF, 0xB6], [0xDA, 0xF8, 0xE6]],
    [[0x0A, 0x38, 0x2C], [0x25, 0x7F, 0x52], [0xA8, 0xCF, 0x52], [0xFF, 0xF2, 0xB0]],
    [[0x8C, 0x2F, 0x4E], [0xF2, 0x5F, 0x6B], [0xFF, 0xA9, 0x7D], [0xFF, 0xEC, 0xD0]],
    [[0x10, 0x0D, 0x30], [0x2B, 0x41, 0xB0], [0x35, 0xC6, 0x9B], [0xD3, 0xFA, 0xA2]],
    [[0x2C, 0x0A, 0x86], [0x7A, 0x0F, 0xC0], [0xF5, 0x33, 0x8B], [0xFF, 0xC4, 0xDC]],
    [[0x45, 0x1C, 0x1A], [0xBE, 0x4A, 0x2B], [0xF6, 0xA6, 0x50], [0xFC, 0xEB, 0xCB]],
    [[0x17, 0x27, 0x4A], [0x4A, 0x74, 0xBC], [0xA6, 0xCB, 0xEE], [0xF4, 0xF8, 0xFF]],
    [[0x25, 0x2B, 0x46], [0x5A, 0x5F, 0xA0], [0xF0, 0x8A, 0x7C], [0xFD, 0xD9, 0xB5]],
    [[0x06, 0x2F, 0x3A], [0x13, 0x77, 0x7E], [0xF2, 0xB1, 0x4A], [0xFB, 0xE9, 0xB7]],
];

/// Draws shapes from the seed, in the colours of the slope.
type Arrangement = fn(&mut Random, &Frame, &[Rgb; 4]) -> Vec<Shape>;

const ARRANGEMENTS: [Arrangement; 4] = [bubbles, hills, ripples, clouds];

const WHITE: Rgb = [255; 3];

impl Scene {
    /// The scene of an image's seed and prompt.
    pub(super) fn of(image: &Image<'_>) -> Self {
        let mut random = Random::new(image.seed, image.prompt);
        let mut slope = random.pick(&PALETTES);
        let lean = random.pick(&[Lean::Down, Lean::Up]);
        let arrange = random.pick(&ARRANGEMENTS);
        let shapes = arrange(&mut random, &Frame::of(image), &slope);
        if matches!(lean, Lean::Down) && random.pick(&[true, false]) {
            slope.reverse();
        }
        Self { slope, lean, shapes }
    }
}

/// The image's measure, to place shapes by fractions of it.
struct Frame {
    width: f64,
    height: f64,
    /// The shorter side, which sizes are fractions of.
    side: f64,
}

impl Frame {
    fn of(image: &Image<'_>) -> Self {
        let (width, height) = (f64::from(image.width), f64::from(image.height));
        Self { width, height, side: width.min(height) }
    }

    /// A disc at a fraction of the width and the height, with a radius in fractions of the shorter side.
    fn disc(&self, at: (f64, f64), radius: f64, tint: Rgb, opacity: (f64, f64)) -> Shape {
        let radius = radius * self.side;
        Shape {
            centre: (at.0 * self.width, at.1 * self.height),
            half: (radius, radius),
            radius,
            tint,
            opacity: (whole(opacity.0 * f64::from(FULL)), whole(opacity.1 * f64::from(FULL))),
        }
    }
}

/// A few discs of all sizes, strewn about.
fn bubbles(random: &mut Random, frame: &Frame, slope: &[Rgb; 4]) -> Vec<Shape> {
    let sizes = [0.46, 0.34, 0.25, 0.18, 0.12, 0.07, 0.04];
    sizes
        .map(|size| {
            let at = (random.between(0.02, 0.98), random.between(0.02, 0.85));
            let tint = random.pick(&[WHITE, slope[3], slope[2], slope[0]]);
            frame.disc(at, size * random.between(0.8, 1.2), tint, (random.between(0.3, 0.5), 0.04))
        })
        .to_vec()
}

/// A sun behind rows of hills.
fn hills(random: &mut Random, frame: &Frame, slope: &[Rgb; 4]) -> Vec<Shape> {
    let sun = (random.between(0.2, 0.8), random.between(0.2, 0.4));
    let size = random.between(0.1, 0.17);
    let glow = [2.1, 1.5, 1.0].map(|ring| {
        let opacity = if ring > 1.0 { (0.16, 0.1) } else { (0.85, 0.7) };
        frame.disc(sun, size * ring, mix_with_white(slope[3]), opacity)
    });
    let rows = [0.62, 0.7, 0.78, 0.86].map(|top| {
        let (across, radius) =
            (random.between(0.0, 1.0), random.between(0.9, 1.6) * frame.width / frame.side);
        let down = top + random.between(-0.03, 0.03) + radius * frame.side / frame.height;
        frame.disc((across, down), radius, slope[0], (0.34, 0.3))
    });
    [glow.as_slice(), rows.as_slice()].concat()
}

/// Rings around one point, like a stone in water.
fn ripples(random: &mut Random, frame: &Frame, slope: &[Rgb; 4]) -> Vec<Shape> {
    let at = (random.between(0.1, 0.9), random.between(0.1, 0.6));
    let step = random.between(0.13, 0.2);
    let tint = random.pick(&[WHITE, slope[3]]);
    let rings = [7.0, 5.8, 4.7, 3.7, 2.8, 2.0, 1.3];
    let mut shapes = rings.map(|ring| frame.disc(at, ring * step, tint, (0.17, 0.09))).to_vec();
    shapes.push(frame.disc(at, 0.6 * step, tint, (0.95, 0.7)));
    shapes
}

/// Long rounded bars that drift across.
fn clouds(random: &mut Random, frame: &Frame, slope: &[Rgb; 4]) -> Vec<Shape> {
    let moon = (random.between(0.15, 0.85), random.between(0.15, 0.4));
    let mut shapes = vec![frame.disc(moon, random.between(0.12, 0.2), WHITE, (0.75, 0.45))];
    for row in 0..7 {
        let thickness = random.between(0.035, 0.075) * frame.side;
        let down = (0.12 + 0.12 * f64::from(row) + random.between(-0.03, 0.03)) * frame.height;
        let tint = random.pick(&[WHITE, slope[3], slope[1]]);
        shapes.push(Shape {
            centre: (random.between(0.0, 1.0) * frame.width, down),
            half: (random.between(0.14, 0.5) * frame.width + thickness, thickness),
            radius: thickness,
            ..frame.disc((0.0, 0.0), 0.0, tint, (random.between(0.25, 0.4), 0.08))
        });
    }
    shapes
}

fn mix_with_white(colour: Rgb) -> Rgb {
    coarse(mix(fine(colour), WHITE, FULL / 2))
}
