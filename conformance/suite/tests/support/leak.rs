//! Keys, the ways in which a server can write one, and a reader that looks for it in everything that a text says. None
//! of it uses the code under test.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use std::collections::HashSet;

/// Characters of real keys.
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/+=-_.";

/// How many layers of escapes are written and read.
pub(crate) const LAYERS: usize = 3;

/// A key such as services hand out.
pub(crate) fn key(random: &mut fastrand::Rng) -> String {
    (0..random.usize(8..64)).map(|_| char::from(LETTERS[random.usize(..LETTERS.len())])).collect()
}

/// A way to write a text.
type Writing = fn(&mut fastrand::Rng, &str) -> String;

/// Escapes, each of some letters or of all.
const ESCAPES: [Writing; 9] = [
    |random, text| some(random, text, |code| format!("\\u{code:04x}")),
    |random, text| some(random, text, |code| format!("\\u{code:04X}")),
    |_, text| text.replace('\\', "\\\\").replace('/', "\\/").replace('"', "\\\""),
    |random, text| some(random, text, |code| format!("\\x{code:02x}")),
    |random, text| some(random, text, |code| format!("\\u{{{code:x}}}")),
    |random, text| some(random, text, |code| format!("%{code:02X}")),
    |random, text| some(random, text, |code| format!("&#{code};")),
    |random, text| some(random, text, |code| format!("&#x{code:X};")),
    |_, text| {
        text.replace('&', "&amp;").replace('/', "&sol;").replace('+', "&plus;").replace('=', "&equals;")
    },
];

/// What stands for the bytes as a whole.
const SPELLINGS: [Writing; 7] = [
    |_, text| text.to_owned(),
    |_, text| text.to_uppercase(),
    |_, text| text.to_lowercase(),
    |_, text| BASE64_STANDARD.encode(text),
    |_, text| BASE64_URL_SAFE_NO_PAD.encode(text),
    |_, text| text.bytes().map(|byte| format!("{byte:02x}")).collect(),
    |_, text| text.bytes().map(|byte| format!("{byte:02X}")).collect(),
];

/// Escapes all letters of a text or some, and always those that begin escapes.
fn some(random: &mut fastrand::Rng, text: &str, escape: impl Fn(u32) -> String) -> String {
    let is_all = random.bool();
    let letter = |letter: char| {
        let is_escaped = letter.is_ascii() && (is_all || "\\%&".contains(letter) || random.bool());
        if is_escaped { escape(letter.into()) } else { letter.to_string() }
    };
    text.chars().map(letter).collect()
}

/// The key or a long enough piece of it, with something around it, in some spelling behind some escapes.
pub(crate) fn written(random: &mut fastrand::Rng, key: &str) -> String {
    let from = random.usize(..=key.len() - 8);
    let piece = &key[from..random.usize(from + 8..=key.len())];
    let before = ["", "", "Bearer ", "user:", "{'a':'", "é"];
    let mut written = format!("{}{piece}", before[random.usize(..before.len())]);
    written = SPELLINGS[random.usize(..SPELLINGS.len())](random, &written);
    for _ in 0..random.usize(..=LAYERS) {
        written = ESCAPES[random.usize(..ESCAPES.len())](random, &written);
    }
    written
}

/// The first piece of eight characters of a key that a text gives away to whoever decodes it.
pub(crate) fn given_away(key: &str, text: &str) -> Option<String> {
    Reader::of(&[key]).find(text)
}

/// The same for a text that has no escapes: letters of either case, Base64 and hexadecimal digits.
pub(crate) fn told_plainly(key: &str, text: &[u8]) -> Option<String> {
    Reader::of(&[key]).plainly(text, &mut HashSet::new())
}

/// Looks for pieces of secrets.
pub(crate) struct Reader {
    pieces: HashSet<[u8; 8]>,
    /// Which two bytes some piece begins with: rules most places out.
    beginnings: Vec<bool>,
}

impl Reader {
    pub(crate) fn of(secrets: &[&str]) -> Self {
        let mut reader = Self { pieces: HashSet::new(), beginnings: vec![false; 1 << 16] };
        for secret in secrets {
            for piece in secret.to_lowercase().as_bytes().windows(8) {
                reader.pieces.insert(piece.try_into().unwrap());
                reader.beginnings[usize::from(piece[0]) << 8 | usize::from(piece[1])] = true;
            }
        }
        reader
    }

    /// The first piece that a text gives away to whoever decodes it.
    pub(crate) fn find(&self, text: &str) -> Option<String> {
        let mut seen = HashSet::new();
        let mut layer = text.as_bytes().to_vec();
        for depth in 0..=LAYERS {
            if let Some(piece) = self.plainly(&layer, &mut seen) {
                return Some(format!("{piece} behind {depth} layers"));
            }
            let next = unescaped(&layer);
            if next == layer {
                return None;
            }
            layer = next;
        }
        None
    }

    /// Reads a text as it is, and each run of digits that was not seen before as what it spells.
    fn plainly(&self, text: &[u8], seen: &mut HashSet<Vec<u8>>) -> Option<String> {
        if let Some(piece) = self.piece(text) {
            return Some(piece);
        }
        let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
        for run in text.split(|byte| !is_digit(byte)).filter(|run| run.len() >= 11) {
            if !seen.contains(run) {
                seen.insert(run.to_vec());
                if let Some(piece) = decoded(run).iter().find_map(|bytes| self.piece(bytes)) {
                    return Some(piece);
                }
            }
        }
        None
    }

    fn piece(&self, text: &[u8]) -> Option<String> {
        let text = text.to_ascii_lowercase();
        let is_such = |piece: &&[u8]| {
            self.beginnings[usize::from(piece[0]) << 8 | usize::from(piece[1])]
                && self.pieces.contains(*piece)
        };
        text.windows(8).find(is_such).map(|piece| String::from_utf8_lossy(piece).into_owned())
    }
}

/// What a run of digits is as Base64 and as hexadecimal digits, wherever it begins.
fn decoded(run: &[u8]) -> Vec<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&STANDARD, config);
    let one = |byte: &u8| match byte {
        b'-' => b'+',
        b'_' => b'/',
        byte => *byte,
    };
    let run: Vec<u8> = run.iter().map(one).collect();
    let mut all = Vec::new();
    for skipped in 0..4 {
        let rest = &run[skipped..];
        let whole = &rest[..rest.len() - usize::from(rest.len() % 4 == 1)];
        all.extend(engine.decode(whole));
    }
    for skipped in 0..2 {
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap_or_default(), 16);
        all.push(run[skipped..].chunks(2).map(|pair| byte(pair).unwrap_or(0)).collect());
    }
    all
}

/// A text with one layer of escapes undone.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, others)) = rest.split_first() {
        match escape(rest) {
            Some((length, letter)) => {
                plain.extend(letter.encode_utf8(&mut [0; 4]).bytes());
                rest = &rest[length..];
            }
            None => {
                plain.push(*first);
                rest = others;
            }
        }
    }
    plain
}

/// The escape that a text begins with: its length, and what it stands for.
fn escape(text: &[u8]) -> Option<(usize, char)> {
    if !b"\\%&".contains(&text[0]) {
        return None;
    }
    let head = String::from_utf8_lossy(&text[..text.len().min(16)]).into_owned();
    let code = |digits: &str, base: u32| {
        let code = u32::from_str_radix(digits, base).ok()?;
        Some(char::from_u32(code).unwrap_or('\u{fffd}'))
    };
    let fixed = |prefix: &str, length: usize| {
        let digits = head.strip_prefix(prefix)?.get(..length)?;
        digits
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit())
            .then(|| code(digits, 16))?
            .map(|letter| (prefix.len() + length, letter))
    };
    let closed = |prefix: &str, end: char, base: u32| {
        let (digits, _) = head.strip_prefix(prefix)?.split_once(end)?;
        Some((prefix.len() + digits.len() + 1, code(digits, base)?))
    };
    match text[0] {
        b'\\' => {
            let pairs = [(r"\\", '\\'), (r"\/", '/'), ("\\\"", '"')];
            let pair = pairs.into_iter().find(|(pair, _)| head.starts_with(pair));
            pair.map(|(pair, letter)| (pair.len(), letter))
                .or_else(|| fixed("\\u", 4))
                .or_else(|| fixed("\\x", 2))
                .or_else(|| closed("\\u{", '}', 16))
        }
        b'%' => fixed("%", 2),
        b'&' => {
            let names = [("&amp;", '&'), ("&sol;", '/'), ("&plus;", '+'), ("&equals;", '=')];
            let name = names.into_iter().find(|(name, _)| head.starts_with(name));
            name.map(|(name, letter)| (name.len(), letter))
                .or_else(|| closed("&#x", ';', 16))
                .or_else(|| closed("&#", ';', 10))
        }
        _ => None,
    }
}
