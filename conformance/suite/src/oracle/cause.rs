//! What findings of one cause have in common: the words of their sentences without what differs from case to case.

use super::excerpt;
use super::observation::Answer;
use airspec_media::essence;

/// A sentence without ids, numbers and quoted values.
pub(super) fn pattern(sentence: &str) -> String {
    let mut text = String::new();
    for (place, part) in sentence.split('`').enumerate() {
        // What stands between two backquotes is a name or a value.
        if place % 2 == 1 {
            text.push_str("`…`");
        } else {
            text.push_str(&without_numbers(part));
        }
    }
    excerpt(&text)
}

/// Each word that holds a digit becomes `…`.
fn without_numbers(text: &str) -> String {
    let mut pattern = String::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end();
        if bare.contains(|letter: char| letter.is_ascii_digit()) && !pattern.ends_with("HTTP ") {
            pattern.push('…');
            pattern.push_str(&word[bare.len()..]);
        } else {
            pattern.push_str(word);
        }
    }
    pattern
}

/// The form of an answer that is wrong whatever the request is about: "HTTP 4xx, text/html".
pub(super) fn form(answer: &Answer) -> String {
    let media = answer.content_type.as_deref().map(essence).filter(|media| !media.is_empty());
    let media =
        media.map_or_else(|| "no content type".to_owned(), |media| excerpt(&media.to_ascii_lowercase()));
    format!("HTTP {}xx, {media}{}", answer.status / 100, if answer.json.is_err() { ", no JSON" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_has_no_names_ids_or_numbers() {
        assert_eq!(
            pattern(
                "HTTP 400, but task 1b4e28ba-2fa1-41d2-883f-0016d3cca427 names `width`, not `height` at 3856"
            ),
            "HTTP 400, but task … names `…`, not `…` at …"
        );
        assert_eq!(pattern("no complete answer within 1 s"), "no complete answer within … s");
    }

    #[test]
    fn a_form_is_the_class_of_the_status_the_media_type_and_whether_it_is_json() {
        let html = Answer::read(404, Some("Text/HTML; charset=utf-8".to_owned()), b"<html>".to_vec());
        assert_eq!(form(&html), "HTTP 4xx, text/html, no JSON");
        assert_eq!(form(&Answer::read(503, None, b"{}".to_vec())), "HTTP 5xx, no content type");
    }
}
