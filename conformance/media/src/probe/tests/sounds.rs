//! Sounds of other writers, made by hand or changed.

use crate::{Container, Probe, ProbeError, Sound, SoundFormat, probe, render_sound};

fn file(container: Container) -> Vec<u8> {
    render_sound(&Sound { container, milliseconds: 1000, sample_rate: 48_000, channels: 2, seed: 7 })
}

fn format(sample_rate: u32, channels: u16) -> SoundFormat {
    SoundFormat { sample_rate, channels }
}

fn at(file: &[u8], text: &[u8]) -> usize {
    file.windows(text.len()).position(|window| window == text).unwrap()
}

#[test]
fn a_wav_of_unknown_length_ends_where_the_file_does() {
    let mut wav = file(Container::Wav);
    let data = at(&wav, b"data");
    wav[4..8].fill(0xFF);
    wav[data + 4..data + 8].fill(0xFF);
    let found = probe(&wav).unwrap();
    assert_eq!((found.milliseconds, found.sound), (Some(1000), Some(format(48_000, 2))));
    wav.truncate(wav.len() - 96_000);
    assert_eq!(probe(&wav).unwrap().milliseconds, Some(500));
}

#[test]
fn a_wav_needs_its_form_before_its_sound() {
    let refused = |chunks: &[u8]| {
        let length = u32::try_from(chunks.len() + 4).unwrap().to_le_bytes();
        match probe(&[b"RIFF", &length[..], b"WAVE", chunks].concat()) {
            Err(ProbeError::Malformed { problem, .. }) => problem,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(b"data\0\0\0\0"), "sound before its form");
    assert_eq!(refused(b"fmt \x02\0\0\0\x01\0"), "a form that is too short");
    assert_eq!(refused(b"LIST\x02\0\0\0ab"), "a chunk that reaches beyond the file, or none with sound");
    let silent = b"fmt \x10\0\0\0\x01\0\0\0\x80\xBB\0\0\x01\0\0\0\0\0\0\0data\0\0\0\0";
    assert_eq!(refused(silent), "sound without samples or channels");
}

/// Frames of MPEG-1 in mono at 128 kbit/s and 44100 Hz: 417 bytes each.
fn frames(count: usize) -> Vec<u8> {
    let mut frame = vec![0xFF, 0xFB, 0x90, 0xC4];
    frame.resize(417, 0);
    frame.repeat(count)
}

#[test]
fn frames_are_counted_where_no_frame_counts_them() {
    let found = probe(&frames(100)).unwrap();
    assert_eq!((found.container, found.sound), (Container::Mp3, Some(format(44_100, 1))));
    assert_eq!(found.milliseconds, Some(2612));
    let tagged =
        [&b"ID3\x04\0\x10\0\0\x01\x02"[..], &[0xFF; 130 + 10], &frames(100), b"TAG and a title"].concat();
    assert_eq!(probe(&tagged), probe(&frames(100)));
    assert!(matches!(probe(&frames(3)[..1000]), Err(ProbeError::Truncated { .. })));
    let noise = [&frames(3)[..], b"\xFF\xFBnoise"].concat();
    assert!(matches!(probe(&noise), Err(ProbeError::Malformed { .. })));
}

#[test]
fn a_frame_that_counts_the_others_is_believed_up_to_the_end() {
    let counting = |frames: u32, bytes: u32, tail: &[u8]| {
        let mut frame = vec![0xFF, 0xFB, 0x90, 0xC4];
        frame.resize(21, 0);
        frame.extend(b"Xing\0\0\0\x0F");
        frame.extend([frames.to_be_bytes(), bytes.to_be_bytes()].concat());
        frame.resize(frame.len() + 104, 0);
        frame.extend(tail);
        frame.resize(417, 0);
        frame
    };
    let duration = |first: Vec<u8>| probe(&[first, frames(100)].concat()).map(|found| found.milliseconds);
    assert_eq!(duration(counting(100, 42_117, b"")), Ok(Some(2612)));
    // 576 samples before the sound and 1000 behind.
    let encoder = |name: &[u8]| {
        let tail = [name, &[0; 12], &0x0024_03E8_u32.to_be_bytes()[1..]].concat();
        counting(100, 42_117, &tail)
    };
    assert_eq!(
        duration(encoder(b"LAME3.100")),
        Ok(Some(2577)),
        "without the filling of the first and last frame"
    );
    assert_eq!(duration(encoder(b"elsewhere")), Ok(Some(2612)));
    assert!(matches!(duration(counting(101, 42_534, b"")), Err(ProbeError::Truncated { .. })));
}

#[test]
fn a_flac_may_have_a_tag_behind_it_and_no_length() {
    let flac = file(Container::Flac);
    let mut tag = b"TAG".to_vec();
    tag.resize(128, 0);
    assert_eq!(probe(&[&flac[..], &tag].concat()), probe(&flac));
    let mut stream = flac.clone();
    // The lowest 36 bits of the eight bytes behind the sizes of blocks and frames.
    stream[8 + 13] &= 0xF0;
    stream[8 + 14..8 + 18].fill(0);
    let found = probe(&stream).unwrap();
    assert_eq!((found.milliseconds, found.sound), (None, Some(format(48_000, 2))));
    let mut damaged = flac;
    *damaged.last_mut().unwrap() ^= 1;
    assert!(matches!(probe(&damaged), Err(ProbeError::Truncated { .. })));
}

/// A page with one packet.
fn page(flags: u8, position: u64, serial: u32, packet: &[u8]) -> Vec<u8> {
    let length = u8::try_from(packet.len()).unwrap();
    let head = [&b"OggS\0"[..], &[flags], &position.to_le_bytes(), &serial.to_le_bytes(), &[0; 8]].concat();
    [&head[..], &[1, length], packet].concat()
}

#[test]
fn vorbis_is_read_and_other_streams_are_passed_over() {
    let head = [&b"\x01vorbis\0\0\0\0\x02"[..], &44_100_u32.to_le_bytes(), &[0; 14]].concat();
    let pages =
        [page(2, 0, 1, &head), page(0, u64::MAX, 1, b"x"), page(4, 999, 2, b"y"), page(4, 22_050, 1, b"z")];
    let found = probe(&pages.concat()).unwrap();
    assert_eq!(
        (found.container, found.milliseconds, found.sound),
        (Container::Ogg, Some(500), Some(format(44_100, 2)))
    );
    let unfinished = &pages[..3].concat();
    assert!(matches!(probe(unfinished), Err(ProbeError::Truncated { .. })));
    let other = page(2, 0, 1, b"\x80theora and more");
    let problem = "neither Opus nor Vorbis";
    assert_eq!(probe(&other), Err(ProbeError::Malformed { container: Container::Ogg, problem }));
}

#[test]
fn what_an_opus_decoder_skips_does_not_count() {
    let head = [&b"OpusHead\x01\x01"[..], &312_u16.to_le_bytes(), &[0; 7]].concat();
    let pages = [page(2, 0, 1, &head), page(0, 0, 1, b"OpusTags"), page(4, 48_312, 1, &[0xF8, 0xFF, 0xFE])];
    let Probe { milliseconds, sound, .. } = probe(&pages.concat()).unwrap();
    assert_eq!((milliseconds, sound), (Some(1000), Some(format(48_000, 1))));
}
