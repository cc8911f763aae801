//! PLY: a header in text that says which elements follow, as numbers or as text.

use super::reader::{Flaw, Reader};

/// A header has at most so many lines.
const MAX_LINES: usize = 1000;

const HEADER: Flaw = Flaw::Nonsense("a header that is no PLY header");

pub(super) fn read(mut file: Reader<'_>) -> Result<(), Flaw> {
    line(&mut file)?;
    let (mut format, mut elements, mut is_ended) = (None, Vec::new(), false);
    for _ in 0..MAX_LINES {
        let line = line(&mut file)?;
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        match words.next() {
            Some(b"format") => format = words.next().and_then(Format::of),
            Some(b"element") => {
                let count = words.nth(1).and_then(|count| str::from_utf8(count).ok()?.parse().ok());
                elements.push(Element { count: count.ok_or(HEADER)?, properties: Vec::new() });
            }
            Some(b"property") => {
                let property = Property::of(words).ok_or(HEADER)?;
                elements.last_mut().ok_or(HEADER)?.properties.push(property);
            }
            Some(b"end_header") => {
                is_ended = true;
                break;
            }
            None | Some(b"comment" | b"obj_info") => {}
            _ => return Err(HEADER),
        }
    }
    let format = format.filter(|_| is_ended && !elements.is_empty()).ok_or(HEADER)?;
    elements.iter().try_for_each(|element| element.walk(format, &mut file))
}

/// The next line, without its end.
fn line<'a>(file: &mut Reader<'a>) -> Result<&'a [u8], Flaw> {
    let length = file.bytes.iter().position(|byte| *byte == b'\n').ok_or(Flaw::End)?;
    let line = file.take(length)?;
    file.take(1)?;
    Ok(line.trim_ascii_end())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    LittleEndian,
    BigEndian,
}

impl Format {
    fn of(name: &[u8]) -> Option<Self> {
        match name {
            b"ascii" => Some(Self::Text),
            b"binary_little_endian" => Some(Self::LittleEndian),
            b"binary_big_endian" => Some(Self::BigEndian),
            _ => None,
        }
    }
}

/// Bytes of a number, or of a list's length and of its items.
#[derive(Debug, Clone, Copy)]
enum Property {
    Number(u64),
    List(u64, u64),
}

impl Property {
    fn of<'a>(mut words: impl Iterator<Item = &'a [u8]>) -> Option<Self> {
        match words.next()? {
            b"list" => Some(Self::List(width(words.next()?)?, width(words.next()?)?)),
            kind => width(kind).map(Self::Number),
        }
    }
}

fn width(kind: &[u8]) -> Option<u64> {
    match kind {
        b"char" | b"uchar" | b"int8" | b"uint8" => Some(1),
        b"short" | b"ushort" | b"int16" | b"uint16" => Some(2),
        b"int" | b"uint" | b"int32" | b"uint32" | b"float" | b"float32" => Some(4),
        b"double" | b"float64" => Some(8),
        _ => None,
    }
}

struct Element {
    count: u64,
    properties: Vec<Property>,
}

impl Element {
    /// Reads all items of the element. Each takes a byte or more, so that the bytes at hand bound the steps.
    fn walk(&self, format: Format, file: &mut Reader<'_>) -> Result<(), Flaw> {
        if self.properties.is_empty() {
            return Ok(());
        }
        for _ in 0..self.count {
            for property in &self.properties {
                match (*property, format) {
                    (Property::Number(_), Format::Text) => number(file).map(drop)?,
                    (Property::Number(width), _) => file.take(width).map(drop)?,
                    (Property::List(..), Format::Text) => {
                        let length = number(file)?;
                        if length.is_sign_negative() || length > 1e9 {
                            return Err(Flaw::Nonsense("a list of no length"));
                        }
                        let mut read = 0.0;
                        while read < length {
                            number(file)?;
                            read += 1.0;
                        }
                    }
                    (Property::List(length, width), _) => {
                        let bytes = file.take(length)?.iter().map(|byte| u64::from(*byte));
                        let add = |number, byte| number << 8 | byte;
                        let length: u64 = match format {
                            Format::BigEndian => bytes.fold(0, add),
                            Format::Text | Format::LittleEndian => bytes.rev().fold(0, add),
                        };
                        file.take(length.checked_mul(width).ok_or(Flaw::End)?)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// The next word of a text, which is a number.
fn number(file: &mut Reader<'_>) -> Result<f64, Flaw> {
    let bytes = file.bytes.trim_ascii_start();
    let length = bytes.iter().position(u8::is_ascii_whitespace).unwrap_or(bytes.len());
    let (word, rest) = bytes.split_at(length);
    file.bytes = rest;
    if word.is_empty() {
        return Err(Flaw::End);
    }
    let number = str::from_utf8(word).ok().and_then(|word| word.parse().ok());
    number.filter(|number: &f64| number.is_finite()).ok_or(Flaw::Nonsense("a word that is no number"))
}
