//! WebP, lossy, lossless and extended.

use super::reader::{Flaw, Reader, Sides};

/// Reads the first chunk of the RIFF container (RFC 9649, section 2), and of an extended file the chunks up to the
/// first with an image.
pub(super) fn read(mut file: Reader<'_>) -> Result<Sides, Flaw> {
    file.take(4)?;
    let mut riff = Reader { bytes: &[] };
    let length = u32::from_le_bytes(file.array()?);
    riff.bytes = file.take(length)?;
    riff.take(4).map_err(|_| Flaw::Nonsense("a RIFF length that leaves no room for an image"))?;

    let (kind, data) = chunk(&mut riff)?;
    match &kind {
        b"VP8 " => lossy(data),
        b"VP8L" => lossless(data),
        b"VP8X" => {
            let sides = extended(data)?;
            loop {
                match &chunk(&mut riff)?.0 {
                    b"VP8 " | b"VP8L" | b"ANMF" => return Ok(sides),
                    _ => {}
                }
            }
        }
        _ => Err(Flaw::Nonsense("does not begin with an image")),
    }
}

/// A chunk's name and data; the RIFF length has promised that the bytes are there, so a lack of them is nonsense.
fn chunk<'a>(riff: &mut Reader<'a>) -> Result<([u8; 4], Reader<'a>), Flaw> {
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
fn lossy(data: Reader<'_>) -> Result<Sides, Flaw> {
    match *data.bytes {
        [tag, _, _, 0x9D, 0x01, 0x2A, w0, w1, h0, h1, ..] if tag & 1 == 0 => {
            let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
            Ok((side(w0, w1), side(h0, h1)))
        }
        _ => Err(Flaw::Nonsense("lossy data that does not begin with a key frame")),
    }
}

/// RFC 9649, section 3.4: 14 bits each, less one, then a bit for alpha and three for the version.
fn lossless(data: Reader<'_>) -> Result<Sides, Flaw> {
    match *data.bytes {
        [0x2F, a, b, c, d, _, ..] if d >> 5 == 0 => {
            let bits = u32::from_le_bytes([a, b, c, d]);
            Ok(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
        }
        _ => Err(Flaw::Nonsense("lossless data that does not begin with its header")),
    }
}

/// RFC 9649, section 2.7: the canvas, 24 bits each, less one.
fn extended(data: Reader<'_>) -> Result<Sides, Flaw> {
    match *data.bytes {
        [_, _, _, _, w0, w1, w2, h0, h1, h2] => {
            Ok((u32::from_le_bytes([w0, w1, w2, 0]) + 1, u32::from_le_bytes([h0, h1, h2, 0]) + 1))
        }
        _ => Err(Flaw::Nonsense("an extended header of the wrong length")),
    }
}
