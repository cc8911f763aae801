//! WebM: the Matroska container (RFC 9559) with the document type `webm` and VP8 frames.

use super::{Clip, vp8};
use crate::random::Random;

/// Milliseconds of a cluster: the times of its blocks are numbers of 16 bits with a sign.
const CLUSTER: u32 = 5000;
/// The title of a file has at most so many characters of the prompt.
const TITLE: usize = 200;
/// Nanoseconds in a second.
const SECOND: u32 = 1_000_000_000;
/// The block can be decoded without another.
const KEY_FRAME: u8 = 0x80;

const FITS: &str = "a clip is within the bounds of its container";

/// The file of a clip whose values are within their bounds.
pub(super) fn file(clip: &Clip<'_>) -> Vec<u8> {
    let head = [
        element(&[0x42, 0x86], &[1]),
        element(&[0x42, 0xF7], &[1]),
        element(&[0x42, 0xF2], &[4]),
        element(&[0x42, 0xF3], &[8]),
        element(&[0x42, 0x82], b"webm"),
        element(&[0x42, 0x87], &[2]),
        element(&[0x42, 0x85], &[2]),
    ];
    let segment = [information(clip), tracks(clip), clusters(clip)].concat();
    [element(&[0x1A, 0x45, 0xDF, 0xA3], &head.concat()), element(&[0x18, 0x53, 0x80, 0x67], &segment)]
        .concat()
}

fn information(clip: &Clip<'_>) -> Vec<u8> {
    let prompt: String = clip.prompt.chars().filter(|letter| !letter.is_control()).take(TITLE).collect();
    let caption: String = clip.caption.chars().filter(|letter| !letter.is_control()).take(TITLE).collect();
    let title = format!("{prompt} ({caption}, seed {})", clip.seed);
    // Times are in milliseconds.
    let content = [
        element(&[0x2A, 0xD7, 0xB1], &[0x0F, 0x42, 0x40]),
        element(&[0x44, 0x89], &f64::from(clip.milliseconds).to_be_bytes()),
        element(&[0x7B, 0xA9], title.as_bytes()),
        element(&[0x4D, 0x80], b"airspec"),
        element(&[0x57, 0x41], b"airspec"),
    ];
    element(&[0x15, 0x49, 0xA9, 0x66], &content.concat())
}

fn tracks(clip: &Clip<'_>) -> Vec<u8> {
    let frame = (SECOND + clip.frames_per_second / 2) / clip.frames_per_second;
    let video = [element(&[0xB0], &clip.width.to_be_bytes()), element(&[0xBA], &clip.height.to_be_bytes())];
    let track = [
        element(&[0xD7], &[1]),
        element(&[0x73, 0xC5], &[1]),
        element(&[0x83], &[1]),
        element(&[0x9C], &[0]),
        element(&[0x86], b"V_VP8"),
        element(&[0x23, 0xE3, 0x83], &frame.to_be_bytes()),
        element(&[0xE0], &video.concat()),
    ];
    element(&[0x16, 0x54, 0xAE, 0x6B], &element(&[0xAE], &track.concat()))
}

fn clusters(clip: &Clip<'_>) -> Vec<u8> {
    let mut random = Random::new(clip.seed, clip.prompt);
    let mut level = || i8::try_from(random.below(9)).expect("below nine") - 4;
    let colour = vp8::Colour { luma: level(), blue: level(), red: level() };
    let (key, repeat) =
        (vp8::key_frame(clip.width, clip.height, colour), vp8::repeat_frame(clip.width, clip.height));
    // In milliseconds.
    let time = |frame: u32| (frame * 1000 + clip.frames_per_second / 2) / clip.frames_per_second;
    let mut frames = (0..clip.frames()).map(time).peekable();
    let mut clusters = Vec::new();
    while let Some(start) = frames.next() {
        let mut cluster = element(&[0xE7], &start.to_be_bytes());
        cluster.extend(block(0, KEY_FRAME, &key));
        while let Some(time) = frames.next_if(|time| time - start < CLUSTER) {
            cluster.extend(block(time - start, 0, &repeat));
        }
        clusters.extend(element(&[0x1F, 0x43, 0xB6, 0x75], &cluster));
    }
    clusters
}

/// A block of the first track, so many milliseconds after its cluster.
fn block(time: u32, flags: u8, frame: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(time).expect(FITS).to_be_bytes();
    element(&[0xA3], &[&[0x81, high, low, flags], frame].concat())
}

/// An identifier, the length in eight bytes or in one, and the content.
fn element(identifier: &[u8], content: &[u8]) -> Vec<u8> {
    let length = u64::try_from(content.len()).expect(FITS);
    let wide = (length | 1 << 56).to_be_bytes();
    let length = match u8::try_from(length) {
        Ok(short @ 0..=126) => &[short | 0x80][..],
        _ => &wide,
    };
    [identifier, length, content].concat()
}
