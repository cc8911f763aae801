//! WAV: PCM of 16 bits, a triangle wave.

use super::Sound;
use crate::random::Random;

const FITS: &str = "a sound is within the bounds of its container";
/// Bytes of a sample.
const WIDTH: u16 = 2;

/// The file of a sound whose values are within their bounds.
pub(super) fn file(sound: &Sound) -> Vec<u8> {
    let frame = sound.channels * WIDTH;
    let format = [
        &1_u16.to_le_bytes()[..],
        &sound.channels.to_le_bytes(),
        &sound.sample_rate.to_le_bytes(),
        &(sound.sample_rate * u32::from(frame)).to_le_bytes(),
        &frame.to_le_bytes(),
        &(WIDTH * 8).to_le_bytes(),
    ];
    let mut comment = format!("seed {}\0", sound.seed).into_bytes();
    comment.resize(comment.len().next_multiple_of(2), 0);
    let list = [&b"INFO"[..], &chunk(*b"ICMT", &comment)].concat();
    let length = usize::try_from(sound.samples()).expect(FITS) * usize::from(frame);
    let wave = wave(sound);

    let head = [&b"WAVE"[..], &chunk(*b"fmt ", &format.concat()), &chunk(*b"LIST", &list)].concat();
    let mut file = Vec::with_capacity(length + head.len() + 16);
    file.extend(b"RIFF");
    file.extend(u32::try_from(head.len() + 8 + length).expect(FITS).to_le_bytes());
    file.extend(&head);
    file.extend(b"data");
    file.extend(u32::try_from(length).expect(FITS).to_le_bytes());
    let end = file.len() + length;
    while file.len() < end {
        file.extend(&wave[..wave.len().min(end - file.len())]);
    }
    file
}

/// One period, in all channels.
fn wave(sound: &Sound) -> Vec<u8> {
    let mut random = Random::new(sound.seed, "tone");
    // In hertz, and in units of the sample: a thirtieth of the loudest or less.
    let (pitch, peak) = (200 + random.below(400), 400 + random.below(600));
    let period = u64::from(sound.sample_rate) / pitch;
    let sample = |index: u64| {
        let rise = index.min(period - index);
        let level = i64::try_from(4 * peak * rise / period).expect(FITS) - i64::try_from(peak).expect(FITS);
        i16::try_from(level).expect(FITS).to_le_bytes().repeat(sound.channels.into())
    };
    (0..period).flat_map(sample).collect()
}

fn chunk(name: [u8; 4], content: &[u8]) -> Vec<u8> {
    [&name[..], &u32::try_from(content.len()).expect(FITS).to_le_bytes(), content].concat()
}
