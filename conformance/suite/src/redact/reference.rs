//! The search once more, the slow way: every byte goes through every layer and every reading, one by one. What the quick
//! one passes over must make no difference.

use super::decode::{Block, Decoder};
use super::needles::{LAYERS, Needles, PIECE, SHORT, is_passed_over};
use super::search;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use leak::{key, written};

#[allow(dead_code, reason = "the reader is for what is left of a text")]
#[allow(clippy::duplicate_mod, reason = "the other tests have it for themselves")]
#[path = "../../tests/support/leak.rs"]
mod leak;

/// As many bytes around escapes as the quick one reads with them.
const AROUND: usize = 64;

/// A byte of a layer, and the place of the bytes that stand for it.
type Unit = (u8, (usize, usize));

/// Reads a part of a text, in so many layers, and notes the places of pieces.
fn read(text: &[u8], start: usize, end: usize, layers: usize, needles: &Needles, hits: &mut [bool]) {
    let mut units: Vec<Unit> = (start..end).map(|at| (text[at], (at, at + 1))).collect();
    for layer in 0..=layers {
        if layer > 0 {
            units = undone(&units);
        }
        if layer > 0 || layers == 0 {
            look(&units, needles, hits);
        }
    }
}

/// The units beneath an escape; bytes are handed over one at a time.
fn undone(units: &[Unit]) -> Vec<Unit> {
    let (mut decoder, mut out) = (Decoder::default(), Block::default());
    for (byte, place) in units {
        decoder.read(&Block { bytes: vec![*byte], places: vec![*place] }, &mut out);
    }
    decoder.end(&mut out);
    out.bytes.into_iter().zip(out.places).collect()
}

/// How many bits a digit has, what it is worth, and what can stand between two.
type Numeral = (usize, fn(u8) -> Option<u32>, &'static [u8]);

fn look(units: &[Unit], needles: &Needles, hits: &mut [bool]) {
    let text = units.iter().filter(|(byte, _)| !is_passed_over(*byte));
    pieces(&text.map(|(byte, place)| (u32::from(*byte), *place)).collect::<Vec<_>>(), 8, needles, hits);
    let numbers: [Numeral; 2] =
        [(6, of_base64, b"\r\n"), (4, |byte| char::from(byte).to_digit(16), b" :,-\r\n")];
    for (bits, value, between) in numbers {
        for run in units.split(|(byte, _)| value(*byte).is_none() && !between.contains(byte)) {
            let digits = run.iter().filter_map(|(byte, place)| Some((value(*byte)?, *place)));
            pieces(&digits.collect::<Vec<_>>(), bits, needles, hits);
        }
    }
}

fn of_base64(byte: u8) -> Option<u32> {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
    let value = letters.iter().position(|letter| *letter == byte)?;
    u32::try_from(if value < 64 { value } else { value - 2 }).ok()
}

/// Notes the pieces that a number spells, wherever they begin in it.
fn pieces(digits: &[(u32, (usize, usize))], bits: usize, needles: &Needles, hits: &mut [bool]) {
    let all: Vec<(u32, (usize, usize))> = digits
        .iter()
        .flat_map(|(value, place)| (0..bits).rev().map(move |bit| (value >> bit & 1, *place)))
        .collect();
    for pieces in &needles.by_length {
        let whole = if bits == 6 { 2 } else { bits };
        for window in all.windows(8 * pieces.length).step_by(whole) {
            let value = window.iter().fold(0, |value, (bit, _)| value << 1 | u64::from(*bit));
            if pieces.has(value) {
                hits[window[0].1.0..window[window.len() - 1].1.1].fill(true);
            }
        }
    }
}

/// The bytes of a text that are part of a piece.
fn find(text: &[u8], needles: &Needles) -> Vec<bool> {
    let mut hits = vec![false; text.len()];
    read(text, 0, text.len(), 0, needles, &mut hits);
    let escapes: Vec<usize> = (0..text.len()).filter(|at| b"\\%&".contains(&text[*at])).collect();
    for near in escapes.chunk_by(|one, next| next - one <= 2 * AROUND) {
        let end = text.len().min(near[near.len() - 1] + AROUND);
        read(text, near[0].saturating_sub(AROUND), end, LAYERS, needles, &mut hits);
    }
    hits
}

/// Texts between pieces.
const FILLERS: [&str; 16] = [
    "x",
    " ",
    "a ",
    "YWJj",
    "6b",
    "\n",
    "%",
    "&",
    "\\",
    "é",
    "&nbsp;",
    "%25",
    "\\\\",
    "6b:",
    "words, and ",
    "\t",
];

/// Escapes, whole and cut off.
const ESCAPES: [&str; 12] = [
    "&amp;",
    "&#107",
    "&#x6",
    "&nothing",
    "%4",
    "%u0041",
    "\\u004",
    "\\ud83d",
    "\\x6b",
    "\\n",
    "\\",
    "&#38;amp;",
];

/// Pieces of keys in some writing among what looks like it.
fn odd(random: &mut fastrand::Rng, keys: &[String]) -> String {
    let part = |random: &mut fastrand::Rng| {
        let key = &keys[random.usize(..keys.len())];
        let from = random.usize(..key.len());
        let piece = &key[from..key.len().min(from + random.usize(1..14))];
        match random.u8(..8) {
            0 | 1 if key.len() >= PIECE => written(random, key),
            2 => piece.to_owned(),
            3 => BASE64_STANDARD.encode(format!("{}{piece}", &"ab"[..random.usize(..3)])),
            4 => {
                piece.bytes().map(|byte| format!("{byte:02x}{}", [":", "", " "][random.usize(..3)])).collect()
            }
            // Some letters behind more layers than others.
            5 => piece
                .bytes()
                .map(|byte| match random.usize(..8) {
                    layers @ 1..=LAYERS => format!("%{}{byte:02x}", "25".repeat(layers - 1)),
                    _ => char::from(byte).to_string(),
                })
                .collect(),
            6 => ESCAPES[random.usize(..ESCAPES.len())].to_owned(),
            _ => FILLERS[random.usize(..FILLERS.len())].repeat(random.usize(..150)),
        }
    };
    let text: String = (0..random.usize(1..20)).map(|_| part(random)).collect();
    let breaks = ["\n", "\r\n", "\u{1}", "\\n", "\\r\\n", "&#10;", "%0A"];
    let one = breaks[random.usize(..breaks.len())].repeat([1, 1, 1, 20][random.usize(..4)]);
    let often = [0, 0, 3, 30][random.usize(..4)];
    let broken = |letter: char| {
        let is_broken = often > 0 && random.usize(..often) == 0;
        format!("{letter}{}", if is_broken { one.as_str() } else { "" })
    };
    text.chars().map(broken).collect()
}

#[test]
fn what_the_search_passes_over_makes_no_difference() {
    let mut random = fastrand::Rng::with_seed(11);
    let (mut with, mut without) = (0, 0);
    for round in 0..3000 {
        let mut keys: Vec<String> = (0..random.usize(1..4)).map(|_| key(&mut random)).collect();
        if random.bool() {
            keys[0].truncate(random.usize(SHORT..=PIECE));
        }
        let needles = Needles::of(keys.iter().map(String::as_str), &[]);
        let text = odd(&mut random, &keys);
        let mut found = vec![false; text.len()];
        for (start, end) in search::find(text.as_bytes(), &needles) {
            found[start..end].fill(true);
        }
        assert_eq!(found, find(text.as_bytes(), &needles), "{round}: {keys:?}\n{text:?}");
        *(if found.contains(&true) { &mut with } else { &mut without }) += 1;
    }
    assert!(with > 500 && without > 500, "{with} with pieces, {without} without");
}
