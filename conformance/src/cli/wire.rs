//! How requests are sent: how many, how fast, through what.

use super::Failure;
use airspec_suite::run::{Deadline, Route, Settings, Target};
use std::path::PathBuf;
use std::time::Duration;

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Wire {
    /// Number of requests to send in parallel
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = jobs)]
    jobs: usize,
    /// Maximum number of requests per second, including polls
    #[arg(long, value_name = "N", value_parser = rate)]
    rate: Option<f64>,
    /// Maximum duration of one exchange, and longest Retry-After to obey. Default: 30 for servers on this machine,
    /// otherwise 300
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,
    /// How long the deferred results of one case are polled. Default: 60 for servers on this machine, otherwise 1200
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    polling: Option<Duration>,
    /// Maximum duration of the run, such as 90s, 45m or 2h; the remaining cases are reported as not tried
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = duration)]
    deadline: Duration,
    /// URL of an HTTP proxy, such as http://127.0.0.1:3128, or `env` for HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY;
    /// without this flag, proxy variables of the environment are ignored
    #[arg(long, value_name = "URL", hide_default_value = true)]
    proxy: Option<String>,
    /// Header for a gateway, sent with every request to the endpoint; reports do not contain its value; repeatable
    #[arg(long, value_name = "NAME:VALUE")]
    header: Vec<String>,
    /// Download results also from private, link-local and loopback addresses
    #[arg(long)]
    allow_private: bool,
    /// PEM file of certificates to trust, in addition to those of the system
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

/// For servers that do real work: an image takes minutes, and polls keep to the documented pauses.
const TIMEOUT_ELSEWHERE: Duration = Duration::from_secs(300);
const POLLING_ELSEWHERE: Duration = Duration::from_secs(20 * 60);
const PACE_ELSEWHERE: f64 = 1.0;

impl Wire {
    /// The settings for these targets; for the embedded mock where there are none.
    pub(super) fn to_settings(&self, targets: &[Target]) -> Result<Settings, Failure> {
        let own = Settings::default();
        let (timeout, polling, pace) = if targets.iter().all(Target::is_loopback) {
            (own.timeout, own.polling, own.pace)
        } else {
            (TIMEOUT_ELSEWHERE, POLLING_ELSEWHERE, PACE_ELSEWHERE)
        };
        Ok(Settings {
            jobs: self.jobs,
            rate: self.rate,
            timeout: self.timeout.unwrap_or(timeout),
            polling: self.polling.unwrap_or(polling),
            pace,
            route: self.route(targets)?,
            allow_private: self.allow_private,
            deadline: Some(Deadline::after(self.deadline)),
            ..own
        })
    }

    /// The arguments that a command which tries a case again needs.
    pub(super) fn again(&self) -> Option<String> {
        self.allow_private.then(|| "--allow-private".to_owned())
    }

    fn route(&self, targets: &[Target]) -> Result<Route, Failure> {
        let mut route = Route::default();
        match self.proxy.as_deref() {
            // No proxy of the environment leads to the embedded mock.
            Some("env") if targets.is_empty() => {}
            Some("env") => route = route.through_environment(|name| std::env::var(name).ok())?,
            Some(address) => route = route.through(address)?,
            None => {}
        }
        for line in &self.header {
            route = route.with_header(line)?;
        }
        if let Some(path) = &self.ca_file {
            route = route.trusting(path)?;
        }
        Ok(route)
    }
}

pub(super) fn jobs(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|jobs| (1..=256).contains(jobs)).ok_or_else(|| "use 1 to 256".to_owned())
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse::<f64>().ok().filter(|rate| (0.001..=1e6).contains(rate));
    rate.ok_or_else(|| "use a number of requests per second, such as 0.5 or 10".to_owned())
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| *seconds > 0.0 && *seconds <= 86_400.0);
    seconds
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "use a number of seconds above 0, such as 0.5 or 30".to_owned())
}

/// A number with `ms`, `s`, `m` or `h`, or one of seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let unit = text.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(text.len());
    let (amount, unit) = text.split_at(unit);
    let seconds = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => f64::NAN,
    };
    let duration = amount.trim().parse::<f64>().ok().map(|amount| amount * seconds);
    let duration = duration.filter(|seconds| *seconds > 0.0 && *seconds <= 366.0 * 86_400.0);
    duration
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "use a duration above 0, such as 90s, 45m or 2h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use airspec_suite::run::{Limit, Secret};
    use clap::Parser as _;

    #[test]
    fn servers_elsewhere_have_the_time_that_real_work_takes() {
        #[derive(Debug, clap::Parser)]
        struct Arguments {
            #[command(flatten)]
            wire: Wire,
        }
        let settings = |address: &str, words: &[&str]| {
            let target = Target::new(address, Some(Secret::new("k")), Limit::Free).unwrap();
            let words = [&["airspec"], words].concat();
            let settings = Arguments::try_parse_from(words).unwrap().wire.to_settings(&[target]).unwrap();
            (settings.timeout.as_secs(), settings.polling.as_secs(), settings.pace)
        };
        let (near, far) = ("http://127.0.0.1:1/v1", "https://api.example.com/v1");
        assert_eq!(settings(near, &[]), (30, 60, 0.05));
        assert_eq!(settings(far, &[]), (300, 1200, 1.0));
        assert_eq!(settings(far, &["--timeout", "9", "--polling", "7"]), (9, 7, 1.0));
        assert_eq!(settings(near, &["--polling", "7"]), (30, 7, 0.05));
    }

    #[test]
    fn a_duration_is_a_number_with_a_unit() {
        for (text, seconds) in
            [("90", 90.0), ("1.5s", 1.5), ("45m", 2700.0), (" 2 h ", 7200.0), ("250ms", 0.25)]
        {
            assert_eq!(duration(text), Ok(Duration::from_secs_f64(seconds)), "{text}");
        }
        for bad in ["", "0", "-1s", "h", "1d", "nan", "infs", "1e30h", "1h30m"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
