//! Undoes the escapes of JSON, HTML and URLs, one layer at a time, and keeps where each byte came from.
//!
//! It is fed byte by byte and holds no more than one unfinished escape, so that a text of any size takes no memory.

/// A byte of a text, and the bytes of the source that stand for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit {
    pub(super) byte: u8,
    pub(super) start: usize,
    pub(super) end: usize,
}

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

/// One layer of decoding.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// What may be the beginning of an escape.
    pending: Vec<Unit>,
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

/// Whether a byte begins escapes.
pub(super) fn begins(byte: u8) -> bool {
    matches!(byte, b'\\' | b'%' | b'&')
}

impl Decoder {
    /// Takes a byte, and hands on what is decided.
    pub(super) fn push(&mut self, unit: Unit, mut emit: impl FnMut(Unit)) {
        if self.pending.is_empty() && !begins(unit.byte) {
            return emit(unit);
        }
        self.pending.push(unit);
        self.settle(false, &mut emit);
    }

    /// Hands on the rest.
    pub(super) fn end(&mut self, mut emit: impl FnMut(Unit)) {
        self.settle(true, &mut emit);
    }

    fn settle(&mut self, is_end: bool, emit: &mut impl FnMut(Unit)) {
        let mut bytes = [0; LONGEST];
        let mut done = 0;
        while done < self.pending.len() {
            let rest = &self.pending[done..];
            let length = rest.len().min(LONGEST);
            for (byte, unit) in bytes.iter_mut().zip(rest) {
                *byte = unit.byte;
            }
            let step = match step(&bytes[..length]) {
                Step::Open if is_end => unfinished(&bytes[..length]),
                Step::Open if length == LONGEST => Step::Plain,
                step => step,
            };
            let span = |count: usize| (rest[0].start, rest[count - 1].end);
            match step {
                Step::Open => break,
                Step::Plain => {
                    emit(rest[0]);
                    done += 1;
                }
                Step::Byte(count, byte) => {
                    let (start, end) = span(count);
                    emit(Unit { byte, start, end });
                    done += count;
                }
                Step::Letter(count, letter) => {
                    let (start, end) = span(count);
                    for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                        emit(Unit { byte, start, end });
                    }
                    done += count;
                }
            }
        }
        self.pending.drain(..done);
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
    let (mut decoder, mut bytes) = (Decoder::default(), Vec::new());
    for (start, byte) in text.iter().enumerate() {
        decoder.push(Unit { byte: *byte, start, end: start + 1 }, |unit| bytes.push(unit.byte));
    }
    decoder.end(|unit| bytes.push(unit.byte));
    bytes
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
        let source = br"a\u006bb%41";
        let (mut decoder, mut units) = (Decoder::default(), Vec::new());
        for (start, byte) in source.iter().enumerate() {
            let unit = Unit { byte: *byte, start, end: start + 1 };
            decoder.push(unit, |unit| units.push((unit.byte, unit.start, unit.end)));
        }
        decoder.end(|unit| units.push((unit.byte, unit.start, unit.end)));
        assert_eq!(units, [(b'a', 0, 1), (b'k', 1, 7), (b'b', 7, 8), (b'A', 8, 11)]);
    }

    #[test]
    fn what_never_ends_is_not_kept() {
        let mut decoder = Decoder::default();
        let mut count = 0;
        for byte in std::iter::once(b'&').chain(std::iter::repeat_n(b'a', 10_000)) {
            decoder.push(Unit { byte, start: 0, end: 0 }, |_| count += 1);
            assert!(decoder.pending.len() <= LONGEST);
        }
        decoder.end(|_| count += 1);
        assert_eq!(count, 10_001);
    }
}
