//! `pattern`: an ECMA 262 regular expression, searched for anywhere in the string.
//!
//! The checks run it with the `regex` crate, whose time is linear in the text. Its syntax is translated here; what
//! it cannot express (look-around, back references) is refused when the spec is read.

use crate::diagnostic::Diagnostic;
use crate::source::Node;
use crate::text;
use crate::witness::Witness;
use regex_syntax::hir::{Class, Hir, HirKind};
use std::iter::Peekable;
use std::str::Chars;

/// A regular expression, as published and as the `regex` crate reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// ECMA 262, as in the document.
    pub ecma: String,
    /// The same in the syntax of the `regex` crate.
    pub rust: String,
}

/// White space as ECMA 262 has it.
const SPACE: &str =
    r"\t\n\x0B\x0C\r \u{A0}\u{1680}\u{2000}-\u{200A}\u{2028}\u{2029}\u{202F}\u{205F}\u{3000}\u{FEFF}";

impl Pattern {
    pub(crate) fn read(node: Node<'_>) -> Result<Self, Diagnostic> {
        let ecma = node.string()?;
        let rust = translate(&ecma);
        match regex::Regex::new(&rust) {
            Ok(_) => Ok(Self { ecma, rust }),
            Err(error) => {
                let reason = match &error {
                    regex::Error::CompiledTooBig(_) => "it is too big".to_owned(),
                    other => other.to_string().lines().last().unwrap_or_default().trim().to_owned(),
                };
                let shown = text::shorten(&ecma, 60);
                Err(node.error(
                    format!("pattern `{shown}` does not compile: {}", reason.trim_start_matches("error: ")),
                    "correct it; look-around and back references are not supported, since their time is not linear",
                ))
            }
        }
    }

    pub(crate) fn sentence(&self) -> String {
        format!("must match the pattern `{}`", text::shorten(&self.ecma, 120))
    }
}

/// ECMA 262 (`u` mode) to the syntax of the `regex` crate: ASCII `\d` and `\w`, ECMA's white space and line ends,
/// and no set operations inside brackets.
fn translate(ecma: &str) -> String {
    let mut out = String::with_capacity(ecma.len() + 8);
    let mut rest = ecma.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\\' => escape(&mut rest, false, &mut out),
            '[' => brackets(&mut rest, &mut out),
            '.' => out.push_str(r"[^\n\r\u{2028}\u{2029}]"),
            other => out.push(other),
        }
    }
    out
}

/// What follows an opening bracket, up to the closing one.
fn brackets(rest: &mut Peekable<Chars<'_>>, out: &mut String) {
    out.push('[');
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    let mut ends_range = false;
    let mut may_range = false;
    while let Some(character) = rest.next() {
        let starts_range = character == '-' && may_range && rest.peek().is_some_and(|next| *next != ']');
        match character {
            ']' => {
                out.push(']');
                return;
            }
            '-' if starts_range => out.push('-'),
            '\\' => escape(rest, true, out),
            '[' | '&' | '~' | '-' => out.extend(['\\', character]),
            other => out.push(other),
        }
        may_range = !starts_range && !ends_range;
        ends_range = starts_range;
    }
}

/// What follows a backslash.
fn escape(rest: &mut Peekable<Chars<'_>>, in_brackets: bool, out: &mut String) {
    let class = |inside: &str| if in_brackets { inside.to_owned() } else { format!("[{inside}]") };
    let text = match rest.next() {
        Some('d') => class("0-9"),
        Some('D') => "[^0-9]".to_owned(),
        Some('w') => class("0-9A-Za-z_"),
        Some('W') => "[^0-9A-Za-z_]".to_owned(),
        Some('s') => class(SPACE),
        Some('S') => format!("[^{SPACE}]"),
        Some('b') if in_brackets => r"\x08".to_owned(),
        Some(boundary @ ('b' | 'B')) => format!(r"(?-u:\{boundary})"),
        Some('/') => "/".to_owned(),
        Some('0') if !rest.peek().is_some_and(char::is_ascii_digit) => r"\x00".to_owned(),
        Some(other) => format!("\\{other}"),
        None => "\\".to_owned(),
    };
    out.push_str(&text);
}

impl Pattern {
    /// A text that matches, and texts that nearly do.
    pub(crate) fn witnesses(&self) -> Vec<Witness> {
        let Ok(hir) = regex_syntax::parse(&self.rust) else { return Vec::new() };
        let mut sample = String::new();
        spell(&hir, &mut sample);
        let mut witnesses = vec![Witness::accept(sample.clone(), "a match")];
        let changed = [
            (String::new(), "empty"),
            (format!("{sample}\n"), "a match before a line end"),
            (format!(" {sample}"), "a match after a space"),
            (format!("{sample}!"), "a match and a sign more"),
            (format!("\u{e9}{sample}"), "a match after a letter outside ASCII"),
            (sample.chars().skip(1).collect(), "a match without its first letter"),
            (
                sample.chars().take(sample.chars().count().saturating_sub(1)).collect(),
                "a match without its last letter",
            ),
            ("not a match".to_owned(), "words"),
            ("\u{0}".to_owned(), "a control character"),
        ];
        witnesses.extend(changed.map(|(text, about)| Witness::reject(text, about)));
        witnesses
    }
}

/// Writes the plainest text that an expression matches.
fn spell(hir: &Hir, out: &mut String) {
    match hir.kind() {
        HirKind::Literal(literal) => out.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(Class::Unicode(class)) => {
            let plain = ['a', 'A', '1', '-'].into_iter();
            let first = class.ranges().first().map(regex_syntax::hir::ClassUnicodeRange::start);
            let within = |letter: &char| {
                class.ranges().iter().any(|range| (range.start()..=range.end()).contains(letter))
            };
            out.extend(plain.clone().find(within).or(first));
        }
        HirKind::Class(Class::Bytes(class)) => {
            out.extend(class.ranges().first().map(|range| char::from(range.start())));
        }
        HirKind::Repetition(repetition) => {
            let least = repetition.min.max(1).min(repetition.max.unwrap_or(u32::MAX));
            // Four letters are legal Base64 where one is not.
            let count = if repetition.max.is_none() { least.max(4) } else { least };
            for _ in 0..count {
                spell(&repetition.sub, out);
            }
        }
        HirKind::Capture(capture) => spell(&capture.sub, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| spell(part, out)),
        HirKind::Alternation(parts) => parts.iter().take(1).for_each(|part| spell(part, out)),
        HirKind::Empty | HirKind::Look(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(ecma: &str, text: &str) -> bool {
        regex::Regex::new(&translate(ecma)).expect("the test's pattern compiles").is_match(text)
    }

    #[test]
    fn classes_are_ascii_and_line_ends_are_those_of_ecma() {
        assert!(matches(r"^\d$", "4") && !matches(r"^\d$", "४"));
        assert!(matches(r"^[\w-]+$", "a-b_9") && !matches(r"^\w$", "é"));
        assert!(!matches("^a.b$", "a\u{2028}b") && matches("^a.b$", "a\u{85}b"));
        assert!(!matches("^a$", "a\n"));
        assert!(matches(r"^\s$", "\u{feff}") && !matches(r"^\s$", "\u{85}"));
        assert!(matches(r"^\p{Letter}+$", "πü"));
    }

    #[test]
    fn brackets_know_no_set_operations() {
        assert!(matches("^[a&&b]$", "&") && matches("^[[x]$", "[") && matches("^[+--]$", ","));
        assert!(matches(r"^data:image\/[a-zA-Z]+$", "data:image/png"));
    }
}
