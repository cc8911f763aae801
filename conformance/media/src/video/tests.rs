//! Clips are what was asked for, by the probe and by decoders of their frames.

use super::*;
use crate::{Container, probe};
use std::collections::BTreeSet;

const CLIP: Clip<'static> = Clip {
    width: 96,
    height: 64,
    container: Container::Mp4,
    milliseconds: 1000,
    frames_per_second: 24,
    seed: 7,
    prompt: "a fox",
    caption: "high",
};

/// Container, size, milliseconds and frames in 1000 seconds.
type Facts = (Container, Option<(u32, u32)>, Option<u64>, Option<u32>);

fn found(clip: &Clip<'_>) -> Facts {
    let found = probe(&render_clip(clip)).unwrap();
    assert_eq!(found.sound, None);
    (found.container, found.size(), found.milliseconds, found.frame_rate)
}

#[test]
fn size_duration_and_rate_are_exactly_as_asked_for() {
    for container in Container::of(Medium::Video) {
        for (width, height) in [(1, 1), (16, 16), (17, 3), (96, 64), (640, 360), (2048, 48)] {
            let clip = Clip { width, height, container, ..CLIP };
            assert_eq!(found(&clip), (container, Some((width, height)), Some(1000), Some(24_000)));
        }
        for milliseconds in [17, 42, 999, 1000, 5000, 5040, 12_345, 120_000] {
            let clip = Clip { width: 16, height: 16, container, milliseconds, frames_per_second: 60, ..CLIP };
            assert_eq!(found(&clip), (container, Some((16, 16)), Some(milliseconds.into()), Some(60_000)));
        }
        for frames_per_second in 1..=MAX_FRAMES_PER_SECOND {
            let clip = Clip { width: 16, height: 16, container, frames_per_second, ..CLIP };
            let rate = Some(frames_per_second * 1000);
            assert_eq!(found(&clip), (container, Some((16, 16)), Some(1000), rate));
        }
    }
}

#[test]
fn values_outside_their_bounds_are_brought_to_the_nearest() {
    let least = Clip { width: 0, height: 0, milliseconds: 0, frames_per_second: 0, ..CLIP };
    let one = Clip { width: 1, height: 1, milliseconds: 1, frames_per_second: 1, ..CLIP };
    assert!(render_clip(&least) == render_clip(&one));
    let most = Clip { milliseconds: u32::MAX, frames_per_second: u32::MAX, ..CLIP };
    assert_eq!(found(&most), (Container::Mp4, Some((96, 64)), Some(120_000), Some(120_000)));
    let image = Clip { container: Container::Png, ..CLIP };
    assert!(render_clip(&image) == render_clip(&CLIP));
}

#[test]
fn the_same_clip_has_the_same_bytes_and_whatever_differs_shows() {
    for container in Container::of(Medium::Video) {
        let one = Clip { container, ..CLIP };
        let others = [
            one,
            Clip { width: 97, ..one },
            Clip { height: 65, ..one },
            Clip { milliseconds: 1001, ..one },
            Clip { frames_per_second: 25, ..one },
            Clip { seed: 8, ..one },
            Clip { prompt: "a hare", ..one },
            Clip { caption: "low", width: 640, height: 480, ..one },
            Clip { width: 640, height: 480, ..one },
        ];
        let files: BTreeSet<Vec<u8>> = others.iter().map(render_clip).collect();
        assert_eq!(files.len(), others.len(), "{container:?}");
        assert!(render_clip(&one) == render_clip(&one), "{container:?}");
    }
}

#[test]
fn ten_seconds_of_full_size_are_a_small_file() {
    for container in Container::of(Medium::Video) {
        let clip = Clip { width: 1920, height: 1080, container, milliseconds: 10_000, ..CLIP };
        let length = render_clip(&clip).len();
        assert!(length < 300_000, "{container:?}: {length}");
    }
}

#[test]
fn the_frames_of_mp4_and_mov_are_an_image_of_that_size() {
    for container in [Container::Mp4, Container::Mov] {
        let file = render_clip(&Clip { container, ..CLIP });
        let places = at(&file, b"stco");
        let number = |at: usize| u32::from_be_bytes(*file[at..].first_chunk().unwrap()) as usize;
        assert_eq!(number(places + 4), 24, "one place for each frame");
        let image = &file[number(places + 8)..];
        assert!(places + 8 + 4 * 24 <= file.len() - image.len(), "the image stands behind the table");
        assert_eq!(number(at(&file, b"stsz") + 4), image.len());
        let mut decoder = zune_jpeg::JpegDecoder::new(zune_jpeg::zune_core::bytestream::ZCursor::new(image));
        decoder.decode().unwrap();
        let info = decoder.info().unwrap();
        assert_eq!((info.width, info.height), (96, 64));
    }
}

/// The place behind a text.
fn at(file: &[u8], text: &[u8]) -> usize {
    file.windows(text.len()).position(|window| window == text).unwrap() + text.len()
}

#[test]
fn the_key_frame_of_webm_is_an_image_of_one_colour() {
    for seed in 0..40 {
        let file = render_clip(&Clip { width: 333, height: 222, container: Container::Webm, seed, ..CLIP });
        // A block's length in eight bytes, its track, its time and its flags.
        let start = at(&file, &[0x81, 0, 0, 0x80]);
        assert_eq!(file[start - 13], 0xA3);
        let length = u64::from_be_bytes(*file[start - 12..].first_chunk().unwrap()) & 0xFF_FFFF;
        let frame = &file[start..start + usize::try_from(length).unwrap() - 4];
        let chunk =
            [b"VP8 ", &u32::try_from(frame.len()).unwrap().to_le_bytes()[..], frame, &[0][..frame.len() % 2]];
        let chunk = chunk.concat();
        let riff = u32::try_from(chunk.len() + 4).unwrap().to_le_bytes();
        let image = [b"RIFF", &riff[..], b"WEBP", &chunk].concat();
        let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(image)).unwrap();
        let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
        decoder.read_image(&mut pixels).unwrap();
        assert_eq!(decoder.dimensions(), (333, 222));
        assert!(pixels.chunks_exact(3).all(|pixel| pixel == &pixels[..3]), "{seed}");
    }
}

#[test]
fn clips_of_any_text_and_any_seed_can_be_made() {
    let long = "x".repeat(100_000);
    for prompt in ["", "\u{0}\n", "灯台 🗼", &long] {
        for container in Container::of(Medium::Video) {
            for seed in [i64::MIN, i64::MAX] {
                let clip = Clip { container, seed, prompt, caption: prompt, ..CLIP };
                assert_eq!(found(&clip).2, Some(1000));
            }
        }
    }
}
