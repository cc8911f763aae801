//! A sentence in its pieces: text, code in backticks, and addresses of the web.

/// So many links are made of one text, so that markup does not outgrow what it marks.
const MAX_LINKS: usize = 8;

/// A part of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Words.
    Text(&'a str),
    /// What stood between two backticks.
    Code(&'a str),
    /// An address, which a browser can open.
    Link(&'a str),
}

/// The pieces of a text in their order. An address at the end of a text that was cut may be the beginning of another
/// one, and stays text.
pub(super) fn pieces(text: &str, is_cut: bool) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut rest, mut links) = (text, 0);
    while let Some((before, code, after)) = code(rest) {
        links = words(before, false, links, &mut pieces);
        pieces.push(Piece::Code(code));
        rest = after;
    }
    match rest.split_once('`').filter(|(_, code)| is_cut && !code.is_empty() && !code.contains(['`', '\n'])) {
        // The cut took its second backtick.
        Some((before, code)) => {
            words(before, false, links, &mut pieces);
            pieces.push(Piece::Code(code));
        }
        None => {
            words(rest, is_cut, links, &mut pieces);
        }
    }
    pieces
}

/// What is before the first code, the code, and what is behind it.
fn code(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (code, after) = rest.split_once('`')?;
    // Two backticks in a row mark nothing, and neither do those around lines.
    if code.is_empty() || code.contains('\n') {
        return None;
    }
    Some((before, code, after))
}

/// Takes the addresses out of words that hold no code; how many links there are now.
fn words<'a>(text: &'a str, is_cut: bool, links: usize, pieces: &mut Vec<Piece<'a>>) -> usize {
    let (mut rest, mut links) = (text, links);
    while let Some((start, end)) = address(rest).filter(|(_, end)| !is_cut || *end < rest.len())
        && links < MAX_LINKS
    {
        pieces.extend((start > 0).then(|| Piece::Text(&rest[..start])));
        pieces.push(Piece::Link(&rest[start..end]));
        links += 1;
        rest = &rest[end..];
    }
    pieces.extend((!rest.is_empty()).then_some(Piece::Text(rest)));
    links
}

/// Where the first address begins and ends. Signs that end a sentence or a bracket are no part of it.
fn address(text: &str) -> Option<(usize, usize)> {
    let starts = ["https://", "http://"].map(|scheme| Some((text.find(scheme)?, scheme.len())));
    let (start, scheme) = starts.into_iter().flatten().min()?;
    let is_part = |letter: char| letter.is_ascii_graphic() && !matches!(letter, '<' | '>' | '"' | '\'' | '`');
    let length = text[start..].find(|letter| !is_part(letter)).unwrap_or(text.len() - start);
    let address = text[start..start + length].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}']);
    (address.len() > scheme).then_some((start, start + address.len()))
}

#[cfg(test)]
mod tests {
    use super::Piece::{Code, Link, Text};
    use super::*;

    #[test]
    fn code_and_addresses_are_told_from_words() {
        for (text, expected) in [
            ("plain", &[Text("plain")][..]),
            ("`width` is wrong", &[Code("width"), Text(" is wrong")]),
            ("one ` alone", &[Text("one ` alone")]),
            ("`` and ``", &[Text("`` and ``")]),
            ("see https://a.example/b#c.", &[Text("see "), Link("https://a.example/b#c"), Text(".")]),
            ("(http://a/b), x", &[Text("("), Link("http://a/b"), Text("), x")]),
            ("`http://a/b` is code", &[Code("http://a/b"), Text(" is code")]),
            ("http://é and javascript:alert(1)", &[Text("http://é and javascript:alert(1)")]),
            ("ftp://a https://", &[Text("ftp://a https://")]),
        ] {
            assert_eq!(pieces(text, false), expected, "{text}");
        }
    }

    #[test]
    fn an_address_that_was_cut_is_no_link_and_code_that_was_cut_is_code() {
        assert_eq!(pieces("one of `a`, `b", true), [Text("one of "), Code("a"), Text(", "), Code("b")]);
        assert_eq!(pieces("at http://a/bc", true), [Text("at http://a/bc")]);
        assert_eq!(pieces("http://a/b ", true), [Link("http://a/b"), Text(" ")]);
        let many = "http://a ".repeat(100);
        let links = pieces(&many, false).iter().filter(|piece| matches!(piece, Link(_))).count();
        assert_eq!(links, MAX_LINKS);
    }
}
