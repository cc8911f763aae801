//! Pixels, and the way they are filled quickly.
//!
//! The background's colour depends only on how far a pixel is along the slope, which grows by one with each pixel to
//! the right and by one with each row. So all colours there are fit in one strip, as long as width and height
//! together, and each row is a piece of it: a copy, not a computation. The same holds under any set of translucent
//! shapes, whose strip is mixed once and kept. Only the pixels on the edge of a shape are mixed one by one.

use std::{collections::BTreeMap, f64::consts::SQRT_2};

use super::{
    scene::{Lean, Scene},
    shape::{Colour, Reach, Rgb, Shape, coarse, mix, whole},
};

/// An image in memory: rows from the top, three bytes a pixel.
pub(super) struct Canvas {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) pixels: Vec<u8>,
}

impl Canvas {
    /// A black image.
    pub(super) fn new(width: u32, height: u32) -> Self {
        Self { width, height, pixels: vec![0; width as usize * height as usize * 3] }
    }

    /// Covers everything with a scene.
    pub(super) fn paint(&mut self, scene: &Scene) {
        let mut inks = Inks::new(scene, self.width, self.height);
        let mut cuts = Vec::new();
        for (y, row) in (0..self.height).zip(self.pixels.chunks_exact_mut(self.width as usize * 3)) {
            let reaches: Vec<Reach> = scene.shapes.iter().map(|shape| shape.reach(y, self.width)).collect();
            cuts.clear();
            cuts.extend([0, self.width]);
            for Reach { outer, inner } in &reaches {
                cuts.extend([outer.start, outer.end, inner.start, inner.end]);
            }
            cuts.sort_unstable();
            cuts.dedup();
            for cut in cuts.windows(2) {
                let (start, end) = (cut[0], cut[1]);
                let target = &mut row[start as usize * 3..end as usize * 3];
                inks.fill(target, &reaches, start, y);
            }
        }
    }

    /// Fills part of a row with one colour; what lies outside the image is left out.
    pub(super) fn dash(&mut self, x: u32, y: u32, length: u32, ink: Rgb) {
        let end = x.saturating_add(length).min(self.width);
        if y < self.height && x < end {
            let row = y as usize * self.width as usize;
            let (pixels, _) = self.pixels[(row + x as usize) * 3..(row + end as usize) * 3].as_chunks_mut();
            pixels.fill(ink);
        }
    }
}

/// The colours of a scene along its slope, under each set of shapes that some pixel lies under.
struct Inks<'a> {
    scene: &'a Scene,
    height: u32,
    /// Of each shape, its opacity along the slope, in parts of [`FULL`](super::shape::FULL).
    opacities: Vec<Vec<u32>>,
    /// By set of shapes: bit n stands for shape n.
    strips: BTreeMap<u64, Strip>,
}

/// Colours along the slope: as they are mixed on, and as they are copied.
struct Strip {
    colours: Vec<Colour>,
    bytes: Vec<u8>,
}

impl Strip {
    fn new(colours: Vec<Colour>) -> Self {
        let bytes = colours.iter().flat_map(|colour| coarse(*colour)).collect();
        Self { colours, bytes }
    }
}

impl<'a> Inks<'a> {
    fn new(scene: &'a Scene, width: u32, height: u32) -> Self {
        assert!(scene.shapes.len() <= 64, "a set of shapes is kept in 64 bits");
        let length = width + height - 1;
        let opacities = scene.shapes.iter().map(|shape| opacity(shape, scene.lean, length, height)).collect();
        let background = (0..length).map(|along| along_curve(&scene.slope, along, length)).collect();
        Self { scene, height, opacities, strips: BTreeMap::from([(0, Strip::new(background))]) }
    }

    /// Fills pixels of one row that all lie within, without or on the edge of the same shapes.
    fn fill(&mut self, target: &mut [u8], reaches: &[Reach], x: u32, y: u32) {
        let (mut under, mut edge) = (0, false);
        for (shape, Reach { outer, inner }) in reaches.iter().enumerate() {
            under |= u64::from(inner.contains(&x)) << shape;
            edge |= outer.contains(&x) && !inner.contains(&x);
        }
        let along = (x + down(self.scene.lean, y, self.height)) as usize;
        if edge {
            self.fill_edge(target, reaches, (x, y), along);
        } else {
            let strip = self.strip(under);
            target.copy_from_slice(&strip.bytes[along * 3..along * 3 + target.len()]);
        }
    }

    /// Mixes the colour of each pixel by itself.
    fn fill_edge(&mut self, target: &mut [u8], reaches: &[Reach], (x, y): (u32, u32), along: usize) {
        let background = &self.strips[&0].colours;
        let (pixels, _) = target.as_chunks_mut();
        for ((x, along), pixel) in (x..).zip(along..).zip(pixels) {
            let mut colour = background[along];
            for ((shape, reach), opacity) in self.scene.shapes.iter().zip(reaches).zip(&self.opacities) {
                if reach.inner.contains(&x) {
                    colour = mix(colour, shape.tint, opacity[along]);
                } else if reach.outer.contains(&x) {
                    let part = f64::from(opacity[along]) * shape.coverage(x, y);
                    colour = mix(colour, shape.tint, whole(part));
                }
            }
            *pixel = coarse(colour);
        }
    }

    /// The strip under a set of shapes; made from the one without the uppermost when first asked for.
    fn strip(&mut self, under: u64) -> &Strip {
        if !self.strips.contains_key(&under) {
            let top = under.ilog2();
            let below = under & !(1 << top);
            self.strip(below);
            let tint = self.scene.shapes[top as usize].tint;
            let opacity = self.opacities[top as usize].iter();
            let colours = self.strips[&below].colours.iter().zip(opacity);
            let strip = Strip::new(colours.map(|(colour, opacity)| mix(*colour, tint, *opacity)).collect());
            self.strips.insert(under, strip);
        }
        &self.strips[&under]
    }
}

/// How far along the slope row `y` begins.
fn down(lean: Lean, y: u32, height: u32) -> u32 {
    match lean {
        Lean::Down => y,
        Lean::Up => height - 1 - y,
    }
}

/// A shape's opacity along the slope, from where the slope enters it to where it leaves it.
fn opacity(shape: &Shape, lean: Lean, length: u32, height: u32) -> Vec<u32> {
    let centre = match lean {
        Lean::Down => shape.centre.0 + shape.centre.1,
        Lean::Up => shape.centre.0 + f64::from(height) - shape.centre.1,
    };
    // How far the slope climbs from the middle to the edge: along the straight sides, then across the round corner.
    let half = shape.half.0 + shape.half.1 - 2.0 * shape.radius + SQRT_2 * shape.radius;
    let half = half.max(1.0);
    let (from, to) = (f64::from(shape.opacity.0), f64::from(shape.opacity.1));
    (0..length)
        .map(|along| {
            let fraction = ((f64::from(along) - centre + half) / (2.0 * half)).clamp(0.0, 1.0);
            whole(from + (to - from) * fraction)
        })
        .collect()
}

/// The colour of a place on the slope: a Bézier curve through the colours, which has no visible seams.
fn along_curve(colours: &[Rgb; 4], along: u32, length: u32) -> Colour {
    let there = f64::from(along) / f64::from(length.saturating_sub(1).max(1));
    let back = 1.0 - there;
    let weights =
        [back * back * back, 3.0 * back * back * there, 3.0 * back * there * there, there * there * there];
    [0, 1, 2].map(|channel| {
        let sum: f64 =
            colours.iter().zip(weights).map(|(colour, weight)| f64::from(colour[channel]) * weight).sum();
        whole(sum * 256.0)
    })
}
