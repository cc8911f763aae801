//! Who calls: the key, from the header or from an authentication task.

use crate::caller::{Caller, Secrets};
use crate::capacity::MAX_KEY;
use crate::engine::Engine;
use crate::problem::Problem;
use crate::protocol::{Incoming, kind, name};
use crate::weather::Moment;
use serde_json::Value;
use std::hash::BuildHasher as _;

impl Engine {
    /// Checks every key that a request carries.
    pub(crate) fn admit(&self, request: &Incoming, batch: &[Value]) -> Result<Caller, Problem> {
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

    pub(crate) fn caller(&self, key: &str, request: &Incoming, keys: Vec<String>) -> Caller {
        let (account, secrets) = (self.salt.hash_one(key), Secrets::of(keys));
        Caller { account, origin: self.origin(request), secrets, moment: Moment::default() }
    }

    /// Whether a key is accepted.
    pub(crate) fn takes(&self, key: &str) -> bool {
        (1..=MAX_KEY).contains(&key.len()) && self.settings.key.as_ref().is_none_or(|known| known.is(key))
    }

    /// Where clients reach the mock: as they say themselves, unless the settings know better.
    pub(crate) fn origin(&self, request: &Incoming) -> String {
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

pub(crate) fn is_authentication(task: &Value) -> bool {
    task.get(name::TASK_TYPE).is_some_and(|kind| kind == kind::AUTHENTICATION)
}

pub(crate) fn bad_key() -> Problem {
    about_key("invalidApiKey", "The API key is not valid.")
}

pub(crate) fn no_key() -> Problem {
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
