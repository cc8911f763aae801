//! What must not be told: where each secret of a run comes from, and the forms in which a server can know it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::Url;
use std::fmt;

/// How long a value is that can be taken for a secret where it may also be an ordinary word, such as `true`.
const LEAST: usize = 6;
/// The words of `Authorization` before what is secret.
const SCHEMES: [&str; 2] = ["bearer", "basic"];

/// Secrets: never shown, not even by `Debug`.
#[derive(Clone, Default)]
pub struct Secrets {
    /// Keys and passwords, which are secret however short they are.
    pub(super) keys: Vec<String>,
    /// Values that are secret unless they are ordinary words.
    pub(super) values: Vec<String>,
}

impl Secrets {
    /// Adds a key, also one that was given with its `Bearer`.
    #[must_use]
    pub fn with_key(mut self, key: &str) -> Self {
        let mut key = key.trim();
        while let Some((first, rest)) = key.split_once(char::is_whitespace)
            && SCHEMES.contains(&first.to_ascii_lowercase().as_str())
        {
            key = rest.trim_start();
        }
        add(&mut self.keys, key);
        self
    }

    /// Adds the value of a header, its words, and what its words are in Base64: `Basic am9lOnB3`.
    #[must_use]
    pub fn with_header(mut self, value: &str) -> Self {
        self.value(value);
        for word in value.split_whitespace().filter(|word| !SCHEMES.contains(&word.to_lowercase().as_str())) {
            self.value(word);
            let decoded = BASE64_STANDARD.decode(word).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            // A word that is Base64 by chance decodes to what nobody writes.
            if let Some(decoded) =
                decoded.filter(|text| text.bytes().all(|byte| (0x20..0x7F).contains(&byte)))
            {
                decoded.split(':').chain([decoded.as_str()]).for_each(|part| self.value(part));
            }
        }
        self
    }

    /// Adds the user and the password of an address, as they stand there, as they are meant, and as they are sent.
    #[must_use]
    pub fn with_user(mut self, url: &Url) -> Self {
        let (user, password) = (url.username(), url.password().unwrap_or_default());
        let decode =
            |text: &str| String::from_utf8_lossy(&super::decode::decoded(text.as_bytes())).into_owned();
        for (user, password) in [(user.to_owned(), password.to_owned()), (decode(user), decode(password))] {
            self.value(&user);
            add(&mut self.keys, &password);
            if !user.is_empty() || !password.is_empty() {
                let pair = format!("{user}:{password}");
                self.value(&BASE64_STANDARD.encode(&pair));
                self.value(&pair);
            }
        }
        self
    }

    /// Adds the values of the query of an address.
    #[must_use]
    pub fn with_query(mut self, url: &Url) -> Self {
        for part in url.query().unwrap_or_default().split('&') {
            let value = part.split_once('=').map_or(part, |(_, value)| value);
            for value in [value, &value.replace('+', " ")] {
                self.value(value);
            }
            // A value that says nothing alone does so behind its name.
            if value.len() < LEAST && !value.is_empty() {
                let tail =
                    part.char_indices().rev().nth(super::needles::PIECE - 1).map_or(0, |(place, _)| place);
                self.value(&part[tail..]);
            }
        }
        self
    }

    /// Adds those of another collection.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        other.keys.iter().for_each(|key| add(&mut self.keys, key));
        other.values.iter().for_each(|value| add(&mut self.values, value));
        self
    }

    fn value(&mut self, value: &str) {
        if value.len() >= LEAST {
            add(&mut self.values, value);
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().chain(&self.values).map(String::as_str)
    }
}

fn add(secrets: &mut Vec<String>, secret: &str) {
    if !secret.is_empty() && !secrets.iter().any(|known| known == secret) {
        secrets.push(secret.to_owned());
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} secrets", self.keys.len() + self.values.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(secrets: &Secrets, secret: &str) -> bool {
        secrets.all().any(|known| known == secret)
    }

    #[test]
    fn a_key_is_secret_without_its_scheme() {
        let secrets = Secrets::default().with_key(" Bearer  bearer abc ");
        assert_eq!(secrets.all().collect::<Vec<_>>(), ["abc"]);
        assert!(!format!("{secrets:?}").contains("abc"));
    }

    #[test]
    fn a_header_is_secret_as_a_whole_and_word_by_word_and_decoded() {
        let secrets = Secrets::default().with_header("Token hunter2 Basic am9lOnA0c3N3MHJk");
        for secret in ["Token hunter2 Basic am9lOnA0c3N3MHJk", "hunter2", "p4ssw0rd", "joe:p4ssw0rd"] {
            assert!(has(&secrets, secret), "{secret}");
        }
        assert!(!has(&secrets, "Basic") && !has(&secrets, "joe") && !has(&secrets, "Token"));
    }

    #[test]
    fn a_proxy_knows_its_password_in_three_forms() {
        let secrets = Secrets::default().with_user(&Url::parse("http://joe:p%40ss@127.0.0.1:1/").unwrap());
        for secret in ["p%40ss", "p@ss", "joe:p@ss", "am9lOnBAc3M="] {
            assert!(has(&secrets, secret), "{secret}");
        }
    }

    #[test]
    fn values_of_a_query_are_secret_and_short_ones_with_their_names() {
        let url = Url::parse("http://127.0.0.1/v1?token=hunter%32&key=abc&v=1&alone123").unwrap();
        let secrets = Secrets::default().with_query(&url);
        for secret in ["hunter%32", "key=abc", "alone123"] {
            assert!(has(&secrets, secret), "{secret}");
        }
        assert!(!has(&secrets, "token") && !has(&secrets, "v=1"));
    }
}
