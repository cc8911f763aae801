//! JPEG in all its processes.

use super::reader::{Flaw, Reader, Sides};

/// Walks the markers of ISO/IEC 10918-1, annex B, from the start of the image to its end.
pub(super) fn read(mut file: Reader<'_>) -> Result<Sides, Flaw> {
    file.take(2)?;
    let (mut frame, mut scans) = (None, false);
    loop {
        let marker = marker(&mut file, scans)?;
        match marker {
            // Restart and temporary markers stand alone.
            0x01 | 0xD0..=0xD7 => {}
            0xD8 => return Err(Flaw::Nonsense("a second start of image")),
            0xD9 => match frame {
                Some(sides) if scans => return Ok(sides),
                _ => return Err(Flaw::Nonsense("no image between start and end")),
            },
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                let sides = frame_header(segment(&mut file)?)?;
                if frame.replace(sides).is_some() {
                    return Err(Flaw::Nonsense("a second frame"));
                }
            }
            0xDA => {
                segment(&mut file)?;
                if frame.is_none() {
                    return Err(Flaw::Nonsense("a scan before any frame"));
                }
                scans = true;
            }
            _ => {
                segment(&mut file)?;
            }
        }
    }
}

/// The next marker's code; within a scan, compressed data and its restart markers are skipped first.
fn marker(file: &mut Reader<'_>, in_scan: bool) -> Result<u8, Flaw> {
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

fn segment<'a>(file: &mut Reader<'a>) -> Result<Reader<'a>, Flaw> {
    let length = u32::from(u16::from_be_bytes(file.array()?));
    let length = length.checked_sub(2).ok_or(Flaw::Nonsense("a segment shorter than its own length"))?;
    Ok(Reader { bytes: file.take(length)? })
}

fn frame_header(segment: Reader<'_>) -> Result<Sides, Flaw> {
    let [_precision, y0, y1, x0, x1, components, rest @ ..] = segment.bytes else {
        return Err(Flaw::Nonsense("a frame header that is too short"));
    };
    if *components == 0 || rest.len() != usize::from(*components) * 3 {
        return Err(Flaw::Nonsense("a frame header whose length does not fit its components"));
    }
    Ok((u16::from_be_bytes([*x0, *x1]).into(), u16::from_be_bytes([*y0, *y1]).into()))
}
