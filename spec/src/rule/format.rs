//! `format`: the string formats of the dialect. They bind; a format that is not listed here is refused.

use super::{Keyword, Scope};
use crate::document::{Diagnostic, Member, text};
use crate::model::{self, Rule, Schema, Witness};

pub(super) struct Format(pub(super) model::Format);

pub(super) fn read<'a>(member: &Member<'a>, _: &mut dyn Scope<'a>) -> Result<Vec<Rule>, Diagnostic> {
    let word = member.value.string()?;
    let format = model::Format::ALL.into_iter().find(|format| format.word() == word).ok_or_else(|| {
        let known = text::ticked(model::Format::ALL.map(model::Format::word)).join(", ");
        member.outside(member.value.error(
            format!("format `{}` is not implemented", text::shorten(&word, 40)),
            format!("use one of {known}, or state the format as a `pattern`"),
        ))
    })?;
    Ok(vec![Rule::Format(format)])
}

impl Keyword<'_> for Format {
    fn name(&self) -> &'static str {
        "format"
    }

    fn rank(&self) -> u8 {
        8
    }

    fn sentence(&self) -> String {
        let sentence = match self.0 {
            model::Format::Uuid => "must be a UUID (8-4-4-4-12 hexadecimal digits)",
            model::Format::Uuid4 => {
                "must be a UUID of version 4 (`xxxxxxxx-xxxx-4xxx-[89ab]xxx-xxxxxxxxxxxx`)"
            }
            model::Format::Uri => "must be a URI with a scheme (RFC 3986)",
        };
        sentence.to_owned()
    }

    /// Values of the format, and what is nearly one.
    fn witnesses(&self, _: &Schema) -> Vec<Witness> {
        let accept = |(text, about): (&str, &str)| Witness::accept(text, about);
        let reject = |(text, about): (&str, &str)| Witness::reject(text, about);
        match self.0 {
            model::Format::Uuid => {
                let (legal, illegal) = UUIDS.split_at(7);
                legal
                    .iter()
                    .copied()
                    .map(accept)
                    .chain(illegal.iter().copied().map(reject))
                    .chain(NO_UUIDS.map(reject))
                    .chain(OTHER_UUIDS.map(accept))
                    .chain(FAR_UUIDS.map(reject))
                    .collect()
            }
            model::Format::Uuid4 => {
                let illegal = UUIDS[2..].iter().copied().chain(NO_UUIDS).chain(OTHER_UUIDS).chain(FAR_UUIDS);
                [accept(UUIDS[0]), accept(UUIDS[1])].into_iter().chain(illegal.map(reject)).collect()
            }
            model::Format::Uri => URIS
                .map(accept)
                .into_iter()
                .chain(ODD_URIS.map(accept))
                .chain(NO_URIS.map(reject))
                .chain(FAR_URIS.map(reject))
                .chain([Witness::accept(long_uri(), "with a path of two thousand characters")])
                .collect(),
        }
    }
}

/// UUIDs and what is nearly one.
const UUIDS: [(&str, &str); 12] = [
    ("5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63", "version 4"),
    ("5C2FF0BA-7A4B-4BD1-9B43-6D3A0C6A3C63", "version 4 in upper case"),
    ("c232ab00-9414-11ec-b3c8-9f6bdeced846", "version 1"),
    ("2ed6657d-e927-568b-95e1-2665a8aea6a2", "version 5"),
    ("019c42a0-c3ff-7138-be83-ee257abc5331", "version 7"),
    ("00000000-0000-0000-0000-000000000000", "nil"),
    ("5c2ff0ba-7a4b-4bd1-cb43-6d3a0c6a3c63", "version 4 of another variant"),
    ("5c2ff0ba7a4b4bd18b436d3a0c6a3c63", "without hyphens"),
    ("{5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63}", "in braces"),
    ("urn:uuid:5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63", "as a URN"),
    ("5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63\n", "before a line end"),
    ("5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c6g", "with a letter that is no digit"),
];

/// More that is nearly a UUID.
const NO_UUIDS: [(&str, &str); 4] = [
    ("", "empty"),
    ("5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c6", "one digit short"),
    (" 5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63", "after a space"),
    ("5c2ff0b-a7a4b-4bd1-8b43-6d3a0c6a3c63", "with a hyphen out of place"),
];

/// URIs that any server takes; nothing listens there, and nothing leaves the machine.
const URIS: [(&str, &str); 3] = [
    ("http://127.0.0.1:9/path", "with a port and a path"),
    ("http://127.0.0.1:9/path?key=a%20b&other=1", "with a query"),
    ("http://127.0.0.1:9/path?key=value#part", "with a fragment"),
];

/// URIs that are legal and unusual.
const ODD_URIS: [(&str, &str); 6] = [
    ("http://127.0.0.1:9/path?a=1;b=2,3", "with other separators in its query"),
    ("HTTP://127.0.0.1:9/path", "with the scheme in upper case"),
    ("http://[::1]:9/path", "with an IPv6 host"),
    ("http://user@127.0.0.1:9/path", "with a user"),
    ("http://127.0.0.1:9/a(b)*c'd!e$f;g=h", "with every sign that is allowed"),
    (
        "http://us%65r:p:w@LOCALHOST:9/%7Ea//b/../c/?",
        "with a password, an upper case host and an empty query",
    ),
];

/// A URI with a long path.
fn long_uri() -> String {
    format!("http://127.0.0.1:9/{}", "path/".repeat(400))
}

/// More that is nearly a URI.
const FAR_URIS: [(&str, &str); 17] = [
    ("http://127.0.0.1:9/path\t", "before a tab"),
    ("http://127.0.0.1:9/\r\npath", "with a line end within"),
    ("http://127.0.0.1:9/\\path", "with a backslash"),
    ("http://[::1:9/path", "with an open bracket"),
    ("http://127.0.0.1:port/path", "with a word as its port"),
    ("1http://127.0.0.1:9/path", "with a digit first"),
    ("://127.0.0.1:9/path", "with an empty scheme"),
    ("http://127.0.0.1:9/p^th", "with a caret"),
    ("http://127.0.0.1:9/{path}", "with braces"),
    ("http://127.0.0.1:9/a|b", "with a bar"),
    ("http://127.0.0.1:9/\"path\"", "with quotes"),
    ("http://127.0.0.1:9/path%2", "with half an escape at the end"),
    ("http://127. 0.0.1:9/path", "with a space in its host"),
    ("\u{feff}http://127.0.0.1:9/path", "after a byte order mark"),
    ("http://127.0.0.1:9/#a#b", "with two fragments"),
    ("ht_tp://127.0.0.1:9/path", "with a low line in its scheme"),
    ("127.0.0.1:9/path", "with a port and without a scheme"),
];

/// UUIDs of the other versions and variants.
const OTHER_UUIDS: [(&str, &str); 9] = [
    ("000003e8-9414-21ec-b300-9f6bdeced846", "version 2"),
    ("5df41881-3aed-3515-88a7-2f4a814cf09e", "version 3"),
    ("1ec9414c-232a-6b00-b3c8-9f6bdeced846", "version 6"),
    ("2489e9ad-2ee2-8e00-8ec9-32d5f69181c0", "version 8"),
    ("ffffffff-ffff-ffff-ffff-ffffffffffff", "max"),
    ("5c2ff0ba-7a4b-4bd1-0b43-6d3a0c6a3c63", "version 4 of the first variant"),
    ("5c2ff0ba-7a4b-4bd1-eb43-6d3a0c6a3c63", "version 4 of the reserved variant"),
    ("5c2ff0ba-7a4b-0bd1-8b43-6d3a0c6a3c63", "version 0"),
    ("5c2ff0ba-7a4b-fbd1-8b43-6d3a0c6a3c63", "version 15"),
];

/// Still more that is nearly a UUID.
const FAR_UUIDS: [(&str, &str); 6] = [
    ("5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63a", "one digit too long"),
    ("5c2ff0ba_7a4b_4bd1_8b43_6d3a0c6a3c63", "with low lines"),
    ("(5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63)", "in parentheses"),
    ("5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63 ", "before a space"),
    ("5c2ff0ba\u{2010}7a4b\u{2010}4bd1\u{2010}8b43\u{2010}6d3a0c6a3c63", "with other hyphens"),
    ("5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c6\u{ff13}", "with a full width digit"),
];

/// What is nearly a URI.
const NO_URIS: [(&str, &str); 12] = [
    ("example.com/path", "a host and a path without a scheme"),
    ("", "empty"),
    ("127.0.0.1/path", "without a scheme"),
    ("example", "one word"),
    ("//127.0.0.1/path", "with slashes but no scheme"),
    ("/path", "a path alone"),
    ("http://127.0.0.1:9/a path", "with a space"),
    (" http://127.0.0.1:9/path", "after a space"),
    ("http://127.0.0.1:9/path\n", "before a line end"),
    ("http://127.0.0.1:9/%zz", "with a broken escape"),
    ("http://127.0.0.1:9/<path>", "with angle brackets"),
    ("http://127.0.0.1:9/p\u{e4}th", "with a letter outside ASCII"),
];
