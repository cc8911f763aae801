//! Values for patterns of image data: `data:` URIs and Base64.

use crate::model::{Pattern, Witness};

/// Each form of image data, and what is nearly one. Which of them match is for the pattern to say.
const MEDIA: [(&str, &str); 20] = [
    ("data:image/png;base64,iVBORw0KGgo=", "PNG with one sign of padding"),
    ("data:image/jpeg;base64,/9j/4A==", "JPEG with two signs of padding"),
    ("data:image/webp;base64,UklGRg+/", "WEBP without padding"),
    ("data:image/gif;base64,R0lGODlh", "GIF without padding"),
    ("/9j/4AAQSkZJRgABAQ==", "Base64 with two signs of padding"),
    ("iVBORw0KGgo=", "Base64 with one sign of padding"),
    ("iVBORw0KGgo", "Base64 without its padding"),
    ("UklG Rg==", "Base64 with a space"),
    ("UklG\nRg==", "Base64 with a line end"),
    ("UklG\r\nRg==\r\n", "Base64 in lines"),
    ("UklG-_==", "Base64 for URLs"),
    ("UklG%2B%2F", "Base64 with escapes"),
    ("data:image/png;base64,", "a data URI without data"),
    ("data:image/png;base64,UklG Rg==", "a data URI with a space"),
    ("data:image/png;base64,UklG\nRg==", "a data URI with a line end"),
    ("data:image/png;base64, UklGRg==", "a data URI with a space before its data"),
    ("data:image/png;base64,UklG\u{e9}", "a data URI with a letter outside ASCII"),
    ("data image/png;base64,UklGRg==", "a data URI without its colon"),
    ("image/png;base64,UklGRg==", "a data URI without its scheme"),
    ("data:image/png;base64,<UklGRg==>", "a data URI with angle brackets"),
];

pub(super) fn witnesses(pattern: &Pattern) -> Vec<Witness> {
    if !pattern.ecma.contains("base64") && !pattern.ecma.contains("+/") {
        return Vec::new();
    }
    let Ok(regex) = regex::Regex::new(&pattern.rust) else { return Vec::new() };
    let witness = |(text, about): (&str, &str)| {
        if regex.is_match(text) {
            Witness::accept(text, about).unstated()
        } else {
            Witness::reject(text, about)
        }
    };
    MEDIA.map(witness).into()
}
