//! Ogg (RFC 3533) with Opus (RFC 7845): packets of silence.

use super::Sound;
use crate::random::Random;

const FITS: &str = "a sound is within the bounds of its container";
/// Opus counts samples at this rate, whatever its input had.
const RATE: u64 = 48_000;
/// Samples of a packet, in each channel: 20 ms.
const PACKET: u64 = 960;
/// Samples that a decoder discards at the beginning: an encoder's delay, of which silence has none.
const SKIP: u16 = 0;
/// Packets of a page: one second.
const PAGE: u64 = 50;

/// The file of a sound whose values are within their bounds.
pub(super) fn file(sound: &Sound) -> Vec<u8> {
    // One full band of CELT in 20 ms, in one packet; the rest is what an encoder makes of silence.
    let packet = [if sound.channels == 1 { 0xF8 } else { 0xFC }, 0xFF, 0xFE];
    let end = u64::from(SKIP) + u64::from(sound.milliseconds) * RATE / 1000;
    let packets = end.div_ceil(PACKET);
    let serial = u32::try_from(Random::new(sound.seed, "serial").below(1 << 32)).expect(FITS);
    let mut pages = Pages { serial, count: 0, bytes: Vec::new() };
    pages.add(FIRST, 0, &[&head(sound)]);
    pages.add(0, 0, &[&tags(sound.seed)]);
    for first in (0..packets).step_by(usize::try_from(PAGE).expect(FITS)) {
        let behind = (first + PAGE).min(packets);
        let page = vec![&packet[..]; usize::try_from(behind - first).expect(FITS)];
        // The last page ends before its last packet does, where the sound ends.
        let flags = if behind == packets { LAST } else { 0 };
        pages.add(flags, (behind * PACKET).min(end), &page);
    }
    pages.bytes
}

fn head(sound: &Sound) -> Vec<u8> {
    let channels = u8::try_from(sound.channels).expect(FITS);
    let rate = sound.sample_rate.to_le_bytes();
    [&b"OpusHead\x01"[..], &[channels], &SKIP.to_le_bytes(), &rate, &[0, 0, 0]].concat()
}

fn tags(seed: i64) -> Vec<u8> {
    let text = |text: &str| {
        let length = u32::try_from(text.len()).expect(FITS).to_le_bytes();
        [&length[..], text.as_bytes()].concat()
    };
    [b"OpusTags".to_vec(), text("airspec"), 1_u32.to_le_bytes().to_vec(), text(&format!("SEED={seed}"))]
        .concat()
}

/// The flags of the first and of the last page.
const FIRST: u8 = 2;
const LAST: u8 = 4;

struct Pages {
    serial: u32,
    count: u32,
    bytes: Vec<u8>,
}

impl Pages {
    /// Adds a page of whole packets, each shorter than 255 bytes, that ends at this sample.
    fn add(&mut self, flags: u8, end: u64, packets: &[&[u8]]) {
        let lengths: Vec<u8> =
            packets.iter().map(|packet| u8::try_from(packet.len()).expect("packets are short")).collect();
        let count = u8::try_from(lengths.len()).expect("a page has at most 50 packets");
        let mut page = [
            &b"OggS\0"[..],
            &[flags],
            &end.to_le_bytes(),
            &self.serial.to_le_bytes(),
            &self.count.to_le_bytes(),
            &[0; 4],
            &[count],
            &lengths,
            &packets.concat(),
        ]
        .concat();
        let sum = page.iter().fold(0_u32, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte) << 24, |sum, _| sum << 1 ^ (0x04C1_1DB7 * (sum >> 31)))
        });
        page[22..26].copy_from_slice(&sum.to_le_bytes());
        self.bytes.extend(page);
        self.count += 1;
    }
}
