//! How fast requests go out: at most so many a second, and none while the target asks for a pause.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

/// Hands out turns; all requests to the endpoint wait for theirs.
#[derive(Debug)]
pub(super) struct Pace {
    /// The time from one request to the next.
    interval: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// At most so many requests a second; without a number as fast as they come.
    pub(super) fn new(rate: Option<f64>) -> Self {
        let interval = rate.and_then(|rate| Duration::try_from_secs_f64(1.0 / rate).ok());
        Self { interval: interval.unwrap_or_default(), next: Mutex::default() }
    }

    /// Waits for the next turn.
    pub(super) async fn turn(&self) {
        let now = Instant::now();
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let turn = next.map_or(now, |next| next.max(now));
            *next = Some(turn + self.interval);
            turn
        };
        if turn > now {
            tokio::time::sleep_until(turn).await;
        }
    }

    /// Puts all turns off that are not handed out yet.
    pub(super) fn hold(&self, pause: Duration) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let until = Instant::now() + pause;
        *next = Some(next.map_or(until, |next| next.max(until)));
    }
}

/// The pause that a `Retry-After` asks for: seconds, or a date. A date in the past is no pause.
pub(super) fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number can hold are a long time all the same.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        for (text, seconds) in [
            ("0", Some(0)),
            (" 7 ", Some(7)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("Sun, 06 Nov 1994 08:49:40 GMT", Some(3)),
            ("Sunday, 06-Nov-94 08:49:47 GMT", Some(10)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(retry_after(text, now), seconds.map(Duration::from_secs), "{text}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn turns_are_handed_out_at_the_rate_and_not_during_a_pause() {
        let pace = Pace::new(Some(10.0));
        let start = Instant::now();
        for _ in 0..5 {
            pace.turn().await;
        }
        assert_eq!(start.elapsed().as_millis() / 10, 40);
        pace.hold(Duration::from_secs(3));
        pace.turn().await;
        assert_eq!(start.elapsed().as_millis() / 100, 34);
        let free = Pace::new(None);
        let start = Instant::now();
        for _ in 0..1000 {
            free.turn().await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}
