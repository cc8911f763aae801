//! How fast requests go out: at most so many a second, and none while the target asks for a pause.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How often, and for how long, a target had requests wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Throttled {
    /// Answers HTTP 429 or 503 after which the request was sent again.
    pub answers: usize,
    /// How long the pauses were that the target asked for; those at the same time count once.
    pub waited: Duration,
}

impl std::ops::AddAssign for Throttled {
    fn add_assign(&mut self, other: Self) {
        self.answers += other.answers;
        self.waited += other.waited;
    }
}

/// Hands out turns; all requests to the endpoint wait for theirs.
#[derive(Debug)]
pub(super) struct Pace {
    /// The time from one request to the next.
    interval: Duration,
    next: Mutex<Option<Instant>>,
    throttled: Mutex<(Throttled, Option<Instant>)>,
}

impl Pace {
    /// At most so many requests a second; without a number as fast as they come.
    pub(super) fn new(rate: Option<f64>) -> Self {
        let interval = rate.and_then(|rate| Duration::try_from_secs_f64(1.0 / rate).ok());
        Self { interval: interval.unwrap_or_default(), next: Mutex::default(), throttled: Mutex::default() }
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

    /// Counts an answer after which requests wait for so long.
    pub(super) fn count(&self, pause: Duration) {
        let mut throttled = self.throttled.lock().unwrap_or_else(PoisonError::into_inner);
        let (counts, paused_until) = &mut *throttled;
        let now = Instant::now();
        let until = now + pause;
        let begin = paused_until.map_or(now, |known| known.max(now));
        counts.answers += 1;
        counts.waited += until.saturating_duration_since(begin);
        *paused_until = Some(begin.max(until));
    }

    /// What was counted so far.
    pub(super) fn throttled(&self) -> Throttled {
        self.throttled.lock().unwrap_or_else(PoisonError::into_inner).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn pauses_at_the_same_time_count_once() {
        let pace = Pace::new(None);
        for seconds in [2, 1, 3] {
            pace.count(Duration::from_secs(seconds));
        }
        assert_eq!(pace.throttled(), Throttled { answers: 3, waited: Duration::from_secs(3) });
        tokio::time::sleep(Duration::from_secs(10)).await;
        pace.count(Duration::from_secs(1));
        assert_eq!(pace.throttled(), Throttled { answers: 4, waited: Duration::from_secs(4) });
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
