//! `pattern`: an ECMA 262 regular expression, searched for anywhere in the string.
//!
//! The checks run it with the `regex` crate, whose time is linear in the text. Its syntax is translated here; what
//! it cannot express (look-around, back references) is refused when the spec is read.

use super::{Keyword, Scope};
use crate::document::{Diagnostic, Member, Node, text};
use crate::model::{self, Rule, Schema, Witness};
use regex_syntax::hir::{Class, Hir, HirKind};
use std::iter::Peekable;
use std::str::Chars;

pub(super) struct Pattern<'a>(pub(super) &'a model::Pattern);

/// What a pattern counts among the parts of a document: the time to compile one is that of reading many schemas.
const PARTS_OF_A_PATTERN: usize = 25;

/// A pattern is compiled once however often a document gives it.
pub(super) fn read<'a>(member: &Member<'a>, scope: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    let ecma = member.value.string()?;
    if let Some(known) = scope.patterns().get(&ecma) {
        return Ok(vec![Rule::Pattern(known.clone())]);
    }
    if !scope.admits(member.value, PARTS_OF_A_PATTERN) {
        return Ok(Vec::new());
    }
    let pattern = compile(member.value, &ecma)?;
    scope.patterns().insert(ecma, pattern.clone());
    Ok(vec![Rule::Pattern(pattern)])
}

/// Bytes that a compiled pattern may take, less than the `regex` crate allows: more takes seconds to compile.
const MAX_SIZE: usize = 4 << 20;

/// White space as ECMA 262 has it.
const SPACE: &str =
    r"\t\n\x0B\x0C\r \u{A0}\u{1680}\u{2000}-\u{200A}\u{2028}\u{2029}\u{202F}\u{205F}\u{3000}\u{FEFF}";

fn compile(node: Node<'_>, ecma: &str) -> Result<model::Pattern, Diagnostic> {
    let compiled = translate(ecma).map_err(str::to_owned).and_then(|rust| {
        let expression = regex::RegexBuilder::new(&rust).size_limit(MAX_SIZE).build();
        expression.map(|_| rust).map_err(|error| reason(&error))
    });
    match compiled {
        Ok(rust) => Ok(model::Pattern { ecma: ecma.to_owned(), rust }),
        Err(reason) => Err(node.error(
            format!("pattern `{}` does not compile: {reason}", text::shorten(ecma, 60)),
            "correct it; look-around and back references are not supported, since their time is not linear",
        )),
    }
}

impl<'a> Keyword<'a> for Pattern<'a> {
    fn name(&self) -> &'static str {
        "pattern"
    }

    fn rank(&self) -> u8 {
        9
    }

    fn sentence(&self) -> String {
        format!("must match the pattern `{}`", text::shorten(&self.0.ecma, 120))
    }

    /// A text that matches, and texts that nearly do.
    fn witnesses(&self, _: &Schema) -> Vec<Witness> {
        let Ok(hir) = regex_syntax::parse(&self.0.rust) else { return Vec::new() };
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

fn reason(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "it is too big".to_owned(),
        other => {
            let text = other.to_string();
            text.lines().last().unwrap_or_default().trim().trim_start_matches("error: ").to_owned()
        }
    }
}

/// ECMA 262 (`u` mode, and escapes of signs that need none) to the syntax of the `regex` crate: ASCII `\d` and `\w`,
/// ECMA's white space and line ends, and no set operations inside brackets. What only the crate knows is refused.
fn translate(ecma: &str) -> Result<String, &'static str> {
    let mut out = String::with_capacity(ecma.len() + 8);
    let mut rest = ecma.chars().peekable();
    let mut repeats = false;
    while let Some(character) = rest.next() {
        let repeated = repeats;
        repeats = matches!(character, '*' | '+' | '?' | '}');
        match character {
            '*' | '+' | '?' | '{' if repeated => return Err("a repetition of a repetition"),
            '\\' => {
                escape(&mut rest, false, &mut out)?;
            }
            '[' => brackets(&mut rest, &mut out)?,
            '.' => out.push_str(r"[^\n\r\u{2028}\u{2029}]"),
            '(' => group(&mut rest, &mut out)?,
            other => out.push(other),
        }
        // A question mark behind a repetition makes it a lazy one.
        if repeats && let Some(lazy) = rest.next_if_eq(&'?') {
            out.push(lazy);
        }
    }
    Ok(out)
}

/// What follows an opening parenthesis, as far as it says what kind of group it is.
fn group(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), &'static str> {
    out.push('(');
    if let Some(mark) = rest.next_if_eq(&'?') {
        if !matches!(rest.peek(), Some(':' | '=' | '!' | '<')) {
            return Err("a kind of group that ECMA 262 does not know");
        }
        out.push(mark);
        out.extend(rest.next());
    }
    Ok(())
}

/// What follows an opening bracket, up to the closing one.
fn brackets(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), &'static str> {
    out.push('[');
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    let mut ends_range = false;
    let mut may_range = false;
    while let Some(character) = rest.next() {
        let starts_range = character == '-' && may_range && rest.peek().is_some_and(|next| *next != ']');
        let mut is_class = false;
        match character {
            ']' => {
                out.push(']');
                return Ok(());
            }
            '-' if starts_range => out.push('-'),
            '\\' => is_class = escape(rest, true, out)? == Escape::Class,
            '[' | '&' | '~' | '-' => out.extend(['\\', character]),
            other => out.push(other),
        }
        may_range = !starts_range && !ends_range && !is_class;
        ends_range = starts_range;
    }
    Ok(())
}

/// What an escape stands for.
#[derive(PartialEq, Eq)]
enum Escape {
    /// Many characters.
    Class,
    /// One character, or a place.
    Other,
}

/// What follows a backslash.
fn escape(
    rest: &mut Peekable<Chars<'_>>,
    in_brackets: bool,
    out: &mut String,
) -> Result<Escape, &'static str> {
    let class = |inside: &str| if in_brackets { inside.to_owned() } else { format!("[{inside}]") };
    let character = rest.next().ok_or("a backslash at the end")?;
    let text = match character {
        'd' => class("0-9"),
        'D' => "[^0-9]".to_owned(),
        'w' => class("0-9A-Za-z_"),
        'W' => "[^0-9A-Za-z_]".to_owned(),
        's' => class(SPACE),
        'S' => format!("[^{SPACE}]"),
        'b' if in_brackets => r"\x08".to_owned(),
        'b' | 'B' if rest.peek() == Some(&'{') => return Err("a boundary with braces"),
        'b' | 'B' => format!(r"(?-u:\{character})"),
        '0' if !rest.peek().is_some_and(char::is_ascii_digit) => r"\x00".to_owned(),
        '0'..='9' | 'k' => return Err("back references are not supported"),
        'c' => match rest.next().filter(char::is_ascii_alphabetic) {
            Some(letter) => format!(r"\x{:02X}", u32::from(letter) % 32),
            None => return Err(r"`\c` without a letter"),
        },
        'x' if rest.peek() == Some(&'{') => return Err(r"`\x` without two hexadecimal digits"),
        't' | 'n' | 'v' | 'f' | 'r' | 'x' | 'u' | 'p' | 'P' => format!("\\{character}"),
        letter if letter.is_alphanumeric() => {
            return Err("an escape that ECMA 262 does not know");
        }
        // To the `regex` crate these are boundaries of words; they need no escape.
        '<' | '>' | '/' | '_' => character.to_string(),
        sign if sign.is_ascii_punctuation() => format!("\\{sign}"),
        other => other.to_string(),
    };
    out.push_str(&text);
    if matches!(character, 'u' | 'p' | 'P') && rest.peek() == Some(&'{') {
        let mut is_inside = true;
        out.extend(std::iter::from_fn(|| {
            let next = rest.next_if(|_| is_inside)?;
            is_inside = next != '}';
            Some(next)
        }));
    }
    Ok(if matches!(character, 'd' | 'D' | 'w' | 'W' | 's' | 'S' | 'p' | 'P') {
        Escape::Class
    } else {
        Escape::Other
    })
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
        regex::Regex::new(&translate(ecma).unwrap()).unwrap().is_match(text)
    }

    #[test]
    fn what_only_the_regex_crate_knows_is_refused() {
        let refused = [
            "(?i)a",
            "(?x: a)",
            "(?P<n>a)",
            r"\Aa",
            r"a\z",
            r"\a",
            r"\b{start}a",
            r"\x{41}",
            "a*+",
            "a**",
            "a{2}{3}",
            "a?+",
        ];
        for ecma in refused {
            assert!(translate(ecma).is_err(), "{ecma}");
        }
        assert!(matches(r"^\<a\>$", "<a>") && matches(r"^\cJ$", "\n") && matches(r"^a+?b{1,2}?$", "aabb"));
        assert!(matches(r"^(?<n>a)\u0062\x63\u{64}$", "abcd") && matches(r"^\@\-$", "@-"));
    }

    #[test]
    fn a_class_in_brackets_never_starts_a_range() {
        assert!(matches(r"^[\w-a]$", "-") && !matches(r"^[\w-a]$", "`"));
        assert!(matches(r"^[a\d-z]$", "-") && !matches(r"^[a\d-z]$", "p"));
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
