//! The panel with words: what was asked for, in the largest letters that leave room for it.

use super::{
    Image,
    canvas::Canvas,
    font::{FACES, Face},
    shape::{FULL, Rgb, Shape},
};

const PAPER: Rgb = [0x0C, 0x0E, 0x18];
const OPACITY: u32 = FULL / 10 * 7;
const PROMPT_INK: Rgb = [0xFF, 0xFF, 0xFF];
const FACTS_INK: Rgb = [0xC4, 0xCC, 0xDC];

/// The fewest characters a line should have room for, or smaller letters are taken.
const COLUMNS: u32 = 38;
/// How many lines fit on the image at the least, or smaller letters are taken.
const ROWS: u32 = 20;
/// The fewest characters that are worth showing of a prompt.
const SHORTEST_PROMPT: usize = 24;
/// The most lines a prompt gets.
const PROMPT_ROWS: usize = 6;

/// Text and where it goes.
pub(super) struct Panel {
    face: Face,
    prompt: Vec<String>,
    facts: Vec<String>,
    left: u32,
    top: u32,
    width: u32,
    height: u32,
    padding: u32,
}

impl Panel {
    /// Lays out the text of an image; `None` where not even its size has room.
    pub(super) fn of(image: &Image<'_>) -> Option<Self> {
        let margin = image.width.min(image.height) / 24;
        let face = FACES
            .into_iter()
            .find(|face| columns(image.width, margin, *face) >= COLUMNS && image.height / face.height >= ROWS)
            .unwrap_or(FACES[FACES.len() - 1]);
        let padding = padding(face);
        let columns = columns(image.width, margin, face) as usize;
        let room = image.height.saturating_sub(2 * (margin + padding));
        // At most three fifths of the image, but one line in any case.
        let rows = (room / face.height).min((room * 3 / 5 / face.height).max(1)) as usize;

        let facts = facts(image);
        if rows == 0 || facts[0].chars().count() > columns {
            return None;
        }
        let mut facts = pack(&facts, columns);
        facts.truncate(rows);
        // The line kept free is the gap between prompt and facts, of which a third is used.
        let prompt_rows = PROMPT_ROWS.min((rows - facts.len()).saturating_sub(1));
        let readable = prompt_rows * columns >= SHORTEST_PROMPT;
        let prompt = wrap(image.prompt, columns, if readable { prompt_rows } else { 0 });

        let widest = prompt.iter().chain(&facts).map(|line| line.chars().count()).max().unwrap_or_default();
        let gap = if prompt.is_empty() { 0 } else { face.height / 3 };
        let height = count(prompt.len() + facts.len()) * face.height + gap + 2 * padding;
        let top = image.height - margin - height;
        let width = count(widest) * face.width + 2 * padding;
        Some(Self { face, prompt, facts, left: margin, top, width, height, padding })
    }

    /// The sheet that the text stands on.
    pub(super) fn shape(&self) -> Shape {
        let half = (f64::from(self.width) / 2.0, f64::from(self.height) / 2.0);
        Shape {
            centre: (f64::from(self.left) + half.0, f64::from(self.top) + half.1),
            half,
            radius: f64::from(self.padding),
            tint: PAPER,
            opacity: (OPACITY, OPACITY),
        }
    }

    /// Writes the text.
    pub(super) fn write(&self, canvas: &mut Canvas) {
        let left = self.left + self.padding;
        let mut top = self.top + self.padding;
        for line in &self.prompt {
            self.face.write(canvas, line, left, top, PROMPT_INK);
            top += self.face.height;
        }
        top = self.top + self.height - self.padding - count(self.facts.len()) * self.face.height;
        for line in &self.facts {
            self.face.write(canvas, line, left, top, FACTS_INK);
            top += self.face.height;
        }
    }
}

/// From the edge of the panel to its text.
fn padding(face: Face) -> u32 {
    face.height * 5 / 8 - 3
}

/// How many characters fit on a line.
fn columns(width: u32, margin: u32, face: Face) -> u32 {
    width.saturating_sub(2 * (margin + padding(face))) / face.width
}

fn count(lines: usize) -> u32 {
    u32::try_from(lines).expect("no more lines and columns than the image has pixels")
}

/// What to say beside the prompt, the most important first.
fn facts(image: &Image<'_>) -> Vec<String> {
    let size = format!("{}×{}", image.width, image.height);
    let caption = wrap(image.caption, 32, 1);
    let container = image.container.name();
    let container = if image.container.is_lossless() {
        format!("{container} lossless")
    } else {
        format!("{container} {}", image.quality)
    };
    let seed = format!("seed {}", image.seed);
    [vec![size], caption, vec![container, seed]].concat()
}

/// Puts as many facts on a line as it has room for; one that is too long for a line is left out.
fn pack(facts: &[String], columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for fact in facts.iter().filter(|fact| fact.chars().count() <= columns) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 3 + fact.chars().count() <= columns => {
                line.push_str(" · ");
                line.push_str(fact);
            }
            _ => lines.push(fact.clone()),
        }
    }
    lines
}

/// Breaks a text into at most so many lines, between words where it can; the last ends in an ellipsis if there is
/// more. Of a long text, only what is shown is looked at.
fn wrap(text: &str, columns: usize, rows: usize) -> Vec<String> {
    if columns == 0 || rows == 0 {
        return Vec::new();
    }
    let words = text.split(|character: char| character.is_whitespace() || character.is_control());
    let shown = words
        .filter(|word| !word.is_empty())
        .flat_map(|word| [" ", word])
        .flat_map(str::chars)
        .filter(|character| !is_invisible(*character))
        // A line holds its columns and swallows the blank after it; one character more shows that there is more.
        .take((columns + 1) * rows + 2)
        .collect::<String>();

    let mut lines: Vec<String> = Vec::new();
    for word in shown.split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + length <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.extend(pieces(word, columns)),
        }
    }
    if lines.len() > rows {
        lines.truncate(rows);
        let last = &mut lines[rows - 1];
        let kept: String = last.chars().take(columns - 1).collect();
        *last = format!("{}…", kept.trim_end());
    }
    lines
}

/// A word in pieces of the length of a line.
fn pieces(word: &str, columns: usize) -> Vec<String> {
    let characters: Vec<char> = word.chars().collect();
    characters.chunks(columns).map(|piece| piece.iter().collect()).collect()
}

/// Marks that take no room of their own: combining accents, joiners, directions, variation selectors.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{0300}'..='\u{036F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2069}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::super::Container;
    use super::*;

    #[test]
    fn text_breaks_between_words_and_ends_in_an_ellipsis() {
        assert_eq!(wrap("a red  fox\njumps", 10, 3), ["a red fox", "jumps"]);
        assert_eq!(wrap("a red fox jumps over", 10, 1), ["a red fox…"]);
        assert_eq!(wrap("a red fox jumps over", 5, 2), ["a red", "fox…"]);
        assert_eq!(wrap("aaaabbbbcc d", 4, 9), ["aaaa", "bbbb", "cc d"]);
        assert_eq!(wrap("exactly ten", 11, 1), ["exactly ten"]);
        assert_eq!(wrap("e\u{301}t\u{200B}e\u{301}", 9, 1), ["ete"]);
        assert!(wrap(" \t\u{7} ", 9, 9).is_empty());
        assert!(wrap("a", 0, 1).is_empty() && wrap("a", 1, 0).is_empty());
    }

    #[test]
    fn a_full_text_that_just_fits_has_no_ellipsis() {
        let text = "abcd ".repeat(6);
        assert_eq!(wrap(&text, 4, 6), ["abcd"; 6]);
        assert_eq!(wrap(&"x".repeat(24), 4, 6), ["xxxx"; 6]);
        assert_eq!(wrap(&"x".repeat(25), 4, 6)[5], "xxx…");
    }

    #[test]
    fn facts_share_lines_and_the_size_goes_last() {
        let facts = ["640×480", "high", "seed 9223372036854775807"].map(str::to_owned);
        assert_eq!(pack(&facts, 60), ["640×480 · high · seed 9223372036854775807"]);
        assert_eq!(pack(&facts, 25), ["640×480 · high", "seed 9223372036854775807"]);
        assert_eq!(pack(&facts, 8), ["640×480", "high"]);
        assert!(pack(&facts, 3).is_empty());
    }

    #[test]
    fn a_panel_stays_inside_the_image_at_every_size() {
        let prompt = "a lighthouse on a cliff, ".repeat(40);
        let sides = (1..140).chain([200, 333, 512, 1024, 2047, 3840, 8192]);
        for (width, height) in
            sides.clone().flat_map(|width| sides.clone().map(move |height| (width, height)))
        {
            let container = Container::Jpeg;
            let image = Image {
                width,
                height,
                container,
                quality: 85,
                seed: i64::MIN,
                prompt: &prompt,
                caption: "high",
            };
            if let Some(panel) = Panel::of(&image) {
                assert!(panel.left + panel.width <= width, "{width} x {height}");
                assert!(panel.top + panel.height <= height, "{width} x {height}");
            }
        }
    }
}
