//! Finds pieces of secrets in a text: as they stand, in Base64 and in hexadecimal digits, and the same behind some
//! layers of escapes. The text is read once from its beginning to its end, whatever it holds.

use super::decode::{Decoder, Unit, begins};
use super::needles::{LAYERS, Needles, is_passed_over};

/// So many bytes before the first and after the last escape are looked at together with it: as many as the longest form
/// of a piece takes, hexadecimal digits with something between them.
const AROUND: usize = 64;

/// The places of a text that hold a piece, in order and apart from each other.
pub(super) fn find(text: &[u8], needles: &Needles) -> Vec<(usize, usize)> {
    let mut hits = Hits::default();
    if needles.is_empty() {
        return hits.0;
    }
    let mut plain = Taps::default();
    let mut island = Island::default();
    for (start, byte) in text.iter().enumerate() {
        plain.feed(Unit { byte: *byte, start, end: start + 1 }, needles, &mut hits);
        // Where there are no escapes, the layers beneath say the same as the text.
        if begins(*byte) {
            island.reach(start, text, needles, &mut hits);
        }
    }
    island.close(text, needles, &mut hits);
    hits.sorted()
}

/// A part of the text with escapes.
#[derive(Default)]
struct Island {
    /// How far it is read.
    read: usize,
    /// The place of the last escape so far; none where no island is open.
    last: Option<usize>,
    layers: [Layer; LAYERS],
}

/// A layer of escapes, and what is found beneath it.
#[derive(Default)]
struct Layer {
    decoder: Decoder,
    taps: Taps,
}

impl Island {
    /// Goes on to an escape; where that is too far away, the island ends and another one begins.
    fn reach(&mut self, place: usize, text: &[u8], needles: &Needles, hits: &mut Hits) {
        if self.last.is_some_and(|last| place - last > 2 * AROUND) {
            self.close(text, needles, hits);
        }
        if self.last.is_none() {
            *self = Self { read: place.saturating_sub(AROUND), ..Self::default() };
        }
        self.read_to(place, text, needles, hits);
        self.last = Some(place);
    }

    fn close(&mut self, text: &[u8], needles: &Needles, hits: &mut Hits) {
        let Some(last) = self.last.take() else { return };
        self.read_to((last + AROUND).min(text.len()), text, needles, hits);
        for layer in 0..LAYERS {
            let (above, beneath) = self.layers.split_at_mut(layer + 1);
            let Layer { decoder, taps } = &mut above[layer];
            decoder.end(|unit| {
                taps.feed(unit, needles, hits);
                push(beneath, unit, needles, hits);
            });
        }
    }

    fn read_to(&mut self, end: usize, text: &[u8], needles: &Needles, hits: &mut Hits) {
        for (start, byte) in text.iter().enumerate().take(end).skip(self.read) {
            push(&mut self.layers, Unit { byte: *byte, start, end: start + 1 }, needles, hits);
        }
        self.read = end.max(self.read);
    }
}

fn push(layers: &mut [Layer], unit: Unit, needles: &Needles, hits: &mut Hits) {
    let Some((Layer { decoder, taps }, beneath)) = layers.split_first_mut() else { return };
    decoder.push(unit, |unit| {
        taps.feed(unit, needles, hits);
        push(beneath, unit, needles, hits);
    });
}

/// Places that hold a piece.
#[derive(Default)]
struct Hits(Vec<(usize, usize)>);

impl Hits {
    fn add(&mut self, start: usize, end: usize) {
        match self.0.last_mut() {
            Some(last) if start <= last.1 && end >= last.0 => *last = (last.0.min(start), last.1.max(end)),
            _ => self.0.push((start, end)),
        }
    }

    fn sorted(self) -> Vec<(usize, usize)> {
        let mut all = self.0;
        all.sort_unstable();
        let mut merged = Self::default();
        for (start, end) in all {
            merged.add(start, end);
        }
        merged.0
    }
}

/// The readings of one layer.
#[derive(Default)]
struct Taps {
    text: Text,
    base64: Digits<6>,
    hex: Digits<4>,
}

impl Taps {
    #[inline]
    fn feed(&mut self, unit: Unit, needles: &Needles, hits: &mut Hits) {
        if !is_passed_over(unit.byte) {
            self.text.feed(unit, needles, hits);
        }
        self.base64.feed(unit, BASE64[usize::from(unit.byte)], needles, hits);
        self.hex.feed(unit, HEX[usize::from(unit.byte)], needles, hits);
    }
}

/// The last bytes of a text.
#[derive(Default)]
struct Text {
    window: u64,
    starts: [usize; 8],
    count: usize,
}

impl Text {
    #[inline]
    fn feed(&mut self, unit: Unit, needles: &Needles, hits: &mut Hits) {
        self.window = self.window << 8 | u64::from(unit.byte);
        self.starts[self.count % 8] = unit.start;
        self.count += 1;
        for pieces in &needles.by_length {
            if self.count >= pieces.length && pieces.has(self.window) {
                hits.add(self.starts[(self.count - pieces.length) % 8], unit.end);
            }
        }
    }
}

/// The last digits of a number that spells bytes, of so many bits each. A byte can begin within a digit, so that all
/// its places are tried, and nothing need be known about where the number began.
#[derive(Default)]
struct Digits<const BITS: usize> {
    window: u128,
    starts: [usize; 16],
    count: usize,
}

/// No digit.
const NONE: u8 = 0xFF;
/// No digit, but such as stands between digits.
const BETWEEN: u8 = 0xFE;

impl<const BITS: usize> Digits<BITS> {
    #[inline]
    fn feed(&mut self, unit: Unit, digit: u8, needles: &Needles, hits: &mut Hits) {
        match digit {
            NONE => self.count = 0,
            BETWEEN => {}
            digit => {
                self.window = self.window << BITS | u128::from(digit);
                self.starts[self.count % 16] = unit.start;
                self.count += 1;
                // Shorter runs hold no piece.
                if self.count * BITS >= 48 {
                    self.look(unit.end, needles, hits);
                }
            }
        }
    }

    fn look(&self, end: usize, needles: &Needles, hits: &mut Hits) {
        // How many bits of the last digit can belong to the next byte.
        let step = if 8 % BITS == 0 { BITS } else { 8 % BITS };
        for pieces in &needles.by_length {
            for spare in (0..BITS).step_by(step) {
                let taken = (8 * pieces.length + spare).div_ceil(BITS);
                #[allow(clippy::cast_possible_truncation, reason = "the last 64 bits are meant")]
                let window = (self.window >> spare) as u64;
                if self.count >= taken && pieces.has(window) {
                    hits.add(self.starts[(self.count - taken) % 16], end);
                }
            }
        }
    }
}

/// Both alphabets of RFC 4648; lines may be broken.
const BASE64: [u8; 256] = {
    let mut table = [NONE; 256];
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut value = 0;
    while value < 64 {
        table[letters[value as usize] as usize] = value;
        value += 1;
    }
    table[b'-' as usize] = 62;
    table[b'_' as usize] = 63;
    table[b'\n' as usize] = BETWEEN;
    table[b'\r' as usize] = BETWEEN;
    table
};

/// Digits of either case, also with a sign between bytes.
const HEX: [u8; 256] = {
    let mut table = [NONE; 256];
    let (lower, upper) = (b"0123456789abcdef", b"0123456789ABCDEF");
    let mut value = 0;
    while value < 16 {
        table[lower[value as usize] as usize] = value;
        table[upper[value as usize] as usize] = value;
        value += 1;
    }
    let between = b" :,-\r\n";
    let mut index = 0;
    while index < between.len() {
        table[between[index] as usize] = BETWEEN;
        index += 1;
    }
    table
};
