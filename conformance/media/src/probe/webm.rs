//! WebM: elements in elements (RFC 8794 and RFC 9559).

use super::reader::{Flaw, Reader};
use super::{Found, SoundFormat};

const EBML: u32 = 0x1A45_DFA3;
const DOCUMENT_TYPE: u32 = 0x4282;
const SEGMENT: u32 = 0x1853_8067;
const INFORMATION: u32 = 0x1549_A966;
const TIME_SCALE: u32 = 0x2A_D7B1;
const DURATION: u32 = 0x4489;
const TRACKS: u32 = 0x1654_AE6B;
const TRACK: u32 = 0xAE;
const TRACK_TYPE: u32 = 0x83;
const FRAME_DURATION: u32 = 0x23_E383;
const VIDEO: u32 = 0xE0;
const WIDTH: u32 = 0xB0;
const HEIGHT: u32 = 0xBA;
const AUDIO: u32 = 0xE1;
const SAMPLE_RATE: u32 = 0xB5;
const CHANNELS: u32 = 0x9F;
const CLUSTER: u32 = 0x1F43_B675;

const OVERRUN: &str = "an element that reaches beyond the one around it";

pub(super) fn read(mut file: Reader<'_>) -> Result<Found, Flaw> {
    let (identifier, length) = head(&mut file)?;
    if identifier != EBML {
        return Err(Flaw::Nonsense("no EBML header"));
    }
    let header = file.part(length.ok_or(Flaw::Nonsense("an EBML header of unknown length"))?)?;
    let document_type = find(header, DOCUMENT_TYPE)?.map(|name| name.bytes);
    if document_type.map(<[u8]>::trim_ascii_end) != Some(b"webm") {
        return Err(Flaw::Nonsense("a Matroska file that is not WebM"));
    }
    loop {
        let (identifier, length) = head(&mut file)?;
        match (identifier, length) {
            (SEGMENT, None) => return read_segment(file),
            // All of it is at hand, so that a missing byte is a contradiction.
            (SEGMENT, Some(length)) => {
                const PROBLEM: &str = "an element that reaches beyond the segment, or no cluster in it";
                return read_segment(file.part(length)?).map_err(|flaw| flaw.within(PROBLEM));
            }
            (_, Some(length)) => file.take(length).map(drop)?,
            (_, None) => return Err(Flaw::Nonsense("an element of unknown length before the segment")),
        }
    }
}

/// The identifier of an element and the length of its content; `None` is an unknown length.
fn head(file: &mut Reader<'_>) -> Result<(u32, Option<u64>), Flaw> {
    let first = file.byte()?;
    let more = first.leading_zeros();
    if more > 3 {
        return Err(Flaw::Nonsense("an element without an identifier"));
    }
    let rest = file.take(more)?;
    let identifier = rest.iter().fold(u32::from(first), |number, byte| number << 8 | u32::from(*byte));
    let first = file.byte()?;
    let more = first.leading_zeros();
    if more > 7 {
        return Err(Flaw::Nonsense("an element without a length"));
    }
    let mask = u64::from(0x7F_u8 >> more);
    let rest = file.take(more)?;
    let length = rest.iter().fold(u64::from(first) & mask, |number, byte| number << 8 | u64::from(*byte));
    let unknown = ((mask + 1) << (8 * more)) - 1;
    Ok((identifier, Some(length).filter(|length| *length != unknown)))
}

/// The elements in an element, none of which may have an unknown length.
fn elements(mut around: Reader<'_>) -> impl Iterator<Item = Result<(u32, Reader<'_>), Flaw>> {
    std::iter::from_fn(move || {
        if around.is_empty() {
            return None;
        }
        let mut next = || {
            let (identifier, length) = head(&mut around)?;
            Ok((identifier, around.part(length.ok_or(Flaw::End)?)?))
        };
        let found = next().map_err(|flaw: Flaw| flaw.within(OVERRUN));
        if found.is_err() {
            around.bytes = &[];
        }
        Some(found)
    })
}

fn find(around: Reader<'_>, identifier: u32) -> Result<Option<Reader<'_>>, Flaw> {
    for found in elements(around) {
        let (other, content) = found?;
        if other == identifier {
            return Ok(Some(content));
        }
    }
    Ok(None)
}

/// Walks to the end. The content of a part of unknown length, such as a cluster of a stream, is walked as if it stood
/// beside its part.
fn read_segment(mut segment: Reader<'_>) -> Result<Found, Flaw> {
    let mut found = Found::default();
    let mut has_media = false;
    while !segment.is_empty() {
        let (identifier, length) = head(&mut segment)?;
        has_media |= identifier == CLUSTER;
        let Some(length) = length else { continue };
        let content = segment.part(length)?;
        match identifier {
            INFORMATION => found.milliseconds = duration(content)?,
            TRACKS => read_tracks(content, &mut found)?,
            _ => {}
        }
    }
    if !has_media {
        return Err(Flaw::End);
    }
    found.sides.is_some().then_some(found).ok_or(Flaw::Nonsense("no video track"))
}

fn read_tracks(tracks: Reader<'_>, found: &mut Found) -> Result<(), Flaw> {
    for element in elements(tracks) {
        let (identifier, track) = element?;
        if identifier != TRACK {
            continue;
        }
        match find(track, TRACK_TYPE)?.map(whole) {
            Some(1) if found.sides.is_none() => {
                let video = find(track, VIDEO)?.ok_or(Flaw::Nonsense("a video track without a size"))?;
                let side = |identifier| {
                    let side = find(video, identifier)?.map(whole).unwrap_or_default();
                    Ok(u32::try_from(side).unwrap_or(u32::MAX))
                };
                found.sides = Some((side(WIDTH)?, side(HEIGHT)?));
                found.frame_rate = find(track, FRAME_DURATION)?.map(whole).and_then(frame_rate);
            }
            Some(2) if found.sound.is_none() => {
                let audio = find(track, AUDIO)?.ok_or(Flaw::Nonsense("a sound track without a form"))?;
                // Defaults of the format.
                let sample_rate = find(audio, SAMPLE_RATE)?.and_then(float).map_or(8000, rounded);
                let channels = find(audio, CHANNELS)?.map_or(1, whole);
                found.sound = Some(SoundFormat {
                    sample_rate: u32::try_from(sample_rate).unwrap_or(u32::MAX),
                    channels: u16::try_from(channels).unwrap_or(u16::MAX),
                });
            }
            _ => {}
        }
    }
    Ok(())
}

/// Frames in 1000 seconds, of the nanoseconds that one takes.
fn frame_rate(nanoseconds: u64) -> Option<u32> {
    const THOUSAND_SECONDS: u64 = 1_000_000_000_000;
    let rate = THOUSAND_SECONDS.saturating_add(nanoseconds / 2).checked_div(nanoseconds)?;
    u32::try_from(rate).ok().filter(|rate| *rate > 0)
}

/// Milliseconds, of a duration in units of some nanoseconds.
fn duration(information: Reader<'_>) -> Result<Option<u64>, Flaw> {
    const MILLISECOND: u64 = 1_000_000;
    let scale = find(information, TIME_SCALE)?.map_or(MILLISECOND, whole);
    let Some(units) = find(information, DURATION)?.and_then(float) else { return Ok(None) };
    let scale =
        u32::try_from(scale).map_err(|_| Flaw::Nonsense("a unit of time of more than four seconds"))?;
    Ok(Some(rounded(units * f64::from(scale) / 1_000_000.0)).filter(|duration| *duration > 0))
}

/// A whole number of up to eight bytes; one that is longer is too large.
fn whole(content: Reader<'_>) -> u64 {
    if content.bytes.len() > 8 {
        return u64::MAX;
    }
    content.bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn float(mut content: Reader<'_>) -> Option<f64> {
    let number = match content.bytes.len() {
        4 => f32::from_be_bytes(content.array().ok()?).into(),
        8 => f64::from_be_bytes(content.array().ok()?),
        _ => return None,
    };
    number.is_finite().then_some(number)
}

/// The nearest whole number.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float saturates")]
fn rounded(number: f64) -> u64 {
    (number + 0.5) as u64
}
