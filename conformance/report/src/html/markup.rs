//! HTML under construction. Markup is what stands in this program's source; every other text is escaped, and there is
//! no third way in.

use super::prose::{Piece, pieces};
use airspec_spec::text::is_hidden;

/// A piece of a page.
#[derive(Clone, Debug)]
pub(super) struct Html {
    text: String,
    shown: usize,
}

impl Html {
    /// An empty piece that shows so many characters of a long text.
    pub(super) fn showing(shown: usize) -> Self {
        Self { text: String::new(), shown }
    }

    /// Markup of our own: a constant, so that nothing which was read can be taken for it.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.text.push_str(markup);
        self
    }

    /// A text as the content of an element.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        debug_assert!(!self.text.ends_with("=\""), "a value of an attribute comes in by `attribute`");
        text.chars().for_each(|letter| self.letter(letter));
        self
    }

    /// An attribute with its value.
    pub(super) fn attribute(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.raw(" ").raw(name).raw("=\"");
        for letter in value.chars() {
            match letter {
                '"' => self.text.push_str("&quot;"),
                _ => self.letter(letter),
            }
        }
        self.raw("\"")
    }

    /// A dotted or humped name, which can be broken between its parts.
    pub(super) fn name(&mut self, name: &str) -> &mut Self {
        let mut before = 'A';
        for letter in name.chars().take(self.shown) {
            if before == '.' || (letter.is_ascii_uppercase() && before.is_ascii_lowercase()) {
                self.raw("<wbr>");
            }
            self.letter(letter);
            before = letter;
        }
        self
    }

    fn letter(&mut self, letter: char) {
        match letter {
            '&' => self.text.push_str("&amp;"),
            '<' => self.text.push_str("&lt;"),
            '>' => self.text.push_str("&gt;"),
            '\n' | '\t' => self.text.push(letter),
            _ if is_hidden(letter) => self.text.extend(letter.escape_unicode()),
            _ => self.text.push(letter),
        }
    }

    /// The beginning of a text that may be long, and how much is missing.
    pub(super) fn long(&mut self, text: &str) -> &mut Self {
        let (shown, missing) = beginning(text, self.shown);
        self.text(shown);
        if missing > 0 {
            self.raw("… (").number(missing).raw(" more characters)");
        }
        self
    }

    /// The beginning of a sentence, with what stands in backticks as code, and addresses of the web as links.
    pub(super) fn prose(&mut self, text: &str) -> &mut Self {
        let (shown, missing) = beginning(text, self.shown);
        self.pieces(shown, missing > 0);
        if missing > 0 {
            self.raw("… (").number(missing).raw(" more characters)");
        }
        self
    }

    /// The same of at most so many characters, for what is shown whole elsewhere.
    pub(super) fn brief(&mut self, text: &str, most: usize) -> &mut Self {
        let (shown, missing) = beginning(text, self.shown.min(most));
        self.pieces(shown, missing > 0).raw(if missing > 0 { "…" } else { "" })
    }

    fn pieces(&mut self, text: &str, is_cut: bool) -> &mut Self {
        for piece in pieces(text, is_cut) {
            match piece {
                Piece::Text(text) => self.text(text),
                Piece::Code(code) => self.element("<code>", code, "</code>"),
                Piece::Link(address) => self.link(address, address),
            };
        }
        self
    }

    /// Whether a text is shown whole.
    pub(super) fn is_whole(&self, text: &str) -> bool {
        text.len() <= self.shown || text.chars().nth(self.shown).is_none()
    }

    /// A number.
    pub(super) fn number(&mut self, number: usize) -> &mut Self {
        self.text.push_str(&number.to_string());
        self
    }

    /// An element that holds a text and nothing else.
    pub(super) fn element(&mut self, open: &'static str, text: &str, close: &'static str) -> &mut Self {
        self.raw(open).text(text).raw(close)
    }

    /// A link to a page of the web; anything but such an address is shown as text alone.
    pub(super) fn link(&mut self, address: &str, text: &str) -> &mut Self {
        if !(address.starts_with("https://") || address.starts_with("http://")) {
            return self.text(text);
        }
        self.raw("<a rel=\"noopener noreferrer\"").attribute("href", address).raw(">").text(text).raw("</a>")
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// The first so many characters of a text, and how many are missing.
fn beginning(text: &str, most: usize) -> (&str, usize) {
    text.char_indices().nth(most).map_or((text, 0), |(cut, _)| (&text[..cut], text[cut..].chars().count()))
}

/// A name that can stand in `id` and behind `#`: what cannot is written as its number.
pub(super) fn anchor(words: &[&str]) -> String {
    let mut anchor = String::new();
    for word in words {
        for letter in word.chars() {
            match letter {
                'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '-' => anchor.push(letter),
                _ => anchor.push_str(&format!("~{:x}~", u32::from(letter))),
            }
        }
        anchor.push(':');
    }
    anchor.pop();
    anchor
}
