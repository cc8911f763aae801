//! MP3: frames, each of which says how long it is (ISO/IEC 11172-3 and 13818-3, layer III).

use super::reader::{Flaw, Reader, milliseconds};
use super::{Found, SoundFormat};

/// Walks the frames to the end or to the tag behind them.
pub(super) fn read(mut file: Reader<'_>) -> Result<Found, Flaw> {
    while file.bytes.starts_with(b"ID3") {
        skip_tag(&mut file)?;
    }
    let start = file;
    let (mut first, mut samples, mut stated) = (None, 0_u64, None);
    while !is_end(file.bytes) {
        let header = Header::read(file.bytes)?;
        let frame = file.take(header.length)?;
        let is_first = first.is_none();
        first.get_or_insert(header);
        match Stated::read(&header, frame) {
            Some(found) if is_first => stated = Some(found),
            _ => samples += u64::from(header.samples),
        }
    }
    let first = first.ok_or(Flaw::End)?;
    if let Some(Stated { frames, bytes, padding }) = stated {
        // The frames are counted without the one that counts them; its bytes are included.
        if bytes.is_some_and(|bytes| u64::from(bytes) > start.bytes.len().try_into().unwrap_or(u64::MAX)) {
            return Err(Flaw::End);
        }
        if let Some(frames) = frames {
            samples = u64::from(frames) * u64::from(first.samples);
        }
        samples = samples.saturating_sub(padding.into());
    }
    Ok(Found {
        milliseconds: milliseconds(samples, first.sample_rate.into()),
        sound: Some(SoundFormat { sample_rate: first.sample_rate, channels: first.channels }),
        ..Found::default()
    })
}

/// An ID3v2 tag: its length has seven bits in each of four bytes.
fn skip_tag(file: &mut Reader<'_>) -> Result<(), Flaw> {
    const FOOTER: u8 = 0x10;
    let [.., flags, a, b, c, d] = file.array::<10>()?;
    if [a, b, c, d].iter().any(|byte| *byte > 0x7F) {
        return Err(Flaw::Nonsense("a tag whose length is no length"));
    }
    let length = [a, b, c, d].iter().fold(0, |length, byte| length << 7 | u32::from(*byte));
    file.take(length + if flags & FOOTER == 0 { 0 } else { 10 })?;
    Ok(())
}

/// Nothing, or a tag that stands behind the frames, or filling.
fn is_end(bytes: &[u8]) -> bool {
    [&b"TAG"[..], b"APETAGEX", b"LYRICSBEGIN"].iter().any(|tag| bytes.starts_with(tag))
        || bytes.iter().all(|byte| *byte == 0)
}

#[derive(Debug, Clone, Copy)]
struct Header {
    is_first_version: bool,
    sample_rate: u32,
    channels: u16,
    /// Samples of a frame, in each channel.
    samples: u16,
    /// Bytes of the frame.
    length: u32,
}

impl Header {
    fn read(bytes: &[u8]) -> Result<Self, Flaw> {
        const NONSENSE: Flaw = Flaw::Nonsense("no frame where one belongs");
        // In thousands of bits per second; the first is free, which no file for playback has.
        const FIRST: [u32; 16] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];
        const SECOND: [u32; 16] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0];
        let [sync, version, rates, mode, ..] = *bytes else { return Err(Flaw::End) };
        if sync != 0xFF || version & 0xE6 != 0xE2 {
            return Err(NONSENSE);
        }
        let (is_first_version, divisor) = match version >> 3 & 3 {
            0 => (false, 4),
            2 => (false, 2),
            3 => (true, 1),
            _ => return Err(NONSENSE),
        };
        let sample_rate = match rates >> 2 & 3 {
            0 => 44_100,
            1 => 48_000,
            2 => 32_000,
            _ => return Err(NONSENSE),
        } / divisor;
        let table = if is_first_version { FIRST } else { SECOND };
        let bits = table[usize::from(rates >> 4)] * 1000;
        if bits == 0 {
            return Err(NONSENSE);
        }
        let samples: u16 = if is_first_version { 1152 } else { 576 };
        Ok(Self {
            is_first_version,
            sample_rate,
            channels: if mode >> 6 == 3 { 1 } else { 2 },
            samples,
            length: u32::from(samples) / 8 * bits / sample_rate + u32::from(rates >> 1 & 1),
        })
    }
}

/// What the first frame says of the others: how many there are, and all bytes.
struct Stated {
    frames: Option<u32>,
    bytes: Option<u32>,
    /// Samples before and behind the sound that only fill up frames.
    padding: u32,
}

impl Stated {
    fn read(header: &Header, frame: &[u8]) -> Option<Self> {
        let side_information = match (header.is_first_version, header.channels) {
            (true, 1) => 17,
            (true, _) => 32,
            (false, 1) => 9,
            (false, _) => 17,
        };
        let number = |at: usize| frame.get(at..)?.first_chunk().map(|number| u32::from_be_bytes(*number));
        let fields = frame.get(4 + side_information..)?;
        if fields.starts_with(b"Xing") || fields.starts_with(b"Info") {
            let mut fields = Reader { bytes: &fields[4..] };
            let flags = fields.u32_be().ok()?;
            let mut next = |flag: u32| if flags & flag == 0 { None } else { fields.u32_be().ok() };
            let (frames, bytes) = (next(1), next(2));
            // A table for seeking, and a quality.
            let skipped = if flags & 4 == 0 { 0 } else { 100 } + if flags & 8 == 0 { 0 } else { 4 };
            let padding = fields.take(skipped).ok().and_then(|_| padding(fields.bytes)).unwrap_or_default();
            return Some(Self { frames, bytes, padding });
        }
        // Another encoder's; its place does not depend on the channels.
        let is_other = frame.get(36..)?.starts_with(b"VBRI");
        is_other.then(|| Self { bytes: number(46), frames: number(50), padding: 0 })
    }
}

/// The part that LAME and libavcodec add: a name of nine bytes, and 12 bits each of samples before and behind.
fn padding(fields: &[u8]) -> Option<u32> {
    const NAMES: [&[u8]; 3] = [b"LAME", b"Lavc", b"Lavf"];
    let [high, middle, low] = fields.get(21..).and_then(<[u8]>::first_chunk)?;
    let number = u32::from_be_bytes([0, *high, *middle, *low]);
    NAMES.iter().any(|name| fields.starts_with(name)).then_some((number >> 12) + (number & 0xFFF))
}
