//! PNG with or without interlace.

use super::reader::{Flaw, Reader, Sides};

/// Walks the chunks of the PNG specification, third edition, section 5.
pub(super) fn read(mut file: Reader<'_>) -> Result<Sides, Flaw> {
    file.take(8)?;
    let sides = header(&mut file)?;
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

fn header(file: &mut Reader<'_>) -> Result<Sides, Flaw> {
    if file.array()? != *b"\0\0\0\x0DIHDR" {
        return Err(Flaw::Nonsense("does not begin with its header"));
    }
    let header = file.array::<13>()?;
    if u32::from_be_bytes(file.array()?) != checksum(b"IHDR", &header) {
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
pub(super) fn checksum(kind: &[u8], data: &[u8]) -> u32 {
    let crc = kind.iter().chain(data).fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 * (crc & 1)))
    });
    !crc
}
