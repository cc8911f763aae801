//! Reads container, width and height from a file of unknown origin, and whether the file is all there.
//!
//! The bytes may come from anyone. Nothing is decoded and nothing is allocated: the structure is walked from part to
//! part, each step bounded by the bytes at hand. What is claimed is checked as far as the structure shows it; damage
//! inside the compressed data is not seen.

use super::Container;

/// The longest side that [`probe()`] believes, in pixels: the most that a WebP file can hold.
pub const MAX_PROBED_SIDE: u32 = 16_384;

/// What a file says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// The container, told by its first bytes.
    pub container: Container,
    /// Pixels from left to right, as stored; an orientation in the metadata is not applied.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

/// Why a file is no image that [`probe()`] can vouch for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// The first bytes belong to no container known here; an HTML or JSON error page, perhaps.
    #[error("neither JPEG nor PNG nor WebP")]
    Unknown,
    /// The file ends before its structure does.
    #[error("{} file cut off after {length} bytes", container.name())]
    Truncated {
        /// What it began as.
        container: Container,
        /// How much of it there is.
        length: usize,
    },
    /// The structure contradicts the format.
    #[error("broken {} file: {problem}", container.name())]
    Malformed {
        /// What it began as.
        container: Container,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A side is longer than [`MAX_PROBED_SIDE`].
    #[error("{} file claims {width} x {height} pixels", container.name())]
    TooLarge {
        /// What it began as.
        container: Container,
        /// The claimed width.
        width: u32,
        /// The claimed height.
        height: u32,
    },
}

/// Reads the headers of a JPEG, PNG or WebP file, and walks on to its end.
///
/// JPEG in all its processes, PNG with or without interlace, and WebP lossy, lossless and extended are understood.
/// Bytes after the end of the image are allowed, as decoders do.
///
/// # Errors
/// [`ProbeError`] says what the file is not, lacks or overstates.
pub fn probe(bytes: &[u8]) -> Result<Probe, ProbeError> {
    let container = Container::from_magic(bytes).ok_or(ProbeError::Unknown)?;
    let read = match container {
        Container::Jpeg => jpeg,
        Container::Png => png,
        Container::Webp => webp,
    };
    let (width, height) = read(Reader { bytes }).map_err(|flaw| match flaw {
        Flaw::End => ProbeError::Truncated { container, length: bytes.len() },
        Flaw::Nonsense(problem) => ProbeError::Malformed { container, problem },
    })?;
    if width == 0 || height == 0 {
        return Err(ProbeError::Malformed { container, problem: "a side of no pixels" });
    }
    if width > MAX_PROBED_SIDE || height > MAX_PROBED_SIDE {
        return Err(ProbeError::TooLarge { container, width, height });
    }
    Ok(Probe { container, width, height })
}

/// What stops a reading; [`probe()`] adds the container.
enum Flaw {
    End,
    Nonsense(&'static str),
}

type Side = u32;

/// The bytes not yet read.
#[derive(Clone, Copy)]
struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: u32) -> Result<&'a [u8], Flaw> {
        let length = usize::try_from(length).map_err(|_| Flaw::End)?;
        let (taken, rest) = self.bytes.split_at_checked(length).ok_or(Flaw::End)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Flaw> {
        let (taken, rest) = self.bytes.split_first_chunk().ok_or(Flaw::End)?;
        self.bytes = rest;
        Ok(*taken)
    }

    fn byte(&mut self) -> Result<u8, Flaw> {
        self.array::<1>().map(|[byte]| byte)
    }
}

/// Walks the markers of ISO/IEC 10918-1, annex B, from the start of the image to its end.
fn jpeg(mut file: Reader<'_>) -> Result<(Side, Side), Flaw> {
    file.take(2)?;
    let (mut frame, mut scans) = (None, false);
    loop {
        let marker = jpeg_marker(&mut file, scans)?;
        match marker {
            // Restart and temporary markers stand alone.
            0x01 | 0xD0..=0xD7 => {}
            0xD8 => return Err(Flaw::Nonsense("a second start of image")),
            0xD9 => match frame {
                Some(sides) if scans => return Ok(sides),
                _ => return Err(Flaw::Nonsense("no image between start and end")),
            },
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                let sides = jpeg_frame(jpeg_segment(&mut file)?)?;
                if frame.replace(sides).is_some() {
                    return Err(Flaw::Nonsense("a second frame"));
                }
            }
            0xDA => {
                jpeg_segment(&mut file)?;
                if frame.is_none() {
                    return Err(Flaw::Nonsense("a scan before any frame"));
                }
                scans = true;
            }
            _ => {
                jpeg_segment(&mut file)?;
            }
        }
    }
}

/// The next marker's code; within a scan, compressed data and its restart markers are skipped first.
fn jpeg_marker(file: &mut Reader<'_>, in_scan: bool) -> Result<u8, Flaw> {
    loop {
        let start = file.bytes.iter().position(|byte| *byte == 0xFF).ok_or(Flaw::End)?;
        if start > 0 && !in_scan {
            return Err(Flaw::Nonsense("no marker where one belongs"));
        }
        file.bytes = &file.bytes[start..];
        // A marker may be filled up with any number of 0xFF; within a scan, 0xFF 0x00 is data.
        let padding = file.bytes.iter().position(|byte| *byte != 0xFF).ok_or(Flaw::End)?;
        file.bytes = &file.bytes[padding..];
        match file.byte()? {
            0x00 if !in_scan => return Err(Flaw::Nonsense("no marker where one belongs")),
            0x00 => {}
            0xD0..=0xD7 if in_scan => {}
            marker => return Ok(marker),
        }
    }
}

fn jpeg_segment<'a>(file: &mut Reader<'a>) -> Result<Reader<'a>, Flaw> {
    let length = u32::from(u16::from_be_bytes(file.array()?));
    let length = length.checked_sub(2).ok_or(Flaw::Nonsense("a segment shorter than its own length"))?;
    Ok(Reader { bytes: file.take(length)? })
}

fn jpeg_frame(segment: Reader<'_>) -> Result<(Side, Side), Flaw> {
    let [_precision, y0, y1, x0, x1, components, rest @ ..] = segment.bytes else {
        return Err(Flaw::Nonsense("a frame header that is too short"));
    };
    if *components == 0 || rest.len() != usize::from(*components) * 3 {
        return Err(Flaw::Nonsense("a frame header whose length does not fit its components"));
    }
    Ok((u16::from_be_bytes([*x0, *x1]).into(), u16::from_be_bytes([*y0, *y1]).into()))
}

/// Walks the chunks of the PNG specification, third edition, section 5.
fn png(mut file: Reader<'_>) -> Result<(Side, Side), Flaw> {
    file.take(8)?;
    let sides = png_header(&mut file)?;
    let mut data = false;
    loop {
        let length = u32::from_be_bytes(file.array()?);
        let kind = file.array::<4>()?;
        file.take(length)?;
        file.array::<4>()?;
        match &kind {
            b"IDAT" => data = true,
            b"IEND" if data => return Ok(sides),
            b"IEND" => return Err(Flaw::Nonsense("no image data")),
            b"IHDR" => return Err(Flaw::Nonsense("a second header")),
            kind if !kind.iter().all(u8::is_ascii_alphabetic) => {
                return Err(Flaw::Nonsense("a chunk without a name"));
            }
            _ => {}
        }
    }
}

fn png_header(file: &mut Reader<'_>) -> Result<(Side, Side), Flaw> {
    if file.array()? != *b"\0\0\0\x0DIHDR" {
        return Err(Flaw::Nonsense("does not begin with its header"));
    }
    let header = file.array::<13>()?;
    if u32::from_be_bytes(file.array()?) != png_checksum(b"IHDR", &header) {
        return Err(Flaw::Nonsense("a header whose checksum is wrong"));
    }
    let [w0, w1, w2, w3, h0, h1, h2, h3, depth, colour, compression, filter, interlace] = header;
    let known = match colour {
        0 => matches!(depth, 1 | 2 | 4 | 8 | 16),
        3 => matches!(depth, 1 | 2 | 4 | 8),
        2 | 4 | 6 => matches!(depth, 8 | 16),
        _ => false,
    };
    if !known || compression != 0 || filter != 0 || interlace > 1 {
        return Err(Flaw::Nonsense("a header with an unknown colour type or method"));
    }
    Ok((u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3])))
}

/// The CRC-32 of a chunk's name and data, bit by bit: it is only ever asked for 17 bytes.
fn png_checksum(kind: &[u8], data: &[u8]) -> u32 {
    let crc = kind.iter().chain(data).fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 * (crc & 1)))
    });
    !crc
}

/// Reads the first chunk of the RIFF container (RFC 9649, section 2), and of an extended file the chunks up to the
/// first with an image.
fn webp(mut file: Reader<'_>) -> Result<(Side, Side), Flaw> {
    file.take(4)?;
    let mut riff = Reader { bytes: &[] };
    let length = u32::from_le_bytes(file.array()?);
    riff.bytes = file.take(length)?;
    riff.take(4).map_err(|_| Flaw::Nonsense("a RIFF length that leaves no room for an image"))?;

    let (kind, data) = webp_chunk(&mut riff)?;
    match &kind {
        b"VP8 " => webp_lossy(data),
        b"VP8L" => webp_lossless(data),
        b"VP8X" => {
            let sides = webp_extended(data)?;
            loop {
                match &webp_chunk(&mut riff)?.0 {
                    b"VP8 " | b"VP8L" | b"ANMF" => return Ok(sides),
                    _ => {}
                }
            }
        }
        _ => Err(Flaw::Nonsense("does not begin with an image")),
    }
}

/// A chunk's name and data; the RIFF length has promised that the bytes are there, so a lack of them is nonsense.
fn webp_chunk<'a>(riff: &mut Reader<'a>) -> Result<([u8; 4], Reader<'a>), Flaw> {
    let mut chunk = || {
        let kind = riff.array::<4>()?;
        let length = u32::from_le_bytes(riff.array()?);
        let bytes = riff.take(length)?;
        // Padded to an even length; the last may lack it.
        let _ = riff.take(length % 2);
        Ok((kind, Reader { bytes }))
    };
    chunk().map_err(|_: Flaw| Flaw::Nonsense("a chunk that reaches beyond the file, or none with an image"))
}

/// RFC 6386, section 9.1: a key frame's header.
fn webp_lossy(data: Reader<'_>) -> Result<(Side, Side), Flaw> {
    match *data.bytes {
        [tag, _, _, 0x9D, 0x01, 0x2A, w0, w1, h0, h1, ..] if tag & 1 == 0 => {
            let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
            Ok((side(w0, w1), side(h0, h1)))
        }
        _ => Err(Flaw::Nonsense("lossy data that does not begin with a key frame")),
    }
}

/// RFC 9649, section 3.4: 14 bits each, less one, then a bit for alpha and three for the version.
fn webp_lossless(data: Reader<'_>) -> Result<(Side, Side), Flaw> {
    match *data.bytes {
        [0x2F, a, b, c, d, _, ..] if d >> 5 == 0 => {
            let bits = u32::from_le_bytes([a, b, c, d]);
            Ok(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
        }
        _ => Err(Flaw::Nonsense("lossless data that does not begin with its header")),
    }
}

/// RFC 9649, section 2.7: the canvas, 24 bits each, less one.
fn webp_extended(data: Reader<'_>) -> Result<(Side, Side), Flaw> {
    match *data.bytes {
        [_, _, _, _, w0, w1, w2, h0, h1, h2] => {
            Ok((u32::from_le_bytes([w0, w1, w2, 0]) + 1, u32::from_le_bytes([h0, h1, h2, 0]) + 1))
        }
        _ => Err(Flaw::Nonsense("an extended header of the wrong length")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Image, random::Random, render, shape::whole};
    use super::*;

    fn files() -> [(Container, Vec<u8>); 3] {
        Container::ALL.map(|container| {
            let image = Image {
                width: 96,
                height: 64,
                container,
                quality: 90,
                seed: 7,
                prompt: "fox",
                caption: "low",
            };
            (container, render(&image))
        })
    }

    #[test]
    fn whole_files_are_read_and_cut_ones_refused_wherever_the_cut_is() {
        for (container, file) in files() {
            assert_eq!(probe(&file), Ok(Probe { container, width: 96, height: 64 }));
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
        let checksum = png_checksum(b"IHDR", &header).to_be_bytes();
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
        assert_eq!(probe(&png_claiming(16_384, 1)), Ok(Probe { container, width: 16_384, height: 1 }));
        let (width, height) = (u32::MAX, u32::MAX);
        assert_eq!(
            probe(&png_claiming(width, height)),
            Err(ProbeError::TooLarge { container, width, height })
        );
        let nothing = ProbeError::Malformed { container, problem: "a side of no pixels" };
        assert_eq!(probe(&png_claiming(0, 10)), Err(nothing));
        assert_eq!(probe(&png_claiming(10, 0)), Err(nothing));

        let container = Container::Webp;
        let claim = webp_chunked(b"VP8X\x0A\0\0\0\0\0\0\0\xFF\xFF\xFF\xFF\xFF\xFFVP8L\0\0\0\0");
        let (width, height) = (1 << 24, 1 << 24);
        assert_eq!(probe(&claim), Err(ProbeError::TooLarge { container, width, height }));

        let container = Container::Jpeg;
        let claim =
            b"\xFF\xD8\xFF\xC0\0\x0B\x08\xFF\xFF\xFF\xFE\x01\x01\x11\0\xFF\xDA\0\x02\x12\xFF\0\xFF\xD9";
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
        assert_eq!(probe(&lossy), Ok(Probe { container, width: 640, height: 480 }));
        let extended =
            webp_chunked(b"VP8X\x0A\0\0\0\x08\0\0\0\x7F\x02\0\xDF\x01\0EXIF\x01\0\0\0x\0VP8 \0\0\0\0");
        assert_eq!(probe(&extended), Ok(Probe { container, width: 640, height: 480 }));
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
}
