//! MP3: frames of silence (ISO/IEC 11172-3 and 13818-3, layer III) behind a frame that counts them.

use super::Sound;

const FITS: &str = "a sound is within the bounds of its container";
/// Readers look for so many frames in a row, to be sure that they are some.
const LEAST: usize = 3;
/// Bits per second; an index of this follows in each version of the format.
const BIT_RATE: u32 = 32_000;

/// The file of a sound whose values are within their bounds.
pub(super) fn file(sound: &Sound) -> Vec<u8> {
    let layout = Layout::of(sound);
    let samples = u64::from(sound.milliseconds) * u64::from(layout.sample_rate);
    let per_frame = u64::from(layout.samples) * 1000;
    let count = usize::try_from((samples + per_frame / 2) / per_frame).expect(FITS).max(LEAST);

    // The frame that counts the others: which fields follow, the frames, and the bytes with its own.
    let mut first = layout.frame();
    let fields = 4 + layout.side_information;
    let number = |number: usize| u32::try_from(number).expect(FITS).to_be_bytes();
    let info = [&b"Info"[..], &number(3), &number(count), &number((count + 1) * layout.length)].concat();
    first[fields..fields + info.len()].copy_from_slice(&info);
    [tag(sound.seed), first, layout.frame().repeat(count)].concat()
}

/// What the sample rate and the channels make of a frame.
struct Layout {
    sample_rate: u32,
    /// Samples of a frame, in each channel.
    samples: u16,
    header: [u8; 4],
    /// Bytes of the side information: all zero is a frame without sound.
    side_information: usize,
    /// Bytes of a frame.
    length: usize,
}

impl Layout {
    fn of(sound: &Sound) -> Self {
        // Sample rate, whether it is one of MPEG-1, and its index.
        const RATES: [(u32, bool, u8); 6] = [
            (16_000, false, 2),
            (22_050, false, 0),
            (24_000, false, 1),
            (32_000, true, 2),
            (44_100, true, 0),
            (48_000, true, 1),
        ];
        let nearest = RATES.into_iter().min_by_key(|(rate, ..)| rate.abs_diff(sound.sample_rate));
        let (sample_rate, is_first, index) = nearest.expect("there are six");
        // The version, the index of the bit rate, and samples of a frame.
        let (version, bit_rate, samples) = if is_first { (0xFB, 1, 1152) } else { (0xF3, 4, 576) };
        let (mode, side_information) = match (is_first, sound.channels) {
            (true, 1) => (0xC4, 17),
            (true, _) => (0x04, 32),
            (false, 1) => (0xC4, 9),
            (false, _) => (0x04, 17),
        };
        let length = u32::from(samples) / 8 * BIT_RATE / sample_rate;
        Self {
            sample_rate,
            samples,
            header: [0xFF, version, bit_rate << 4 | index << 2, mode],
            side_information,
            length: usize::try_from(length).expect(FITS),
        }
    }

    fn frame(&self) -> Vec<u8> {
        let mut frame = self.header.to_vec();
        frame.resize(self.length, 0);
        frame
    }
}

/// An ID3v2.3 tag with one text.
fn tag(seed: i64) -> Vec<u8> {
    let text = format!("\0seed\0{seed}");
    // Below 128, which is where the two ways to write a length begin to differ.
    let length = |length: usize| [0, 0, 0, u8::try_from(length).expect("a number has at most 20 characters")];
    let frame = [&b"TXXX"[..], &length(text.len()), &[0, 0], text.as_bytes()].concat();
    [&b"ID3\x03\0\0"[..], &length(frame.len()), &frame].concat()
}
