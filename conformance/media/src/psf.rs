//! Reads bitmap fonts in both versions of the PC Screen Font format, the format of the Linux console.
//!
//! Only for font files that are part of the program: what they lack is a glyph that does not exist, never an error.

use std::slice::ChunksExact;

/// A font file, taken apart but not copied.
#[derive(Debug, Clone, Copy)]
pub(super) struct Font {
    /// Of a glyph, in pixels.
    pub(super) width: u32,
    /// Of a glyph, in pixels.
    pub(super) height: u32,
    /// The glyphs one after the other, rows from the top, each row filled up to whole bytes.
    bitmaps: &'static [u8],
    names: Names,
}

/// Which characters each glyph stands for: a list per glyph, in the order of the glyphs.
#[derive(Debug, Clone, Copy)]
enum Names {
    /// Version 1: 16 bits a character, 0xFFFF ends a list.
    Wide(&'static [u8]),
    /// Version 2: UTF-8, 0xFF ends a list.
    Utf8(&'static [u8]),
}

impl Font {
    /// Takes a font file apart; `None` if it is none.
    pub(super) fn open(file: &'static [u8]) -> Option<Self> {
        match file {
            [0x36, 0x04, mode, size, rest @ ..] => {
                let glyphs = if mode & 1 == 0 { 256 } else { 512 };
                let (bitmaps, names) = rest.split_at_checked(glyphs * usize::from(*size))?;
                Some(Self { width: 8, height: u32::from(*size), bitmaps, names: Names::Wide(names) })
            }
            [0x72, 0xB5, 0x4A, 0x86, _, _, _, _, rest @ ..] => {
                let (numbers, _) = rest.as_chunks();
                let numbers = numbers.first_chunk::<6>()?.map(u32::from_le_bytes);
                let [header, _flags, glyphs, bytes, height, width] = numbers;
                let rest = file.get(header as usize..)?;
                let (bitmaps, names) = rest.split_at_checked(glyphs as usize * bytes as usize)?;
                Some(Self { width, height, bitmaps, names: Names::Utf8(names) })
            }
            _ => None,
        }
    }

    /// The rows of a character's glyph, from the top; the leftmost pixel is the first byte's highest bit.
    pub(super) fn glyph(&self, character: char) -> Option<ChunksExact<'static, u8>> {
        let row = self.width.div_ceil(8) as usize;
        let length = row * self.height as usize;
        let start = self.index(character)? * length;
        Some(self.bitmaps.get(start..start + length)?.chunks_exact(row))
    }

    fn index(&self, character: char) -> Option<usize> {
        match self.names {
            Names::Wide(names) => {
                let (names, _) = names.as_chunks();
                let code = u16::try_from(u32::from(character)).ok()?.to_le_bytes();
                names.split(|name| *name == [0xFF; 2]).position(|names| names.contains(&code))
            }
            Names::Utf8(names) => names.split(|byte| *byte == 0xFF).position(|names| {
                // Behind 0xFE come sequences of several characters.
                let single = names.split(|byte| *byte == 0xFE).next().unwrap_or_default();
                str::from_utf8(single).is_ok_and(|names| names.contains(character))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_font_or_too_short_is_refused() {
        assert!(Font::open(b"").is_none());
        assert!(Font::open(b"\x36\x04\x02\x10").is_none());
        assert!(Font::open(b"\x72\xB5\x4A\x86\0\0\0\0\x20\0\0\0").is_none());
        assert!(Font::open(b"a plain text").is_none());
    }

    #[test]
    fn glyphs_are_found_by_any_of_their_names() {
        let font: &[u8] =
            b"\x72\xB5\x4A\x86\0\0\0\0\x20\0\0\0\x01\0\0\0\x02\0\0\0\x02\0\0\0\x02\0\0\0\x03\0\0\0\
            \x40\xA0\xE0\x00A\xC3\x84\xFEB\xFFC\xFF";
        let font = Font::open(font).unwrap();
        let rows = |character| font.glyph(character).map(|rows| rows.map(|row| row[0]).collect::<Vec<_>>());
        assert_eq!((font.width, font.height), (3, 2));
        assert_eq!(rows('A'), Some(vec![0x40, 0xA0]));
        assert_eq!(rows('Ä'), Some(vec![0x40, 0xA0]));
        assert_eq!(rows('C'), Some(vec![0xE0, 0x00]));
        assert_eq!(rows('B'), None, "only part of a sequence");
    }
}
