//! Videos of other writers, made by hand.

use crate::{Container, Probe, ProbeError, SoundFormat, probe};

fn boxed(kind: &str, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    [&u32::try_from(content.len() + 8).unwrap().to_be_bytes()[..], kind.as_bytes(), &content].concat()
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

/// A track: its handler, its timescale, the entry of its description and its table of times.
fn track(handler: &str, timescale: u32, entry: &[u8], times: &[u32]) -> Vec<u8> {
    let header = boxed("mdhd", &[&numbers(&[0, 0, 0, timescale, 0, 0])]);
    let handler = boxed("hdlr", &[&[0; 8], handler.as_bytes(), &[0; 13]]);
    let description = boxed("stsd", &[&numbers(&[0, 1]), entry]);
    let times = boxed("stts", &[&numbers(&[0, u32::try_from(times.len() / 2).unwrap()]), &numbers(times)]);
    let table = boxed("stbl", &[&description, &times]);
    boxed("trak", &[&boxed("mdia", &[&header, &handler, &boxed("minf", &[&table])])])
}

fn video(times: &[u32]) -> Vec<u8> {
    let entry = boxed("avc1", &[&[0; 24], &[0x02, 0x80, 0x01, 0x68], &[0; 50]]);
    track("vide", 30_000, &entry, times)
}

fn sound(rate: u32) -> Vec<u8> {
    let entry = boxed("mp4a", &[&[0; 16], &[0, 2, 0, 16, 0, 0, 0, 0], &(rate << 16).to_be_bytes()]);
    track("soun", 96_000, &entry, &[])
}

/// A movie whose header has version 0.
fn movie(duration: u32, parts: &[&[u8]]) -> Vec<u8> {
    boxed("moov", &[&boxed("mvhd", &[&numbers(&[0, 0, 0, 600, duration])]), &parts.concat()])
}

fn file(boxes: &[&[u8]]) -> Result<Probe, ProbeError> {
    probe(&[&boxed("ftyp", &[b"isom\0\0\0\0"]), &boxes.concat()[..]].concat())
}

/// Size, milliseconds, frames in 1000 seconds and sound.
type Facts = (Option<(u32, u32)>, Option<u64>, Option<u32>, Option<SoundFormat>);

fn found(boxes: &[&[u8]]) -> Facts {
    let found = file(boxes).unwrap();
    assert_eq!(found.container, Container::Mp4);
    (found.size(), found.milliseconds, found.frame_rate, found.sound)
}

const SIZE: Option<(u32, u32)> = Some((640, 360));

#[test]
fn a_movie_may_stand_behind_its_media_and_have_sound() {
    let media = boxed("mdat", &[&[0; 40]]);
    let movie = movie(1500, &[&sound(44_100), &video(&[75, 1001])]);
    let format = Some(SoundFormat { sample_rate: 44_100, channels: 2 });
    assert_eq!(found(&[&media, &movie]), (SIZE, Some(2500), Some(29_970), format));
    assert_eq!(found(&[&movie, &media]), (SIZE, Some(2500), Some(29_970), format));
}

#[test]
fn a_sample_rate_that_does_not_fit_is_that_of_the_track() {
    let movie = movie(600, &[&video(&[30, 1000]), &sound(0)]);
    let format = Some(SoundFormat { sample_rate: 96_000, channels: 2 });
    assert_eq!(found(&[&movie, &boxed("mdat", &[])]), (SIZE, Some(1000), Some(30_000), format));
}

#[test]
fn boxes_may_have_long_lengths_and_the_last_one_none() {
    let movie = movie(600, &[&video(&[30, 1000])]);
    let long = [&numbers(&[1])[..], b"mdat", &20_u64.to_be_bytes(), &[0; 4]].concat();
    assert_eq!(found(&[&long, &movie]).0, SIZE);
    let open = [&numbers(&[0])[..], b"mdat", &[0; 400]].concat();
    assert_eq!(found(&[&movie, &open]).0, SIZE);
    let longer = [&numbers(&[1])[..], b"mdat", &u64::MAX.to_be_bytes(), &[0; 4]].concat();
    assert!(matches!(file(&[&movie, &longer]), Err(ProbeError::Truncated { .. })));
    let shorter = [&numbers(&[1])[..], b"mdat", &15_u64.to_be_bytes(), &[0; 4]].concat();
    assert!(matches!(file(&[&movie, &shorter]), Err(ProbeError::Malformed { .. })));
}

#[test]
fn headers_of_version_one_have_long_durations() {
    let header = boxed("mvhd", &[&[1, 0, 0, 0], &[0; 16], &numbers(&[1000]), &(1_u64 << 40).to_be_bytes()]);
    let movie = boxed("moov", &[&header, &video(&[30, 1000])]);
    assert_eq!(found(&[&movie, &boxed("mdat", &[])]).1, Some(1 << 40));
}

#[test]
fn fragments_say_their_duration_or_nothing() {
    let fragment = boxed("moof", &[&[0; 8]]);
    let silent = movie(0, &[&video(&[]), &boxed("mvex", &[])]);
    assert_eq!(found(&[&silent, &fragment]), (SIZE, None, None, None));
    let stated = movie(0, &[&video(&[]), &boxed("mvex", &[&boxed("mehd", &[&numbers(&[0, 900])])])]);
    assert_eq!(found(&[&stated, &fragment]).1, Some(1500));
}

#[test]
fn frames_of_several_durations_have_a_mean_rate() {
    let rate = |times: &[u32]| found(&[&movie(600, &[&video(times)]), &boxed("mdat", &[])]).2;
    assert_eq!(rate(&[10, 1000, 10, 2000]), Some(20_000));
    assert_eq!(rate(&[29, 1000, 1, 10]), Some(30_000), "the last frame does not count");
    assert_eq!(rate(&[1, 0]), None);
    assert_eq!(rate(&[u32::MAX, u32::MAX, u32::MAX, u32::MAX]), None);
}

#[test]
fn what_is_missing_or_too_short_is_refused() {
    let media = boxed("mdat", &[]);
    assert!(matches!(file(&[&media]), Err(ProbeError::Truncated { .. })), "no movie");
    assert!(
        matches!(file(&[&movie(600, &[&video(&[30, 1000])])]), Err(ProbeError::Truncated { .. })),
        "no media"
    );
    let problem = |boxes: &[&[u8]]| match file(boxes) {
        Err(ProbeError::Malformed { problem, .. }) => problem,
        other => panic!("{other:?}"),
    };
    assert_eq!(problem(&[&movie(600, &[&sound(8000)]), &media]), "no video track");
    assert_eq!(problem(&[&boxed("moov", &[]), &media]), "a movie without a header");
    let short = boxed("moov", &[&boxed("mvhd", &[&[0; 4]])]);
    assert_eq!(problem(&[&short, &media]), "a box that is too short for its fields");
    let beyond = boxed("moov", &[&[0, 0, 0, 99], b"mvhd"]);
    assert_eq!(problem(&[&beyond, &media]), "a box that reaches beyond the one around it");
}

/// An element whose length takes one byte.
fn element(identifier: &[u8], content: &[u8]) -> Vec<u8> {
    [identifier, &[0x80 | u8::try_from(content.len()).unwrap()], content].concat()
}

fn matroska(document_type: &str, segment: &[u8]) -> Vec<u8> {
    let header = element(&[0x1A, 0x45, 0xDF, 0xA3], &element(&[0x42, 0x82], document_type.as_bytes()));
    [&header, &[0x18, 0x53, 0x80, 0x67][..], segment].concat()
}

fn tracks() -> Vec<u8> {
    let video = [
        element(&[0x83], &[1]),
        element(&[0x23, 0xE3, 0x83], &33_366_667_u32.to_be_bytes()),
        element(&[0xE0], &[element(&[0xB0], &[2, 0x80]), element(&[0xBA], &[1, 0x68])].concat()),
    ];
    let sound = [
        element(&[0x83], &[2]),
        element(&[0xE1], &[element(&[0xB5], &48_000_f32.to_be_bytes()), element(&[0x9F], &[2])].concat()),
    ];
    let tracks = [element(&[0xAE], &sound.concat()), element(&[0xAE], &video.concat())].concat();
    element(&[0x16, 0x54, 0xAE, 0x6B], &tracks)
}

#[test]
fn a_stream_of_unknown_length_is_read_to_its_end() {
    const UNKNOWN: &[u8] = &[0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
    let block = element(&[0xA3], &[0x81, 0, 0, 0x80, 1, 2, 3]);
    let cluster = [&[0x1F, 0x43, 0xB6, 0x75][..], &[0xFF], &element(&[0xE7], &[0]), &block, &block].concat();
    let file = matroska("webm", &[UNKNOWN, &tracks(), &cluster, &cluster].concat());
    let found = probe(&file).unwrap();
    assert_eq!((found.container, found.size(), found.milliseconds), (Container::Webm, SIZE, None));
    assert_eq!(found.frame_rate, Some(29_970));
    assert_eq!(found.sound, Some(SoundFormat { sample_rate: 48_000, channels: 2 }));
    for cut in 1..block.len() {
        let cut = &file[..file.len() - cut];
        assert!(matches!(probe(cut), Err(ProbeError::Truncated { .. })));
    }
    let without = matroska("webm", &[UNKNOWN, &tracks()].concat());
    assert!(matches!(probe(&without), Err(ProbeError::Truncated { .. })));
}

#[test]
fn a_duration_is_in_units_of_its_own() {
    let information = |duration: f64| {
        let content =
            [element(&[0x2A, 0xD7, 0xB1], &[1, 0x86, 0xA0]), element(&[0x44, 0x89], &duration.to_be_bytes())];
        element(&[0x15, 0x49, 0xA9, 0x66], &content.concat())
    };
    let cluster = element(&[0x1F, 0x43, 0xB6, 0x75], &[]);
    let duration = |duration: f64| {
        let segment = [information(duration), tracks(), cluster.clone()].concat();
        let segment = [&[0x80 | u8::try_from(segment.len()).unwrap()][..], &segment].concat();
        probe(&matroska("webm", &segment)).unwrap().milliseconds
    };
    assert_eq!(duration(12_344.6), Some(1234));
    assert_eq!(duration(f64::MAX), Some(u64::MAX));
    for nonsense in [f64::NAN, f64::INFINITY, -1.0, 0.0] {
        assert_eq!(duration(nonsense), None);
    }
}

#[test]
fn matroska_of_another_kind_is_no_webm() {
    let other = matroska("matroska", &[0x80]);
    let problem = "a Matroska file that is not WebM";
    assert_eq!(probe(&other), Err(ProbeError::Malformed { container: Container::Webm, problem }));
}
