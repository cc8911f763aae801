//! Prose of a spec as documentation: whatever it holds, rustdoc shows it as text and runs none of it.

use proc_macro2::TokenStream;
use quote::quote;

/// Longer lines are wrapped.
const WIDTH: usize = 96;

/// Documentation attributes for a text in the Markdown of a spec.
pub(crate) fn attributes(text: &str) -> TokenStream {
    let lines = lines(text);
    let lines = lines.iter().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote!(#(#[doc = #lines])*)
}

/// Documentation attributes for several paragraphs.
pub(crate) fn paragraphs(parts: &[String]) -> TokenStream {
    let parts: Vec<&str> = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
    attributes(&parts.join("\n\n"))
}

/// The lines of a text, safe as documentation.
pub(crate) fn lines(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        let trimmed = line.trim();
        let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => {
                fence = Some(mark);
                out.push("```text".to_owned());
            }
            (Some(open), Some(mark)) if open == mark => {
                fence = None;
                out.push("```".to_owned());
            }
            (Some(_), _) => {
                out.push(line.trim_end().replace("```", "'''").chars().filter(|c| !c.is_control()).collect());
            }
            (None, None) => out.extend(wrap(&escape(trimmed))),
        }
    }
    if fence.is_some() {
        out.push("```".to_owned());
    }
    while out.last().is_some_and(String::is_empty) {
        out.pop();
    }
    out
}

/// One line outside a fence: brackets and angle brackets outside code are text, bare addresses are links.
fn escape(line: &str) -> String {
    let line: String = line.replace("\\`", "`").chars().filter(|character| !character.is_control()).collect();
    let ticks = line.matches('`').count();
    let mut out = String::new();
    let mut in_code = false;
    let mut rest = line.as_str();
    let mut seen = 0;
    while let Some(character) = rest.chars().next() {
        if !in_code && (rest.starts_with("https://") || rest.starts_with("http://")) {
            let end =
                rest.find(|c: char| c.is_whitespace() || "<>()[]`\"'|\\".contains(c)).unwrap_or(rest.len());
            let url = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_']);
            out.extend(["<", url, ">"]);
            rest = &rest[url.len()..];
            continue;
        }
        match character {
            '`' => {
                seen += 1;
                // A tick without a partner is a tick.
                if seen == ticks && ticks % 2 == 1 {
                    out.push_str("\\`");
                } else {
                    in_code = !in_code;
                    out.push('`');
                }
            }
            '[' | ']' | '<' | '>' | '|' if !in_code => out.extend(['\\', character]),
            other => out.push(other),
        }
        rest = &rest[character.len_utf8()..];
    }
    out
}

/// Breaks a line at spaces; what follows a list mark is indented under it.
fn wrap(line: &str) -> Vec<String> {
    let indent = if line.starts_with("- ") || line.starts_with("* ") { "  " } else { "" };
    let mut out = Vec::new();
    let mut current = String::new();
    for word in line.split(' ') {
        if !current.trim().is_empty()
            && current.len() + 1 + word.len() > WIDTH
            && !word.is_empty()
            && !opens_block(word)
        {
            out.push(std::mem::replace(&mut current, format!("{indent}{word}")));
        } else {
            if !current.is_empty() {
                current.push(' ');
            }
            current.push_str(word);
        }
    }
    out.push(current.trim_end().to_owned());
    out
}

/// Words that would mean something else at the start of a line.
fn opens_block(word: &str) -> bool {
    word.starts_with(['#', '-', '+', '*', '=', '~'])
        || word.trim_end_matches(['.', ')']).parse::<u64>().is_ok()
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
    fn long_lines_are_wrapped_and_lists_stay_lists() {
        let text = format!("- {}", "word ".repeat(40));
        let wrapped = lines(&text);
        assert!(wrapped.len() > 1 && wrapped[1].starts_with("  word"), "{wrapped:?}");
        assert!(wrapped.iter().all(|line| line.len() <= WIDTH + 2));
    }
}
