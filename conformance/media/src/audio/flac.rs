//! FLAC (RFC 9639): each block is constant, at a level near silence.

use super::Sound;
use crate::random::Random;

const FITS: &str = "a sound is within the bounds of its container";
/// Samples of a block, in each channel; the last may have fewer.
const BLOCK: u16 = 4096;
/// No sample is further from zero.
const PEAK: u64 = 24;

/// The file of a sound whose values are within their bounds.
pub(super) fn file(sound: &Sound) -> Vec<u8> {
    let mut random = Random::new(sound.seed, "steps");
    let (mut left, mut number) = (sound.samples(), 0);
    let mut frames = Vec::new();
    while left > 0 {
        let block = u16::try_from(left.min(BLOCK.into())).expect(FITS);
        let level = i16::try_from(random.below(2 * PEAK + 1)).expect(FITS) - i16::try_from(PEAK).expect(FITS);
        frames.extend(frame(sound.channels, number, block, level));
        left -= u64::from(block);
        number += 1;
    }
    [b"fLaC".to_vec(), metadata(0, &stream(sound)), metadata(0x84, &comment(sound.seed)), frames].concat()
}

/// A block of metadata; the last one has the highest bit of its kind set.
fn metadata(kind: u8, content: &[u8]) -> Vec<u8> {
    let [_, length @ ..] = u32::try_from(content.len()).expect(FITS).to_be_bytes();
    [&[kind][..], &length, content].concat()
}

/// Sizes of frames and the digest are left unknown, as zero.
fn stream(sound: &Sound) -> Vec<u8> {
    // 20 bits of sample rate, 3 of channels less one, 5 of bits a sample less one, 36 of samples.
    let format = u64::from(sound.sample_rate) << 44
        | u64::from(sound.channels - 1) << 41
        | (16 - 1) << 36
        | sound.samples();
    [&BLOCK.to_be_bytes()[..], &BLOCK.to_be_bytes(), &[0; 6], &format.to_be_bytes(), &[0; 16]].concat()
}

fn comment(seed: i64) -> Vec<u8> {
    let text = |text: &str| {
        let length = u32::try_from(text.len()).expect(FITS).to_le_bytes();
        [&length[..], text.as_bytes()].concat()
    };
    [text("airspec"), 1_u32.to_le_bytes().to_vec(), text(&format!("SEED={seed}"))].concat()
}

fn frame(channels: u16, number: u32, block: u16, level: i16) -> Vec<u8> {
    // Blocks of equal length; the length follows in 16 bits, the sample rate is that of the stream, 16 bits a sample.
    let mode = u8::try_from(channels - 1).expect(FITS) << 4 | 4 << 1;
    let mut frame = vec![0xFF, 0xF8, 7 << 4, mode];
    let number =
        char::from_u32(number).expect("a sound has fewer blocks than there are characters below U+D800");
    frame.extend(number.encode_utf8(&mut [0; 4]).as_bytes());
    frame.extend((block - 1).to_be_bytes());
    frame.push(
        frame.iter().fold(0, |sum, byte| (0..8).fold(sum ^ byte, |sum, _| sum << 1 ^ (0x07 * (sum >> 7)))),
    );
    for _ in 0..channels {
        frame.push(0);
        frame.extend(level.to_be_bytes());
    }
    let sum = frame.iter().fold(0_u16, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte) << 8, |sum, _| sum << 1 ^ (0x8005 * (sum >> 15)))
    });
    frame.extend(sum.to_be_bytes());
    frame
}
