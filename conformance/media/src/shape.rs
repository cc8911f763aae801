//! The one shape that everything is made of: a rectangle with round corners, which is a disc when it is all corner.
//!
//! A shape knows how much of a pixel it covers, and which pixels of a row need that question at all: nearly all lie
//! wholly inside or wholly outside, and only those between get the arithmetic.

use std::ops::Range;

/// Red, green and blue, as they are written down.
pub(super) type Rgb = [u8; 3];

/// Red, green and blue in 256ths of a step, as they are mixed: rounding to whole steps under each of several shapes
/// would show as stripes.
pub(super) type Colour = [u32; 3];

/// Full coverage or opacity, in the parts that colours are mixed in.
pub(super) const FULL: u32 = 1 << 16;

/// A translucent, rounded rectangle. Lengths are in pixels, from the top left corner of the image.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    /// The middle, right and down.
    pub(super) centre: (f64, f64),
    /// Half the width and half the height.
    pub(super) half: (f64, f64),
    /// Of the corners, at most the smaller half.
    pub(super) radius: f64,
    /// What it colours the image with.
    pub(super) tint: Rgb,
    /// How strongly, in parts of [`FULL`]: at its upper and at its lower end of the image's slope.
    pub(super) opacity: (u32, u32),
}

/// The pixels of one row that a shape touches (`outer`) and those of them that it covers entirely (`inner`).
pub(super) struct Reach {
    pub(super) outer: Range<u32>,
    pub(super) inner: Range<u32>,
}

impl Shape {
    /// How much of a pixel is inside, 0 to 1: judged by the distance from its middle to the edge.
    pub(super) fn coverage(&self, x: u32, y: u32) -> f64 {
        let right = (f64::from(x) + 0.5 - self.centre.0).abs() - self.half.0 + self.radius;
        let down = self.below_corner(y);
        let distance =
            if right > 0.0 && down > 0.0 { (right * right + down * down).sqrt() } else { right.max(down) };
        (self.radius + 0.5 - distance).clamp(0.0, 1.0)
    }

    /// Which pixels of row `y` to look at, of the first `width`.
    pub(super) fn reach(&self, y: u32, width: u32) -> Reach {
        let down = self.below_corner(y);
        Reach { outer: self.span(down, 0.5, width), inner: self.span(down, -0.5, width) }
    }

    /// How far the middle of row `y` is beyond the line where the corners begin; negative between them.
    fn below_corner(&self, y: u32) -> f64 {
        (f64::from(y) + 0.5 - self.centre.1).abs() - self.half.1 + self.radius
    }

    /// The pixels of a row whose middle is inside the shape once its edge is moved outward by `by`.
    fn span(&self, down: f64, by: f64, width: u32) -> Range<u32> {
        let radius = self.radius + by;
        if radius < 0.0 || down >= radius {
            return 0..0;
        }
        let corner = if down > 0.0 { (radius * radius - down * down).sqrt() } else { radius };
        let half = self.half.0 - self.radius + corner;
        let start = whole((self.centre.0 - half + 0.5).floor()).min(width);
        let end = whole((self.centre.0 + half + 0.5).floor()).min(width);
        start..end.max(start)
    }
}

/// A number without its fraction; a negative one is none.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, which is the intention"
)]
pub(super) fn whole(number: f64) -> u32 {
    number as u32
}

/// `over` upon `under`, as opaque as parts of [`FULL`] say.
pub(super) fn mix(under: Colour, over: Rgb, opacity: u32) -> Colour {
    let channel = |under: u32, over: u8| (under * (FULL - opacity) + u32::from(over) * 256 * opacity) / FULL;
    [channel(under[0], over[0]), channel(under[1], over[1]), channel(under[2], over[2])]
}

/// A colour to mix with.
pub(super) fn fine(colour: Rgb) -> Colour {
    colour.map(|channel| u32::from(channel) * 256)
}

/// A mixed colour, rounded.
pub(super) fn coarse(colour: Colour) -> Rgb {
    colour.map(|channel| u8::try_from((channel + 128) / 256).unwrap_or(u8::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(centre: (f64, f64), half: (f64, f64), radius: f64) -> Shape {
        Shape { centre, half, radius, tint: [255; 3], opacity: (FULL, FULL) }
    }

    #[test]
    fn reach_agrees_with_coverage_at_every_pixel() {
        let shapes = [
            shape((20.0, 20.0), (15.0, 15.0), 15.0),
            shape((20.3, 19.6), (12.7, 12.7), 12.7),
            shape((0.0, 40.0), (30.0, 9.0), 9.0),
            shape((20.0, 20.0), (18.0, 10.0), 4.0),
            shape((20.0, 20.0), (0.2, 0.2), 0.2),
            shape((-50.0, 10.0), (20.0, 20.0), 20.0),
        ];
        for shape in &shapes {
            for y in 0..40 {
                let Reach { outer, inner } = shape.reach(y, 40);
                for x in 0..40 {
                    let coverage = shape.coverage(x, y);
                    if inner.contains(&x) {
                        assert!(coverage > 0.999, "{shape:?} covers {coverage} of {x}, {y}");
                    }
                    if !outer.contains(&x) {
                        assert!(coverage < 0.001, "{shape:?} covers {coverage} of {x}, {y}");
                    }
                }
            }
        }
    }

    #[test]
    fn mixing_reaches_both_ends_exactly() {
        let (black, white) = ([0; 3], [255; 3]);
        assert_eq!(coarse(mix(fine(black), white, 0)), black);
        assert_eq!(coarse(mix(fine(black), white, FULL)), white);
        assert_eq!(coarse(mix(fine(white), black, 0)), white);
        assert_eq!(coarse(mix(fine(black), white, FULL / 2)), [128; 3]);
    }
}
