//! Letters: the Spleen bitmap font, in each of its sizes and, for large images, in whole multiples of them.

use std::{iter::successors, slice::ChunksExact};

use super::{canvas::Canvas, psf::Font, shape::Rgb};

/// A size to write in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Face {
    /// The font file. Its crate also has a reader, which does not understand the 8 x 16 file.
    file: &'static [u8],
    /// How many pixels of the image one pixel of the font is wide and high.
    scale: u32,
    /// From one character to the next, in pixels of the image.
    pub(super) width: u32,
    /// From one line to the next, in pixels of the image.
    pub(super) height: u32,
}

/// Every size, from the largest to the smallest.
pub(super) const FACES: [Face; 10] = [
    Face::new(spleen_font::FONT_32X64, 4, 128, 256),
    Face::new(spleen_font::FONT_32X64, 3, 96, 192),
    Face::new(spleen_font::FONT_32X64, 2, 64, 128),
    Face::new(spleen_font::FONT_16X32, 3, 48, 96),
    Face::new(spleen_font::FONT_32X64, 1, 32, 64),
    Face::new(spleen_font::FONT_12X24, 2, 24, 48),
    Face::new(spleen_font::FONT_16X32, 1, 16, 32),
    Face::new(spleen_font::FONT_8X16, 1, 8, 16),
    Face::new(spleen_font::FONT_6X12, 1, 6, 12),
    Face::new(spleen_font::FONT_5X8, 1, 5, 8),
];

impl Face {
    const fn new(file: &'static [u8], scale: u32, width: u32, height: u32) -> Self {
        Self { file, scale, width, height }
    }

    /// Writes a line of text whose first character has its top left corner at `x`, `y`.
    pub(super) fn write(self, canvas: &mut Canvas, text: &str, x: u32, y: u32, ink: Rgb) {
        let font =
            Font::open(self.file).expect("the font files are part of the program, and a test opens each");
        let cells = successors(Some(x), |left| left.checked_add(self.width));
        let width = canvas.width;
        for (character, left) in text.chars().zip(cells.take_while(|left| *left < width)) {
            self.draw(&font, canvas, character, (left, y), ink);
        }
    }

    /// Draws one character, or a box for one that the font lacks.
    fn draw(self, font: &Font, canvas: &mut Canvas, character: char, at: (u32, u32), ink: Rgb) {
        if character == ' ' {
            return;
        }
        match drawn(font, character).or_else(|| drawn(font, stand_in(character))) {
            Some(rows) => {
                for (row, bytes) in (0..).zip(rows) {
                    for (start, length) in runs(bytes) {
                        self.dash(canvas, at, (start, row, length), ink);
                    }
                }
            }
            None => self.draw_box(font, canvas, at, ink),
        }
    }

    /// Draws an upright box, about as large as a capital letter.
    fn draw_box(self, font: &Font, canvas: &mut Canvas, at: (u32, u32), ink: Rgb) {
        let (left, right) = (font.width / 8, font.width - font.width.div_ceil(8));
        let (top, bottom) = (font.height / 5, font.height - font.height / 4);
        let line = font.width.div_ceil(12);
        for row in top..bottom {
            if row < top + line || row >= bottom - line {
                self.dash(canvas, at, (left, row, right - left), ink);
            } else {
                self.dash(canvas, at, (left, row, line), ink);
                self.dash(canvas, at, (right - line, row, line), ink);
            }
        }
    }

    /// Inks `length` of the font's pixels, from the one at `start` in `row` of the character at `x`, `y`.
    fn dash(self, canvas: &mut Canvas, (x, y): (u32, u32), (start, row, length): (u32, u32, u32), ink: Rgb) {
        for line in 0..self.scale {
            let down = y.saturating_add(row * self.scale + line);
            canvas.dash(x.saturating_add(start * self.scale), down, length * self.scale, ink);
        }
    }
}

/// The rows of a character's glyph, if anything is set in them: the smallest font files list letters with accents, but
/// have nothing to show for them.
fn drawn(font: &Font, character: char) -> Option<ChunksExact<'static, u8>> {
    font.glyph(character).filter(|rows| rows.clone().flatten().any(|byte| *byte != 0))
}

/// Where the set bits of a row begin, and how many follow one another.
fn runs(bytes: &[u8]) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    let bits = bytes.iter().flat_map(|byte| (0..8).map(move |bit| byte << bit & 0x80 != 0));
    for (column, _) in (0..).zip(bits).filter(|&(_, set)| set) {
        match runs.last_mut() {
            Some((start, length)) if *start + *length == column => *length += 1,
            _ => runs.push((column, 1)),
        }
    }
    runs
}

/// What to write for a character that a font lacks: something alike that every size has, or itself.
fn stand_in(character: char) -> char {
    match character {
        '\u{2018}'..='\u{201A}' | '\u{2032}' => '\'',
        '\u{201C}'..='\u{201F}' | '\u{2033}' | '«' | '»' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '·' => '-',
        '•' => '*',
        '…' => '.',
        '×' => 'x',
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_face_is_as_large_as_it_says_and_has_all_of_ascii() {
        for face in FACES {
            let font = Font::open(face.file).unwrap();
            assert_eq!((font.width * face.scale, font.height * face.scale), (face.width, face.height));
            for character in '!'..='~' {
                assert!(drawn(&font, character).is_some(), "{face:?} has no {character}");
            }
        }
    }

    #[test]
    fn all_but_the_two_smallest_faces_write_western_europe() {
        for face in &FACES[..FACES.len() - 2] {
            let font = Font::open(face.file).unwrap();
            for character in "ÀÆÇÉÑÖØÜßàæçéñöøüÿ·×".chars() {
                assert!(drawn(&font, character).is_some(), "{face:?} has no {character}");
            }
        }
    }

    #[test]
    fn what_stands_in_for_a_character_is_in_every_face() {
        for face in FACES {
            let font = Font::open(face.file).unwrap();
            for character in "‘’‚′“”„‟″«»‐–—―−·•…×".chars() {
                let plain = stand_in(character);
                assert!(plain.is_ascii() && drawn(&font, plain).is_some(), "{face:?} has no {plain}");
            }
        }
    }

    #[test]
    fn letters_look_like_themselves() {
        let mut canvas = Canvas::new(8, 16);
        FACES[7].write(&mut canvas, "E", 0, 0, [255; 3]);
        let drawn: Vec<String> = canvas
            .pixels
            .chunks_exact(8 * 3)
            .map(|row| row.chunks_exact(3).map(|pixel| if pixel[0] == 0 { '.' } else { '#' }).collect())
            .filter(|row: &String| row.contains('#'))
            .collect();
        let expected = [
            ".######.", "##......", "##......", "##......", "#####...", "##......", "##......", "##......",
            "##......", ".######.",
        ];
        assert_eq!(drawn, expected);
    }

    #[test]
    fn text_beyond_the_canvas_is_cut_off() {
        for face in FACES {
            let mut canvas = Canvas::new(20, 20);
            face.write(&mut canvas, "Überlänge 漢字 \u{10FFFF}", 3, 15, [255; 3]);
            face.write(&mut canvas, "x", u32::MAX - 1, 0, [255; 3]);
            face.write(&mut canvas, "x", 0, u32::MAX - 1, [255; 3]);
        }
    }
}
