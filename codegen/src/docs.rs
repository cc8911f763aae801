//! Prose of a spec as documentation: whatever it holds, rustdoc shows it as text and runs none of it.
//!
//! Paragraphs, lists, emphasis, code in backticks and fenced code are kept, all else that Markdown has a meaning for
//! is escaped. What is emitted is chosen so that no part depends on another line: a fence is always closed by a longer
//! one than anything inside, code in backticks is never wrapped, a line never starts with what would open a block.

use airspec_spec::text::{is_hidden, shorten};
use airspec_spec::{Model, Unchecked};
use proc_macro2::TokenStream;
use quote::quote;

/// Longer lines are wrapped.
const WIDTH: usize = 96;

/// As many keywords that are not checked are listed.
const MAX_UNCHECKED: usize = 100;

/// The most characters and lines that one item gets; published descriptions have up to 1,400 characters.
const MAX_CHARACTERS: usize = 10_000;
const MAX_LINES: usize = 400;

/// Documentation attributes for a text in the Markdown of a spec.
pub(crate) fn attributes(text: &str) -> TokenStream {
    let lines = lines(text);
    let lines = lines.iter().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote!(#(#[doc = #lines])*)
}

/// Documentation attributes for a text that ends in a link of our own.
pub(crate) fn linked(text: &str, link: &str) -> TokenStream {
    let mut lines = lines(text);
    match lines.last_mut().filter(|last| last.len() + 1 + link.len() <= WIDTH) {
        Some(last) => last.extend([" ", link]),
        None => lines.push(link.to_owned()),
    }
    let lines = lines.iter().map(|line| format!(" {line}"));
    quote!(#(#[doc = #lines])*)
}

/// What a spec states and the generated code does not check, as a paragraph and a list.
pub(crate) fn unchecked(model: &Model) -> Option<String> {
    if model.unchecked.is_empty() {
        return None;
    }
    let code = |text: &str| format!("`{}`", shorten(text, 200).replace('`', "'"));
    let line =
        |one: &Unchecked| format!("- {} at {}, line {}", code(&one.keyword), code(&one.pointer), one.line);
    let mut lines =
        vec!["These keywords of the spec are outside the dialect and **not checked**:\n".to_owned()];
    lines.extend(model.unchecked.iter().take(MAX_UNCHECKED).map(line));
    if model.unchecked.len() > MAX_UNCHECKED {
        lines.push(format!("- and {} more", model.unchecked.len() - MAX_UNCHECKED));
    }
    Some(lines.join("\n"))
}

/// Documentation attributes for several paragraphs.
pub(crate) fn paragraphs(parts: &[String]) -> TokenStream {
    let parts: Vec<&str> = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
    attributes(&parts.join("\n\n"))
}

/// The lines of a text, safe as documentation.
pub(crate) fn lines(text: &str) -> Vec<String> {
    let end = text.char_indices().nth(MAX_CHARACTERS).map_or(text.len(), |(end, _)| end);
    let mut rest = text[..end].lines().take(MAX_LINES);
    let mut out: Vec<String> = Vec::new();
    // The width of the list mark that the line before stands under.
    let mut indent = 0;
    while let Some(line) = rest.next() {
        if let Some(fence) = Fence::open(line) {
            out.extend(fence.block(&mut rest));
            indent = 0;
            continue;
        }
        let line = line.replace("\\`", "`");
        let mut words = words(&line);
        let mark = list_mark(&line).filter(|_| words.len() > 1);
        let head = match &mark {
            Some(mark) => {
                words.remove(0);
                indent = mark.len() + 1;
                format!("{mark} ")
            }
            None if words.is_empty() => {
                indent = 0;
                String::new()
            }
            None => " ".repeat(indent),
        };
        out.extend(wrap(&head, indent, &words));
    }
    if end < text.len() || text.lines().nth(MAX_LINES).is_some() {
        out.extend([String::new(), "…".to_owned()]);
    }
    while out.last().is_some_and(String::is_empty) {
        out.pop();
    }
    out
}

/// The opening line of fenced code.
struct Fence {
    mark: char,
    length: usize,
}

impl Fence {
    fn open(line: &str) -> Option<Self> {
        let line = line.trim();
        let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
        let length = line.chars().take_while(|character| *character == mark).count();
        let is_inline = mark == '`' && line[length..].contains('`');
        (length >= 3 && !is_inline).then_some(Self { mark, length })
    }

    fn is_closed_by(&self, line: &str) -> bool {
        let line = line.trim();
        line.chars().all(|character| character == self.mark) && line.len() >= self.length
    }

    /// The code up to the closing line, or to the end of the text, as text that is not compiled.
    fn block<'a>(&self, rest: &mut impl Iterator<Item = &'a str>) -> Vec<String> {
        let code = rest.take_while(|line| !self.is_closed_by(line));
        let shown = |line: &str| -> String {
            let line = line.trim_end().replace('\t', "    ");
            line.chars().filter(|character| !is_hidden(*character)).collect()
        };
        let mut block: Vec<String> = code.map(shown).collect();
        let longest = block.iter().map(|line| longest_run(line)).max().unwrap_or_default();
        let fence = "`".repeat(longest.max(2) + 1);
        block.insert(0, format!("{fence}text"));
        block.push(fence);
        block
    }
}

/// The longest row of backticks.
fn longest_run(line: &str) -> usize {
    line.split(|character| character != '`').map(str::len).max().unwrap_or_default()
}

/// The mark of a list at the start of a line, as it will be written.
fn list_mark(line: &str) -> Option<String> {
    let first = line.split_whitespace().next()?;
    let number = first.strip_suffix(['.', ')']).filter(|digits| {
        (1..=4).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
    });
    match (first, number) {
        ("-" | "*" | "+", _) => Some("-".to_owned()),
        (_, Some(number)) => Some(format!("{number}.")),
        _ => None,
    }
}

/// The words of a line outside fences, each to stay on one line. Code in backticks is one word with what touches it.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut rest = line;
    while let Some(character) = rest.chars().next() {
        let word = words.last_mut().expect("there is always a last word");
        if character.is_whitespace() {
            words.push(String::new());
            rest = &rest[character.len_utf8()..];
        } else {
            rest = inline(character, rest, word);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Writes what the rest of a line starts with, and gives what comes after.
fn inline<'a>(character: char, rest: &'a str, out: &mut String) -> &'a str {
    let after = &rest[character.len_utf8()..];
    match character {
        hidden if is_hidden(hidden) => after,
        '`' => code(rest, out),
        'h' | 'H' if starts_url(rest) => url(rest, out),
        '\\' => match after.chars().next().filter(char::is_ascii_punctuation) {
            Some(escaped) => {
                out.extend(['\\', escaped]);
                &after[1..]
            }
            None => {
                out.push_str("\\\\");
                after
            }
        },
        '[' | ']' | '<' | '>' | '|' => {
            out.extend(['\\', character]);
            after
        }
        other => {
            out.push(other);
            after
        }
    }
}

/// Code in backticks as it stands, or the backticks as signs where nothing closes them.
fn code<'a>(rest: &'a str, out: &mut String) -> &'a str {
    let length = rest.len() - rest.trim_start_matches('`').len();
    let (ticks, after) = rest.split_at(length);
    let mut end = 0;
    while let Some(start) = after[end..].find('`').map(|start| start + end) {
        let run = after[start..].len() - after[start..].trim_start_matches('`').len();
        if run == length {
            out.push_str(ticks);
            let inside =
                after[..start].chars().filter(|character| !is_hidden(*character) || *character == '\t');
            out.extend(inside.map(|character| if character.is_whitespace() { ' ' } else { character }));
            out.push_str(ticks);
            return &after[start + run..];
        }
        end = start + run;
    }
    out.extend(ticks.chars().flat_map(|tick| ['\\', tick]));
    after
}

fn starts_url(rest: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| rest.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// A bare URL as a link.
fn url<'a>(rest: &'a str, out: &mut String) -> &'a str {
    let ends = |character: char| {
        character.is_whitespace() || is_hidden(character) || "<>()[]`\"'|\\".contains(character)
    };
    let end = rest.find(ends).unwrap_or(rest.len());
    let url = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_']);
    out.extend(["<", url, ">"]);
    &rest[url.len()..]
}

/// Lines of words: the first under `head`, the others indented.
fn wrap(head: &str, indent: usize, words: &[String]) -> Vec<String> {
    let mut out = Vec::new();
    let mut line = head.to_owned();
    let mut is_empty = true;
    for word in words {
        if !is_empty && line.len() + 1 + word.len() > WIDTH {
            out.push(std::mem::replace(&mut line, " ".repeat(indent)));
            is_empty = true;
        }
        if is_empty {
            line.push_str(&at_start(word));
        } else {
            line.push(' ');
            line.push_str(word);
        }
        is_empty = false;
    }
    out.push(line.trim_end().to_owned());
    out
}

/// A word such that it opens no block at the start of a line: no list, heading, rule, underline or fence.
fn at_start(word: &str) -> String {
    let is_rule = word.chars().all(|character| "*-_+=~#".contains(character));
    let number = word.trim_start_matches(|character: char| character.is_ascii_digit());
    if is_rule || word.starts_with("~~~") {
        format!("\\{word}")
    } else if number.len() < word.len() && matches!(number, "." | ")") {
        format!("{}\\{number}", &word[..word.len() - number.len()])
    } else {
        word.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_never_run_and_markup_is_text() {
        assert_eq!(lines("```rust\nfn main() {}\n```"), ["```text", "fn main() {}", "```"]);
        assert_eq!(lines("    panic!()"), ["panic!()"]);
        assert_eq!(lines("~~~\nlet x = `;"), ["```text", "let x = `;", "```"]);
        assert_eq!(lines("> [!NOTE] <script> `[a]`"), [r"\> \[!NOTE\] \<script\> `[a]`"]);
        assert_eq!(lines("see https://a.b/c."), ["see <https://a.b/c>."]);
        assert_eq!(lines("a ` b"), [r"a \` b"]);
    }

    #[test]
    fn what_would_be_run_as_code_is_text() {
        assert_eq!(lines("````\n```\npanic!()"), ["````text", "```", "panic!()", "````"]);
        assert_eq!(lines("- ~~~\n      panic!()"), [r"- \~~~", "  panic!()"]);
        assert_eq!(lines("-      panic!()"), ["- panic!()"]);
        assert_eq!(lines("1. ```` rust"), [r"1. \`\`\`\` rust"]);
        assert_eq!(lines("``` [a] ` ``"), [r"\`\`\` \[a\] \` \`\`"]);
        assert_eq!(lines("# a\n---\n> b"), [r"\# a", r"\---", r"\> b"]);
        assert_eq!(lines("a\u{202e}b\u{0}c"), ["abc"]);
    }

    #[test]
    fn a_text_without_end_is_cut() {
        let many = lines(&"line\n".repeat(100_000));
        assert_eq!((many.len(), many.last().map(String::as_str)), (MAX_LINES + 2, Some("…")));
        let long = lines(&"x".repeat(1_000_000));
        assert!(long.iter().map(String::len).sum::<usize>() < 2 * MAX_CHARACTERS);
    }

    #[test]
    fn long_lines_are_wrapped_and_lists_stay_lists() {
        let text = format!("- {}", "word ".repeat(40));
        let wrapped = lines(&text);
        assert!(wrapped.len() > 1 && wrapped[1].starts_with("  word"), "{wrapped:?}");
        assert!(wrapped.iter().all(|line| line.len() <= WIDTH + 2));
    }
}
