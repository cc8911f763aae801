//! The size of images that a request itself holds.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD};
use serde_json::{Value, json};

mod images {
    airspec_macros::model!("tests/images.json");
}

/// The violations of a request, as they are printed.
fn violated(request: &Value) -> Vec<String> {
    let violations = images::Request::from_json(&request.to_string()).err().unwrap_or_default();
    violations.iter().map(ToString::to_string).collect()
}

/// The start of a PNG: its signature, and the chunk that has the size.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend([width, height].iter().flat_map(|side| side.to_be_bytes()));
    bytes.extend(b"\x08\x02\0\0\0\0\0\0\0");
    bytes
}

/// The start of a JPEG whose size stands behind so many bytes of metadata.
fn jpeg(width: u16, height: u16, metadata: u16) -> Vec<u8> {
    let mut bytes = b"\xff\xd8\xff\xe1".to_vec();
    bytes.extend((metadata + 2).to_be_bytes());
    bytes.extend(vec![b'x'; metadata.into()]);
    bytes.extend(b"\xff\xc0\0\x11\x08");
    bytes.extend([height, width].iter().flat_map(|side| side.to_be_bytes()));
    bytes.extend(b"\x03\x01\x22\0\x02\x11\x01\x03\x11\x01\xff\xd9");
    bytes
}

fn uri(media_type: &str, bytes: &[u8]) -> String {
    format!("data:{media_type};base64,{}", BASE64_STANDARD.encode(bytes))
}

#[test]
fn an_image_in_the_request_is_measured() {
    let large = "/image: must be an image with an area (width × height) of at most 5000 pixels, found 5050";
    assert_eq!(violated(&json!({"image": uri("image/png", &png(50, 100))})), [""; 0]);
    assert_eq!(violated(&json!({"image": uri("image/png", &png(50, 101))})).first().unwrap(), large);
    let wide = "/image: must be an image with a ratio (width ÷ height) from 0.5 to 2, found 2.5";
    assert_eq!(violated(&json!({"image": uri("image/png", &png(25, 10))})), [wide]);
    let narrow = "/images/1: must be an image with a width of at least 128 pixels, found 127";
    let pair = [uri("image/png", &png(128, 1)), BASE64_STANDARD_NO_PAD.encode(png(127, 1))];
    assert_eq!(violated(&json!({"images": pair})), [narrow]);
}

#[test]
fn the_size_is_found_behind_metadata() {
    for metadata in [10, 3_000, 60_000] {
        let image = |width| json!({"images": [uri("image/jpeg", &jpeg(width, 9, metadata))]});
        assert_eq!(violated(&image(128)), [""; 0], "{metadata}");
        assert_eq!(violated(&image(127)).len(), 1, "{metadata}");
    }
}

#[test]
fn what_holds_no_image_has_no_size() {
    let cut = &png(1, 1)[..10];
    for value in [
        "https://example.com/a.png".to_owned(),
        "7d6b7cba-95ec-4a7a-9c6f-2dd2b4a0c9a1".to_owned(),
        "data:image/png,abc".to_owned(),
        "data:image/png;base64,***".to_owned(),
        String::new(),
        "hello".to_owned(),
        uri("image/png", cut),
        uri("image/gif", b"GIF89a\x01\0\x01\0\0\0\0"),
    ] {
        assert_eq!(violated(&json!({"images": [value]})), [""; 0], "{value}");
    }
}
