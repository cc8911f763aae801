//! Who calls: the key, from the header or from an authentication task, and how to keep it out of sight.

use super::capacity::MAX_KEY;
use super::engine::Engine;
use super::errors::Problem;
use super::protocol::{Incoming, kind, name};
use super::weather::Moment;
use serde_json::Value;
use std::fmt;
use std::hash::BuildHasher as _;
use std::sync::Arc;

/// The shortest key that is looked for in what is sent out: shorter ones occur by chance.
const SHORTEST_SECRET: usize = 6;

/// Who sent a request.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// Tells keys apart without holding one.
    pub(super) account: u64,
    /// Where links point to.
    pub(super) origin: String,
    /// What must not be repeated.
    pub(super) secrets: Secrets,
    /// The weather of the request.
    pub(super) moment: Moment,
}

impl Engine {
    /// Checks every key that a request carries.
    pub(super) fn admit(&self, request: &Incoming, batch: &[Value]) -> Result<Caller, Problem> {
        let header = request.header("authorization");
        let first = batch.first().filter(|task| is_authentication(task));
        let in_header = header.map(bearer);
        let mut keys = Vec::new();
        for key in
            in_header.into_iter().chain(first.map(|task| task.get(name::API_KEY).and_then(Value::as_str)))
        {
            match key.map(str::trim).filter(|key| self.takes(key)) {
                Some(key) => keys.push(key.to_owned()),
                None => return Err(bad_key()),
            }
        }
        match keys.first() {
            None => Err(no_key()),
            Some(key) => Ok(self.caller(key, request, keys.clone())),
        }
    }

    pub(super) fn caller(&self, key: &str, request: &Incoming, keys: Vec<String>) -> Caller {
        let (account, secrets) = (self.salt.hash_one(key), Secrets::of(keys));
        Caller { account, origin: self.origin(request), secrets, moment: Moment::default() }
    }

    /// Whether a key is accepted.
    pub(super) fn takes(&self, key: &str) -> bool {
        (1..=MAX_KEY).contains(&key.len()) && self.settings.key.as_ref().is_none_or(|known| known.is(key))
    }

    /// Where clients reach the mock: as they say themselves, unless the settings know better.
    pub(super) fn origin(&self, request: &Incoming) -> String {
        if let Some(url) = &self.settings.public_url {
            return url.trim_end_matches('/').to_owned();
        }
        let plain = |host: &&str| {
            !host.is_empty()
                && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".:-_[]".contains(&byte))
        };
        format!("http://{}", request.header("host").filter(plain).unwrap_or("localhost"))
    }
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, key) = header.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key)
}

pub(super) fn is_authentication(task: &Value) -> bool {
    task.get(name::TASK_TYPE).is_some_and(|kind| kind == kind::AUTHENTICATION)
}

pub(super) fn bad_key() -> Problem {
    about_key("invalidApiKey", "The API key is not valid.")
}

pub(super) fn no_key() -> Problem {
    about_key(
        "missingApiKey",
        "There is no API key: send it as a bearer token in the Authorization header, or in an authentication task that comes first.",
    )
}

fn about_key(code: &str, message: &str) -> Problem {
    Problem::new(401, code, message)
        .with(name::PARAMETER, name::API_KEY)
        .with(name::TYPE, "string")
        .with(name::TASK_TYPE, kind::AUTHENTICATION)
}

/// What a client must not see repeated, and nobody else see at all.
#[derive(Clone, Default)]
pub(super) struct Secrets(Arc<[String]>);

impl Secrets {
    pub(super) fn of(keys: Vec<String>) -> Self {
        Self(keys.into_iter().filter(|key| key.len() >= SHORTEST_SECRET).collect())
    }

    /// The text without secrets, should a client have put one where it is repeated.
    pub(super) fn mask(&self, mut text: String) -> String {
        for secret in &*self.0 {
            let escaped = Value::from(secret.as_str()).to_string();
            for form in [secret.as_str(), escaped.trim_matches('"')] {
                if text.contains(form) {
                    text = text.replace(form, "…");
                }
            }
        }
        text
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secrets)")
    }
}
