//! Sizes that a model accepts.

use crate::decimal::Decimal;
use crate::facts::{Facts, HasFacts, Operation, Relation};
use crate::node::Node;
use std::fmt;

/// Pixels of a megapixel.
const MEGAPIXEL: f64 = 1e6;
/// A parameter with more legal widths than that has no nearest size.
const MOST_WIDTHS: usize = 100_000;

/// A width and a height in pixels that a model accepts.
///
/// ```
/// use airspec_models::Size;
/// use airspec_models::openai_gpt_image_2::{Request, Required};
///
/// let size = Size::fit::<Request>(16.0 / 9.0, 2.0).ok_or("no size")?;
/// assert_eq!(size.to_string(), "1888x1056");
/// let positive_prompt = "a lighthouse".into();
/// let required = Required { positive_prompt, width: size.width, height: size.height };
/// let request = Request::builder(required).build()?;
/// assert!(request.advice().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Size {
    /// The width in pixels.
    pub width: u32,
    /// The height in pixels.
    pub height: u32,
}

/// `1536x1024`
impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

impl Size {
    /// The size whose width divided by height is nearest to `ratio` and whose number of pixels is nearest to
    /// `megapixels` (of 1,000,000 pixels). It satisfies the constraints of the spec and the rules of the model's owner.
    ///
    /// `None` if the model has no parameters for the size, no size satisfies all rules, or an argument is not a
    /// positive number.
    #[must_use]
    pub fn fit<T: HasFacts>(ratio: f64, megapixels: f64) -> Option<Self> {
        let pixels = megapixels * MEGAPIXEL;
        nearest(T::facts(), (pixels * ratio).sqrt(), (pixels / ratio).sqrt())
    }

    /// The size that is nearest to this width and height and satisfies the constraints of the spec and the rules of
    /// the model's owner. `None` as for [`fit`](Self::fit).
    #[must_use]
    pub fn nearest<T: HasFacts>(width: u32, height: u32) -> Option<Self> {
        nearest(T::facts(), f64::from(width), f64::from(height))
    }
}

/// The legal size that is nearest to that of a request.
pub(crate) fn nearest_of(facts: &Facts, request: Node<'_>) -> Option<Size> {
    let [width, height] = request.decimals(facts.size?)?;
    nearest(facts, width.nearest_float(), height.nearest_float())
}

/// The legal size with the smallest distance to a width and a height: that of the logarithms, so that twice as wide is
/// as far as half as wide.
pub(crate) fn nearest(facts: &Facts, width: f64, height: f64) -> Option<Size> {
    let [wide, high] = facts.size?;
    let is_positive = |number: f64| number.is_finite() && number > 0.0;
    if !is_positive(width) || !is_positive(height) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive; the cast saturates"
    )]
    let end = (width.max(height) * 4.0) as u32;
    let legal = |path| facts.grid_of(path).and_then(|grid| grid.whole_numbers(end, MOST_WIDTHS));
    let (widths, heights) = (legal(wide)?, legal(high)?);
    let relations = || facts.relations.iter().filter(|relation| relation.names == [wide, high]);
    let distance = |size: &Size| {
        let (a, b) = ((f64::from(size.width) / width).ln(), (f64::from(size.height) / height).ln());
        a * a + b * b
    };
    let sizes = widths.into_iter().flat_map(|width| {
        let near = heights_near(&heights, goal(f64::from(width), height, relations()));
        near.iter().map(move |height| Size { width, height: *height })
    });
    let decimal = |number: u32| Decimal::new(number.into(), 0);
    sizes
        .filter(|size| relations().all(|rule| rule.admits(decimal(size.width), decimal(size.height))))
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

/// The height that is nearest to the wanted one among those that the rules leave for a width.
fn goal<'a>(width: f64, height: f64, rules: impl Iterator<Item = &'a Relation>) -> f64 {
    let (mut low, mut high) = (0.0_f64, f64::INFINITY);
    for rule in rules {
        let (from, to) = rule.range.floats();
        let (from, to) = match rule.operation {
            Operation::Area => (from / width, to / width),
            Operation::Ratio => (width / to, if from > 0.0 { width / from } else { f64::INFINITY }),
        };
        (low, high) = (low.max(from), high.min(to));
    }
    // Not `clamp`, which panics where nothing is left.
    height.min(high).max(low)
}

/// Up to two legal heights on each side.
fn heights_near(heights: &[u32], goal: f64) -> &[u32] {
    let after = heights.partition_point(|height| f64::from(*height) < goal);
    &heights[after.saturating_sub(2)..heights.len().min(after + 2)]
}
