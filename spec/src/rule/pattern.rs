//! `pattern`: an ECMA 262 regular expression, searched for anywhere in the string.
//!
//! The checks run it with the `regex` crate, whose time is linear in the text. Its syntax is translated here; what
//! it cannot express (look-around, back references) is refused when the spec is read, and so is what takes long to prepare.
//! The judge runs the same translation: one engine for all.

mod flag;
mod media;
mod property;

use super::{Keyword, Scope};
use crate::document::{Diagnostic, Member, text};
use crate::model::{self, Rule, Schema, Witness};
use property::is_property;
use regex_syntax::hir::{Class, Hir, HirKind};
use std::iter::Peekable;
use std::str::Chars;

pub(super) struct Pattern<'a>(pub(super) &'a model::Pattern);

/// A pattern is compiled once however often a document gives it. The time to compile one is that of reading many
/// schemas, which it counts as.
pub(super) fn read<'a>(member: &Member<'a>, scope: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    let value = member.value;
    let pattern = compiled(&value.string()?, member, &|message, help| value.error(message, help), scope)?;
    Ok(pattern.map(Rule::Pattern).into_iter().collect())
}

/// The pattern of a text, which is that member or its name; `error` makes the error for the place of the text. None where the document
/// has too many parts.
pub(super) fn compiled<'a>(
    ecma: &str,
    member: &Member<'a>,
    error: &dyn Fn(String, &str) -> Diagnostic,
    scope: &mut dyn Scope<'a>,
) -> Result<Option<model::Pattern>, Diagnostic> {
    if let Some(known) = scope.patterns().get(ecma) {
        return Ok(Some(known.clone()));
    }
    if !scope.admits(member.value, 0) {
        return Ok(None);
    }
    let (rust, parts) = compile(ecma).map_err(|reason| {
        let error = error(
            format!("pattern `{}` does not compile: {reason}", text::shorten(ecma, 60)),
            "correct it; look-around and back references are not supported, since their time is not linear",
        );
        if is_malformed(ecma) { error } else { member.outside(error) }
    })?;
    if !scope.admits(member.value, parts) {
        return Ok(None);
    }
    let pattern = model::Pattern { ecma: ecma.to_owned(), rust };
    scope.patterns().insert(ecma.to_owned(), pattern.clone());
    Ok(Some(pattern))
}

/// The plainest text that matches; empty where that cannot be told.
pub(super) fn sample(pattern: &model::Pattern) -> String {
    let mut sample = String::new();
    if let Ok(hir) = regex_syntax::parse(&pattern.rust) {
        spell(&hir, &mut sample);
    }
    sample
}

/// Bytes that a compiled pattern may take, less than the `regex` crate allows, and what such a pattern counts among the
/// parts of a document: the larger it is, the longer whoever runs it takes to compile it.
const SIZES: [(usize, usize); 4] = [(64 << 10, 25), (256 << 10, 100), (1 << 20, 400), (4 << 20, 1600)];

/// The most characters of a pattern; the judge's time to translate one grows with the square of it.
const MAX_LENGTH: usize = 500;

/// The most groups inside each other; the judge knows no more than 60.
const MAX_GROUPS: usize = 32;

/// All but the digits, all but the signs of words, and all but white space, as ranges: brackets in brackets are nothing
/// that each reader of patterns knows.
const NOT_DIGIT: &str = r"\x00-/:-\u{10FFFF}";
const NOT_WORD: &str = r"\x00-/:-@\[-\^`\{-\u{10FFFF}";
const NOT_SPACE: &str = r"\x00-\x08\x0E-\x1F!-\u{9F}\u{A1}-\u{167F}\u{1681}-\u{1FFF}\u{200B}-\u{2027}\u{202A}-\u{202E}\u{2030}-\u{205E}\u{2060}-\u{2FFF}\u{3001}-\u{FEFE}\u{FF00}-\u{10FFFF}";

/// White space as ECMA 262 has it.
const SPACE: &str =
    r"\t\n\x0B\x0C\r \u{A0}\u{1680}\u{2000}-\u{200A}\u{2028}\u{2029}\u{202F}\u{205F}\u{3000}\u{FEFF}";

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
        let sample = sample(self.0);
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
        witnesses.extend(media::witnesses(self.0));
        witnesses
    }
}

/// A pattern in the syntax of the `regex` crate, which compiles it, and what it counts among the parts of a document.
fn compile(ecma: &str) -> Result<(String, usize), String> {
    let length = ecma.chars().take(MAX_LENGTH + 1).count();
    if length > MAX_LENGTH {
        return Err(format!("it has more than {MAX_LENGTH} characters"));
    }
    let rust = translate(ecma)?;
    let mut reason_why = String::new();
    for (size, parts) in SIZES {
        match regex::RegexBuilder::new(&rust).size_limit(size).build() {
            Ok(_) => return Ok((rust, parts.max(length))),
            Err(error) => reason_why = reason(&error),
        }
        if reason_why != TOO_BIG {
            break;
        }
    }
    Err(reason_why)
}

/// Whether a pattern is none in any dialect, as far as that can be told: it ends in the middle, or repeats nothing.
fn is_malformed(ecma: &str) -> bool {
    use regex_syntax::ast::{ErrorKind, parse::Parser};
    let kind = Parser::new().parse(ecma).err().map(|error| error.kind().clone());
    matches!(
        kind,
        Some(
            ErrorKind::ClassUnclosed
                | ErrorKind::ClassRangeInvalid
                | ErrorKind::EscapeUnexpectedEof
                | ErrorKind::GroupUnclosed
                | ErrorKind::GroupUnopened
                | ErrorKind::RepetitionCountInvalid
                | ErrorKind::RepetitionMissing
        )
    )
}

/// The reason to refuse a pattern that compiles to more than is admitted.
const TOO_BIG: &str = "it is too big";

fn reason(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => TOO_BIG.to_owned(),
        other => {
            let text = other.to_string();
            text.lines().last().unwrap_or_default().trim().trim_start_matches("error: ").to_owned()
        }
    }
}

/// ECMA 262 (`u` mode, and escapes of signs that need none) to the syntax of the `regex` crate: ASCII `\d` and `\w`,
/// ECMA's white space and line ends, and no set operations inside brackets. What only the crate knows is refused.
///
/// # Errors
/// The reason why a pattern is refused.
pub fn translate(ecma: &str) -> Result<String, &'static str> {
    if flag::is_ambiguous(ecma) {
        return Err(
            "a needless escape beside `\\p`, `\\u{…}` or a character beyond U+FFFF; remove the backslash",
        );
    }
    let mut out = String::with_capacity(ecma.len() + 8);
    let mut rest = ecma.chars().peekable();
    let mut repeats = false;
    let mut is_place = false;
    let mut groups = 0_usize;
    while let Some(character) = rest.next() {
        let (repeated, was_place) = (repeats, is_place);
        repeats = matches!(character, '*' | '+' | '?' | '{');
        is_place =
            matches!(character, '^' | '$') || character == '\\' && matches!(rest.peek(), Some('b' | 'B'));
        match character {
            '*' | '+' | '?' | '{' if was_place => {
                return Err(
                    "a repetition of a place in the text (`^`, `$`, `\\b`), which ECMA 262 does not know",
                );
            }
            '*' | '+' | '?' | '{' if repeated => return Err("a repetition of a repetition"),
            '{' => count(&mut rest, &mut out)?,
            '\\' => {
                escape(&mut rest, false, &mut out)?;
            }
            '[' => brackets(&mut rest, &mut out)?,
            '.' => out.push_str(r"[^\n\r\u{2028}\u{2029}]"),
            '(' => {
                groups += 1;
                if groups > MAX_GROUPS {
                    return Err("more than 32 groups inside each other");
                }
                group(&mut rest, &mut out)?;
            }
            other => {
                groups = groups.saturating_sub(usize::from(other == ')'));
                out.push(other);
            }
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
        let kind = rest.next();
        out.extend(kind);
        if kind == Some(':') && rest.peek() == Some(&')') {
            return Err("a group with nothing in it");
        }
    }
    Ok(())
}

/// What follows an opening brace: how often something is repeated.
fn count(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), &'static str> {
    let digits = |rest: &mut Peekable<Chars<'_>>| -> String {
        std::iter::from_fn(|| rest.next_if(char::is_ascii_digit)).collect()
    };
    let least = digits(rest);
    let comma = rest.next_if_eq(&',').map(String::from).unwrap_or_default();
    let most = if comma.is_empty() { String::new() } else { digits(rest) };
    if least.is_empty() || rest.next() != Some('}') {
        return Err("braces that are no count such as {2}, {2,} or {2,5}; write `\\{` for a brace");
    }
    *out += &format!("{{{least}{comma}{most}}}");
    Ok(())
}

/// What follows an opening bracket, up to the closing one.
fn brackets(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), &'static str> {
    out.push('[');
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    if rest.peek() == Some(&']') {
        return Err("brackets with nothing in them");
    }
    let mut ends_range = false;
    let mut may_range = false;
    let mut was_class = false;
    while let Some(character) = rest.next() {
        let starts_range = character == '-' && may_range && rest.peek().is_some_and(|next| *next != ']');
        let mut is_class = false;
        match character {
            ']' => {
                out.push(']');
                return Ok(());
            }
            '-' if starts_range => out.push('-'),
            '-' if was_class && rest.peek() != Some(&']') => {
                return Err("a range that starts with a class; write `\\-` for a hyphen");
            }
            '\\' => is_class = escape(rest, true, out)? == Escape::Class,
            '[' | '&' | '~' | '-' => out.extend(['\\', character]),
            other => out.push(other),
        }
        may_range = !starts_range && !ends_range && !is_class;
        ends_range = starts_range;
        was_class = is_class;
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
        'D' => class(NOT_DIGIT),
        'w' => class("0-9A-Za-z_"),
        'W' => class(NOT_WORD),
        's' => class(SPACE),
        'S' => class(NOT_SPACE),
        // Between brackets it is a backspace.
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
        'p' | 'P' => format!("\\{character}{{{}}}", property(rest)?),
        't' | 'n' | 'v' | 'f' | 'r' | 'x' | 'u' => format!("\\{character}"),
        letter if letter.is_alphanumeric() => {
            return Err("an escape that ECMA 262 does not know");
        }
        '<' | '>' if in_brackets => return Err("an escape in brackets of a sign that needs none"),
        // To the `regex` crate these are boundaries of words; they need no escape.
        '<' | '>' | '/' | '_' => character.to_string(),
        sign if sign.is_ascii_punctuation() => format!("\\{sign}"),
        _ => return Err("an escape of a sign that needs none"),
    };
    out.push_str(&text);
    if character == 'u' && rest.peek() == Some(&'{') {
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

/// The property in braces that follows `\p`: one that the generated code knows, whatever else is compiled into it.
fn property(rest: &mut Peekable<Chars<'_>>) -> Result<String, &'static str> {
    rest.next_if_eq(&'{').ok_or(r"`\p` without braces")?;
    let name: String = std::iter::from_fn(|| rest.next_if(|next| *next != '}')).collect();
    rest.next().ok_or(r"`\p` without a closing brace")?;
    if is_property(&name) {
        Ok(name)
    } else {
        Err(r"a property that is not supported; general categories and `Script=` are, as in \p{Letter}")
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
            "a{ 2 }",
            "a{,2}",
            r"\pL",
            r"\p{Greek}",
            r"\p{ L }",
        ];
        for ecma in refused {
            assert!(translate(ecma).is_err(), "{ecma}");
        }
        assert!(matches(r"^\<a\>$", "<a>") && matches(r"^\cJ$", "\n") && matches(r"^a+?b{1,2}?$", "aabb"));
        assert!(matches(r"^(?<n>a)\u0062\x63\u{64}$", "abcd") && matches(r"^\@\-$", "@-"));
    }

    #[test]
    fn what_engines_read_differently_is_refused() {
        let nested = |depth: usize| format!("{}a{}", "(?:".repeat(depth), ")".repeat(depth));
        let long = |length: usize| "a".repeat(length);
        let refused = [
            r"\01",
            "[]a]",
            "[^]",
            r"[\w-a]",
            r"[a\d-z]",
            r"[\<]",
            r"\€",
            "(?:)*",
            "(?:(?:)+)*",
            &nested(MAX_GROUPS + 1),
            &long(MAX_LENGTH + 1),
        ];
        for ecma in refused {
            assert!(compile(ecma).is_err(), "{ecma}");
        }
        for ecma in [r"[\w-]", r"[\w\-a]", "()*", &nested(MAX_GROUPS), &long(MAX_LENGTH)] {
            assert!(compile(ecma).is_ok(), "{ecma}");
        }
    }

    #[test]
    fn a_large_pattern_counts_more_than_a_small_one() {
        let parts = |ecma: &str| compile(ecma).unwrap().1;
        assert_eq!(parts("^a$"), 25);
        assert_eq!(parts(&"a".repeat(300)), 300);
        assert!(parts("^a{60000}$") >= 400, "{}", parts("^a{60000}$"));
        assert_eq!(compile("(?:a{1000}){1000}").unwrap_err(), TOO_BIG);
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
