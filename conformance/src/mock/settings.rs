//! How a mock is to behave where the platform's documents leave a choice, and how long things take.

use super::weather::{self, Weather, WeatherError};
use serde::Deserialize;
use std::fmt;
use std::time::Duration;

/// The settings of a mock. What the documents of the platform leave open has a default here, and a switch.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Same seed, same identifiers, pictures and weather.
    pub seed: u64,
    /// The one key that is accepted; without one every key is that is not empty.
    pub key: Option<Key>,
    /// Ids of the [faults](super::Fault) to have.
    pub faults: Vec<String>,
    /// How long a deferred task takes to its first result, and from each result to the next.
    pub pace: Duration,
    /// How long the results of a deferred task can be polled.
    pub retention: Duration,
    /// What goes wrong, or slowly.
    pub weather: Weather,
    /// HTTP status of a batch of which some tasks succeed and some fail.
    pub mixed_status: u16,
    /// Which addresses webhooks and uploads may go to.
    pub reach: Reach,
    /// What the body of a webhook call looks like.
    pub webhook_body: Wrapping,
    /// The pauses between attempts to deliver: one attempt more than there are pauses.
    pub retries: Vec<Duration>,
    /// How long an attempt to deliver may take.
    pub delivery_timeout: Duration,
    /// How long a WebSocket may be silent before it is closed.
    pub idle: Duration,
    /// The largest body of a request, in bytes.
    pub max_body: usize,
    /// Where clients reach the mock, such as `https://mock.example`; without it the `Host` header of a request says.
    pub public_url: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 0,
            key: None,
            faults: Vec::new(),
            pace: Duration::from_millis(200),
            retention: Duration::from_secs(3600),
            weather: Weather::default(),
            mixed_status: 200,
            reach: Reach::Loopback,
            webhook_body: Wrapping::Data,
            retries: [1, 5, 30].map(Duration::from_secs).to_vec(),
            delivery_timeout: Duration::from_secs(10),
            idle: Duration::from_secs(120),
            max_body: 64 << 20,
            public_url: None,
        }
    }
}

/// Which addresses webhooks and uploads may go to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// Those of this machine: a test must not call strangers.
    #[default]
    Loopback,
    /// All.
    Anywhere,
}

/// What the body of a webhook call looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wrapping {
    /// `{"data": [item]}`, as in an answer.
    #[default]
    Data,
    /// The item alone.
    Bare,
}

/// Why a file of settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Not TOML, or not what a setting takes.
    #[error("{0}")]
    Toml(String),
    /// A time that cannot be read.
    #[error("`{0}` must be a time such as `250ms`, `1.5s` or `2m`")]
    Time(&'static str),
    /// Weather that cannot be read.
    #[error(transparent)]
    Weather(#[from] WeatherError),
}

/// A file of settings: names as in [`Settings`] with hyphens, times as text, and the keys of [`Weather`] in a table of
/// their own. What is left out keeps its default. The key is not read from files.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    seed: Option<u64>,
    faults: Option<Vec<String>>,
    pace: Option<String>,
    retention: Option<String>,
    mixed_status: Option<u16>,
    reach: Option<Reach>,
    webhook_body: Option<Wrapping>,
    retries: Option<Vec<String>>,
    delivery_timeout: Option<String>,
    idle: Option<String>,
    max_body: Option<usize>,
    public_url: Option<String>,
    weather: Option<toml::Table>,
}

impl Settings {
    /// Reads a file of settings, such as
    ///
    /// ```
    /// let settings = airspec_conformance::mock::Settings::from_toml(
    ///     r#"
    ///     seed = 7
    ///     pace = "1s"
    ///     [weather]
    ///     latency = "50ms..2s"
    ///     error = 0.05
    ///     "#,
    /// )?;
    /// assert_eq!(settings.weather.error, 0.05);
    /// # Ok::<(), airspec_conformance::mock::SettingsError>(())
    /// ```
    ///
    /// # Errors
    /// The first thing in the text that is not a setting.
    pub fn from_toml(text: &str) -> Result<Self, SettingsError> {
        let file: File = toml::from_str(text)
            .map_err(|error| SettingsError::Toml(error.to_string().trim_end().to_owned()))?;
        let mut settings = Self::default();
        let Self { seed, faults, mixed_status, reach, webhook_body, max_body, .. } = &mut settings;
        put(seed, file.seed);
        put(faults, file.faults);
        put(mixed_status, file.mixed_status);
        put(reach, file.reach);
        put(webhook_body, file.webhook_body);
        put(max_body, file.max_body);
        put(&mut settings.pace, time("pace", file.pace)?);
        put(&mut settings.retention, time("retention", file.retention)?);
        put(&mut settings.delivery_timeout, time("delivery-timeout", file.delivery_timeout)?);
        put(&mut settings.idle, time("idle", file.idle)?);
        if let Some(retries) = file.retries {
            let pauses = retries.iter().map(|pause| weather::duration(pause)).collect::<Option<_>>();
            settings.retries = pauses.ok_or(SettingsError::Time("retries"))?;
        }
        settings.public_url = file.public_url;
        for (key, value) in file.weather.unwrap_or_default() {
            settings.weather.set(&key, &scalar(&value))?;
        }
        Ok(settings)
    }
}

/// A value as it would be written on a command line; what cannot be is refused as that mark.
fn scalar(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Boolean(_)
        | toml::Value::Datetime(_)
        | toml::Value::Array(_)
        | toml::Value::Table(_) => "?".to_owned(),
    }
}

fn put<T>(setting: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *setting = value;
    }
}

fn time(name: &'static str, text: Option<String>) -> Result<Option<Duration>, SettingsError> {
    text.map(|text| weather::duration(&text).ok_or(SettingsError::Time(name))).transpose()
}

/// An API key, which is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// A key; surrounding blanks are not part of it.
    #[must_use]
    pub fn new(key: &str) -> Self {
        Self(key.trim().to_owned())
    }

    /// Whether it is the key, in a time that tells nothing about it but its length.
    pub(super) fn is(&self, other: &str) -> bool {
        self.0.len() == other.len()
            && self.0.bytes().zip(other.bytes()).fold(0, |differences, (a, b)| differences | (a ^ b)) == 0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(a key)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_can_be_read_from_a_file() {
        let settings = Settings::from_toml(
            r#"
            seed = 7
            faults = ["accept:type"]
            pace = "1s"
            retention = "2m"
            mixed-status = 400
            reach = "anywhere"
            webhook-body = "bare"
            retries = ["10ms", "1s"]
            delivery-timeout = "3s"
            idle = "1h"
            max-body = 1000
            public-url = "https://mock.example"
            [weather]
            latency = "1s..2s"
            error = 0.5
            balance = 3
            "#,
        )
        .unwrap();
        assert_eq!((settings.seed, settings.mixed_status, settings.max_body), (7, 400, 1000));
        assert_eq!((settings.reach, settings.webhook_body), (Reach::Anywhere, Wrapping::Bare));
        assert_eq!(settings.retries, [Duration::from_millis(10), Duration::from_secs(1)]);
        assert_eq!((settings.pace, settings.idle), (Duration::from_secs(1), Duration::from_secs(3600)));
        assert_eq!((settings.weather.error, settings.weather.balance), (0.5, Some(3.0)));
    }

    #[test]
    fn what_is_no_setting_is_refused_by_name() {
        for (text, said) in [
            ("sede = 7", "sede"),
            ("pace = \"soon\"", "pace"),
            ("retries = [\"1\"]", "retries"),
            ("[weather]\nhail = 1", "hail"),
            ("[weather]\nlatency = 5", "latency"),
            ("seed = ", "seed"),
        ] {
            let error = Settings::from_toml(text).expect_err(text).to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn a_key_is_never_shown() {
        let settings = Settings { key: Some(Key::new(" topsecret ")), ..Settings::default() };
        assert!(!format!("{settings:?}").contains("topsecret"));
        let key = settings.key.unwrap();
        assert!(key.is("topsecret") && !key.is("topsecreT") && !key.is("top"));
    }
}
