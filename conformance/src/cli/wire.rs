//! How requests are sent: how many, how fast, through what.

use super::Failure;
use airspec_suite::run::{Deadline, Route, Settings};
use std::path::PathBuf;
use std::time::Duration;

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Wire {
    /// How many cases are under way at a time
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = jobs)]
    jobs: usize,
    /// At most so many requests a second, polls included
    #[arg(long, value_name = "N", value_parser = rate)]
    rate: Option<f64>,
    /// How long one exchange may take, and the longest Retry-After that is waited for
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    timeout: Duration,
    /// How long the run may take: what is not tried then is told to be untried. A number of seconds, or such as 90s,
    /// 45m, 2h
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = duration)]
    deadline: Duration,
    /// An HTTP proxy, such as http://127.0.0.1:3128; those of the environment are not used
    #[arg(long, value_name = "URL", hide_default_value = true)]
    proxy: Option<String>,
    /// A header for a gateway, sent with every request to the endpoint and taken out of every report; can be given
    /// more than once
    #[arg(long, value_name = "NAME:VALUE")]
    header: Vec<String>,
    /// Follows links of the target to addresses that are not of the open internet: of private networks, of the link, and
    /// of this machine where the target is on another one
    #[arg(long)]
    allow_private: bool,
    /// Certificates to trust, in PEM form, beside those of the system
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

impl Wire {
    pub(super) fn to_settings(&self) -> Result<Settings, Failure> {
        Ok(Settings {
            jobs: self.jobs,
            rate: self.rate,
            timeout: self.timeout,
            route: self.route()?,
            allow_private: self.allow_private,
            deadline: Some(Deadline::after(self.deadline)),
            ..Settings::default()
        })
    }

    /// The arguments that a command which tries a case again needs.
    pub(super) fn again(&self) -> Option<String> {
        self.allow_private.then(|| "--allow-private".to_owned())
    }

    fn route(&self) -> Result<Route, Failure> {
        let mut route = Route::default();
        if let Some(address) = &self.proxy {
            route = route.through(address)?;
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
    rate.ok_or_else(|| "use a number of requests a second, such as 0.5 or 10".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
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
