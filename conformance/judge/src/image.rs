//! The size of the images that a task holds, as far as it holds them: data URIs and Base64 of PNG, JPEG and WebP.

use airspec_spec::model::{ImageRange, Measure, ParameterPath};
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
    let mut places = vec![(String::new(), task)];
    for name in parameter.split('.') {
        places = places.into_iter().flat_map(|(pointer, value)| below(&pointer, value, name)).collect();
    }
    let outside = |(pointer, value): (String, &Value)| {
        let (width, height) = size(value.as_str()?)?;
        (!range.admits(width, height)).then(|| (pointer, measured(range.measure, width, height)))
    };
    places.into_iter().filter_map(outside).collect()
}

/// The member of that name, or every item of an array.
fn below<'v>(pointer: &str, value: &'v Value, name: &str) -> Vec<(String, &'v Value)> {
    match value {
        Value::Object(members) => {
            let member =
                members.get(name).map(|member| (format!("{pointer}/{}", crate::escape(name)), member));
            member.into_iter().collect()
        }
        Value::Array(items) if name == "items" => {
            items.iter().enumerate().map(|(index, item)| (format!("{pointer}/{index}"), item)).collect()
        }
        _ => Vec::new(),
    }
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
