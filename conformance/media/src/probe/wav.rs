//! WAV: chunks in a RIFF container.

use super::reader::{Flaw, Reader, milliseconds};
use super::{Found, SoundFormat};

/// A writer that cannot go back to fill in a length leaves this one.
const UNKNOWN: u32 = u32::MAX;

pub(super) fn read(mut file: Reader<'_>) -> Result<Found, Flaw> {
    file.take(4)?;
    let length = file.u32_le()?;
    let mut riff = if length == UNKNOWN { file } else { file.part(length)? };
    riff.take(4)?;
    read_chunks(riff).map_err(|flaw| match length {
        UNKNOWN => flaw,
        _ => flaw.within("a chunk that reaches beyond the file, or none with sound"),
    })
}

fn read_chunks(mut riff: Reader<'_>) -> Result<Found, Flaw> {
    let mut format = None;
    loop {
        let kind = riff.array::<4>()?;
        let length = riff.u32_le()?;
        if kind == *b"data" {
            let length = if length == UNKNOWN { riff.bytes.len() } else { riff.take(length)?.len() };
            let format: Format = format.ok_or(Flaw::Nonsense("sound before its form"))?;
            let length = u64::try_from(length).map_err(|_| Flaw::End)?;
            return Ok(Found {
                milliseconds: milliseconds(length, format.bytes_per_second.into()),
                sound: Some(format.sound),
                ..Found::default()
            });
        }
        let content = riff.part(length)?;
        // Padded to an even length.
        let _ = riff.take(length % 2);
        if kind == *b"fmt " {
            format = Some(Format::read(content).map_err(|flaw| flaw.within("a form that is too short"))?);
        }
    }
}

struct Format {
    sound: SoundFormat,
    bytes_per_second: u32,
}

impl Format {
    fn read(mut chunk: Reader<'_>) -> Result<Self, Flaw> {
        chunk.take(2)?;
        let channels = chunk.u16_le()?;
        let sample_rate = chunk.u32_le()?;
        let bytes_per_second = chunk.u32_le()?;
        chunk.take(4)?;
        if bytes_per_second == 0 {
            return Err(Flaw::Nonsense("sound of no bytes in a second"));
        }
        Ok(Self { sound: SoundFormat { sample_rate, channels }, bytes_per_second })
    }
}
