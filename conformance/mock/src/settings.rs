//! How a mock is to behave where the platform's documents leave a choice, and how long things take.

use super::address;
use super::network::{self, NetworkConditions, NetworkConditionsError};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// The settings of a mock. What the documents of the platform leave open has a default here, and a switch.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Same seed, same identifiers, images and network conditions.
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
    pub network: NetworkConditions,
    /// HTTP status of a batch of which some tasks succeed and some fail.
    pub mixed_status: u16,
    /// HTTP status of a task that the balance does not cover; with 200 it just has no result.
    pub unpaid_status: u16,
    /// Whether a body that is a bare task counts as a batch of one.
    pub bare_task: bool,
    /// Whether an answer without results has an empty `data` beside its `errors`.
    pub empty_data: bool,
    /// Fields of results that are given without being asked for, such as `cost`.
    pub unasked: Vec<String>,
    /// The code of the error that a broken constraint, by its id, is reported with, where it is not the usual one.
    pub codes: BTreeMap<String, String>,
    /// Which URLs webhooks and uploads may have.
    pub reach: Reach,
    /// What the body of a webhook call looks like.
    pub webhook_body: Wrapping,
    /// Whether an upload says the media type of the file.
    pub upload_type: bool,
    /// The pauses between attempts to deliver: one attempt more than there are pauses.
    pub retries: Vec<Duration>,
    /// How long an attempt to deliver may take.
    pub delivery_timeout: Duration,
    /// How long a WebSocket may be silent before it is closed.
    pub idle: Duration,
    /// How long the head of a request may take, and a connection be without a request.
    pub header_timeout: Duration,
    /// How long the body of a request may take.
    pub body_timeout: Duration,
    /// How long a client may read nothing of an answer.
    pub write_timeout: Duration,
    /// Connections at a time; more wait until one that has no request makes room.
    pub max_connections: usize,
    /// The largest body of a request, in bytes.
    pub max_body: usize,
    /// The most tasks of a request.
    pub max_tasks: usize,
    /// Origins of web pages that may use the mock, such as `https://app.example`, beside those of this machine. Their
    /// names are taken in the `Host` header, too.
    pub allow_origins: Vec<String>,
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
            network: NetworkConditions::default(),
            mixed_status: 200,
            unpaid_status: 402,
            bare_task: false,
            empty_data: true,
            unasked: Vec::new(),
            codes: BTreeMap::new(),
            reach: Reach::Loopback,
            webhook_body: Wrapping::default(),
            upload_type: true,
            retries: [250, 500, 1000, 2000, 4000, 8000].map(Duration::from_millis).to_vec(),
            delivery_timeout: Duration::from_secs(5),
            idle: Duration::from_secs(120),
            header_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(60),
            write_timeout: Duration::from_secs(30),
            max_connections: 256,
            max_body: 32 << 20,
            max_tasks: 500,
            allow_origins: Vec::new(),
            public_url: None,
        }
    }
}

/// Which URLs webhooks and uploads may have.
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
    Data,
    /// The item alone, as the provider's guide for integrations has it.
    #[default]
    Bare,
}

/// Why a file of settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Not TOML, or not what a setting takes.
    #[error("line {line}, column {column}: {reason}")]
    Toml {
        /// Counted from 1.
        line: usize,
        /// In characters, counted from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A value that makes no sense.
    #[error("`{setting}` must be {expected}")]
    Value {
        /// The setting.
        setting: &'static str,
        /// What it takes.
        expected: &'static str,
    },
    /// A time that cannot be read.
    #[error("`{0}` must be a time such as `250ms`, `1.5s` or `2m`")]
    Time(&'static str),
    /// Network conditions that cannot be read.
    #[error(transparent)]
    Network(#[from] NetworkConditionsError),
}

/// A file of settings: names as in [`Settings`] with hyphens, times as text, and the keys of [`NetworkConditions`] in a table of
/// their own. What is left out keeps its default. The key is not read from files.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    seed: Option<u64>,
    faults: Option<Vec<String>>,
    pace: Option<String>,
    retention: Option<String>,
    mixed_status: Option<u16>,
    unpaid_status: Option<u16>,
    bare_task: Option<bool>,
    empty_data: Option<bool>,
    unasked: Option<Vec<String>>,
    codes: Option<BTreeMap<String, String>>,
    reach: Option<Reach>,
    webhook_body: Option<Wrapping>,
    upload_type: Option<bool>,
    retries: Option<Vec<String>>,
    delivery_timeout: Option<String>,
    idle: Option<String>,
    header_timeout: Option<String>,
    body_timeout: Option<String>,
    write_timeout: Option<String>,
    max_connections: Option<usize>,
    max_body: Option<usize>,
    max_tasks: Option<usize>,
    allow_origins: Option<Vec<String>>,
    public_url: Option<String>,
    #[serde(alias = "weather")]
    network: Option<toml::Table>,
}

impl Settings {
    /// The JSON Schema of a file of settings, for editors.
    pub const SCHEMA: &str = include_str!("settings.schema.json");

    /// Reads a file of settings, such as
    ///
    /// ```
    /// let settings = airspec_mock::Settings::from_toml(
    ///     r#"
    ///     seed = 7
    ///     pace = "1s"
    ///     [network]
    ///     latency = "50ms..2s"
    ///     error = 0.05
    ///     "#,
    /// )?;
    /// assert_eq!(settings.network.error, 0.05);
    /// # Ok::<(), airspec_mock::SettingsError>(())
    /// ```
    ///
    /// # Errors
    /// The first thing in the text that is not a setting.
    pub fn from_toml(text: &str) -> Result<Self, SettingsError> {
        let file: File = toml::from_str(text).map_err(|error| SettingsError::of(&error, text))?;
        let mut settings = Self::default();
        put(&mut settings.seed, file.seed);
        put(&mut settings.faults, file.faults);
        put(&mut settings.mixed_status, file.mixed_status);
        put(&mut settings.unpaid_status, file.unpaid_status);
        put(&mut settings.bare_task, file.bare_task);
        put(&mut settings.empty_data, file.empty_data);
        put(&mut settings.unasked, file.unasked);
        put(&mut settings.codes, file.codes);
        put(&mut settings.reach, file.reach);
        put(&mut settings.webhook_body, file.webhook_body);
        put(&mut settings.upload_type, file.upload_type);
        put(&mut settings.max_connections, file.max_connections);
        put(&mut settings.max_body, file.max_body);
        put(&mut settings.max_tasks, file.max_tasks);
        put(&mut settings.allow_origins, file.allow_origins);
        put(&mut settings.pace, time("pace", file.pace)?);
        put(&mut settings.retention, time("retention", file.retention)?);
        put(&mut settings.delivery_timeout, time("delivery-timeout", file.delivery_timeout)?);
        put(&mut settings.idle, time("idle", file.idle)?);
        put(&mut settings.header_timeout, time("header-timeout", file.header_timeout)?);
        put(&mut settings.body_timeout, time("body-timeout", file.body_timeout)?);
        put(&mut settings.write_timeout, time("write-timeout", file.write_timeout)?);
        if let Some(retries) = file.retries {
            let pauses = retries.iter().map(|pause| network::duration(pause)).collect::<Option<_>>();
            settings.retries = pauses.ok_or(SettingsError::Time("retries"))?;
        }
        settings.public_url = file.public_url;
        for (key, value) in file.network.unwrap_or_default() {
            settings.network.set(&key, &scalar(&value))?;
        }
        settings.check()?;
        Ok(settings)
    }

    /// Whether a text is the origin of a web page, such as `https://app.example` or `http://name:8080`.
    #[must_use]
    pub fn is_origin(text: &str) -> bool {
        address::origin(text).is_some()
    }

    /// What types alone do not say.
    fn check(&self) -> Result<(), SettingsError> {
        let is_status = |status: &u16| (200..600).contains(status);
        let is_url = |url: &String| {
            let plain = url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\<>".contains(&byte));
            plain
                && ["http://", "https://"]
                    .iter()
                    .any(|start| url.len() > start.len() && url.starts_with(start))
        };
        let status = "an HTTP status from 200 to 599";
        for (setting, holds, expected) in [
            ("mixed-status", is_status(&self.mixed_status), status),
            ("unpaid-status", is_status(&self.unpaid_status), status),
            ("max-connections", (1..=65_536).contains(&self.max_connections), "a number from 1 to 65536"),
            ("max-body", (1..=1 << 30).contains(&self.max_body), "a number of bytes above 0, up to 1 GiB"),
            ("max-tasks", self.max_tasks > 0, "a number above 0"),
            ("delivery-timeout", !self.delivery_timeout.is_zero(), "a time above 0"),
            ("idle", !self.idle.is_zero(), "a time above 0"),
            ("header-timeout", !self.header_timeout.is_zero(), "a time above 0"),
            ("body-timeout", !self.body_timeout.is_zero(), "a time above 0"),
            ("write-timeout", !self.write_timeout.is_zero(), "a time above 0"),
            (
                "allow-origins",
                self.allow_origins.iter().all(|origin| Self::is_origin(origin)),
                "a list of origins such as `https://app.example` or `http://name:8080`",
            ),
            (
                "public-url",
                self.public_url.as_ref().is_none_or(is_url),
                "a URL such as `https://mock.example`",
            ),
        ] {
            if !holds {
                return Err(SettingsError::Value { setting, expected });
            }
        }
        Ok(())
    }
}

impl SettingsError {
    /// One line, with its place, of what takes several.
    fn of(error: &toml::de::Error, text: &str) -> Self {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or(text);
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let reason = error.message().lines().collect::<Vec<_>>().join(", ");
        Self::Toml { line: before.matches('\n').count() + 1, column, reason }
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
    text.map(|text| network::duration(&text).ok_or(SettingsError::Time(name))).transpose()
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
    pub(crate) fn is(&self, other: &str) -> bool {
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
            unpaid-status = 200
            bare-task = true
            empty-data = false
            unasked = ["cost"]
            upload-type = false
            reach = "anywhere"
            webhook-body = "data"
            retries = ["10ms", "1s"]
            delivery-timeout = "3s"
            idle = "1h"
            header-timeout = "1s"
            body-timeout = "2s"
            write-timeout = "3s"
            max-connections = 10
            max-body = 1000
            max-tasks = 5
            allow-origins = ["https://app.example"]
            public-url = "https://mock.example"
            [codes]
            "a.type" = "wrongA"
            [network]
            latency = "1s..2s"
            error = 0.5
            balance = 3
            "#,
        )
        .unwrap();
        assert_eq!((settings.seed, settings.mixed_status, settings.max_body), (7, 400, 1000));
        assert_eq!((settings.unpaid_status, settings.unasked), (200, vec!["cost".to_owned()]));
        assert_eq!((settings.bare_task, settings.empty_data, settings.upload_type), (true, false, false));
        assert_eq!(settings.codes["a.type"], "wrongA");
        assert_eq!((settings.reach, settings.webhook_body), (Reach::Anywhere, Wrapping::Data));
        assert_eq!(settings.retries, [Duration::from_millis(10), Duration::from_secs(1)]);
        assert_eq!((settings.pace, settings.idle), (Duration::from_secs(1), Duration::from_secs(3600)));
        assert_eq!((settings.network.error, settings.network.balance), (0.5, Some(3.0)));
    }

    #[test]
    fn the_guide_shows_every_setting_with_its_default() {
        let guide = include_str!("../README.md");
        let shown = guide.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let settings = Settings::from_toml(shown).unwrap();
        let network = NetworkConditions {
            latency: settings.network.latency,
            error: 0.05,
            ..NetworkConditions::default()
        };
        assert_eq!(settings.network, network);
        let others = Settings { network: NetworkConditions::default(), ..settings };
        assert_eq!(format!("{others:?}"), format!("{:?}", Settings::default()));
        let every: Vec<String> = shown.lines().map(|line| line.trim_start_matches("# ").to_owned()).collect();
        let unknown = Settings::from_toml("colour = 1").unwrap_err().to_string();
        let names = unknown.split('`').skip(3).step_by(2);
        let missing: Vec<&str> = names
            .filter(|name| {
                // The former name of `network`.
                *name != "weather"
                    && !every.iter().any(|line| line.starts_with(name) || line.contains(&format!("[{name}]")))
            })
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn network_conditions_are_read_under_their_former_name() {
        let named = |table: &str| Settings::from_toml(&format!("[{table}]\nlatency = \"1s\"\nerror = 0.5"));
        assert_eq!(named("weather").unwrap().network, named("network").unwrap().network);
        assert!((named("weather").unwrap().network.error - 0.5).abs() < f64::EPSILON);
    }

    #[test]
    fn what_is_no_setting_is_refused_by_name() {
        for (text, said) in [
            ("sede = 7", "sede"),
            ("pace = \"soon\"", "pace"),
            ("retries = [\"1\"]", "retries"),
            ("[network]\nhail = 1", "hail"),
            ("[network]\nlatency = 5", "latency"),
            ("\nseed = ", "line 2, column 8"),
            ("seed = \"x\"", "line 1, column 8"),
            ("reach = \"moon\"", "loopback"),
            ("mixed-status = 42", "mixed-status"),
            ("unpaid-status = 600", "unpaid-status"),
            ("max-body = 0", "max-body"),
            ("max-body = 2000000000", "max-body"),
            ("max-tasks = 0", "max-tasks"),
            ("max-connections = 0", "max-connections"),
            ("header-timeout = \"0\"", "header-timeout"),
            ("allow-origins = [\"null\"]", "allow-origins"),
            ("allow-origins = [\"https://a.example/path\"]", "allow-origins"),
            ("idle = \"0\"", "idle"),
            ("delivery-timeout = \"0\"", "delivery-timeout"),
            ("public-url = \"mock.example\"", "public-url"),
            ("public-url = 'http://mock/\"x'", "public-url"),
        ] {
            let error = Settings::from_toml(text).expect_err(text).to_string();
            assert!(error.contains(said) && !error.contains('\n'), "{text}: {error}");
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
