//! How requests are sent: how many, how fast, through what.

use super::Failure;
use airspec_suite::run::{Route, Settings};
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
    /// An HTTP proxy, such as http://127.0.0.1:3128; those of the environment are not used
    #[arg(long, value_name = "URL", hide_default_value = true)]
    proxy: Option<String>,
    /// A header for a gateway, sent with every request to the endpoint and taken out of every report; can be given
    /// more than once
    #[arg(long, value_name = "NAME:VALUE")]
    header: Vec<String>,
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
            ..Settings::default()
        })
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
