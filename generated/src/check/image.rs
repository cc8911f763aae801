//! `x-constraints` about images: a measure of an image that the request itself holds.

use super::Check;
use crate::decimal::{Decimal, Number, Range};
use crate::node::Node;
use crate::sink::Sink;
use crate::violation::Constraint;
use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub enum Measure {
    /// Pixels from left to right.
    Width,
    /// Pixels from top to bottom.
    Height,
    /// width × height
    Area,
    /// width ÷ height
    Ratio,
}

impl<S: Sink> Check<'_, S> {
    /// The measure of the image lies in the range. A text that holds no image, such as a link, has none.
    #[inline]
    pub fn image(self, constraint: &'static Constraint, measure: Measure, range: Range) -> Self {
        if let (Some(text), true) = (self.node.text(), self.is_typed)
            && let Some(found) = size(text).and_then(|size| outside(measure, range, size))
        {
            self.out.mismatch(self.at, constraint, Node::Number(found));
        }
        self
    }
}

/// The measure of an image, where it lies outside the range.
fn outside(measure: Measure, range: Range, size: [u32; 2]) -> Option<Number> {
    let [width, height] = size.map(i128::from);
    let whole = |number: i128| (!range.admits(Decimal::from(number))).then_some(Number::Integer(number));
    match measure {
        Measure::Width => whole(width),
        Measure::Height => whole(height),
        Measure::Area => whole(width * height),
        Measure::Ratio if range.admits_quotient(Decimal::from(width), Decimal::from(height)) => None,
        Measure::Ratio => Some(Number::Float(f64::from(size[0]) / f64::from(size[1]))),
    }
}

/// The header of an image is in that much of its Base64, unless large metadata stands before it. A multiple of four.
const HEADER: usize = 1 << 12;

/// With or without padding, since servers take both.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Width and height of the PNG, JPEG or WebP that a data URI or a Base64 text holds.
fn size(text: &str) -> Option<[u32; 2]> {
    let base64 = match text.strip_prefix("data:") {
        Some(uri) => uri.split_once(";base64,")?.1,
        None => text,
    };
    let header = base64.as_bytes().get(..HEADER).unwrap_or(base64.as_bytes());
    let start = BASE64.decode(header).ok()?;
    imagesize::image_type(&start).ok()?;
    let size = imagesize::blob_size(&start).or_else(|_| {
        // A text that is no Base64 as a whole is no image either.
        imagesize::blob_size(&BASE64.decode(base64).unwrap_or_default())
    });
    let size = size.ok()?;
    Some([size.width.try_into().ok()?, size.height.try_into().ok()?])
}
