//! Ogg: pages (RFC 3533) with Opus (RFC 7845) or Vorbis.

use super::reader::{Flaw, Reader, milliseconds};
use super::{Found, SoundFormat};

const FIRST: u8 = 2;
const LAST: u8 = 4;

/// Walks the pages to the last one of the first stream.
pub(super) fn read(mut file: Reader<'_>) -> Result<Found, Flaw> {
    let first = Page::read(&mut file)?;
    if first.flags & FIRST == 0 {
        return Err(Flaw::Nonsense("does not begin with the first page of a stream"));
    }
    let codec = Codec::read(first.content).map_err(|flaw| flaw.within("a header that is too short"))?;
    let mut end = 0;
    let mut is_last = first.flags & LAST != 0;
    while !is_last {
        let page = Page::read(&mut file)?;
        if page.serial == first.serial {
            // No packet ends on a page without a position.
            end = page.position.unwrap_or(end);
            is_last = page.flags & LAST != 0;
        }
    }
    let samples = end.saturating_sub(codec.skipped);
    Ok(Found {
        milliseconds: milliseconds(samples, codec.rate.into()),
        sound: Some(codec.sound),
        ..Found::default()
    })
}

struct Page<'a> {
    flags: u8,
    /// The sample at which the last packet that ends on this page ends.
    position: Option<u64>,
    serial: u32,
    content: Reader<'a>,
}

impl<'a> Page<'a> {
    fn read(file: &mut Reader<'a>) -> Result<Self, Flaw> {
        let [b'O', b'g', b'g', b'S', 0] = file.array()? else {
            return Err(Flaw::Nonsense("no page where one belongs"));
        };
        let flags = file.byte()?;
        let position = Some(file.u64_le()?).filter(|position| *position != u64::MAX);
        let serial = file.u32_le()?;
        file.take(8)?;
        let segments = file.byte()?;
        let length = file.take(segments)?.iter().map(|length| u32::from(*length)).sum::<u32>();
        Ok(Self { flags, position, serial, content: file.part(length)? })
    }
}

struct Codec {
    sound: SoundFormat,
    /// Samples per second in which positions are counted.
    rate: u32,
    /// Samples that a decoder discards at the beginning.
    skipped: u64,
}

impl Codec {
    fn read(mut header: Reader<'_>) -> Result<Self, Flaw> {
        const OPUS_RATE: u32 = 48_000;
        match header.array::<7>()? {
            [b'O', b'p', b'u', b's', b'H', b'e', b'a'] => {
                header.take(2)?;
                let channels = header.byte()?.into();
                let skipped = header.u16_le()?.into();
                // Zero if the encoder did not know it.
                let sample_rate = Some(header.u32_le()?).filter(|rate| *rate > 0).unwrap_or(OPUS_RATE);
                Ok(Self { sound: SoundFormat { sample_rate, channels }, rate: OPUS_RATE, skipped })
            }
            [1, b'v', b'o', b'r', b'b', b'i', b's'] => {
                header.take(4)?;
                let channels = header.byte()?.into();
                let sample_rate = header.u32_le()?;
                Ok(Self { sound: SoundFormat { sample_rate, channels }, rate: sample_rate, skipped: 0 })
            }
            _ => Err(Flaw::Nonsense("neither Opus nor Vorbis")),
        }
    }
}
