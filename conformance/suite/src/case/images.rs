//! Images for cases: on both sides of a rule about their size, and for parameters that take any.

use airspec_spec::model::{ImageRange, Measure};
use airspec_spec::witness::{Side, Witness};
use airspec_spec::{Rule, Schema};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive as _, Zero as _};
use serde_json::Value;

/// Sides of images, the usual ones first.
const SIDES: [u64; 12] = [1024, 512, 768, 256, 2048, 128, 64, 1536, 4096, 32, 16, 8];

/// No image has more pixels.
const MAX_AREA: u64 = 1 << 24;

/// Images at the ends of a range and just beyond them, which keep the other rules about the same images.
pub(super) fn witnesses(range: &ImageRange, schema: &Schema) -> Vec<Witness> {
    let ranges = ranges(schema);
    let mut list = Vec::new();
    for (limit, outward) in [(&range.minimum, -1), (&range.maximum, 1)] {
        let Some(limit) = limit else { continue };
        for (side, offset) in [(Side::Accept, 0), (Side::Reject, outward)] {
            let fits = |(width, height): &(u64, u64)| {
                let is_kept = |one: &&ImageRange| {
                    one.admits(*width, *height) == (side == Side::Accept || *one != range)
                };
                (1..=MAX_AREA).contains(&(width * height)) && ranges.iter().all(is_kept)
            };
            let sizes =
                SIDES.into_iter().filter_map(|other| at(range.measure, limit, outward, offset, other));
            if let Some((width, height)) = sizes.into_iter().find(fits) {
                let about = format!("an image of {width} × {height} pixels");
                let value = Value::from(data_uri(width, height));
                list.push(Witness { value, side, about, level: None });
            }
        }
    }
    list
}

/// The rules about the images of a parameter.
fn ranges(schema: &Schema) -> Vec<&ImageRange> {
    let ranges = schema.rules().filter_map(|rule| match rule {
        Rule::Image(range) => Some(range),
        _ => None,
    });
    ranges.collect()
}

/// The size of an image at a limit, moved by so many pixels, whose other side is given. The limit itself is rounded
/// inwards.
fn at(measure: Measure, limit: &BigDecimal, outward: i64, offset: i64, other: u64) -> Option<(u64, u64)> {
    let rounding = if outward < 0 { RoundingMode::Ceiling } else { RoundingMode::Floor };
    let side = |exact: BigDecimal| -> Option<u64> {
        let whole = exact.with_scale_round(0, rounding) + BigDecimal::from(BigInt::from(offset));
        whole.to_u64().filter(|side| !side.is_zero())
    };
    Some(match measure {
        Measure::Width => (side(limit.clone())?, other),
        Measure::Height => (other, side(limit.clone())?),
        Measure::Area => (other, side(limit / BigDecimal::from(other))?),
        Measure::Ratio => (side(limit * BigDecimal::from(other))?, other),
    })
}

/// An image that a parameter takes, as Base64; of the smallest of the usual sizes that its rules allow.
pub(super) fn legal(schema: &Schema) -> String {
    let ranges = ranges(schema);
    let mut sides = SIDES;
    sides.sort_unstable();
    let mut sizes = sides.into_iter().flat_map(|width| sides.map(|height| (width, height)));
    let fits = |(width, height): &(u64, u64)| {
        *width.min(height) >= 64 && ranges.iter().all(|range| range.admits(*width, *height))
    };
    let (width, height) = sizes.find(fits).unwrap_or((64, 64));
    base64(width, height)
}

fn data_uri(width: u64, height: u64) -> String {
    format!("data:image/png;base64,{}", base64(width, height))
}

/// A PNG of that size that decodes.
fn base64(width: u64, height: u64) -> String {
    let mut bytes = Vec::new();
    let side = |side: u64| u32::try_from(side).unwrap_or(u32::MAX);
    let mut encoder = png::Encoder::new(&mut bytes, side(width), side(height));
    encoder.set_color(png::ColorType::Rgb);
    let shade = |place: u64| u8::try_from(place * 4 % 256).unwrap_or_default();
    let pixels: Vec<u8> =
        (0..height).flat_map(|y| (0..width).flat_map(move |x| [shade(x), shade(y), 128])).collect();
    // Writing into memory does not fail.
    let _ = encoder.write_header().and_then(|mut writer| writer.write_image_data(&pixels));
    BASE64_STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Side::{Accept, Reject};

    fn schema(rules: &str) -> Schema {
        let text = format!(
            r#"{{"type": "object", "properties": {{"image": {{"type": "string"}}}}, "x-constraints": [{rules}]}}"#
        );
        let model = airspec_spec::read(&airspec_spec::Source::new("images.json", text)).unwrap();
        model.task.at("image").unwrap().clone()
    }

    fn sizes(rules: &str) -> Vec<(Side, (u64, u64))> {
        let schema = schema(rules);
        let range = ranges(&schema)[0];
        let size = |witness: &Witness| {
            let uri = witness.value.as_str().unwrap();
            airspec_judge::image::size(uri).unwrap()
        };
        witnesses(range, &schema).iter().map(|witness| (witness.side, size(witness))).collect()
    }

    #[test]
    fn images_lie_at_the_limits_and_just_beyond_them() {
        let width = r#"{"operation": "width", "parameters": ["image"], "minimum": 128}"#;
        let height = r#"{"operation": "height", "parameters": ["image"], "maximum": 128}"#;
        let area = r#"{"operation": "area", "parameters": ["image"], "maximum": 1153433}"#;
        let ratio = r#"{"operation": "ratio", "parameters": ["image"], "minimum": 0.5, "maximum": 2.5}"#;
        assert_eq!(sizes(width), [(Accept, (128, 1024)), (Reject, (127, 1024))]);
        // The other rule about the same image is kept.
        assert_eq!(sizes(&format!("{width}, {height}")), [(Accept, (128, 128)), (Reject, (127, 128))]);
        assert_eq!(sizes(area), [(Accept, (1024, 1126)), (Reject, (1024, 1127))]);
        assert_eq!(
            sizes(ratio),
            [(Accept, (512, 1024)), (Reject, (511, 1024)), (Accept, (2560, 1024)), (Reject, (2561, 1024))]
        );
    }

    #[test]
    fn any_image_decodes_and_keeps_the_rules_of_its_parameter() {
        let size = |rules: &str| {
            let bytes = BASE64_STANDARD.decode(legal(&schema(rules))).unwrap();
            airspec_media::probe(&bytes).unwrap().size().unwrap()
        };
        assert_eq!(size(""), (64, 64));
        assert_eq!(size(r#"{"operation": "width", "parameters": ["image"], "minimum": 200}"#), (256, 64));
    }
}
