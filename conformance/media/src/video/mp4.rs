//! MP4 (ISO/IEC 14496-12 and 14496-14) and QuickTime files with JPEG frames.
//!
//! Every frame is a chunk of one sample, and all chunks stand at the same place: the image is stored once.

use super::Clip;
use crate::{Container, Image, render};

/// Two formats with the same boxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Mp4,
    QuickTime,
}

/// The header's units of time in a second.
const MOVIE_TIMESCALE: u32 = 1000;
/// The track's units of time in a frame, so that any number of milliseconds is a whole number of units.
const FRAME_UNITS: u32 = 1000;
/// As coarse as looks good: a clip must be small.
const QUALITY: u8 = 60;
const MATRIX: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];
const FITS: &str = "a clip is within the bounds of its container";

/// The file of a clip whose values are within their bounds.
pub(super) fn file(clip: &Clip<'_>, dialect: Dialect) -> Vec<u8> {
    let image = render(&Image {
        width: clip.width,
        height: clip.height,
        container: Container::Jpeg,
        quality: QUALITY,
        seed: clip.seed,
        prompt: clip.prompt,
        caption: clip.caption,
    });
    let brands: &[u8] = match dialect {
        Dialect::Mp4 => b"mp42\0\0\0\0mp42isom",
        Dialect::QuickTime => b"qt  \x20\x05\x03\x00qt  ",
    };
    let kind = boxed(*b"ftyp", &[brands]);
    let track = Track { clip, dialect, image_bytes: length(&image) };
    // The place of the image depends on the length of the box before it, which does not depend on the place.
    let header = length(&kind) + length(&track.movie(0)) + 8;
    [kind, track.movie(header), boxed(*b"mdat", &[&image])].concat()
}

struct Track<'a> {
    clip: &'a Clip<'a>,
    dialect: Dialect,
    image_bytes: u32,
}

impl Track<'_> {
    fn movie(&self, offset: u32) -> Vec<u8> {
        let header = [
            numbers(&[0, 0, MOVIE_TIMESCALE, self.clip.milliseconds, 0x1_0000, 0x0100_0000, 0, 0]),
            numbers(&MATRIX),
            numbers(&[0, 0, 0, 0, 0, 0, 2]),
        ]
        .concat();
        let header = full(*b"mvhd", 0, &[&header]);
        let track = boxed(*b"trak", &[&self.track_header(), &self.media(offset)]);
        boxed(*b"moov", &[&header, &track])
    }

    fn track_header(&self) -> Vec<u8> {
        // The track is enabled, in the movie and in its preview.
        const FLAGS: u32 = 7;
        let fields = [
            numbers(&[0, 0, 1, 0, self.clip.milliseconds, 0, 0, 0, 0]),
            numbers(&MATRIX),
            numbers(&[self.clip.width << 16, self.clip.height << 16]),
        ];
        full(*b"tkhd", FLAGS, &[&fields.concat()])
    }

    fn media(&self, offset: u32) -> Vec<u8> {
        let undetermined = match self.dialect {
            Dialect::Mp4 => 0x55C4,
            Dialect::QuickTime => 0x7FFF,
        };
        let timescale = self.clip.frames_per_second * FRAME_UNITS;
        let header = numbers(&[0, 0, timescale, self.units(), undetermined << 16]);
        let header = full(*b"mdhd", 0, &[&header]);
        boxed(*b"mdia", &[&header, &self.handler(*b"mhlr", *b"vide"), &self.information(offset)])
    }

    /// The duration in the track's units: milliseconds times frames per second.
    fn units(&self) -> u32 {
        self.clip.milliseconds * self.clip.frames_per_second
    }

    /// QuickTime names the component and counts the letters of the name; MP4 has neither.
    fn handler(&self, component: [u8; 4], handler: [u8; 4]) -> Vec<u8> {
        const NAME: &[u8] = b"Airspec";
        match self.dialect {
            Dialect::Mp4 => full(*b"hdlr", 0, &[&[0; 4], &handler, &[0; 12], NAME, b"\0"]),
            Dialect::QuickTime => full(*b"hdlr", 0, &[&component, &handler, &[0; 12], b"\x07", NAME]),
        }
    }

    fn information(&self, offset: u32) -> Vec<u8> {
        let video = full(*b"vmhd", 1, &[&[0; 8]]);
        let data_handler = match self.dialect {
            Dialect::Mp4 => Vec::new(),
            Dialect::QuickTime => self.handler(*b"dhlr", *b"url "),
        };
        // The samples are in this file.
        let here = full(*b"url ", 1, &[]);
        let reference = boxed(*b"dinf", &[&full(*b"dref", 0, &[&numbers(&[1]), &here])]);
        boxed(*b"minf", &[&video, &data_handler, &reference, &self.samples(offset)])
    }

    fn samples(&self, offset: u32) -> Vec<u8> {
        let frames = self.clip.frames();
        let last = self.units() - (frames - 1) * FRAME_UNITS;
        let times = match (last == FRAME_UNITS, frames) {
            (true, _) => numbers(&[1, frames, FRAME_UNITS]),
            (false, 1) => numbers(&[1, 1, last]),
            (false, _) => numbers(&[2, frames - 1, FRAME_UNITS, 1, last]),
        };
        let mut places = numbers(&[frames]);
        places.extend(offset.to_be_bytes().repeat(usize::try_from(frames).expect(FITS)));
        let description = full(*b"stsd", 0, &[&numbers(&[1]), &self.sample_entry()]);
        let parts = [
            description,
            full(*b"stts", 0, &[&times]),
            full(*b"stsc", 0, &[&numbers(&[1, 1, 1, 1])]),
            full(*b"stsz", 0, &[&numbers(&[self.image_bytes, frames])]),
            full(*b"stco", 0, &[&places]),
        ];
        boxed(*b"stbl", &[&parts.concat()])
    }

    fn sample_entry(&self) -> Vec<u8> {
        let side = |side: u32| u16::try_from(side).expect(FITS).to_be_bytes();
        let mut name = [0; 32];
        name[..13].copy_from_slice(b"\x0CPhoto - JPEG");
        let resolution = numbers(&[72 << 16, 72 << 16, 0]);
        let (kind, quality, decoder) = match self.dialect {
            Dialect::Mp4 => (*b"mp4v", [0; 16], self.decoder()),
            // Vendor, temporal quality and spatial quality, where MP4 has zeros.
            Dialect::QuickTime => (*b"jpeg", *b"\0\0\0\0arsp\0\0\0\0\0\0\x02\0", Vec::new()),
        };
        let head = [&[0, 0, 0, 0, 0, 0, 0, 1][..], &quality].concat();
        let frame = [side(self.clip.width), side(self.clip.height)].concat();
        // A frame in a sample, 24 bits a pixel, no colour table.
        boxed(kind, &[&head, &frame, &resolution, &[0, 1], &name, &[0, 24, 0xFF, 0xFF], &decoder])
    }

    /// The descriptors of ISO/IEC 14496-1, 7.2.6: visual data of the object type 0x6C (JPEG, ISO/IEC 10918-1).
    fn decoder(&self) -> Vec<u8> {
        let bits = u64::from(self.image_bytes) * 8 * u64::from(self.clip.frames_per_second);
        let bits = u32::try_from(bits).unwrap_or(u32::MAX).to_be_bytes();
        let [_, buffer @ ..] = self.image_bytes.min(0xFF_FFFF).to_be_bytes();
        let decoder = [&[0x04, 13, 0x6C, 0x11][..], &buffer, &bits, &bits].concat();
        let stream = [&[0x03, 21, 0, 0, 0][..], &decoder, &[0x06, 1, 2]].concat();
        full(*b"esds", 0, &[&stream])
    }
}

fn boxed(kind: [u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    [&(length(&content) + 8).to_be_bytes()[..], &kind, &content].concat()
}

/// A box with a version, which is zero, and flags.
fn full(kind: [u8; 4], flags: u32, parts: &[&[u8]]) -> Vec<u8> {
    boxed(kind, &[&flags.to_be_bytes(), &parts.concat()])
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).expect(FITS)
}
