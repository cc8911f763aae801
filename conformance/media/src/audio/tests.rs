//! Sounds are what was asked for.

use super::*;
use crate::{SoundFormat, probe};
use std::collections::BTreeSet;

const RATES: [u32; 6] = [16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

fn sound(container: Container) -> Sound {
    Sound { container, milliseconds: 1500, sample_rate: 44_100, channels: 2, seed: 7 }
}

fn check(sound: &Sound, tolerance: u64) {
    let found = probe(&render_sound(sound)).unwrap();
    let format = SoundFormat { sample_rate: sound.sample_rate, channels: sound.channels };
    assert_eq!((found.container, found.sound), (sound.container, Some(format)), "{sound:?}");
    assert_eq!((found.image, found.frame_rate), (None, None));
    let duration = found.milliseconds.unwrap();
    assert!(duration.abs_diff(sound.milliseconds.into()) <= tolerance, "{sound:?} takes {duration} ms");
}

#[test]
fn rate_channels_and_duration_are_as_asked_for() {
    for container in Container::of(Medium::Audio) {
        // An MP3 is a whole number of frames.
        let tolerance = if container == Container::Mp3 { 18 } else { 0 };
        for sample_rate in RATES {
            for channels in [1, 2] {
                for milliseconds in [108, 500, 1000, 12_345, 60_000] {
                    check(&Sound { milliseconds, sample_rate, channels, ..sound(container) }, tolerance);
                }
            }
        }
    }
}

#[test]
fn sounds_of_a_millisecond_and_of_ten_minutes_can_be_made() {
    for container in [Container::Wav, Container::Flac, Container::Ogg] {
        check(&Sound { milliseconds: 1, ..sound(container) }, 0);
    }
    for container in [Container::Mp3, Container::Flac, Container::Ogg] {
        check(&Sound { milliseconds: MAX_SOUND_MILLISECONDS, ..sound(container) }, 18);
    }
    check(&Sound { milliseconds: 60_000, sample_rate: 8000, channels: 1, ..sound(Container::Wav) }, 0);
}

#[test]
fn values_outside_their_bounds_are_brought_to_the_nearest() {
    let file = |sound: &Sound| render_sound(sound);
    let least = Sound { milliseconds: 0, sample_rate: 0, channels: 0, ..sound(Container::Wav) };
    assert!(file(&least) == file(&Sound { milliseconds: 1, sample_rate: 8000, channels: 1, ..least }));
    let most = Sound { milliseconds: u32::MAX, sample_rate: u32::MAX, channels: 9, ..sound(Container::Flac) };
    let bounds = Sound { milliseconds: 600_000, sample_rate: 96_000, channels: 2, ..most };
    assert!(file(&most) == file(&bounds));
    let other = Sound { container: Container::Glb, ..sound(Container::Wav) };
    assert!(file(&other) == file(&sound(Container::Wav)));
    for (asked, nearest) in [(8000, 16_000), (23_500, 24_000), (96_000, 48_000)] {
        let found = probe(&file(&Sound { sample_rate: asked, ..sound(Container::Mp3) })).unwrap();
        assert_eq!(found.sound.unwrap().sample_rate, nearest);
    }
}

#[test]
fn the_same_sound_has_the_same_bytes_and_each_seed_its_own() {
    for container in Container::of(Medium::Audio) {
        let seeds = [i64::MIN, -1, 0, 1, 7, i64::MAX];
        let files: BTreeSet<Vec<u8>> =
            seeds.iter().map(|seed| render_sound(&Sound { seed: *seed, ..sound(container) })).collect();
        assert_eq!(files.len(), seeds.len(), "{container:?}");
        assert!(files.contains(&render_sound(&sound(container))));
    }
}

#[test]
fn the_tone_of_a_wav_is_heard_and_quiet() {
    for seed in 0..50 {
        let file = render_sound(&Sound { seed, ..sound(Container::Wav) });
        let data = file.windows(4).position(|name| name == b"data").unwrap() + 8;
        let samples: Vec<i16> =
            file[data..].chunks_exact(2).map(|sample| i16::from_le_bytes([sample[0], sample[1]])).collect();
        assert_eq!(samples.len(), 2 * 66_150);
        let loudest = samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap();
        assert!((300..1100).contains(&loudest), "{seed}: {loudest}");
        assert!(samples.chunks_exact(2).all(|pair| pair[0] == pair[1]));
    }
}
