//! Finds pieces of secrets in a text: as they stand, in Base64 and in hexadecimal digits, and the same behind some
//! layers of escapes. The text is read once from its beginning to its end, whatever it holds.
//!
//! Most texts hold no secret and few escapes, and so most of this is about what need not be looked at: runs of digits
//! that are too short, endings that no piece has, and layers in which nothing is undone.

use super::decode::{Block, Decoder, first, is_escape};
use super::needles::{LAYERS, Needles, every_other, is_passed_over};

/// So many bytes before the first and after the last escape are looked at together with it: as many as the longest form
/// of a piece takes, hexadecimal digits with something between them.
const AROUND: usize = 64;

/// How many bytes of a text go through the layers at a time: what they become stays in the cache. In
/// tests their borders are everywhere.
const AT_ONCE: usize = if cfg!(test) { 24 } else { 1024 };

/// The places of a text that hold a piece, in order and apart from each other.
pub(super) fn find(text: &[u8], needles: &Needles) -> Vec<(usize, usize)> {
    let mut hits = Hits::default();
    if needles.is_empty() {
        return hits.0;
    }
    Taps::default().read(text, |at| (at, at + 1), needles, &mut hits);
    // Where there are no escapes, the layers beneath say the same as the text.
    let mut layers = Layers::default();
    islands(text, |start, end| layers.read(text, start, end, needles, &mut hits));
    hits.sorted()
}

/// The parts of a text with escapes: from a little before the first to a little after the last of those that are near
/// each other.
fn islands(text: &[u8], mut found: impl FnMut(usize, usize)) {
    // Where the first and the last byte are that could begin an escape, and whether one does.
    let mut open: Option<(usize, usize, bool)> = None;
    let mut close = |(first, last, is_escaped): (usize, usize, bool)| {
        if is_escaped {
            found(first.saturating_sub(AROUND), (last + AROUND).min(text.len()));
        }
    };
    let mut next = 0;
    while let Some(place) = first(&text[next..]).map(|place| next + place) {
        next = place + 1;
        if let Some(island) = open.take_if(|(_, last, _)| place - *last > 2 * AROUND) {
            close(island);
        }
        let (first, _, is_escaped) = open.unwrap_or((place, place, false));
        open = Some((first, place, is_escaped || is_escape(&text[place..])));
    }
    if let Some(island) = open {
        close(island);
    }
}

/// The layers of escapes, one beneath the other.
#[derive(Default)]
struct Layers {
    text: Block,
    layers: [Layer; LAYERS],
}

/// A layer of escapes, and what is found beneath it.
#[derive(Default)]
struct Layer {
    decoder: Decoder,
    block: Block,
    taps: Taps,
}

impl Layers {
    /// Reads a part of a text, of which nothing is remembered.
    fn read(&mut self, text: &[u8], start: usize, end: usize, needles: &Needles, hits: &mut Hits) {
        for layer in &mut self.layers {
            layer.decoder.clear();
            layer.taps = Taps::default();
        }
        let mut done = start;
        while done < end {
            let next = end.min(done + AT_ONCE);
            self.text.fill(&text[done..next], done);
            descend(&mut self.layers, &self.text, None, needles, hits);
            done = next;
        }
        for layer in 0..LAYERS {
            let (above, beneath) = self.layers.split_at_mut(layer + 1);
            let Layer { decoder, block, taps } = &mut above[layer];
            block.clear();
            decoder.end(block);
            taps.read(&block.bytes, |at| block.places[at], needles, hits);
            descend(beneath, block, Some(taps), needles, hits);
        }
    }
}

/// Hands a block down from layer to layer, as far as it is another one there.
fn descend(layers: &mut [Layer], above: &Block, seen: Option<&Taps>, needles: &Needles, hits: &mut Hits) {
    let Some((Layer { decoder, block, taps }, beneath)) = layers.split_first_mut() else { return };
    block.clear();
    decoder.read(above, block);
    if let Some(seen) = seen.filter(|_| decoder.is_idle()) {
        // This layer and those beneath it have seen what the one above has, and all of it.
        taps.clone_from(seen);
        for layer in beneath {
            layer.decoder.clear();
            layer.taps.clone_from(seen);
        }
        return;
    }
    taps.read(&block.bytes, |at| block.places[at], needles, hits);
    descend(beneath, block, Some(taps), needles, hits);
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
#[derive(Clone, Default)]
struct Taps {
    text: Digits<8>,
    base64: Digits<6>,
    hex: Digits<4>,
}

impl Taps {
    /// Reads on. Each byte has a place in the text that is searched.
    fn read(
        &mut self,
        bytes: &[u8],
        place: impl Fn(usize) -> (usize, usize) + Copy,
        needles: &Needles,
        hits: &mut Hits,
    ) {
        self.text.read(&TEXT, bytes, place, needles, hits);
        self.base64.read(&BASE64, bytes, place, needles, hits);
        self.hex.read(&HEX, bytes, place, needles, hits);
    }
}

/// The last digits of a number that spells bytes, of so many bits each; a plain text is one of digits of eight bits. A
/// byte can begin within a digit, so that all its places are tried, and nothing need be known about where the number
/// began.
#[derive(Clone, Default)]
struct Digits<const BITS: usize> {
    /// Every other bit of the last digits, as far as the number goes on from what was read before.
    ending: usize,
    /// The last digits themselves, the last one first: their values, and where they begin.
    last: [(u8, usize); LONGEST],
    count: usize,
}

/// So many digits can stand for a piece.
const LONGEST: usize = 16;

/// What a byte is as a digit: its value, and above that every other bit of it.
type Table = [u16; 256];

/// No digit.
const NONE: u16 = 0xFFFF;
/// No digit, but such as stands between digits.
const BETWEEN: u16 = 0xFFFE;

impl<const BITS: usize> Digits<BITS> {
    fn read(
        &mut self,
        table: &Table,
        bytes: &[u8],
        place: impl Fn(usize) -> (usize, usize) + Copy,
        needles: &Needles,
        hits: &mut Hits,
    ) {
        let fewest = (8 * needles.shortest()).div_ceil(BITS);
        let mut at = 0;
        while at < bytes.len() {
            let end = if bytes.len() - at < fewest { bytes.len() } else { at + fewest };
            let mut begin = end;
            while begin > at && table[usize::from(bytes[begin - 1])] != NONE {
                begin -= 1;
            }
            // A run that is over before that holds no piece, and the next one begins behind it.
            at = if begin > at && self.count == 0 {
                begin
            } else {
                self.run(table, bytes, at, place, needles, hits)
            };
        }
    }

    /// Reads to the end of a run of digits, and says where the next one can begin.
    fn run(
        &mut self,
        table: &Table,
        bytes: &[u8],
        from: usize,
        place: impl Fn(usize) -> (usize, usize) + Copy,
        needles: &Needles,
        hits: &mut Hits,
    ) -> usize {
        let mut ending = self.ending;
        let mut at = from;
        while at < bytes.len() {
            let digit = table[usize::from(bytes[at])];
            at += 1;
            if digit < BETWEEN {
                ending = ending << (BITS / 2) | usize::from(digit >> 8);
                if needles.can_end(ending) {
                    let digits = self.after(table, &bytes[from..at], |at| place(from + at));
                    digits.look(place(at - 1).1, needles, hits);
                }
            } else if digit == NONE {
                self.count = 0;
                return at;
            }
        }
        *self = Self { ending, ..self.after(table, &bytes[from..], |at| place(from + at)) };
        bytes.len()
    }

    /// The last digits after some more bytes.
    fn after(&self, table: &Table, bytes: &[u8], place: impl Fn(usize) -> (usize, usize)) -> Self {
        let mut after = Self::default();
        let mut at = bytes.len();
        while at > 0 && after.count < LONGEST {
            at -= 1;
            let digit = table[usize::from(bytes[at])];
            if digit < BETWEEN {
                after.last[after.count] = (digit.to_le_bytes()[0], place(at).0);
                after.count += 1;
            }
        }
        let mut before = 0;
        while before < self.count && after.count < LONGEST {
            after.last[after.count] = self.last[before];
            after.count += 1;
            before += 1;
        }
        after
    }

    fn look(&self, end: usize, needles: &Needles, hits: &mut Hits) {
        let (mut window, mut at) = (0_u128, self.count);
        while at > 0 {
            at -= 1;
            window = window << BITS | u128::from(self.last[at].0);
        }
        // How many bits of the last digit can belong to the next byte.
        let step = if 8 % BITS == 0 { BITS } else { 8 % BITS };
        for pieces in &needles.by_length {
            let mut spare = 0;
            while spare < BITS {
                let taken = (8 * pieces.length + spare).div_ceil(BITS);
                #[allow(clippy::cast_possible_truncation, reason = "the last 64 bits are meant")]
                let window = (window >> spare) as u64;
                if self.count >= taken && pieces.has(window) {
                    hits.add(self.last[taken - 1].1, end);
                }
                spare += step;
            }
        }
    }
}

/// The entry of a table for a digit of some value.
const fn digit(value: usize) -> u16 {
    #[allow(clippy::cast_possible_truncation, reason = "half of eight bits above eight bits")]
    let digit = (every_other(value as u64) << 8) as u16 | value as u16;
    digit
}

/// Whatever is not passed over.
const TEXT: Table = {
    let mut table = [BETWEEN; 256];
    let mut byte = 0;
    while byte < 256 {
        #[allow(clippy::cast_possible_truncation, reason = "it is less than 256")]
        if !is_passed_over(byte as u8) {
            table[byte] = digit(byte);
        }
        byte += 1;
    }
    table
};

/// Both alphabets of RFC 4648; lines may be broken.
const BASE64: Table = {
    let mut table = [NONE; 256];
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut value = 0;
    while value < 64 {
        table[letters[value] as usize] = digit(value);
        value += 1;
    }
    table[b'-' as usize] = digit(62);
    table[b'_' as usize] = digit(63);
    table[b'\n' as usize] = BETWEEN;
    table[b'\r' as usize] = BETWEEN;
    table
};

/// Digits of either case, also with a sign between bytes.
const HEX: Table = {
    let mut table = [NONE; 256];
    let (lower, upper) = (b"0123456789abcdef", b"0123456789ABCDEF");
    let mut value = 0;
    while value < 16 {
        table[lower[value] as usize] = digit(value);
        table[upper[value] as usize] = digit(value);
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
