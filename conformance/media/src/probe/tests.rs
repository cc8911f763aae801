//! Images: what is read of them, and what is refused.

mod clips;
mod models;
mod robust;
mod sounds;

use super::super::{Image, random::Random, render, shape::whole};
use super::*;

/// What is known of an image.
fn image(container: Container, width: u32, height: u32) -> Probe {
    let image = Some(ImageSize { width, height });
    Probe { container, image, milliseconds: None, frame_rate: None, sound: None }
}

fn files() -> [(Container, Vec<u8>); 3] {
    [Container::Jpeg, Container::Png, Container::Webp].map(|container| {
        let one =
            Image { width: 96, height: 64, container, quality: 90, seed: 7, prompt: "fox", caption: "low" };
        (container, render(&one))
    })
}

#[test]
fn whole_files_are_read_and_cut_ones_refused_wherever_the_cut_is() {
    for (container, file) in files() {
        assert_eq!(probe(&file), Ok(image(container, 96, 64)));
        for length in 0..file.len() {
            let error = probe(&file[..length]).unwrap_err();
            let expected = [ProbeError::Unknown, ProbeError::Truncated { container, length }];
            assert!(expected.contains(&error), "{container:?} cut to {length}: {error}");
        }
        let trailing = [file.as_slice(), b"and more"].concat();
        assert_eq!(probe(&trailing), probe(&file), "{container:?}");
    }
}

#[test]
fn random_bytes_never_panic_whatever_they_pretend_to_be() {
    let mut random = Random::new(1, "noise");
    let mut noise = |length: u32| -> Vec<u8> {
        (0..length).map(|_| u8::try_from(whole(random.between(0.0, 256.0))).unwrap()).collect()
    };
    let files = files();
    for length in 0..400 {
        let tail = noise(length);
        assert_eq!(probe(&[b"<", tail.as_slice()].concat()), Err(ProbeError::Unknown));
        for (_, file) in &files {
            for kept in [3, 8, 12, 16, 20, 24, 30, 40] {
                let _ = probe(&[&file[..kept], tail.as_slice()].concat());
            }
        }
    }
}

#[test]
fn each_flipped_byte_of_a_header_gives_an_answer() {
    for (_, file) in files() {
        for (at, value) in
            (0..file.len().min(700)).flat_map(|at| [0, 1, 0x7F, 0x80, 0xFF].map(|value| (at, value)))
        {
            let mut file = file.clone();
            file[at] = value;
            let _ = probe(&file);
        }
    }
}

fn png_claiming(width: u32, height: u32) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let checksum = png::checksum(b"IHDR", &header).to_be_bytes();
    let rest = b"\0\0\0\0IDAT\0\0\0\0\0\0\0\0IEND\0\0\0\0";
    [b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR", header.as_slice(), &checksum, rest].concat()
}

fn webp_chunked(chunks: &[u8]) -> Vec<u8> {
    let length = u32::try_from(chunks.len() + 4).unwrap().to_le_bytes();
    [b"RIFF", length.as_slice(), b"WEBP", chunks].concat()
}

#[test]
fn huge_and_empty_claims_are_refused() {
    let container = Container::Png;
    assert_eq!(probe(&png_claiming(16_384, 1)), Ok(image(container, 16_384, 1)));
    let (width, height) = (u32::MAX, u32::MAX);
    assert_eq!(probe(&png_claiming(width, height)), Err(ProbeError::TooLarge { container, width, height }));
    let nothing = ProbeError::Malformed { container, problem: "a side of no pixels" };
    assert_eq!(probe(&png_claiming(0, 10)), Err(nothing));
    assert_eq!(probe(&png_claiming(10, 0)), Err(nothing));

    let container = Container::Webp;
    let claim = webp_chunked(b"VP8X\x0A\0\0\0\0\0\0\0\xFF\xFF\xFF\xFF\xFF\xFFVP8L\0\0\0\0");
    let (width, height) = (1 << 24, 1 << 24);
    assert_eq!(probe(&claim), Err(ProbeError::TooLarge { container, width, height }));

    let container = Container::Jpeg;
    let claim = b"\xFF\xD8\xFF\xC0\0\x0B\x08\xFF\xFF\xFF\xFE\x01\x01\x11\0\xFF\xDA\0\x02\x12\xFF\0\xFF\xD9";
    let (width, height) = (0xFFFE, 0xFFFF);
    assert_eq!(probe(claim), Err(ProbeError::TooLarge { container, width, height }));
}

#[test]
fn lengths_beyond_the_file_are_refused() {
    let mut png = png_claiming(16, 16);
    png[33..37].copy_from_slice(&u32::MAX.to_be_bytes());
    assert!(matches!(probe(&png), Err(ProbeError::Truncated { .. })));

    let mut webp = webp_chunked(b"VP8L\x06\0\0\0\x2F\0\0\0\0\0");
    assert!(probe(&webp).is_ok());
    webp[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(probe(&webp), Err(ProbeError::Truncated { .. })));
    let inner = webp_chunked(b"VP8L\xFF\xFF\xFF\xFF\x2F\0\0\0\0\0");
    assert!(matches!(probe(&inner), Err(ProbeError::Malformed { .. })));

    assert!(matches!(probe(b"\xFF\xD8\xFF\xE0\0\x01"), Err(ProbeError::Malformed { .. })));
    assert!(matches!(probe(b"\xFF\xD8\xFF\xE0\xFF\xFF"), Err(ProbeError::Truncated { .. })));
}

#[test]
fn lossy_and_extended_webp_are_understood() {
    let container = Container::Webp;
    let lossy = webp_chunked(b"VP8 \x0A\0\0\0\x10\0\0\x9D\x01\x2A\x80\x02\xE0\x41");
    assert_eq!(probe(&lossy), Ok(image(container, 640, 480)));
    let extended = webp_chunked(b"VP8X\x0A\0\0\0\x08\0\0\0\x7F\x02\0\xDF\x01\0EXIF\x01\0\0\0x\0VP8 \0\0\0\0");
    assert_eq!(probe(&extended), Ok(image(container, 640, 480)));
}

#[test]
fn a_header_that_was_tampered_with_is_refused() {
    let mut png = png_claiming(16, 16);
    png[19] = 32;
    assert!(matches!(probe(&png), Err(ProbeError::Malformed { .. })));
}

#[test]
fn an_error_reads_as_a_sentence() {
    let container = Container::Webp;
    let cut = ProbeError::Truncated { container, length: 12 };
    assert_eq!(cut.to_string(), "WebP file cut off after 12 bytes");
    let large = ProbeError::TooLarge { container, width: 99_999, height: 2 };
    assert_eq!(large.to_string(), "WebP file claims 99999 x 2 pixels");
}
