//! MP4 and QuickTime: boxes in boxes (ISO/IEC 14496-12).

use super::reader::{Flaw, Reader, Sides, milliseconds};
use super::{Found, SoundFormat};

const OVERRUN: Flaw = Flaw::Nonsense("a box that reaches beyond the one around it");
const SHORT: &str = "a box that is too short for its fields";

/// Walks the boxes of the file to its end, which is where its last box ends.
pub(super) fn read(mut file: Reader<'_>) -> Result<Found, Flaw> {
    let (mut movie, mut has_media) = (None, false);
    while !file.is_empty() {
        let (kind, content) = next(&mut file)?;
        match &kind {
            b"moov" if movie.is_none() => movie = Some(content),
            b"mdat" | b"moof" => has_media = true,
            _ => {}
        }
    }
    match movie {
        Some(movie) if has_media => read_movie(movie).map_err(|flaw| flaw.within(SHORT)),
        _ => Err(Flaw::End),
    }
}

/// The next box: its kind and its content.
fn next<'a>(file: &mut Reader<'a>) -> Result<([u8; 4], Reader<'a>), Flaw> {
    let size = file.u32_be()?;
    let kind = file.array()?;
    let content = match size {
        // To the end.
        0 => Some(u64::try_from(file.bytes.len()).map_err(|_| Flaw::End)?),
        1 => file.u64_be()?.checked_sub(16),
        _ => u64::from(size).checked_sub(8),
    };
    let content = content.ok_or(Flaw::Nonsense("a box shorter than its own header"))?;
    Ok((kind, file.part(content)?))
}

/// The boxes in a box. QuickTime may have four zeros behind the last.
fn boxes(mut around: Reader<'_>) -> impl Iterator<Item = Result<([u8; 4], Reader<'_>), Flaw>> {
    std::iter::from_fn(move || {
        if around.bytes.len() < 8 {
            return None;
        }
        let found = next(&mut around).map_err(|_| OVERRUN);
        if found.is_err() {
            around.bytes = &[];
        }
        Some(found)
    })
}

/// The first box of a kind in a box.
fn find(around: Reader<'_>, kind: [u8; 4]) -> Result<Option<Reader<'_>>, Flaw> {
    for found in boxes(around) {
        let (other, content) = found?;
        if other == kind {
            return Ok(Some(content));
        }
    }
    Ok(None)
}

/// The box at the end of a path of kinds.
fn follow<'a>(around: Reader<'a>, path: &[&[u8; 4]]) -> Result<Option<Reader<'a>>, Flaw> {
    let mut found = Some(around);
    for kind in path {
        let Some(around) = found else { return Ok(None) };
        found = find(around, **kind)?;
    }
    Ok(found)
}

fn read_movie(movie: Reader<'_>) -> Result<Found, Flaw> {
    let header = find(movie, *b"mvhd")?.ok_or(Flaw::Nonsense("a movie without a header"))?;
    let (timescale, duration) = times(header)?;
    let mut found = Found::default();
    let mut track_duration = None;
    for track in boxes(movie) {
        let (b"trak", track) = (&track?.0, track?.1) else { continue };
        let Some(handler) = follow(track, &[b"mdia", b"hdlr"])? else { continue };
        match handler.bytes.get(8..12) {
            Some(b"vide") if found.sides.is_none() => {
                (found.sides, found.frame_rate) = read_video(track)?;
                if let Some(header) = follow(track, &[b"mdia", b"mdhd"])? {
                    let (timescale, duration) = times(header)?;
                    track_duration = duration.and_then(|units| milliseconds(units, timescale.into()));
                }
            }
            Some(b"soun") if found.sound.is_none() => found.sound = read_sound(track)?,
            _ => {}
        }
    }
    if found.sides.is_none() {
        return Err(Flaw::Nonsense("no video track"));
    }
    let duration = match (duration, follow(movie, &[b"mvex", b"mehd"])?) {
        (None, Some(fragments)) => fragment_duration(fragments)?,
        (duration, _) => duration,
    };
    let duration = duration.and_then(|units| milliseconds(units, timescale.into()));
    found.milliseconds = duration.or(track_duration);
    Ok(found)
}

/// The units in a second and the duration in them, of a movie's or a track's header. A duration of zero or of all ones
/// is unknown.
fn times(mut header: Reader<'_>) -> Result<(u32, Option<u64>), Flaw> {
    let [version, ..] = header.array::<4>()?;
    if version == 0 {
        header.take(8)?;
        let timescale = header.u32_be()?;
        let duration = header.u32_be()?;
        return Ok((timescale, Some(duration.into()).filter(|_| duration != 0 && duration != u32::MAX)));
    }
    header.take(16)?;
    let timescale = header.u32_be()?;
    let duration = header.u64_be()?;
    Ok((timescale, Some(duration).filter(|_| duration != 0 && duration != u64::MAX)))
}

fn fragment_duration(mut header: Reader<'_>) -> Result<Option<u64>, Flaw> {
    let [version, ..] = header.array::<4>()?;
    let duration = if version == 0 { header.u32_be()?.into() } else { header.u64_be()? };
    Ok(Some(duration).filter(|duration| *duration != 0))
}

/// The first entry of the table of sample descriptions.
fn sample_entry(track: Reader<'_>) -> Result<Option<Reader<'_>>, Flaw> {
    let path = [b"mdia", b"minf", b"stbl", b"stsd"];
    let Some(mut table) = follow(track, &path)? else { return Ok(None) };
    table.take(8)?;
    boxes(table).next().map(|entry| entry.map(|(_, entry)| entry)).transpose()
}

/// Size, and frames in 1000 seconds.
fn read_video(track: Reader<'_>) -> Result<(Option<Sides>, Option<u32>), Flaw> {
    let mut entry = sample_entry(track)?.ok_or(Flaw::Nonsense("a video track without a description"))?;
    entry.take(24)?;
    let sides = (entry.u16_be()?.into(), entry.u16_be()?.into());
    let Some(header) = follow(track, &[b"mdia", b"mdhd"])? else { return Ok((Some(sides), None)) };
    let (timescale, _) = times(header)?;
    let Some(table) = follow(track, &[b"mdia", b"minf", b"stbl", b"stts"])? else {
        return Ok((Some(sides), None));
    };
    Ok((Some(sides), frame_rate(table, timescale)?))
}

/// The rate of nearly all frames, where all but one have the same duration; else the mean.
fn frame_rate(mut table: Reader<'_>, timescale: u32) -> Result<Option<u32>, Flaw> {
    table.take(4)?;
    let count = table.u32_be()?;
    let (mut frames, mut units, mut most) = (0_u64, 0_u64, (0, 0));
    for _ in 0..count {
        let (times, duration) = (table.u32_be()?, table.u32_be()?);
        frames += u64::from(times);
        units = units.saturating_add(u64::from(times) * u64::from(duration));
        most = most.max((times, duration));
    }
    let (times, duration) = (u64::from(most.0), u64::from(most.1));
    if times + 1 >= frames && times > 0 {
        (frames, units) = (1, duration);
    }
    let rate = u128::from(frames) * u128::from(timescale) * 1000 + u128::from(units / 2);
    Ok(rate.checked_div(units.into()).and_then(|rate| u32::try_from(rate).ok()).filter(|rate| *rate > 0))
}

fn read_sound(track: Reader<'_>) -> Result<Option<SoundFormat>, Flaw> {
    let mut entry = sample_entry(track)?.ok_or(Flaw::Nonsense("a sound track without a description"))?;
    entry.take(16)?;
    let channels = entry.u16_be()?;
    entry.take(6)?;
    // Rates of more than 16 bits do not fit; then the track counts time in samples.
    let mut sample_rate = entry.u32_be()? >> 16;
    if sample_rate == 0
        && let Some(header) = follow(track, &[b"mdia", b"mdhd"])?
    {
        (sample_rate, _) = times(header)?;
    }
    Ok(Some(SoundFormat { sample_rate, channels }))
}
