//! The size of the images that a task holds, as far as it holds them: data URIs and Base64 of PNG, JPEG and WebP.

use airspec_spec::model::{ImageRange, JsonPointer, Measure, ParameterPath};
use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Value, json};

/// With or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Width and height of the image that a text holds; none for a link, an id, and whatever is no image.
#[must_use]
pub fn size(text: &str) -> Option<(u64, u64)> {
    let base64 = match text.strip_prefix("data:") {
        Some(uri) => uri.split_once(";base64,")?.1,
        None => text,
    };
    let size = imagesize::blob_size(&BASE64.decode(base64).ok()?).ok()?;
    Some((size.width as u64, size.height as u64))
}

/// The places of images outside the range, each with its measure.
pub(crate) fn outside(range: &ImageRange, parameter: &ParameterPath, task: &Value) -> Vec<(String, Value)> {
    let outside = |(pointer, value): (JsonPointer, &Value)| {
        let (width, height) = size(value.as_str()?)?;
        (!range.admits(width, height)).then(|| (pointer.to_string(), measured(range.measure, width, height)))
    };
    parameter.values(task).into_iter().filter_map(outside).collect()
}

#[allow(clippy::cast_precision_loss)] // for a message
fn measured(measure: Measure, width: u64, height: u64) -> Value {
    match measure {
        Measure::Width => json!(width),
        Measure::Height => json!(height),
        Measure::Area => json!(width * height),
        Measure::Ratio => json!(width as f64 / height as f64),
    }
}
