//! URIs with a scheme, the rule `URI` of RFC 3986. Relative references, IRIs and the further rules of single
//! schemes (`http` needs a host, `data` a comma) are not checked: JSON Schema does not require them either.
//!
//! The functions follow the grammar from left to right; each takes the text from its part on and returns
//! the rest. `data:` URIs of images have megabytes, so the one loop over characters reads blocks.

use std::net::Ipv6Addr;

/// Characters of `reg-name`: unreserved ones, sub-delimiters and percent-encoded bytes.
const HOST: u8 = 1;
/// Characters of `userinfo`: those of a host, and `:`.
const USER: u8 = 1 << 1;
/// Characters of a query or fragment: those of `userinfo`, `@`, `/` and `?`. A path has all of them but `?`, which ends
/// it, so that a path with its query is a run of these as well.
const QUERY: u8 = 1 << 2;
/// Characters of a scheme behind its first one.
const SCHEME: u8 = 1 << 3;

/// What each byte may be part of. A percent sign is none of it: it takes two digits to make an encoded byte.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        classes[byte as usize] = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'+' => SCHEME | HOST | USER | QUERY,
            // With the sub-delimiters but for the plus sign; those from `&` to `,` are in a row.
            b'_' | b'~' | b'!' | b'$' | b'&'..=b',' | b';' | b'=' => HOST | USER | QUERY,
            b':' => USER | QUERY,
            b'@' | b'/' | b'?' => QUERY,
            _ => 0,
        };
        byte += 1_u8;
    }
    classes
};

/// From how many bytes on a text is looked at in blocks, and how many are in one: so many that the end of a block, where
/// its bytes are put together, costs little.
const LONG: usize = 512;
const BLOCK: usize = 256;
/// Bytes looked at together in shorter texts.
const WORD: usize = 8;
/// The same in paths and queries.
const CHUNK: usize = 16;

/// Whether a text is a URI: a scheme, then authority, path, query and fragment as RFC 3986 writes them.
#[must_use]
pub fn is_uri(text: &str) -> bool {
    after_scheme(text.as_bytes())
        .and_then(|rest| match rest.strip_prefix(b"//") {
            Some(authority) => after_authority(authority),
            None => Some(rest),
        })
        .and_then(after_path)
        .is_some_and(<[u8]>::is_empty)
}

/// Skips `scheme ":"`.
fn after_scheme(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.iter().position(|&byte| !is_in(SCHEME, byte))?;
    bytes[end..].strip_prefix(b":").filter(|_| bytes[0].is_ascii_alphabetic())
}

/// Skips `[ userinfo "@" ] host [ ":" port ]`, which ends with the text or before a path, query or fragment.
fn after_authority(bytes: &[u8]) -> Option<&[u8]> {
    let whole = |bytes| after_host(bytes).filter(|rest| matches!(rest, [] | [b'/' | b'?' | b'#', ..]));
    // What reads like a host and a port may be the name and the password of a user.
    whole(bytes).or_else(|| whole(after_run::<USER>(bytes)?.strip_prefix(b"@")?))
}

/// Skips `host [ ":" port ]`.
fn after_host(bytes: &[u8]) -> Option<&[u8]> {
    let rest = match bytes.strip_prefix(b"[") {
        Some(literal) => after_ip_literal(literal)?,
        // Each IPv4 address is a name as well.
        None => after_run::<HOST>(bytes)?,
    };
    Some(rest.strip_prefix(b":").map_or(rest, after_digits))
}

/// Skips an IPv6 address, or one of a version to come, and its closing bracket.
fn after_ip_literal(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.iter().position(|&byte| byte == b']')?;
    let (literal, rest) = (&bytes[..end], &bytes[end + 1..]);
    (is_ipv6(literal) || is_ip_future(literal)).then_some(rest)
}

/// Whether the whole is an IPv6 address; the standard library reads the forms of RFC 3986 and no others.
fn is_ipv6(bytes: &[u8]) -> bool {
    str::from_utf8(bytes).is_ok_and(|text| text.parse::<Ipv6Addr>().is_ok())
}

/// Whether the whole is `"v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )`.
fn is_ip_future(bytes: &[u8]) -> bool {
    let [b'v' | b'V', versioned @ ..] = bytes else { return false };
    let version = versioned.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let [b'.', address @ ..] = &versioned[version..] else { return false };
    version > 0 && !address.is_empty() && address.iter().all(|&byte| is_in(USER, byte))
}

/// Skips the digits of a port, of which there may be none.
fn after_digits(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.iter().take_while(|byte| byte.is_ascii_digit()).count()..]
}

/// Skips `path [ "?" query ] [ "#" fragment ]`.
fn after_path(bytes: &[u8]) -> Option<&[u8]> {
    let rest = after_run::<QUERY>(bytes)?;
    rest.strip_prefix(b"#").map_or(Some(rest), after_run::<QUERY>)
}

/// Skips the characters of one class; none if one of them is a percent sign without two hexadecimal digits.
fn after_run<const CLASS: u8>(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes;
    loop {
        rest = after_plain_run::<CLASS>(rest);
        match rest {
            [b'%', high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                rest = after;
            }
            [b'%', ..] => return None,
            _ => return Some(rest),
        }
    }
}

/// Skips the characters of one class up to the first that is not.
///
/// Blocks, chunks and words have a fixed size and no early exit, so that the compiler turns them into a few instructions.
fn after_plain_run<const CLASS: u8>(bytes: &[u8]) -> &[u8] {
    let all_in = |part: &[u8]| part.iter().fold(CLASS, |all, &byte| all & CLASSES[usize::from(byte)]) != 0;
    let mut rest = bytes;
    if CLASS == QUERY && bytes.len() >= LONG {
        let is_block = |block: &&[u8; BLOCK]| is_plain(*block) || all_in(*block);
        rest = &rest[BLOCK * rest.as_chunks().0.iter().take_while(is_block).count()..];
    }
    if CLASS == QUERY {
        let is_chunk = |chunk: &&[u8; CHUNK]| are_common(chunk) || all_in(*chunk);
        rest = &rest[CHUNK * rest.as_chunks().0.iter().take_while(is_chunk).count()..];
        // The last chunk, with bytes that were looked at before.
        if rest.len() < CHUNK && bytes.last_chunk().is_some_and(are_common) {
            return &[];
        }
    }
    let words = rest.as_chunks::<WORD>().0;
    rest = &rest[WORD * words.iter().take_while(|&word| all_in(word)).count()..];
    &rest[rest.iter().take_while(|&&byte| is_in(CLASS, byte)).count()..]
}

/// Whether all bytes are letters or of `&` to `;`, which holds the digits, all of which paths and queries have: base64 is
/// made of nothing else but the `=` at its end.
fn is_plain(bytes: &[u8]) -> bool {
    bytes.iter().fold(u8::MAX, |least, &byte| least.min(plainness(byte))) >= PLAIN
}

/// The plainness of a byte that is plain, at least.
const PLAIN: u8 = u8::MAX - (b'z' - b'a');

/// How plain a byte is. Each of the two ranges is moved to the top of a byte, the shorter one to where the longer one
/// begins: six instructions for sixteen bytes, as comparisons come last and once for a block.
const fn plainness(byte: u8) -> u8 {
    let letter = (byte | 0x20).wrapping_add(u8::MAX - b'z');
    let other = byte.wrapping_add(u8::MAX - b';').saturating_sub(u8::MAX - (b';' - b'&') - PLAIN);
    if letter > other { letter } else { other }
}

/// Whether all bytes are among those that paths and queries mostly consist of: the plain ones, `=`, `?` and `_`.
fn are_common(bytes: &[u8; CHUNK]) -> bool {
    bytes.iter().fold(true, |all, &byte| all & is_common(byte))
}

#[expect(clippy::needless_bitwise_bool, reason = "without branches, it is a vector of bytes")]
const fn is_common(byte: u8) -> bool {
    (plainness(byte) >= PLAIN) | (byte | 2 == b'?') | (byte == b'_')
}

/// Whether a byte is of a class.
const fn is_in(class: u8, byte: u8) -> bool {
    CLASSES[byte as usize] & class != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(texts: &[&str]) {
        for text in texts {
            assert!(is_uri(text), "{text:?}");
        }
    }

    fn refuses(texts: &[&str]) {
        for text in texts {
            assert!(!is_uri(text), "{text:?}");
        }
    }

    #[test]
    fn a_scheme_is_a_letter_then_letters_digits_and_three_marks() {
        accepts(&["a:", "Z9+-.:", "git+ssh://host/x", "x:y", "about:blank"]);
        refuses(&[
            "", ":", "a", "9a:", "+a:", "-:", "a_b:", "a%41:", " a:", "é:", "//host", "/path", "?q", "#f",
            "a/b:c",
        ]);
    }

    #[test]
    fn an_authority_may_be_empty_and_may_have_user_and_port() {
        accepts(&[
            "x://",
            "x:///",
            "x://?q",
            "x://#f",
            "x://@",
            "x://:",
            "x://u@",
            "x://u:p:q@h:8080/p",
            "x://@:1",
        ]);
        accepts(&[
            "x://a%20b@h%C3%A9",
            "x://!$&'()*+,;=@-._~",
            "x://h:",
            "x://h:00",
            "x://h:99999999999999999999",
        ]);
        refuses(&[
            "x://h:8o",
            "x://h:1:2",
            "x://a@b@c",
            "x://h:-1",
            "x://h o",
            "x://h%4",
            "x://h%zz/",
            "x://h\\",
            "x://h]",
        ]);
    }

    #[test]
    fn an_address_of_four_bytes_is_a_name_too() {
        accepts(&["x://127.0.0.1", "x://256.1.1.1:80", "x://1.2.3", "x://01.02.03.04"]);
    }

    #[test]
    fn an_address_in_brackets_is_an_ipv6_address() {
        accepts(&[
            "x://[::]",
            "x://[::1]:80/p",
            "x://u@[fe80::1:2]?q",
            "x://[1:2:3:4:5:6:7:8]",
            "x://[1:2:3:4:5:6:7::]",
        ]);
        accepts(&[
            "x://[::2:3:4:5:6:7:8]",
            "x://[::ffff:10.0.0.255]",
            "x://[1:2:3:4:5:6:9.8.7.6]",
            "x://[ABCD::ef01]",
        ]);
        refuses(&[
            "x://[",
            "x://[]",
            "x://[:]",
            "x://[:::]",
            "x://[1:2:3:4:5:6:7:8",
            "x://[1:2:3:4:5:6:7]",
            "x://[1::2::3]",
        ]);
        refuses(&[
            "x://[1:2:3:4:5:6:7:8:9]",
            "x://[1:2:3:4:5:6:7:8::]",
            "x://[12345::]",
            "x://[g::]",
            "x://[::1.2.3]",
        ]);
        refuses(&[
            "x://[::01.2.3.4]",
            "x://[::1.2.3.256]",
            "x://[1.2.3.4]",
            "x://[::1.2.3.4:5]",
            "x://[fe80::1%25eth0]",
        ]);
        refuses(&[
            "x://[::1]a",
            "x://a[::1]",
            "x://[::1]@h",
            "x:/[::1]",
            "x:[::1]",
            "x://h/[::1]",
            "x://h?[",
            "x://h#]",
        ]);
    }

    #[test]
    fn an_address_in_brackets_may_be_of_a_version_to_come() {
        accepts(&["x://[v1.a]", "x://[VfF.!$&'()*+,;=:-._~]:1", "x://[v0.:]"]);
        refuses(&[
            "x://[v.a]",
            "x://[v1.]",
            "x://[v1]",
            "x://[vg.a]",
            "x://[v1.%41]",
            "x://[v1.a/b]",
            "x://[w1.a]",
            "x://[v1.@]",
        ]);
    }

    #[test]
    fn a_path_takes_every_character_but_delimiters_of_what_follows() {
        accepts(&[
            "x:/",
            "x:a//b",
            "x:/a//",
            "x:@:!$&'()*+,;=-._~/%2F%2f",
            "x:::",
            "mailto:someone@host.example",
        ]);
        refuses(&[
            "x:a b", "x:\"", "x:<", "x:>", "x:\\", "x:^", "x:`", "x:{", "x:|", "x:}", "x:[", "x:]",
            "x:\u{7f}", "x:\0", "x:\n",
        ]);
        refuses(&["x:é", "x:\u{80}", "x://h/ü", "x:a#é", "x:a?é"]);
    }

    #[test]
    fn a_query_and_a_fragment_come_once_and_in_that_order() {
        accepts(&["x:?", "x:#", "x:?#", "x:p?a/b?c@d:e#f/g?h", "x:#?", "x://h?q#f"]);
        refuses(&["x:##", "x:#a#b", "x:?a#b#c", "x:?[", "x:#^"]);
    }

    #[test]
    fn a_percent_sign_starts_two_hexadecimal_digits() {
        accepts(&["x:%00", "x:%fF", "x:?%25", "x:#%25", "x:%2525"]);
        refuses(&[
            "x:%", "x:%2", "x:%%25", "x:%2g", "x:%g2", "x:?%", "x:#%1", "x:% 1", "x:%2#", "x:%+1", "x:%é",
        ]);
    }

    #[test]
    fn a_long_text_is_judged_by_every_one_of_its_characters() {
        let plain: String = ('a'..='z').chain('A'..='Z').chain('0'..='9').chain("+/".chars()).collect();
        let image = format!("data:image/png;base64,{}==", plain.repeat(9));
        assert!(is_uri(&image));
        for at in 5..image.len() {
            for wrong in [" ", "\"", "%", "%4", "[", "é", "^"] {
                let text = format!("{}{wrong}\u{1}{}", &image[..at], &image[at..]);
                assert!(!is_uri(&text), "{text:?}");
            }
            for right in ["%4A", "%25%25%25", "~", "!", "?", "#", ":", "@"] {
                let text = format!("{}{right}{}", &image[..at], &image[at..]);
                assert!(is_uri(&text), "{text:?}");
            }
        }
    }

    #[test]
    fn a_slash_in_a_long_host_ends_it() {
        let name = "n".repeat(100);
        accepts(&[&format!("x://{name}/{name}@{name}:x"), &format!("x://{name}@{name}:1/{name}")]);
        refuses(&[&format!("x://{name}:{name}/"), &format!("x://{name}@{name}@/")]);
    }

    #[test]
    fn characters_taken_in_blocks_belong_to_paths_and_queries() {
        for byte in 0..=255_u8 {
            let is_expected = byte.is_ascii_alphabetic() || (b'&'..=b';').contains(&byte);
            assert_eq!(plainness(byte) >= PLAIN, is_expected, "{byte:#x}");
            assert_eq!(is_common(byte), is_expected || matches!(byte, b'=' | b'?' | b'_'), "{byte:#x}");
            assert!(!is_common(byte) || is_in(QUERY, byte), "{byte:#x}");
        }
    }
}
