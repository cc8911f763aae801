//! What the words for a finding mean, on the page that uses them.

use super::markup::{Html, anchor};
use airspec_suite::oracle::Class;

const ALL: [Class; 4] =
    [Class::BreaksPage, Class::StricterThanPage, Class::PageSilent, Class::PageWiderThanServer];

/// A sentence for each word.
pub(super) fn explained(html: &mut Html) {
    html.raw("<dl class=\"kinds\">");
    for class in ALL {
        html.raw("<div><dt").attribute("id", &place(class)).raw(">").raw(class.word()).raw("</dt><dd>");
        html.raw(sentence(class)).raw("</dd></div>\n");
    }
    html.raw("</dl>\n");
}

/// The word of a finding, which leads to its sentence.
pub(super) fn link(html: &mut Html, class: Class) {
    html.raw(" <a class=\"class\"").attribute("href", &format!("#{}", place(class))).raw(">");
    html.raw(class.word()).raw("</a>");
}

fn place(class: Class) -> String {
    anchor(&["kind", class.word()])
}

fn sentence(class: Class) -> &'static str {
    match class {
        Class::BreaksPage => {
            "The server accepts a request that the page of the model forbids, or does not answer as the page states."
        }
        Class::StricterThanPage => "The server refuses a request that the page allows.",
        Class::PageSilent => {
            "The page does not state it. Another source does; for a note, no known source does."
        }
        Class::PageWiderThanServer => {
            "The page allows the request, but the model\u{2019}s owner has a rule against it, and the server follows that rule."
        }
    }
}
