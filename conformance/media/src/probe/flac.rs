//! FLAC: blocks of metadata, then frames (RFC 9639).

use super::reader::{Flaw, Reader, milliseconds};
use super::{Found, SoundFormat};

pub(super) fn read(mut file: Reader<'_>) -> Result<Found, Flaw> {
    file.take(4)?;
    let mut stream = None;
    loop {
        let [kind, a, b, c] = file.array()?;
        let content = file.part(u32::from_be_bytes([0, a, b, c]))?;
        if stream.is_none() {
            if kind & 0x7F != 0 {
                return Err(Flaw::Nonsense("does not begin with the description of the stream"));
            }
            stream =
                Some(Stream::read(content).map_err(|flaw| flaw.within("a description that is too short"))?);
        }
        if kind & 0x80 != 0 {
            break;
        }
    }
    let stream = stream.ok_or(Flaw::End)?;
    if stream.samples > 0 && !stream.ends(file.bytes) {
        return Err(Flaw::End);
    }
    let duration = milliseconds(stream.samples, stream.sound.sample_rate.into());
    Ok(Found {
        milliseconds: duration.filter(|_| stream.samples > 0),
        sound: Some(stream.sound),
        ..Found::default()
    })
}

/// The block STREAMINFO.
struct Stream {
    sound: SoundFormat,
    /// Samples of each channel; none if unknown.
    samples: u64,
    /// Samples of a block, where all blocks but the last are of one length.
    block: u64,
}

impl Stream {
    fn read(mut content: Reader<'_>) -> Result<Self, Flaw> {
        content.take(2)?;
        let block = content.u16_be()?.into();
        content.take(6)?;
        let format = content.u64_be()?;
        let sample_rate = u32::try_from(format >> 44).map_err(|_| Flaw::End)?;
        let channels = u16::try_from(format >> 41 & 7).map_err(|_| Flaw::End)? + 1;
        Ok(Self { sound: SoundFormat { sample_rate, channels }, samples: format & 0xF_FFFF_FFFF, block })
    }

    /// Whether the last frame is there, whole, and reaches the last sample. Frames do not say how long they are, so it
    /// is looked for from the end.
    fn ends(&self, frames: &[u8]) -> bool {
        /// How many frames are checked to their end: what only looks like a frame is rare.
        const MAX_TRIED: usize = 8;
        // A tag of version 1 may stand behind the frames.
        let frames = match frames.len().checked_sub(128).map(|length| frames.split_at(length)) {
            Some((frames, tag)) if tag.starts_with(b"TAG") => frames,
            _ => frames,
        };
        let starts = (0..frames.len()).rev().map(|start| &frames[start..]);
        let last = starts.filter(|frame| self.end_of_block(frame) == Some(self.samples));
        last.take(MAX_TRIED).any(|frame| sum(frame) == 0)
    }

    /// The sample at which a frame's block ends, if this is the header of a frame.
    fn end_of_block(&self, frame: &[u8]) -> Option<u64> {
        let mut header = Reader { bytes: frame };
        let [0xFF, sync, codes, _] = header.array().ok()? else { return None };
        if sync & 0xFE != 0xF8 {
            return None;
        }
        let number = number(&mut header)?;
        let block = match codes >> 4 {
            1 => 192,
            code @ 2..=5 => 144_u64 << code,
            6 => u64::from(header.byte().ok()?) + 1,
            7 => u64::from(header.u16_be().ok()?) + 1,
            code @ 8.. => 1 << code,
            _ => return None,
        };
        let rate = match codes & 15 {
            12 => 1,
            13 | 14 => 2,
            15 => return None,
            _ => 0,
        };
        header.take(rate).ok()?;
        let length = frame.len() - header.bytes.len();
        if header.byte().ok()? != header_sum(&frame[..length]) {
            return None;
        }
        // Frames are counted if all blocks are of one length, else samples.
        let start = if sync & 1 == 0 { number.checked_mul(self.block)? } else { number };
        start.checked_add(block)
    }
}

/// A number in the way of UTF-8, of up to 36 bits.
fn number(header: &mut Reader<'_>) -> Option<u64> {
    let first = header.byte().ok()?;
    let more = match first.leading_ones() {
        0 => return Some(first.into()),
        ones @ 2..=7 => ones - 1,
        _ => return None,
    };
    let rest = header.take(more).ok()?;
    let first = u64::from(first & 0x3F_u8 >> more);
    rest.iter()
        .try_fold(first, |number, byte| (byte >> 6 == 2).then_some(number << 6 | u64::from(byte & 0x3F)))
}

/// CRC-8 of a frame's header.
fn header_sum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ byte, |sum: u8, _| if sum & 0x80 == 0 { sum << 1 } else { sum << 1 ^ 0x07 })
    })
}

/// CRC-16 of a frame; with its own sum behind it, zero.
fn sum(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(
            sum ^ u16::from(*byte) << 8,
            |sum: u16, _| {
                if sum & 0x8000 == 0 { sum << 1 } else { sum << 1 ^ 0x8005 }
            },
        )
    })
}
