//! Network conditions: what goes wrong, or slowly, although the request is right.
//!
//! It is written as `key=value, key=value`, the same in [`NETWORK_HEADER`](super::NETWORK_HEADER) for one request, on
//! a command line, and line by line in a file:
//!
//! | Key | Value | Every request … |
//! |---|---|---|
//! | `latency` | `250ms`, `50ms..2s` | is answered after so long, or after a time drawn from the range |
//! | `status` | `400` to `599` | is answered with that status and an error |
//! | `error` | `0` to `1` | is answered with 500 or 503 in that share of cases |
//! | `drop` | `0` to `1` | loses its connection, without an answer and without execution, in that share of cases |
//! | `fail` | `0` to `1` | has its tasks fail at the provider in that share of cases |
//! | `moderation` | `0` to `1` | has its tasks refused by the provider's content policy in that share of cases |
//! | `quota` | `0` to `1` | has its tasks refused, since the account has no paid credit, in that share of cases |
//! | `lost-answer` | `0` to `1` | has its tasks executed and then loses its connection in that share of cases; polls do not |
//! | `odd-fields` | `0` to `1` | gets results with fields of other types, and without their identifier, in that share of cases |
//! | `link-error` | `400` to `599` | for a file is answered with that status the first time; not in the header |
//! | `slow` | `2s` | gets the body of its answer over so long a time; behind wiremock, late and whole |
//! | `apart` | `400ms` | gets the results of a task so far apart over a WebSocket; none over HTTP |
//! | `retry-after` | seconds, `none` | has this `Retry-After` in an answer with 429 or 503 |
//! | `rate` | requests a second | beyond that rate is refused with 429; not in the header |
//! | `balance` | USD | is refused with 402 once so much is spent; not in the header |
//!
//! A share that is left out is 1: `drop` alone is short for `drop=1`. What is drawn depends on the seed and on how
//! many requests came before.

use super::problem::Problem;
use super::seeded_rng::SeededRng;
use std::str::FromStr;
use std::time::Duration;

/// The longest a header may make a server wait.
const MAX_TIME: Duration = Duration::from_secs(600);

/// What goes wrong, or slowly. By default nothing does.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkConditions {
    /// Shortest and longest time to the first byte.
    pub latency: (Duration, Duration),
    /// The status of every answer.
    pub status: Option<u16>,
    /// The share of requests that are answered with 500 or 503.
    pub error: f64,
    /// The share of requests whose connection is closed.
    pub drop: f64,
    /// The share of tasks that fail at the provider.
    pub fail: f64,
    /// The share of tasks that the provider's content policy refuses.
    pub moderation: f64,
    /// The share of tasks that are refused since the account has no paid credit.
    pub quota: f64,
    /// The share of requests with tasks that are executed and not answered.
    pub lost_answer: f64,
    /// The share of tasks whose results have odd fields.
    pub odd_fields: f64,
    /// The status of the first answer of every link.
    pub link_error: Option<u16>,
    /// How long a body takes.
    pub slow: Option<Duration>,
    /// The time between two results of a task over a WebSocket.
    pub apart: Duration,
    /// The `Retry-After` of a 429 or 503, in seconds, where there is one.
    pub retry_after: Option<u64>,
    /// Requests a second, with as many at once.
    pub rate: Option<f64>,
    /// USD to spend.
    pub balance: Option<f64>,
}

impl Default for NetworkConditions {
    fn default() -> Self {
        Self {
            latency: (Duration::ZERO, Duration::ZERO),
            status: None,
            error: 0.0,
            drop: 0.0,
            fail: 0.0,
            moderation: 0.0,
            quota: 0.0,
            lost_answer: 0.0,
            odd_fields: 0.0,
            link_error: None,
            slow: None,
            apart: Duration::ZERO,
            retry_after: Some(1),
            rate: None,
            balance: None,
        }
    }
}

/// Network conditions that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkConditionsError {
    /// No such key.
    #[error(
        "network conditions have no {0}: use latency, status, error, drop, fail, moderation, quota, lost-answer, \
         odd-fields, link-error, slow, apart, retry-after, rate or balance"
    )]
    Key(String),
    /// Not a value of the key.
    #[error("the network condition `{key}` must be {expected}")]
    Value {
        /// The key.
        key: &'static str,
        /// What it takes.
        expected: &'static str,
    },
    /// What counts over many requests cannot be set for one.
    #[error("the network condition `{0}` counts over many requests: set it when the mock is started")]
    Lasting(&'static str),
}

impl NetworkConditionsError {
    /// The error without any text of the client.
    pub(crate) fn unnamed(self) -> Self {
        match self {
            Self::Key(_) => Self::Key("such key".to_owned()),
            Self::Value { .. } | Self::Lasting(_) => self,
        }
    }
}

impl FromStr for NetworkConditions {
    type Err = NetworkConditionsError;

    fn from_str(text: &str) -> Result<Self, NetworkConditionsError> {
        let mut network = Self::default();
        network.read(text)?;
        Ok(network)
    }
}

impl NetworkConditions {
    /// Sets what a list of `key=value` says.
    ///
    /// # Errors
    /// The first key or value that cannot be read.
    pub fn read(&mut self, text: &str) -> Result<(), NetworkConditionsError> {
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            self.set(key.trim(), value.trim())?;
        }
        Ok(())
    }

    /// Sets one key.
    ///
    /// # Errors
    /// A key or a value that cannot be read.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), NetworkConditionsError> {
        match key {
            "latency" => {
                self.latency = range(value).ok_or_else(|| {
                    wrong("latency", "a time such as `250ms` or a range such as `50ms..2s`")
                })?;
            }
            "status" => self.status = Some(status("status", value)?),
            "link-error" => self.link_error = Some(status("link-error", value)?),
            "error" => self.error = share("error", value)?,
            "drop" => self.drop = share("drop", value)?,
            "fail" => self.fail = share("fail", value)?,
            "moderation" => self.moderation = share("moderation", value)?,
            "quota" => self.quota = share("quota", value)?,
            "lost-answer" => self.lost_answer = share("lost-answer", value)?,
            "odd-fields" => self.odd_fields = share("odd-fields", value)?,
            "slow" => self.slow = Some(duration(value).ok_or_else(|| wrong("slow", "a time such as `2s`"))?),
            "apart" => {
                self.apart = duration(value).ok_or_else(|| wrong("apart", "a time such as `400ms`"))?;
            }
            "retry-after" if value == "none" => self.retry_after = None,
            "retry-after" => {
                let seconds =
                    value.parse().map_err(|_| wrong("retry-after", "a number of seconds or `none`"));
                self.retry_after = Some(seconds?);
            }
            "rate" => {
                let rate = number(value).filter(|rate| *rate > 0.0);
                self.rate = Some(rate.ok_or_else(|| wrong("rate", "a number of requests a second above 0"))?);
            }
            "balance" => {
                self.balance = Some(number(value).ok_or_else(|| wrong("balance", "an amount of USD"))?);
            }
            other => {
                return Err(NetworkConditionsError::Key(format!(
                    "`{}`",
                    airspec_spec::text::shorten(other, 40)
                )));
            }
        }
        Ok(())
    }

    /// The network conditions of one request: those of the mock, changed by its header.
    pub(crate) fn for_request(&self, header: Option<&str>) -> Result<Self, NetworkConditionsError> {
        let Some(header) = header else { return Ok(self.clone()) };
        let own = Self::from_str(header)?;
        for (key, set) in [
            ("rate", own.rate.is_some()),
            ("balance", own.balance.is_some()),
            ("link-error", own.link_error.is_some()),
        ] {
            if set {
                return Err(NetworkConditionsError::Lasting(key));
            }
        }
        let mut network = self.clone();
        network.read(header)?;
        network.latency = (network.latency.0.min(MAX_TIME), network.latency.1.min(MAX_TIME));
        network.slow = network.slow.map(|slow| slow.min(MAX_TIME));
        network.apart = network.apart.min(MAX_TIME);
        Ok(network)
    }

    /// What it means for the request of that number.
    pub(crate) fn conditions(self, rng: SeededRng, number: u64) -> RequestConditions {
        RequestConditions {
            delay: self.latency(rng, number),
            dropped: rng.chance("drop", number, self.drop),
            lost: rng.chance("lost-answer", number, self.lost_answer),
            forced_status: self.forced_status(rng, number),
            network: self,
        }
    }

    /// The time to the first byte of the answer to the request of that number.
    fn latency(&self, rng: SeededRng, number: u64) -> Duration {
        let (shortest, longest) = self.latency;
        let room = longest.saturating_sub(shortest);
        shortest.saturating_add(room.mul_f64(rng.fraction("latency", number)))
    }

    /// The status that the request of that number fails with, whatever it asks for.
    fn forced_status(&self, rng: SeededRng, number: u64) -> Option<u16> {
        self.status.or_else(|| {
            let status = if rng.draw("which error", number).is_multiple_of(2) { 500 } else { 503 };
            rng.chance("error", number, self.error).then_some(status)
        })
    }
}

/// The network conditions of one request.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestConditions {
    pub(crate) network: NetworkConditions,
    /// The time to the first byte.
    pub(crate) delay: Duration,
    /// Whether the connection is closed.
    pub(crate) dropped: bool,
    /// Whether the connection is closed after tasks are executed.
    pub(crate) lost: bool,
    /// The status that it fails with, whatever it asks for.
    pub(crate) forced_status: Option<u16>,
}

/// The error of a status that has nothing to do with the request.
pub(crate) fn problem_of_status(status: u16) -> Problem {
    let (code, message) = match status {
        401 => ("invalidApiKey", "The API key is not valid."),
        402 => ("insufficientCredits", "The balance does not cover this request."),
        403 => ("insufficientPermissions", "The API key may not do this."),
        404 => ("notFound", "There is no such thing."),
        408 => ("timeout", "The request took too long."),
        429 => ("rateLimitExceeded", "Requests come too fast. Wait and try again."),
        503 => ("serviceUnavailable", "The service cannot take requests for the moment. Try again later."),
        504 => ("timeoutProvider", "The request waited too long in the queue."),
        400..500 => ("invalidRequest", "The request cannot be carried out."),
        _ => ("internalServerError", "The service failed through no fault of the request."),
    };
    Problem::new(status, code, message)
}

fn wrong(key: &'static str, expected: &'static str) -> NetworkConditionsError {
    NetworkConditionsError::Value { key, expected }
}

fn status(key: &'static str, value: &str) -> Result<u16, NetworkConditionsError> {
    let known = value.parse().ok().filter(|status| (400..600).contains(status));
    known.ok_or_else(|| wrong(key, "an HTTP status from 400 to 599"))
}

fn number(value: &str) -> Option<f64> {
    value.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0)
}

fn share(key: &'static str, value: &str) -> Result<f64, NetworkConditionsError> {
    if value.is_empty() {
        return Ok(1.0);
    }
    number(value)
        .filter(|share| *share <= 1.0)
        .ok_or(NetworkConditionsError::Value { key, expected: "a share from 0 to 1" })
}

fn range(value: &str) -> Option<(Duration, Duration)> {
    let (shortest, longest) = value.split_once("..").unwrap_or((value, value));
    let (shortest, longest) = (duration(shortest)?, duration(longest)?);
    (shortest <= longest).then_some((shortest, longest))
}

/// `250ms`, `1.5s`, `2m`, `1h`, or `0`.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (amount, unit) =
        text.split_at(text.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(text.len()));
    let seconds = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        "" if number(amount) == Some(0.0) => 0.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(number(amount.trim())? * seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_read() {
        let text = "latency=50ms..2s, status=418, error=0.25, drop, fail=0, moderation=0.5, quota, lost-answer=0.1, \
                    odd-fields, link-error=502, slow=1.5s, apart=2s, retry-after=7, rate=10, balance=1.5";
        let network: NetworkConditions = text.parse().unwrap();
        let expected = NetworkConditions {
            latency: (Duration::from_millis(50), Duration::from_secs(2)),
            status: Some(418),
            error: 0.25,
            drop: 1.0,
            fail: 0.0,
            moderation: 0.5,
            quota: 1.0,
            lost_answer: 0.1,
            odd_fields: 1.0,
            link_error: Some(502),
            slow: Some(Duration::from_millis(1500)),
            apart: Duration::from_secs(2),
            retry_after: Some(7),
            rate: Some(10.0),
            balance: Some(1.5),
        };
        assert_eq!(network, expected);
        assert_eq!("".parse(), Ok(NetworkConditions::default()));
        assert_eq!("retry-after=none".parse::<NetworkConditions>().unwrap().retry_after, None);
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_what_can() {
        let bad = [
            "latency=5",
            "latency=2s..1s",
            "latency=",
            "status=200",
            "link-error=302",
            "moderation=2",
            "lost-answer=x",
            "error=2",
            "drop=-1",
            "fail=NaN",
            "slow=1d",
            "apart=1",
            "rate=0",
            "balance=inf",
            "retry-after=-1",
            "hail=1",
            "latency=1e300h",
        ];
        for text in bad {
            let error = text.parse::<NetworkConditions>().expect_err(text).to_string();
            assert!(error.contains("network condition"), "{text}: {error}");
        }
    }

    #[test]
    fn a_header_changes_one_request_and_nothing_that_lasts() {
        let network: NetworkConditions = "latency=1s, rate=5".parse().unwrap();
        let under = network.for_request(Some("drop, latency=0")).unwrap();
        assert_eq!((under.latency.1, under.drop, under.rate), (Duration::ZERO, 1.0, Some(5.0)));
        for lasting in ["balance", "link-error"] {
            let header = format!("{lasting}=404");
            assert_eq!(network.for_request(Some(&header)), Err(NetworkConditionsError::Lasting(lasting)));
        }
        assert_eq!(network.for_request(Some("latency=9h")).unwrap().latency.0, MAX_TIME);
    }

    #[test]
    fn the_same_seed_gives_the_same_conditions() {
        let network: NetworkConditions = "latency=0ms..100ms, error=0.3, drop=0.3".parse().unwrap();
        let conditions = |seed| -> Vec<_> {
            let rng = SeededRng::new(seed);
            let all = (0..50).map(|n| network.clone().conditions(rng, n));
            all.map(|conditions| (conditions.delay, conditions.dropped, conditions.forced_status)).collect()
        };
        assert_eq!(conditions(1), conditions(1));
        assert_ne!(conditions(1), conditions(2));
        assert!(conditions(1).iter().all(|(latency, ..)| *latency <= Duration::from_millis(100)));
    }
}
