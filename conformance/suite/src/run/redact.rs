//! Takes secrets out of everything that is kept or shown, and keeps it short.

use regex::Regex;

/// How much of a body is kept, in bytes.
const KEPT: usize = 4096;
/// How much of a body is searched for secrets: so much more than is kept that no secret is cut at the end of it.
const SEARCHED: usize = 1 << 20;
/// What stands in the place of a secret.
const MARK: &str = "[redacted]";
/// A key this short is taken out only where it stands alone, or it would take ordinary words apart.
const SHORT: usize = 6;

/// Knows what must not be told.
#[derive(Clone, Debug)]
pub struct Redactor {
    secrets: Option<Regex>,
    patterns: Regex,
}

impl Redactor {
    /// A redactor of one key and of whatever looks like a key.
    ///
    /// # Panics
    /// Never: its patterns are constants and escaped text.
    #[must_use]
    pub fn new(key: &str) -> Self {
        Self::of(key, [])
    }

    /// A redactor of a key and of other secrets. Of those, the ones with fewer than six bytes are left where they
    /// stand: a header that says `1` or `true` is no secret, and such words are everywhere.
    ///
    /// # Panics
    /// Never: its patterns are constants and escaped text.
    #[must_use]
    pub fn of<'a>(key: &'a str, others: impl IntoIterator<Item = &'a str>) -> Self {
        let others = others.into_iter().filter(|secret| secret.len() >= SHORT);
        let mut secrets: Vec<&str> = others.chain([key]).filter(|secret| !secret.is_empty()).collect();
        // Of two that begin alike the longer one must be tried first.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        let forms: Vec<String> = secrets.into_iter().map(form).collect();
        let pattern = || Regex::new(&forms.join("|")).expect("escaped text is a pattern");
        let secrets = (!forms.is_empty()).then(pattern);
        let patterns = r#"(?i)(\bbearer\s+|api[-_]?key\\?["']?\s*[:=]\s*\\?["']?)[^\s"'\\<>,;&}\]]+"#;
        Self { secrets, patterns: Regex::new(patterns).expect("the pattern is well formed") }
    }

    /// A text without secrets.
    #[must_use]
    pub fn clean(&self, text: &str) -> String {
        let text = match &self.secrets {
            Some(secrets) => secrets.replace_all(text, MARK),
            None => text.into(),
        };
        self.patterns.replace_all(&text, format!("${{1}}{MARK}")).into_owned()
    }

    /// The beginning of a text without secrets, of at most so many bytes.
    #[must_use]
    pub fn beginning(&self, text: &str, bytes: usize) -> String {
        let mut clean = self.clean(head(text, bytes.max(SEARCHED)));
        clean.truncate(head(&clean, bytes).len());
        clean
    }

    /// The beginning of a text without secrets, and whether it is the whole of it.
    #[must_use]
    pub fn shorten(&self, text: &str) -> (String, bool) {
        let mut short = self.clean(head(text, SEARCHED));
        if short.len() <= KEPT && text.len() <= SEARCHED {
            return (short, true);
        }
        short.truncate(head(&short, KEPT).len());
        (format!("{short}… (shortened, {} bytes in all)", text.len()), false)
    }
}

/// A secret as it stands in a text, and as it stands in JSON.
fn form(secret: &str) -> String {
    let escaped = regex::escape(secret);
    if secret.len() < SHORT {
        return format!(r"\b(?:{escaped})\b");
    }
    let in_json = serde_json::Value::from(secret).to_string();
    // The quotation marks around it, and no others.
    let in_json = regex::escape(in_json.get(1..in_json.len() - 1).unwrap_or_default());
    format!("{escaped}|{in_json}")
}

/// The beginning of a text, of at most so many bytes.
fn head(text: &str, bytes: usize) -> &str {
    let end = text.len().min(bytes);
    let boundary = (0..=end).rev().find(|index| text.is_char_boundary(*index));
    &text[..boundary.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_and_what_looks_like_one_are_taken_out() {
        let redactor = Redactor::new("s3cr3t\"key");
        for text in [
            "Authorization: Bearer abc.DEF-123",
            r#"{"authorization":"bearer   abc.DEF-123"}"#,
            r#"{"apiKey":"abc.DEF-123"}"#,
            r#"{\"apiKey\": \"abc.DEF-123\"}"#,
            "https://example.com/?api_key=abc.DEF-123&x=1",
            r#"you sent s3cr3t"key"#,
            r#"{"echo":"s3cr3t\"key"}"#,
        ] {
            let clean = redactor.clean(text);
            assert!(!clean.contains("abc.DEF-123") && !clean.contains("s3cr3t"), "{clean}");
            assert!(clean.contains(MARK), "{clean}");
        }
        assert_eq!(redactor.clean(r#"{"code":"invalidApiKey"}"#), r#"{"code":"invalidApiKey"}"#);
    }

    #[test]
    fn values_of_headers_are_secrets_unless_they_are_ordinary_words() {
        let redactor = Redactor::of("the-key", ["gateway-1", "gateway-12", "true", "1"]);
        let clean = redactor.clean(r#"{"a":"gateway-12","b":"gateway-1","c":true,"d":1,"e":"the-key"}"#);
        assert_eq!(clean, r#"{"a":"[redacted]","b":"[redacted]","c":true,"d":1,"e":"[redacted]"}"#);
    }

    #[test]
    fn a_short_key_does_not_take_words_apart() {
        assert_eq!(Redactor::new("a").clean("a banana"), "[redacted] banana");
        assert_eq!(Redactor::new("").clean("a banana"), "a banana");
    }

    #[test]
    fn a_secret_is_not_cut_and_a_long_text_is() {
        let redactor = Redactor::new("0123456789");
        for at in 4080..4100 {
            let text = format!("{}0123456789{}", "x".repeat(at), "é".repeat(5000));
            let (short, whole) = redactor.shorten(&text);
            assert!(!whole && !short.contains("0123"), "{at}");
            assert!(short.len() < 4200 && short.ends_with(&format!("{} bytes in all)", text.len())));
        }
        assert_eq!(redactor.shorten("short"), ("short".to_owned(), true));
    }
}
