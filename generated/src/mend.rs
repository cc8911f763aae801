//! Text that is almost JSON, as JSON: `NaN`, halves of surrogate pairs, control characters, commas too many, and a text
//! that was cut. Nothing is guessed: what is not complete is left out.

/// The text as JSON, up to where it was cut. The result need not be JSON if the text is far from it.
pub(crate) fn mended(text: &str) -> String {
    let mut mender =
        Mender { text, at: 0, out: String::with_capacity(text.len()), open: Vec::new(), good: (0, 0) };
    while mender.step() {}
    let Mender { mut out, mut open, good: (length, depth), .. } = mender;
    if !open.is_empty() {
        out.truncate(length);
        open.truncate(depth);
        out.extend(open.into_iter().rev());
    }
    out
}

struct Mender<'a> {
    text: &'a str,
    at: usize,
    out: String,
    /// What closes the lists and objects that are open.
    open: Vec<char>,
    /// How much of the output is complete, and how many lists and objects are open there.
    good: (usize, usize),
}

impl Mender<'_> {
    /// Copies the next token. Returns false at the end.
    fn step(&mut self) -> bool {
        let rest = self.text[self.at..].trim_start();
        self.at = self.text.len() - rest.len();
        let Some(next) = rest.chars().next() else { return false };
        match next {
            '{' | '[' => {
                self.out.push(next);
                self.open.push(if next == '{' { '}' } else { ']' });
                self.at += 1;
                self.keep();
            }
            '}' | ']' => {
                self.at += 1;
                if self.out.ends_with(',') {
                    self.out.pop();
                }
                self.out.extend(self.open.pop());
                self.keep();
                // What follows the whole is left out.
                return !self.open.is_empty();
            }
            ',' | ':' => {
                if next == ':' || !self.out.ends_with([',', '[', '{']) {
                    self.out.push(next);
                }
                self.at += 1;
            }
            '"' => return self.quoted(&rest[1..]),
            _ => return self.word(rest),
        }
        true
    }

    fn keep(&mut self) {
        self.good = (self.out.len(), self.open.len());
    }

    /// Copies a quoted text. Returns false if it was cut.
    fn quoted(&mut self, rest: &str) -> bool {
        let is_name = self.open.last() == Some(&'}') && self.out.ends_with(['{', ',']);
        self.out.push('"');
        let mut characters = rest.char_indices();
        while let Some((place, character)) = characters.next() {
            match character {
                '"' => {
                    self.out.push('"');
                    self.at += place + 2;
                    if !is_name {
                        self.keep();
                    }
                    return true;
                }
                '\\' => {
                    let (text, length) = escape(&rest[place..]);
                    self.out.push_str(&text);
                    let end = place + length;
                    while characters.offset() < end && characters.next().is_some() {}
                }
                '\0'..='\x1f' => self.out.push_str(&format!("\\u{:04x}", u32::from(character))),
                _ => self.out.push(character),
            }
        }
        false
    }

    /// Copies a number or a literal, in quotes if JSON has no such word. Returns false if it may have been cut.
    fn word(&mut self, rest: &str) -> bool {
        let is_end = |character: char| character.is_whitespace() || ",:]}{[\"".contains(character);
        let end = rest.find(is_end).unwrap_or(rest.len());
        let word = &rest[..end];
        let is_json = serde_json::from_str::<serde::de::IgnoredAny>(word).is_ok();
        if is_json {
            self.out.push_str(word);
        } else {
            self.out.push_str(&serde_json::Value::from(word).to_string());
        }
        self.at += end;
        let is_whole = end < rest.len();
        if is_whole {
            self.keep();
        }
        is_whole
    }
}

/// An escape as JSON has it, and the length of what it stands for. Half of a surrogate pair becomes U+FFFD.
fn escape(text: &str) -> (String, usize) {
    let unit = |text: &str| {
        let digits = text.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    match (text.chars().nth(1), unit(text)) {
        (_, Some(high @ 0xD800..=0xDBFF)) => match text.get(6..).and_then(unit) {
            Some(low @ 0xDC00..=0xDFFF) => (format!("\\u{high:04x}\\u{low:04x}"), 12),
            _ => ("\\ufffd".to_owned(), 6),
        },
        (_, Some(0xDC00..=0xDFFF)) => ("\\ufffd".to_owned(), 6),
        (_, Some(unit)) => (format!("\\u{unit:04x}"), 6),
        (Some(known @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't')), _) => (format!("\\{known}"), 2),
        // An unknown escape, and a backslash before the end.
        _ => ("\\\\".to_owned(), 1),
    }
}

#[cfg(test)]
mod tests {
    use super::mended;

    #[test]
    fn what_is_almost_json_is_json_afterwards() {
        for (text, expected) in [
            (r#"{"a":NaN,"b":[-Infinity,1.5,true,]}"#, r#"{"a":"NaN","b":["-Infinity",1.5,true]}"#),
            (r#"{"a":"\ud83d","b":"\ud83d\ude00\udc00"}"#, r#"{"a":"\ufffd","b":"\ud83d\ude00\ufffd"}"#),
            ("{\"a\":\"x\ny\",\"b\":\"\\q\\\"\"}", r#"{"a":"x\u000ay","b":"\\q\""}"#),
            (" [1,2] and more", "[1,2]"),
            (r#"{"data":[{"a":1},{"b":"tex"#, r#"{"data":[{"a":1},{}]}"#),
            (r#"{"data":[{"a":1,"b":2.5"#, r#"{"data":[{"a":1}]}"#),
            (r#"{"data":[{"a":"whole","b"#, r#"{"data":[{"a":"whole"}]}"#),
            (r#"{"data":[{"a":"é\"#, r#"{"data":[{}]}"#),
            (r#"{"a":[[1],[2,"#, r#"{"a":[[1],[2]]}"#),
            ("{", "{}"),
            ("", ""),
        ] {
            assert_eq!(mended(text), expected, "{text}");
        }
    }

    #[test]
    fn json_is_the_same_afterwards_wherever_it_is_cut_it_is_json() {
        let text = r#"{"data":[{"a":"é\u00e9\\","b":[1,{"c":null}]},[],{}],"d":-1.5e3}"#;
        assert_eq!(mended(text), text);
        for (end, _) in text.char_indices().skip(1) {
            let json = mended(&text[..end]);
            assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{json}");
        }
    }
}
