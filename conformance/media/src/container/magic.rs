//! Which container a file's first bytes announce.

use super::Container;

/// Lines of a text that are looked at for its first statement.
const MAX_LINES: usize = 200;

pub(super) fn container(bytes: &[u8]) -> Option<Container> {
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => Some(Container::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Container::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Container::Webp),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Some(Container::Wav),
        [0x1A, 0x45, 0xDF, 0xA3, ..] => Some(Container::Webm),
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => {
            brand.first_chunk().copied().and_then(brand_container)
        }
        // QuickTime files that are older than the box with the brand.
        [_, _, _, _, b'm', b'o', b'o', b'v', ..] | [_, _, _, _, b'm', b'd', b'a', b't', ..] => {
            Some(Container::Mov)
        }
        [b'f', b'L', b'a', b'C', ..] => Some(Container::Flac),
        [b'O', b'g', b'g', b'S', ..] => Some(Container::Ogg),
        [b'I', b'D', b'3', 2..=4, ..] => Some(Container::Mp3),
        [b'g', b'l', b'T', b'F', ..] => Some(Container::Glb),
        [b'p', b'l', b'y', b'\n' | b'\r', ..] => Some(Container::Ply),
        [b'P', b'K', 3, 4, ..] => is_usdz(bytes).then_some(Container::Usdz),
        _ if bytes.starts_with(b"Kaydara FBX Binary  \0") => Some(Container::Fbx),
        _ if bytes.starts_with(b"; FBX ") => Some(Container::Fbx),
        _ if is_mp3_frame(bytes) => Some(Container::Mp3),
        _ => headerless(bytes),
    }
}

/// The container of a brand (ISO/IEC 14496-12, 4.3): those of images and of sound alone are other formats.
fn brand_container(brand: [u8; 4]) -> Option<Container> {
    match &brand {
        b"qt  " => Some(Container::Mov),
        b"avif" | b"avis" | b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1"
        | b"crx " | b"jp2 " | b"M4A " | b"M4B " | b"M4P " => None,
        _ => Some(Container::Mp4),
    }
}

/// The header of a frame of layer III (ISO/IEC 11172-3, 2.4.2.3) whose fields all have a meaning.
fn is_mp3_frame(bytes: &[u8]) -> bool {
    let [0xFF, second, third, fourth, ..] = *bytes else { return false };
    let is_layer_three = second & 0xE6 == 0xE2 && second & 0x18 != 0x08;
    is_layer_three && third >> 4 != 15 && third >> 2 & 3 != 3 && fourth & 3 != 2
}

/// An archive whose first file is a USD file: its name stands at byte 30.
fn is_usdz(bytes: &[u8]) -> bool {
    let Some([low, high]) = bytes.get(26..28).and_then(<[u8]>::first_chunk) else { return false };
    let length = usize::from(u16::from_le_bytes([*low, *high]));
    let name = bytes.get(30..30 + length).unwrap_or_default();
    [&b".usda"[..], b".usdc", b".usd"].iter().any(|ending| name.ends_with(ending))
}

/// Formats without a signature: STL and OBJ.
fn headerless(bytes: &[u8]) -> Option<Container> {
    const TRIANGLES: usize = 80;
    if let Some(count) = bytes.get(TRIANGLES..).and_then(<[u8]>::first_chunk::<4>) {
        let count = u64::from(u32::from_le_bytes(*count));
        if count > 0 && u64::try_from(bytes.len()) == Ok(84 + 50 * count) {
            return Some(Container::Stl);
        }
    }
    for line in bytes.split(|byte| *byte == b'\n').take(MAX_LINES) {
        let line = line.trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let word = line.split(u8::is_ascii_whitespace).next()?;
        return match word {
            b"solid" => Some(Container::Stl),
            b"v" | b"vn" | b"vt" | b"vp" => {
                let mut numbers = line.split(u8::is_ascii_whitespace).skip(1).filter(|text| !text.is_empty());
                numbers.next().is_some_and(is_number).then_some(Container::Obj)
            }
            b"mtllib" | b"usemtl" | b"o" | b"g" => (line.len() > word.len()).then_some(Container::Obj),
            _ => None,
        };
    }
    None
}

fn is_number(text: &[u8]) -> bool {
    str::from_utf8(text).is_ok_and(|text| text.parse::<f64>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn magic_needs_all_of_its_bytes() {
        assert_eq!(container(b"\xFF\xD8\xFF\xE0"), Some(Container::Jpeg));
        assert_eq!(container(b"\x89PNG\r\n\x1A\n"), Some(Container::Png));
        assert_eq!(container(b"RIFF\x00\x00\x00\x00WEBP"), Some(Container::Webp));
        assert_eq!(container(b"RIFF\x00\x00\x00\x00WAVE"), Some(Container::Wav));
        assert_eq!(container(b"RIFF\x00\x00\x00\x00AVI "), None);
        assert_eq!(container(b"\x89PNG"), None);
        assert_eq!(container(b""), None);
    }

    #[test]
    fn a_brand_tells_video_from_image_and_sound() {
        let branded = |brand: &str| container(format!("\0\0\0\x14ftyp{brand}\0\0\0\0").as_bytes());
        assert_eq!(branded("isom"), Some(Container::Mp4));
        assert_eq!(branded("iso5"), Some(Container::Mp4));
        assert_eq!(branded("qt  "), Some(Container::Mov));
        assert_eq!(branded("avif"), None);
        assert_eq!(branded("M4A "), None);
        assert_eq!(container(b"\0\0\0\x14ftypiso"), None);
    }

    #[test]
    fn other_layers_aac_and_byte_order_marks_are_no_mp3() {
        assert_eq!(container(&[0xFF, 0xFB, 0x90, 0x00]), Some(Container::Mp3));
        assert_eq!(container(&[0xFF, 0xF3, 0x40, 0xC0]), Some(Container::Mp3));
        for other in [[0xFF, 0xF1, 0x50, 0x80], [0xFF, 0xFD, 0x90, 0x00], [0xFF, 0xFE, b'<', 0], [0xFF; 4]] {
            assert_eq!(container(&other), None, "{other:?}");
        }
    }

    #[test]
    fn texts_of_other_kinds_are_no_model() {
        assert_eq!(container(b"# a cube\n\nv 0 0 0\n"), Some(Container::Obj));
        assert_eq!(container(b"mtllib cube.mtl\r\nv 0 0 0\r\n"), Some(Container::Obj));
        assert_eq!(container(b"solid cube\nfacet normal 0 0 1\n"), Some(Container::Stl));
        for other in [
            "<!doctype html>",
            "{\"errors\": []}",
            "v is a letter",
            "o\n",
            "# only a comment",
            "PK\u{3}\u{4}",
        ] {
            assert_eq!(container(other.as_bytes()), None, "{other}");
        }
    }
}
