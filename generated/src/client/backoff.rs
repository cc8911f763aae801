//! The pause before a retry.

use super::settings::Settings;
use std::time::{Duration, SystemTime};

/// The first pause. Each further pause is twice as long.
const FIRST: Duration = Duration::from_secs(1);
/// The longest pause without a `Retry-After`.
const LONGEST: Duration = Duration::from_secs(30);

/// Whether a request with an answer of this status is sent again.
pub(super) fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..600)
}

/// The pause after this attempt, counted from 0. `None` if there is no further attempt.
pub(super) fn pause(settings: &Settings, attempt: u32, asked: Option<Duration>) -> Option<Duration> {
    if attempt >= settings.retries || asked.is_some_and(|asked| asked > settings.longest_pause) {
        return None;
    }
    let whole = FIRST.saturating_mul(1_u32 << attempt.min(16)).min(LONGEST);
    // A random part, so that many clients do not retry at the same time.
    let own = whole.mul_f64(settings.pace * (0.5 + fastrand::f64() / 2.0));
    Some(match asked {
        // Not earlier than asked, and not all clients at the same time.
        Some(asked) => asked + own.mul_f64(0.1).min(Duration::from_millis(250)),
        None => own,
    })
}

/// The pause of a `Retry-After`: seconds or a date. A date in the past means no pause.
pub fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that is too large is a long time as well.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_to_a_limit_and_are_never_the_same() {
        let settings = Settings::default().retries(20);
        for attempt in 0..20 {
            let whole = f64::from(2_u32.pow(attempt)).min(30.0);
            let pauses: Vec<f64> =
                (0..50).map(|_| pause(&settings, attempt, None).unwrap().as_secs_f64()).collect();
            assert!(pauses.iter().all(|pause| (whole / 2.0..=whole).contains(pause)), "{pauses:?}");
            assert!(pauses.iter().any(|pause| (pause - pauses[0]).abs() > 0.001), "{pauses:?}");
        }
        assert_eq!(pause(&settings, 20, None), None);
    }

    #[test]
    fn a_pause_that_is_asked_for_is_kept_unless_it_is_too_long() {
        let settings = Settings::default();
        let kept = pause(&settings, 0, Some(Duration::from_secs(7))).unwrap();
        assert!((7.0..7.5).contains(&kept.as_secs_f64()), "{kept:?}");
        assert_eq!(pause(&settings, 0, Some(Duration::from_secs(61))), None);
    }

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

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let passing = [408, 429, 500, 502, 503, 504];
        assert!(passing.into_iter().all(is_passing));
        assert!(![200, 301, 400, 401, 402, 403, 404, 409, 422].into_iter().any(is_passing));
    }
}
