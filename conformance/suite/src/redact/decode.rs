//! Undoes the escapes of JSON, HTML and URLs, one layer at a time, and keeps where each byte came from.
//!
//! It is fed block by block and holds no more than one unfinished escape, so that a text of any size takes no memory.

/// The longest escape that is understood, in bytes: numbers in HTML may begin with zeros.
const LONGEST: usize = 32;

/// Characters with a name in HTML that can stand in a key; letters and digits have none.
const NAMES: [(&str, char); 45] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("sol", '/'),
    ("bsol", '\\'),
    ("plus", '+'),
    ("equals", '='),
    ("lowbar", '_'),
    ("UnderBar", '_'),
    ("hyphen", '-'),
    ("dash", '-'),
    ("period", '.'),
    ("comma", ','),
    ("colon", ':'),
    ("semi", ';'),
    ("excl", '!'),
    ("num", '#'),
    ("dollar", '$'),
    ("percnt", '%'),
    ("lpar", '('),
    ("rpar", ')'),
    ("ast", '*'),
    ("midast", '*'),
    ("quest", '?'),
    ("commat", '@'),
    ("lsqb", '['),
    ("lbrack", '['),
    ("rsqb", ']'),
    ("rbrack", ']'),
    ("Hat", '^'),
    ("grave", '`'),
    ("DiacriticalGrave", '`'),
    ("lcub", '{'),
    ("lbrace", '{'),
    ("rcub", '}'),
    ("rbrace", '}'),
    ("verbar", '|'),
    ("vert", '|'),
    ("VerticalLine", '|'),
    ("Tab", '\t'),
    ("NewLine", '\n'),
    ("shy", '\u{ad}'),
];

/// Bytes of a layer, and for each the place of the bytes of the source that stand for it.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) bytes: Vec<u8>,
    pub(super) places: Vec<(usize, usize)>,
}

impl Block {
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.places.clear();
    }

    /// Holds a part of the source itself from now on.
    pub(super) fn fill(&mut self, bytes: &[u8], start: usize) {
        self.clear();
        self.bytes.extend_from_slice(bytes);
        self.places.resize(bytes.len(), (0, 0));
        let mut at = 0;
        while at < bytes.len() {
            self.places[at] = (start + at, start + at + 1);
            at += 1;
        }
    }

    /// Takes over some bytes as they are.
    fn copy(&mut self, block: &Self, from: usize, to: usize) {
        self.bytes.extend_from_slice(&block.bytes[from..to]);
        self.places.extend_from_slice(&block.places[from..to]);
    }

    /// Takes over some bytes as what they stand for.
    fn put(&mut self, bytes: &[u8], block: &Self, from: usize, to: usize) {
        self.bytes.extend_from_slice(bytes);
        let place = (block.places[from].0, block.places[to - 1].1);
        self.places.extend(bytes.iter().map(|_| place));
    }
}

/// One layer of decoding.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// What may be the beginning of an escape.
    pending: Block,
    /// Whether there was an escape.
    has_undone: bool,
}

/// What a text begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// A byte that stands for itself.
    Plain,
    /// So many bytes that stand for a character.
    Letter(usize, char),
    /// So many bytes that stand for a byte.
    Byte(usize, u8),
    /// More must be seen.
    Open,
}

/// What begins escapes.
const INTRODUCTIONS: [u8; 3] = *b"\\%&";

/// Whether a byte begins escapes.
fn begins(byte: u8) -> bool {
    matches!(byte, b'\\' | b'%' | b'&')
}

/// How many bytes are asked at once whether they begin escapes.
const STRETCH: usize = 64;

/// Where the first byte is that begins escapes. Most texts have few of them, so that a stretch is asked for each at once,
/// which the standard library does several bytes at a time, before it is looked at byte by byte.
pub(super) fn first(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < text.len() {
        let end = if text.len() - at < STRETCH { text.len() } else { at + STRETCH };
        let stretch = &text[at..end];
        if INTRODUCTIONS.iter().any(|byte| stretch.contains(byte)) {
            while !begins(text[at]) {
                at += 1;
            }
            return Some(at);
        }
        at = end;
    }
    None
}

/// Whether a text begins with an escape.
pub(super) fn is_escape(text: &[u8]) -> bool {
    let head = &text[..text.len().min(LONGEST)];
    match step(head) {
        Step::Open => unfinished(head) != Step::Plain,
        step => step != Step::Plain,
    }
}

impl Decoder {
    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.pending.clear();
        self.has_undone = false;
    }

    /// Whether everything so far was handed on as it came.
    pub(super) fn is_idle(&self) -> bool {
        !self.has_undone && self.pending.bytes.is_empty()
    }

    /// Takes a block, and hands on what is decided.
    pub(super) fn read(&mut self, block: &Block, out: &mut Block) {
        self.pending.copy(block, 0, block.bytes.len());
        self.settle(false, out);
    }

    /// Hands on the rest.
    pub(super) fn end(&mut self, out: &mut Block) {
        self.settle(true, out);
    }

    fn settle(&mut self, is_end: bool, out: &mut Block) {
        let pending = &mut self.pending;
        let mut done = 0;
        while done < pending.bytes.len() {
            let rest = &pending.bytes[done..];
            let plain = first(rest).unwrap_or(rest.len());
            if plain > 0 {
                out.copy(pending, done, done + plain);
                done += plain;
                continue;
            }
            let head = &rest[..rest.len().min(LONGEST)];
            let step = match step(head) {
                Step::Open if is_end => unfinished(head),
                Step::Open if head.len() == LONGEST => Step::Plain,
                step => step,
            };
            self.has_undone |= matches!(step, Step::Byte(..) | Step::Letter(..));
            let count = match step {
                Step::Open => break,
                Step::Plain => {
                    out.copy(pending, done, done + 1);
                    1
                }
                Step::Byte(count, byte) => {
                    out.put(&[byte], pending, done, done + count);
                    count
                }
                Step::Letter(count, letter) => {
                    let mut buffer = [0; 4];
                    let bytes = letter.encode_utf8(&mut buffer).as_bytes();
                    out.put(bytes, pending, done, done + count);
                    count
                }
            };
            done += count;
        }
        pending.bytes.drain(..done);
        pending.places.drain(..done);
    }
}

/// Reads the escape that a text begins with.
fn step(text: &[u8]) -> Step {
    match text[0] {
        b'\\' => backslash(text),
        b'%' => percent(text),
        b'&' => entity(text),
        _ => Step::Plain,
    }
}

/// What an escape is that the text ends in: numbers of HTML need no semicolon.
fn unfinished(text: &[u8]) -> Step {
    let mut closed = [0; LONGEST + 1];
    closed[..text.len()].copy_from_slice(text);
    closed[text.len()] = b'\n';
    match step(&closed[..=text.len()]) {
        Step::Open => Step::Plain,
        step => step,
    }
}

fn backslash(text: &[u8]) -> Step {
    let Some(kind) = text.get(1) else { return Step::Open };
    match kind {
        b'u' if text.get(2) == Some(&b'{') => braces(text),
        b'u' => utf16(text, 2, b"\\u"),
        b'x' => match digits(text, 2, 2) {
            Some(Some(code)) => letter(4, code),
            Some(None) => Step::Plain,
            None => Step::Open,
        },
        b'n' => Step::Byte(2, b'\n'),
        b'r' => Step::Byte(2, b'\r'),
        b't' => Step::Byte(2, b'\t'),
        b'b' => Step::Byte(2, 8),
        b'f' => Step::Byte(2, 12),
        b'"' | b'\'' | b'/' | b'\\' => Step::Byte(2, *kind),
        _ => Step::Plain,
    }
}

/// `\u{6b}`, as Rust and JavaScript write it.
fn braces(text: &[u8]) -> Step {
    let length = text[3..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    match text.get(3 + length) {
        None => Step::Open,
        Some(b'}') if (1..=8).contains(&length) => letter(length + 4, number(&text[3..3 + length], 16)),
        Some(_) => Step::Plain,
    }
}

/// Four digits after an introduction, or eight that are a pair of surrogates.
fn utf16(text: &[u8], start: usize, introduction: &[u8]) -> Step {
    let code = match digits(text, start, 4) {
        Some(Some(code)) => code,
        Some(None) => return Step::Plain,
        None => return Step::Open,
    };
    let end = start + 4;
    if !(0xD800..0xDC00).contains(&code) {
        return letter(end, code);
    }
    let rest = &text[end..];
    if rest.len() < introduction.len() && introduction.starts_with(rest) {
        return Step::Open;
    }
    if !rest.starts_with(introduction) {
        return letter(end, code);
    }
    match digits(rest, introduction.len(), 4) {
        Some(Some(low)) if (0xDC00..0xE000).contains(&low) => {
            let code = 0x1_0000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            letter(end + introduction.len() + 4, code)
        }
        Some(_) => letter(end, code),
        None => Step::Open,
    }
}

fn percent(text: &[u8]) -> Step {
    // The form of old scripts.
    if matches!(text.get(1), Some(b'u' | b'U')) {
        return utf16(text, 2, b"%u");
    }
    match digits(text, 1, 2) {
        Some(Some(code)) => Step::Byte(3, u8::try_from(code).unwrap_or_default()),
        Some(None) => Step::Plain,
        None => Step::Open,
    }
}

fn entity(text: &[u8]) -> Step {
    let Some(kind) = text.get(1) else { return Step::Open };
    if *kind != b'#' {
        let length = text[1..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let known = |name: &&(&str, char)| name.0.as_bytes().eq_ignore_ascii_case(&text[1..=length]);
        return match text.get(1 + length) {
            None => Step::Open,
            Some(b';') => {
                NAMES.iter().find(known).map_or(Step::Plain, |name| Step::Letter(length + 2, name.1))
            }
            Some(_) => Step::Plain,
        };
    }
    let (start, base) = match text.get(2) {
        None => return Step::Open,
        Some(b'x' | b'X') => (3, 16),
        Some(_) => (2, 10),
    };
    let is_digit = |byte: &&u8| char::from(**byte).is_digit(base);
    let length = text[start..].iter().take_while(is_digit).count();
    match (length, text.get(start + length)) {
        (_, None) => Step::Open,
        (0, Some(_)) => Step::Plain,
        (_, Some(end)) => {
            letter(start + length + usize::from(*end == b';'), number(&text[start..start + length], base))
        }
    }
}

/// The number that so many hexadecimal digits are: nothing where the text ends too early, nothing within where they are
/// none.
#[allow(clippy::option_option, reason = "undecided and wrong are different answers")]
fn digits(text: &[u8], start: usize, count: usize) -> Option<Option<u32>> {
    let found = &text[start.min(text.len())..(start + count).min(text.len())];
    if !found.iter().all(u8::is_ascii_hexdigit) {
        return Some(None);
    }
    (found.len() == count).then(|| Some(number(found, 16)))
}

fn number(digits: &[u8], base: u32) -> u32 {
    let digits = digits.iter().filter_map(|byte| char::from(*byte).to_digit(base));
    digits.fold(0, |number: u32, digit| number.saturating_mul(base).saturating_add(digit))
}

fn letter(length: usize, code: u32) -> Step {
    Step::Letter(length, char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
}

/// A text with one layer of escapes undone.
pub(super) fn decoded(text: &[u8]) -> Vec<u8> {
    undone(text).bytes
}

/// A text with one layer of escapes undone, and where each byte comes from.
fn undone(text: &[u8]) -> Block {
    let (mut decoder, mut source, mut block) = (Decoder::default(), Block::default(), Block::default());
    source.fill(text, 0);
    decoder.read(&source, &mut block);
    decoder.end(&mut block);
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> String {
        String::from_utf8(decoded(text.as_bytes())).unwrap()
    }

    #[test]
    fn one_layer_of_any_escape_is_undone() {
        for (escaped, plain) in [
            (r"a\/b\u002Bc\u002b\\u0041\x41", r"a/b+c+\u0041A"),
            (r"\ud83d\ude00 \ud83d \ude00 \ud83d\n", "😀 \u{fffd} \u{fffd} \u{fffd}\n"),
            (r"\u{6b}\u{1F600}\u{}\u{110000}", "k😀\\u{}\u{fffd}"),
            ("%41%2f%u0041%%41%4", "A/A%A%4"),
            ("&#107;&#x6B;&#x006b;&#0000000107 &#107", "kkkk k"),
            ("&amp;#107;&sol;&PLUS;&nonsense;&amp", "&#107;/+&nonsense;&amp"),
            (r"\q\", r"\q\"),
            ("&#;&#x;&;%zz\\uzz", "&#;&#x;&;%zz\\uzz"),
            ("", ""),
        ] {
            assert_eq!(text(escaped), plain, "{escaped}");
        }
    }

    #[test]
    fn a_byte_knows_where_it_comes_from() {
        let block = undone(br"a\u006bb%41");
        assert_eq!(block.bytes, b"akbA");
        assert_eq!(block.places, [(0, 1), (1, 7), (7, 8), (8, 11)]);
    }

    #[test]
    fn an_escape_that_two_blocks_share_is_one() {
        let text = br"a\ud83d\ude00%41&#107;&sol;\u{6b}&#x6b&amp &";
        let whole = undone(text);
        for at in 0..text.len() {
            let (mut decoder, mut block) = (Decoder::default(), Block::default());
            let mut part = Block::default();
            for (part_of_text, start) in [(&text[..at], 0), (&text[at..], at)] {
                part.fill(part_of_text, start);
                decoder.read(&part, &mut block);
            }
            decoder.end(&mut block);
            assert_eq!((&block.bytes, &block.places), (&whole.bytes, &whole.places), "{at}");
        }
    }

    #[test]
    fn what_never_ends_is_not_kept() {
        let (mut decoder, mut part, mut block) = (Decoder::default(), Block::default(), Block::default());
        for byte in std::iter::once(b'&').chain(std::iter::repeat_n(b'a', 10_000)) {
            part.fill(&[byte], 0);
            decoder.read(&part, &mut block);
            assert!(decoder.pending.bytes.len() < LONGEST);
        }
        decoder.end(&mut block);
        assert_eq!(block.bytes.len(), 10_001);
    }
}
